//! The wait group: a count of things under way, and those who wait until there are none.

mod count;
mod future;
mod sites;

use std::fmt;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};

pub use future::WaitFuture;

use crate::error::{WaitGroupError, WaitTimeout};
use crate::identity::Identity;
use crate::inspect::{Inspection, Kind, Operation, State};
use crate::observer::{Handle, Observed, WordsAt};
use crate::patience::{self, Awaited};
use crate::site::Site;
use crate::sync::{Arc, Deadline, Duration, panicking};
use crate::wait::{self, Condition, TimedOut, WaitList};
use count::{Change, Count};
pub(crate) use count::{glance_at, word_of};
use sites::{By, Sites};

/// A count of things under way; others wait until it reaches zero.
///
/// A handle is cheap to clone, and every clone is the same wait group. It may be used again at any time:
/// each return to zero ends one *generation*, and a waiter is released by the zero of the generation in
/// which it began to wait, no matter how soon the next one starts.
///
/// # Ordering
///
/// What a thread did before [`done`](Self::done) happens before the return of every
/// [`wait`](Self::wait) that this `done` helped to release.
///
/// # Example
///
/// ```
/// use named_sync::{Atomic, WaitGroup};
/// use std::thread;
///
/// let (files, total) = (WaitGroup::new(), Atomic::new(0));
/// for size in [10, 20, 30] {
///     files.add(1);
///     let (files, total) = (files.clone(), total.clone());
///     thread::spawn(move || {
///         total.add(size);
///         files.done();
///     });
/// }
/// files.wait();
/// assert_eq!(total.get(), 60);
/// ```
pub struct WaitGroup {
    inner: Arc<Inner>,
}

struct Inner {
    count: Count,
    waiters: WaitList,
    identity: Identity,
    /// If it is tracked.
    sites: Option<Box<Sites>>,
}

/// What a waiter waits for: the zero that ends this generation.
struct ZeroOf<'a> {
    group: &'a Inner,
    generation: u32,
}

impl Condition for ZeroOf<'_> {
    fn list(&self) -> &WaitList {
        &self.group.waiters
    }

    fn arm(&self) -> bool {
        self.group.count.arm(self.generation)
    }

    fn disarm(&self) {
        self.group.count.disarm();
    }

    fn generation(&self) -> u32 {
        self.generation
    }

    /// The zero of a generation wakes all of its waiters, so nobody in line is owed what one of them
    /// leaves behind (I9).
    fn forward(&self) {}
}

impl ZeroOf<'_> {
    fn attempt(&self) -> Option<()> {
        self.group.count.has_ended(self.generation).then_some(())
    }
}

impl Clone for WaitGroup {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl UnwindSafe for WaitGroup {}
impl RefUnwindSafe for WaitGroup {}

impl Default for WaitGroup {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

impl WaitGroup {
    /// Makes a wait group with a count of zero and without a name.
    ///
    /// ```
    /// named_sync::WaitGroup::new().wait(); // nothing is under way
    /// ```
    #[track_caller]
    pub fn new() -> Self {
        Self::with_identity(Identity::unnamed(), false)
    }

    /// The same, but [inspections](Self::inspect) tell which lines changed the count, to see who has not called
    /// [`done`](Self::done): for the hunt for one who does not. Each change takes a lock and a search then; a wait
    /// group that is not tracked pays nothing for it but a look at a pointer. See [`CallSite`](crate::CallSite) for what
    /// is kept.
    ///
    /// ```
    /// let files = named_sync::WaitGroup::tracked();
    /// let guard = files.guard();
    /// assert_eq!(files.inspect().call_sites.unwrap()[0].guards, 1);
    /// # drop(guard);
    /// ```
    #[track_caller]
    pub fn tracked() -> Self {
        Self::with_identity(Identity::unnamed(), true)
    }

    pub(crate) fn with_identity(identity: Identity, is_tracked: bool) -> Self {
        let sites = is_tracked.then(Box::default);
        let waiters = WaitList::default();
        Self { inner: Arc::new(Inner { count: Count::new(), waiters, identity, sites }) }
    }

    /// Adds `delta`, which may be negative, to the count. The change that takes it to zero releases
    /// everybody who waits for this generation.
    ///
    /// # Panics
    ///
    /// If the count would fall below zero or exceed `u32::MAX`. The message tells the name, and the
    /// location is the caller's. The count is left as it was.
    ///
    /// ```
    /// let files = named_sync::WaitGroup::new();
    /// files.add(3);
    /// files.add(-2);
    /// assert_eq!(files.count(), 1);
    /// ```
    #[track_caller]
    pub fn add(&self, delta: i64) {
        self.add_by(By::Call, delta);
    }

    #[track_caller]
    fn add_by(&self, by: By, delta: i64) {
        if let Err(error) = self.try_add_by(by, delta, Location::caller()) {
            panic!("{error}");
        }
    }

    /// As [`add`](Self::add), for those who handle the error.
    ///
    /// # Errors
    ///
    /// If the count would fall below zero or exceed `u32::MAX`. The count is left as it was.
    ///
    /// ```
    /// let files = named_sync::WaitGroup::new();
    /// assert!(files.try_add(-1).is_err());
    /// assert_eq!(files.count(), 0);
    /// ```
    #[track_caller]
    pub fn try_add(&self, delta: i64) -> Result<(), WaitGroupError> {
        self.try_add_by(By::Call, delta, Location::caller())
    }

    #[inline]
    fn try_add_by(
        &self,
        by: By,
        delta: i64,
        location: &'static Location<'static>,
    ) -> Result<(), WaitGroupError> {
        match &self.inner.sites {
            Some(sites) => self.change_at(sites, &Site::of(location), by, delta),
            None => self.change(delta),
        }
    }

    #[cold]
    fn change_at(
        &self,
        sites: &Sites,
        at: &Site,
        by: By,
        delta: i64,
    ) -> Result<(), WaitGroupError> {
        sites.note(at, by, delta);
        self.change(delta).inspect_err(|_| sites.undo(at, by, delta))
    }

    fn change(&self, delta: i64) -> Result<(), WaitGroupError> {
        match self.inner.count.change(delta) {
            Ok(Change::Counted) => Ok(()),
            Ok(Change::Ended { generation, had_waiters }) => {
                if had_waiters {
                    self.inner.waiters.wake_generation(generation);
                }
                Ok(())
            }
            Err(count) => {
                let name = self.name().unwrap_or_default().to_owned();
                Err(if delta < 0 {
                    WaitGroupError::Underflow { name, count, delta }
                } else {
                    WaitGroupError::Overflow { name, count, delta }
                })
            }
        }
    }

    /// Takes one off the count: `add(-1)`.
    ///
    /// # Panics
    ///
    /// If the count is zero. It stays zero then.
    ///
    /// ```
    /// let files = named_sync::WaitGroup::new();
    /// files.add(1);
    /// files.done();
    /// assert_eq!(files.count(), 0);
    /// ```
    #[track_caller]
    pub fn done(&self) {
        self.add(-1);
    }

    /// Adds one, and gives back a guard whose drop takes it off again, also while unwinding.
    ///
    /// # Panics
    ///
    /// If the count is `u32::MAX`.
    ///
    /// ```
    /// let files = named_sync::WaitGroup::new();
    /// let guard = files.guard();
    /// assert_eq!(files.count(), 1);
    /// drop(guard);
    /// assert_eq!(files.count(), 0);
    /// ```
    #[track_caller]
    pub fn guard(&self) -> WaitGroupGuard {
        self.add_by(By::Guard, 1);
        let called_from = Location::caller();
        let made_at = self.inner.sites.is_some().then(|| Site::of(called_from));
        WaitGroupGuard { group: self.clone(), made_at }
    }

    /// Waits until the count is zero. Returns at once if it is.
    ///
    /// ```
    /// let files = named_sync::WaitGroup::new();
    /// let guard = files.guard();
    /// std::thread::spawn(move || drop(guard));
    /// files.wait();
    /// ```
    #[track_caller]
    pub fn wait(&self) {
        if let Some(zero) = self.zero() {
            // Without a deadline this can not time out.
            let _ = self.block(&zero, Deadline::NEVER, Location::caller());
        }
    }

    /// Waits until the count is zero, but no longer than `timeout`.
    ///
    /// `Duration::MAX`, and any timeout that ends after the end of the clock, means no timeout.
    ///
    /// # Errors
    ///
    /// [`WaitTimeout`] if the generation did not end in time.
    ///
    /// ```
    /// use std::time::Duration;
    /// let files = named_sync::WaitGroup::new();
    /// assert!(files.wait_timeout(Duration::ZERO).is_ok());
    /// files.add(1);
    /// assert!(files.wait_timeout(Duration::from_millis(5)).is_err());
    /// ```
    #[track_caller]
    pub fn wait_timeout(&self, timeout: Duration) -> Result<(), WaitTimeout> {
        match self.zero() {
            None => Ok(()),
            Some(zero) => self
                .block(&zero, Deadline::after(timeout), Location::caller())
                .map_err(|TimedOut| WaitTimeout),
        }
    }

    /// Suspends the task until the count is zero. The generation that it waits for is the one in which
    /// the future is first polled.
    ///
    /// # Cancel safety
    ///
    /// A future may be dropped at any time; all others are woken as they would be without it. The same
    /// holds for one that is forgotten.
    ///
    /// ```
    /// use std::{future::Future, pin::pin, task::{Context, Waker}};
    /// let files = named_sync::WaitGroup::new();
    /// files.add(1);
    /// let mut waiting = pin!(files.wait_async());
    /// let mut context = Context::from_waker(Waker::noop());
    /// assert!(waiting.as_mut().poll(&mut context).is_pending());
    /// files.done();
    /// assert!(waiting.as_mut().poll(&mut context).is_ready());
    /// ```
    #[track_caller]
    pub fn wait_async(&self) -> WaitFuture<'_> {
        WaitFuture::new(&self.inner, Location::caller())
    }

    fn zero(&self) -> Option<ZeroOf<'_>> {
        let generation = self.inner.count.generation_under_way()?;
        Some(ZeroOf { group: &self.inner, generation })
    }

    fn block(
        &self,
        zero: &ZeroOf<'_>,
        deadline: Deadline,
        location: &'static Location<'static>,
    ) -> Result<(), TimedOut> {
        let attempt = || zero.attempt();
        match patience::spin(Awaited::One, || true, attempt) {
            Some(()) => Ok(()),
            None => wait::block(zero, Operation::Wait, location, deadline, attempt),
        }
    }

    /// The count: a snapshot.
    ///
    /// ```
    /// assert_eq!(named_sync::WaitGroup::new().count(), 0);
    /// ```
    pub fn count(&self) -> u32 {
        self.inner.count.get().0
    }

    /// The name under which a registry made this wait group.
    ///
    /// ```
    /// assert_eq!(named_sync::Registry::new().wait_group("files").name(), Some("files"));
    /// ```
    pub fn name(&self) -> Option<&str> {
        self.inner.identity.name()
    }

    /// What an observer may know of this wait group. Never waits for other threads.
    ///
    /// ```
    /// use named_sync::{State, WaitGroup};
    /// let State::WaitGroup { count, generation, .. } = WaitGroup::new().inspect().state else { panic!() };
    /// assert_eq!((count, generation), (0, 0));
    /// ```
    pub fn inspect(&self) -> Inspection {
        self.inner.inspect()
    }
}

impl Observed for Inner {
    fn words_at(&self) -> WordsAt {
        WordsAt::of_count(self.count.word(), self.sites.is_some())
    }

    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn inspect(&self) -> Inspection {
        let (count, generation) = self.count.get();
        let state = State::WaitGroup { count, generation };
        let waiters = self.waiters.inspect();
        let mut inspection = self.identity.inspection(Kind::WaitGroup, "u32", state, waiters);
        inspection.call_sites = self.sites.as_ref().map(|sites| sites.all());
        inspection
    }
}

impl Handle for WaitGroup {
    fn inside(&self) -> &(dyn Observed + 'static) {
        &*self.inner
    }
}

impl fmt::Debug for WaitGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitGroup")
            .field("name", &self.name())
            .field("count", &self.count())
            .finish()
    }
}

/// One of the things under way; see [`WaitGroup::guard`].
#[derive(Debug)]
#[must_use = "dropping the guard at once takes its one off the count again"]
pub struct WaitGroupGuard {
    group: WaitGroup,
    /// The line, if the group is tracked.
    made_at: Option<Site>,
}

impl Drop for WaitGroupGuard {
    fn drop(&mut self) {
        let changed = match (&self.group.inner.sites, &self.made_at) {
            (Some(sites), Some(at)) => self.group.change_at(sites, at, By::Guard, -1),
            _ => self.group.change(-1),
        };
        if let Err(error) = changed {
            // Somebody else called `done` too often. A second panic would abort and hide the first.
            if !panicking() {
                panic!("{error}");
            }
        }
    }
}
