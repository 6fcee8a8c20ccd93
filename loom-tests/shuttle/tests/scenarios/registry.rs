//! Many ask for the same names, while others remove them, look at all of them, or clear everything.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use named_sync_shuttle::{Kind, NameError, Registry, State};

use crate::support::*;

/// Enough for a table to grow to its full size here.
const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// All of them, from any one on.
fn names() -> impl Iterator<Item = &'static str> {
    let first = below(NAMES.len());
    (0..NAMES.len()).map(move |number| NAMES[(first + number) % NAMES.len()])
}

fn registry() -> Arc<Registry> {
    Arc::new(Registry::new())
}

/// A shared value that tells which call made its variable. The ledger that is behind it has no place in an inspection.
struct Made(Tracked);

impl std::fmt::Debug for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Made{:?}", id(&self.0))
    }
}

scenarios! {
    /// They come in different orders, while the tables grow.
    all_who_ask_for_a_name_get_the_same_primitive() {
        const THREADS: usize = 3;
        let registry = registry();
        let threads = crew(THREADS, &registry, |registry, thread| {
            for name in names() {
                match below(2) {
                    0 => registry.queue::<usize>(name, 0).unwrap().put(thread).unwrap(),
                    _ => registry.queue::<usize>(name, THREADS).unwrap_or_else(|error| {
                        assert!(matches!(error, NameError::CapacityMismatch { .. }), "{error}");
                        registry.queue(name, 0).unwrap()
                    }).put(thread).unwrap(),
                }
                registry.atomic(name, 0).add(1);
            }
        });
        join(threads);
        for name in NAMES {
            assert_eq!(registry.atomic(name, 0).get(), THREADS as i64);
            let queue = registry.queue::<usize>(name, 0).unwrap();
            let mut got: Vec<usize> = queue.try_iter().collect();
            got.sort_unstable();
            assert!(got.into_iter().eq(0..THREADS));
        }
        assert_eq!(registry.inspect().len(), 2 * NAMES.len());
    }

    /// Who finds what it offered has made it. So many were made as were removed or are left.
    what_was_made_is_removed_once_or_still_there("found", "made again", "removed") {
        const THREADS: usize = 4;
        const EACH: usize = 6;
        let ledger = Ledger::new(THREADS + 1, EACH);
        let (made, removed) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let registry = registry();
        let all = (Arc::clone(&registry), Arc::clone(&ledger), Arc::clone(&made), Arc::clone(&removed));
        let threads = crew(THREADS, &all, |(registry, ledger, made, removed), thread| {
            let mut kept = Vec::new();
            for number in 0..EACH {
                // Few names, so that they meet.
                let name = NAMES[below(3)];
                match below(3) {
                    0 => {
                        if registry.remove(Kind::Shared, name) {
                            note("removed");
                            removed.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                    _ => {
                        let offered = Made(ledger.payload(thread, number));
                        let shared = registry.shared(name, offered).unwrap();
                        let value = shared.get();
                        if id(&value.0) == (thread, number) {
                            if made.fetch_add(1, Ordering::Relaxed) >= 3 {
                                note("made again");
                            }
                        } else {
                            note("found");
                        }
                        kept.push((shared, id(&value.0)));
                    }
                }
            }
            for (shared, made) in kept {
                assert_eq!(id(&shared.get().0), made, "a handle stays with its primitive");
            }
        });
        join(threads);
        let left = registry.inspect().len();
        let (made, removed) = (made.load(Ordering::Relaxed), removed.load(Ordering::Relaxed));
        assert_eq!(made, removed + left, "made, and removed or left");
        // What was removed while somebody looked it up goes with the next change at the latest.
        registry.shared("last", Made(ledger.payload(THREADS, 0))).unwrap();
        assert_eq!(ledger.alive(), left as u64 + 1, "only what has a name is alive");
        drop((all, registry));
        ledger.assert_settled();
    }

    an_inspection_of_all_that_comes_and_goes_is_sound("seen") {
        let registry = registry();
        let changers = crew(3, &registry, |registry, thread| {
            for name in names().take(3) {
                let atomic = registry.atomic(name, 0);
                atomic.add(1 + thread as i64);
                if below(2) == 0 {
                    registry.remove(Kind::Atomic, name);
                }
            }
        });
        let watchers = crew(2, &registry, |registry, _| {
            for _ in 0..3 {
                let rows = registry.inspect();
                let names: Vec<&str> = rows.iter().map(|row| &*row.name).collect();
                assert!(names.is_sorted() && names.windows(2).all(|two| two[0] != two[1]), "{names:?}");
                for row in &rows {
                    assert!(matches!(row.state, State::Atomic { value: 0..=6, .. }), "{row:?}");
                    note("seen");
                }
            }
        });
        join(changers);
        join(watchers);
    }

    /// Two types want one name, and a clear wakes whoever is blocked. Who comes after it gets a new queue.
    a_clear_wakes_everybody("another type was first", "the end came", "an item came") {
        let registry = registry();
        let done = Arc::new(AtomicUsize::new(0));
        let all = (Arc::clone(&registry), Arc::clone(&done));
        let getters = crew(2, &all, |(registry, done), _| {
            match registry.queue::<u32>("jobs", 1).map(|queue| queue.get()) {
                Ok(Some(item)) => {
                    assert_eq!(item, 7);
                    note("an item came");
                }
                Ok(None) => note("the end came"),
                Err(error) => {
                    assert!(matches!(error, NameError::TypeMismatch { .. }), "{error}");
                    note("another type was first");
                }
            }
            done.fetch_add(1, Ordering::Relaxed);
        });
        let putter = spawn(&registry, |registry| {
            if let Ok(queue) = registry.queue::<u32>("jobs", 1) {
                let _refused_if_closed = queue.put(7);
            }
        });
        let stranger = spawn(&registry, |registry| {
            idle(20);
            _ = registry.queue::<String>("jobs", 1);
        });
        let clearer = spawn(&registry, |registry| {
            idle(40);
            registry.clear();
        });
        clearer.join().unwrap();
        putter.join().unwrap();
        stranger.join().unwrap();
        // For those who come after the clear, and whose queue is a new one.
        wait_until("all who are blocked are woken", || {
            registry.clear();
            done.load(Ordering::Relaxed) == getters.len()
        });
        join(getters);
    }
}
