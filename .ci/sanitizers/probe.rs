//! Is ThreadSanitizer told enough, and not too much? `probe edges` uses what the standard library synchronizes with and
//! must give no report; `probe race` has a race and must give one. See docs/SANITIZERS.md.

use std::cell::UnsafeCell;
use std::env::args;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, sleep, yield_now};
use std::time::Duration;

/// Memory that is not protected by anything of its own.
#[derive(Default)]
struct Plain(UnsafeCell<u64>);

// SAFETY: whoever uses it sees to it that one thread does so at a time, or has a race.
unsafe impl Sync for Plain {}

impl Plain {
    fn add_one(&self) {
        // SAFETY: see above.
        unsafe { *self.0.get() += 1 };
    }
}

const MOMENT: Duration = Duration::from_millis(1);
const ROUNDS: usize = 20;

fn main() {
    match args().nth(1).as_deref() {
        Some("edges") => {
            a_lock_that_others_hold();
            a_condition_that_is_waited_for();
            the_end_of_a_scope();
            the_last_of_many_handles();
            a_fence_after_a_relaxed_load();
        }
        Some("race") => race(),
        _ => panic!("edges, or race"),
    }
}

fn a_lock_that_others_hold() {
    let (lock, plain) = (Mutex::new(()), Plain::default());
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..ROUNDS {
                    let _guard = lock.lock().unwrap();
                    plain.add_one();
                    sleep(MOMENT / 4);
                }
            });
        }
    });
}

fn a_condition_that_is_waited_for() {
    let (turn, changed, plain) = (Mutex::new(0), Condvar::new(), Plain::default());
    let (turn, changed, plain) = (&turn, &changed, &plain);
    thread::scope(|scope| {
        for me in 0..2 {
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    let mut turn = turn.lock().unwrap();
                    while *turn != me {
                        turn = if round % 2 == 0 {
                            changed.wait(turn).unwrap()
                        } else {
                            changed.wait_timeout(turn, MOMENT).unwrap().0
                        };
                    }
                    plain.add_one();
                    *turn = 1 - me;
                    changed.notify_one();
                }
            });
        }
    });
}

fn the_end_of_a_scope() {
    let plain = Plain::default();
    for _ in 0..ROUNDS {
        thread::scope(|scope| {
            scope.spawn(|| plain.add_one());
        });
        plain.add_one();
    }
}

fn the_last_of_many_handles() {
    struct Value(Plain);
    impl Drop for Value {
        fn drop(&mut self) {
            self.0.add_one();
        }
    }
    for _ in 0..ROUNDS {
        let value = Arc::new((Mutex::new(()), Value(Plain::default())));
        for _ in 0..3 {
            let value = Arc::clone(&value);
            thread::spawn(move || {
                let _guard = value.0.lock().unwrap();
                value.1.0.add_one();
            });
        }
    }
}

fn a_fence_after_a_relaxed_load() {
    for _ in 0..ROUNDS {
        let (ready, plain) = (AtomicBool::new(false), Plain::default());
        thread::scope(|scope| {
            scope.spawn(|| {
                plain.add_one();
                ready.store(true, Ordering::Release);
            });
            while !ready.load(Ordering::Relaxed) {
                yield_now();
            }
            fence(Ordering::SeqCst);
            plain.add_one();
        });
    }
}

/// As the one above, without the fence, and with a read-modify-write in which a release is missing.
fn race() {
    for _ in 0..ROUNDS {
        let (ready, plain) = (AtomicU64::new(0), Plain::default());
        thread::scope(|scope| {
            // Kept: to drop the handle of a thread that has ended comes after all that it did.
            let _handle = scope.spawn(|| {
                plain.add_one();
                ready.fetch_add(1, Ordering::Relaxed);
            });
            while ready.load(Ordering::Acquire) == 0 {
                yield_now();
            }
            plain.add_one();
        });
    }
}
