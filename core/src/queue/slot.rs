//! A place for one item, and the two rights to it: to put an item in, and to take it out.
//!
//! Claiming a slot is the queue's business and knows nothing of items; moving an item is the business of the
//! claim and can not fail. So an item is moved once on its way in and once on its way out, whatever its size, and
//! stays where it is while a putter waits.

use std::mem::MaybeUninit;

use super::word::FLAG_BITS;
use crate::backoff::Backoff;
use crate::sync::{AtomicU64, Ordering, UnsafeCell};

/// A cell and the stamp that tells whose it is: I5 for the ring, I8 for the chain. A new slot has stamp zero.
pub(super) struct Slot<T> {
    pub(super) stamp: AtomicU64,
    item: UnsafeCell<MaybeUninit<T>>,
}

impl<T> Slot<T> {
    pub(super) fn new() -> Self {
        Self { stamp: AtomicU64::new(0), item: UnsafeCell::new(MaybeUninit::uninit()) }
    }

    /// The slot at a place, which is a number of slots as it stands in a word, above the flags. To shift it down and
    /// then up again would be two instructions more in each put and get.
    ///
    /// # Safety
    ///
    /// There are that many slots, and one more.
    #[inline(always)]
    pub(super) unsafe fn at(slots: &[Self], place: u64) -> &Self {
        const { assert!(size_of::<Self>().is_multiple_of(1 << FLAG_BITS)) };
        debug_assert!(((place >> FLAG_BITS) as usize) < slots.len());
        // SAFETY: as promised by the caller.
        unsafe { &*slots.as_ptr().byte_add(place as usize * (size_of::<Self>() >> FLAG_BITS)) }
    }
}

/// The right and the duty to put an item into a slot.
#[must_use = "others wait for the item"]
pub(super) struct Putting<'a, T> {
    slot: &'a Slot<T>,
    /// The stamp of the full slot.
    full: u64,
    /// Whether the word had its waiter bit set when the slot was claimed: a getter is owed a wake-up.
    pub(super) wake: bool,
}

impl<'a, T> Putting<'a, T> {
    /// # Safety
    ///
    /// The slot is empty, and the caller has claimed it for putting: until its stamp is `full`, nobody else touches
    /// its cell.
    #[inline]
    pub(super) unsafe fn new(slot: &'a Slot<T>, full: u64, wake: bool) -> Self {
        Self { slot, full, wake }
    }

    /// Puts the item in and publishes it.
    #[inline]
    pub(super) fn put(self, item: T) {
        self.slot.item.with_mut(|cell| {
            // SAFETY: the cell is ours and holds no item: the promise of `new`.
            unsafe { (*cell).write(item) };
        });
        // ORDERING: Release publishes the item to the Acquire loads of the stamp by getters.
        self.slot.stamp.store(self.full, Ordering::Release);
    }
}

/// The right and the duty to take the item out of a slot.
#[must_use = "the item is in nobody else's hands"]
pub(super) struct Getting<'a, T> {
    pub(super) full: FullSlot<'a, T>,
    /// Whether there is more to it than to [take](FullSlot::take) the item. In the ring: the word had its waiter bit
    /// set when the slot was claimed, so a putter is owed a wake-up. In the chain: the slot is still
    /// [awaited](FullSlot::wait), as its putter is not yet done.
    pub(super) more: bool,
}

/// A claimed slot that holds an item: two words, which a call passes on in registers.
#[must_use = "the item is in nobody else's hands"]
pub(super) struct FullSlot<'a, T> {
    slot: &'a Slot<T>,
    /// The stamp of the slot when its item is out.
    done: u64,
}

impl<'a, T> Getting<'a, T> {
    /// # Safety
    ///
    /// The caller has claimed the slot for getting: from when it is full until its stamp is `done`, nobody else touches
    /// its cell. It holds an item whose stamp the caller has acquired, or the caller sees to it that it is waited for.
    #[inline]
    pub(super) unsafe fn new(slot: &'a Slot<T>, done: u64, more: bool) -> Self {
        Self { full: FullSlot { slot, done }, more }
    }
}

impl<T> FullSlot<'_, T> {
    /// Waits until the slot has this stamp.
    #[cold]
    pub(super) fn wait(&self, full: u64) {
        let mut backoff = Backoff::new();
        // ORDERING: pairs with the Release in `Putting::put`, which published the item.
        while self.slot.stamp.load(Ordering::Acquire) != full {
            backoff.snooze();
        }
    }

    /// The stamp of the slot when its item is out.
    pub(super) fn done(&self) -> u64 {
        self.done
    }

    /// Takes the item out.
    #[inline]
    pub(super) fn take(self) -> T {
        let item = self.slot.item.with(|cell| {
            // SAFETY: the cell is ours and holds an item, which nobody takes out after us: the promise of
            // `Getting::new`.
            unsafe { (*cell).assume_init_read() }
        });
        // ORDERING: Release ends our use of the slot; pairs with the Acquire loads of the stamp by putters (ring)
        // and by the turner (chain).
        self.slot.stamp.store(self.done, Ordering::Release);
        item
    }
}
