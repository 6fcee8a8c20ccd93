//! Many threads at one registry: one name has one primitive at a time, and removing names loses no item.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;

use common::{
    Ledger, Random, Tracked, Watchdog, bad_waker, despite_bad_wakers, join, poll_and_drop, share,
    sides, stress, until_blocked,
};
use named_sync::{Atomic, Closed, Inspection, Kind, NameError, Registry};

/// A registry, and the watchdog of the test that uses it.
fn watched_registry(seed: u64) -> (Arc<Registry>, Watchdog) {
    let registry = Arc::new(Registry::new());
    let watched = Arc::clone(&registry);
    let watchdog = Watchdog::new(&format!("registry, seed {seed}"), move || watched.inspect());
    (registry, watchdog)
}

#[test]
fn threads_that_race_for_a_new_name_get_the_same_primitive() {
    stress(|seed| {
        let (threads, _) = sides(seed);
        let (registry, watchdog) = watched_registry(seed);
        thread::scope(|scope| {
            for _ in 0..threads {
                let (registry, progress) = (&registry, watchdog.progress());
                scope.spawn(move || {
                    for name in 0..30 {
                        progress.step();
                        let name = name.to_string();
                        registry.atomic(&name, 10).add(1);
                        registry.wait_group(&name).add(1);
                        registry.shared(&name, 20_u64).unwrap().update(|old| old + 1);
                        registry.queue(&name, 100).unwrap().put(1).unwrap();
                    }
                });
            }
        });
        for name in 0..30 {
            let name = name.to_string();
            assert_eq!(registry.atomic(&name, 0).get(), 10 + threads as i64);
            assert_eq!(registry.wait_group(&name).count(), threads as u32);
            assert_eq!(*registry.shared(&name, 0_u64).unwrap().get(), 20 + threads as u64);
            assert_eq!(registry.queue::<i32>(&name, 100).unwrap().size(), threads);
        }
        assert_eq!(registry.inspect().len(), 4 * 30);
    });
}

type Made = Result<(), NameError>;

/// Threads of two sides want different things of the same names: all of one side have what they want, and all of the
/// other are `refused`.
fn one_side_is_refused(sides_want: [fn(&Registry, &str) -> Made; 2], refused: fn(&Made) -> bool) {
    const NAMES: usize = 20;
    stress(|seed| {
        let (left, right) = sides(seed);
        let (registry, _watchdog) = watched_registry(seed);
        let made = thread::scope(|scope| {
            let [left, right] = [(left, 0), (right, 1)].map(|(threads, side)| {
                let (registry, want) = (&registry, sides_want[side]);
                let make = move |name: usize| want(registry, &name.to_string());
                let make_all = move || Vec::from_iter((0..NAMES).map(make));
                Vec::from_iter((0..threads).map(|_| scope.spawn(make_all)))
            });
            [left, right].map(|side| Vec::from_iter(join(side)))
        });
        for name in 0..NAMES {
            let all = |side: usize, hold: fn(&Made) -> bool| {
                made[side].iter().all(|of_thread| hold(&of_thread[name]))
            };
            let winner = usize::from(!all(0, Result::is_ok));
            assert!(all(winner, Result::is_ok) && all(1 - winner, refused), "{made:?}");
        }
    });
}

#[test]
fn of_threads_that_race_with_two_types_only_those_with_the_first_succeed() {
    one_side_is_refused(
        [
            |registry, name| registry.queue::<u8>(name, 1).map(drop),
            |registry, name| registry.queue::<String>(name, 1).map(drop),
        ],
        |made| matches!(made, Err(NameError::TypeMismatch { .. })),
    );
}

#[test]
fn of_threads_that_race_with_two_bounds_only_those_with_the_first_succeed() {
    one_side_is_refused(
        [
            |registry, name| registry.queue::<u8>(name, 1).map(drop),
            |registry, name| registry.queue::<u8>(name, 2).map(drop),
        ],
        |made| matches!(made, Err(NameError::CapacityMismatch { .. })),
    );
}

#[test]
fn items_in_queues_that_are_removed_and_cleared_meanwhile_are_all_accounted_for() {
    const ITEMS: usize = 360;
    const NAMES: [&str; 3] = ["a", "b", "c"];
    stress(|seed| {
        let (threads, _) = sides(seed);
        let each = share(ITEMS, threads);
        let (registry, watchdog) = watched_registry(seed);
        let ledger = Ledger::new(threads, each);
        thread::scope(|scope| {
            for thread in 0..threads {
                let (registry, ledger, progress) = (&registry, &ledger, watchdog.progress());
                let mut random = Random::new(seed, thread);
                scope.spawn(move || {
                    for sequence in 0..each {
                        let name = NAMES[random.below(NAMES.len())];
                        let queue = registry.queue::<Tracked>(name, 0).unwrap();
                        let item = ledger.payload(thread, sequence);
                        if let Some(Err(Closed(back))) = despite_bad_wakers(|| queue.put(item)) {
                            assert_eq!((back.putter, back.sequence), (thread, sequence));
                        }
                        match random.below(40) {
                            0 => _ = despite_bad_wakers(|| registry.clear()),
                            1..5 => drop(registry.remove(Kind::Queue, name)),
                            5..25 => drop(queue.try_get()),
                            25..30 => {
                                let rows = registry.inspect();
                                assert!(rows.is_sorted_by(|a, b| a.name < b.name), "{rows:?}");
                            }
                            30..35 => {
                                drop(poll_and_drop(queue.get_async(), &bad_waker(), &mut random));
                            }
                            _ => {}
                        }
                        progress.step();
                    }
                });
            }
        });
        drop((watchdog, registry));
        ledger.assert_settled();
    });
}

/// Every atomic that is made begins with a number of its own in its upper half, and every look-up adds one below.
#[test]
fn look_ups_beside_removals_and_creations_lose_no_primitive_and_free_each_once() {
    const LOOK_UPS: usize = 6_000;
    const NAMES: [&str; 4] = ["a", "b", "c", "a name that does not fit into its entry"];
    stress(|seed| {
        let (threads, _) = sides(seed);
        let each = share(LOOK_UPS, threads);
        let (registry, watchdog) = watched_registry(seed);
        let token = Arc::new(());
        let got: Vec<Atomic> = thread::scope(|scope| {
            let threads: Vec<_> = (0..threads)
                .map(|thread| {
                    let (registry, token) = (&registry, &token);
                    let progress = watchdog.progress();
                    let mut random = Random::new(seed, thread);
                    scope.spawn(move || {
                        let mut got = Vec::new();
                        for sequence in 0..each {
                            progress.step();
                            let name = NAMES[random.below(NAMES.len())];
                            let number = (sequence * threads + thread + 1) as i64;
                            let atomic = registry.atomic(name, number << 32);
                            assert_eq!(atomic.name(), Some(name));
                            atomic.add(1);
                            got.push(atomic);
                            registry.shared(name, Arc::clone(token)).unwrap().read(|held| {
                                assert!(Arc::ptr_eq(held, token));
                            });
                            match random.below(40) {
                                0 => registry.clear(),
                                1..8 => drop(registry.remove(Kind::Atomic, name)),
                                8..15 => drop(registry.remove(Kind::Shared, name)),
                                // New names make the table grow.
                                15..25 => drop(registry.atomic(&format!("{number}"), 0)),
                                25 => {
                                    let rows = registry.inspect();
                                    let key = |row: &Inspection| (row.kind, row.name.clone());
                                    assert!(rows.is_sorted_by(|a, b| key(a) < key(b)), "{rows:?}");
                                }
                                _ => {}
                            }
                        }
                        got
                    })
                })
                .collect();
            join(threads).flatten().collect()
        });
        let mut values = BTreeMap::new();
        for value in got.iter().map(Atomic::get) {
            assert_eq!(
                *values.entry(value >> 32).or_insert(value),
                value,
                "one primitive, one value"
            );
        }
        let additions: i64 = values.values().map(|value| value & 0xffff_ffff).sum();
        assert_eq!(additions, (each * threads) as i64);
        drop((watchdog, registry));
        assert_eq!(Arc::strong_count(&token), 1, "every shared variable was freed");
    });
}

#[test]
fn clear_frees_whoever_is_blocked_on_a_queue_of_the_registry() {
    stress(|seed| {
        let (getters, putters) = sides(seed);
        let (registry, _watchdog) = watched_registry(seed);
        let [empty, full] = ["empty", "full"].map(|name| registry.queue(name, 1).unwrap());
        full.put(0).unwrap();
        thread::scope(|scope| {
            let (empty, full) = (&empty, &full);
            let getters = Vec::from_iter((0..getters).map(|_| scope.spawn(|| empty.get())));
            let putters = (1..=putters).map(|item| scope.spawn(move || (item, full.put(item))));
            let putters = Vec::from_iter(putters);
            until_blocked(getters.len(), || empty.inspect());
            until_blocked(putters.len(), || full.inspect());
            registry.clear();
            assert!(join(getters).all(|item| item.is_none()));
            assert!(join(putters).all(|(item, result)| result == Err(Closed(item))));
        });
        assert!(registry.inspect().is_empty());
    });
}
