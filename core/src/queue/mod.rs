//! The queue: first in, first out, many putters, many getters, bounded or not, and closable.

mod bounded;
mod future;
mod inner;
mod iter;
mod position;
mod segment;
mod slot;
mod spare;
mod unbounded;
mod word;

use std::fmt;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};

pub use future::{GetFuture, PutFuture};
pub use iter::{Iter, TryIter};

use crate::error::{
    CapacityError, Closed, GetTimeoutError, PutTimeoutError, TryGetError, TryPutError,
};
use crate::identity::Identity;
use crate::inspect::Inspection;
use crate::observer::{Handle, Observed};
use crate::sync::{Arc, Deadline, Duration, fault};
use inner::Inner;
use word::Miss;
pub(crate) use word::{has_waiters, head_stays_with_tail};

/// A first-in first-out queue between any number of putters and getters, bounded or not.
///
/// A handle is cheap to clone, and every clone is the same queue. Both sides come as blocking, timed,
/// trying and async operations, and may be mixed freely on one queue.
///
/// A queue is closed by [`close`](Self::close) and by nothing else: dropping handles does not close it, as others may ask
/// for it by its name at any time. So a putter on a full queue is not told that the last getter is gone, nor a getter that
/// the last putter is; who ends a pipeline closes its queues. After that no item goes in, and the items that are in come
/// out before getters see the end.
///
/// # Ordering
///
/// What a thread did before it put an item happens before the return of the get that took that item.
/// What it did before [`close`](Self::close) happens before the return of every operation that reports
/// the queue as closed. Concurrent operations are linearizable along these edges: a `try_get` may answer
/// [`Empty`](TryGetError::Empty) although a put has returned elsewhere, if nothing made that put happen
/// before the `try_get`.
///
/// # Fairness
///
/// Waiters are woken in the order in which they came. A woken waiter competes with whoever comes along at
/// that moment; if it loses, it goes back to its old place in the line.
///
/// # Example
///
/// ```
/// use named_sync::Queue;
/// use std::thread;
///
/// let jobs = Queue::bounded(2);
/// let worker = {
///     let jobs = jobs.clone();
///     thread::spawn(move || jobs.iter().sum::<u64>())
/// };
/// for n in 1..=10 {
///     jobs.put(n).unwrap();
/// }
/// jobs.close();
/// assert_eq!(worker.join().unwrap(), 55);
/// ```
pub struct Queue<T> {
    inner: Arc<Inner<T>>,
}

impl<T> Clone for Queue<T> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

// A queue is never left half-changed by a panic: no user code runs in the middle of an operation.
impl<T> UnwindSafe for Queue<T> {}
impl<T> RefUnwindSafe for Queue<T> {}

impl<T> Queue<T> {
    /// Makes a queue without a bound and without a name: a put never waits.
    ///
    /// ```
    /// let queue = named_sync::Queue::unbounded();
    /// for n in 0..1000 {
    ///     queue.put(n).unwrap();
    /// }
    /// assert_eq!(queue.size(), 1000);
    /// ```
    #[track_caller]
    pub fn unbounded() -> Self {
        Self::from_inner(Inner::unbounded(Identity::unnamed()))
    }

    /// Makes a queue that holds at most `capacity` items, without a name. Memory is used as the queue
    /// fills, not before.
    ///
    /// # Panics
    ///
    /// If `capacity` is zero, or so large that its slots do not fit into memory.
    ///
    /// ```
    /// let queue = named_sync::Queue::bounded(1);
    /// queue.put('a').unwrap();
    /// assert!(queue.is_full());
    /// ```
    #[track_caller]
    pub fn bounded(capacity: usize) -> Self {
        match Self::try_bounded(capacity) {
            Ok(queue) => queue,
            Err(error) => panic!("{error}"),
        }
    }

    /// Makes a queue that holds at most `capacity` items, without a name.
    ///
    /// # Errors
    ///
    /// If `capacity` is zero, or so large that its slots do not fit into memory.
    ///
    /// ```
    /// use named_sync::Queue;
    /// assert!(Queue::<u8>::try_bounded(1_000_000).is_ok());
    /// assert!(Queue::<u8>::try_bounded(usize::MAX).is_err());
    /// ```
    #[track_caller]
    pub fn try_bounded(capacity: usize) -> Result<Self, CapacityError> {
        Ok(Self::from_inner(Inner::bounded(Identity::unnamed(), capacity)?))
    }

    /// A bounded queue whose packed words are about to start again from zero, for models of just that.
    #[cfg(all(loom, feature = "loom"))]
    #[doc(hidden)] // For the models of this crate.
    #[track_caller]
    pub fn near_wrap(capacity: usize, laps_left: u64) -> Self {
        Self::from_inner(Inner::near_wrap(Identity::unnamed(), capacity, laps_left))
    }

    fn from_inner(inner: Inner<T>) -> Self {
        Self { inner: Arc::new(inner) }
    }

    /// Makes the queue of a registry: `maxsize` 0 is unbounded.
    pub(crate) fn with_identity(identity: Identity, maxsize: usize) -> Result<Self, CapacityError> {
        Ok(Self::from_inner(match maxsize {
            0 => Inner::unbounded(identity),
            capacity => Inner::bounded(identity, capacity)?,
        }))
    }

    /// Puts `item` at the end, and waits while the queue is full.
    ///
    /// # Errors
    ///
    /// [`Closed`] with the item, if the queue is closed, or is closed while this waits.
    ///
    /// ```
    /// use named_sync::{Closed, Queue};
    /// let queue = Queue::bounded(8);
    /// assert_eq!(queue.put(1), Ok(()));
    /// queue.close();
    /// assert_eq!(queue.put(2), Err(Closed(2)));
    /// ```
    #[track_caller]
    #[inline]
    pub fn put(&self, item: T) -> Result<(), Closed<T>> {
        match self.inner.try_claim_room() {
            Ok(claim) => {
                self.inner.put(claim, item);
                Ok(())
            }
            Err(miss) => self.put_after(miss, item, Location::caller()),
        }
    }

    #[cold]
    fn put_after(
        &self,
        miss: Miss,
        item: T,
        location: &'static Location<'static>,
    ) -> Result<(), Closed<T>> {
        match self.inner.put_after(miss, item, || Deadline::NEVER, location) {
            Ok(()) => Ok(()),
            Err(PutTimeoutError::Closed(item) | PutTimeoutError::Timeout(item)) => {
                Err(Closed(item))
            }
        }
    }

    /// Puts `item` at the end if there is room at once. Takes no lock while no getter waits.
    ///
    /// # Errors
    ///
    /// [`TryPutError`] with the item, if the queue is full or closed.
    ///
    /// ```
    /// use named_sync::{Queue, TryPutError};
    /// let queue = Queue::bounded(1);
    /// assert_eq!(queue.try_put(1), Ok(()));
    /// assert_eq!(queue.try_put(2), Err(TryPutError::Full(2)));
    /// ```
    #[inline]
    pub fn try_put(&self, item: T) -> Result<(), TryPutError<T>> {
        match self.inner.try_claim_room() {
            Ok(claim) => {
                self.inner.put(claim, item);
                Ok(())
            }
            Err(miss) => self.inner.try_put_after(miss, item),
        }
    }

    /// Puts `item` at the end, and waits while the queue is full, but no longer than `timeout`.
    ///
    /// `Duration::MAX`, and any timeout that ends after the end of the clock, means no timeout.
    ///
    /// # Errors
    ///
    /// [`PutTimeoutError`] with the item, if the queue stayed full or is closed.
    ///
    /// ```
    /// use named_sync::{PutTimeoutError, Queue};
    /// use std::time::Duration;
    /// let queue = Queue::bounded(1);
    /// queue.put(1).unwrap();
    /// let late = queue.put_timeout(2, Duration::from_millis(5));
    /// assert_eq!(late, Err(PutTimeoutError::Timeout(2)));
    /// ```
    #[track_caller]
    pub fn put_timeout(&self, item: T, timeout: Duration) -> Result<(), PutTimeoutError<T>> {
        match self.inner.try_claim_room() {
            Ok(claim) => {
                self.inner.put(claim, item);
                Ok(())
            }
            Err(miss) => {
                let deadline = || Deadline::after(timeout);
                self.inner.put_after(miss, item, deadline, Location::caller())
            }
        }
    }

    /// Puts `item` at the end, and suspends the task while the queue is full.
    ///
    /// # Errors
    ///
    /// The future gives [`Closed`] with the item, if the queue is closed, or is closed while it waits.
    ///
    /// # Cancel safety
    ///
    /// A future that is dropped before it was ready has put nothing: its item is dropped with it. A
    /// wake-up that it had been given goes to the next putter in line. A future that is forgotten
    /// ([`std::mem::forget`]) keeps the one wake-up that it may be given; the next one goes on.
    ///
    /// ```
    /// use named_sync::Queue;
    /// # use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
    /// # fn block_on<F: Future>(future: F) -> F::Output {
    /// #     let mut future = pin!(future);
    /// #     loop {
    /// #         let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    /// #         if let Poll::Ready(output) = polled { return output; }
    /// #     }
    /// # }
    /// let queue = Queue::bounded(1);
    /// block_on(async {
    ///     queue.put_async("job").await.unwrap();
    ///     assert_eq!(queue.get_async().await, Some("job"));
    /// });
    /// ```
    #[track_caller]
    pub fn put_async(&self, item: T) -> PutFuture<'_, T> {
        PutFuture::new(&self.inner, item, Location::caller())
    }

    /// Puts every item in turn, waiting for room as needed, and returns how many there were.
    ///
    /// The items stay in their order; other putters' items may come in between.
    ///
    /// # Errors
    ///
    /// [`Closed`] with the items that did not go in, if the queue is closed on the way. They are collected
    /// for that, so an iterator without an end does not come to one here either.
    ///
    /// ```
    /// let queue = named_sync::Queue::unbounded();
    /// assert_eq!(queue.put_many([1, 2, 3]), Ok(3));
    /// queue.close();
    /// assert_eq!(queue.put_many([4, 5]).unwrap_err().into_inner(), [4, 5]);
    /// ```
    #[track_caller]
    pub fn put_many(&self, items: impl IntoIterator<Item = T>) -> Result<usize, Closed<Vec<T>>> {
        let mut items = items.into_iter();
        let mut count = 0;
        while let Some(item) = items.next() {
            if let Err(Closed(item)) = self.put(item) {
                let rejected = (!fault!("lose-the-rejected")).then_some(item);
                return Err(Closed(rejected.into_iter().chain(items).collect()));
            }
            count += 1;
        }
        Ok(count)
    }

    /// Takes the first item, and waits while the queue is empty. `None` means that the queue is closed
    /// and that every item was taken.
    ///
    /// ```
    /// let queue = named_sync::Queue::unbounded();
    /// queue.put(1).unwrap();
    /// queue.close();
    /// assert_eq!(queue.get(), Some(1));
    /// assert_eq!(queue.get(), None);
    /// ```
    #[track_caller]
    #[inline]
    pub fn get(&self) -> Option<T> {
        match self.inner.try_claim_item() {
            Ok(claim) => Some(self.inner.get(claim)),
            Err(miss) => self.inner.get_after(miss, || Deadline::NEVER, Location::caller()).ok(),
        }
    }

    /// Takes the first item if there is one at once. Takes no lock while no putter waits.
    ///
    /// # Errors
    ///
    /// [`TryGetError::Empty`] if there is none, [`TryGetError::Closed`] if there will be none either.
    ///
    /// ```
    /// use named_sync::{Queue, TryGetError};
    /// let queue = Queue::bounded(1);
    /// assert_eq!(queue.try_get(), Err(TryGetError::Empty));
    /// queue.put('x').unwrap();
    /// assert_eq!(queue.try_get(), Ok('x'));
    /// ```
    #[inline]
    pub fn try_get(&self) -> Result<T, TryGetError> {
        match self.inner.try_claim_item() {
            Ok(claim) => Ok(self.inner.get(claim)),
            Err(miss) => self.inner.try_get_after(miss),
        }
    }

    /// Takes the first item, and waits while the queue is empty, but no longer than `timeout`.
    ///
    /// An item that is there is taken, even with a timeout of zero. `Duration::MAX`, and any timeout
    /// that ends after the end of the clock, means no timeout.
    ///
    /// # Errors
    ///
    /// [`GetTimeoutError::Timeout`] if the queue stayed empty, [`GetTimeoutError::Closed`] if it is closed
    /// and drained.
    ///
    /// ```
    /// use named_sync::{GetTimeoutError, Queue};
    /// use std::time::Duration;
    /// let queue = Queue::bounded(1);
    /// assert_eq!(queue.get_timeout(Duration::from_millis(5)), Err(GetTimeoutError::Timeout));
    /// queue.put(7).unwrap();
    /// assert_eq!(queue.get_timeout(Duration::ZERO), Ok(7));
    /// ```
    #[track_caller]
    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetTimeoutError> {
        match self.inner.try_claim_item() {
            Ok(claim) => Ok(self.inner.get(claim)),
            Err(miss) => {
                self.inner.get_after(miss, || Deadline::after(timeout), Location::caller())
            }
        }
    }

    /// Takes the first item, and suspends the task while the queue is empty. The future gives `None` when
    /// the queue is closed and every item was taken.
    ///
    /// # Cancel safety
    ///
    /// A future that is dropped before it was ready has taken nothing. A wake-up that it had been given
    /// goes to the next getter in line. A future that is forgotten ([`std::mem::forget`]) keeps the one
    /// wake-up that it may be given; the next one goes on.
    ///
    /// See [`put_async`](Self::put_async) for an example.
    #[track_caller]
    pub fn get_async(&self) -> GetFuture<'_, T> {
        GetFuture::new(&self.inner, Location::caller())
    }

    /// Waits for one item, then takes what else is there, up to `max` items in all. They are appended to
    /// `buffer`; the result is how many. Zero means that the queue is closed and drained, or that `max`
    /// is zero.
    ///
    /// ```
    /// let queue = named_sync::Queue::unbounded();
    /// queue.put_many(0..5).unwrap();
    /// let mut batch = Vec::new();
    /// assert_eq!(queue.get_many(&mut batch, 3), 3);
    /// assert_eq!(queue.get_many(&mut batch, 3), 2);
    /// assert_eq!(batch, [0, 1, 2, 3, 4]);
    /// ```
    #[track_caller]
    pub fn get_many(&self, buffer: &mut Vec<T>, max: usize) -> usize {
        let before = buffer.len();
        if max > 0
            && let Some(first) = self.get()
        {
            buffer.push(first);
            buffer.extend(self.try_iter().take(max - 1));
        }
        buffer.len() - before
    }

    /// How many items the queue holds: a snapshot, never outside `0..=capacity`.
    ///
    /// ```
    /// let queue = named_sync::Queue::unbounded();
    /// queue.put(()).unwrap();
    /// assert_eq!(queue.size(), 1);
    /// ```
    pub fn size(&self) -> usize {
        self.inner.counts().2
    }

    /// The bound, or `None` if there is none.
    ///
    /// ```
    /// use named_sync::Queue;
    /// assert_eq!(Queue::<u8>::bounded(3).capacity(), Some(3));
    /// assert_eq!(Queue::<u8>::unbounded().capacity(), None);
    /// ```
    pub fn capacity(&self) -> Option<usize> {
        self.inner.capacity()
    }

    /// Whether the queue held no item at the moment of the call.
    ///
    /// ```
    /// assert!(named_sync::Queue::<u8>::unbounded().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.size() == 0
    }

    /// Whether the queue was at its bound at the moment of the call. An unbounded queue never is.
    ///
    /// ```
    /// let queue = named_sync::Queue::bounded(1);
    /// assert!(!queue.is_full());
    /// queue.put(()).unwrap();
    /// assert!(queue.is_full());
    /// ```
    pub fn is_full(&self) -> bool {
        self.capacity() == Some(self.size())
    }

    /// Closes the queue, and says whether it was this call that did it.
    ///
    /// Every waiting putter gets its item back, every waiting getter finds the end. Items that are in the
    /// queue stay there for getters to take: an item whose put returned `Ok` is never lost.
    ///
    /// ```
    /// let queue = named_sync::Queue::unbounded();
    /// queue.put("last").unwrap();
    /// assert!(queue.close());
    /// assert!(!queue.close(), "it was closed before");
    /// assert_eq!(queue.get(), Some("last"));
    /// ```
    pub fn close(&self) -> bool {
        self.inner.close()
    }

    /// Whether the queue was closed. It may still hold items.
    ///
    /// ```
    /// let queue = named_sync::Queue::<u8>::unbounded();
    /// assert!(!queue.is_closed());
    /// queue.close();
    /// assert!(queue.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }

    /// Takes item after item, waiting for each, until the queue is closed and drained.
    ///
    /// ```
    /// let queue = named_sync::Queue::unbounded();
    /// queue.put_many([1, 2, 3]).unwrap();
    /// queue.close();
    /// assert_eq!(queue.iter().sum::<i32>(), 6);
    /// ```
    pub fn iter(&self) -> Iter<'_, T> {
        Iter::new(self)
    }

    /// Takes item after item until none is there at once.
    ///
    /// ```
    /// let queue = named_sync::Queue::unbounded();
    /// queue.put_many([1, 2, 3]).unwrap();
    /// assert_eq!(queue.try_iter().count(), 3);
    /// assert!(!queue.is_closed());
    /// ```
    pub fn try_iter(&self) -> TryIter<'_, T> {
        TryIter::new(self)
    }

    /// The name under which a registry made this queue.
    ///
    /// ```
    /// let registry = named_sync::Registry::new();
    /// assert_eq!(registry.queue::<u8>("jobs", 0).unwrap().name(), Some("jobs"));
    /// ```
    pub fn name(&self) -> Option<&str> {
        self.inner.identity.name()
    }

    /// What an observer may know of this queue. Never waits for other threads.
    ///
    /// ```
    /// use named_sync::{Queue, State};
    /// let queue = Queue::bounded(4);
    /// queue.put(1).unwrap();
    /// let State::Queue { size, capacity, puts, gets, .. } = queue.inspect().state else { panic!() };
    /// assert_eq!((size, capacity, puts, gets), (1, Some(4), 1, 0));
    /// ```
    pub fn inspect(&self) -> Inspection {
        self.inner.inspect()
    }
}

impl<T: Send + 'static> Handle for Queue<T> {
    fn inside(&self) -> &(dyn Observed + 'static) {
        &*self.inner
    }
}

impl<T> fmt::Debug for Queue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue")
            .field("name", &self.name())
            .field("size", &self.size())
            .field("capacity", &self.capacity())
            .field("closed", &self.is_closed())
            .finish()
    }
}

impl<'a, T> IntoIterator for &'a Queue<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}
