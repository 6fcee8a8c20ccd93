//! The unbounded queue: a chain of segments, after the list channel of crossbeam
//! (<https://github.com/crossbeam-rs/crossbeam/blob/master/crossbeam-channel/src/flavors/list.rs>).
//!
//! ```text
//!   head.segment                                   tail.segment
//!       │                                              │
//!       ▼                                              ▼
//!   ┌───┬───┬───┬───┬──────┐     ┌───┬───┬───┬───┬──────┐
//!   │ - │ - │ c │ d │ next ├────►│ e │ f │   │   │ null │
//!   └───┴───┴───┴───┴──────┘     └───┴───┴───┴───┴──────┘
//!             ▲                            ▲
//!         head.index                   tail.index
//! ```
//!
//! A position is a number of which the upper part counts segments and the lower part slots, with the
//! [flags](super::word) below. Each segment has one position more than it has slots: a word that stands at
//! this *turning position* says that the thread which claimed the last slot is about to put the next
//! segment in place.
//!
//! I8: a thread touches a segment's memory only after it claimed a slot in it and before it has said that
//! it is done with that slot: a putter by publishing the item, a getter by counting the slot as consumed.
//! So the getter that counts the last one frees the segment, and nobody can be late.

use std::mem::MaybeUninit;
use std::ptr;

use super::word::{CLOSED, Done, FLAG_BITS, WAITERS, same_position};
use crate::backoff::Backoff;
use crate::error::TryGetError;
use crate::pad::Padded;
use crate::sync::{
    AtomicPtr, AtomicU8, AtomicU32, AtomicU64, Ordering, SEGMENT, UnsafeCell, fence,
};

/// Positions in a segment: its slots and the turning position.
const LAP: u64 = SEGMENT + 1;
/// One position, in a word.
const STEP: u64 = 1 << FLAG_BITS;

pub(super) struct Unbounded<T> {
    /// Where the next item goes. Its index is written by putters, by `close`, and under the getters' lock.
    tail: Padded<End<T>>,
    /// Where the next item comes from. Its flags are not used: nobody waits for room.
    head: Padded<End<T>>,
}

struct End<T> {
    index: AtomicU64,
    segment: AtomicPtr<Segment<T>>,
}

struct Segment<T> {
    next: AtomicPtr<Segment<T>>,
    consumed: AtomicU32,
    slots: [Slot<T>; SEGMENT as usize],
    /// Read by every visitor, written by the one who frees the segment: so loom, which does not watch
    /// plain memory, reports a visitor that comes too late.
    #[cfg(all(loom, feature = "loom"))]
    tombstone: UnsafeCell<()>,
}

struct Slot<T> {
    state: AtomicU8,
    item: UnsafeCell<MaybeUninit<T>>,
}

/// State of a slot that no item was published in.
const EMPTY: u8 = 0;
/// State of a slot that holds an item, or held one.
const WRITTEN: u8 = 1;

// SAFETY: items move between threads, which `T: Send` allows. A `&Unbounded` never gives access to an item
// in place: a slot's cell is touched only by the putter and the getter that claimed it.
unsafe impl<T: Send> Send for Unbounded<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Unbounded<T> {}

impl<T> Segment<T> {
    fn new() -> Box<Self> {
        Box::new(Self {
            next: AtomicPtr::new(ptr::null_mut()),
            consumed: AtomicU32::new(0),
            slots: std::array::from_fn(|_| Slot {
                state: AtomicU8::new(EMPTY),
                item: UnsafeCell::new(MaybeUninit::uninit()),
            }),
            #[cfg(all(loom, feature = "loom"))]
            tombstone: UnsafeCell::new(()),
        })
    }

    /// Tells loom that this segment's memory is in use now.
    fn visit(&self) {
        #[cfg(all(loom, feature = "loom"))]
        self.tombstone.with(|_| ());
    }

    /// The next segment, for the getter that claimed the last slot of this one.
    fn wait_next(&self) -> *mut Segment<T> {
        let mut backoff = Backoff::new();
        loop {
            // ORDERING: pairs with the Release in `put`: the next segment is initialised.
            let next = self.next.load(Ordering::Acquire);
            if !next.is_null() {
                return next;
            }
            backoff.snooze();
        }
    }

    /// Counts one slot as consumed, and frees the segment if it was the last (I8).
    ///
    /// # Safety
    ///
    /// `segment` is alive, the caller is the getter that claimed one of its slots, it calls this once for
    /// that slot and does not touch the segment afterwards.
    unsafe fn consume(segment: *mut Segment<T>) {
        // SAFETY: alive, because our own slot is not yet counted.
        let this = unsafe { &*segment };
        this.visit();
        // ORDERING: Release ends our use of the segment, and pairs with the Acquire of whoever counts the
        // last slot: every use is over before the memory is freed.
        if u64::from(this.consumed.fetch_add(1, Ordering::AcqRel)) + 1 == SEGMENT {
            #[cfg(all(loom, feature = "loom"))]
            this.tombstone.with_mut(|_| ());
            // SAFETY: it came from `Box::into_raw`. Every slot is consumed, so no getter will touch it again
            // and no putter either: each published its item before that item was consumed, and the one
            // that set `next` did so before it published (I8). Both words have left the segment.
            drop(unsafe { Box::from_raw(segment) });
        }
    }
}

impl<T> Slot<T> {
    fn wait_written(&self) {
        let mut backoff = Backoff::new();
        // ORDERING: pairs with the Release in `put`, which published the item.
        while self.state.load(Ordering::Acquire) != WRITTEN {
            backoff.snooze();
        }
    }
}

/// The place of a word's position within its segment; `SEGMENT` is the turning position.
fn offset(word: u64) -> u64 {
    (word >> FLAG_BITS) % LAP
}

/// How many items ever passed this word.
fn count(word: u64) -> u64 {
    let position = word >> FLAG_BITS;
    (position / LAP) * SEGMENT + (position % LAP)
}

impl<T> Unbounded<T> {
    pub(super) fn new() -> Self {
        let segment = Box::into_raw(Segment::new());
        let end = || Padded(End { index: AtomicU64::new(0), segment: AtomicPtr::new(segment) });
        Self { tail: end(), head: end() }
    }

    /// Puts the item, unless the queue is closed: then it comes back.
    pub(super) fn put(&self, item: T) -> Result<Done<()>, T> {
        let mut backoff = Backoff::new();
        let mut next = None;
        // ORDERING: pairs with the Release of the turn below: an index in a segment comes with the pointer
        // to that segment, so that the load after this one can not give an older one.
        let mut tail = self.tail.index.load(Ordering::Acquire);
        loop {
            if tail & CLOSED != 0 {
                // ORDERING: the loads of this word are Acquire and pair with the Release of `close`.
                return Err(item);
            }
            let offset = offset(tail);
            if offset == SEGMENT {
                // The putter of the last slot is about to put the next segment in place.
                backoff.snooze();
                tail = self.tail.index.load(Ordering::Acquire);
                continue;
            }
            // ORDERING: pairs with the Release of the turn below: the segment is initialised.
            let segment = self.tail.segment.load(Ordering::Acquire);
            if offset + 1 == SEGMENT && next.is_none() {
                // Allocate before claiming, so that others need not wait for the allocator.
                next = Some(Segment::new());
            }
            // ORDERING: success is Relaxed, as it only claims the slot; that the segment belongs to the
            // index was settled by the Acquire loads. It reads the newest word, and with it the waiter bit
            // (I2). Failure is Acquire like the first load, whose place it takes.
            match self.tail.index.compare_exchange_weak(
                tail,
                tail + STEP,
                Ordering::Relaxed,
                Ordering::Acquire,
            ) {
                Ok(_) => {
                    // SAFETY: the exchange proved that `tail.index` was still in the segment that we loaded,
                    // and gave us one of its slots, so it lives until that slot is consumed (I8).
                    let this = unsafe { &*segment };
                    this.visit();
                    if offset + 1 == SEGMENT {
                        let next = Box::into_raw(next.take().unwrap_or_else(Segment::new));
                        // ORDERING: all three publish the new segment: to putters by way of the pointer and
                        // the index, to the getter of the last slot by way of `next`. The index is changed
                        // by addition because `close` and the getters' lock change its flags meanwhile.
                        self.tail.segment.store(next, Ordering::Release);
                        self.tail.index.fetch_add(STEP, Ordering::Release);
                        this.next.store(next, Ordering::Release);
                    }
                    let slot = &this.slots[offset as usize];
                    slot.item.with_mut(|cell| {
                        // SAFETY: only the exchange above moves `tail` past this slot, once; no getter
                        // touches the cell before the state changes.
                        unsafe { (*cell).write(item) };
                    });
                    // ORDERING: pairs with the Acquire in `wait_written`: publishes the item.
                    slot.state.store(WRITTEN, Ordering::Release);
                    return Ok(Done { result: (), wake: tail & WAITERS != 0 });
                }
                Err(newer) => tail = newer,
            }
        }
    }

    /// Takes the first item if there is one.
    pub(super) fn try_get(&self) -> Result<Done<T>, TryGetError> {
        let mut backoff = Backoff::new();
        // ORDERING: pairs with the Release of the turn below, as in `put`.
        let mut head = self.head.index.load(Ordering::Acquire);
        loop {
            let offset = offset(head);
            if offset == SEGMENT {
                // The getter of the last slot is about to move on to the next segment.
                backoff.snooze();
                head = self.head.index.load(Ordering::Acquire);
                continue;
            }
            // Relaxed: `head` can not pass `tail`; see "emptiness" in docs/ALGORITHMS.md.
            let tail = self.tail.index.load(Ordering::Relaxed);
            if same_position(head, tail) {
                if tail & CLOSED == 0 {
                    return Err(TryGetError::Empty);
                }
                // ORDERING: pairs with the Release of `close`.
                fence(Ordering::Acquire);
                return Err(TryGetError::Closed);
            }
            // ORDERING: pairs with the Release of the turn below: the segment is initialised.
            let segment = self.head.segment.load(Ordering::Acquire);
            // ORDERING: success is Release and pairs with the Acquire loads of this word: who sees `head` here
            // sees a `tail` that is no older than the one we saw, so that it can not take a stale `tail` behind
            // `head` for "not empty" and claim a slot that no item went into. Failure is Acquire like the first
            // load, whose place it takes.
            match self.head.index.compare_exchange_weak(
                head,
                head + STEP,
                Ordering::Release,
                Ordering::Acquire,
            ) {
                Ok(_) => {
                    // SAFETY: the exchange proved that `head.index` was still in the segment that we loaded,
                    // and gave us one of its slots, so it lives until we count that slot (I8).
                    let this = unsafe { &*segment };
                    this.visit();
                    if offset + 1 == SEGMENT {
                        let next = this.wait_next();
                        // ORDERING: both hand the next segment on to other getters; the index last, so that
                        // an index in the next segment comes with its pointer.
                        self.head.segment.store(next, Ordering::Release);
                        self.head.index.fetch_add(STEP, Ordering::Release);
                    }
                    let slot = &this.slots[offset as usize];
                    slot.wait_written();
                    let item = slot.item.with(|cell| {
                        // SAFETY: the state says that the item is there, and only our exchange moves `head`
                        // past this slot: it is ours to move out.
                        unsafe { (*cell).assume_init_read() }
                    });
                    // SAFETY: our slot is in this segment, is counted here and only here, and neither
                    // `this` nor `slot` is used after this.
                    unsafe { Segment::consume(segment) };
                    return Ok(Done { result: item, wake: false });
                }
                Err(newer) => head = newer,
            }
        }
    }

    /// Sets the getters' bit if the queue is empty and open (I2).
    pub(super) fn arm_getters(&self) -> bool {
        // Relaxed, all three: as for the bounded queue. `head` at a turning position is never empty.
        let head = self.head.index.load(Ordering::Relaxed);
        let tail = self.tail.index.load(Ordering::Relaxed);
        tail & CLOSED == 0
            && same_position(tail, head)
            && offset(tail) != SEGMENT
            && self
                .tail
                .index
                .compare_exchange(tail, tail | WAITERS, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }

    /// Clears the getters' bit (I4).
    pub(super) fn disarm_getters(&self) {
        // Relaxed: the bit is only ever acted upon under the getters' lock, which we hold.
        self.tail.index.fetch_and(!WAITERS, Ordering::Relaxed);
    }

    /// Closes; true for the call that did it.
    pub(super) fn close(&self) -> bool {
        // ORDERING: pairs with the Acquire behind every look at `CLOSED`.
        self.tail.index.fetch_or(CLOSED, Ordering::Release) & CLOSED == 0
    }

    pub(super) fn is_closed(&self) -> bool {
        // ORDERING: pairs with the Release of `close`.
        self.tail.index.load(Ordering::Acquire) & CLOSED != 0
    }

    /// `(puts, gets, size)`.
    pub(super) fn counts(&self) -> (u64, u64, usize) {
        // ORDERING: `head` first, and Acquire only to keep the loads in this order: `tail` is then at least
        // as new, and the difference is not negative but for the last resort of `saturating_sub`.
        let gets = count(self.head.index.load(Ordering::Acquire));
        let puts = count(self.tail.index.load(Ordering::Acquire));
        (puts, gets, usize::try_from(puts.saturating_sub(gets)).unwrap_or(usize::MAX))
    }
}

impl<T> Drop for Unbounded<T> {
    fn drop(&mut self) {
        // If an item's own drop panics, the rest are dropped and freed all the same, as in a `Vec`.
        struct Rest<'a, T>(&'a Unbounded<T>);
        impl<T> Drop for Rest<'_, T> {
            fn drop(&mut self) {
                while let Ok(done) = self.0.try_get() {
                    drop(done.result);
                }
                // Relaxed: we are alone.
                let last = self.0.head.segment.load(Ordering::Relaxed);
                // SAFETY: the queue is empty and we have it to ourselves, so this is the one segment that is
                // left, made by `Box::into_raw`, and nobody looks at it any more.
                drop(unsafe { Box::from_raw(last) });
            }
        }
        let rest = Rest(self);
        while let Ok(done) = rest.0.try_get() {
            drop(done.result);
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn counts_do_not_count_the_turning_positions() {
        let queue = Unbounded::new();
        for item in 0..5 * SEGMENT {
            assert_eq!(queue.counts(), (item, 0, item as usize));
            queue.put(item).unwrap();
        }
        for item in 0..5 * SEGMENT {
            assert_eq!(queue.try_get().unwrap().result, item);
            assert_eq!(queue.counts(), (5 * SEGMENT, item + 1, (5 * SEGMENT - item - 1) as usize));
        }
    }

    #[test]
    fn a_word_at_the_turning_position_counts_as_the_first_of_the_next_segment() {
        assert_eq!(count(SEGMENT << FLAG_BITS), SEGMENT);
        assert_eq!(count(LAP << FLAG_BITS), SEGMENT);
    }
}
