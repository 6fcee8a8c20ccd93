//! What looks wrong with a host: small rules over what is known of it.
//!
//! A rule never says more than can be known: queues and wait groups have no owner, so nobody knows who *should* have
//! come. It says what stands still, since when, and who waits.

mod knot;
mod rules;

use super::{Entry, Store};
use crate::wire::{Blocked, RowId};
use std::collections::HashMap;

/// When to call something a problem. Times in microseconds of the host's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// For how long something may stand still while somebody waits for it.
    pub stalled_us: u64,
    /// For how long a put or a wait may last though things move.
    pub long_us: u64,
    /// For how long a queue may grow without getting any shorter.
    pub rising_us: u64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Thresholds { stalled_us: 4_000_000, long_us: 60_000_000, rising_us: 30_000_000 }
    }
}

/// A kind of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Threads wait for each other, as far as can be seen.
    Cycle,
    /// Every thread that was ever seen to block is blocked.
    AllBlocked,
    /// A queue has items, and every thread that was seen to get from it is blocked on something else.
    GettersElsewhere,
    /// Putters wait at a full queue, and nobody takes anything out.
    FullQueue,
    /// Somebody waits for a wait group whose count stands still.
    StalledWaitGroup,
    /// Getters wait at a queue that nobody has ever put anything into.
    NeverFed,
    /// A queue grows and grows.
    RisingQueue,
    /// A put or a wait takes very long, though things move.
    LongWait,
    /// A caller was refused a name.
    RefusedName,
}

impl Rule {
    /// All of them, the most telling first: of one primitive, what an earlier one explains a later one does not repeat.
    pub const ALL: [Rule; 9] = [
        Rule::Cycle,
        Rule::AllBlocked,
        Rule::GettersElsewhere,
        Rule::FullQueue,
        Rule::StalledWaitGroup,
        Rule::NeverFed,
        Rule::RisingQueue,
        Rule::LongWait,
        Rule::RefusedName,
    ];

    /// The word for it, on the screen and for programs.
    pub fn label(self) -> &'static str {
        match self {
            Rule::Cycle => "cycle",
            Rule::AllBlocked => "all-blocked",
            Rule::GettersElsewhere => "getters-elsewhere",
            Rule::FullQueue => "full-queue",
            Rule::StalledWaitGroup => "stalled-wait-group",
            Rule::NeverFed => "never-fed",
            Rule::RisingQueue => "rising-queue",
            Rule::LongWait => "long-wait",
            Rule::RefusedName => "refused-name",
        }
    }

    /// What it means.
    pub fn explanation(self) -> &'static str {
        match self {
            Rule::Cycle => {
                "Each of these threads waits for what only the others of them were ever seen to do."
            }
            Rule::AllBlocked => {
                "Nobody is left, of those who ever blocked, to do what these threads wait for."
            }
            Rule::GettersElsewhere => {
                "There are items, and each thread that was seen to wait for some is blocked elsewhere."
            }
            Rule::FullQueue => {
                "The queue is full, putters wait for room, and nobody has taken an item out since."
            }
            Rule::StalledWaitGroup => {
                "Somebody waits for the count to become zero, and it has not changed since."
            }
            Rule::NeverFed => {
                "Getters wait for an item, and in all its life nobody has put one in."
            }
            Rule::RisingQueue => {
                "More goes in than comes out, and the queue has not been shorter since."
            }
            Rule::LongWait => "Somebody has been blocked for very long, though others get on.",
            Rule::RefusedName => {
                "A caller was refused the name: it has another type or bound, or the bound was too large."
            }
        }
    }

    /// What to look at next.
    pub fn advice(self) -> &'static str {
        match self {
            Rule::Cycle => {
                "Unless somebody comes who has not been seen yet, it is a deadlock. Follow the lines."
            }
            Rule::AllBlocked => {
                "Is a thread at work that never blocks? If not, it is a deadlock. Look at the threads (4)."
            }
            Rule::GettersElsewhere => {
                "Does what they wait for depend on these items? Then it is a deadlock."
            }
            Rule::FullQueue => {
                "Who is to take items out? Look among the waiters (2) for where that thread is blocked."
            }
            Rule::StalledWaitGroup => {
                "Who is to call done? Look among the waiters (2) for where those threads are blocked."
            }
            Rule::NeverFed => {
                "Is the producer blocked, has it not been started, or does it use another name?"
            }
            Rule::RisingQueue => {
                "Are the consumers too slow, too few or blocked? A bound makes putters wait instead."
            }
            Rule::LongWait => "Is it passed over by others, or is there too much work for too few?",
            Rule::RefusedName => {
                "If that caller went on without it, others may wait for what it would do. See the lines."
            }
        }
    }

    fn check(self, entry: &Entry, host: &Host<'_>) -> Option<rules::Finding> {
        let Host { now_us, thresholds, .. } = *host;
        match self {
            // Of the host as a whole.
            Rule::Cycle | Rule::AllBlocked | Rule::RefusedName => None,
            Rule::GettersElsewhere => rules::getters_elsewhere(entry, host),
            Rule::FullQueue => rules::full_queue(entry, now_us, thresholds),
            Rule::StalledWaitGroup => rules::stalled_wait_group(entry, now_us, thresholds),
            Rule::NeverFed => rules::never_fed(entry, now_us, thresholds),
            Rule::RisingQueue => rules::rising_queue(entry, now_us, thresholds),
            Rule::LongWait => rules::long_wait(entry, now_us, thresholds),
        }
    }
}

/// Something that looks wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which kind it is.
    pub rule: Rule,
    /// What it is about.
    pub on: RowId,
    /// For how long it has been so, at the time of the last frame.
    pub age_us: u64,
    /// What is seen, and who waits where. Names in it are escaped.
    pub text: String,
}

impl Problem {
    /// Whether it was at a moment, and nobody knows if it still matters.
    pub fn is_past(&self) -> bool {
        self.rule == Rule::RefusedName
    }
}

/// What rules know beside the entry that they look at.
struct Host<'a> {
    now_us: u64,
    thresholds: Thresholds,
    /// What each thread is blocked on, by its id. Tasks share threads, and so are no threads.
    blocked: HashMap<&'a str, (&'a Entry, &'a Blocked)>,
}

impl<'a> Host<'a> {
    fn new(store: &'a Store, thresholds: Thresholds) -> Self {
        let all = store.notable().flat_map(|(_, entry)| {
            let threads = entry.row().blocked.iter().filter(|blocked| !blocked.task);
            threads.map(move |blocked| (blocked.thread_id.as_str(), (entry, blocked)))
        });
        Host { now_us: store.at_us(), thresholds, blocked: all.collect() }
    }
}

/// What looks wrong now: the oldest first, but last what is of the past.
pub fn find_problems(store: &Store, thresholds: Thresholds) -> Vec<Problem> {
    let host = Host::new(store, thresholds);
    let of = |entry: &Entry| {
        let find = |rule: Rule| rule.check(entry, &host).map(|found| (rule, found));
        let (rule, rules::Finding { age_us, text }) = Rule::ALL.into_iter().find_map(find)?;
        Some(Problem { rule, on: entry.row().id.clone(), age_us, text })
    };
    let mut problems: Vec<Problem> = store.notable().filter_map(|(_, entry)| of(entry)).collect();
    problems.extend(knot::cycle(&host));
    problems.extend(knot::all_blocked(store, &host));
    problems.extend(rules::refused_names(store.refused(), host.now_us));
    problems.sort_by(|a, b| {
        let older_first = b.age_us.cmp(&a.age_us);
        a.is_past()
            .cmp(&b.is_past())
            .then(older_first)
            .then_with(|| (a.rule, &a.on).cmp(&(b.rule, &b.on)))
    });
    problems
}

#[cfg(test)]
mod tests;
