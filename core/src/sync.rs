//! The one door to the platform: atomics, locks, cells, threads and time.
//!
//! Everything else in this crate imports from here, so that a build with `--cfg loom` and the feature
//! `loom` runs the very same algorithms on loom's types. Public signatures are not affected: they name
//! the standard library's `Arc`, `Duration` and `Instant` in both builds.
//!
//! Both halves offer the same names. What differs is said where it differs:
//!
//! | name | normal build | under loom |
//! | --- | --- | --- |
//! | atomics | the platform's | loom's, watched for accesses that loom would overlook |
//! | [`Deadline`] | an instant | a point on a virtual clock that the model moves |
//! | [`SPINS_BEFORE_YIELDING`], [`YIELDS_BEFORE_PARKING`] | some | none: they only multiply executions |
//! | [`SEGMENT`] | 31 slots | 2 slots, so that small models cross a boundary |
//! | [`HashState`] | randomly keyed | fixed key: loom replays executions |

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "this is the file that the ban points to"
)]

pub(crate) use std::sync::Arc as StdArc;
pub(crate) use std::sync::atomic::Ordering;
pub(crate) use std::thread::{Thread, current as current_thread, panicking};
pub(crate) use std::time::{Duration, Instant};

pub(crate) use imp::*;

#[cfg(all(loom, feature = "loom"))]
pub use imp::{advance_clock, watch_loads};

/// The platform's clock. Not modelled: it only tells observers since when somebody waits.
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Whether this build runs on loom's types.
pub(crate) const MODEL_CHECKED: bool = cfg!(all(loom, feature = "loom"));

#[cfg(not(all(loom, feature = "loom")))]
mod imp {
    use std::collections::hash_map::RandomState;
    use std::sync::PoisonError;
    use std::time::{Duration, Instant};

    pub(crate) use std::cell::UnsafeCell as StdUnsafeCell;
    pub(crate) use std::sync::Arc;
    pub(crate) use std::sync::MutexGuard;
    pub(crate) use std::sync::atomic::{AtomicI64, AtomicPtr, AtomicU8, AtomicU64, fence};

    /// Rounds of spinning, of 1, 2, 4, ... pauses, before a blocking operation yields; see `patience`.
    pub(crate) const SPINS_BEFORE_YIELDING: u32 = 6;

    /// How often a blocking operation yields and tries again before it parks.
    pub(crate) const YIELDS_BEFORE_PARKING: u32 = 16;

    /// Whether this process had a single core to run on when it first asked.
    pub(crate) fn has_one_core() -> bool {
        static ONE: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
        *ONE.get_or_init(|| {
            std::thread::available_parallelism().is_ok_and(|cores| cores.get() == 1)
        })
    }

    /// Slots in a segment of an unbounded queue. With the phantom position that marks the change of
    /// segment this makes 32 positions, so that the division is a shift.
    pub(crate) const SEGMENT: u64 = 31;

    /// The registry's hasher. Names may come from untrusted input, so it is keyed at random.
    pub(crate) type HashState = RandomState;

    /// A mutex without poisoning: no user code runs under any lock of this crate, so a panic can not
    /// leave one half-changed.
    #[derive(Debug, Default)]
    pub(crate) struct Mutex<T>(std::sync::Mutex<T>);

    impl<T> Mutex<T> {
        pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }

    /// A reader-writer lock without poisoning, for the reason given at [`Mutex`].
    #[derive(Debug, Default)]
    pub(crate) struct RwLock<T>(std::sync::RwLock<T>);

    impl<T> RwLock<T> {
        pub(crate) fn read(&self) -> std::sync::RwLockReadGuard<'_, T> {
            self.0.read().unwrap_or_else(PoisonError::into_inner)
        }

        pub(crate) fn write(&self) -> std::sync::RwLockWriteGuard<'_, T> {
            self.0.write().unwrap_or_else(PoisonError::into_inner)
        }
    }

    #[derive(Debug, Default)]
    pub(crate) struct Condvar(std::sync::Condvar);

    impl Condvar {
        pub(crate) fn notify_one(&self) {
            self.0.notify_one();
        }

        /// Sleeps until notified, until `deadline`, or for no reason at all.
        pub(crate) fn wait_until<'a, T>(
            &self,
            guard: MutexGuard<'a, T>,
            deadline: &Deadline,
        ) -> MutexGuard<'a, T> {
            match deadline.0 {
                None => self.0.wait(guard).unwrap_or_else(PoisonError::into_inner),
                Some(instant) => {
                    let left = instant.saturating_duration_since(Instant::now());
                    self.0.wait_timeout(guard, left).unwrap_or_else(PoisonError::into_inner).0
                }
            }
        }
    }

    /// The moment at which a timed operation gives up; or never.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct Deadline(Option<Instant>);

    impl Deadline {
        pub(crate) const NEVER: Self = Self(None);

        /// A deadline too far away to be represented means "no timeout".
        pub(crate) fn after(timeout: Duration) -> Self {
            Self(Instant::now().checked_add(timeout))
        }

        pub(crate) fn has_passed(&self) -> bool {
            self.0.is_some_and(|instant| instant <= Instant::now())
        }

        /// The virtual clock of a model needs to know whom to nudge; the platform's clock does not.
        pub(crate) fn on_expiry(&self, _nudge: impl FnOnce() + Send + 'static) {}
    }

    /// `std`'s cell behind loom's closure interface.
    #[derive(Debug)]
    #[repr(transparent)]
    pub(crate) struct UnsafeCell<T>(StdUnsafeCell<T>);

    impl<T> UnsafeCell<T> {
        pub(crate) const fn new(value: T) -> Self {
            Self(StdUnsafeCell::new(value))
        }

        #[inline(always)]
        pub(crate) fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
            f(self.0.get())
        }

        #[inline(always)]
        pub(crate) fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
            f(self.0.get())
        }
    }

    pub(crate) fn spin_loop() {
        std::hint::spin_loop();
    }

    pub(crate) fn yield_now() {
        std::thread::yield_now();
    }

    pub(crate) fn sleep(duration: Duration) {
        std::thread::sleep(duration);
    }

    /// The process-wide registry.
    pub(crate) fn global_registry() -> &'static crate::Registry {
        static GLOBAL: std::sync::OnceLock<crate::Registry> = std::sync::OnceLock::new();
        GLOBAL.get_or_init(crate::Registry::new)
    }
}

#[cfg(all(loom, feature = "loom"))]
mod imp {
    use std::hash::BuildHasherDefault;
    use std::sync::atomic::Ordering;
    use std::time::Duration;

    pub(crate) use loom::cell::UnsafeCell;
    pub(crate) use loom::sync::Arc;
    pub(crate) use loom::sync::MutexGuard;
    pub(crate) use loom::sync::atomic::fence;

    pub(crate) const SPINS_BEFORE_YIELDING: u32 = 0;

    pub(crate) const YIELDS_BEFORE_PARKING: u32 = 0;

    pub(crate) fn has_one_core() -> bool {
        false
    }

    pub(crate) const SEGMENT: u64 = 2;

    pub(crate) type HashState = BuildHasherDefault<std::collections::hash_map::DefaultHasher>;

    /// An atomic of which loom reorders every load with every change by another thread.
    ///
    /// loom 0.7 remembers of each object only the last access. If a thread loads a word and then exchanges
    /// it, its own load hides an earlier load by another thread, and loom never tries the exchange before
    /// that load (<https://github.com/tokio-rs/loom/issues/166>). Lock-free code is made of such pairs.
    ///
    /// So each thread notes its loads on an object of its own, and each change touches the notes of the
    /// others: there the last access is what it has to be compared with. Notes and touches are relaxed, so
    /// that they order nothing in the memory model, and have no branches of their own: what loom finds
    /// through them it tries at the nearest branch before, which is the access itself.
    #[derive(Debug)]
    pub(crate) struct Watched<A> {
        word: A,
        /// One for each thread that a model may have.
        notes: [loom::sync::atomic::AtomicUsize; loom::MAX_THREADS],
        /// A bit for each thread that has used its note. Not modelled: it only saves touches.
        noted: std::sync::atomic::AtomicUsize,
    }

    static WATCHING: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(true);

    /// Whether loom reorders loads with other threads' changes in all cases (the default) or only where it does
    /// so by itself. For the whole process, and not to be changed while a model runs.
    pub fn watch_loads(on: bool) {
        WATCHING.store(on, Ordering::Relaxed);
    }

    fn watching() -> bool {
        WATCHING.load(Ordering::Relaxed)
    }

    /// The number of the current thread in this execution.
    fn thread_number() -> usize {
        // The identifier gives its number away in no other way.
        struct Digits(usize);
        impl std::fmt::Write for Digits {
            fn write_str(&mut self, text: &str) -> std::fmt::Result {
                for digit in text.bytes().filter(u8::is_ascii_digit) {
                    self.0 = self.0 * 10 + usize::from(digit - b'0');
                }
                Ok(())
            }
        }
        let mut digits = Digits(0);
        std::fmt::Write::write_fmt(&mut digits, format_args!("{:?}", loom::thread::current().id()))
            .expect("digits take any text");
        digits.0
    }

    impl<A> Watched<A> {
        fn watch(word: A) -> Self {
            Self {
                word,
                notes: std::array::from_fn(|_| loom::sync::atomic::AtomicUsize::new(0)),
                noted: std::sync::atomic::AtomicUsize::new(0),
            }
        }

        fn read<R>(&self, access: impl FnOnce(&A) -> R) -> R {
            let result = access(&self.word);
            if !watching() {
                return result;
            }
            let thread = thread_number();
            self.noted.fetch_or(1 << thread, Ordering::Relaxed);
            loom::stop_exploring();
            self.notes[thread].load(Ordering::Relaxed);
            loom::explore();
            result
        }

        fn change<R>(&self, access: impl FnOnce(&A) -> R) -> R {
            let result = access(&self.word);
            if !watching() {
                return result;
            }
            let others = self.noted.load(Ordering::Relaxed) & !(1 << thread_number());
            loom::stop_exploring();
            for (thread, note) in self.notes.iter().enumerate() {
                if others & (1 << thread) != 0 {
                    note.fetch_add(0, Ordering::Relaxed);
                }
            }
            loom::explore();
            result
        }
    }

    macro_rules! watched {
        ($($name:ident $(<$generic:ident>)? of $value:ty;)*) => {$(
            pub(crate) type $name $(<$generic>)? = Watched<loom::sync::atomic::$name $(<$generic>)?>;

            #[allow(dead_code, reason = "the same operations for every type")]
            impl $(<$generic>)? $name $(<$generic>)? {
                #[track_caller]
                pub(crate) fn new(value: $value) -> Self {
                    Self::watch(loom::sync::atomic::$name::new(value))
                }

                #[track_caller]
                pub(crate) fn load(&self, order: Ordering) -> $value {
                    self.read(|word| word.load(order))
                }

                #[track_caller]
                pub(crate) fn store(&self, value: $value, order: Ordering) {
                    self.change(|word| word.store(value, order));
                }

                #[track_caller]
                pub(crate) fn swap(&self, value: $value, order: Ordering) -> $value {
                    self.change(|word| word.swap(value, order))
                }

                #[track_caller]
                pub(crate) fn compare_exchange(
                    &self,
                    current: $value,
                    new: $value,
                    success: Ordering,
                    failure: Ordering,
                ) -> Result<$value, $value> {
                    self.change(|word| word.compare_exchange(current, new, success, failure))
                }

                #[track_caller]
                pub(crate) fn compare_exchange_weak(
                    &self,
                    current: $value,
                    new: $value,
                    success: Ordering,
                    failure: Ordering,
                ) -> Result<$value, $value> {
                    self.change(|word| word.compare_exchange_weak(current, new, success, failure))
                }
            }
        )*};
    }

    macro_rules! watched_arithmetic {
        ($($name:ident of $value:ty: $($operation:ident)*;)*) => {$(
            #[allow(dead_code, reason = "the same operations for every type")]
            impl $name {$(
                #[track_caller]
                pub(crate) fn $operation(&self, operand: $value, order: Ordering) -> $value {
                    self.change(|word| word.$operation(operand, order))
                }
            )*}
        )*};
    }

    watched! {
        AtomicI64 of i64;
        AtomicU8 of u8;
        AtomicU64 of u64;
        AtomicPtr<T> of *mut T;
    }

    watched_arithmetic! {
        AtomicI64 of i64: fetch_add fetch_max fetch_min;
        AtomicU64 of u64: fetch_add fetch_sub fetch_and fetch_or;
    }

    #[derive(Debug, Default)]
    pub(crate) struct Mutex<T>(loom::sync::Mutex<T>);

    impl<T> Mutex<T> {
        pub(crate) fn new(value: T) -> Self {
            Self(loom::sync::Mutex::new(value))
        }

        pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
            self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
        }
    }

    #[derive(Debug)]
    pub(crate) struct RwLock<T>(loom::sync::RwLock<T>);

    impl<T: Default> Default for RwLock<T> {
        fn default() -> Self {
            Self(loom::sync::RwLock::new(T::default()))
        }
    }

    impl<T> RwLock<T> {
        pub(crate) fn read(&self) -> loom::sync::RwLockReadGuard<'_, T> {
            self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner)
        }

        pub(crate) fn write(&self) -> loom::sync::RwLockWriteGuard<'_, T> {
            self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner)
        }
    }

    #[derive(Debug, Default)]
    pub(crate) struct Condvar(loom::sync::Condvar);

    impl Condvar {
        pub(crate) fn notify_one(&self) {
            self.0.notify_one();
        }

        /// loom's `wait_timeout` never times out. Expiry arrives as a nudge from the virtual clock.
        pub(crate) fn wait_until<'a, T>(
            &self,
            guard: MutexGuard<'a, T>,
            _deadline: &Deadline,
        ) -> MutexGuard<'a, T> {
            self.0.wait(guard).unwrap_or_else(std::sync::PoisonError::into_inner)
        }
    }

    type Nudge = Box<dyn FnOnce() + Send>;

    /// Time as a model sees it: it stands still until the model moves it with [`advance_clock`].
    #[derive(Default)]
    struct Clock {
        now: Duration,
        sleepers: Vec<(Duration, Nudge)>,
    }

    loom::lazy_static! {
        static ref CLOCK: Mutex<Clock> = Mutex::new(Clock::default());
    }

    /// Moves the virtual clock; every timed operation whose deadline is thereby reached gives up unless
    /// it can succeed. A model calls this from a thread of its own, so that loom explores the expiry at
    /// every moment.
    pub fn advance_clock(by: Duration) {
        let due = {
            let mut clock = CLOCK.lock();
            clock.now += by;
            let now = clock.now;
            let (due, later) = std::mem::take(&mut clock.sleepers)
                .into_iter()
                .partition::<Vec<_>, _>(|(deadline, _)| *deadline <= now);
            clock.sleepers = later;
            due
        };
        for (_, nudge) in due {
            nudge();
        }
    }

    #[derive(Clone, Copy, Debug)]
    pub(crate) struct Deadline(Option<Duration>);

    impl Deadline {
        pub(crate) const NEVER: Self = Self(None);

        pub(crate) fn after(timeout: Duration) -> Self {
            if timeout == Duration::MAX {
                Self::NEVER
            } else {
                Self(CLOCK.lock().now.checked_add(timeout))
            }
        }

        pub(crate) fn has_passed(&self) -> bool {
            self.0.is_some_and(|deadline| deadline <= CLOCK.lock().now)
        }

        /// Calls `nudge` when the clock reaches the deadline, from the thread that moves the clock.
        pub(crate) fn on_expiry(&self, nudge: impl FnOnce() + Send + 'static) {
            if let Some(deadline) = self.0 {
                CLOCK.lock().sleepers.push((deadline, Box::new(nudge)));
            }
        }
    }

    /// Lets others go on, from a loop that only loads until somebody else has stored.
    ///
    /// loom would also run every schedule in which two such loops take turns while the third thread, the one
    /// they wait for, never runs: infinitely many. None of them leads anywhere that the others do not: a
    /// round of such a loop changes nothing, so whatever can follow it can follow as well when this thread
    /// was not scheduled for that round. So loom finishes this execution without branching any further. Where
    /// an access of the rest races with one before, it still adds the branch there.
    pub(crate) fn yield_now() {
        loom::skip_branch();
        loom::thread::yield_now();
    }

    pub(crate) fn spin_loop() {
        yield_now();
    }

    pub(crate) fn sleep(_duration: Duration) {
        yield_now();
    }

    loom::lazy_static! {
        static ref GLOBAL: crate::Registry = crate::Registry::new();
    }

    pub(crate) fn global_registry() -> &'static crate::Registry {
        &GLOBAL
    }
}
