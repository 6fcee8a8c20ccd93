//! Texts of shared values, which the host's own code writes, and which may therefore never be finished: a `Debug` that
//! takes a lock waits for whoever holds it, and that thread may be the one for whose sake somebody is looking.
//!
//! A text that takes longer than [`PATIENCE`] is left to the thread that writes it. As long as it is not finished, nobody
//! asks for it again, whichever viewer there is: so no more threads are held up than there are such values, and never
//! more than [`AT_MOST`].

use named_sync::SharedValue;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a text may take.
const PATIENCE: Duration = Duration::from_millis(100);

/// How many threads may be held up. After that no text at all is asked for.
const AT_MOST: usize = 8;

/// What is shown of a value whose text is not finished.
const BLOCKED: &str = "<its Debug blocks>";

/// What is shown of the others, if too many are not.
const NOT_ASKED: &str = "<not asked: the Debug of others blocks>";

/// The names of the values whose texts are not finished.
#[derive(Debug, Default)]
pub(super) struct Blocked(Mutex<BTreeSet<String>>);

impl Blocked {
    fn names(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is to be shown of this value instead of its text.
    fn instead_of(&self, name: &str) -> Option<&'static str> {
        let names = self.names();
        if names.contains(name) {
            Some(BLOCKED)
        } else {
            (names.len() >= AT_MOST).then_some(NOT_ASKED)
        }
    }
}

/// What one thread is writing, seen by itself and by who waits for it.
#[derive(Clone, Debug)]
pub(super) struct Writing {
    blocked: Arc<Blocked>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// Which text, since when.
    now: Option<(String, Instant)>,
    /// Nobody waits for it any more.
    is_left: bool,
}

impl Writing {
    pub(super) fn new(blocked: &Arc<Blocked>) -> Self {
        Writing { blocked: Arc::clone(blocked), state: Arc::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The value's text, or what there is instead of it.
    pub(super) fn write(&self, value: SharedValue) -> String {
        if let Some(instead) = self.blocked.instead_of(value.name()) {
            return instead.to_owned();
        }
        {
            let mut state = self.state();
            if state.is_left {
                return String::new();
            }
            state.now = Some((value.name().to_owned(), Instant::now()));
        }
        let text = value.to_string();
        // Its drop is the host's code as well, if it was replaced meanwhile.
        drop(value);
        let mut state = self.state();
        let written = state.now.take();
        if let (true, Some((name, _))) = (state.is_left, written) {
            self.blocked.names().remove(&name);
        }
        text
    }

    /// Leaves the thread alone with what it writes, if that takes too long.
    pub(super) fn leave_if_blocked(&self) -> bool {
        let mut state = self.state();
        let late = state.now.as_ref().filter(|(_, since)| since.elapsed() >= PATIENCE);
        let Some((name, _)) = late else { return false };
        self.blocked.names().insert(name.clone());
        state.is_left = true;
        true
    }
}
