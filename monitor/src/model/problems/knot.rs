//! Rules about the host as a whole: who waits for whom.

use super::rules::{Finding, named};
use super::{Host, Problem, Rule};
use crate::escape::escape;
use crate::model::{Entry, Store};
use crate::wire::{Blocked, Operation};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// How many are named.
const NAMED: usize = 4;

/// A blocked thread: what on, the call, and for how long.
#[derive(Clone, Copy)]
struct Held<'a> {
    entry: &'a Entry,
    blocked: &'a Blocked,
    age_us: u64,
}

/// All that have been blocked for long, by their ids.
fn held<'a>(host: &Host<'a>) -> BTreeMap<&'a str, Held<'a>> {
    let all = host.blocked.iter().map(|(id, &(entry, blocked))| {
        let age_us = entry.aged(blocked.blocked_us, host.now_us);
        (*id, Held { entry, blocked, age_us })
    });
    all.filter(|(_, held)| held.age_us >= host.thresholds.stalled_us).collect()
}

/// Where those are who might come. Nobody knows who is to call done.
fn other_side(held: &Held<'_>) -> Option<Operation> {
    match held.blocked.operation {
        Operation::Get => Some(Operation::Put),
        Operation::Put => Some(Operation::Get),
        Operation::Wait => None,
    }
}

/// The ids of those who were seen there. Nobody waits for oneself.
fn others<'a>(held: &Held<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    let own = held.blocked.thread_id.as_str();
    let seen = other_side(held).map(|side| held.entry.seen_in(side));
    let ids = seen.into_iter().flatten().map(|(id, _)| id.as_str());
    ids.filter(move |id| *id != own)
}

/// Threads of which each waits for what only others of them were seen to do.
pub(super) fn cycle(host: &Host<'_>) -> Option<Problem> {
    let mut knot = held(host);
    loop {
        let is_held = |held: &Held<'_>| {
            // A task may come on any thread.
            if other_side(held).is_some_and(|side| held.entry.has_tasks_in(side)) {
                return false;
            }
            let mut others = others(held).peekable();
            others.peek().is_some() && others.all(|id| knot.contains_key(id))
        };
        let free: Vec<&str> =
            knot.iter().filter(|(_, held)| !is_held(held)).map(|(id, _)| *id).collect();
        if free.is_empty() {
            break;
        }
        knot.retain(|id, _| !free.contains(id));
    }
    // Getters alone have nothing to do, though they once put something in.
    if knot.values().all(|held| held.blocked.operation == Operation::Get) {
        return None;
    }
    let longest = knot.values().min_by_key(|held| (Reverse(held.age_us), &held.entry.row().id))?;
    let told = knot.values().take(NAMED).map(|held| {
        let names: Vec<String> = others(held)
            .take(NAMED)
            .filter_map(|id| knot.get(id))
            .map(|other| escape(other.blocked.name()).into_owned())
            .collect();
        let id = &held.entry.row().id;
        let (operation, kind, name) = (held.blocked.operation, id.kind, escape(&id.name));
        let waits = named(held.blocked);
        format!("{waits} in {operation} on {kind} {name} waits for {}", names.join(", "))
    });
    let told: Vec<String> = told.collect();
    let more = knot.len() - told.len();
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    let age_us = knot.values().map(|held| held.age_us).min()?;
    let text = format!("SUSPECT deadlock: {}{more}", told.join("; "));
    Some(problem(Rule::Cycle, longest.entry, Finding { age_us, text }))
}

/// Everybody is blocked who was ever seen to block, and not all of them for want of work.
pub(super) fn all_blocked(store: &Store, host: &Host<'_>) -> Option<Problem> {
    let held = held(host);
    let all = store.threads();
    if all.len() < 2 || !all.iter().all(|seen| held.contains_key(seen.blocked.thread_id.as_str())) {
        return None;
    }
    // Getters of empty queues alone are a host with nothing to do.
    let stuck = held.values().filter(|held| held.blocked.operation != Operation::Get);
    let longest = stuck.min_by_key(|held| (Reverse(held.age_us), &held.entry.row().id))?;
    let count =
        |operation| held.values().filter(|held| held.blocked.operation == operation).count();
    let [puts, gets, waits] = [Operation::Put, Operation::Get, Operation::Wait].map(count);
    let text = format!(
        "SUSPECT deadlock: all {} threads that were ever seen to block are blocked, {puts} in put, {gets} in get, {waits} in wait; {}",
        all.len(),
        named(longest.blocked)
    );
    let age_us = held.values().map(|held| held.age_us).min()?;
    Some(problem(Rule::AllBlocked, longest.entry, Finding { age_us, text }))
}

fn problem(rule: Rule, on: &Entry, Finding { age_us, text }: Finding) -> Problem {
    Problem { rule, on: on.row().id.clone(), age_us, text }
}
