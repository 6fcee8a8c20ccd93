//! The bounded queue: a ring of slots with a stamp each, after Dmitry Vyukov's bounded MPMC queue
//! (<https://www.1024cores.net/home/lock-free-algorithms/queues/bounded-mpmc-queue>).
//!
//! A position is a lap and an index, packed into one word with the [flags](super::word):
//!
//! ```text
//!  63                     2+b        2         0
//! ┌─────────────────────────┬─────────┬─────────┐      b = bits needed for capacity - 1
//! │ lap                     │ index   │ flags   │
//! └─────────────────────────┴─────────┴─────────┘
//! ```
//!
//! A slot's stamp tells whose turn it is (I5). All stamps start at zero, so a large ring costs no memory
//! until it is used:
//!
//! | stamp | the slot is | and belongs to |
//! | --- | --- | --- |
//! | the lap | free | the putter that moves `tail` past it in that lap |
//! | the lap, and 1 | full | the getter that moves `head` past it in that lap |
//!
//! The queue is full when `tail` stands one lap before `head` at the same index, empty when both words
//! stand at the same position. Between claiming a slot and changing its stamp its owner needs a few
//! instructions; whoever needs the slot meanwhile [backs off](crate::backoff).

use super::slot::{Getting, Putting, Slot};
use super::word::{CLOSED, FLAG_BITS, FLAGS, Miss, NoRoom, WAITERS, same_position};
use crate::backoff::Backoff;
use crate::error::{CapacityError, TryGetError};
use crate::pad::Padded;
use crate::sync::{AtomicU64, Ordering, fault, fence};
use crate::zeroed::zeroed_slice;

/// The largest bound: it leaves 22 bits of laps in the word, at 2^40 items each.
const MAX_CAPACITY: u64 = 1 << 40;

/// Dropped, it leaves its items alone: [`Inner`](super::inner::Inner) has taken them out.
pub(super) struct Bounded<T> {
    /// Where the next item goes. Written by putters, by `close`, and under the getters' lock.
    tail: Padded<AtomicU64>,
    /// Where the next item comes from. Written by getters, and under the putters' lock.
    head: Padded<AtomicU64>,
    layout: Layout,
    slots: Box<[Slot<T>]>,
}

/// What keeps an operation from claiming the slot at its word.
enum Obstacle {
    /// Nothing that lasts: the word moved on, or whoever holds the slot is about to be done.
    Passed(u64),
    /// The queue is full, or empty.
    Stands,
    Closed,
}

// SAFETY: items move between threads, which `T: Send` allows. A `&Bounded` never gives access to an item
// in place: a slot's cell is touched only by the one thread that claimed the slot (I5).
unsafe impl<T: Send> Send for Bounded<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Bounded<T> {}

/// How a word divides into lap and index. Laps and indices stay where they are in the word, so that taking one
/// out is a single mask. Everything is there as it is used: each instruction fewer counts in a put and in a get.
#[derive(Clone, Copy)]
struct Layout {
    /// The index of the last slot.
    last: u64,
    /// The bits of the index.
    index: u64,
    /// The bits of the lap, and `CLOSED`.
    lap_and_closed: u64,
    /// From the last slot of one lap to the first of the next.
    turn: u64,
    /// From a slot to the same one in the next lap.
    one_lap: u64,
}

impl Layout {
    fn new(capacity: u64) -> Self {
        let index_bits = u64::BITS - (capacity - 1).leading_zeros();
        let last = (capacity - 1) << FLAG_BITS;
        let one_lap = 1 << (FLAG_BITS + index_bits);
        Self {
            last,
            index: (one_lap - 1) & !FLAGS,
            lap_and_closed: one_lap.wrapping_neg() | CLOSED,
            turn: one_lap - last,
            one_lap,
        }
    }

    fn capacity(&self) -> u64 {
        (self.last >> FLAG_BITS) + 1
    }

    fn lap(&self, word: u64) -> u64 {
        word & self.lap_and_closed & !CLOSED
    }

    #[inline(always)]
    fn index(&self, word: u64) -> u64 {
        word & self.index
    }

    /// The word one position further than this one with this index, with the same flags. The last lap is followed by lap
    /// zero.
    #[inline(always)]
    fn next(&self, word: u64, index: u64) -> u64 {
        word.wrapping_add(if index == self.last { self.turn } else { 1 << FLAG_BITS })
    }

    /// The stamp of a slot that is free for the putter that moves `tail` on from `word`. If the queue is closed, no slot
    /// is that: then this is the stamp that a slot gets only when `tail` has passed it, which it will not do any more.
    #[inline(always)]
    fn free(&self, word: u64) -> u64 {
        word & self.lap_and_closed
    }

    /// The stamp of a slot that holds the item for the getter that moves `head` on from `word`.
    #[inline(always)]
    fn full(&self, word: u64) -> u64 {
        (word & self.lap_and_closed) | 1
    }

    /// The stamp of that slot when its item is out: free in the next lap.
    #[inline(always)]
    fn free_again(&self, word: u64) -> u64 {
        let laps = if fault!("lap-off-by-one") { 2 } else { 1 };
        // `head` is never closed.
        (word & self.lap_and_closed).wrapping_add(self.one_lap * laps)
    }

    fn is_full(&self, tail: u64, head: u64) -> bool {
        same_position(tail, head.wrapping_add(self.one_lap))
    }

    /// How many items lie between the two words. They may come from different moments, so the result is
    /// kept within what can be true.
    fn distance(&self, tail: u64, head: u64) -> u64 {
        let (tail_index, head_index) =
            (self.index(tail) >> FLAG_BITS, self.index(head) >> FLAG_BITS);
        if self.lap(tail) == self.lap(head) {
            tail_index.saturating_sub(head_index)
        } else {
            (self.capacity() + tail_index).saturating_sub(head_index).min(self.capacity())
        }
    }

    /// How many items ever passed this word.
    fn count(&self, word: u64) -> u64 {
        let laps = self.lap(word) / self.one_lap;
        laps.wrapping_mul(self.capacity()).wrapping_add(self.index(word) >> FLAG_BITS)
    }
}

impl<T> Bounded<T> {
    pub(super) fn new(capacity: usize) -> Result<Self, CapacityError> {
        let error = CapacityError { requested: capacity };
        let bound = u64::try_from(capacity).map_err(|_| error)?;
        if bound == 0 || bound > MAX_CAPACITY {
            return Err(error);
        }
        Ok(Self {
            tail: Padded(AtomicU64::new(0)),
            head: Padded(AtomicU64::new(0)),
            layout: Layout::new(bound),
            // SAFETY: zero is a new slot: a stamp of zero and an empty cell. It has a stamp, so a size.
            slots: unsafe { zeroed_slice(capacity, Slot::new) }.ok_or(error)?,
        })
    }

    /// A queue whose words have `laps_left` laps to go until they start again from zero. For tests: no
    /// program gets there by itself.
    #[cfg(any(test, all(loom, feature = "loom")))]
    pub(super) fn near_wrap(capacity: usize, laps_left: u64) -> Self {
        let queue = Self::new(capacity).expect("a bound that fits");
        let word = (laps_left + 1).wrapping_mul(queue.layout.one_lap).wrapping_neg();
        for slot in &queue.slots {
            // Relaxed: nobody else knows the queue yet.
            slot.stamp.store(queue.layout.free(word), Ordering::Relaxed);
        }
        queue.tail.store(word, Ordering::Relaxed);
        queue.head.store(word, Ordering::Relaxed);
        queue
    }

    pub(super) fn capacity(&self) -> usize {
        self.slots.len()
    }

    #[inline(always)]
    fn slot(&self, index: u64) -> &Slot<T> {
        // SAFETY: every word comes from `Layout::next`, which starts a new lap after the last slot.
        unsafe { Slot::at(&self.slots, index) }
    }

    /// Tries once to claim the slot for the next item.
    #[inline(always)]
    pub(super) fn try_put(&self) -> Result<Putting<'_, T>, Miss> {
        // Relaxed: a stale word is found out by the exchange, and items travel with the stamps.
        self.put_at(self.tail.load(Ordering::Relaxed))
    }

    #[inline(always)]
    fn put_at(&self, tail: u64) -> Result<Putting<'_, T>, Miss> {
        let layout = &self.layout;
        let index = layout.index(tail);
        let slot = self.slot(index);
        // ORDERING: pairs with the Release in `FullSlot::take`, which ended the getter's reading of the item
        // that was here a lap ago.
        if slot.stamp.load(Ordering::Acquire) != layout.free(tail) {
            return Err(Miss::Hindered(tail));
        }
        // Relaxed: the exchange only claims the slot. It reads the newest word whatever its ordering, and with it
        // the waiter bit (I2).
        let exchange = self.tail.compare_exchange_weak(
            tail,
            layout.next(tail, index),
            Ordering::Relaxed,
            Ordering::Relaxed,
        );
        match exchange {
            Ok(_) => {
                let (full, wake) = (layout.full(tail), tail & WAITERS != 0);
                // SAFETY: the stamp said that the slot is free in this lap, and only one exchange moves `tail`
                // past it in this lap (I5).
                Ok(unsafe { Putting::new(slot, full, wake) })
            }
            Err(newer) => Err(Miss::Lost(newer)),
        }
    }

    /// Goes on until a slot is claimed, or there is none for the next item.
    #[cold]
    pub(super) fn put_after(&self, mut miss: Miss) -> Result<Putting<'_, T>, NoRoom> {
        let mut backoff = Backoff::new();
        loop {
            let tail = match miss {
                Miss::Lost(newer) => newer,
                Miss::Hindered(tail) => match self.why_no_room(tail, &mut backoff) {
                    Obstacle::Passed(newer) => newer,
                    Obstacle::Closed => return Err(NoRoom::Closed),
                    Obstacle::Stands => return Err(NoRoom::Full),
                },
            };
            match self.put_at(tail) {
                Ok(claim) => return Ok(claim),
                Err(next) => miss = next,
            }
        }
    }

    /// Why the slot at `tail` can not be claimed, if it still can not.
    fn why_no_room(&self, tail: u64, backoff: &mut Backoff) -> Obstacle {
        if tail & CLOSED != 0 {
            // ORDERING: pairs with the Release of `close`: who is told that the queue is closed sees
            // what the closer did before.
            fence(Ordering::Acquire);
            return Obstacle::Closed;
        }
        // Relaxed, both: see "fullness" in docs/ALGORITHMS.md. `tail` can not leave the value that
        // it has while `head` keeps the value that we read.
        let head = self.head.load(Ordering::Relaxed);
        if self.layout.is_full(tail, head) {
            return Obstacle::Stands;
        }
        let newer = self.tail.load(Ordering::Relaxed);
        if newer == tail {
            // A getter claimed the slot and has not yet taken the item out.
            backoff.snooze();
        }
        Obstacle::Passed(newer)
    }

    /// Tries once to claim the slot of the first item.
    #[inline(always)]
    pub(super) fn try_get(&self) -> Result<Getting<'_, T>, Miss> {
        // Relaxed: as `tail` in `try_put`.
        self.get_at(self.head.load(Ordering::Relaxed))
    }

    #[inline(always)]
    fn get_at(&self, head: u64) -> Result<Getting<'_, T>, Miss> {
        let layout = &self.layout;
        let index = layout.index(head);
        let slot = self.slot(index);
        // ORDERING: pairs with the Release in `Putting::put`, which published the item.
        let stamp = slot.stamp.load(Ordering::Acquire);
        // Whether it is `layout.full(head)`, in an instruction less: the lap is needed again, without its one.
        if stamp.wrapping_sub(layout.free(head)) != 1 {
            return Err(Miss::Hindered(head));
        }
        // Relaxed: the exchange only claims the slot, as in `put_at`.
        let exchange = self.head.compare_exchange_weak(
            head,
            layout.next(head, index),
            Ordering::Relaxed,
            Ordering::Relaxed,
        );
        match exchange {
            Ok(_) => {
                let (done, wake) = (layout.free_again(head), head & WAITERS != 0);
                // SAFETY: the stamp said that the slot holds an item of this lap, and only one exchange moves
                // `head` past it in this lap (I5).
                Ok(unsafe { Getting::new(slot, done, wake) })
            }
            Err(newer) => Err(Miss::Lost(newer)),
        }
    }

    /// Goes on until a slot is claimed, or there is no item.
    #[cold]
    pub(super) fn get_after(&self, mut miss: Miss) -> Result<Getting<'_, T>, TryGetError> {
        let mut backoff = Backoff::new();
        loop {
            let head = match miss {
                Miss::Lost(newer) => newer,
                Miss::Hindered(head) => match self.why_no_item(head, &mut backoff) {
                    Obstacle::Passed(newer) => newer,
                    Obstacle::Closed => return Err(TryGetError::Closed),
                    Obstacle::Stands => return Err(TryGetError::Empty),
                },
            };
            match self.get_at(head) {
                Ok(claim) => return Ok(claim),
                Err(next) => miss = next,
            }
        }
    }

    /// Why the slot at `head` can not be claimed, if it still can not.
    fn why_no_item(&self, head: u64, backoff: &mut Backoff) -> Obstacle {
        // Relaxed: `head` can not pass `tail`, so if it stood where `tail` stands, the queue was
        // empty at that moment; see "emptiness" in docs/ALGORITHMS.md.
        let tail = self.tail.load(Ordering::Relaxed);
        if same_position(tail, head) {
            if tail & CLOSED == 0 {
                return Obstacle::Stands;
            }
            // ORDERING: pairs with the Release of `close`, as in `why_no_room`.
            fence(Ordering::Acquire);
            return Obstacle::Closed;
        }
        let newer = self.head.load(Ordering::Relaxed);
        if newer == head {
            // A putter claimed the slot and has not yet published its item.
            backoff.snooze();
        }
        Obstacle::Passed(newer)
    }

    /// A glance at the slot that the next put needs, which leaves the getters' word alone.
    pub(super) fn looks_ready_to_put(&self) -> bool {
        // Relaxed, both: whoever goes by this tries in earnest.
        let tail = self.tail.load(Ordering::Relaxed);
        self.slot(self.layout.index(tail)).stamp.load(Ordering::Relaxed) == self.layout.free(tail)
    }

    /// A glance at the slot that the next get needs, which leaves the putters' word alone.
    pub(super) fn looks_ready_to_get(&self) -> bool {
        // Relaxed, both: as above.
        let head = self.head.load(Ordering::Relaxed);
        self.slot(self.layout.index(head)).stamp.load(Ordering::Relaxed) == self.layout.full(head)
    }

    /// Sets the getters' bit if the queue is empty and open (I2).
    pub(super) fn arm_getters(&self) -> bool {
        // Relaxed, all three: the exchange proves that `tail` still stands where `head` was seen, and
        // `head` can not pass it. The getters' lock orders the list.
        let head = self.head.load(Ordering::Relaxed);
        let tail = self.tail.load(Ordering::Relaxed);
        tail & CLOSED == 0
            && same_position(tail, head)
            && self
                .tail
                .compare_exchange(tail, tail | WAITERS, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }

    /// Sets the putters' bit if the queue is full and open (I2).
    pub(super) fn arm_putters(&self) -> bool {
        // Relaxed, all three: the exchange proves that `head` still stands a lap behind, and `tail` can not
        // move on while it does. `CLOSED` is in the other word: see I7 for why the putters' lock, which we
        // hold, makes its setting visible here or us visible to the closer.
        let tail = self.tail.load(Ordering::Relaxed);
        let head = self.head.load(Ordering::Relaxed);
        tail & CLOSED == 0
            && self.layout.is_full(tail, head)
            && self
                .head
                .compare_exchange(head, head | WAITERS, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }

    /// Clears the getters' bit (I4).
    pub(super) fn disarm_getters(&self) {
        // Relaxed: the bit is only ever acted upon under the getters' lock, which we hold.
        self.tail.fetch_and(!WAITERS, Ordering::Relaxed);
    }

    /// Clears the putters' bit (I4).
    pub(super) fn disarm_putters(&self) {
        // Relaxed: as above, with the putters' lock.
        self.head.fetch_and(!WAITERS, Ordering::Relaxed);
    }

    /// Closes; true for the call that did it.
    pub(super) fn close(&self) -> bool {
        // ORDERING: pairs with the Acquire fences behind every look at `CLOSED`.
        self.tail.fetch_or(CLOSED, Ordering::Release) & CLOSED == 0
    }

    pub(super) fn is_closed(&self) -> bool {
        // ORDERING: pairs with the Release of `close`.
        self.tail.load(Ordering::Acquire) & CLOSED != 0
    }

    /// `(puts, gets, size)`. If the queue is too busy for a consistent look, the size is the nearest
    /// possible value.
    pub(super) fn counts(&self) -> (u64, u64, usize) {
        // Relaxed: a snapshot for observers; the second look at `tail` makes a torn one rare.
        let mut tail = self.tail.load(Ordering::Relaxed);
        let mut head = self.head.load(Ordering::Relaxed);
        for _ in 0..8 {
            let newer = self.tail.load(Ordering::Relaxed);
            if newer == tail {
                break;
            }
            tail = newer;
            head = self.head.load(Ordering::Relaxed);
        }
        let (puts, gets) = (self.layout.count(tail), self.layout.count(head));
        (puts, gets, self.layout.distance(tail, head) as usize)
    }

    /// `tail` and `head`.
    pub(super) fn words(&self) -> [&AtomicU64; 2] {
        [&self.tail, &self.head]
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_position_survives_packing_and_the_last_index_starts_the_next_lap() {
        for capacity in [1, 2, 3, 4, 5, 100, 1 << 20, MAX_CAPACITY] {
            let layout = Layout::new(capacity);
            let mut word = WAITERS | CLOSED;
            for step in 0..300u64 {
                let (lap, index) =
                    (layout.lap(word) / layout.one_lap, layout.index(word) >> FLAG_BITS);
                assert_eq!((lap, index), (step / capacity, step % capacity));
                assert_eq!(layout.count(word), step);
                word = layout.next(word, layout.index(word));
                assert_eq!(word & (WAITERS | CLOSED), WAITERS | CLOSED, "flags are kept");
            }
        }
    }

    #[test]
    fn the_ring_goes_on_past_the_top_of_the_word() {
        for capacity in [1, 2, 3, 7] {
            let queue = Bounded::near_wrap(capacity, 1);
            for round in 0..4 * capacity {
                for item in 0..capacity {
                    queue.try_put().unwrap().put(round * 10 + item);
                }
                let refused = queue.try_put().or_else(|miss| queue.put_after(miss));
                assert!(matches!(refused, Err(NoRoom::Full)));
                assert_eq!(queue.counts().2, capacity);
                for item in 0..capacity {
                    assert_eq!(queue.try_get().unwrap().full.take(), round * 10 + item);
                }
                let refused = queue.try_get().or_else(|miss| queue.get_after(miss));
                assert!(matches!(refused, Err(TryGetError::Empty)));
                assert_eq!(queue.counts().2, 0);
            }
        }
    }

    #[test]
    fn two_looks_from_different_moments_never_give_an_impossible_size() {
        let layout = Layout::new(3);
        let words: Vec<u64> =
            std::iter::successors(Some(0), |&word| Some(layout.next(word, layout.index(word))))
                .take(12)
                .collect();
        for &tail in &words {
            for &head in &words {
                assert!(layout.distance(tail, head) <= 3);
            }
        }
    }
}
