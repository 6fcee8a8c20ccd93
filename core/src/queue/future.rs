//! The async sides of put and get.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::inner::{Inner, ItemArrives, RoomArrives};
use crate::error::Closed;
use crate::inspect::Operation;
use crate::wait::Suspended;

/// The future of [`Queue::put_async`](crate::Queue::put_async).
#[must_use = "futures do nothing unless they are polled"]
pub struct PutFuture<'a, T> {
    queue: &'a Inner<T>,
    item: Option<T>,
    suspended: Suspended,
}

impl<'a, T> PutFuture<'a, T> {
    pub(super) fn new(queue: &'a Inner<T>, item: T, location: &'static Location<'static>) -> Self {
        Self { queue, item: Some(item), suspended: Suspended::new(Operation::Put, location) }
    }
}

// Nothing in it is address-sensitive: the line holds a node of its own.
impl<T> Unpin for PutFuture<'_, T> {}

impl<T> Future for PutFuture<'_, T> {
    type Output = Result<(), Closed<T>>;

    /// # Panics
    ///
    /// If the future is polled again after it was ready.
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        assert!(this.item.is_some(), "a `PutFuture` was polled after it was ready");
        let condition = RoomArrives(this.queue);
        let polled = this.suspended.poll(&condition, context, || this.queue.attempt_room());
        polled.map(|claim| match (claim, this.item.take()) {
            (Some(claim), Some(item)) => {
                this.queue.put(claim, item);
                Ok(())
            }
            (None, Some(item)) => Err(Closed(item)),
            (_, None) => unreachable!("it was there"),
        })
    }
}

impl<T> Drop for PutFuture<'_, T> {
    fn drop(&mut self) {
        self.suspended.cancel(&RoomArrives(self.queue));
    }
}

impl<T> fmt::Debug for PutFuture<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PutFuture").field("done", &self.item.is_none()).finish_non_exhaustive()
    }
}

/// The future of [`Queue::get_async`](crate::Queue::get_async).
#[must_use = "futures do nothing unless they are polled"]
pub struct GetFuture<'a, T> {
    queue: &'a Inner<T>,
    suspended: Suspended,
}

impl<'a, T> GetFuture<'a, T> {
    pub(super) fn new(queue: &'a Inner<T>, location: &'static Location<'static>) -> Self {
        Self { queue, suspended: Suspended::new(Operation::Get, location) }
    }
}

impl<T> Future for GetFuture<'_, T> {
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let condition = ItemArrives(this.queue);
        let polled = this.suspended.poll(&condition, context, || this.queue.attempt_item());
        polled.map(|claim| claim.map(|claim| this.queue.get(claim)))
    }
}

impl<T> Drop for GetFuture<'_, T> {
    fn drop(&mut self) {
        self.suspended.cancel(&ItemArrives(self.queue));
    }
}

impl<T> fmt::Debug for GetFuture<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GetFuture").finish_non_exhaustive()
    }
}
