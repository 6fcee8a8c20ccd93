//! Makes a hang a failure that says who is stuck where.

use std::io::{Write, stderr};
use std::process::abort;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use named_sync::Inspection;

const PATIENCE: Duration = Duration::from_secs(60);

/// While it lives, its test has to make progress. If there is none for a minute it prints what `inspect` shows
/// and aborts the test process: threads that are stuck can not be stopped in any other way.
///
/// Progress is what the [`Progress`] handles count. A test without them has a minute in all.
#[derive(Debug)]
#[must_use]
pub(crate) struct Watchdog {
    watched: Arc<Watched>,
    dog: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Watched {
    counters: Mutex<Vec<Arc<Counter>>>,
    over: Mutex<bool>,
    ended: Condvar,
}

/// On a cache line of its own, lest counting makes threads wait for one another.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Counter(AtomicU64);

/// What one thread has achieved.
#[derive(Debug)]
pub(crate) struct Progress(Arc<Counter>);

impl Progress {
    /// Something went on that can not go on for ever: an item went in or came out, a value was replaced. An attempt
    /// that failed is no progress.
    pub(crate) fn step(&self) {
        // One thread counts here, so this need not be a read-modify-write: which would be a fence on some processors,
        // and hide that one is missing in what is tested.
        let count = self.0.0.load(Ordering::Relaxed);
        self.0.0.store(count + 1, Ordering::Relaxed);
    }
}

impl Watchdog {
    pub(crate) fn new(
        scenario: &str,
        inspect: impl Fn() -> Vec<Inspection> + Send + 'static,
    ) -> Self {
        Self::with_patience(scenario, PATIENCE, inspect)
    }

    pub(crate) fn with_patience(
        scenario: &str,
        patience: Duration,
        inspect: impl Fn() -> Vec<Inspection> + Send + 'static,
    ) -> Self {
        let watched = Arc::new(Watched::default());
        let (scenario, watches) = (scenario.to_owned(), Arc::clone(&watched));
        let dog = thread::spawn(move || {
            if let Err(Stuck(steps)) = watches.watch(patience) {
                let text = report(&scenario, patience, steps, inspect());
                // The harness captures what the macros print, and would take it to the grave.
                let _ = stderr().write_all(text.as_bytes());
                abort();
            }
        });
        Self { watched, dog: Some(dog) }
    }

    /// For one more thread of the test.
    pub(crate) fn progress(&self) -> Progress {
        let counter = Arc::<Counter>::default();
        self.watched.counters.lock().unwrap().push(Arc::clone(&counter));
        Progress(counter)
    }
}

/// After so many steps.
struct Stuck(u64);

impl Watched {
    fn steps(&self) -> u64 {
        let counters = self.counters.lock().unwrap();
        counters.iter().map(|counter| counter.0.load(Ordering::Relaxed)).sum()
    }

    /// Returns when the test is over, or has not made a step for that long.
    fn watch(&self, patience: Duration) -> Result<(), Stuck> {
        let (mut seen, mut since) = (0, Instant::now());
        let mut over = self.over.lock().unwrap();
        while !*over {
            let steps = self.steps();
            if steps != seen {
                (seen, since) = (steps, Instant::now());
            } else if since.elapsed() >= patience {
                return Err(Stuck(steps));
            }
            over = self.ended.wait_timeout(over, patience / 10).unwrap().0;
        }
        Ok(())
    }
}

/// Waits until the dog has dropped its handles of what it watched.
impl Drop for Watchdog {
    fn drop(&mut self) {
        *self.watched.over.lock().unwrap() = true;
        self.watched.ended.notify_one();
        let ended = self.dog.take().map(JoinHandle::join);
        assert!(thread::panicking() || matches!(ended, Some(Ok(()))), "the dog panicked");
    }
}

fn report(scenario: &str, patience: Duration, steps: u64, rows: Vec<Inspection>) -> String {
    let mut text =
        format!("{scenario}: no progress for {patience:?}, after {steps} steps. Blocked are:\n");
    for row in rows {
        let Inspection { kind, name, type_name, state, waiters, .. } = row;
        text += &format!("{kind} {name:?} ({type_name}): {state:?}\n");
        for waiter in waiters {
            text += &format!("    {waiter:?}\n");
        }
    }
    text
}
