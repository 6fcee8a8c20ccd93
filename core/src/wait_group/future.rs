//! The async side of waiting for zero.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::{Inner, ZeroOf};
use crate::inspect::Operation;
use crate::wait::Suspended;

/// The future of [`WaitGroup::wait_async`](crate::WaitGroup::wait_async).
#[must_use = "futures do nothing unless they are polled"]
pub struct WaitFuture<'a> {
    group: &'a Inner,
    /// The generation that was under way at the first poll.
    generation: Option<u32>,
    suspended: Suspended,
}

impl<'a> WaitFuture<'a> {
    pub(super) fn new(group: &'a Inner, location: &'static Location<'static>) -> Self {
        Self { group, generation: None, suspended: Suspended::new(Operation::Wait, location) }
    }
}

impl Future for WaitFuture<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        if this.generation.is_none() {
            this.generation = this.group.count.generation_under_way();
        }
        let Some(generation) = this.generation else {
            return Poll::Ready(());
        };
        let zero = ZeroOf { group: this.group, generation };
        this.suspended.poll(&zero, context, || zero.attempt())
    }
}

impl Drop for WaitFuture<'_> {
    fn drop(&mut self) {
        if let Some(generation) = self.generation {
            self.suspended.cancel(&ZeroOf { group: self.group, generation });
        }
    }
}

impl fmt::Debug for WaitFuture<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitFuture").field("generation", &self.generation).finish_non_exhaustive()
    }
}
