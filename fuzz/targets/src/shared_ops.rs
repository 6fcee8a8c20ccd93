//! Bytes as operations on a shared variable, compared with the number of the value that is current.
//!
//! The first byte says how the first value behaves (its high half, as below) and in which order everything goes in
//! the end: the variable first if it is odd. Every further byte is one step: its low half says which, its high half
//! is the argument.
//!
//! | low half | step | argument |
//! | --- | --- | --- |
//! | 0 | `set` | how the new value behaves |
//! | 1 | `swap`, and the old value dropped | the same |
//! | 2 | `swap`, and the old value kept | the same |
//! | 3 | `update`, and the new value dropped | the same |
//! | 4 | `update`, and the new value kept | the same |
//! | 5 | `update`, in whose closure the steps up to the end are done | the same |
//! | 6 | `read`, in whose closure the steps up to the end are done | |
//! | 7 | the end of such steps | |
//! | 8 | the end of such steps by a panic | |
//! | 9 | `get`, and the value kept | |
//! | a | a kept value dropped | which |
//! | b | a handle cloned | |
//! | c | a handle dropped, if it is not the last | which |
//! | d | `inspect` | |
//! | e | `Debug` of a handle | |
//! | f | a kept value read | which |
//!
//! | how a value behaves | |
//! | --- | --- |
//! | 0 | as a value does |
//! | 1 | its `Debug` panics |
//! | 2 | its `Debug` is too long to be shown |
//! | 3 | its drop panics |
//! | 4 | its drop reads the variable |
//! | 5 | its drop replaces what is in the variable by a value of behaviour 0 |
//! | 6 | its drop does so, and panics |
//! | 7 to f | as 0 |

mod value;

use std::collections::BTreeSet;
use std::sync::Arc;

use named_sync::{Kind, Shared, State, VALUE_LIMIT};

use crate::bytes::{Bytes, Steps};
use crate::panics::{catch_users, panic_as_user};
use value::{Ledger, Value};

/// So many handles at most, and so many kept values.
const MOST: usize = 8;

/// So many readings within each other.
const DEEPEST: usize = 12;

/// How the steps in a closure ended.
#[derive(PartialEq, Eq)]
enum End {
    Plain,
    Panic,
}

struct Run<'a> {
    bytes: Bytes<'a>,
    steps: Steps,
    handles: Vec<Shared<Value>>,
    ledger: Arc<Ledger>,
    kept: Vec<(u64, Arc<Value>)>,
    /// The values that closures under way have before them.
    read: Vec<u64>,
}

/// Runs the steps that `data` stands for.
///
/// # Panics
///
/// If the variable does anything that the model does not.
pub fn shared_ops(data: &[u8]) -> Steps {
    let mut bytes = Bytes::new(data);
    let Some((order, behaviour)) = bytes.step() else { return Steps::default() };
    let ledger = Arc::<Ledger>::default();
    let shared = Shared::new(ledger.value(behaviour));
    ledger.came_to_life(&shared);
    let mut run = Run {
        bytes,
        steps: Steps::default(),
        handles: vec![shared],
        ledger: Arc::clone(&ledger),
        kept: Vec::new(),
        read: Vec::new(),
    };
    run.check();
    // An end of steps that nothing began is no end.
    while run.bytes.len() > 0 {
        run.run_to_an_end();
    }
    run.end(order % 2 == 1);
    ledger.assert_alive(&BTreeSet::new());
    run.steps
}

impl Run<'_> {
    /// Those in a closure, or the first ones.
    fn run_to_an_end(&mut self) -> End {
        while let Some((step, argument)) = self.bytes.step() {
            self.steps.note(step);
            match step {
                7 => return End::Plain,
                8 => return End::Panic,
                _ => self.step(step, argument),
            }
            self.check();
        }
        End::Plain
    }

    fn step(&mut self, step: u8, argument: usize) {
        let shared = self.handles[self.bytes.len() % self.handles.len()].clone();
        let old = self.ledger.current();
        match step {
            0 => {
                let value = self.ledger.value(argument);
                self.ledger.stored(value.number);
                self.may_drop(|_| shared.set(value));
            }
            1 | 2 => {
                let value = self.ledger.value(argument);
                self.ledger.stored(value.number);
                self.may_drop(|run| {
                    let swapped = shared.swap(value);
                    assert_eq!(swapped.number, old, "not the old value");
                    run.keep(swapped, step == 2);
                });
            }
            3 | 4 => self.may_drop(|run| {
                let mut made = 0;
                let new = shared.update(|seen| {
                    assert_eq!(seen.number, old, "not the current value");
                    let value = run.last_value(argument);
                    made = value.number;
                    value
                });
                assert_eq!(new.number, made, "not the new value");
                run.keep(new, step == 4);
            }),
            5 | 6 if self.read.len() == DEEPEST => {}
            5 => self.update(&shared, argument),
            6 => self.read(&shared),
            9 => {
                let value = shared.get();
                assert_eq!(value.number, old, "not the current value");
                self.keep(value, true);
            }
            10 if argument < self.kept.len() => {
                let (_, value) = self.kept.swap_remove(argument);
                self.may_drop(|_| drop(value));
            }
            11 if self.handles.len() < MOST => self.handles.push(shared),
            12 if self.handles.len() > 1 => {
                drop(self.handles.swap_remove(argument % self.handles.len()));
            }
            13 => self.inspect(&shared),
            14 => {
                let value = value::text(old, self.ledger.behaviour(old));
                let text = value.map(|value| format!("Shared {{ name: None, value: {value} }}"));
                assert_eq!(catch_users(|| format!("{shared:?}")).ok(), text);
            }
            15 if argument < self.kept.len() => {
                let (number, value) = &self.kept[argument];
                self.assert_intact(*number, value);
            }
            _ => {}
        }
    }

    /// Does what may drop values. It panics if, and only if, the drop of one of them does.
    fn may_drop(&mut self, f: impl FnOnce(&mut Self)) {
        let before = self.ledger.panics();
        let result = catch_users(|| f(self));
        assert_eq!(result.is_err(), self.ledger.panics() > before, "whether a drop panicked");
    }

    fn keep(&mut self, value: Arc<Value>, is_wanted: bool) {
        if is_wanted && self.kept.len() < MOST {
            self.kept.push((value.number, value));
        }
    }

    /// A value that is about to be stored, since nobody comes in between.
    fn last_value(&self, behaviour: usize) -> Value {
        let value = self.ledger.value(behaviour);
        self.ledger.stored(value.number);
        value
    }

    fn update(&mut self, shared: &Shared<Value>, behaviour: usize) {
        let mut before = self.ledger.panics();
        let (mut runs, mut stored) = (0, None);
        let mut ended_by_panic = false;
        let result = catch_users(|| {
            let new = shared.update(|seen| {
                runs += 1;
                let version = self.ledger.version();
                assert_eq!(seen.number, self.ledger.current(), "not the current value");
                if runs == 1 {
                    ended_by_panic = self.run_with(seen) == End::Panic;
                    // Those within the closure have been told.
                    before = self.ledger.panics();
                    if ended_by_panic {
                        panic_as_user();
                    }
                    if version != self.ledger.version() {
                        // It is not stored, as it was not made of the current value.
                        return self.ledger.value(0);
                    }
                }
                let value = self.last_value(behaviour);
                stored = Some(value.number);
                value
            });
            assert_eq!(Some(new.number), stored, "not the new value, after {runs} runs");
            self.assert_intact(new.number, &new);
        });
        assert_eq!(result.is_err(), ended_by_panic || self.ledger.panics() > before);
    }

    fn read(&mut self, shared: &Shared<Value>) {
        let mut before = self.ledger.panics();
        let mut ended_by_panic = false;
        let result = catch_users(|| {
            shared.read(|seen| {
                assert_eq!(seen.number, self.ledger.current(), "not the current value");
                ended_by_panic = self.run_with(seen) == End::Panic;
                // Those within the closure have been told.
                before = self.ledger.panics();
                if ended_by_panic {
                    panic_as_user();
                }
            });
        });
        assert_eq!(result.is_err(), ended_by_panic || self.ledger.panics() > before);
    }

    /// The steps in a closure that has this value before it.
    fn run_with(&mut self, value: &Value) -> End {
        let number = value.number;
        self.read.push(number);
        let end = self.run_to_an_end();
        self.read.pop();
        self.assert_intact(number, value);
        end
    }

    fn assert_intact(&self, number: u64, value: &Value) {
        assert!(self.ledger.is_alive(number), "dropped while somebody had it");
        assert_eq!(value.number, number, "a value changed");
    }

    fn inspect(&self, shared: &Shared<Value>) {
        let current = self.ledger.current();
        let inspection = shared.inspect();
        assert_eq!(inspection.kind, Kind::Shared);
        assert_eq!(inspection.type_name, std::any::type_name::<Value>());
        assert_eq!(&*inspection.name, "");
        assert_eq!(inspection.created_at.file(), file!());
        assert!(inspection.waiters.is_empty());
        let State::Shared { version, value: shown, .. } = inspection.state else {
            panic!("not a shared variable")
        };
        assert_eq!(version, self.ledger.version());
        match value::text(current, self.ledger.behaviour(current)) {
            None => assert_eq!(shown, "<panicked while formatting>"),
            Some(text) if text.len() <= VALUE_LIMIT => assert_eq!(shown, text),
            Some(text) => {
                let start = shown.strip_suffix('…').expect("a mark at the cut");
                assert!(text.starts_with(start) && start.len() <= VALUE_LIMIT);
                assert!(start.len() + 4 > VALUE_LIMIT, "cut after {} bytes", start.len());
            }
        }
    }

    fn check(&self) {
        let current = self.ledger.current();
        for shared in &self.handles {
            assert_eq!(shared.read(|value| value.number), current);
            assert_eq!(shared.version(), self.ledger.version());
            assert_eq!(shared.name(), None);
        }
        // What is current, kept or read is there, and nothing else is.
        let mut expected: BTreeSet<_> = self.kept.iter().map(|(number, _)| *number).collect();
        expected.extend(&self.read);
        expected.insert(current);
        self.ledger.assert_alive(&expected);
    }

    fn end(&mut self, variable_first: bool) {
        self.ledger.about_to_end();
        let (handles, kept) = (std::mem::take(&mut self.handles), std::mem::take(&mut self.kept));
        if variable_first {
            self.may_drop(|_| drop(handles));
            kept.iter().for_each(|(number, value)| self.assert_intact(*number, value));
            self.may_drop(|_| drop(kept));
        } else {
            self.may_drop(|_| drop(kept));
            self.may_drop(|_| drop(handles));
        }
    }
}
