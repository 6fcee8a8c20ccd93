//! Nobody sleeps while there is something to do. Closing a queue would wake whoever was forgotten, so nobody
//! closes here: each side does its share, and a round that does not end is a lost wake-up.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use std::pin::pin;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use common::{OnPanic, Random, Watchdog, block_on, poll_once, stress};
use named_sync::Queue;

/// How many items each putter gets in, and each getter takes out.
const SHARE: usize = 3;

fn get_share(queue: &Queue<usize>, mut random: Random) {
    let _free = OnPanic(|| {
        queue.close();
    });
    let mut left = SHARE;
    while left > 0 {
        assert!(!queue.is_closed(), "another thread panicked");
        let got = match random.below(4) {
            0 => queue.get().is_some(),
            1 => queue.get_timeout(Duration::from_micros(20)).is_ok(),
            2 => block_on(queue.get_async()).is_some(),
            // Often dropped with a wake-up that was meant for it.
            _ => {
                let mut future = pin!(queue.get_async());
                let mut polled = poll_once(future.as_mut());
                if polled.is_pending() && random.one_in(2) {
                    thread::yield_now();
                    polled = poll_once(future);
                }
                polled.is_ready()
            }
        };
        left -= usize::from(got);
    }
}

fn put_share(queue: &Queue<usize>, mut random: Random) {
    let _free = OnPanic(|| {
        queue.close();
    });
    let mut left = SHARE;
    while left > 0 {
        assert!(!queue.is_closed(), "another thread panicked");
        let went_in = match random.below(4) {
            0 => queue.put(left).is_ok(),
            1 => queue.put_timeout(left, Duration::from_micros(20)).is_ok(),
            2 => block_on(queue.put_async(left)).is_ok(),
            _ => {
                let mut future = pin!(queue.put_async(left));
                let mut polled = poll_once(future.as_mut());
                if polled.is_pending() && random.one_in(2) {
                    thread::yield_now();
                    polled = poll_once(future);
                }
                matches!(polled, Poll::Ready(Ok(())))
            }
        };
        left -= usize::from(went_in);
    }
}

fn everybody_finishes(capacity: usize, sides: usize) {
    stress(|seed| {
        let queue = if capacity == 0 { Queue::unbounded() } else { Queue::bounded(capacity) };
        let watched = queue.clone();
        let _watchdog = Watchdog::new(&format!("capacity {capacity}, seed {seed}"), move || {
            vec![watched.inspect()]
        });
        thread::scope(|scope| {
            let queue = &queue;
            for side in 0..sides {
                scope.spawn(move || get_share(queue, Random::new(seed, side)));
                scope.spawn(move || put_share(queue, Random::new(seed, 100 + side)));
            }
        });
        let inspection = queue.inspect();
        let shares = (sides * SHARE) as u64;
        assert_eq!(common::queue_counts(&inspection), (0, shares, shares));
        assert!(inspection.waiters.is_empty(), "{:?}", inspection.waiters);
    });
}

#[test]
fn nobody_sleeps_through_a_wake_up_at_a_queue_of_1() {
    everybody_finishes(1, 2);
}

#[test]
fn nobody_sleeps_through_a_wake_up_at_a_crowded_queue_of_1() {
    everybody_finishes(1, 4);
}

#[test]
fn nobody_sleeps_through_a_wake_up_at_a_queue_of_2() {
    everybody_finishes(2, 3);
}

#[test]
fn nobody_sleeps_through_a_wake_up_at_an_unbounded_queue() {
    everybody_finishes(0, 2);
}

/// Yields a few times, so that threads meet at different points.
fn dawdle(random: &mut Random) {
    for _ in 0..random.below(12) {
        thread::yield_now();
    }
}

/// One getter, one item, and a future before the getter in the line that goes away at any moment: whoever
/// was woken for the item, the getter has it in the end.
fn a_getter_gets_the_item_past_a_dropped_future(capacity: usize) {
    stress(|seed| {
        let queue = if capacity == 0 { Queue::unbounded() } else { Queue::bounded(capacity) };
        let watched = queue.clone();
        let _watchdog =
            Watchdog::new(&format!("dropped getter, seed {seed}"), move || vec![watched.inspect()]);
        let mut future = Box::pin(queue.get_async());
        assert!(poll_once(future.as_mut()).is_pending());
        thread::scope(|scope| {
            let queue = &queue;
            scope.spawn(move || assert_eq!(queue.get(), Some(7)));
            scope.spawn(move || {
                dawdle(&mut Random::new(seed, 0));
                queue.put(7).unwrap();
            });
            dawdle(&mut Random::new(seed, 1));
            drop(future);
        });
    });
}

#[test]
fn a_getter_of_a_bounded_queue_gets_the_item_past_a_dropped_future() {
    a_getter_gets_the_item_past_a_dropped_future(1);
}

#[test]
fn a_getter_of_an_unbounded_queue_gets_the_item_past_a_dropped_future() {
    a_getter_gets_the_item_past_a_dropped_future(0);
}

#[test]
fn a_putter_has_the_room_past_a_dropped_future() {
    stress(|seed| {
        let queue = Queue::bounded(1);
        queue.put(1).unwrap();
        let watched = queue.clone();
        let _watchdog =
            Watchdog::new(&format!("dropped putter, seed {seed}"), move || vec![watched.inspect()]);
        let mut future = Box::pin(queue.put_async(2));
        assert!(poll_once(future.as_mut()).is_pending());
        thread::scope(|scope| {
            let queue = &queue;
            scope.spawn(move || queue.put(3).unwrap());
            scope.spawn(move || {
                dawdle(&mut Random::new(seed, 0));
                assert_eq!(queue.get(), Some(1));
            });
            dawdle(&mut Random::new(seed, 1));
            drop(future);
        });
        assert_eq!(queue.try_iter().collect::<Vec<_>>(), [3]);
    });
}
