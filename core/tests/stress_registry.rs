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

use common::{Ledger, Random, Tracked, stress};
use named_sync::{Atomic, Closed, Inspection, Kind, NameError, Registry};

#[test]
fn threads_that_race_for_a_new_name_get_the_same_primitive() {
    stress(|_| {
        let registry = Registry::new();
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    for name in 0..30 {
                        let name = name.to_string();
                        registry.atomic(&name, 10).add(1);
                        registry.wait_group(&name).add(1);
                        registry.shared(&name, 20).unwrap().update(|old| old + 1);
                        registry.queue(&name, 3).unwrap().put(1).unwrap();
                    }
                });
            }
        });
        for name in 0..30 {
            let name = name.to_string();
            assert_eq!(registry.atomic(&name, 0).get(), 13);
            assert_eq!(registry.wait_group(&name).count(), 3);
            assert_eq!(*registry.shared(&name, 0).unwrap().get(), 23);
            assert_eq!(registry.queue::<i32>(&name, 3).unwrap().size(), 3);
        }
        assert_eq!(registry.inspect().len(), 4 * 30);
    });
}

#[test]
fn of_threads_that_race_with_two_types_only_those_with_the_first_succeed() {
    stress(|_| {
        let registry = Registry::new();
        for name in 0..10 {
            let name = &name.to_string();
            let results = thread::scope(|scope| {
                let number = scope.spawn(|| registry.queue::<u8>(name, 1).map(drop));
                let text = scope.spawn(|| registry.queue::<String>(name, 1).map(drop));
                [number.join().unwrap(), text.join().unwrap()]
            });
            match results {
                [Ok(()), Err(error)] | [Err(error), Ok(())] => {
                    assert!(matches!(error, NameError::TypeMismatch { .. }));
                }
                other => panic!("{other:?}"),
            }
        }
    });
}

#[test]
fn of_threads_that_race_with_two_bounds_only_one_succeeds() {
    stress(|_| {
        let registry = Registry::new();
        for name in 0..10 {
            let name = &name.to_string();
            let results = thread::scope(|scope| {
                let one = scope.spawn(|| registry.queue::<u8>(name, 1).map(drop));
                let two = scope.spawn(|| registry.queue::<u8>(name, 2).map(drop));
                [one.join().unwrap(), two.join().unwrap()]
            });
            match results {
                [Ok(()), Err(error)] | [Err(error), Ok(())] => {
                    assert!(matches!(error, NameError::CapacityMismatch { .. }));
                }
                other => panic!("{other:?}"),
            }
        }
    });
}

#[test]
fn items_in_queues_that_are_removed_and_cleared_meanwhile_are_all_accounted_for() {
    const EACH: usize = 120;
    const NAMES: [&str; 3] = ["a", "b", "c"];
    stress(|seed| {
        let registry = Registry::new();
        let ledger = Ledger::new(3, EACH);
        thread::scope(|scope| {
            for thread in 0..3 {
                let (registry, ledger) = (&registry, &ledger);
                let mut random = Random::new(seed, thread);
                scope.spawn(move || {
                    for sequence in 0..EACH {
                        let name = NAMES[random.below(NAMES.len())];
                        let queue = registry.queue::<Tracked>(name, 0).unwrap();
                        match queue.put(ledger.payload(thread, sequence)) {
                            Ok(()) => {}
                            Err(Closed(item)) => assert_eq!(item.sequence, sequence),
                        }
                        match random.below(40) {
                            0 => registry.clear(),
                            1..5 => drop(registry.remove(Kind::Queue, name)),
                            5..25 => drop(queue.try_get()),
                            25..30 => {
                                let rows = registry.inspect();
                                assert!(rows.is_sorted_by(|a, b| a.name < b.name), "{rows:?}");
                            }
                            _ => {}
                        }
                    }
                });
            }
        });
        drop(registry);
        ledger.assert_settled();
    });
}

/// Every atomic that is made begins with a number of its own in its upper half, and every look-up adds one below.
#[test]
fn look_ups_beside_removals_and_creations_lose_no_primitive_and_free_each_once() {
    const EACH: usize = 2_000;
    const THREADS: usize = 3;
    const NAMES: [&str; 4] = ["a", "b", "c", "a name that does not fit into its entry"];
    stress(|seed| {
        let registry = Registry::new();
        let token = Arc::new(());
        let got: Vec<Vec<Atomic>> = thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS)
                .map(|thread| {
                    let (registry, token) = (&registry, &token);
                    let mut random = Random::new(seed, thread);
                    scope.spawn(move || {
                        let mut got = Vec::new();
                        for sequence in 0..EACH {
                            let name = NAMES[random.below(NAMES.len())];
                            let number = (sequence * THREADS + thread + 1) as i64;
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
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let mut values = BTreeMap::new();
        for value in got.iter().flatten().map(Atomic::get) {
            assert_eq!(
                *values.entry(value >> 32).or_insert(value),
                value,
                "one primitive, one value"
            );
        }
        let additions: i64 = values.values().map(|value| value & 0xffff_ffff).sum();
        assert_eq!(additions, (EACH * THREADS) as i64);
        drop(registry);
        assert_eq!(Arc::strong_count(&token), 1, "every shared variable was freed");
    });
}

#[test]
fn clear_frees_whoever_is_blocked_on_a_queue_of_the_registry() {
    stress(|_| {
        let registry = Registry::new();
        thread::scope(|scope| {
            let getters: Vec<_> = ["a", "b", "c"]
                .map(|name| registry.queue::<u8>(name, 1).unwrap())
                .into_iter()
                .map(|queue| scope.spawn(move || queue.get()))
                .collect();
            common::until(|| registry.inspect().iter().all(|row| row.waiters.len() == 1));
            registry.clear();
            for getter in getters {
                assert_eq!(getter.join().unwrap(), None);
            }
        });
        assert!(registry.inspect().is_empty());
    });
}
