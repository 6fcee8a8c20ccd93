//! Nobody sleeps while there is something to do. Closing a queue would wake whoever was forgotten, so nobody
//! closes here: each side does its share, and a round that does not end is a lost wake-up.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use std::task::Waker;
use std::thread;

use common::{
    MOMENT, OnPanic, Progress, Random, Watchdog, block_on, poll_and_drop, poll_once, queue_of,
    sides, stress,
};
use named_sync::Queue;

/// Takes so many items out.
fn get_share(queue: &Queue<usize>, share: usize, mut random: Random, progress: &Progress) {
    let _free = OnPanic(|| {
        queue.close();
    });
    let mut left = share;
    while left > 0 {
        assert!(!queue.is_closed(), "another thread panicked");
        let got = match random.below(4) {
            0 => queue.get(),
            1 => queue.get_timeout(MOMENT).ok(),
            2 => block_on(queue.get_async()),
            // Often dropped with a wake-up that was meant for it.
            _ => poll_and_drop(queue.get_async(), Waker::noop(), &mut random).flatten(),
        };
        if got.is_some() {
            left -= 1;
            progress.step();
        }
    }
}

/// Gets so many items in.
fn put_share(queue: &Queue<usize>, share: usize, mut random: Random, progress: &Progress) {
    let _free = OnPanic(|| {
        queue.close();
    });
    let mut left = share;
    while left > 0 {
        assert!(!queue.is_closed(), "another thread panicked");
        let went_in = match random.below(4) {
            0 => queue.put(left).is_ok(),
            1 => queue.put_timeout(left, MOMENT).is_ok(),
            2 => block_on(queue.put_async(left)).is_ok(),
            _ => {
                let put = poll_and_drop(queue.put_async(left), Waker::noop(), &mut random);
                put.is_some_and(|result| result.is_ok())
            }
        };
        if went_in {
            left -= 1;
            progress.step();
        }
    }
}

/// The shares of so many threads in what there is to do for all.
fn shares(of_all: usize, threads: usize) -> impl Iterator<Item = usize> {
    (0..threads).map(move |thread| of_all / threads + usize::from(thread < of_all % threads))
}

fn everybody_finishes(capacity: usize) {
    stress(|seed| {
        let (putters, getters) = sides(seed);
        let items = 3 * putters.max(getters);
        let queue = queue_of(capacity);
        let watched = queue.clone();
        let scenario =
            format!("capacity {capacity}, {putters} putters, {getters} getters, seed {seed}");
        let watchdog = Watchdog::new(&scenario, move || vec![watched.inspect()]);
        thread::scope(|scope| {
            let queue = &queue;
            for (side, share) in shares(items, putters).enumerate() {
                let (random, progress) = (Random::new(seed, side), watchdog.progress());
                scope.spawn(move || put_share(queue, share, random, &progress));
            }
            for (side, share) in shares(items, getters).enumerate() {
                let (random, progress) = (Random::new(seed, 100 + side), watchdog.progress());
                scope.spawn(move || get_share(queue, share, random, &progress));
            }
        });
        let inspection = queue.inspect();
        assert_eq!(common::queue_counts(&inspection), (0, items as u64, items as u64));
        assert!(inspection.waiters.is_empty(), "{:?}", inspection.waiters);
    });
}

#[test]
fn nobody_sleeps_through_a_wake_up_at_a_queue_of_1() {
    everybody_finishes(1);
}

#[test]
fn nobody_sleeps_through_a_wake_up_at_a_queue_of_2() {
    everybody_finishes(2);
}

#[test]
fn nobody_sleeps_through_a_wake_up_at_an_unbounded_queue() {
    everybody_finishes(0);
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
        let queue = queue_of(capacity);
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
