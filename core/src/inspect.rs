//! What an observer may know about a primitive: a snapshot made from what the primitive keeps anyway.
//!
//! Nothing here counts for the observer's sake. A queue's index words already hold how many items ever
//! went in and out, and a waiter writes down where it blocked on the slow path only. Taking an
//! [`Inspection`] needs no cooperation from any other thread, so it works while all of them are stuck.

use std::fmt;

use crate::site::Site;
use crate::sync::{Instant, StdArc};

/// The four kinds of primitive. Names are unique within a kind.
///
/// ```
/// use named_sync::Kind;
/// assert_eq!(Kind::WaitGroup.to_string(), "wait group");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An [`Atomic`](crate::Atomic).
    Atomic,
    /// A [`Shared`](crate::Shared).
    Shared,
    /// A [`WaitGroup`](crate::WaitGroup).
    WaitGroup,
    /// A [`Queue`](crate::Queue).
    Queue,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Kind::Atomic => "atomic",
            Kind::Shared => "shared",
            Kind::WaitGroup => "wait group",
            Kind::Queue => "queue",
        })
    }
}

/// A snapshot of one primitive: what it is, what it holds, and who is blocked on it.
///
/// The snapshot is not atomic across its fields: the host goes on while it is taken. Each single field
/// was true at some moment during the call.
///
/// ```
/// use named_sync::{Registry, State};
/// let registry = Registry::new();
/// registry.atomic("requests", 7);
/// let inspection = registry.inspect().remove(0);
/// assert_eq!(&*inspection.name, "requests");
/// assert!(matches!(inspection.state, State::Atomic { value: 7, .. }));
/// assert!(inspection.waiters.is_empty());
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Inspection {
    /// Which kind of primitive this is.
    pub kind: Kind,
    /// The name under which it was created; empty for a primitive made without a name.
    pub name: StdArc<str>,
    /// The element type of a queue or shared variable, as the compiler names it; `i64` for an atomic.
    pub type_name: &'static str,
    /// The line that created it.
    pub created_at: Site,
    /// What it holds.
    pub state: State,
    /// Everybody who is blocked on it, longest in line first within each operation.
    pub waiters: Vec<Waiter>,
    /// Which lines changed the count, if this is a wait group that is [tracked](crate::WaitGroup::tracked).
    pub call_sites: Option<Vec<CallSite>>,
}

impl Inspection {
    /// Gives the state of a shared variable its text.
    pub(crate) fn set_text(&mut self, text: String) {
        if let State::Shared { value, .. } = &mut self.state {
            *value = text;
        }
    }
}

/// What a primitive holds at the moment of an [`Inspection`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// State of an [`Atomic`](crate::Atomic).
    #[non_exhaustive]
    Atomic {
        /// The current value.
        value: i64,
    },
    /// State of a [`Shared`](crate::Shared).
    #[non_exhaustive]
    Shared {
        /// How many times the value was replaced.
        version: u64,
        /// The value's `Debug` text, cut after [`VALUE_LIMIT`] bytes (with `…` at the cut).
        value: String,
    },
    /// State of a [`WaitGroup`](crate::WaitGroup).
    #[non_exhaustive]
    WaitGroup {
        /// How many `done` are outstanding.
        count: u32,
        /// How many times the count came back to zero (modulo 2^31).
        generation: u32,
    },
    /// State of a [`Queue`](crate::Queue).
    #[non_exhaustive]
    Queue {
        /// How many items it holds.
        size: usize,
        /// Its bound, or `None` if it has none.
        capacity: Option<usize>,
        /// How many items ever went in.
        puts: u64,
        /// How many items ever came out.
        gets: u64,
        /// Whether it was closed.
        closed: bool,
    },
}

/// A line that changed the count of a [tracked](crate::WaitGroup::tracked) wait group, and by how much.
///
/// Nobody knows which `add` a `done` belongs to; only what a guard takes off belongs to the line that made the guard. A
/// change is told here just before it is one of the count, or is refused. Of a wait group 256 lines are kept, those that
/// came first.
///
/// ```
/// let files = named_sync::WaitGroup::tracked();
/// files.add(3);
/// let site = &files.inspect().call_sites.unwrap()[0];
/// assert_eq!((site.added, site.taken_off, site.guards), (3, 0, 0));
/// assert_eq!(site.location.file(), file!());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallSite {
    /// The line.
    pub location: Site,
    /// How much it ever added.
    pub added: u64,
    /// How much it, or the guards that it made, ever took off.
    pub taken_off: u64,
    /// How many guards it made that are still there.
    pub guards: u64,
}

/// How many bytes of a shared value's `Debug` text an [`Inspection`] keeps.
pub const VALUE_LIMIT: usize = 256;

/// The operation in which a [`Waiter`] is blocked.
///
/// ```
/// assert_eq!(named_sync::Operation::Get.to_string(), "get");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Taking an item from an empty queue.
    Get,
    /// Putting an item into a full queue.
    Put,
    /// Waiting for a wait group to reach zero.
    Wait,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Operation::Get => "get",
            Operation::Put => "put",
            Operation::Wait => "wait",
        })
    }
}

/// Somebody who is blocked on a primitive.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Waiter {
    /// What it is trying to do.
    pub operation: Operation,
    /// Whether a thread is parked or an async task has returned `Pending`.
    pub is_task: bool,
    /// The name of the thread that blocked (of a task: the thread that polled it first), if it has one.
    pub thread_name: Option<String>,
    /// The id of that thread, as its `Debug` text: `ThreadId(7)`.
    pub thread_id: String,
    /// The line that called the blocking operation.
    pub location: Site,
    /// When the operation first blocked.
    pub since: Instant,
}
