//! The registry: names to primitives. Who asks for a name first makes the primitive, everybody else gets
//! the same one.
//!
//! I12: one name has one primitive at a time, and no user code and no making of a primitive runs under a
//! lock. A name that exists is found without one; to enter a new name or to remove one takes the lock of its kind,
//! for a few instructions.
//!
//! | file | what it does |
//! | --- | --- |
//! | `names` | the names of one kind: looks up, enters, removes |
//! | `table` | the hash table: buckets, chains, and growth (I15) |
//! | `entry` | one name with its handle |
//! | `refusals` | who was refused a name |
//! | `removed` | when the memory of what was removed is freed (I16) |

mod entry;
mod names;
mod refusals;
mod removed;
mod table;

use std::any::{Any, type_name};
use std::fmt;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};

use crate::error::NameError;
use crate::identity::Identity;
use crate::inspect::{Inspection, Kind};
use crate::observer::{Handle, Observed, Observer};
use crate::panics::Panics;
use crate::sync::{self, StdArc, process_wide};
use crate::{Atomic, Queue, Shared, WaitGroup};
pub(crate) use names::{Names, Shown};
pub use refusals::Refusal;
use refusals::{Refusals, Refused};
pub(crate) use removed::begin_reading;

/// The process-wide registry.
///
/// Libraries that want to be used twice in one process, and tests, make a [`Registry`] of their own.
///
/// ```
/// named_sync::global().atomic("doc: visits", 0).add(1);
/// assert_eq!(named_sync::global().atomic("doc: visits", 0).get(), 1);
/// ```
pub fn global() -> &'static Registry {
    &GLOBAL
}

process_wide! {
    static GLOBAL: Registry = Registry::new();
}

/// Names to primitives.
///
/// Each method that asks for a primitive gets the one of that name, or makes it if there is none. Names are
/// unique within a [`Kind`]: an atomic and a queue of one name have nothing to do with each other. A name is
/// any string.
///
/// A primitive stays in the registry until it is [removed](Self::remove), whether or not anybody else
/// holds a handle.
///
/// # Example
///
/// ```
/// use named_sync::Registry;
/// let registry = Registry::new();
///
/// let jobs = registry.queue::<String>("jobs", 100)?;
/// jobs.put("first".to_owned()).unwrap();
///
/// // Elsewhere: the same queue, whatever its bound.
/// let same = registry.queue::<String>("jobs", 0)?;
/// assert_eq!(same.get().as_deref(), Some("first"));
/// # Ok::<(), named_sync::NameError>(())
/// ```
#[derive(Default)]
pub struct Registry {
    atomics: Names<Atomic>,
    shareds: Names<SharedOfAny>,
    wait_groups: Names<WaitGroup>,
    queues: Names<QueueOfAny>,
    refusals: Refusals,
}

impl Registry {
    /// Makes an empty registry.
    ///
    /// ```
    /// assert!(named_sync::Registry::new().inspect().is_empty());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// The atomic of this name. `initial` counts only if this call makes it.
    ///
    /// ```
    /// let registry = named_sync::Registry::new();
    /// registry.atomic("hits", 5).add(1);
    /// assert_eq!(registry.atomic("hits", 100).get(), 6);
    /// ```
    #[track_caller]
    pub fn atomic(&self, name: &str, initial: i64) -> Atomic {
        let caller = Location::caller();
        self.atomics.get_or_insert(name, Atomic::clone, |name| {
            Atomic::with_identity(Identity::named(name, caller), initial)
        })
    }

    /// The shared variable of this name. `initial` counts only if this call makes it.
    ///
    /// # Errors
    ///
    /// [`NameError::TypeMismatch`] if the name has a shared variable of another type.
    ///
    /// ```
    /// let registry = named_sync::Registry::new();
    /// registry.shared("greeting", "hello").unwrap();
    /// assert_eq!(*registry.shared("greeting", "ignored").unwrap().get(), "hello");
    /// assert!(registry.shared("greeting", 5).is_err());
    /// ```
    #[track_caller]
    pub fn shared<T>(&self, name: &str, initial: T) -> Result<Shared<T>, NameError>
    where
        T: fmt::Debug + Send + Sync + 'static,
    {
        let caller = Location::caller();
        let find = |shared: &SharedOfAny| {
            downcast::<Shared<T>>(shared.as_any(), || NameError::TypeMismatch {
                name: name.to_owned(),
                existing: shared.type_name(),
                requested: type_name::<T>(),
            })
            .map_err(|error| Refused::shared(error, &**shared))
        };
        let found = self.shareds.get_or_insert(name, find, |name| {
            Box::new(Shared::with_identity(Identity::named(name, caller), initial))
        });
        found.map_err(|refused| self.refusals.note(Kind::Shared, caller, refused))
    }

    /// The wait group of this name.
    ///
    /// ```
    /// let registry = named_sync::Registry::new();
    /// registry.wait_group("files").add(2);
    /// assert_eq!(registry.wait_group("files").count(), 2);
    /// ```
    #[track_caller]
    pub fn wait_group(&self, name: &str) -> WaitGroup {
        self.find_wait_group(name, false, Location::caller())
    }

    /// The wait group of this name. If this call makes it, it is [tracked](WaitGroup::tracked): inspections, and the
    /// monitor, tell which lines changed its count. If another call, of [`wait_group`](Self::wait_group), made it, it is not.
    ///
    /// ```
    /// let registry = named_sync::Registry::new();
    /// registry.tracked_wait_group("files").add(2);
    /// assert_eq!(registry.wait_group("files").inspect().call_sites.unwrap()[0].added, 2);
    /// ```
    #[track_caller]
    pub fn tracked_wait_group(&self, name: &str) -> WaitGroup {
        self.find_wait_group(name, true, Location::caller())
    }

    fn find_wait_group(
        &self,
        name: &str,
        is_tracked: bool,
        caller: &'static Location<'static>,
    ) -> WaitGroup {
        self.wait_groups.get_or_insert(name, WaitGroup::clone, |name| {
            WaitGroup::with_identity(Identity::named(name, caller), is_tracked)
        })
    }

    /// The queue of this name, for items of type `T`. If this call makes it, it holds at most `maxsize`
    /// items, or any number if that is 0.
    ///
    /// # Errors
    ///
    /// - [`NameError::TypeMismatch`] if the name has a queue of another type.
    /// - [`NameError::CapacityMismatch`] if the name has a queue of another bound and `maxsize` is not 0:
    ///   nobody holds a handle whose bound is not the one they asked for.
    /// - [`NameError::CapacityTooLarge`] if there is no such queue and one of this bound does not fit into
    ///   memory.
    ///
    /// ```
    /// let registry = named_sync::Registry::new();
    /// let jobs = registry.queue::<u64>("jobs", 8).unwrap();
    /// assert_eq!(registry.queue::<u64>("jobs", 0).unwrap().capacity(), Some(8));
    /// assert!(registry.queue::<u64>("jobs", 9).is_err());
    /// assert!(registry.queue::<u64>("huge", usize::MAX).is_err());
    /// ```
    #[track_caller]
    pub fn queue<T>(&self, name: &str, maxsize: usize) -> Result<Queue<T>, NameError>
    where
        T: Send + 'static,
    {
        let caller = Location::caller();
        self.find_queue(name, maxsize, maxsize, caller)
            .map_err(|refused| self.refusals.note(Kind::Queue, caller, refused))
    }

    /// The queue of this name, whatever its bound. If this call makes it, it holds at most `maxsize` items, or any number
    /// if that is 0.
    ///
    /// # Errors
    ///
    /// As of [`queue`](Self::queue), but for the mismatch of bounds.
    ///
    /// ```
    /// let registry = named_sync::Registry::new();
    /// assert_eq!(registry.queue_or_bounded::<u64>("jobs", 8).unwrap().capacity(), Some(8));
    /// assert_eq!(registry.queue_or_bounded::<u64>("jobs", 9).unwrap().capacity(), Some(8));
    /// ```
    #[track_caller]
    pub fn queue_or_bounded<T>(&self, name: &str, maxsize: usize) -> Result<Queue<T>, NameError>
    where
        T: Send + 'static,
    {
        let caller = Location::caller();
        self.find_queue(name, 0, maxsize, caller)
            .map_err(|refused| self.refusals.note(Kind::Queue, caller, refused))
    }

    /// Whose bound is `maxsize`, unless that is 0; or it is made with the bound `if_new`.
    fn find_queue<T>(
        &self,
        name: &str,
        maxsize: usize,
        if_new: usize,
        caller: &'static Location<'static>,
    ) -> Result<Queue<T>, Refused>
    where
        T: Send + 'static,
    {
        let find_checked = |queue: &QueueOfAny| {
            let existing = queue.capacity().unwrap_or(0);
            let found = downcast::<Queue<T>>(queue.as_any(), || NameError::TypeMismatch {
                name: name.to_owned(),
                existing: queue.type_name(),
                requested: type_name::<T>(),
            })?;
            if maxsize != 0 && maxsize != existing {
                let name = name.to_owned();
                return Err(NameError::CapacityMismatch { name, existing, requested: maxsize });
            }
            Ok(found)
        };
        let find = |queue: &QueueOfAny| {
            find_checked(queue).map_err(|error| Refused::queue(error, &**queue))
        };
        if let Some(found) = self.queues.get(name, find) {
            return found;
        }
        let shared_name = StdArc::<str>::from(name);
        let identity = Identity::named(StdArc::clone(&shared_name), caller);
        match Queue::<T>::with_identity(identity, if_new) {
            Ok(queue) => self.queues.insert_or_get(&shared_name, Box::new(queue), find),
            Err(error) => {
                let (name, requested) = (name.to_owned(), error.requested());
                Err(NameError::CapacityTooLarge { name, requested }.into())
            }
        }
    }

    /// Unlinks the name, and says whether it was there.
    ///
    /// Those who hold handles go on working with each other; who asks for the name next makes a new
    /// primitive. A queue that is removed is not closed.
    ///
    /// ```
    /// use named_sync::{Kind, Registry};
    /// let registry = Registry::new();
    /// let old = registry.atomic("hits", 1);
    /// assert!(registry.remove(Kind::Atomic, "hits"));
    /// assert_eq!(registry.atomic("hits", 2).get(), 2);
    /// assert_eq!(old.get(), 1);
    /// ```
    pub fn remove(&self, kind: Kind, name: &str) -> bool {
        match kind {
            Kind::Atomic => self.atomics.remove(name),
            Kind::Shared => self.shareds.remove(name),
            Kind::WaitGroup => self.wait_groups.remove(name),
            Kind::Queue => self.queues.remove(name),
        }
    }

    /// Unlinks every name, and closes every queue, so that nobody stays blocked on one. Forgets the
    /// [refusals](Self::refusals).
    ///
    /// # Panics
    ///
    /// If a waker or the drop of a value panics: as the first of them does, when all is done.
    ///
    /// ```
    /// let registry = named_sync::Registry::new();
    /// let jobs = registry.queue::<u8>("jobs", 1).unwrap();
    /// registry.clear();
    /// assert!(jobs.is_closed());
    /// assert!(registry.inspect().is_empty());
    /// ```
    pub fn clear(&self) {
        let queues = self.queues.take();
        let (atomics, shareds, wait_groups) =
            (self.atomics.take(), self.shareds.take(), self.wait_groups.take());
        // Wakers and drops are user code and may panic: the rest is closed and dropped all the same.
        let mut panics = Panics::default();
        for queue in queues.handles() {
            panics.catch(|| {
                queue.close();
            });
        }
        panics.catch(|| drop(queues));
        panics.catch(|| drop(shareds));
        drop((atomics, wait_groups));
        self.refusals.clear();
        panics.resume();
    }

    /// A snapshot of every primitive, ordered by kind and name.
    ///
    /// It waits for no other thread's progress, so it works while all of them are stuck.
    ///
    /// ```
    /// let registry = named_sync::Registry::new();
    /// registry.queue::<u8>("jobs", 1).unwrap();
    /// registry.atomic("hits", 0);
    /// let names: Vec<_> = registry.inspect().iter().map(|row| row.name.to_string()).collect();
    /// assert_eq!(names, ["hits", "jobs"]);
    /// ```
    pub fn inspect(&self) -> Vec<Inspection> {
        // A matter of speed, for which no model need take the locks once more.
        let mut rows = Vec::with_capacity(if sync::MODEL_CHECKED { 0 } else { self.len() });
        self.atomics.inspect(&mut rows);
        self.shareds.inspect(&mut rows);
        self.wait_groups.inspect(&mut rows);
        self.queues.inspect(&mut rows);
        rows
    }

    /// The kind and name of every primitive, ordered by these. Nothing of the primitives themselves is looked at, so it
    /// costs less than [`inspect`](Self::inspect) and runs no code of users.
    ///
    /// ```
    /// use named_sync::{Kind, Registry};
    /// let registry = Registry::new();
    /// registry.queue::<u8>("jobs", 1).unwrap();
    /// registry.atomic("hits", 0);
    /// let names = registry.names();
    /// assert_eq!(names, [(Kind::Atomic, "hits".to_owned()), (Kind::Queue, "jobs".to_owned())]);
    /// ```
    pub fn names(&self) -> Vec<(Kind, String)> {
        let of = |kind, names: Vec<String>| names.into_iter().map(move |name| (kind, name));
        of(Kind::Atomic, self.atomics.all())
            .chain(of(Kind::Shared, self.shareds.all()))
            .chain(of(Kind::WaitGroup, self.wait_groups.all()))
            .chain(of(Kind::Queue, self.queues.all()))
            .collect()
    }

    /// The lines that were lately refused a name, the last one last: of each kind and name each line once, and 64 at
    /// most. [`clear`](Self::clear) forgets them. One that is refused again is another `Arc`.
    ///
    /// ```
    /// let registry = named_sync::Registry::new();
    /// registry.shared("limit", 5).unwrap();
    /// assert!(registry.shared("limit", "five").is_err());
    /// assert_eq!(registry.refusals()[0].name(), "limit");
    /// ```
    pub fn refusals(&self) -> Vec<StdArc<Refusal>> {
        self.refusals.all()
    }

    /// An observer of this registry, that has seen nothing yet.
    ///
    /// ```
    /// let registry = named_sync::Registry::new();
    /// registry.wait_group("files");
    /// assert_eq!(registry.observe().look().changed.len(), 1);
    /// ```
    pub fn observe(&self) -> Observer<'_> {
        Observer::new(self)
    }

    /// How many names there are.
    pub(crate) fn len(&self) -> usize {
        self.atomics.len() + self.shareds.len() + self.wait_groups.len() + self.queues.len()
    }

    /// The tables of all kinds, for an observer.
    pub(crate) fn tables(
        &self,
    ) -> (&Names<Atomic>, &Names<SharedOfAny>, &Names<WaitGroup>, &Names<QueueOfAny>) {
        (&self.atomics, &self.shareds, &self.wait_groups, &self.queues)
    }
}

impl UnwindSafe for Registry {}
impl RefUnwindSafe for Registry {}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry")
            .field("atomics", &self.atomics)
            .field("shareds", &self.shareds)
            .field("wait_groups", &self.wait_groups)
            .field("queues", &self.queues)
            .finish()
    }
}

fn downcast<H: Clone + 'static>(
    any: &dyn Any,
    mismatch: impl FnOnce() -> NameError,
) -> Result<H, NameError> {
    any.downcast_ref::<H>().cloned().ok_or_else(mismatch)
}

pub(crate) type SharedOfAny = Box<dyn AnyShared>;
pub(crate) type QueueOfAny = Box<dyn AnyQueue>;

/// A `Shared<T>` of any `T`.
pub(crate) trait AnyShared: Handle + Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn type_name(&self) -> &'static str;
}

impl<T: fmt::Debug + Send + Sync + 'static> AnyShared for Shared<T> {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn type_name(&self) -> &'static str {
        type_name::<T>()
    }
}

/// A `Queue<T>` of any `T`.
pub(crate) trait AnyQueue: Handle + Send + Sync {
    fn as_any(&self) -> &dyn Any;
    fn type_name(&self) -> &'static str;
    fn capacity(&self) -> Option<usize>;
    fn close(&self) -> bool;
}

impl<T: Send + 'static> AnyQueue for Queue<T> {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn type_name(&self) -> &'static str {
        type_name::<T>()
    }

    fn capacity(&self) -> Option<usize> {
        Queue::capacity(self)
    }

    fn close(&self) -> bool {
        Queue::close(self)
    }
}

impl<H: Handle + ?Sized> Handle for Box<H> {
    fn fetch_ahead(&self) {
        sync::fetch_ahead(&raw const **self);
    }

    fn inside(&self) -> &(dyn Observed + 'static) {
        (**self).inside()
    }
}
