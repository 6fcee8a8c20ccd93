//! shuttle's locks, and a condition variable whose waits may end for no reason.

use std::ops::{Deref, DerefMut};
use std::sync::{LockResult, PoisonError};

use shuttle::sync;

use super::super::Duration;

#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(sync::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        guard(self, self.0.lock())
    }
}

/// As shuttle's, and knows what it locks.
#[derive(Debug)]
pub(crate) struct MutexGuard<'a, T> {
    guard: sync::MutexGuard<'a, T>,
    mutex: &'a Mutex<T>,
}

fn guard<'a, T>(
    mutex: &'a Mutex<T>,
    locked: LockResult<sync::MutexGuard<'a, T>>,
) -> LockResult<MutexGuard<'a, T>> {
    match locked {
        Ok(guard) => Ok(MutexGuard { guard, mutex }),
        Err(poisoned) => Err(PoisonError::new(MutexGuard { guard: poisoned.into_inner(), mutex })),
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

#[derive(Debug, Default)]
pub(crate) struct Condvar(sync::Condvar);

impl Condvar {
    pub(crate) fn notify_one(&self) {
        self.0.notify_one();
    }

    /// May end at once, for no reason.
    pub(crate) fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        let mutex = guard.mutex;
        if super::by_chance() {
            drop(guard);
            return mutex.lock();
        }
        self::guard(mutex, self.0.wait(guard.guard))
    }

    /// Never called: on the virtual clock a wait has no end of its own.
    pub(crate) fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        _left: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, ())> {
        match self.wait(guard) {
            Ok(guard) => Ok((guard, ())),
            Err(poisoned) => Err(PoisonError::new((poisoned.into_inner(), ()))),
        }
    }
}
