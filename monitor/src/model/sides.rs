//! Who was seen on which side of a queue: blocked in `get`, or blocked in `put`.
//!
//! It is all that can be known of who might come: a queue has no owner, and of those who never block nobody tells.

use crate::wire::{Blocked, Location, Operation, Row};
use std::collections::BTreeMap;

/// So many of a side are kept, less one: of more nobody says that these are all.
const KEPT: usize = 64;

/// Where a thread was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenThere {
    /// The thread's name, or its id if it has none.
    pub thread: String,
    /// The line that blocked.
    pub location: Location,
}

/// Threads by their ids.
type Side = BTreeMap<String, SeenThere>;

/// The two sides.
#[derive(Clone, Debug, Default)]
pub(super) struct Sides {
    getters: Side,
    putters: Side,
    /// On which side a task was seen: it may come on any thread.
    tasks: [bool; 2],
}

impl Sides {
    pub(super) fn note(&mut self, row: &Row) {
        let [get, put] = &mut self.tasks;
        for blocked in &row.blocked {
            let (side, tasks) = match blocked.operation {
                Operation::Get => (&mut self.getters, &mut *get),
                Operation::Put => (&mut self.putters, &mut *put),
                Operation::Wait => continue,
            };
            if blocked.task {
                *tasks = true;
            } else {
                note(side, blocked);
            }
        }
    }

    /// Whether a task was seen to wait in this operation.
    pub(super) fn has_tasks(&self, operation: Operation) -> bool {
        match operation {
            Operation::Get => self.tasks[0],
            Operation::Put => self.tasks[1],
            Operation::Wait => false,
        }
    }

    /// Those who were seen to be blocked in this operation, by their ids; none if there were too many to keep.
    pub(super) fn of(&self, operation: Operation) -> &Side {
        static NOBODY: Side = Side::new();
        let side = match operation {
            Operation::Get => &self.getters,
            Operation::Put => &self.putters,
            Operation::Wait => &NOBODY,
        };
        if side.len() < KEPT { side } else { &NOBODY }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.getters.is_empty() && self.putters.is_empty()
    }
}

fn note(side: &mut Side, blocked: &Blocked) {
    if let Some(seen) = side.get_mut(&blocked.thread_id) {
        if seen.location != blocked.location {
            seen.location.clone_from(&blocked.location);
        }
    } else if side.len() < KEPT {
        let thread = blocked.name().to_owned();
        let seen = SeenThere { thread, location: blocked.location.clone() };
        side.insert(blocked.thread_id.clone(), seen);
    }
}
