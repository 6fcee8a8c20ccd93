//! The shared variable: one value of any type, replaced as a whole and read without waiting.

mod cell;

use std::convert::Infallible;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

use crate::identity::Identity;
use crate::inspect::{Inspection, Kind, State};
use crate::observer::{Handle, Observed, SharedValue, WordsAt, debug_text};
use crate::sync::{Arc, StdArc};
use cell::Cell;

/// A value of any type that is replaced as a whole, and read at any time without waiting for a writer.
///
/// A handle is cheap to clone, and every clone is the same variable. Readers get the value that is
/// current and may keep it; a value is dropped when it was replaced and the last reader lets go of it. (If the
/// last reader leaves in the very moment in which another thread looks whether it has left, the value may stay
/// until the next operation on the variable.)
///
/// # Ordering
///
/// What a thread did before it stored a value happens before the return of the read that sees this value.
/// All stores to one variable have a single order, the one that [`version`](Self::version) counts.
///
/// # Progress
///
/// Reads never wait for a writer, and neither do writers wait for readers or for each other: an operation
/// repeats a few steps only if another one has completed meanwhile.
///
/// # Example
///
/// ```
/// use named_sync::Shared;
///
/// #[derive(Debug)]
/// struct Config { workers: usize }
///
/// let config = Shared::new(Config { workers: 2 });
/// let seen = config.get();
/// config.set(Config { workers: 4 });
/// assert_eq!(seen.workers, 2);
/// assert_eq!(config.read(|config| config.workers), 4);
/// ```
pub struct Shared<T> {
    inner: Arc<Inner<T>>,
}

struct Inner<T> {
    cell: Cell<T>,
    identity: Identity,
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

// A panic in user code never leaves the variable half-changed; whether a `T` may be seen after a panic is for
// the `T` to say.
impl<T: RefUnwindSafe> UnwindSafe for Shared<T> {}
impl<T: RefUnwindSafe> RefUnwindSafe for Shared<T> {}

impl<T> Shared<T> {
    /// Makes a variable without a name.
    ///
    /// ```
    /// assert_eq!(*named_sync::Shared::new("a").get(), "a");
    /// ```
    #[track_caller]
    pub fn new(value: T) -> Self {
        Self::with_identity(Identity::unnamed(), value)
    }

    pub(crate) fn with_identity(identity: Identity, value: T) -> Self {
        Self { inner: Arc::new(Inner { cell: Cell::new(value), identity }) }
    }

    /// Returns the current value. It stays alive and unchanged for as long as the result is kept.
    ///
    /// ```
    /// let shared = named_sync::Shared::new(1);
    /// let value = shared.get();
    /// shared.set(2);
    /// assert_eq!((*value, *shared.get()), (1, 2));
    /// ```
    pub fn get(&self) -> StdArc<T> {
        self.inner.cell.read(|node| StdArc::clone(&node.value))
    }

    /// Calls `f` with the current value and returns what it returns. Writers do not wait for `f`; a value
    /// that is replaced meanwhile is dropped after `f` returned. `f` may use the same variable.
    ///
    /// ```
    /// let names = named_sync::Shared::new(vec!["a", "b"]);
    /// assert_eq!(names.read(|names| names.len()), 2);
    /// ```
    pub fn read<R>(&self, f: impl FnOnce(&T) -> R) -> R {
        self.inner.cell.read(|node| f(&node.value))
    }

    /// Replaces the value.
    ///
    /// ```
    /// let shared = named_sync::Shared::new(1);
    /// shared.set(2);
    /// assert_eq!(*shared.get(), 2);
    /// ```
    pub fn set(&self, value: T) {
        let mut new = Some(StdArc::new(value));
        self.inner.cell.replace(|_, rejected| take_either(rejected, &mut new));
    }

    /// Replaces the value and returns the **old** one.
    ///
    /// ```
    /// let shared = named_sync::Shared::new(1);
    /// assert_eq!(*shared.swap(2), 1);
    /// ```
    pub fn swap(&self, value: T) -> StdArc<T> {
        let mut new = Some(StdArc::new(value));
        let mut old = None;
        self.inner.cell.replace(|current, rejected| {
            old = Some(StdArc::clone(current));
            take_either(rejected, &mut new)
        });
        old.expect("what was replaced")
    }

    /// Replaces the value by `f` of it, and returns the **new** value.
    ///
    /// No update is lost: if another thread stores a value meanwhile, `f` runs again with that one. It
    /// never blocks. If `f` panics, nothing is stored. An `f` that stores into the same variable runs again for ever.
    ///
    /// ```
    /// let counter = named_sync::Shared::new(41);
    /// assert_eq!(*counter.update(|n| n + 1), 42);
    /// ```
    pub fn update(&self, mut f: impl FnMut(&T) -> T) -> StdArc<T> {
        let Ok(new) = self.try_update(|value| Ok::<_, Infallible>(f(value)));
        new
    }

    /// As [`update`](Self::update), for an `f` that may fail.
    ///
    /// # Errors
    ///
    /// What `f` gives as an error. Nothing is stored then.
    ///
    /// ```
    /// let level = named_sync::Shared::new(250u8);
    /// let raise = |level: &u8| level.checked_add(4).ok_or("too high");
    /// assert_eq!(*level.try_update(raise).unwrap(), 254);
    /// assert_eq!(level.try_update(raise).unwrap_err(), "too high");
    /// assert_eq!(*level.get(), 254);
    /// ```
    pub fn try_update<E>(&self, mut f: impl FnMut(&T) -> Result<T, E>) -> Result<StdArc<T>, E> {
        let mut result = None;
        self.inner.cell.try_replace(|current, _| {
            let new = StdArc::new(f(current)?);
            result = Some(StdArc::clone(&new));
            Ok(new)
        })?;
        Ok(result.expect("what was stored"))
    }

    /// How many times the value was replaced.
    ///
    /// ```
    /// let shared = named_sync::Shared::new('a');
    /// shared.set('b');
    /// assert_eq!(shared.version(), 1);
    /// ```
    pub fn version(&self) -> u64 {
        self.inner.cell.read(|node| node.version)
    }

    /// The name under which a registry made this variable.
    ///
    /// ```
    /// let config = named_sync::Registry::new().shared("config", 1).unwrap();
    /// assert_eq!(config.name(), Some("config"));
    /// ```
    pub fn name(&self) -> Option<&str> {
        self.inner.identity.name()
    }
}

impl<T: fmt::Debug> Shared<T> {
    /// What an observer may know of this variable. Never waits for other threads, unless the value's own
    /// `Debug` does.
    ///
    /// ```
    /// use named_sync::{Shared, State};
    /// let State::Shared { value, version, .. } = Shared::new([1, 2]).inspect().state else { panic!() };
    /// assert_eq!((value.as_str(), version), ("[1, 2]", 0));
    /// ```
    pub fn inspect(&self) -> Inspection {
        let (value, version) = self.inner.look();
        self.inner.inspection(version, debug_text(&*value))
    }
}

impl<T> Inner<T> {
    /// The value and its version.
    fn look(&self) -> (StdArc<T>, u64) {
        self.cell.read(|node| (StdArc::clone(&node.value), node.version))
    }

    fn inspection(&self, version: u64, value: String) -> Inspection {
        let state = State::Shared { version, value };
        self.identity.inspection(Kind::Shared, std::any::type_name::<T>(), state, Vec::new())
    }
}

impl<T: fmt::Debug + Send + Sync + 'static> Observed for Inner<T> {
    fn words_at(&self) -> WordsAt {
        WordsAt::of_version(self.cell.latest())
    }

    fn fetch_further(&self) {
        self.cell.fetch_ahead();
    }

    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn inspect(&self) -> Inspection {
        self.inspect_unwritten().0
    }

    fn inspect_unwritten(&self) -> (Inspection, Option<SharedValue>) {
        let (value, version) = self.look();
        let inspection = self.inspection(version, String::new());
        let value = SharedValue::new(StdArc::clone(&inspection.name), value);
        (inspection, Some(value))
    }
}

impl<T: fmt::Debug + Send + Sync + 'static> Handle for Shared<T> {
    fn inside(&self) -> &(dyn Observed + 'static) {
        &*self.inner
    }
}

impl<T: fmt::Debug> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("name", &self.name()).field("value", &self.get()).finish()
    }
}

/// A value that is to be stored: the one that came back from a failed attempt, or the new one.
fn take_either<T>(rejected: Option<StdArc<T>>, new: &mut Option<StdArc<T>>) -> StdArc<T> {
    rejected.or_else(|| new.take()).expect("a value is either with us or comes back")
}
