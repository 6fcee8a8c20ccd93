//! One wait group for round after round: a waiter is released by the zero of its round, neither before it
//! nor by a later one.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use common::{Random, Watchdog, block_on, catch, group_counts, poll_once, stress};
use named_sync::{Queue, WaitGroup};

const WORKERS: usize = 3;
const ROUNDS: usize = 60;

/// Ends one of the things under way.
fn finish(group: &WaitGroup, random: &mut Random) {
    match random.below(3) {
        0 => group.done(),
        1 => {
            // The guard counts one up, so the count is two off until both are gone.
            let guard = group.guard();
            group.done();
            drop(guard);
        }
        _ => {
            let guard = group.guard();
            group.done();
            let result: Result<(), _> = catch(move || {
                let _guard = guard;
                panic!("with a guard")
            });
            assert!(result.is_err());
        }
    }
}

/// Waits in one of the ways; false if it gave up.
fn wait(group: &WaitGroup, random: &mut Random) -> bool {
    match random.below(4) {
        0 => group.wait(),
        1 => return group.wait_timeout(Duration::from_micros(30)).is_ok(),
        2 => block_on(group.wait_async()),
        _ => {
            let mut future = pin!(group.wait_async());
            let first = poll_once(future.as_mut());
            thread::yield_now();
            return first.is_ready() || poll_once(future).is_ready();
        }
    }
    true
}

#[test]
fn a_waiter_is_released_by_the_end_of_its_round() {
    stress(|seed| {
        let group = WaitGroup::new();
        let jobs = Queue::unbounded();
        let (watched, watched_jobs) = (group.clone(), jobs.clone());
        let _watchdog = Watchdog::new(&format!("rounds, seed {seed}"), move || {
            vec![watched.inspect(), watched_jobs.inspect()]
        });
        let finished: Vec<AtomicUsize> = (0..ROUNDS).map(|_| AtomicUsize::new(0)).collect();
        let round_under_way = AtomicUsize::new(0);
        let over = AtomicBool::new(false);
        group.add(WORKERS as i64);
        thread::scope(|scope| {
            let (group, jobs, finished) = (&group, &jobs, &finished);
            let (round_under_way, over) = (&round_under_way, &over);
            for worker in 0..WORKERS {
                let mut random = Random::new(seed, worker);
                scope.spawn(move || {
                    for round in jobs {
                        let finished: &AtomicUsize = &finished[round];
                        finished.fetch_add(1, Ordering::Relaxed);
                        finish(group, &mut random);
                    }
                });
            }
            for observer in 0..2 {
                let mut random = Random::new(seed, 100 + observer);
                scope.spawn(move || {
                    while !over.load(Ordering::Acquire) {
                        let round = round_under_way.load(Ordering::Acquire);
                        if wait(group, &mut random) {
                            // Relaxed above: that this sees every worker is the group's promise.
                            assert_eq!(finished[round].load(Ordering::Relaxed), WORKERS);
                        }
                    }
                });
            }
            for (round, finished) in finished.iter().enumerate() {
                jobs.put_many([round; WORKERS]).unwrap();
                group.wait();
                assert_eq!(finished.load(Ordering::Relaxed), WORKERS);
                if round + 1 < ROUNDS {
                    group.add(WORKERS as i64);
                    round_under_way.store(round + 1, Ordering::Release);
                }
            }
            over.store(true, Ordering::Release);
            jobs.close();
        });
        let inspection = group.inspect();
        assert_eq!(group_counts(&inspection), (0, ROUNDS as u32), "one generation a round");
        assert!(inspection.waiters.is_empty(), "{:?}", inspection.waiters);
    });
}

#[test]
fn a_refused_change_never_shows() {
    stress(|seed| {
        let group = WaitGroup::new();
        thread::scope(|scope| {
            for thread in 0..3 {
                let (group, mut random) = (&group, Random::new(seed, thread));
                scope.spawn(move || {
                    for _ in 0..200 {
                        group.add(1);
                        // Nobody can have so many under way, or add so many more.
                        assert!(group.try_add(-1_000_000).is_err());
                        assert!(group.try_add(i64::from(u32::MAX)).is_err());
                        assert!((1..=3).contains(&group.count()));
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
