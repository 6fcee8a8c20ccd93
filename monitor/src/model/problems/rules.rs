//! The rules. Each gets an entry and says for how long it has been wrong and what is seen, or nothing.

use super::{Host, Problem, Rule, Thresholds};
use crate::escape::escape;
use crate::model::{Entry, sites};
use crate::text::age;
use crate::wire::{Blocked, CallSite, Operation, Refused, RowId, State};
use std::collections::BTreeMap;

pub(super) struct Finding {
    /// For how long it has been so. No moment: somebody may have been blocked since before the host's clock began.
    pub(super) age_us: u64,
    pub(super) text: String,
}

/// How many of those who wait are named.
const NAMED: usize = 3;

pub(super) fn getters_elsewhere(entry: &Entry, host: &Host<'_>) -> Option<Finding> {
    let State::Queue { size: size @ 1.., .. } = entry.row().state else { return None };
    let elsewhere = entry.seen_in(Operation::Get).keys().map(|getter| {
        let &(on, blocked) = host.blocked.get(getter.as_str())?;
        (on.row().id != entry.row().id).then_some((on, blocked))
    });
    let elsewhere: Vec<(&Entry, &Blocked)> = elsewhere.collect::<Option<_>>()?;
    let ages = elsewhere.iter().map(|(on, blocked)| on.aged(blocked.blocked_us, host.now_us));
    let age_us = ages.min()?;
    let told = elsewhere.iter().take(NAMED).map(|(on, blocked)| {
        let id = &on.row().id;
        let (operation, kind, name) = (blocked.operation, id.kind, escape(&id.name));
        format!("{} in {operation} on {kind} {name}", named(blocked))
    });
    let told: Vec<String> = told.collect();
    let more = elsewhere.len() - told.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (age_us >= host.thresholds.stalled_us)
        .then(|| Finding { age_us, text: format!("{size} items; {}{more}", told.join(", ")) })
}

pub(super) fn full_queue(entry: &Entry, now_us: u64, thresholds: Thresholds) -> Option<Finding> {
    let State::Queue { size, capacity: Some(capacity), closed: false, .. } = entry.row().state
    else {
        return None;
    };
    let waiting = Waiting::in_operation(entry, Operation::Put, now_us)?;
    // It was full when they came, and is full since the last one took something out.
    let age_us = waiting.age_us.min(now_us.saturating_sub(entry.moments().taken_us));
    (size >= capacity && age_us >= thresholds.stalled_us).then(|| Finding {
        age_us,
        text: format!(
            "full with {size} items, nothing taken out for {}; {}",
            age(age_us),
            waiting.told(entry.row().putters)
        ),
    })
}

pub(super) fn stalled_wait_group(
    entry: &Entry,
    now_us: u64,
    thresholds: Thresholds,
) -> Option<Finding> {
    let State::WaitGroup { count, .. } = entry.row().state else { return None };
    let waiting = Waiting::in_operation(entry, Operation::Wait, now_us)?;
    let age_us = waiting.age_us.min(now_us.saturating_sub(entry.moments().changed_us));
    (age_us >= thresholds.stalled_us).then(|| Finding {
        age_us,
        text: format!(
            "{count} not done, no change for {}; {}{}",
            age(age_us),
            waiting.told(entry.row().waiters),
            who_has_not_called_done(count, entry.row().call_sites.as_deref().unwrap_or_default())
        ),
    })
}

/// One for each name: what happened last, and what happened at other lines.
pub(super) fn refused_names(all: &[Refused], now_us: u64) -> impl Iterator<Item = Problem> {
    let mut by_name: BTreeMap<&RowId, Vec<&Refused>> = BTreeMap::new();
    for refused in all.iter().rev() {
        by_name.entry(&refused.id).or_default().push(refused);
    }
    by_name.into_iter().filter_map(move |(id, all)| {
        let last = all.first()?;
        let mut message = "";
        let told = all.iter().take(NAMED).map(|refused| {
            let times = match refused.times {
                ..=1 => String::new(),
                times => format!(" {times} times"),
            };
            let line = refused.location.to_string();
            let is_same = std::mem::replace(&mut message, &refused.message) == refused.message;
            let why = if is_same { String::new() } else { format!(": {}", escape(message)) };
            format!("refused{times} at {}{why}", escape(&line))
        });
        let told: Vec<String> = told.collect();
        let more = all.len() - told.len();
        let more = if more > 0 { format!("; and elsewhere ({more} more)") } else { String::new() };
        Some(Problem {
            rule: Rule::RefusedName,
            on: id.clone(),
            age_us: u64::try_from(i128::from(now_us) - i128::from(last.last_us)).unwrap_or(0),
            text: told.join("; ") + &more,
        })
    })
}

/// Of a tracked wait group: whose guards are held, and unless that is all, which lines changed the count.
fn who_has_not_called_done(count: u32, sites: &[CallSite]) -> String {
    let held = sites.iter().fold(0_u64, |sum, site| sum.saturating_add(site.guards));
    let guards = sites::guards(sites).map(|told| format!("; guards of {told}"));
    let changes = sites::changes(sites).filter(|_| held < u64::from(count));
    let changes = changes.map(|told| format!("; changed by {told}"));
    [guards, changes].into_iter().flatten().collect()
}

pub(super) fn never_fed(entry: &Entry, now_us: u64, thresholds: Thresholds) -> Option<Finding> {
    let State::Queue { puts: 0, closed: false, .. } = entry.row().state else { return None };
    let waiting = Waiting::in_operation(entry, Operation::Get, now_us)?;
    (waiting.age_us >= thresholds.stalled_us).then(|| Finding {
        age_us: waiting.age_us,
        text: format!("nothing was ever put in; {}", waiting.told(entry.row().getters)),
    })
}

pub(super) fn rising_queue(entry: &Entry, now_us: u64, thresholds: Thresholds) -> Option<Finding> {
    let State::Queue { size, capacity, .. } = entry.row().state else { return None };
    let shortest = entry.moments().shortest;
    let (first_us, last_us) = entry.moments().longer_us?;
    let age_us = now_us.saturating_sub(first_us);
    let is_rising = age_us >= thresholds.rising_us
        // And did so to the last, rather than once.
        && now_us.saturating_sub(last_us) < thresholds.stalled_us
        && size > shortest.saturating_mul(2)
        && capacity.is_none_or(|capacity| size < capacity);
    is_rising.then(|| Finding {
        age_us,
        text: format!(
            "from {shortest} to {size} items in {}, and never shorter meanwhile",
            age(age_us)
        ),
    })
}

pub(super) fn long_wait(entry: &Entry, now_us: u64, thresholds: Thresholds) -> Option<Finding> {
    // A getter may wait for as long as there is nothing to do.
    let of = |operation, count: u64| {
        let waiting = Waiting::in_operation(entry, operation, now_us)?;
        (waiting.age_us >= thresholds.long_us)
            .then(|| Finding { age_us: waiting.age_us, text: waiting.told(count) })
    };
    of(Operation::Put, entry.row().putters).or_else(|| of(Operation::Wait, entry.row().waiters))
}

/// `worker-1 at src/pool.rs:40`
pub(super) fn named(blocked: &Blocked) -> String {
    format!("{} at {}", escape(blocked.name()), escape(&blocked.location.to_string()))
}

/// Those who are blocked in one operation.
struct Waiting<'a> {
    operation: Operation,
    /// For how long the first of them has been.
    age_us: u64,
    /// The longest first.
    listed: Vec<&'a Blocked>,
}

impl<'a> Waiting<'a> {
    fn in_operation(entry: &'a Entry, operation: Operation, now_us: u64) -> Option<Self> {
        let blocked = entry.row().blocked.iter();
        let mut listed: Vec<&Blocked> =
            blocked.filter(|blocked| blocked.operation == operation).collect();
        listed.sort_by_key(|blocked| std::cmp::Reverse(blocked.blocked_us));
        let age_us = entry.aged(listed.first()?.blocked_us, now_us);
        Some(Waiting { operation, age_us, listed })
    }

    /// `3 in put: worker-1 at src/pool.rs:40, ...`
    fn told(&self, count: u64) -> String {
        let named: Vec<String> =
            self.listed.iter().take(NAMED).map(|blocked| named(blocked)).collect();
        let more = count.saturating_sub(named.len() as u64);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{count} in {}: {}{more}", self.operation, named.join(", "))
    }
}
