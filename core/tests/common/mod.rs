//! What the integration tests share, one idea a file.

#![allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "every test binary uses a part of this"
)]

mod cases;
mod child;
mod getter;
mod items;
mod ledger;
mod panics;
mod putter;
mod random;
mod stress;
mod tasks;
mod traffic;
mod watchdog;

pub(crate) use cases::config;
pub(crate) use child::{is_child, run_child, text_of};
pub(crate) use items::{Id, Item, Large};
pub(crate) use ledger::{Ledger, Tracked};
pub(crate) use panics::{Caught, OnPanic, catch};
pub(crate) use random::Random;
pub(crate) use stress::{ALL_PAIRS, CROWDS, share, sides, stress};
pub(crate) use tasks::{
    CountingWaker, IN_A_WAKER, bad_waker, block_on, despite_bad_wakers, forget, poll_and_drop,
    poll_once, poll_with,
};
pub(crate) use traffic::{Traffic, through_queues};
pub(crate) use watchdog::{Progress, Watchdog};

use std::panic::resume_unwind;
use std::thread::ScopedJoinHandle;
use std::time::Duration;

use named_sync::{Inspection, Queue, State};

/// The patience of those who are soon back.
pub(crate) const MOMENT: Duration = Duration::from_micros(30);

/// A bound of 0 is none.
pub(crate) fn queue_of<T>(capacity: usize) -> Queue<T> {
    if capacity == 0 { Queue::unbounded() } else { Queue::bounded(capacity) }
}

/// What these threads return, in their order.
pub(crate) fn join<'a, T: 'a>(
    threads: impl IntoIterator<Item = ScopedJoinHandle<'a, T>>,
) -> impl Iterator<Item = T> {
    threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
}

/// Waits until `condition` holds. The watchdog ends a test in which it never does.
pub(crate) fn until(condition: impl Fn() -> bool) {
    while !condition() {
        std::thread::sleep(Duration::from_micros(200));
    }
}

/// Until so many are blocked on the primitive that `inspect` looks at.
pub(crate) fn until_blocked(count: usize, inspect: impl Fn() -> Inspection) {
    until(|| inspect().waiters.len() == count);
}

/// `(size, puts, gets)` of a queue's state.
pub(crate) fn queue_counts(inspection: &Inspection) -> (usize, u64, u64) {
    match inspection.state {
        State::Queue { size, puts, gets, .. } => (size, puts, gets),
        ref other => panic!("not a queue: {other:?}"),
    }
}

/// `(count, generation)` of a wait group's state.
pub(crate) fn group_counts(inspection: &Inspection) -> (u32, u32) {
    match inspection.state {
        State::WaitGroup { count, generation, .. } => (count, generation),
        ref other => panic!("not a wait group: {other:?}"),
    }
}
