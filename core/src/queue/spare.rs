//! The place for one spare segment of an unbounded queue.
//!
//! I17: only turners fill the place, and only the putter that claimed the last slot of a segment empties it, before it
//! moves `tail` on: one thread at a time on each side.

use std::ptr::{self, NonNull};

use super::segment::Segment;
use crate::sync::{AtomicPtr, Ordering};

/// A segment that was used and can be used again, or null. It may stand beside `tail`, if in another line of 64 bytes: turners
/// come to it once a segment.
#[repr(align(64))]
pub(super) struct Spare<T>(AtomicPtr<Segment<T>>);

/// A segment that may become the last one.
pub(super) enum Next<T> {
    Spare(NonNull<Segment<T>>),
    New(Box<Segment<T>>),
}

impl<T> Spare<T> {
    pub(super) fn new() -> Self {
        Self(AtomicPtr::new(ptr::null_mut()))
    }

    /// A segment to put behind the last one, in which the caller saw `tail` stand: the spare one, or a new one. If the
    /// caller then claims the last slot, it is the caller's; if not, the spare one is not.
    #[cold]
    pub(super) fn next(&self) -> Next<T> {
        // ORDERING: pairs with the Release in `keep`: its former use is over. A spare segment is taken by whoever
        // claims the last slot of a segment, before `tail` goes on to the next one. So it is there as long as `tail`
        // stands where it was seen (I17).
        match NonNull::new(self.0.load(Ordering::Acquire)) {
            Some(spare) => Next::Spare(spare),
            None => Next::New(Segment::new()),
        }
    }

    /// Takes the next segment, in which `word` will stand, for the putter that claimed the last slot of the last one.
    pub(super) fn take(&self, next: Next<T>, word: u64) -> *mut Segment<T> {
        let segment = match next {
            Next::New(segment) => Box::into_raw(segment),
            Next::Spare(segment) => {
                // Relaxed, both: ours alone now, and published by `put_last` like a new one. The turner needs to know
                // only that the place is free.
                self.0.store(ptr::null_mut(), Ordering::Relaxed);
                // SAFETY: alive, as only its taker, who we are, can take it away (I17).
                unsafe { segment.as_ref() }.next.store(ptr::null_mut(), Ordering::Relaxed);
                segment.as_ptr()
            }
        };
        // SAFETY: alive, and ours alone.
        unsafe { &*segment }.begin_use(word);
        segment
    }

    /// Keeps a spent segment as the spare, if there is none. For the turner.
    pub(super) fn keep(&self, segment: &Segment<T>) -> bool {
        // Relaxed: only turners store anything but null, and each acquires what the one before did (I13).
        let is_free = self.0.load(Ordering::Relaxed).is_null();
        if is_free {
            // ORDERING: pairs with the Acquire in `Spare::next`.
            self.0.store(ptr::from_ref(segment).cast_mut(), Ordering::Release);
        }
        is_free
    }
}

impl<T> Drop for Spare<T> {
    fn drop(&mut self) {
        // Relaxed: we are alone.
        let spare = self.0.load(Ordering::Relaxed);
        if !spare.is_null() {
            // SAFETY: it came from `Box::into_raw` and is linked nowhere.
            drop(unsafe { Box::from_raw(spare) });
        }
    }
}
