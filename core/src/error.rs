//! What can go wrong, one small type per operation. Where an item was rejected, it is inside.

use std::error::Error;
use std::fmt;

/// Writes a bound the way a person says it: `0` is "unbounded".
struct Bound(usize);

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("unbounded"),
            bound => write!(f, "bounded to {bound}"),
        }
    }
}

/// A name could not be had as it was asked for.
///
/// ```
/// use named_sync::{NameError, Registry};
/// let registry = Registry::new();
/// registry.queue::<u64>("jobs", 8).unwrap();
/// let error = registry.queue::<String>("jobs", 8).unwrap_err();
/// assert!(matches!(error, NameError::TypeMismatch { .. }));
/// assert!(error.to_string().contains("u64") && error.to_string().contains("String"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameError {
    /// The name belongs to a primitive of the same kind with another element type.
    TypeMismatch {
        /// The name that was asked for.
        name: String,
        /// The element type that it has.
        existing: &'static str,
        /// The element type that was asked for.
        requested: &'static str,
    },
    /// The name belongs to a queue with another bound.
    CapacityMismatch {
        /// The name that was asked for.
        name: String,
        /// The bound that it has; 0 is unbounded.
        existing: usize,
        /// The bound that was asked for.
        requested: usize,
    },
    /// A queue of this bound does not fit into memory.
    CapacityTooLarge {
        /// The name that was asked for.
        name: String,
        /// The bound that was asked for.
        requested: usize,
    },
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TypeMismatch { name, existing, requested } => write!(
                f,
                "the name {name:?} holds elements of type `{existing}`, but was requested with type \
                 `{requested}`: use the same type everywhere, or another name"
            ),
            Self::CapacityMismatch { name, existing, requested } => write!(
                f,
                "the queue {name:?} is {}, but was requested as {}: use the same bound everywhere, or 0 to \
                 accept the bound that it has",
                Bound(*existing),
                Bound(*requested)
            ),
            Self::CapacityTooLarge { name, requested } => write!(
                f,
                "the queue {name:?} can not be bounded to {requested}: so many slots do not fit into memory; \
                 use a smaller bound, or 0 for an unbounded queue"
            ),
        }
    }
}

impl Error for NameError {}

/// A queue can not be made with this bound.
///
/// ```
/// use named_sync::Queue;
/// assert!(Queue::<u64>::try_bounded(usize::MAX).is_err());
/// assert_eq!(Queue::<u64>::try_bounded(0).unwrap_err().requested(), 0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CapacityError {
    pub(crate) requested: usize,
}

impl CapacityError {
    /// The bound that was asked for.
    pub fn requested(&self) -> usize {
        self.requested
    }
}

impl fmt::Display for CapacityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.requested {
            0 => f.write_str("a bounded queue needs room for at least one item; use `Queue::unbounded()` for none"),
            bound => write!(f, "a queue bounded to {bound} does not fit into memory; use a smaller bound"),
        }
    }
}

impl Error for CapacityError {}

/// The queue is closed. What could not be put comes back inside.
///
/// ```
/// use named_sync::{Closed, Queue};
/// let queue = Queue::unbounded();
/// queue.close();
/// assert_eq!(queue.put("late"), Err(Closed("late")));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Closed<T>(pub T);

impl<T> Closed<T> {
    /// The item that was not put.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Closed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Closed(..)")
    }
}

impl<T> fmt::Display for Closed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the queue is closed")
    }
}

impl<T> Error for Closed<T> {}

/// Why [`try_put`](crate::Queue::try_put) did not put. The item comes back inside.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TryPutError<T> {
    /// The queue is full.
    Full(T),
    /// The queue is closed.
    Closed(T),
}

impl<T> TryPutError<T> {
    /// The item that was not put.
    pub fn into_inner(self) -> T {
        match self {
            Self::Full(item) | Self::Closed(item) => item,
        }
    }
}

impl<T> fmt::Debug for TryPutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "Full(..)",
            Self::Closed(_) => "Closed(..)",
        })
    }
}

impl<T> fmt::Display for TryPutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full(_) => "the queue is full",
            Self::Closed(_) => "the queue is closed",
        })
    }
}

impl<T> Error for TryPutError<T> {}

/// Why [`put_timeout`](crate::Queue::put_timeout) did not put. The item comes back inside.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum PutTimeoutError<T> {
    /// The queue stayed full until the time was over.
    Timeout(T),
    /// The queue is closed.
    Closed(T),
}

impl<T> PutTimeoutError<T> {
    /// The item that was not put.
    pub fn into_inner(self) -> T {
        match self {
            Self::Timeout(item) | Self::Closed(item) => item,
        }
    }
}

impl<T> fmt::Debug for PutTimeoutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Timeout(_) => "Timeout(..)",
            Self::Closed(_) => "Closed(..)",
        })
    }
}

impl<T> fmt::Display for PutTimeoutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Timeout(_) => "the queue stayed full until the timeout",
            Self::Closed(_) => "the queue is closed",
        })
    }
}

impl<T> Error for PutTimeoutError<T> {}

/// Why [`try_get`](crate::Queue::try_get) got nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryGetError {
    /// The queue is empty, and not closed.
    Empty,
    /// The queue is closed, and every item was taken.
    Closed,
}

impl fmt::Display for TryGetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the queue is empty",
            Self::Closed => "the queue is closed and drained",
        })
    }
}

impl Error for TryGetError {}

/// Why [`get_timeout`](crate::Queue::get_timeout) got nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GetTimeoutError {
    /// The queue stayed empty until the time was over.
    Timeout,
    /// The queue is closed, and every item was taken.
    Closed,
}

impl fmt::Display for GetTimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Timeout => "the queue stayed empty until the timeout",
            Self::Closed => "the queue is closed and drained",
        })
    }
}

impl Error for GetTimeoutError {}

/// A wait group had not reached zero when the time was over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitTimeout;

impl fmt::Display for WaitTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the wait group did not reach zero before the timeout")
    }
}

impl Error for WaitTimeout {}

/// A change would take a wait group's count out of `0..=u32::MAX`. The count was left as it was.
///
/// ```
/// use named_sync::{Registry, WaitGroupError};
/// let files = Registry::new().wait_group("files");
/// files.add(2);
/// let error = files.try_add(-3).unwrap_err();
/// assert!(matches!(error, WaitGroupError::Underflow { count: 2, delta: -3, .. }));
/// assert!(error.to_string().contains("\"files\""));
/// assert_eq!(files.count(), 2);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitGroupError {
    /// The count would fall below zero: more `done` than `add`.
    Underflow {
        /// The wait group's name; empty if it has none.
        name: String,
        /// The count, unchanged.
        count: u32,
        /// The change that was refused.
        delta: i64,
    },
    /// The count would exceed `u32::MAX`.
    Overflow {
        /// The wait group's name; empty if it has none.
        name: String,
        /// The count, unchanged.
        count: u32,
        /// The change that was refused.
        delta: i64,
    },
}

impl fmt::Display for WaitGroupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, count, delta, outcome) = match self {
            Self::Underflow { name, count, delta } => {
                (name, count, delta, "below zero: there were more `done` than `add`")
            }
            Self::Overflow { name, count, delta } => (name, count, delta, "above u32::MAX"),
        };
        f.write_str("wait group ")?;
        if !name.is_empty() {
            write!(f, "{name:?} ")?;
        }
        write!(f, "has a count of {count}, and adding {delta} would take it {outcome}")
    }
}

impl Error for WaitGroupError {}
