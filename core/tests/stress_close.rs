//! A queue that is closed at any moment: an item whose put returned `Ok` arrives, any other comes back.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use std::thread;

use common::{Item, Traffic, Watchdog, join, sides, stress, until_blocked};
use named_sync::{Closed, Queue};

mod put_returned_ok_before_close_is_delivered {
    use super::*;

    fn nothing_is_lost<I: Item>(capacity: usize) {
        stress(|seed| Traffic { capacity, closes_early: true, panics: true }.run::<I>(seed));
    }

    common::through_queues! {
        nothing_is_lost:
        by_a_queue_of_1 = 1,
        by_a_queue_of_7 = 7,
        by_an_unbounded_queue = 0,
    }
}

#[test]
fn close_wakes_every_blocked_getter_and_one_of_many_closers_is_told_that_it_was_the_one() {
    stress(|seed| {
        let (getters, closers) = sides(seed);
        let queue = Queue::<u8>::bounded(1);
        let watched = queue.clone();
        let scenario = format!("{closers} closers against {getters} getters, seed {seed}");
        let _watchdog = Watchdog::new(&scenario, move || vec![watched.inspect()]);
        thread::scope(|scope| {
            let getters = Vec::from_iter((0..getters).map(|_| scope.spawn(|| queue.get())));
            until_blocked(getters.len(), || queue.inspect());
            let closers = Vec::from_iter((0..closers).map(|_| scope.spawn(|| queue.close())));
            assert_eq!(join(closers).filter(|first| *first).count(), 1);
            assert!(join(getters).all(|item| item.is_none()));
        });
        assert!(queue.inspect().waiters.is_empty());
    });
}

#[test]
fn close_wakes_every_blocked_putter_and_each_has_its_item_back() {
    stress(|seed| {
        let (putters, getters) = sides(seed);
        let queue = Queue::bounded(1);
        queue.put(100).unwrap();
        let watched = queue.clone();
        let scenario = format!("close against {putters} putters, {getters} getters, seed {seed}");
        let _watchdog = Watchdog::new(&scenario, move || vec![watched.inspect()]);
        let (refused, mut got) = thread::scope(|scope| {
            let queue = &queue;
            let putters = (0..putters).map(|item| scope.spawn(move || (item, queue.put(item))));
            let putters = Vec::from_iter(putters);
            until_blocked(putters.len(), || queue.inspect());
            // Getters that make room for some of them just when the queue is closed.
            let getters = Vec::from_iter((0..getters).map(|_| scope.spawn(|| queue.try_get())));
            assert!(queue.close());
            let refused = join(putters).filter_map(|(item, result)| {
                result.err().inspect(|back| assert_eq!(*back, Closed(item)))
            });
            let refused = refused.count();
            (refused, Vec::from_iter(join(getters).filter_map(Result::ok)))
        });
        got.extend(queue.iter());
        got.sort_unstable();
        got.dedup();
        assert_eq!(got.len() + refused, putters + 1, "each item went in once, or came back");
        assert!(got.contains(&100));
    });
}
