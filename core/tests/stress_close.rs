//! A queue that is closed at any moment: an item whose put returned `Ok` arrives, any other comes back.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use std::thread;

use common::{Traffic, Watchdog, stress, until_blocked};
use named_sync::{Closed, Queue};

fn nothing_is_lost(capacity: usize) {
    let traffic =
        Traffic { capacity, putters: 3, getters: 2, each: 60, closes_early: true, panics: true };
    stress(|seed| traffic.run(seed));
}

#[test]
fn put_returned_ok_before_close_is_delivered_by_a_queue_of_1() {
    nothing_is_lost(1);
}

#[test]
fn put_returned_ok_before_close_is_delivered_by_a_queue_of_7() {
    nothing_is_lost(7);
}

#[test]
fn put_returned_ok_before_close_is_delivered_by_an_unbounded_queue() {
    nothing_is_lost(0);
}

#[test]
fn close_wakes_every_blocked_getter() {
    stress(|_| {
        let queue = Queue::<u8>::bounded(1);
        let watched = queue.clone();
        let _watchdog = Watchdog::new("close against getters", move || vec![watched.inspect()]);
        thread::scope(|scope| {
            let getters: Vec<_> = (0..4).map(|_| scope.spawn(|| queue.get())).collect();
            until_blocked(4, || queue.inspect());
            assert!(queue.close());
            for getter in getters {
                assert_eq!(getter.join().unwrap(), None);
            }
        });
        assert!(queue.inspect().waiters.is_empty());
    });
}

#[test]
fn close_wakes_every_blocked_putter_and_each_has_its_item_back() {
    stress(|_| {
        let queue = Queue::bounded(1);
        queue.put(100).unwrap();
        let watched = queue.clone();
        let _watchdog = Watchdog::new("close against putters", move || vec![watched.inspect()]);
        thread::scope(|scope| {
            let queue = &queue;
            let putters: Vec<_> = (0..4).map(|item| scope.spawn(move || queue.put(item))).collect();
            until_blocked(4, || queue.inspect());
            assert!(queue.close());
            for (item, putter) in putters.into_iter().enumerate() {
                assert_eq!(putter.join().unwrap(), Err(Closed(item)));
            }
        });
        assert_eq!(queue.iter().collect::<Vec<_>>(), [100]);
    });
}

#[test]
fn one_of_many_closers_is_told_that_it_was_the_one() {
    stress(|_| {
        let queue = Queue::<u8>::unbounded();
        let closers = thread::scope(|scope| {
            let threads: Vec<_> = (0..3).map(|_| scope.spawn(|| queue.close())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).filter(|first| *first).count()
        });
        assert_eq!(closers, 1);
    });
}
