//! A count and a generation, which wakers change too.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::panicking;

use named_sync::WaitGroupError;

use crate::panics::panic_as_user;

pub(super) struct Model {
    name: Option<&'static str>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    count: u32,
    generation: u32,
    /// How many wakers panicked.
    panics: u32,
}

impl Model {
    pub(super) fn new(name: Option<&'static str>) -> Self {
        Self { name, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn name(&self) -> Option<&'static str> {
        self.name
    }

    pub(super) fn count(&self) -> u32 {
        self.state().count
    }

    pub(super) fn generation(&self) -> u32 {
        self.state().generation
    }

    pub(super) fn panics(&self) -> u32 {
        self.state().panics
    }

    /// To be called before the group itself is changed: the wakers that this runs find the model up to date.
    pub(super) fn change(&self, delta: i64) -> Result<(), WaitGroupError> {
        let mut state = self.state();
        let (name, count) = (self.name.unwrap_or_default().to_owned(), state.count);
        let sum = i128::from(count) + i128::from(delta);
        if sum < 0 {
            return Err(WaitGroupError::Underflow { name, count, delta });
        }
        let Ok(sum) = u32::try_from(sum) else {
            return Err(WaitGroupError::Overflow { name, count, delta });
        };
        state.count = sum;
        if count > 0 && sum == 0 {
            state.generation += 1;
        }
        Ok(())
    }

    /// What a waker does that panics. It does not while its thread unwinds, as that would abort.
    pub(super) fn panic_once_at_a_time(&self) {
        if !panicking() {
            self.state().panics += 1;
            panic_as_user();
        }
    }
}
