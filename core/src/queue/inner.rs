//! What the handles of a queue share: the ring or chain that holds the items, and the two lines of
//! waiters. Here an item that went in or out meets whoever waited for it.

use std::panic::Location;

use super::bounded::Bounded;
use super::slot::{FullSlot, Getting, Putting};
use super::unbounded::Unbounded;
use super::word::{CLOSED, Miss, NoRoom, has_waiters};
use crate::error::{CapacityError, GetTimeoutError, PutTimeoutError, TryGetError, TryPutError};
use crate::identity::Identity;
use crate::inspect::{Inspection, Kind, Operation, State, Waiter};
use crate::observer::{self, Observed, WordsAt};
use crate::panics::{self, Panics};
use crate::patience::{self, Awaited};
use crate::sync::{self, AtomicU8, AtomicU64, Deadline, Ordering, fault};
use crate::wait::{self, Condition, TimedOut, WaitList};

/// From this capacity on it pays for both sides to let some items come together.
const A_BURST: usize = 16;
/// From this capacity on it pays to let more of them do so.
const A_LONG_ONE: usize = 256;

/// An item of more bytes than this, a cache line, is large.
const LARGE: usize = 64;

pub(super) struct Inner<T> {
    pub(super) identity: Identity,
    items: Items<T>,
    getters: WaitList,
    putters: WaitList,
    /// Not 0 if a putter and a getter have met: each is a thread of its own then. Kept for [large](LARGE) items.
    shared: AtomicU8,
}

enum Items<T> {
    Bounded(Bounded<T>),
    Unbounded(Unbounded<T>),
}

/// What a getter waits for: an item, announced in `tail`.
pub(super) struct ItemArrives<'a, T>(pub(super) &'a Inner<T>);

impl<T> Condition for ItemArrives<'_, T> {
    fn list(&self) -> &WaitList {
        &self.0.getters
    }

    fn arm(&self) -> bool {
        match &self.0.items {
            Items::Bounded(items) => items.arm_getters(),
            Items::Unbounded(items) => items.arm_getters(),
        }
    }

    fn disarm(&self) {
        match &self.0.items {
            Items::Bounded(items) => items.disarm_getters(),
            Items::Unbounded(items) => items.disarm_getters(),
        }
    }
}

/// What a putter waits for: room, announced in `head`.
pub(super) struct RoomArrives<'a, T>(pub(super) &'a Inner<T>);

impl<T> Condition for RoomArrives<'_, T> {
    fn list(&self) -> &WaitList {
        &self.0.putters
    }

    fn arm(&self) -> bool {
        match &self.0.items {
            Items::Bounded(items) => items.arm_putters(),
            // There is always room, so nobody waits for it.
            Items::Unbounded(_) => false,
        }
    }

    fn disarm(&self) {
        match &self.0.items {
            Items::Bounded(items) => items.disarm_putters(),
            Items::Unbounded(_) => {}
        }
    }
}

impl<T> Inner<T> {
    fn new(identity: Identity, items: Items<T>) -> Self {
        Self {
            identity,
            items,
            getters: WaitList::default(),
            putters: WaitList::default(),
            shared: AtomicU8::new(0),
        }
    }

    pub(super) fn unbounded(identity: Identity) -> Self {
        Self::new(identity, Items::Unbounded(Unbounded::new()))
    }

    pub(super) fn bounded(identity: Identity, capacity: usize) -> Result<Self, CapacityError> {
        Ok(Self::new(identity, Items::Bounded(Bounded::new(capacity)?)))
    }

    #[cfg(all(loom, feature = "loom"))]
    pub(super) fn near_wrap(identity: Identity, capacity: usize, laps_left: u64) -> Self {
        Self::new(identity, Items::Bounded(Bounded::near_wrap(capacity, laps_left)))
    }

    /// Tries once to claim the slot for the next item.
    #[inline(always)]
    pub(super) fn try_claim_room(&self) -> Result<Putting<'_, T>, Miss> {
        match &self.items {
            Items::Bounded(items) => items.try_put(),
            Items::Unbounded(items) => items.try_put(),
        }
    }

    /// Goes on until the slot for the next item is claimed, or there is none.
    #[cold]
    pub(super) fn claim_room_after(&self, miss: Miss) -> Result<Putting<'_, T>, NoRoom> {
        match &self.items {
            Items::Bounded(items) => items.put_after(miss),
            Items::Unbounded(items) => items.put_after(miss),
        }
    }

    /// Tries once to claim the slot of the first item.
    #[inline(always)]
    pub(super) fn try_claim_item(&self) -> Result<Getting<'_, T>, Miss> {
        match &self.items {
            Items::Bounded(items) => items.try_get(),
            Items::Unbounded(items) => items.try_get(),
        }
    }

    /// Goes on until the slot of the first item is claimed, or there is none.
    #[cold]
    pub(super) fn claim_item_after(&self, miss: Miss) -> Result<Getting<'_, T>, TryGetError> {
        match &self.items {
            Items::Bounded(items) => items.get_after(miss),
            Items::Unbounded(items) => items.get_after(miss),
        }
    }

    /// Puts the item in its place, and wakes whoever waits for it.
    #[inline(always)]
    pub(super) fn put(&self, claim: Putting<'_, T>, item: T) {
        let wake = claim.wake;
        claim.put(item);
        self.settle();
        if wake {
            self.wake_getter();
        }
    }

    #[cold]
    fn wake_getter(&self) {
        ItemArrives(self).wake_one();
    }

    /// Takes the item, and wakes whoever waits for room.
    #[inline(always)]
    pub(super) fn get(&self, claim: Getting<'_, T>) -> T {
        if claim.more {
            return self.get_slowly(claim.full);
        }
        let item = claim.full.take();
        self.settle();
        item
    }

    /// Lets the stores of a large item reach the cache before this thread goes on.
    #[inline(always)]
    fn settle(&self) {
        // Relaxed: a matter of speed.
        if const { size_of::<T>() > LARGE } && self.shared.load(Ordering::Relaxed) != 0 {
            // Without this a thread that copies large items goes on to the next slot while its stores still queue
            // for the lines of this one, which the other side is after: 50 ns an item where it takes 35 with it.
            sync::drain_stores();
        }
    }

    /// Notes that a putter and a getter have met.
    fn note_shared(&self) {
        // Relaxed, both: a matter of speed. Looked at first, so that it is written once.
        if const { size_of::<T>() > LARGE } && self.shared.load(Ordering::Relaxed) == 0 {
            self.shared.store(1, Ordering::Relaxed);
        }
    }

    #[cold]
    fn get_slowly(&self, full: FullSlot<'_, T>) -> T {
        match &self.items {
            Items::Bounded(_) => {
                let item = full.take();
                self.wake_putter();
                item
            }
            Items::Unbounded(_) => {
                Unbounded::wait_full(&full);
                full.take()
            }
        }
    }

    #[cold]
    pub(super) fn try_put_after(&self, miss: Miss, item: T) -> Result<(), TryPutError<T>> {
        match self.claim_room_after(miss) {
            Ok(claim) => {
                self.put(claim, item);
                Ok(())
            }
            Err(NoRoom::Full) => Err(TryPutError::Full(item)),
            Err(NoRoom::Closed) => Err(TryPutError::Closed(item)),
        }
    }

    #[cold]
    pub(super) fn try_get_after(&self, miss: Miss) -> Result<T, TryGetError> {
        self.claim_item_after(miss).map(|claim| self.get(claim))
    }

    /// Wakes a putter on behalf of a getter that has an item in its hands: if the putter's waker panics, the
    /// panic ends here (its message is out by then), for going on it would take the item with it.
    fn wake_putter(&self) {
        panics::caught(|| RoomArrives(self).wake_one());
    }

    /// Puts the item after a first try that claimed nothing, and waits for room until the deadline.
    #[cold]
    pub(super) fn put_after(
        &self,
        miss: Miss,
        item: T,
        deadline: impl FnOnce() -> Deadline,
        location: &'static Location<'static>,
    ) -> Result<(), PutTimeoutError<T>> {
        let attempt = || self.attempt_room();
        let room = if self.is_worth_a_moment(miss) { None } else { self.attempt_room_after(miss) };
        let room =
            room.or_else(|| patience::spin(self.awaited(), || self.looks_ready_to_put(), attempt));
        let block =
            || wait::block(&RoomArrives(self), Operation::Put, location, deadline(), attempt);
        match room.map_or_else(block, Ok) {
            Ok(Some(claim)) => {
                self.note_shared();
                self.put(claim, item);
                Ok(())
            }
            Ok(None) => Err(PutTimeoutError::Closed(item)),
            Err(TimedOut) => Err(PutTimeoutError::Timeout(item)),
        }
    }

    /// Whether a blocking operation waits a moment before it looks any closer. To find out for sure whether the
    /// ring is full or empty takes a look at the other side's word, which only slows down the one who is about to
    /// change that.
    fn is_worth_a_moment(&self, miss: Miss) -> bool {
        matches!((&self.items, miss), (Items::Bounded(_), Miss::Hindered(word)) if word & CLOSED == 0)
    }

    /// Whether an attempt to put may succeed now. A glance that disturbs nobody, and may be wrong for a moment.
    fn looks_ready_to_put(&self) -> bool {
        match &self.items {
            Items::Bounded(items) => items.looks_ready_to_put(),
            Items::Unbounded(_) => true,
        }
    }

    /// The same of an attempt to get.
    fn looks_ready_to_get(&self) -> bool {
        match &self.items {
            Items::Bounded(items) => items.looks_ready_to_get(),
            Items::Unbounded(_) => true,
        }
    }

    /// Room, or the end, or `None` if the queue is full.
    #[inline(always)]
    pub(super) fn attempt_room(&self) -> Option<Option<Putting<'_, T>>> {
        match self.try_claim_room() {
            Ok(claim) => Some(Some(claim)),
            Err(miss) => self.attempt_room_after(miss),
        }
    }

    fn attempt_room_after(&self, miss: Miss) -> Option<Option<Putting<'_, T>>> {
        match self.claim_room_after(miss) {
            Ok(claim) => Some(Some(claim)),
            Err(NoRoom::Closed) => Some(None),
            Err(NoRoom::Full) => None,
        }
    }

    /// Takes an item after a first try that claimed nothing, and waits for one until the deadline.
    #[cold]
    pub(super) fn get_after(
        &self,
        miss: Miss,
        deadline: impl FnOnce() -> Deadline,
        location: &'static Location<'static>,
    ) -> Result<T, GetTimeoutError> {
        let attempt = || self.attempt_item();
        let item = if self.is_worth_a_moment(miss) { None } else { self.attempt_item_after(miss) };
        let item =
            item.or_else(|| patience::spin(self.awaited(), || self.looks_ready_to_get(), attempt));
        let block =
            || wait::block(&ItemArrives(self), Operation::Get, location, deadline(), attempt);
        match item.map_or_else(block, Ok) {
            Ok(Some(claim)) => {
                self.note_shared();
                Ok(self.get(claim))
            }
            Ok(None) => Err(GetTimeoutError::Closed),
            Err(TimedOut) => {
                if fault!("time-out-with-an-item") {
                    drop(self.attempt_item().flatten().map(|claim| self.get(claim)));
                }
                Err(GetTimeoutError::Timeout)
            }
        }
    }

    /// An item, or the end, or `None` if the queue is empty.
    #[inline(always)]
    pub(super) fn attempt_item(&self) -> Option<Option<Getting<'_, T>>> {
        match self.try_claim_item() {
            Ok(claim) => Some(Some(claim)),
            Err(miss) => self.attempt_item_after(miss),
        }
    }

    fn attempt_item_after(&self, miss: Miss) -> Option<Option<Getting<'_, T>>> {
        match self.claim_item_after(miss) {
            Ok(claim) => Some(Some(claim)),
            Err(TryGetError::Closed) => Some(None),
            Err(TryGetError::Empty) => None,
        }
    }

    /// What a blocked putter or getter waits for.
    fn awaited(&self) -> Awaited {
        match &self.items {
            Items::Bounded(items) if items.capacity() < A_BURST => Awaited::One,
            Items::Bounded(items) if items.capacity() < A_LONG_ONE && size_of::<T>() <= LARGE => {
                Awaited::Several
            }
            _ => Awaited::Many,
        }
    }

    /// Closes, and wakes everybody (I7). A waiter enters its list only while it sees the queue open, under
    /// the list's lock: so it is either in the list when we come, or comes after us and sees it closed.
    pub(super) fn close(&self) -> bool {
        let first = match &self.items {
            Items::Bounded(items) => items.close(),
            Items::Unbounded(items) => items.close(),
        };
        if first && fault!("close-wakes-one") {
            ItemArrives(self).wake_one();
            RoomArrives(self).wake_one();
        } else if first {
            // A panicking waker among the getters must not keep the putters asleep.
            let mut panics = Panics::default();
            panics.catch(|| ItemArrives(self).wake_all());
            panics.catch(|| RoomArrives(self).wake_all());
            panics.resume();
        }
        first
    }

    pub(super) fn is_closed(&self) -> bool {
        match &self.items {
            Items::Bounded(items) => items.is_closed(),
            Items::Unbounded(items) => items.is_closed(),
        }
    }

    /// `(puts, gets, size)`.
    pub(super) fn counts(&self) -> (u64, u64, usize) {
        match &self.items {
            Items::Bounded(items) => items.counts(),
            Items::Unbounded(items) => items.counts(),
        }
    }

    pub(super) fn capacity(&self) -> Option<usize> {
        match &self.items {
            Items::Bounded(items) => Some(items.capacity()),
            Items::Unbounded(_) => None,
        }
    }

    /// `tail` and `head`.
    fn words(&self) -> [&AtomicU64; 2] {
        match &self.items {
            Items::Bounded(items) => items.words(),
            Items::Unbounded(items) => items.words(),
        }
    }

    /// Who is blocked. As long as a word does not say that somebody is, the list that belongs to it is empty (I1), and its
    /// lock is left alone.
    fn waiters(&self) -> Vec<Waiter> {
        let [tail, head] = self.words();
        let mut waiters = Vec::new();
        for (word, list) in [(tail, &self.getters), (head, &self.putters)] {
            // Relaxed: who knows that somebody is blocked has seen the bit, or what came after it.
            if has_waiters(word.load(Ordering::Relaxed)) {
                waiters.append(&mut list.inspect());
            }
        }
        waiters
    }
}

impl<T> Observed for Inner<T> {
    fn words_at(&self) -> WordsAt {
        WordsAt::of_ends(self.words())
    }

    fn fetch_ahead(&self) {
        observer::fetch_whole(&self.identity);
        // Most of the rest is padding: a few words stand at the beginning of each part.
        let first = (&raw const self.items).cast::<u8>();
        for offset in (0..size_of::<Items<T>>()).step_by(align_of::<Items<T>>()) {
            sync::fetch_ahead(first.wrapping_add(offset));
        }
    }

    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn inspect(&self) -> Inspection {
        let (puts, gets, size) = self.counts();
        let (capacity, closed) = (self.capacity(), self.is_closed());
        let state = State::Queue { size, capacity, puts, gets, closed };
        let waiters = self.waiters();
        self.identity.inspection(Kind::Queue, std::any::type_name::<T>(), state, waiters)
    }
}

impl<T> Drop for Inner<T> {
    fn drop(&mut self) {
        // If an item's own drop panics, the rest are dropped all the same, as in a `Vec`.
        struct Rest<'a, T>(&'a Inner<T>);
        impl<T> Rest<'_, T> {
            fn drop_items(&self) {
                while let Some(Some(claim)) = self.0.attempt_item() {
                    // We are alone: the slot is full, and nobody waits for room in it, or for our stores.
                    drop(claim.full.take());
                }
            }
        }
        impl<T> Drop for Rest<'_, T> {
            fn drop(&mut self) {
                self.drop_items();
            }
        }
        Rest(self).drop_items();
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    // Elsewhere locks are larger.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_queue_takes_three_padded_parts_for_its_words_and_one_for_the_rest() {
        assert_eq!(size_of::<Items<u64>>(), 3 * align_of::<Items<u64>>());
        assert_eq!(size_of::<Inner<u64>>(), 4 * align_of::<Items<u64>>());
        assert_eq!(size_of::<Inner<[u64; 100]>>(), size_of::<Inner<u64>>());
    }

    #[test]
    fn the_words_stand_where_they_are_fetched() {
        let unnamed = Identity::unnamed;
        for queue in [Inner::<u64>::unbounded(unnamed()), Inner::bounded(unnamed(), 1).unwrap()] {
            let words = queue.words().map(|word| std::ptr::from_ref(word).addr());
            assert_eq!(words.map(|word| word % align_of::<Items<u64>>()), [0, 0]);
        }
    }
}
