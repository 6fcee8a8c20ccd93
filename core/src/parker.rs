//! One waiter's own alarm clock: wakes one thread or one task, once per arming.
//!
//! It does not use `std::thread::park`, so that the caller's own park token is never consumed, nor set.

use std::task::{Context, Waker};

use crate::sync::{Condvar, Deadline, Mutex, fault};

/// Wakes a parked thread, or the task whose waker it holds.
#[derive(Debug, Default)]
pub(crate) struct Parker {
    state: Mutex<State>,
    condvar: Condvar,
}

#[derive(Debug, Default)]
struct State {
    woken: bool,
    /// Present while a task waits; a parked thread has none.
    waker: Option<Waker>,
}

impl Parker {
    /// Forgets an earlier wake-up, and sets whom the next one reaches: the task of `waker`, or whoever
    /// is in [`park`](Self::park). Only the owner calls this, while nobody else can reach the parker.
    pub(crate) fn arm(&self, waker: Option<Waker>) {
        let old = {
            let mut state = self.state.lock();
            state.woken = false;
            std::mem::replace(&mut state.waker, waker)
        };
        // A waker's drop is user code: it runs after the lock is released.
        drop(old);
    }

    /// Wakes the owner. The user's waker runs after the lock is released.
    pub(crate) fn wake(&self) {
        if fault!("notify-first") {
            self.condvar.notify_one();
        }
        let waker = {
            let mut state = self.state.lock();
            state.woken = true;
            state.waker.take()
        };
        match waker {
            Some(waker) => waker.wake(),
            None if fault!("notify-first") => {}
            None => self.condvar.notify_one(),
        }
    }

    /// Makes the owner look at its deadline again.
    pub(crate) fn nudge(&self) {
        // Under the lock, so that the owner is either before its check or already asleep.
        let _state = self.state.lock();
        self.condvar.notify_one();
    }

    /// Sleeps until woken (true) or until `deadline` (false). A wake-up wins over a deadline.
    pub(crate) fn park(&self, deadline: &Deadline) -> bool {
        let mut state = self.state.lock();
        loop {
            if state.woken {
                return true;
            }
            if deadline.has_passed() {
                return false;
            }
            state = self.condvar.wait_until(state, deadline);
        }
    }

    /// Whether the owner was woken; if not, the next wake-up goes to the waker of `context`.
    pub(crate) fn poll(&self, context: &mut Context<'_>) -> bool {
        {
            let state = self.state.lock();
            if state.woken {
                return true;
            }
            if state.waker.as_ref().is_some_and(|waker| waker.will_wake(context.waker())) {
                return false;
            }
        }
        // Cloning and dropping wakers is user code, so both happen outside the lock.
        let mut new = Some(context.waker().clone());
        let woken = {
            let mut state = self.state.lock();
            if !state.woken {
                std::mem::swap(&mut state.waker, &mut new);
            }
            state.woken
        };
        drop(new);
        woken
    }
}
