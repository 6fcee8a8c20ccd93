//! Many threads at one registry: one name has one primitive at a time, and removing names loses no item.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use std::thread;

use common::{Ledger, Random, Tracked, stress};
use named_sync::{Closed, Kind, NameError, Registry};

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
