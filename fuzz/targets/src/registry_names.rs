//! Bytes as names of a registry, and what is asked for under them, compared with an ordered map.
//!
//! Every two bytes are one step and the name that it is about. The low half of the first byte says which step, its
//! high half is the argument; the second byte says which name, perhaps with bytes that follow. Every primitive that
//! is made gets a mark of its own, by which it is known again.
//!
//! | low half | step | argument |
//! | --- | --- | --- |
//! | 0 | an atomic | |
//! | 1, 2, 3 | a shared number, text, or value whose drop uses the registry | |
//! | 4 | a wait group | |
//! | 5, 6 | a queue of numbers, of texts | its bound, one of [`BOUNDS`] |
//! | 7 | the name removed | of which kind |
//! | 8 | the name removed, and one of its kind made anew, perhaps of another type and bound | of which kind |
//! | 9 | `clear`, if the argument is 0 | |
//! | a | all handles dropped, so that the registry has the only ones | |
//! | b | atomics of this name with a number behind it | a fifth of how many |
//! | c | these removed | the same |
//! | d | `Debug` of the registry | |
//! | e | the name removed of every kind | |
//! | f | nothing but the name | |
//!
//! | second byte | name |
//! | --- | --- |
//! | 00 to 7f | one of the last names, 0 is the last |
//! | 80 to bf | so many bytes less 80, which follow, with `U+FFFD` for what is not UTF-8 |
//! | c0 to cf | the last name, and as many of the bytes that follow as the low half says |
//! | d0 to df | the last name without as many characters at its end as the low half says |
//! | e0 to ef | the last name 2, 4, 8, ... 65536 times, but no longer than [`LONGEST`] |
//! | f0 to ff | the last name, and 1, 2, 3, ... 16 times `NUL` |

mod entry;
mod naming;

use std::any::type_name;
use std::collections::BTreeMap;
use std::sync::Arc;

use named_sync::{Kind, NameError, Queue, Registry, Shared};

use crate::bytes::{Bytes, Steps};
use entry::{Entry, Handle, Item, Restless, World};
use naming::{LONGEST, Name, Naming};

/// 0 is unbounded; the last two are too large to honour.
const BOUNDS: [usize; 16] =
    [0, 0, 0, 1, 2, 3, 7, 8, 50, 63, 64, 100, 1000, 4096, (1 << 40) + 1, usize::MAX];

const KINDS: [Kind; 4] = [Kind::Atomic, Kind::Shared, Kind::WaitGroup, Kind::Queue];

/// An input ends when the names of its steps are so long together.
const PATIENCE: usize = 16 * LONGEST;

/// Numbers are put behind names no longer than this, and errors of such names written out.
const SHORT: usize = 4096;

struct Run {
    registry: Arc<Registry>,
    world: World,
    model: BTreeMap<(Kind, Name), Entry>,
    /// What has no name any more but a handle here, and whether it was closed.
    removed: Vec<(Entry, bool)>,
    marks: u32,
}

/// Runs the steps that `data` stands for.
///
/// # Panics
///
/// If the registry does anything that the model does not.
pub fn registry_names(data: &[u8]) -> Steps {
    let mut steps = Steps::default();
    let (mut bytes, mut naming) = (Bytes::new(data), Naming::default());
    let registry = Arc::new(Registry::new());
    let world = World::of(&registry);
    let mut run = Run { registry, world, model: BTreeMap::new(), removed: Vec::new(), marks: 0 };
    let mut used = 0;
    while let Some((step, argument)) = bytes.step() {
        let Some(name) = naming.next(&mut bytes) else { break };
        used += SHORT + name.len();
        if used > PATIENCE {
            break;
        }
        steps.note(step);
        run.step(step, argument, name);
        run.check();
    }
    let Run { registry, world, model, removed, .. } = run;
    drop((model, removed));
    drop(registry);
    assert_eq!(world.alive(), 0, "values that were never dropped");
    steps
}

impl Run {
    fn step(&mut self, step: u8, argument: usize, name: Name) {
        let kind = KINDS[argument % KINDS.len()];
        match step {
            0 => self.atomic(name),
            1 => self.shared(name, Handle::SharedNumber),
            2 => self.shared(name, Handle::SharedText),
            3 => self.shared(name, Handle::SharedRestless),
            4 => self.wait_group(name),
            5 => self.queue(name, BOUNDS[argument], Handle::QueueOfNumbers),
            6 => self.queue(name, BOUNDS[argument], Handle::QueueOfTexts),
            7 => self.remove(kind, &name),
            8 => {
                self.remove(kind, &name);
                match kind {
                    Kind::Atomic => self.atomic(name),
                    Kind::Shared => self.shared(name, Handle::SharedNumber),
                    Kind::WaitGroup => self.wait_group(name),
                    Kind::Queue => self.queue(name, BOUNDS[argument], Handle::QueueOfTexts),
                }
            }
            9 if argument == 0 => {
                self.registry.clear();
                let entries = std::mem::take(&mut self.model).into_iter();
                let removed = entries.map(|((kind, _), entry)| (entry, kind == Kind::Queue));
                self.removed.extend(removed.filter(|(entry, _)| entry.handle.is_some()));
            }
            10 => {
                self.removed.clear();
                self.model.values_mut().for_each(|entry| entry.handle = None);
            }
            11 | 12 if name.len() <= SHORT => {
                for number in 0..argument * 5 {
                    let name = Name::from(format!("{name}{number}"));
                    match step {
                        11 => self.atomic(name),
                        _ => self.remove(Kind::Atomic, &name),
                    }
                }
            }
            13 => self.debug(),
            14 => KINDS.iter().for_each(|&kind| self.remove(kind, &name)),
            _ => {}
        }
    }

    fn mark(&mut self) -> u32 {
        self.marks += 1;
        self.marks
    }

    fn atomic(&mut self, name: Name) {
        let mark = self.mark();
        let atomic = self.registry.atomic(&name, i64::from(mark));
        assert_eq!(atomic.name(), Some(&*name));
        let entry = self.enter(Kind::Atomic, name, "i64", 0, mark, Handle::Atomic(atomic.clone()));
        assert_eq!(atomic.get(), i64::from(entry.mark), "the initial value of its maker");
    }

    fn wait_group(&mut self, name: Name) {
        let mark = self.mark();
        let group = self.registry.wait_group(&name);
        assert_eq!(group.name(), Some(&*name));
        if group.count() == 0 {
            group.add(i64::from(mark));
        }
        let handle = Handle::WaitGroup(group.clone());
        let entry = self.enter(Kind::WaitGroup, name, "u32", 0, mark, handle);
        assert_eq!(group.count(), entry.mark, "that of its maker");
    }

    fn shared<T: Item>(&mut self, name: Name, handle: impl FnOnce(Shared<T>) -> Handle) {
        let mark = self.mark();
        let result = self.registry.shared(&name, T::made_of(mark, &self.world));
        if let Some(error) = self.type_mismatch::<T>(Kind::Shared, &name) {
            assert_refused(result.map(drop), &error);
            return;
        }
        let shared = result.expect("a shared variable");
        assert_eq!(shared.name(), Some(&*name));
        let handle = handle(shared.clone());
        let entry = self.enter(Kind::Shared, name, type_name::<T>(), 0, mark, handle);
        assert_eq!(shared.read(T::mark), entry.mark, "the initial value of its maker");
    }

    fn queue<T: Item>(
        &mut self,
        name: Name,
        bound: usize,
        handle: impl FnOnce(Queue<T>) -> Handle,
    ) {
        let mark = self.mark();
        let result = self.registry.queue::<T>(&name, bound);
        let existing = self.model.get(&(Kind::Queue, Arc::clone(&name))).map(|entry| entry.bound);
        let text = || (*name).to_owned();
        let error = self.type_mismatch::<T>(Kind::Queue, &name).or_else(|| match existing {
            Some(existing) if bound != 0 && bound != existing => {
                Some(NameError::CapacityMismatch { name: text(), existing, requested: bound })
            }
            None if bound > 1 << 40 => {
                Some(NameError::CapacityTooLarge { name: text(), requested: bound })
            }
            _ => None,
        });
        if let Some(error) = error {
            assert_refused(result.map(drop), &error);
            return;
        }
        let queue = result.expect("a queue");
        assert_eq!(queue.name(), Some(&*name));
        if existing.is_none() {
            queue.try_put(T::made_of(mark, &self.world)).expect("a new queue has room");
        }
        let handle = handle(queue.clone());
        let entry = self.enter(Kind::Queue, name, type_name::<T>(), bound, mark, handle);
        assert_eq!(queue.capacity().unwrap_or(0), entry.bound);
        // The mark taken out by this handle and put in again: it is that queue.
        let item = queue.try_get().expect("the mark is there");
        assert_eq!(item.mark(), entry.mark);
        queue.try_put(item).expect("there is room again");
    }

    /// What the model has under this name, which is this if it had nothing.
    fn enter(
        &mut self,
        kind: Kind,
        name: Name,
        type_name: &'static str,
        bound: usize,
        mark: u32,
        handle: Handle,
    ) -> &Entry {
        let made = Entry { mark, type_name, bound, handle: None };
        let entry = self.model.entry((kind, name)).or_insert(made);
        entry.handle.get_or_insert(handle);
        entry
    }

    fn type_mismatch<T>(&self, kind: Kind, name: &Name) -> Option<NameError> {
        let entry = self.model.get(&(kind, Arc::clone(name)))?;
        let (existing, requested) = (entry.type_name, type_name::<T>());
        let name = (**name).to_owned();
        (existing != requested).then_some(NameError::TypeMismatch { name, existing, requested })
    }

    fn remove(&mut self, kind: Kind, name: &Name) {
        let removed = self.model.remove(&(kind, Arc::clone(name)));
        assert_eq!(self.registry.remove(kind, name), removed.is_some(), "whether it was there");
        self.removed.extend(removed.filter(|entry| entry.handle.is_some()).map(|e| (e, false)));
    }

    fn debug(&self) {
        let names = |of| {
            let names = self.model.keys().filter(move |(kind, _)| *kind == of);
            names.map(|(_, name)| name).collect::<Vec<_>>()
        };
        let text = format!(
            "Registry {{ atomics: {:?}, shareds: {:?}, wait_groups: {:?}, queues: {:?} }}",
            names(Kind::Atomic),
            names(Kind::Shared),
            names(Kind::WaitGroup),
            names(Kind::Queue)
        );
        assert!(format!("{:?}", self.registry) == text, "Debug, and should be {text:.1000}");
    }

    fn check(&self) {
        let rows = self.registry.inspect();
        let seen = rows.iter().map(|row| (row.kind, &*row.name));
        let expected = self.model.keys().map(|(kind, name)| (*kind, &**name));
        assert!(seen.eq(expected), "{} rows for {} names", rows.len(), self.model.len());
        for (row, entry) in rows.iter().zip(self.model.values()) {
            entry.assert_shown_by(row, false);
        }
        for (entry, is_closed) in &self.removed {
            let handle = entry.handle.as_ref().expect("a handle, as nobody else has one");
            entry.assert_shown_by(&handle.inspect(), *is_closed);
        }
        let entries = self.model.values().chain(self.removed.iter().map(|(entry, _)| entry));
        let restless = entries.filter(|entry| entry.type_name == type_name::<Restless>());
        self.world.settle(&self.registry, restless.count());
    }
}

fn assert_refused(result: Result<(), NameError>, expected: &NameError) {
    let Err(error) = result else { panic!("should be refused: {expected:.1000?}") };
    assert!(error == *expected, "{error:.1000?}, and should be {expected:.1000?}");
    let (NameError::TypeMismatch { name, .. }
    | NameError::CapacityMismatch { name, .. }
    | NameError::CapacityTooLarge { name, .. }) = expected
    else {
        panic!("another reason")
    };
    if name.len() <= SHORT {
        let text = error.to_string();
        assert!(text.contains(&format!("{name:?}")), "the name is missing: {text}");
    }
}
