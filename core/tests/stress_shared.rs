//! A shared variable under readers and writers: no update is lost, nothing that is read is gone, and every
//! value is dropped once.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use common::{Random, Watchdog, catch, join, share, sides, stress};
use named_sync::Shared;

const ALIVE: u64 = 0x600d_600d_600d_600d;
const GONE: u64 = 0xdead_dead_dead_dead;

/// How many values all writers make together.
const VALUES: usize = 200;

const IN_A_DROP: &str = "in a drop";

/// Knows whether it was dropped, and counts itself.
#[derive(Debug)]
struct Value {
    number: u64,
    canary: AtomicU64,
    /// Whether its drop panics.
    bad: bool,
    _alive: Arc<()>,
}

impl Value {
    fn new(number: u64, alive: &Arc<()>) -> Self {
        Self { number, canary: AtomicU64::new(ALIVE), bad: false, _alive: Arc::clone(alive) }
    }

    fn read(&self) -> u64 {
        assert_eq!(self.canary.load(Ordering::Relaxed), ALIVE, "read after its drop");
        self.number
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        assert_eq!(self.canary.swap(GONE, Ordering::Relaxed), ALIVE, "dropped twice");
        assert!(!self.bad, "{IN_A_DROP}");
    }
}

/// A panic that is expected, in user code that a shared variable runs.
fn panics<R: Debug>(run: impl FnOnce() -> R) {
    assert_eq!(catch(run).unwrap_err().message, "on purpose");
}

/// Reads in one of the ways.
fn read(shared: &Shared<Value>, random: &mut Random) -> u64 {
    match random.below(5) {
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
        3 if random.one_in(8) => {
            panics(|| shared.read(|_| panic!("on purpose")));
            shared.read(Value::read)
        }
        _ => {
            let (first, second) = (shared.get(), shared.get());
            assert!(first.read() <= second.read());
            second.read()
        }
    }
}

/// A shared variable with its writers and readers.
struct Crowd {
    writers: usize,
    readers: usize,
    /// How many values each writer makes.
    each: usize,
    /// Dropped before the variable, of which it has a handle.
    watchdog: Watchdog,
    shared: Shared<Value>,
    alive: Arc<()>,
}

impl Crowd {
    fn new(seed: u64) -> Self {
        let (writers, readers) = sides(seed);
        let alive = Arc::new(());
        let shared = Shared::new(Value::new(0, &alive));
        let watched = shared.clone();
        let scenario = format!("{writers} writers, {readers} readers, seed {seed}");
        let watchdog = Watchdog::new(&scenario, move || vec![watched.inspect()]);
        Self { writers, readers, each: share(VALUES, writers), watchdog, shared, alive }
    }

    /// What all values that are not dropped have a count of.
    fn alive(&self) -> Arc<()> {
        Arc::clone(&self.alive)
    }

    fn values(&self) -> u64 {
        (self.writers * self.each) as u64
    }

    /// Every writer writes `each` times, with the numbers from its own first one on, while every reader reads again
    /// and again.
    fn run(
        &self,
        seed: u64,
        write: impl Fn(u64, &mut Random) + Sync,
        read: impl Fn(&mut u64, &mut Random) + Sync,
    ) {
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            let (over, write, read) = (&over, &write, &read);
            let writers = (0..self.writers).map(|writer| {
                let (mut random, progress) = (Random::new(seed, writer), self.watchdog.progress());
                scope.spawn(move || {
                    for number in 0..self.each {
                        write((1 + writer * self.each + number) as u64, &mut random);
                        progress.step();
                    }
                })
            });
            let writers = Vec::from_iter(writers);
            let readers = (0..self.readers).map(|reader| {
                let mut random = Random::new(seed, 100 + reader);
                scope.spawn(move || {
                    let mut newest = 0;
                    while !over.load(Ordering::Relaxed) {
                        read(&mut newest, &mut random);
                    }
                })
            });
            let readers = Vec::from_iter(readers);
            let ends = Vec::from_iter(writers.into_iter().map(|writer| writer.join()));
            over.store(true, Ordering::Relaxed);
            join(readers).for_each(drop);
            assert!(ends.iter().all(Result::is_ok), "{ends:?}");
        });
    }
}

#[test]
fn no_update_is_lost_and_readers_see_the_number_grow() {
    stress(|seed| {
        let crowd = Crowd::new(seed);
        let (shared, alive) = (&crowd.shared, &crowd.alive());
        let write = |_, random: &mut Random| {
            let new = shared.update(|old| Value::new(old.read() + 1, alive));
            assert!(new.read() > 0);
            if random.one_in(8) {
                panics(|| {
                    shared.update(|old| {
                        let _half_made = Value::new(old.read() + 1, alive);
                        panic!("on purpose")
                    })
                });
            }
        };
        crowd.run(seed, write, |newest, random| {
            let seen = read(shared, random);
            assert!(seen >= *newest, "{seen} after {newest}");
            *newest = seen;
        });
        let values = crowd.values();
        assert_eq!(shared.read(Value::read), values);
        assert_eq!(shared.version(), values, "a panicking update stores nothing");
        assert_eq!(Arc::strong_count(alive), 3, "the current value, the crowd, and this handle");
        drop(crowd);
        assert_eq!(Arc::strong_count(alive), 1);
    });
}

#[test]
fn each_value_is_swapped_out_once() {
    stress(|seed| {
        let crowd = Crowd::new(seed);
        let (shared, alive) = (&crowd.shared, &crowd.alive());
        let seen = Mutex::new(Vec::new());
        let write = |number, _: &mut Random| {
            let old = shared.swap(Value::new(number, alive)).read();
            seen.lock().unwrap().push(old);
        };
        crowd.run(seed, write, |_, _| assert!(shared.read(Value::read) <= crowd.values()));
        assert_eq!(shared.version(), crowd.values());
        let mut seen = seen.into_inner().unwrap();
        seen.push(shared.read(Value::read));
        seen.sort_unstable();
        let all = Vec::from_iter(0..=crowd.values());
        assert_eq!(seen, all, "every value came back once, or is current");
        drop(crowd);
        assert_eq!(Arc::strong_count(alive), 1);
    });
}

/// Runs something in which the bad value may be dropped, and counts the panics of that.
fn despite_a_bad_value(panics: &AtomicU64, run: impl FnOnce()) {
    if let Err(caught) = catch(run) {
        assert_eq!(caught.message, IN_A_DROP, "{caught:?}");
        panics.fetch_add(1, Ordering::Relaxed);
    }
}

/// There is one such value: two could come to be dropped together, and the second panic would end the process.
#[test]
fn a_value_whose_drop_panics_does_so_once_and_takes_no_other_along() {
    stress(|seed| {
        let crowd = Crowd::new(seed);
        let (shared, alive, values) = (crowd.shared.clone(), crowd.alive(), crowd.values());
        let bad = 1 + seed % values;
        let panics = AtomicU64::new(0);
        let write = |number, random: &mut Random| {
            let mut value = Value::new(number, &alive);
            value.bad = number == bad;
            let swaps = random.one_in(2);
            despite_a_bad_value(&panics, || {
                if swaps {
                    drop(shared.swap(value));
                } else {
                    shared.set(value);
                }
            });
        };
        crowd.run(seed, write, |_, random| {
            let gets = random.one_in(2);
            despite_a_bad_value(&panics, || {
                let seen = if gets { shared.get().read() } else { shared.read(Value::read) };
                assert!(seen <= values);
            });
        });
        assert_eq!(shared.version(), values, "the value of each set was stored");
        drop(crowd);
        despite_a_bad_value(&panics, || drop(shared));
        assert_eq!(Arc::strong_count(&alive), 1);
        assert_eq!(panics.into_inner(), 1);
    });
}
