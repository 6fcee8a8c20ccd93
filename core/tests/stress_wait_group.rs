//! One wait group for round after round: a waiter is released by the zero of its round, neither before it
//! nor by a later one.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Waker;
use std::thread;

use common::{
    MOMENT, Random, Watchdog, bad_waker, block_on, catch, despite_bad_wakers, group_counts, join,
    poll_and_drop, share, sides, stress,
};
use named_sync::{Queue, WaitGroup};

/// How many things all workers do together.
const WORK: usize = 160;

/// What may panic in a round. Not both at once: a guard that is dropped while its thread panics would run into a
/// second panic.
#[derive(Clone, Copy, PartialEq)]
enum Panics {
    Wakers,
    Workers,
}

/// Ends one of the things under way.
fn finish(group: &WaitGroup, panics: Panics, random: &mut Random) {
    // The others are released although a waker panics.
    despite_bad_wakers(|| match random.below(3) {
        0 => group.done(),
        2 if panics == Panics::Workers => {
            let guard = group.guard();
            group.done();
            let result: Result<(), _> = catch(move || {
                let _guard = guard;
                panic!("with a guard")
            });
            assert!(result.is_err());
        }
        _ => {
            // The guard counts one up, so the count is two off until both are gone.
            let guard = group.guard();
            group.done();
            drop(guard);
        }
    });
}

/// Waits in one of the ways; false if it gave up.
fn wait(group: &WaitGroup, panics: Panics, random: &mut Random) -> bool {
    match random.below(4) {
        0 => group.wait(),
        1 => return group.wait_timeout(MOMENT).is_ok(),
        2 => block_on(group.wait_async()),
        _ => {
            let waker = if panics == Panics::Wakers { &bad_waker() } else { Waker::noop() };
            return poll_and_drop(group.wait_async(), waker, random).is_some();
        }
    }
    true
}

#[test]
fn a_waiter_is_released_by_the_end_of_its_round() {
    stress(|seed| {
        let (workers, observers) = sides(seed);
        let rounds = share(WORK, workers);
        let panics = if seed % 2 == 0 { Panics::Wakers } else { Panics::Workers };
        let group = WaitGroup::new();
        let jobs = Queue::unbounded();
        let (watched, watched_jobs) = (group.clone(), jobs.clone());
        let scenario = format!("{workers} workers, {observers} observers, seed {seed}");
        let watchdog =
            Watchdog::new(&scenario, move || vec![watched.inspect(), watched_jobs.inspect()]);
        let finished = Vec::from_iter((0..rounds).map(|_| AtomicUsize::new(0)));
        let round_under_way = AtomicUsize::new(0);
        let over = AtomicBool::new(false);
        group.add(workers as i64);
        thread::scope(|scope| {
            let (group, jobs, finished) = (&group, &jobs, &finished);
            let (round_under_way, over) = (&round_under_way, &over);
            for worker in 0..workers {
                let (mut random, progress) = (Random::new(seed, worker), watchdog.progress());
                scope.spawn(move || {
                    for round in jobs {
                        let finished: &AtomicUsize = &finished[round];
                        finished.fetch_add(1, Ordering::Relaxed);
                        finish(group, panics, &mut random);
                        progress.step();
                    }
                });
            }
            let observers = (0..observers).map(|observer| {
                let mut random = Random::new(seed, 100 + observer);
                scope.spawn(move || {
                    while !over.load(Ordering::Acquire) {
                        let round = round_under_way.load(Ordering::Acquire);
                        if wait(group, panics, &mut random) {
                            // Relaxed above: that this sees every worker is the group's promise.
                            assert_eq!(finished[round].load(Ordering::Relaxed), workers);
                        }
                    }
                })
            });
            let observers = Vec::from_iter(observers);
            for (round, finished) in finished.iter().enumerate() {
                jobs.put_many(vec![round; workers]).unwrap();
                group.wait();
                assert_eq!(finished.load(Ordering::Relaxed), workers);
                if round + 1 < rounds {
                    group.add(workers as i64);
                    round_under_way.store(round + 1, Ordering::Release);
                }
            }
            over.store(true, Ordering::Release);
            jobs.close();
            join(observers).for_each(drop);
        });
        let inspection = group.inspect();
        assert_eq!(group_counts(&inspection), (0, rounds as u32), "one generation a round");
        assert!(inspection.waiters.is_empty(), "{:?}", inspection.waiters);
    });
}

#[test]
fn a_refused_change_never_shows() {
    stress(|seed| {
        let group = WaitGroup::new();
        let watched = group.clone();
        let watchdog = Watchdog::new("refused changes", move || vec![watched.inspect()]);
        let (threads, _) = sides(seed);
        thread::scope(|scope| {
            for thread in 0..threads {
                let (group, mut random) = (&group, Random::new(seed, thread));
                let progress = watchdog.progress();
                scope.spawn(move || {
                    for _ in 0..share(600, threads) {
                        progress.step();
                        group.add(1);
                        // Nobody can have so many under way, or add so many more.
                        assert!(group.try_add(-1_000_000).is_err());
                        assert!(group.try_add(i64::from(u32::MAX)).is_err());
                        assert!((1..=threads).contains(&(group.count() as usize)));
                        if random.one_in(4) {
                            thread::yield_now();
                        }
                        group.done();
                    }
                });
            }
        });
        assert_eq!(group.count(), 0);
    });
}
