//! Locks without poisoning, over the platform's or loom's: no user code runs under any lock of this crate, so
//! a panic can not leave anything half-changed.

use std::sync::PoisonError;

use super::Deadline;
use super::imp::{self, raw};

pub(crate) use raw::MutexGuard;

#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(raw::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
        if imp::wakes_for_no_reason() {
            return guard;
        }
        match deadline.left() {
            None => self.0.wait(guard).unwrap_or_else(PoisonError::into_inner),
            Some(left) => {
                self.0.wait_timeout(guard, left).unwrap_or_else(PoisonError::into_inner).0
            }
        }
    }
}
