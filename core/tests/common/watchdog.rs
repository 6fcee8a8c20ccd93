//! Makes a hang a failure that says who is stuck where.

use std::io::{Write, stderr};
use std::process::abort;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use named_sync::Inspection;

const PATIENCE: Duration = Duration::from_secs(60);

/// While it lives, its test has a minute to finish. After that it prints what `inspect` shows and aborts
/// the test process: threads that are stuck can not be stopped in any other way.
#[derive(Debug)]
#[must_use]
pub(crate) struct Watchdog {
    _alive: Sender<()>,
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
        let (alive, ended) = channel();
        let scenario = scenario.to_owned();
        thread::spawn(move || {
            if ended.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
                // The harness captures what the macros print, and would take it to the grave.
                let _ = stderr().write_all(report(&scenario, patience, inspect()).as_bytes());
                abort();
            }
        });
        Self { _alive: alive }
    }
}

fn report(scenario: &str, patience: Duration, rows: Vec<Inspection>) -> String {
    let mut text = format!("{scenario}: not finished after {patience:?}. Blocked are:\n");
    for row in rows {
        let Inspection { kind, name, type_name, state, waiters, .. } = row;
        text += &format!("{kind} {name:?} ({type_name}): {state:?}\n");
        for waiter in waiters {
            text += &format!("    {waiter:?}\n");
        }
    }
    text
}
