//! A registry against its model: one ordered map for each kind. Every primitive carries a mark of its own,
//! so that the test notices which one it was given.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use std::any::type_name;
use std::collections::BTreeMap;
use std::fmt;

use common::config;
use named_sync::{Atomic, Inspection, Kind, NameError, Queue, Registry, Shared, State, WaitGroup};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Few names, so that they meet; odd ones, since a name is any string.
const NAMES: [&str; 5] = ["a", "b", "", "é\n\u{202e}", "a "];

type Name = &'static str;

#[derive(Clone, Debug)]
enum Op {
    Atomic { name: Name },
    SharedNumber { name: Name },
    SharedText { name: Name },
    WaitGroup { name: Name },
    QueueOfNumbers { name: Name, maxsize: usize },
    QueueOfTexts { name: Name, maxsize: usize },
    Remove { kind: Kind, name: Name },
    Clear,
}

fn op() -> impl Strategy<Value = Op> {
    let name = || select(&NAMES[..]);
    let kind = select(vec![Kind::Atomic, Kind::Shared, Kind::WaitGroup, Kind::Queue]);
    let maxsize = || select(vec![0, 0, 1, 2, 50, usize::MAX]);
    prop_oneof![
        2 => name().prop_map(|name| Op::Atomic { name }),
        2 => name().prop_map(|name| Op::SharedNumber { name }),
        2 => name().prop_map(|name| Op::SharedText { name }),
        2 => name().prop_map(|name| Op::WaitGroup { name }),
        3 => (name(), maxsize()).prop_map(|(name, maxsize)| Op::QueueOfNumbers { name, maxsize }),
        3 => (name(), maxsize()).prop_map(|(name, maxsize)| Op::QueueOfTexts { name, maxsize }),
        3 => (kind, name()).prop_map(|(kind, name)| Op::Remove { kind, name }),
        1 => Just(Op::Clear),
    ]
}

/// What the two item types have in common.
trait Item: fmt::Debug + PartialEq + Send + Sync + 'static {
    fn made_of(mark: u32) -> Self;
}

impl Item for u32 {
    fn made_of(mark: u32) -> Self {
        mark
    }
}

impl Item for String {
    fn made_of(mark: u32) -> Self {
        mark.to_string()
    }
}

/// A primitive that exists: its mark, and handles to look at it with after it was removed.
#[derive(Clone, Debug)]
enum Handle {
    Atomic(Atomic),
    SharedNumber(Shared<u32>),
    SharedText(Shared<String>),
    WaitGroup(WaitGroup),
    QueueOfNumbers(Queue<u32>),
    QueueOfTexts(Queue<String>),
}

#[derive(Clone, Debug)]
struct Entry {
    mark: u32,
    type_name: &'static str,
    /// Of a queue; 0 is unbounded.
    bound: usize,
    handle: Handle,
}

#[derive(Default)]
struct Run {
    registry: Registry,
    model: BTreeMap<(Kind, Name), Entry>,
    removed: Vec<Entry>,
    /// Queues that `clear` closed.
    cleared: Vec<Entry>,
    marks: u32,
}

impl Run {
    fn step(&mut self, op: &Op) {
        self.marks += 1;
        let mark = self.marks;
        match *op {
            Op::Atomic { name } => {
                let atomic = self.registry.atomic(name, i64::from(mark));
                let entry =
                    self.enter(Kind::Atomic, name, "i64", 0, || Handle::Atomic(atomic.clone()));
                assert_eq!(atomic.get(), i64::from(entry.mark), "the initial value of its maker");
                assert_eq!(atomic.name(), Some(name));
            }
            Op::SharedNumber { name } => self.shared(name, Handle::SharedNumber),
            Op::SharedText { name } => self.shared(name, Handle::SharedText),
            Op::WaitGroup { name } => {
                let group = self.registry.wait_group(name);
                if group.count() == 0 {
                    group.add(i64::from(mark));
                }
                let entry = self
                    .enter(Kind::WaitGroup, name, "u32", 0, || Handle::WaitGroup(group.clone()));
                assert_eq!(group.count(), entry.mark);
                assert_eq!(group.name(), Some(name));
            }
            Op::QueueOfNumbers { name, maxsize } => {
                self.queue(name, maxsize, Handle::QueueOfNumbers);
            }
            Op::QueueOfTexts { name, maxsize } => self.queue(name, maxsize, Handle::QueueOfTexts),
            Op::Remove { kind, name } => {
                let removed = self.model.remove(&(kind, name));
                assert_eq!(self.registry.remove(kind, name), removed.is_some());
                self.removed.extend(removed);
            }
            Op::Clear => {
                self.registry.clear();
                for ((kind, _), entry) in std::mem::take(&mut self.model) {
                    let to =
                        if kind == Kind::Queue { &mut self.cleared } else { &mut self.removed };
                    to.push(entry);
                }
            }
        }
    }

    /// The entry of this name, made with the current mark if there was none.
    fn enter(
        &mut self,
        kind: Kind,
        name: Name,
        type_name: &'static str,
        bound: usize,
        handle: impl FnOnce() -> Handle,
    ) -> &Entry {
        let mark = self.marks;
        self.model.entry((kind, name)).or_insert_with(|| Entry {
            mark,
            type_name,
            bound,
            handle: handle(),
        })
    }

    fn mismatch<T>(&self, kind: Kind, name: Name) -> Option<NameError> {
        let entry = self.model.get(&(kind, name))?;
        let (existing, requested) = (entry.type_name, type_name::<T>());
        let name = name.to_owned();
        (existing != requested).then_some(NameError::TypeMismatch { name, existing, requested })
    }

    fn shared<T: Item>(&mut self, name: Name, handle: impl FnOnce(Shared<T>) -> Handle) {
        let result = self.registry.shared(name, T::made_of(self.marks));
        if let Some(error) = self.mismatch::<T>(Kind::Shared, name) {
            assert_eq!(result.unwrap_err(), error);
            return;
        }
        let shared = result.unwrap();
        let made = shared.clone();
        let entry = self.enter(Kind::Shared, name, type_name::<T>(), 0, || handle(made));
        assert_eq!(*shared.get(), T::made_of(entry.mark), "the initial value of its maker");
        assert_eq!(shared.name(), Some(name));
    }

    fn queue<T: Item>(
        &mut self,
        name: Name,
        maxsize: usize,
        handle: impl FnOnce(Queue<T>) -> Handle,
    ) {
        let result = self.registry.queue::<T>(name, maxsize);
        let existing = self.model.get(&(Kind::Queue, name)).map(|entry| entry.bound);
        let text = name.to_owned();
        let error = self.mismatch::<T>(Kind::Queue, name).or(match existing {
            Some(existing) if maxsize != 0 && maxsize != existing => {
                Some(NameError::CapacityMismatch { name: text, existing, requested: maxsize })
            }
            None if maxsize == usize::MAX => {
                Some(NameError::CapacityTooLarge { name: text, requested: maxsize })
            }
            _ => None,
        });
        if let Some(error) = error {
            assert_eq!(result.unwrap_err(), error);
            return;
        }
        let queue = result.unwrap();
        if existing.is_none() {
            queue.put(T::made_of(self.marks)).unwrap();
        }
        let made = queue.clone();
        let entry = self.enter(Kind::Queue, name, type_name::<T>(), maxsize, || handle(made));
        assert_eq!(queue.capacity().unwrap_or(0), entry.bound);
        assert_eq!(queue.name(), Some(name));
        // Taking the mark out of this handle and putting it in again shows that it is that queue.
        let mark = queue.try_get().unwrap();
        assert_eq!(mark, T::made_of(entry.mark));
        queue.try_put(mark).unwrap();
    }

    fn check(&self) {
        let rows = self.registry.inspect();
        let names: Vec<_> = rows.iter().map(|row| (row.kind, &*row.name)).collect();
        let expected: Vec<_> = self.model.keys().copied().collect();
        assert_eq!(names, expected, "by kind, then by name");
        for (row, entry) in rows.iter().zip(self.model.values()) {
            assert_holds(row, entry, false);
        }
        for entry in &self.removed {
            assert_holds(&inspect(entry), entry, false);
        }
        for entry in &self.cleared {
            assert_holds(&inspect(entry), entry, true);
        }
    }
}

fn inspect(entry: &Entry) -> Inspection {
    match &entry.handle {
        Handle::Atomic(atomic) => atomic.inspect(),
        Handle::SharedNumber(shared) => shared.inspect(),
        Handle::SharedText(shared) => shared.inspect(),
        Handle::WaitGroup(group) => group.inspect(),
        Handle::QueueOfNumbers(queue) => queue.inspect(),
        Handle::QueueOfTexts(queue) => queue.inspect(),
    }
}

/// The row shows this primitive, with the mark that it was given.
fn assert_holds(row: &Inspection, entry: &Entry, is_closed: bool) {
    assert_eq!(row.type_name, entry.type_name);
    assert_eq!(row.created_at.file(), file!());
    assert!(row.waiters.is_empty());
    match &row.state {
        State::Atomic { value, .. } => assert_eq!(*value, i64::from(entry.mark)),
        State::Shared { version, value, .. } => {
            assert_eq!(*version, 0);
            assert_eq!(value.trim_matches('"'), entry.mark.to_string());
        }
        State::WaitGroup { count, generation, .. } => {
            assert_eq!((*count, *generation), (entry.mark, 0));
        }
        State::Queue { size, capacity, puts, gets, closed, .. } => {
            assert_eq!((*size, capacity.unwrap_or(0)), (1, entry.bound));
            assert_eq!(puts - gets, 1);
            assert_eq!(*closed, is_closed);
        }
        other => panic!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_registry_does_what_its_model_does(ops in vec(op(), 0..60)) {
        let mut run = Run::default();
        for op in &ops {
            run.step(op);
            run.check();
        }
    }
}
