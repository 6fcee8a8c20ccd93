//! What the handles of a queue share: the ring or chain that holds the items, and the two lines of
//! waiters. Here an item that went in or out meets whoever waited for it.

use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};

use super::bounded::Bounded;
use super::unbounded::Unbounded;
use super::word::Done;
use crate::error::{CapacityError, GetTimeoutError, PutTimeoutError, TryGetError, TryPutError};
use crate::identity::Identity;
use crate::inspect::{Operation, Waiter};
use crate::sync::Deadline;
use crate::wait::{self, Condition, TimedOut, WaitList};

pub(super) struct Inner<T> {
    pub(super) identity: Identity,
    items: Items<T>,
    getters: WaitList,
    putters: WaitList,
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
        Self { identity, items, getters: WaitList::default(), putters: WaitList::default() }
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

    #[inline]
    pub(super) fn try_put(&self, item: T) -> Result<(), TryPutError<T>> {
        let Done { result: (), wake } = match &self.items {
            Items::Bounded(items) => items.try_put(item)?,
            Items::Unbounded(items) => items.put(item).map_err(TryPutError::Closed)?,
        };
        if wake {
            ItemArrives(self).wake_one();
        }
        Ok(())
    }

    #[inline]
    pub(super) fn try_get(&self) -> Result<T, TryGetError> {
        let Done { result: item, wake } = match &self.items {
            Items::Bounded(items) => items.try_get()?,
            Items::Unbounded(items) => items.try_get()?,
        };
        if wake {
            self.wake_putter();
        }
        Ok(item)
    }

    /// Wakes a putter on behalf of a getter that has an item in its hands: if the putter's waker panics, the
    /// panic ends here (its message is out by then), for going on it would take the item with it.
    #[cold]
    fn wake_putter(&self) {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| RoomArrives(self).wake_one())) {
            // A payload's drop is user code as well.
            std::mem::forget(payload);
        }
    }

    pub(super) fn block_put(
        &self,
        item: T,
        deadline: Deadline,
        location: &'static Location<'static>,
    ) -> Result<(), PutTimeoutError<T>> {
        let mut item = Some(item);
        let attempt = || self.attempt_put(&mut item);
        match wait::block(&RoomArrives(self), Operation::Put, location, deadline, attempt) {
            Ok(result) => result.map_err(PutTimeoutError::Closed),
            Err(TimedOut) => match item {
                Some(item) => Err(PutTimeoutError::Timeout(item)),
                None => unreachable!("an attempt that fails leaves the item where it was"),
            },
        }
    }

    /// Puts the item in `slot` and tells how that ended; `None` and the item stays if the queue is full.
    pub(super) fn attempt_put(&self, slot: &mut Option<T>) -> Option<Result<(), T>> {
        match self.try_put(slot.take()?) {
            Ok(()) => Some(Ok(())),
            Err(TryPutError::Closed(item)) => Some(Err(item)),
            Err(TryPutError::Full(item)) => {
                *slot = Some(item);
                None
            }
        }
    }

    pub(super) fn block_get(
        &self,
        deadline: Deadline,
        location: &'static Location<'static>,
    ) -> Result<T, GetTimeoutError> {
        let attempt = || self.attempt_get();
        match wait::block(&ItemArrives(self), Operation::Get, location, deadline, attempt) {
            Ok(Some(item)) => Ok(item),
            Ok(None) => Err(GetTimeoutError::Closed),
            Err(TimedOut) => Err(GetTimeoutError::Timeout),
        }
    }

    /// An item, or the end, or `None` if the queue is empty.
    pub(super) fn attempt_get(&self) -> Option<Option<T>> {
        match self.try_get() {
            Ok(item) => Some(Some(item)),
            Err(TryGetError::Closed) => Some(None),
            Err(TryGetError::Empty) => None,
        }
    }

    /// Closes, and wakes everybody (I7). A waiter enters its list only while it sees the queue open, under
    /// the list's lock: so it is either in the list when we come, or comes after us and sees it closed.
    pub(super) fn close(&self) -> bool {
        let first = match &self.items {
            Items::Bounded(items) => items.close(),
            Items::Unbounded(items) => items.close(),
        };
        if first {
            // A panicking waker among the getters must not keep the putters asleep.
            let getters = catch_unwind(AssertUnwindSafe(|| ItemArrives(self).wake_all()));
            RoomArrives(self).wake_all();
            if let Err(payload) = getters {
                resume_unwind(payload);
            }
        }
        first
    }

    pub(super) fn is_closed(&self) -> bool {
        match &self.items {
            Items::Bounded(items) => items.is_closed(),
            Items::Unbounded(items) => items.is_closed(),
        }
    }

    pub(super) fn capacity(&self) -> Option<usize> {
        match &self.items {
            Items::Bounded(items) => Some(items.capacity()),
            Items::Unbounded(_) => None,
        }
    }

    /// `(puts, gets, size)`.
    pub(super) fn counts(&self) -> (u64, u64, usize) {
        match &self.items {
            Items::Bounded(items) => items.counts(),
            Items::Unbounded(items) => items.counts(),
        }
    }

    pub(super) fn waiters(&self) -> Vec<Waiter> {
        let mut waiters = self.getters.inspect();
        waiters.extend(self.putters.inspect());
        waiters
    }
}
