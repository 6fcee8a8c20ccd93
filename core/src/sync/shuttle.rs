//! shuttle's own, and what stands in for things that shuttle does not have.
//!
//! shuttle runs one schedule after another, each chosen at random, where loom runs all of them: so it finishes with
//! more threads and longer programs, and proves nothing. **Its atomics are sequentially consistent whatever ordering
//! they are asked for**: it explores schedules, not memory orderings. A missing Acquire or Release goes unnoticed here.
//!
//! In return, what the standard library permits and loom does not do happens here, at random: a weak exchange fails
//! for no reason, a wait for a condition ends for no reason, and an access to a cell takes time.

use std::hash::BuildHasherDefault;

use shuttle::rand::{RngCore, thread_rng};

use super::{Duration, Ordering};

#[path = "shuttle/atomics.rs"]
mod atomics;
#[path = "shuttle/cell.rs"]
mod cell;
#[path = "shuttle/raw.rs"]
pub(super) mod raw;

pub(crate) use atomics::{AtomicI64, AtomicPtr, AtomicU8, AtomicU64};
pub(crate) use cell::UnsafeCell;
pub(crate) use std::sync::Arc;

pub(crate) use super::clock::Deadline;
pub use super::clock::advance_clock;
pub(crate) use super::reused::{allocate, deallocate};

/// Whether something that may happen at any time happens now. The answer is part of the schedule.
fn by_chance() -> bool {
    // The upper bits: shuttle chooses threads by the lower ones of numbers from the same seed.
    thread_rng().next_u64() >> 61 == 0
}

/// Nothing: every access is sequentially consistent already.
pub(crate) fn fence(_order: Ordering) {}

pub(crate) fn glances_first() -> bool {
    by_chance()
}

pub(crate) fn reclaiming<R>(part: impl FnOnce() -> R) -> R {
    part()
}

/// Does what a model does in one step with the access before it.
pub(crate) fn in_the_step_before<R>(f: impl FnOnce() -> R) -> R {
    f()
}

/// Nothing: shuttle's accesses are sequentially consistent.
pub(crate) fn store_with_fence(_: &AtomicU64, _: u64) -> bool {
    false
}

/// Nothing: nothing relies on the order that comes with it.
pub(crate) fn drain_stores() {}

/// Nothing: a matter of speed.
pub(crate) fn fetch_ahead<T: ?Sized>(_: *const T) {}

/// Not here: the waits of `raw` do so by chance.
pub(super) fn wakes_for_no_reason() -> bool {
    false
}

/// Another number than loom's, so that what depends on it is tried with both.
pub(crate) const SEGMENT: u64 = 3;

pub(crate) const FIRST_SEGMENT: u64 = 2;

/// Enough for a table to grow three times.
pub(crate) const SEGMENTS: usize = 4;

pub(crate) type HashState = BuildHasherDefault<std::collections::hash_map::DefaultHasher>;

/// Lets others go on. The schedulers that have priorities give this thread the lowest one, so that those go on for
/// whom a loop waits.
pub(crate) fn yield_now() {
    shuttle::thread::yield_now();
}

pub(crate) fn spin_loop() {
    yield_now();
}

pub(crate) fn sleep(_duration: Duration) {
    yield_now();
}

/// For unit tests, which are compiled under shuttle and not run.
#[cfg(test)]
pub(crate) use shuttle::thread::scope;

macro_rules! process_wide {
    ($(#[$meta:meta])* static $name:ident: $type:ty = $init:expr;) => {
        shuttle::lazy_static! {
            $(#[$meta])*
            static ref $name: $type = $init;
        }
    };
}
pub(crate) use process_wide;

macro_rules! per_thread {
    ($(#[$meta:meta])* static $name:ident: $type:ty = $init:expr;) => {
        shuttle::thread_local! {
            $(#[$meta])*
            static $name: $type = $init;
        }
    };
}
pub(crate) use per_thread;
