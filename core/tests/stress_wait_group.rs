//! One wait group for round after round: a waiter is released by the zero of its round, neither before it
//! nor by a later one.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Waker;
use std::thread;

use common::{
    MOMENT, Random, Watchdog, bad_waker, block_on, catch, despite_bad_wakers, group_counts, join,
    poll_and_drop, poll_once, share, sides, stress, until_blocked,
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

/// What a worker writes when a thing is done: plain memory, so that whoever reads it too early is told by a sanitizer.
#[derive(Default)]
struct Written(UnsafeCell<usize>);

// SAFETY: one worker writes it in a round, and it is read when the round is over.
unsafe impl Sync for Written {}

impl Written {
    fn write(&self) {
        // SAFETY: nobody reads it before this is done, and nobody else writes it.
        unsafe { *self.0.get() += 1 };
    }

    /// How often it was written: once, when the round is over.
    fn read(&self) -> usize {
        // SAFETY: nobody writes it any more.
        unsafe { *self.0.get() }
    }
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
        // One for each thing that is done in each round.
        let written = Vec::from_iter((0..rounds * workers).map(|_| Written::default()));
        let all_written = |round: usize| {
            let of_round = &written[round * workers..(round + 1) * workers];
            of_round.iter().all(|written| written.read() == 1)
        };
        let round_under_way = AtomicUsize::new(0);
        let over = AtomicBool::new(false);
        group.add(workers as i64);
        thread::scope(|scope| {
            let (group, jobs, written, all_written) = (&group, &jobs, &written, &all_written);
            let (round_under_way, over) = (&round_under_way, &over);
            for worker in 0..workers {
                let (mut random, progress) = (Random::new(seed, worker), watchdog.progress());
                scope.spawn(move || {
                    for job in jobs {
                        let written: &Written = &written[job];
                        written.write();
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
                            assert!(all_written(round), "released before the end of the round");
                        }
                    }
                })
            });
            let observers = Vec::from_iter(observers);
            for round in 0..rounds {
                jobs.put_many(round * workers..(round + 1) * workers).unwrap();
                group.wait();
                assert!(all_written(round));
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
fn a_round_that_begins_at_once_traps_nobody_who_waits_for_the_last_one() {
    stress(|seed| {
        let (threads, tasks) = sides(seed);
        let group = WaitGroup::new();
        let watched = group.clone();
        let scenario = format!("{threads} threads, {tasks} tasks, seed {seed}");
        let _watchdog = Watchdog::new(&scenario, move || vec![watched.inspect()]);
        group.add(1);
        let mut tasks = Vec::from_iter((0..tasks).map(|_| Box::pin(group.wait_async())));
        assert!(tasks.iter_mut().all(|task| poll_once(task.as_mut()).is_pending()));
        thread::scope(|scope| {
            let threads = Vec::from_iter((0..threads).map(|_| scope.spawn(|| group.wait())));
            until_blocked(threads.len() + tasks.len(), || group.inspect());
            group.done();
            group.add(1);
            join(threads).for_each(drop);
        });
        assert!(tasks.iter_mut().all(|task| poll_once(task.as_mut()).is_ready()));
        assert_eq!(group.count(), 1);
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
