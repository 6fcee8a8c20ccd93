//! What the scenarios share: threads, chance, items that are accounted for, and patience with an end.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use shuttle::rand::{Rng, thread_rng};
use shuttle::thread::JoinHandle;

#[path = "../../../../core/tests/common/ledger.rs"]
mod ledger;

pub(crate) use shuttle::future::block_on;

pub(crate) use crate::explore::scenarios;
pub(crate) use crate::tally::note;
pub(crate) use ledger::{Ledger, Tracked};

/// A while on the virtual clock.
pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// Runs `f` with a handle of its own on a thread of its own.
pub(crate) fn spawn<T, R>(handle: &T, f: impl FnOnce(T) -> R + Send + 'static) -> JoinHandle<R>
where
    T: Clone + Send + 'static,
    R: Send + 'static,
{
    let handle = handle.clone();
    shuttle::thread::spawn(move || f(handle))
}

/// So many threads, each with its number.
pub(crate) fn crew<T, R>(
    size: usize,
    handle: &T,
    f: impl Fn(&T, usize) -> R + Clone + Send + 'static,
) -> Vec<JoinHandle<R>>
where
    T: Clone + Send + 'static,
    R: Send + 'static,
{
    (0..size)
        .map(|number| {
            let f = f.clone();
            spawn(handle, move |handle| f(&handle, number))
        })
        .collect()
}

/// What all of them return.
pub(crate) fn join<R>(threads: Vec<JoinHandle<R>>) -> Vec<R> {
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}

/// A number below this one, which is part of the schedule.
pub(crate) fn below(bound: usize) -> usize {
    thread_rng().gen_range(0..bound)
}

/// Lets others go on for a while, or not.
pub(crate) fn idle(most: usize) {
    for _ in 0..below(most + 1) {
        // The chance for others to run, and nothing else.
        shuttle::thread::sleep(Duration::ZERO);
    }
}

/// The future's output, if it comes before patience ends. Its waker is now one, now another.
pub(crate) fn poll_a_little<F: Future + Unpin>(mut future: F) -> Option<F::Output> {
    for _ in 0..=below(3) {
        let poll = Pin::new(&mut future).poll(&mut Context::from_waker(Waker::noop()));
        if let Poll::Ready(output) = poll {
            return Some(output);
        }
        idle(6);
    }
    None
}

/// Waits for something that must come by itself.
///
/// # Panics
///
/// If it has not come when the others had every chance to go on.
pub(crate) fn wait_until(what: &str, mut has_come: impl FnMut() -> bool) {
    const PATIENCE: usize = 2000;
    for _ in 0..PATIENCE {
        if has_come() {
            return;
        }
        shuttle::thread::yield_now();
    }
    panic!("everybody had time enough, and still not: {what}");
}

/// An item, by its putter and its number.
pub(crate) type Id = (usize, usize);

pub(crate) fn id(item: &Tracked) -> Id {
    (item.putter, item.sequence)
}

/// When something was begun and ended, on a clock that each look moves on.
pub(crate) type Span = (u64, u64);

pub(crate) fn timed<R>(f: impl FnOnce() -> R) -> (R, Span) {
    thread_local! {
        // All threads of a scenario run on one of the system's.
        static NOW: Cell<u64> = const { Cell::new(0) };
    }
    let tick = || NOW.replace(NOW.get() + 1);
    let begun = tick();
    let result = f();
    (result, (begun, tick()))
}

/// What was got, and when.
#[derive(Default)]
pub(crate) struct Got(Vec<(Id, Span)>);

impl Got {
    pub(crate) fn note(&mut self, item: &Tracked, when: Span) {
        self.0.push((id(item), when));
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn merge(all: impl IntoIterator<Item = Self>) -> Self {
        Self(all.into_iter().flat_map(|got| got.0).collect())
    }

    /// What was put was got, once, and nothing else; and no get of an item had ended when the get of an earlier item of
    /// its putter began.
    pub(crate) fn check(self, mut put: Vec<Id>) {
        let mut got: Vec<Id> = self.0.iter().map(|&(id, _)| id).collect();
        got.sort_unstable();
        put.sort_unstable();
        assert_eq!(got, put, "what was got, and what was put");

        let mut by_putter: BTreeMap<usize, Vec<(usize, Span)>> = BTreeMap::new();
        for ((putter, sequence), when) in self.0 {
            by_putter.entry(putter).or_default().push((sequence, when));
        }
        for (putter, gets) in by_putter {
            for &(earlier, (begun, _)) in &gets {
                for &(later, (_, ended)) in &gets {
                    assert!(
                        earlier >= later || begun <= ended,
                        "item {later} of putter {putter} overtook item {earlier}"
                    );
                }
            }
        }
    }
}
