//! A blocked call, and what ends it: success, its own timeout, the host's flag, the environment's deadline.
//!
//! It is a future that the thread polls: dropping that leaves the line of waiters and passes on a wake-up that had come
//! already, so an interrupted call loses nothing. The thread sleeps in between, on a condition variable of its own.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Instant;

use super::stop::Stop;

/// A call was ended by the host. It did nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interrupted {
    /// In which call of which primitive, as in `queue "jobs": get`.
    pub call: String,
    /// The line of the script, as in `jobs.rhai:12`.
    pub place: String,
    /// By what.
    pub why: Why,
}

/// What ended a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The [`Stop`] flag of the environment.
    Stopped,
    /// The deadline of the environment.
    Deadline,
}

impl Why {
    /// In words.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Why::Stopped => "the host stopped this script",
            Why::Deadline => "this script's time is over",
        }
    }
}

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { call, place, why } = self;
        write!(f, "{call}: interrupted at {place}, as {}", why.as_str())
    }
}

impl Error for Interrupted {}

/// How a wait ended that the host did not end.
pub(super) enum Waited<T> {
    Done(T),
    TimedOut,
}

/// A thread that sleeps until it is woken.
#[derive(Debug, Default)]
pub(super) struct Sleeper {
    is_woken: Mutex<bool>,
    wakes: Condvar,
}

impl Sleeper {
    pub(super) fn wake(&self) {
        *self.is_woken.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.wakes.notify_one();
    }

    /// Returns when it was woken since the last time, or at that moment.
    fn sleep(&self, until: Option<Instant>) {
        let mut is_woken = self.is_woken.lock().unwrap_or_else(PoisonError::into_inner);
        while !std::mem::take(&mut *is_woken) {
            let Some(until) = until else {
                is_woken = self.wakes.wait(is_woken).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let waited = self.wakes.wait_timeout(is_woken, left);
            is_woken = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Wake for Sleeper {
    fn wake(self: Arc<Self>) {
        Sleeper::wake(&self);
    }
}

/// Waits for `future`, at most until `timeout`, unless the host ends it.
pub(super) fn wait<T>(
    future: impl Future<Output = T>,
    timeout: Option<Instant>,
    stop: Option<&Stop>,
    deadline: Option<Instant>,
) -> Result<Waited<T>, Why> {
    let mut future = pin!(future);
    let sleeper = Arc::new(Sleeper::default());
    let waker = Waker::from(Arc::clone(&sleeper));
    let mut context = Context::from_waker(&waker);
    // Before the first look at the flag: either we see it, or it sees us.
    let _wakes = stop.map(|stop| stop.wakes(&sleeper));
    let until = [timeout, deadline].into_iter().flatten().min();
    loop {
        if let Poll::Ready(result) = future.as_mut().poll(&mut context) {
            return Ok(Waited::Done(result));
        }
        if stop.is_some_and(Stop::is_stopped) {
            return Err(Why::Stopped);
        }
        let now = Instant::now();
        if deadline.is_some_and(|deadline| deadline <= now) {
            return Err(Why::Deadline);
        }
        if timeout.is_some_and(|timeout| timeout <= now) {
            return Ok(Waited::TimedOut);
        }
        sleeper.sleep(until);
    }
}
