//! A shared variable under readers and writers: no update is lost, nothing that is read is gone, and every
//! value is dropped once.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use common::{Random, catch, stress};
use named_sync::Shared;

const ALIVE: u64 = 0x600d_600d_600d_600d;
const GONE: u64 = 0xdead_dead_dead_dead;

/// Knows whether it was dropped, and counts itself.
#[derive(Debug)]
struct Value {
    number: u64,
    canary: AtomicU64,
    _alive: Arc<()>,
}

impl Value {
    fn new(number: u64, alive: &Arc<()>) -> Self {
        Self { number, canary: AtomicU64::new(ALIVE), _alive: Arc::clone(alive) }
    }

    fn read(&self) -> u64 {
        assert_eq!(self.canary.load(Ordering::Relaxed), ALIVE, "read after its drop");
        self.number
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        assert_eq!(self.canary.swap(GONE, Ordering::Relaxed), ALIVE, "dropped twice");
    }
}

/// Reads in one of the ways.
fn read(shared: &Shared<Value>, random: &mut Random) -> u64 {
    match random.below(4) {
        0 => shared.get().read(),
        1 => shared.read(|value| {
            thread::yield_now();
            value.read()
        }),
        2 => shared.read(|value| {
            let inner = shared.read(Value::read);
            assert!(inner >= value.read(), "an inner read is no older");
            value.read()
        }),
        _ => {
            let (first, second) = (shared.get(), shared.get());
            assert!(first.read() <= second.read());
            second.read()
        }
    }
}

#[test]
fn no_update_is_lost_and_readers_see_the_number_grow() {
    const EACH: u64 = 100;
    stress(|seed| {
        let alive = Arc::new(());
        let shared = Shared::new(Value::new(0, &alive));
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            let over = &over;
            let mut writers = Vec::new();
            for writer in 0..2 {
                let (shared, alive, mut random) = (&shared, &alive, Random::new(seed, writer));
                writers.push(scope.spawn(move || {
                    for _ in 0..EACH {
                        let new = shared.update(|old| Value::new(old.read() + 1, alive));
                        assert!(new.read() > 0);
                        if random.one_in(8) {
                            let result = catch(|| {
                                shared.update(|old| {
                                    let _half_made = Value::new(old.read() + 1, alive);
                                    panic!("in an update")
                                })
                            });
                            assert!(result.is_err());
                        }
                    }
                }));
            }
            for reader in 0..2 {
                let (shared, mut random) = (&shared, Random::new(seed, 100 + reader));
                scope.spawn(move || {
                    let mut newest = 0;
                    while !over.load(Ordering::Relaxed) {
                        let seen = read(shared, &mut random);
                        assert!(seen >= newest, "{seen} after {newest}");
                        newest = seen;
                    }
                });
            }
            let ends: Vec<_> = writers.into_iter().map(|writer| writer.join()).collect();
            over.store(true, Ordering::Relaxed);
            assert!(ends.iter().all(Result::is_ok), "{ends:?}");
        });
        assert_eq!(shared.read(Value::read), 2 * EACH);
        assert_eq!(shared.version(), 2 * EACH, "a panicking update stores nothing");
        assert_eq!(Arc::strong_count(&alive), 2, "the current value, and this handle");
        drop(shared);
        assert_eq!(Arc::strong_count(&alive), 1);
    });
}

#[test]
fn each_value_is_swapped_out_once() {
    const EACH: u64 = 100;
    stress(|_| {
        let alive = Arc::new(());
        let shared = Shared::new(Value::new(0, &alive));
        let mut seen: Vec<u64> = thread::scope(|scope| {
            let writers: Vec<_> = (0..3)
                .map(|writer| {
                    let (shared, alive) = (&shared, &alive);
                    scope.spawn(move || {
                        let number = |n| 1 + writer * EACH + n;
                        let swap = |n| shared.swap(Value::new(number(n), alive)).read();
                        (0..EACH).map(swap).collect::<Vec<_>>()
                    })
                })
                .collect();
            writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
        });
        assert_eq!(shared.version(), 3 * EACH);
        seen.push(shared.read(Value::read));
        seen.sort_unstable();
        assert_eq!(seen, Vec::from_iter(0..=3 * EACH), "every value came back once, or is current");
        drop(shared);
        assert_eq!(Arc::strong_count(&alive), 1);
    });
}
