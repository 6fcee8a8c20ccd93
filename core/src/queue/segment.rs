//! A segment of an unbounded queue: a number of slots, each used once, and the link to the next segment.
//!
//! I8: a thread touches a segment's memory only after it claimed a slot in it and before it is done with that slot. So
//! once every slot is consumed, nobody is in the segment and nobody will come.

use std::ptr;

use super::slot::Slot;
use crate::backoff::Backoff;
#[cfg(all(loom, feature = "loom"))]
use crate::sync::UnsafeCell;
use crate::sync::{AtomicPtr, Ordering, SEGMENT};

pub(super) struct Segment<T> {
    pub(super) next: AtomicPtr<Segment<T>>,
    pub(super) slots: [Slot<T>; SEGMENT as usize],
    /// Read by every visitor, written by the one who frees the segment: so loom, which does not watch
    /// plain memory, reports a visitor that comes too late.
    #[cfg(all(loom, feature = "loom"))]
    pub(super) tombstone: UnsafeCell<()>,
}

/// Stamp of a slot that no item was published in.
pub(super) const EMPTY: u64 = 0;
/// Stamp of a slot that holds an item.
pub(super) const WRITTEN: u64 = 1;
/// Stamp of a slot whose item was taken out.
pub(super) const CONSUMED: u64 = 2;

impl<T> Segment<T> {
    pub(super) fn new() -> Box<Self> {
        Box::new(Self {
            next: AtomicPtr::new(ptr::null_mut()),
            slots: std::array::from_fn(|_| Slot::new()),
            #[cfg(all(loom, feature = "loom"))]
            tombstone: UnsafeCell::new(()),
        })
    }

    /// Tells loom that this segment's memory is in use now.
    pub(super) fn visit(&self) {
        #[cfg(all(loom, feature = "loom"))]
        self.tombstone.with(|_| ());
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

    /// Whether nobody is in this segment and nobody will come (I8). For the turner.
    pub(super) fn is_spent(&self) -> bool {
        // ORDERING: pairs with the Release in `Getting::get` that marks the slot: all use of it is over. The slots
        // are looked at from the last on, as that is likely to be the one in use.
        self.slots.iter().rev().all(|slot| slot.stamp.load(Ordering::Acquire) == CONSUMED)
    }
}

/// Waits for the putter that claimed this slot.
#[inline]
pub(super) fn wait_written<T>(slot: &Slot<T>) {
    // ORDERING: pairs with the Release in `Putting::put`, which published the item.
    if slot.stamp.load(Ordering::Acquire) != WRITTEN {
        wait_long(slot);
    }
}

#[cold]
fn wait_long<T>(slot: &Slot<T>) {
    let mut backoff = Backoff::new();
    // ORDERING: as in `wait_written`.
    while slot.stamp.load(Ordering::Acquire) != WRITTEN {
        backoff.snooze();
    }
}
