//! The honest baseline: a deque under a mutex, and two condition variables.
//!
//! It does what somebody careful writes without a library: it signals after it has unlocked, so that the woken
//! thread does not run into the lock, and only if somebody waits, so that the fast path makes no system call.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

/// A queue of at most `capacity` items.
pub(crate) struct Baseline<T> {
    inner: Arc<Inner<T>>,
}

struct Inner<T> {
    state: Mutex<State<T>>,
    capacity: usize,
    not_empty: Condvar,
    not_full: Condvar,
}

struct State<T> {
    items: VecDeque<T>,
    waiting_getters: usize,
    waiting_putters: usize,
}

impl<T> Clone for Baseline<T> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<T> Baseline<T> {
    pub(super) fn new(capacity: usize) -> Self {
        let state = State { items: VecDeque::new(), waiting_getters: 0, waiting_putters: 0 };
        let (not_empty, not_full) = Default::default();
        Self { inner: Arc::new(Inner { state: Mutex::new(state), capacity, not_empty, not_full }) }
    }

    pub(super) fn put(&self, item: T) {
        let mut state = self.lock();
        while state.items.len() >= self.inner.capacity {
            state.waiting_putters += 1;
            state = self.inner.not_full.wait(state).expect("nobody panics under the lock");
            state.waiting_putters -= 1;
        }
        state.items.push_back(item);
        let wake = state.waiting_getters > 0;
        drop(state);
        if wake {
            self.inner.not_empty.notify_one();
        }
    }

    pub(super) fn get(&self) -> T {
        let mut state = self.lock();
        let item = loop {
            if let Some(item) = state.items.pop_front() {
                break item;
            }
            state.waiting_getters += 1;
            state = self.inner.not_empty.wait(state).expect("nobody panics under the lock");
            state.waiting_getters -= 1;
        };
        let wake = state.waiting_putters > 0;
        drop(state);
        if wake {
            self.inner.not_full.notify_one();
        }
        item
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.inner.state.lock().expect("nobody panics under the lock")
    }
}
