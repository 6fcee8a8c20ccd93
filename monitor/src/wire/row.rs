//! One primitive as it travels: what [`named_sync::Inspection`] says, without pointers and clocks.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// What makes a row the same row in two frames.
///
/// A name alone would not do: a primitive may be removed and its name given to another one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RowId {
    /// Which kind of primitive.
    pub kind: Kind,
    /// Its name, unique within the kind at any one moment.
    pub name: String,
    /// The element type, as the host's compiler names it.
    pub type_name: Cow<'static, str>,
    /// The line that created it.
    pub created_at: Location,
}

/// A line of the host that asked for a name and was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// What had the name then. If nothing had, it is what was asked for, at the line that asked.
    #[serde(flatten)]
    pub id: RowId,
    /// What the caller was told.
    pub message: String,
    /// The line that asked.
    #[serde(flatten)]
    pub location: Location,
    /// How many times it was refused.
    pub times: u64,
    /// When that was the last time, by the clock of [`Changes::at_us`](super::Changes::at_us); below zero before the
    /// agent was started.
    pub last_us: i64,
}

/// The four kinds of primitive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A number.
    Atomic,
    /// A value that is replaced whole.
    Shared,
    /// A count that threads wait on to reach zero.
    WaitGroup,
    /// A queue of items.
    Queue,
}

impl Kind {
    /// The word for it on the screen.
    pub fn label(self) -> &'static str {
        match self {
            Kind::Atomic => "atomic",
            Kind::Shared => "shared",
            Kind::WaitGroup => "wait group",
            Kind::Queue => "queue",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.label())
    }
}

/// A place in the host's source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Location {
    /// The file, as the host's compiler was given it.
    pub file: Cow<'static, str>,
    /// The line, from 1.
    pub line: u32,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A primitive at the moment of a frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "FlatRow")]
pub struct Row {
    /// Which primitive.
    #[serde(flatten)]
    pub id: RowId,
    /// What it holds.
    pub state: State,
    /// How many are blocked in `put`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub putters: u64,
    /// How many are blocked in `get`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub getters: u64,
    /// How many are blocked in `wait`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub waiters: u64,
    /// Those who are blocked, longest first. The agent cuts a long list; the three counts are complete.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocked: Vec<Blocked>,
    /// Which lines changed the count, if it is a wait group that is tracked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_sites: Option<Vec<CallSite>>,
}

/// A [`Row`] as it is read: all fields side by side. With `flatten`, serde would keep a copy of each row's text to look in
/// for the fields of the id, which takes longer than all the rest.
#[derive(Deserialize)]
struct FlatRow {
    kind: Kind,
    name: String,
    type_name: Cow<'static, str>,
    created_at: Location,
    state: State,
    #[serde(default)]
    putters: u64,
    #[serde(default)]
    getters: u64,
    #[serde(default)]
    waiters: u64,
    #[serde(default)]
    blocked: Vec<Blocked>,
    #[serde(default)]
    call_sites: Option<Vec<CallSite>>,
}

impl From<FlatRow> for Row {
    fn from(row: FlatRow) -> Self {
        let FlatRow { kind, name, type_name, created_at, state, .. } = row;
        let FlatRow { putters, getters, waiters, blocked, call_sites, .. } = row;
        let id = RowId { kind, name, type_name, created_at };
        Row { id, state, putters, getters, waiters, blocked, call_sites }
    }
}

impl Row {
    /// A primitive on which nobody is blocked.
    pub fn idle(id: RowId, state: State) -> Self {
        let blocked = Vec::new();
        Row { id, state, putters: 0, getters: 0, waiters: 0, blocked, call_sites: None }
    }
}

/// A line that changed the count of a wait group, and by how much.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallSite {
    /// The line.
    #[serde(flatten)]
    pub location: Location,
    /// How much it ever added.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub added: u64,
    /// How much it, or the guards that it made, ever took off.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub taken_off: u64,
    /// How many guards it made that are still held.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub guards: u64,
}

impl Row {
    /// How many are blocked on it in all.
    pub fn blocked_count(&self) -> u64 {
        self.putters.saturating_add(self.getters).saturating_add(self.waiters)
    }

    /// For how long the one who waits longest had been blocked when the frame was made.
    pub fn longest_us(&self) -> Option<u64> {
        self.blocked.iter().map(|blocked| blocked.blocked_us).max()
    }
}

/// What a primitive holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// State of an atomic.
    Atomic {
        /// The value.
        value: i64,
    },
    /// State of a shared value.
    Shared {
        /// How many times it was replaced.
        version: u64,
        /// Its `Debug` text, cut if long.
        value: String,
    },
    /// State of a wait group.
    WaitGroup {
        /// How many `done` are outstanding.
        count: u32,
        /// How many times it came back to zero.
        generation: u32,
    },
    /// State of a queue.
    Queue {
        /// How many items it holds.
        size: u64,
        /// Its bound, if it has one.
        capacity: Option<u64>,
        /// How many items ever went in.
        puts: u64,
        /// How many items ever came out.
        gets: u64,
        /// Whether it was closed.
        closed: bool,
    },
}

/// Somebody who is blocked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocked {
    /// In which operation.
    pub operation: Operation,
    /// Whether it is an async task rather than a thread.
    #[serde(default, skip_serializing_if = "is_false")]
    pub task: bool,
    /// The thread's name, if it has one (of a task: the thread that polled it first).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<String>,
    /// The thread's id as the host prints it.
    pub thread_id: String,
    /// The line that blocks.
    #[serde(flatten)]
    pub location: Location,
    /// For how long, in microseconds, when the frame was made. An age, so that clocks need not agree.
    pub blocked_us: u64,
}

impl Blocked {
    /// The thread's name, or its id if it has none.
    pub fn name(&self) -> &str {
        self.thread.as_deref().unwrap_or(&self.thread_id)
    }
}

/// The operations one can be blocked in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Taking from an empty queue.
    Get,
    /// Putting into a full queue.
    Put,
    /// Waiting for a wait group.
    Wait,
}

impl Operation {
    /// The word for it on the screen.
    pub fn label(self) -> &'static str {
        match self {
            Operation::Get => "get",
            Operation::Put => "put",
            Operation::Wait => "wait",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.label())
    }
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

fn is_false(flag: &bool) -> bool {
    !flag
}
