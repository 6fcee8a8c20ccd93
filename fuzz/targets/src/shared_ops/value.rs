//! Values that behave as user code may, and the ledger in which they are entered.

use std::collections::BTreeSet;
use std::fmt::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::panicking;

use named_sync::Shared;

use crate::panics::panic_as_user;

/// Behaviours; see the table at the top of `shared_ops`.
const DEBUG_PANICS: usize = 1;
const DEBUG_IS_LONG: usize = 2;
const DROP_PANICS: usize = 3;
const DROP_READS: usize = 4;
const DROP_REPLACES: usize = 5;
const DROP_REPLACES_AND_PANICS: usize = 6;

pub(super) struct Value {
    pub(super) number: u64,
    behaviour: usize,
    ledger: Arc<Ledger>,
}

/// Every value from its beginning to its end, and what the model knows of the variable. Drops change it too.
#[derive(Default)]
pub(super) struct Ledger(Mutex<Pages>);

#[derive(Default)]
struct Pages {
    /// How each value behaves, by its number.
    behaviours: Vec<usize>,
    alive: BTreeSet<u64>,
    /// How many drops panicked.
    panics: u64,
    current: u64,
    version: u64,
    /// For the drops that use it.
    variable: Option<Shared<Value>>,
}

impl Ledger {
    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a value. The first one is current from the beginning.
    pub(super) fn value(self: &Arc<Self>, behaviour: usize) -> Value {
        let mut pages = self.pages();
        let number = pages.behaviours.len() as u64;
        pages.behaviours.push(behaviour);
        pages.alive.insert(number);
        Value { number, behaviour, ledger: Arc::clone(self) }
    }

    /// The variable has a first value.
    pub(super) fn came_to_life(&self, variable: &Shared<Value>) {
        self.pages().variable = Some(variable.clone());
    }

    /// From now on drops leave the variable alone.
    pub(super) fn about_to_end(&self) {
        let variable = self.pages().variable.take();
        drop(variable);
    }

    /// The value of that number is stored now, or just about to be.
    pub(super) fn stored(&self, number: u64) {
        let mut pages = self.pages();
        pages.current = number;
        pages.version += 1;
    }

    pub(super) fn current(&self) -> u64 {
        self.pages().current
    }

    pub(super) fn version(&self) -> u64 {
        self.pages().version
    }

    pub(super) fn panics(&self) -> u64 {
        self.pages().panics
    }

    pub(super) fn behaviour(&self, number: u64) -> usize {
        self.pages().behaviours[number as usize]
    }

    pub(super) fn is_alive(&self, number: u64) -> bool {
        self.pages().alive.contains(&number)
    }

    pub(super) fn assert_alive(&self, expected: &BTreeSet<u64>) {
        assert_eq!(self.pages().alive, *expected, "values that exist");
    }
}

/// What the `Debug` of a value writes, unless it panics.
pub(super) fn text(number: u64, behaviour: usize) -> Option<String> {
    match behaviour {
        DEBUG_PANICS => None,
        DEBUG_IS_LONG => Some(format!("value {number} {}", "é".repeat(200))),
        _ => Some(format!("value {number}")),
    }
}

impl fmt::Debug for Value {
    /// In small pieces, as a structure of many fields does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(text) = text(self.number, self.behaviour) else { panic_as_user() };
        text.chars().try_for_each(|char| f.write_char(char))
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        let variable = {
            let mut pages = self.ledger.pages();
            assert!(pages.alive.remove(&self.number), "value {} was dropped twice", self.number);
            pages.variable.clone()
        };
        let replaces = matches!(self.behaviour, DROP_REPLACES | DROP_REPLACES_AND_PANICS);
        match variable {
            Some(variable) if replaces => {
                let value = self.ledger.value(0);
                self.ledger.stored(value.number);
                variable.set(value);
            }
            Some(variable) if self.behaviour == DROP_READS => {
                let seen = variable.read(|value| value.number);
                assert_eq!(seen, self.ledger.current(), "not the current value");
                assert_eq!(variable.version(), self.ledger.version());
            }
            _ => {}
        }
        let panics = matches!(self.behaviour, DROP_PANICS | DROP_REPLACES_AND_PANICS);
        // A second panic would abort.
        if panics && !panicking() {
            self.ledger.pages().panics += 1;
            panic_as_user();
        }
    }
}
