//! Locks without poisoning, over the platform's or loom's: no user code runs under any lock of this crate, so
//! a panic can not leave anything half-changed.

use std::sync::PoisonError;

use super::Deadline;
use super::imp::raw;

pub(crate) use raw::MutexGuard;

#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(raw::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
pub(crate) struct RwLock<T>(raw::RwLock<T>);

impl<T: Default> Default for RwLock<T> {
    fn default() -> Self {
        Self(raw::RwLock::new(T::default()))
    }
}

impl<T> RwLock<T> {
    pub(crate) fn read(&self) -> raw::RwLockReadGuard<'_, T> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> raw::RwLockWriteGuard<'_, T> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Default)]
pub(crate) struct Condvar(raw::Condvar);

impl Condvar {
    pub(crate) fn notify_one(&self) {
        self.0.notify_one();
    }

    /// Sleeps until notified, until `deadline`, or for no reason at all.
    pub(crate) fn wait_until<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        deadline: &Deadline,
    ) -> MutexGuard<'a, T> {
        match deadline.left() {
            None => self.0.wait(guard).unwrap_or_else(PoisonError::into_inner),
            Some(left) => {
                self.0.wait_timeout(guard, left).unwrap_or_else(PoisonError::into_inner).0
            }
        }
    }
}
