//! The atomic: one signed 64-bit number, one hardware instruction an operation.

use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};

use crate::identity::Identity;
use crate::inspect::{Inspection, Kind, State};
use crate::observer::{Handle, Observed, WordsAt};
use crate::sync::{Arc, AtomicI64, Ordering, fault};

/// A shared `i64` that any thread may change at any time.
///
/// A handle is cheap to clone, and every clone is the same number. Arithmetic wraps around, as two's
/// complement does.
///
/// # Ordering
///
/// Reads acquire and writes release: what a thread did before it wrote a value happens before the return
/// of the operation that reads this value. All operations on one atomic have a single order. Operations on
/// two different atomics have none unless such a read orders them.
///
/// # Example
///
/// ```
/// use named_sync::Atomic;
/// let total = Atomic::new(0);
/// std::thread::scope(|scope| {
///     for _ in 0..4 {
///         let total = total.clone();
///         scope.spawn(move || total.add(10));
///     }
/// });
/// assert_eq!(total.get(), 40);
/// ```
pub struct Atomic {
    inner: Arc<Inner>,
}

struct Inner {
    value: AtomicI64,
    identity: Identity,
}

impl Clone for Atomic {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl UnwindSafe for Atomic {}
impl RefUnwindSafe for Atomic {}

// ORDERING: every operation is a read-modify-write, a load or a store of the one word, each at the strength
// that the type's documentation promises: Acquire where it reads and Release where it writes. The partner
// of each is every other.
impl Atomic {
    /// Makes an atomic without a name.
    ///
    /// ```
    /// assert_eq!(named_sync::Atomic::new(5).get(), 5);
    /// ```
    #[track_caller]
    pub fn new(initial: i64) -> Self {
        Self::with_identity(Identity::unnamed(), initial)
    }

    pub(crate) fn with_identity(identity: Identity, initial: i64) -> Self {
        Self { inner: Arc::new(Inner { value: AtomicI64::new(initial), identity }) }
    }

    /// Adds `delta` and returns the **new** value; wraps around on overflow.
    ///
    /// ```
    /// let atomic = named_sync::Atomic::new(i64::MAX);
    /// assert_eq!(atomic.add(1), i64::MIN);
    /// assert_eq!(atomic.add(-1), i64::MAX);
    /// ```
    #[inline]
    pub fn add(&self, delta: i64) -> i64 {
        self.inner.value.fetch_add(delta, Ordering::AcqRel).wrapping_add(delta)
    }

    /// Returns the value.
    ///
    /// ```
    /// assert_eq!(named_sync::Atomic::new(5).get(), 5);
    /// ```
    #[inline]
    pub fn get(&self) -> i64 {
        self.inner.value.load(Ordering::Acquire)
    }

    /// Replaces the value.
    ///
    /// ```
    /// let atomic = named_sync::Atomic::new(1);
    /// atomic.set(2);
    /// assert_eq!(atomic.get(), 2);
    /// ```
    #[inline]
    pub fn set(&self, value: i64) {
        self.inner.value.store(value, Ordering::Release);
    }

    /// Replaces the value and returns the **old** one.
    ///
    /// ```
    /// let atomic = named_sync::Atomic::new(1);
    /// assert_eq!(atomic.swap(2), 1);
    /// ```
    #[inline]
    pub fn swap(&self, value: i64) -> i64 {
        self.inner.value.swap(value, Ordering::AcqRel)
    }

    /// Replaces the value by `new` if it is `current`, and returns the old value.
    ///
    /// # Errors
    ///
    /// The value that was found, if it is not `current`. Nothing was changed then. It never fails for
    /// another reason.
    ///
    /// ```
    /// let atomic = named_sync::Atomic::new(1);
    /// assert_eq!(atomic.compare_exchange(1, 2), Ok(1));
    /// assert_eq!(atomic.compare_exchange(1, 3), Err(2));
    /// ```
    #[inline]
    pub fn compare_exchange(&self, current: i64, new: i64) -> Result<i64, i64> {
        self.inner.value.compare_exchange(current, new, Ordering::AcqRel, Ordering::Acquire)
    }

    /// Replaces the value by the larger of itself and `value`, and returns the **old** one.
    ///
    /// ```
    /// let highest = named_sync::Atomic::new(3);
    /// assert_eq!(highest.fetch_max(7), 3);
    /// assert_eq!(highest.get(), 7);
    /// ```
    #[inline]
    pub fn fetch_max(&self, value: i64) -> i64 {
        self.inner.value.fetch_max(value, Ordering::AcqRel)
    }

    /// Replaces the value by the smaller of itself and `value`, and returns the **old** one.
    ///
    /// ```
    /// let lowest = named_sync::Atomic::new(3);
    /// assert_eq!(lowest.fetch_min(1), 3);
    /// assert_eq!(lowest.get(), 1);
    /// ```
    #[inline]
    pub fn fetch_min(&self, value: i64) -> i64 {
        self.inner.value.fetch_min(value, Ordering::AcqRel)
    }

    /// Replaces the value by `f` of it, and returns the **new** value.
    ///
    /// If other threads change the value meanwhile, `f` runs again. If `f` panics, nothing is stored.
    ///
    /// ```
    /// let atomic = named_sync::Atomic::new(21);
    /// assert_eq!(atomic.update(|value| value * 2), 42);
    /// ```
    pub fn update(&self, mut f: impl FnMut(i64) -> i64) -> i64 {
        let mut current = self.get();
        loop {
            let new = f(current);
            if fault!("update-in-two-steps") {
                self.set(new);
                return new;
            }
            match self.inner.value.compare_exchange_weak(
                current,
                new,
                Ordering::AcqRel,
                Ordering::Acquire,
            ) {
                Ok(_) => return new,
                Err(newer) => current = newer,
            }
        }
    }

    /// The name under which a registry made this atomic.
    ///
    /// ```
    /// assert_eq!(named_sync::Registry::new().atomic("hits", 0).name(), Some("hits"));
    /// ```
    pub fn name(&self) -> Option<&str> {
        self.inner.identity.name()
    }

    /// What an observer may know of this atomic. Never waits for other threads.
    ///
    /// ```
    /// use named_sync::{Atomic, State};
    /// assert!(matches!(Atomic::new(5).inspect().state, State::Atomic { value: 5, .. }));
    /// ```
    pub fn inspect(&self) -> Inspection {
        self.inner.inspect()
    }
}

impl Observed for Inner {
    fn words_at(&self) -> WordsAt {
        WordsAt::of_number(&self.value)
    }

    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn inspect(&self) -> Inspection {
        // Relaxed: told and not acted upon.
        let state = State::Atomic { value: self.value.load(Ordering::Relaxed) };
        self.identity.inspection(Kind::Atomic, "i64", state, Vec::new())
    }
}

impl Handle for Atomic {
    fn inside(&self) -> &(dyn Observed + 'static) {
        &*self.inner
    }
}

impl fmt::Debug for Atomic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Atomic").field("name", &self.name()).field("value", &self.get()).finish()
    }
}
