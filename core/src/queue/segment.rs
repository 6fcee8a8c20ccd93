//! A segment of an unbounded queue: a number of slots, each used once in every use of the segment, and the link to the
//! next segment.
//!
//! I8: a thread touches a segment's memory only after it claimed a slot in it and before it is done with that slot. So
//! once every slot is consumed, nobody is in the segment and nobody will come.

use std::alloc::{Layout, handle_alloc_error};
use std::ptr;

#[cfg(all(loom, feature = "loom"))]
use super::position::lap;
use super::position::{TURNING, consumed};
use super::slot::Slot;
use crate::backoff::Backoff;
#[cfg(all(loom, feature = "loom"))]
use crate::sync::UnsafeCell;
use crate::sync::{AtomicPtr, Ordering, SEGMENT, fault};
use crate::zeroed::zeroed_box;

pub(super) struct Segment<T> {
    pub(super) next: AtomicPtr<Segment<T>>,
    pub(super) slots: [Slot<T>; SEGMENT as usize],
    /// The lap in which it is used. Read by every visitor, written by the one who frees the segment: so loom, which does
    /// not watch plain memory, reports a visitor that comes too late.
    #[cfg(all(loom, feature = "loom"))]
    pub(super) use_number: UnsafeCell<u64>,
}

/// The first segment that is not yet freed.
pub(super) struct Oldest<T> {
    pub(super) segment: *mut Segment<T>,
    /// A word that stands in it.
    pub(super) word: u64,
}

/// Segments that were unlinked, are spent (I8), and belong to whoever has this: from the first up to the end, which is
/// none of them. Dropped, it frees them.
pub(super) struct Spent<T> {
    pub(super) first: *mut Segment<T>,
    pub(super) end: *mut Segment<T>,
}

impl<T> Drop for Spent<T> {
    fn drop(&mut self) {
        while self.first != self.end {
            // SAFETY: it came from `Box::into_raw`, and is ours alone.
            let segment = unsafe { Box::from_raw(self.first) };
            // Relaxed: ours alone.
            self.first = segment.next.load(Ordering::Relaxed);
        }
    }
}

impl<T> Segment<T> {
    /// # Aborts
    ///
    /// If there is no memory, as `Box::new` does.
    pub(super) fn new() -> Box<Self> {
        let make = || Self {
            next: AtomicPtr::new(ptr::null_mut()),
            slots: std::array::from_fn(|_| Slot::new()),
            #[cfg(all(loom, feature = "loom"))]
            use_number: UnsafeCell::new(0),
        };
        // Not by way of the stack, on which a segment of large items may have no room.
        // SAFETY: zero is a null pointer, and the stamp of a new slot, whose cell may hold anything.
        let segment = unsafe { zeroed_box(make) };
        segment.unwrap_or_else(|| handle_alloc_error(Layout::new::<Self>()))
    }

    /// The slot at a place before the turning position.
    #[inline(always)]
    pub(super) fn slot(&self, place: u64) -> &Slot<T> {
        assert!(place < TURNING);
        // SAFETY: the places before it are those of the slots.
        unsafe { Slot::at(&self.slots, place) }
    }

    /// Tells loom that this segment, which is not yet shared, is about to be put in place, so that `word` will stand in
    /// it.
    pub(super) fn begin_use(&self, _word: u64) {
        #[cfg(all(loom, feature = "loom"))]
        // SAFETY: loom stops the execution if anybody else looks at it meanwhile.
        self.use_number.with_mut(|number| unsafe { *number = lap(_word) });
    }

    /// Tells loom that this segment's memory is in use now, by whoever claimed the slot at which `word` stands.
    pub(super) fn visit(&self, _word: u64) {
        #[cfg(all(loom, feature = "loom"))]
        self.use_number.with(|number| {
            // SAFETY: as in `begin_use`.
            assert_eq!(unsafe { *number }, lap(_word), "a slot of another segment was claimed");
        });
    }

    /// Tells loom that nobody may be in this segment any more.
    pub(super) fn leave_for_good(&self) {
        #[cfg(all(loom, feature = "loom"))]
        self.use_number.with_mut(|_| ());
    }

    /// The next segment, for the getter that claimed the last slot of this one.
    pub(super) fn wait_next(&self) -> *mut Segment<T> {
        let mut backoff = Backoff::new();
        loop {
            // ORDERING: pairs with the Release in `put_last`: the next segment is initialised.
            let next = self.next.load(Ordering::Acquire);
            if !next.is_null() {
                return next;
            }
            backoff.snooze();
        }
    }

    /// Whether nobody is in this segment, in which `word` stands, and nobody will come (I8). For the turner.
    pub(super) fn is_spent(&self, word: u64) -> bool {
        // ORDERING: pairs with the Release in `FullSlot::take` that marks the slot: all use of it is over. The slots
        // are looked at from the last on, as that is likely to be the one in use.
        self.slots.iter().rev().all(|slot| {
            let stamp = slot.stamp.load(Ordering::Acquire);
            stamp == consumed(word) || (fault!("any-use-will-do") && stamp & 3 == consumed(0))
        })
    }
}
