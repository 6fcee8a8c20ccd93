//! Putters and getters that use a queue in every way at random, and the account of what became of each
//! item.

use std::thread;
use std::time::Duration;

use named_sync::Queue;

use super::getter::Getter;
use super::putter::{Accepted, Putter};
use super::{
    Item, Ledger, Random, Watchdog, despite_bad_wakers, join, queue_counts, queue_of, share, sides,
};

/// How the two sides meet. How many they are follows from the seed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Traffic {
    /// 0 is unbounded.
    pub(crate) capacity: usize,
    /// Whether the queue is closed at a random moment, not when all putters are done.
    pub(crate) closes_early: bool,
    /// Whether wakers, iterators and threads with items in their hands panic now and then.
    pub(crate) panics: bool,
}

/// How many items all putters make together. Not all of them need get in.
pub(super) const ITEMS: usize = 240;

/// Tests of some traffic through several queues: a module for each queue, with a test for each kind of item.
macro_rules! through_queues {
    ($traffic:ident: $($queue:ident = $capacity:expr),+ $(,)?) => { $(
        mod $queue {
            #[test]
            fn as_numbers() {
                super::$traffic::<u64>($capacity);
            }

            #[test]
            fn as_large_items() {
                super::$traffic::<crate::common::Large>($capacity);
            }

            #[test]
            fn as_items_whose_drops_are_counted() {
                super::$traffic::<crate::common::Tracked>($capacity);
            }
        }
    )+ };
}
pub(crate) use through_queues;

/// Closes a queue whose waiters may have bad wakers.
pub(super) fn close<T>(queue: &Queue<T>) {
    despite_bad_wakers(|| queue.close());
}

impl Traffic {
    /// One round: everything that a put accepted is received once, in the order of each putter; everything
    /// else came back or went away with its future; and every payload is dropped once.
    pub(crate) fn run<I: Item>(self, seed: u64) {
        let (putters, getters) = sides(seed);
        let each = share(ITEMS, putters);
        let queue = queue_of::<I>(self.capacity);
        let ledger = Ledger::new(putters, each);
        let scenario = format!("{self:?}, {putters} putters, {getters} getters, seed {seed}");
        let watched = queue.clone();
        let watchdog = Watchdog::new(&scenario, move || vec![watched.inspect()]);

        let (mut accepted, mut received) = thread::scope(|scope| {
            let putters: Vec<_> = (0..putters)
                .map(|number| {
                    let random = Random::new(seed, number);
                    let (queue, ledger, progress) = (&queue, &ledger, watchdog.progress());
                    let putter =
                        Putter { traffic: self, queue, ledger, number, each, random, progress };
                    scope.spawn(move || putter.run())
                })
                .collect();
            let getters: Vec<_> = (0..getters)
                .map(|getter| {
                    let random = Random::new(seed, 100 + getter);
                    let newest = vec![None; putters.len()];
                    let (queue, progress) = (&queue, watchdog.progress());
                    let getter = Getter {
                        traffic: self,
                        queue,
                        newest,
                        received: Vec::new(),
                        random,
                        progress,
                    };
                    scope.spawn(move || getter.run())
                })
                .collect();
            if self.closes_early {
                // If no putter does so before.
                thread::sleep(Duration::from_micros(Random::new(seed, 99).next() % 1000));
                close(&queue);
            }
            let mut accepted = Accepted::default();
            join(putters).for_each(|more| accepted.extend(more));
            close(&queue);
            (accepted, Vec::from_iter(join(getters).flatten()))
        });
        drop(watchdog);
        let count = received.len() as u64;
        let inspection = queue.inspect();
        assert_eq!(queue_counts(&inspection), (0, count, count), "{scenario}");
        assert!(inspection.waiters.is_empty(), "{:?}", inspection.waiters);

        received.retain(|item| !accepted.perhaps.contains(item));
        accepted.surely.sort_unstable();
        received.sort_unstable();
        assert_eq!(received, accepted.surely, "received, and accepted: {scenario}");
        drop(queue);
        ledger.assert_settled();
    }
}
