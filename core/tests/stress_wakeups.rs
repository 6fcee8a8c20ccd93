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
    MOMENT, OnPanic, Progress, Random, Watchdog, block_on, join, poll_and_drop, poll_once,
    queue_of, sides, stress, until_blocked,
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
    for _ in 0..random.below(4) {
        thread::yield_now();
    }
}

/// Getters, an item for each, and futures before them in the line that go away at any moment: whoever is woken for
/// an item, a getter has it in the end.
fn getters_get_their_items_past_dropped_futures(capacity: usize) {
    stress(|seed| {
        let (getters, futures) = sides(seed);
        let mut random = Random::new(seed, 0);
        let queue = queue_of(capacity);
        let watched = queue.clone();
        let scenario = format!("{getters} getters behind {futures} futures, seed {seed}");
        let _watchdog = Watchdog::new(&scenario, move || vec![watched.inspect()]);
        let mut futures = Vec::from_iter((0..futures).map(|_| Box::pin(queue.get_async())));
        assert!(futures.iter_mut().all(|future| poll_once(future.as_mut()).is_pending()));
        let mut got = thread::scope(|scope| {
            let queue = &queue;
            let threads = Vec::from_iter((0..getters).map(|_| scope.spawn(|| queue.get())));
            if random.one_in(2) {
                until_blocked(getters + futures.len(), || queue.inspect());
            }
            let mut dawdler = random.clone();
            scope.spawn(move || {
                for item in 0..getters {
                    dawdle(&mut dawdler);
                    queue.put(item).unwrap();
                }
            });
            for future in futures {
                dawdle(&mut random);
                drop(future);
            }
            Vec::from_iter(join(threads).map(Option::unwrap))
        });
        got.sort_unstable();
        assert!(got.into_iter().eq(0..getters));
    });
}

#[test]
fn getters_of_a_bounded_queue_get_their_items_past_dropped_futures() {
    getters_get_their_items_past_dropped_futures(1);
}

#[test]
fn getters_of_an_unbounded_queue_get_their_items_past_dropped_futures() {
    getters_get_their_items_past_dropped_futures(0);
}

#[test]
fn putters_have_their_room_past_dropped_futures() {
    stress(|seed| {
        let (putters, futures) = sides(seed);
        let mut random = Random::new(seed, 0);
        let queue = Queue::bounded(1);
        queue.put(0).unwrap();
        let watched = queue.clone();
        let scenario = format!("{putters} putters behind {futures} futures, seed {seed}");
        let _watchdog = Watchdog::new(&scenario, move || vec![watched.inspect()]);
        let mut futures = Vec::from_iter((0..futures).map(|_| Box::pin(queue.put_async(1000))));
        assert!(futures.iter_mut().all(|future| poll_once(future.as_mut()).is_pending()));
        let mut got = thread::scope(|scope| {
            let queue = &queue;
            for item in 1..=putters {
                scope.spawn(move || queue.put(item).unwrap());
            }
            if random.one_in(2) {
                until_blocked(putters + futures.len(), || queue.inspect());
            }
            let mut dawdler = random.clone();
            let getter = scope.spawn(move || {
                Vec::from_iter((0..=putters).map(|_| {
                    dawdle(&mut dawdler);
                    queue.get().unwrap()
                }))
            });
            for future in futures {
                dawdle(&mut random);
                drop(future);
            }
            getter.join().unwrap()
        });
        got.sort_unstable();
        assert!(got.into_iter().eq(0..=putters));
    });
}
