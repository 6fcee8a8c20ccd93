//! An atomic that many change: no change is lost, and each one sees what the one before it left.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use named_sync_shuttle::Atomic;

use crate::support::*;

scenarios! {
    each_of_many_increments_gives_another_number("an exchange failed", "an update was tried again") {
        const THREADS: usize = 4;
        const EACH: usize = 3;
        let atomic = Atomic::new(0);
        let threads = crew(THREADS, &atomic, |atomic, _| {
            let increment = || match below(3) {
                0 => atomic.add(1),
                1 => {
                    let mut tries = 0;
                    let new = atomic.update(|old| {
                        tries += 1;
                        old + 1
                    });
                    if tries > 1 {
                        note("an update was tried again");
                    }
                    new
                }
                _ => {
                    let mut seen = atomic.get();
                    while let Err(found) = atomic.compare_exchange(seen, seen + 1) {
                        note("an exchange failed");
                        assert_ne!(found, seen, "it fails for no other reason");
                        seen = found;
                    }
                    seen + 1
                }
            };
            let mine: Vec<i64> = (0..EACH).map(|_| increment()).collect();
            assert!(mine.is_sorted(), "{mine:?}");
            mine
        });
        let mut all = join(threads).concat();
        all.sort_unstable();
        assert!(all.iter().copied().eq(1..=(THREADS * EACH) as i64), "{all:?}");
        assert_eq!(atomic.get(), (THREADS * EACH) as i64);
    }

    /// Every value is seen by the one change that replaced it; but the last.
    what_one_swap_left_the_next_one_finds() {
        let atomic = Atomic::new(0);
        let next = Arc::new(AtomicUsize::new(1));
        let threads = crew(4, &(atomic.clone(), next), |(atomic, next), _| {
            (0..3)
                .map(|_| {
                    let new = next.fetch_add(1, Ordering::Relaxed) as i64;
                    if below(2) == 0 {
                        atomic.swap(new)
                    } else {
                        let mut seen = 0;
                        atomic.update(|old| {
                            seen = old;
                            new
                        });
                        seen
                    }
                })
                .collect::<Vec<_>>()
        });
        let mut replaced = join(threads).concat();
        replaced.push(atomic.get());
        replaced.sort_unstable();
        assert!(replaced.iter().copied().eq(0..=12), "{replaced:?}");
    }

    the_greatest_and_the_least_stay() {
        let extremes = (Atomic::new(0), Atomic::new(0));
        let threads = crew(4, &extremes, |(greatest, least), thread| {
            for number in [3, 7, 5] {
                let value = 10 * thread as i64 + number;
                assert!(greatest.fetch_max(value).max(value) <= greatest.get());
                assert!(least.fetch_min(-value).min(-value) >= least.get());
            }
        });
        join(threads);
        assert_eq!((extremes.0.get(), extremes.1.get()), (37, -37));
    }
}
