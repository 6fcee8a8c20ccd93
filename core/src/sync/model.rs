//! loom's own, and what stands in for things that loom does not have.

use std::hash::BuildHasherDefault;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::sync::atomic::AtomicBool;
use std::thread::panicking;

use loom::thread::{AccessError, LocalKey};

use super::{Duration, Ordering, mutants};

pub(crate) use loom::cell::UnsafeCell;
pub(crate) use loom::sync::Arc;

pub(crate) use super::clock::Deadline;
pub use super::clock::advance_clock;
pub(crate) use super::reused::{allocate, deallocate};
pub use super::steps::reclaim_in_one_step;
pub(crate) use super::steps::{in_the_step_before, reclaiming};
pub use super::watched::watch_loads;
pub(crate) use super::watched::{AtomicI64, AtomicPtr, AtomicU8, AtomicU64};

loom::lazy_static! {
    static ref FENCES: loom::sync::atomic::AtomicUsize = loom::sync::atomic::AtomicUsize::new(0);
}

/// A fence that, if it is `SeqCst`, loom tries before and after every other one.
///
/// loom's own is no access to anything, and goes with the access before it: nobody else ever runs in between. So
/// each fence touches one object first. That is relaxed, and orders nothing in the memory model. Other fences have no
/// order among each other. They do without the object, as it can not be had any more when the global registry is
/// dropped, with the queues in it.
#[track_caller]
pub(crate) fn fence(order: Ordering) {
    if order == Ordering::SeqCst {
        FENCES.fetch_add(0, Ordering::Relaxed);
    }
    if let Some(order) = mutants::order_or_none(order, 0) {
        loom::sync::atomic::fence(order);
    }
}

/// The locks that [`lock`](super::lock) wraps.
pub(super) use loom::sync as raw;

/// Whether a sleeper wakes now although nobody notified it.
pub(super) fn wakes_for_no_reason() -> bool {
    #[cfg(mutants)]
    return super::spurious::happens_now(super::spurious::Event::WakeUp);
    #[cfg(not(mutants))]
    false
}

static GLANCING: AtomicBool = AtomicBool::new(false);

/// Whether a blocked operation looks once more before it goes to sleep, as it does many times outside a model. Not by
/// default: it multiplies executions. For the whole process, and not to be changed while a model runs.
#[doc(hidden)] // For the models of this crate.
pub fn glance_first(on: bool) {
    GLANCING.store(on, Ordering::Relaxed);
}

pub(crate) fn glances_first() -> bool {
    GLANCING.load(Ordering::Relaxed)
}

/// Nothing: in a model it is two steps.
pub(crate) fn store_with_fence(_: &AtomicU64, _: u64) -> bool {
    false
}

/// Nothing: nothing relies on the order that comes with it.
pub(crate) fn drain_stores() {}

/// Nothing: a matter of speed.
pub(crate) fn fetch_ahead<T: ?Sized>(_: *const T) {}

pub(crate) const SEGMENT: u64 = 2;

pub(crate) const FIRST_SEGMENT: u64 = 2;

pub(crate) const SEGMENTS: usize = 2;

pub(crate) type HashState = BuildHasherDefault<std::collections::hash_map::DefaultHasher>;

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

/// What lives as long as the process, or a thread of it: in a model each execution is a process.
///
/// It is dropped with the execution, unless that fails. Then loom drops it when the execution is no more; to access
/// anything of loom's would be a second panic, and abort the process in the middle of the report of the first.
pub(crate) struct OfExecution<T>(ManuallyDrop<T>);

impl<T> OfExecution<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(ManuallyDrop::new(value))
    }
}

impl<T> Deref for OfExecution<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Drop for OfExecution<T> {
    fn drop(&mut self) {
        if !panicking() {
            // SAFETY: it is not used after this.
            unsafe { ManuallyDrop::drop(&mut self.0) };
        }
    }
}

macro_rules! process_wide {
    ($(#[$meta:meta])* static $name:ident: $type:ty = $init:expr;) => {
        loom::lazy_static! {
            $(#[$meta])*
            static ref $name: $crate::sync::OfExecution<$type> =
                $crate::sync::OfExecution::new($init);
        }
    };
}
pub(crate) use process_wide;

pub(crate) struct PerThread<T: 'static>(pub(crate) &'static LocalKey<OfExecution<T>>);

impl<T> PerThread<T> {
    pub(crate) fn try_with<R>(&'static self, f: impl FnOnce(&T) -> R) -> Result<R, AccessError> {
        self.0.try_with(|value| f(value))
    }
}

macro_rules! per_thread {
    ($(#[$meta:meta])* static $name:ident: $type:ty = $init:expr;) => {
        $(#[$meta])*
        static $name: $crate::sync::PerThread<$type> = {
            loom::thread_local! {
                static KEY: $crate::sync::OfExecution<$type> =
                    $crate::sync::OfExecution::new($init);
            }
            $crate::sync::PerThread(&KEY)
        };
    };
}
pub(crate) use per_thread;
