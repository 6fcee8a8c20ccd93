//! The platform's own: what every normal build runs on.

use std::collections::hash_map::RandomState;
use std::time::Instant;

use super::Duration;

pub(crate) use std::cell::UnsafeCell as StdUnsafeCell;
pub(crate) use std::sync::Arc;
pub(crate) use std::sync::atomic::{AtomicI64, AtomicPtr, AtomicU8, AtomicU64, fence};

/// The locks that [`lock`](super::lock) wraps.
pub(super) use std::sync as raw;

/// The platform's condition variables do so themselves.
pub(super) fn wakes_for_no_reason() -> bool {
    false
}

pub(crate) fn glances_first() -> bool {
    false
}

/// Puts the value into memory of its own.
pub(crate) fn allocate<T>(value: T) -> *mut T {
    Box::into_raw(Box::new(value))
}

/// Takes the value out of its memory, and frees that.
///
/// # Safety
///
/// It came from [`allocate`], and nobody uses it any more.
pub(crate) unsafe fn deallocate<T>(memory: *mut T) -> T {
    // SAFETY: as promised by the caller.
    *unsafe { Box::from_raw(memory) }
}

/// Does a part of reclaiming memory.
#[inline(always)]
pub(crate) fn reclaiming<R>(part: impl FnOnce() -> R) -> R {
    part()
}

/// Does what a model does in one step with the access before it.
#[inline(always)]
pub(crate) fn in_the_step_before<R>(f: impl FnOnce() -> R) -> R {
    f()
}

/// Stores the value and passes a `SeqCst` fence, where that is a single step; says whether it did.
///
/// On x86 an exchange is a full barrier for the processor (Intel's manual, volume 3, "Memory Ordering"; AMD's, volume 2,
/// "Multiprocessor Memory Access Ordering"), and a `SeqCst` one is for the compiler, which moves nothing across what is
/// both an Acquire and a Release. A fence is an exchange there as well, of a word on the stack: so this saves a store.
#[inline(always)]
pub(crate) fn store_with_fence(word: &AtomicU64, value: u64) -> bool {
    if cfg!(all(target_arch = "x86_64", not(miri))) {
        word.swap(value, super::Ordering::SeqCst);
        return true;
    }
    false
}

/// Waits until this thread's stores have left its store buffer. A matter of speed: nothing relies on the order that
/// comes with it.
#[inline(always)]
pub(crate) fn drain_stores() {
    fence(super::Ordering::SeqCst);
}

/// Has the memory at this address brought into the cache, if the processor can be asked to. It may be anybody's,
/// or nobody's: nothing is read.
#[inline(always)]
pub(crate) fn fetch_ahead<T: ?Sized>(address: *const T) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: the instruction never faults, whatever the address.
    unsafe {
        use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(address.cast::<i8>());
    }
    let _ = address;
}

/// Slots in a segment of an unbounded queue. With the phantom position that marks the change of
/// segment this makes 64 positions, so that the division is a shift.
pub(crate) const SEGMENT: u64 = 63;

/// Buckets in the first segment of a table of names.
pub(crate) const FIRST_SEGMENT: u64 = 64;

/// Segments that a table of names can have; each holds as many buckets as all before it.
pub(crate) const SEGMENTS: usize = 40;

/// The registry's hasher. Names may come from untrusted input, so it is keyed at random.
pub(crate) type HashState = RandomState;

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

    /// How long a wait may still take, if it must end.
    pub(super) fn left(&self) -> Option<Duration> {
        self.0.map(|instant| instant.saturating_duration_since(Instant::now()))
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

#[inline]
pub(crate) fn spin_loop() {
    std::hint::spin_loop();
}

/// For unit tests. The core itself starts no threads.
#[cfg(test)]
pub(crate) use std::thread::scope;

pub(crate) fn yield_now() {
    std::thread::yield_now();
}

pub(crate) fn sleep(duration: Duration) {
    std::thread::sleep(duration);
}

/// One for the whole process, made when it is first used.
macro_rules! process_wide {
    ($(#[$meta:meta])* static $name:ident: $type:ty = $init:expr;) => {
        $(#[$meta])*
        #[allow(clippy::disallowed_types, reason = "offered by crate::sync")]
        static $name: std::sync::LazyLock<$type> = std::sync::LazyLock::new(|| $init);
    };
}
pub(crate) use process_wide;

/// One for each thread, reached by `try_with`: there is none any more when the thread is about to end.
macro_rules! per_thread {
    ($(#[$meta:meta])* static $name:ident: $type:ty = $init:expr;) => {
        std::thread_local! {
            $(#[$meta])*
            static $name: $type = const { $init };
        }
    };
}
pub(crate) use per_thread;
