//! The host's flag that ends a script, also while a call of it is blocked.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::waiting::Sleeper;

/// A flag that ends the scripts of the environments that were given it. Once set it stays set.
///
/// A blocked call ends at once, and any other call of this module when it begins. A script that calls nothing is not
/// ended by it: let the engine look at it as well, in Rhai with `on_progress`.
///
/// Cheap to clone; every clone is the same flag.
///
/// ```
/// let stop = named_sync_rhai::Stop::new();
/// let clone = stop.clone();
/// clone.stop();
/// assert!(stop.is_stopped());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    is_stopped: AtomicBool,
    /// Who is to be woken by it.
    sleepers: Mutex<Vec<Arc<Sleeper>>>,
}

impl Stop {
    /// A flag that is not set.
    ///
    /// ```
    /// assert!(!named_sync_rhai::Stop::new().is_stopped());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the flag, and wakes every call that is blocked in an environment with it.
    ///
    /// ```
    /// let stop = named_sync_rhai::Stop::new();
    /// stop.stop();
    /// assert!(stop.is_stopped());
    /// ```
    pub fn stop(&self) {
        // ORDERING: Release pairs with the Acquire in `is_stopped`: what the host did before it stopped a script is seen
        // by who finds out that it was.
        self.0.is_stopped.store(true, Ordering::Release);
        // Who enters the list from now on looks at the flag after it did, and the lock makes it see it.
        for sleeper in self.sleepers().iter() {
            sleeper.wake();
        }
    }

    /// Whether it was set.
    ///
    /// ```
    /// assert!(!named_sync_rhai::Stop::new().is_stopped());
    /// ```
    pub fn is_stopped(&self) -> bool {
        // ORDERING: Acquire, as said in `stop`.
        self.0.is_stopped.load(Ordering::Acquire)
    }

    /// Has `sleeper` woken by the flag, until what is returned is dropped. The flag may be set already.
    pub(super) fn wakes<'a>(&'a self, sleeper: &'a Arc<Sleeper>) -> Wakes<'a> {
        self.sleepers().push(Arc::clone(sleeper));
        Wakes { stop: self, sleeper }
    }

    fn sleepers(&self) -> MutexGuard<'_, Vec<Arc<Sleeper>>> {
        // Nothing under the lock can panic half-way.
        self.0.sleepers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) struct Wakes<'a> {
    stop: &'a Stop,
    sleeper: &'a Arc<Sleeper>,
}

impl Drop for Wakes<'_> {
    fn drop(&mut self) {
        let mut sleepers = self.stop.sleepers();
        if let Some(at) = sleepers.iter().position(|other| Arc::ptr_eq(other, self.sleeper)) {
            sleepers.swap_remove(at);
        }
    }
}
