//! What each thread of the host is blocked on, or was the last time that it was seen to be.
//!
//! Of a thread that never blocks nothing is known: the host tells of those who are blocked.

use super::{Filter, Store};
use crate::wire::{Blocked, Row, RowId};
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

/// So many are kept. A host that starts a thread for each job has no end of them.
const KEPT: usize = 4096;

/// A thread that was seen to be blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadSeen {
    /// What it was blocked on.
    pub on: RowId,
    /// The call.
    pub blocked: Blocked,
    /// When that was told.
    at_us: u64,
    /// When it was first seen not to be blocked there any more.
    left_us: Option<u64>,
}

impl ThreadSeen {
    /// Its name, or its id if it has none.
    pub fn name(&self) -> &str {
        self.blocked.name()
    }

    /// Whether it is blocked there still.
    pub fn is_blocked(&self) -> bool {
        self.left_us.is_none()
    }

    /// For how long it has been blocked, or how long ago it was last seen to be, at host time `now_us`.
    pub fn age_us(&self, now_us: u64) -> u64 {
        match self.left_us {
            Some(left_us) => now_us.saturating_sub(left_us),
            None => self.blocked.blocked_us.saturating_add(now_us.saturating_sub(self.at_us)),
        }
    }
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Threads {
    seen: Vec<ThreadSeen>,
    places: HashMap<String, usize>,
}

fn threads(row: &Row) -> impl Iterator<Item = &Blocked> {
    // Tasks share threads.
    row.blocked.iter().filter(|blocked| !blocked.task)
}

/// Whether all are listed. Of a list that was cut nobody knows who is not on it.
fn is_whole(row: &Row) -> bool {
    row.blocked.len() as u64 >= row.blocked_count()
}

impl Threads {
    /// What is told of a primitive now, and what was told of it before.
    pub(super) fn note(&mut self, old: Option<&Row>, new: &Row, at_us: u64) {
        if let Some(old) = old
            && !old.blocked.is_empty()
            && is_whole(new)
        {
            let still: HashSet<&str> =
                threads(new).map(|blocked| blocked.thread_id.as_str()).collect();
            let has_left = |id: &str| !still.contains(id);
            if is_whole(old) {
                let gone = threads(old).filter(|old| has_left(&old.thread_id));
                gone.for_each(|blocked| self.leave(blocked, &new.id, at_us));
            } else {
                // Nor was there anybody to say so of those before.
                let there = self.seen.iter_mut().filter(|seen| seen.on == new.id);
                for seen in there.filter(|seen| has_left(&seen.blocked.thread_id)) {
                    seen.left_us.get_or_insert(at_us);
                }
            }
        }
        for blocked in threads(new) {
            let seen =
                ThreadSeen { on: new.id.clone(), blocked: blocked.clone(), at_us, left_us: None };
            if let Some(place) = self.places.get(&blocked.thread_id) {
                self.seen[*place] = seen;
            } else if self.seen.len() < KEPT {
                self.places.insert(blocked.thread_id.clone(), self.seen.len());
                self.seen.push(seen);
            }
        }
    }

    /// Nothing more is told of a primitive.
    pub(super) fn forget(&mut self, row: &Row, at_us: u64) {
        threads(row).for_each(|blocked| self.leave(blocked, &row.id, at_us));
    }

    fn leave(&mut self, blocked: &Blocked, on: &RowId, at_us: u64) {
        let Some(place) = self.places.get(&blocked.thread_id) else { return };
        // It may be blocked on something else by now, of which was told first.
        let seen = &mut self.seen[*place];
        if seen.on == *on {
            seen.left_us.get_or_insert(at_us);
        }
    }

    pub(super) fn all(&self) -> &[ThreadSeen] {
        &self.seen
    }

    pub(super) fn place(&self, id: &str) -> Option<usize> {
        self.places.get(id).copied()
    }
}

/// The places of the threads that pass the filter: those that are blocked, the longest first, and then the others, the
/// last seen first.
pub fn arrange_threads(store: &Store, filter: &Filter, last_first: bool) -> Vec<usize> {
    let (all, now_us) = (store.threads(), store.at_us());
    let passes = |thread: &ThreadSeen| {
        filter.is_empty()
            || store
                .get(&thread.on)
                .is_some_and(|entry| filter.accepts_wait(entry, &thread.blocked, store.ticks()))
    };
    let mut order: Vec<usize> = (0..all.len()).filter(|at| passes(&all[*at])).collect();
    order.sort_by_cached_key(|at| {
        let thread = &all[*at];
        let age = thread.age_us(now_us);
        let age = if thread.is_blocked() { Reverse(age) } else { Reverse(u64::MAX - age) };
        (!thread.is_blocked(), age, thread.name().to_owned(), thread.blocked.thread_id.clone())
    });
    if last_first {
        order.reverse();
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Changes, Kind, Location, Operation, State};

    fn blocked(thread: &str, blocked_us: u64) -> Blocked {
        Blocked {
            operation: Operation::Get,
            task: false,
            thread: Some(thread.into()),
            thread_id: format!("id of {thread}"),
            location: Location { file: "src/main.rs".into(), line: 7 },
            blocked_us,
        }
    }

    fn queue(name: &str, blocked: Vec<Blocked>) -> Row {
        let created_at = Location { file: "src/lib.rs".into(), line: 1 };
        let id = RowId { kind: Kind::Queue, name: name.into(), type_name: "u8".into(), created_at };
        let state = State::Queue { size: 0, capacity: None, puts: 0, gets: 0, closed: false };
        let getters = blocked.len() as u64;
        Row { getters, blocked, ..Row::idle(id, state) }
    }

    fn told(store: &mut Store, at_us: u64, rows: Vec<Row>, gone: Vec<RowId>) {
        let generation = store.generation() + 1;
        store.apply(Changes { at_us, generation, rows, gone, ..Changes::default() });
    }

    /// Name, on what, whether blocked, and for how long.
    fn shown(store: &Store) -> Vec<(&str, &str, bool, u64)> {
        let order = arrange_threads(store, &Filter::default(), false);
        let threads = order.into_iter().map(|at| &store.threads()[at]);
        let now_us = store.at_us();
        threads.map(|t| (t.name(), t.on.name.as_str(), t.is_blocked(), t.age_us(now_us))).collect()
    }

    #[test]
    fn a_thread_is_followed_from_one_primitive_to_the_next() {
        let mut store = Store::default();
        told(&mut store, 100, vec![queue("a", vec![blocked("x", 30), blocked("y", 50)])], vec![]);
        assert_eq!(shown(&store), [("y", "a", true, 50), ("x", "a", true, 30)]);
        told(&mut store, 150, vec![], vec![]);
        assert_eq!(shown(&store), [("y", "a", true, 100), ("x", "a", true, 80)]);
        // Of x it is told that it is elsewhere before it is told that it has left.
        let rows = vec![queue("b", vec![blocked("x", 10)]), queue("a", vec![])];
        told(&mut store, 200, rows, vec![]);
        assert_eq!(shown(&store), [("x", "b", true, 10), ("y", "a", false, 0)]);
        told(&mut store, 240, vec![], vec![queue("b", vec![]).id]);
        assert_eq!(shown(&store), [("x", "b", false, 0), ("y", "a", false, 40)]);
    }

    #[test]
    fn who_is_not_on_a_list_that_was_cut_has_not_left() {
        let mut store = Store::default();
        told(&mut store, 100, vec![queue("a", vec![blocked("x", 30)])], vec![]);
        told(
            &mut store,
            200,
            vec![Row { getters: 2, ..queue("a", vec![blocked("y", 60)]) }],
            vec![],
        );
        assert!(shown(&store).iter().all(|thread| thread.2), "{:?}", shown(&store));
        told(&mut store, 300, vec![queue("a", vec![blocked("y", 160)])], vec![]);
        assert_eq!(shown(&store), [("y", "a", true, 160), ("x", "a", false, 0)]);
    }

    #[test]
    fn tasks_are_no_threads_and_no_end_of_threads_is_not_kept() {
        let mut store = Store::default();
        let mut rows = vec![blocked("task", 1)];
        rows[0].task = true;
        rows.extend((0..KEPT + 9).map(|number| blocked(&number.to_string(), 5)));
        told(&mut store, 100, vec![queue("a", rows)], vec![]);
        assert_eq!(shown(&store).len(), KEPT);
        assert!(shown(&store).iter().all(|thread| thread.0 != "task"));
    }

    #[test]
    fn a_filter_is_of_the_call() {
        let mut store = Store::default();
        let rows = vec![queue("a", vec![blocked("x", 30)]), queue("b", vec![blocked("y", 50)])];
        told(&mut store, 100, rows, vec![]);
        let names = |text: &str| {
            let order = arrange_threads(&store, &Filter::new(text), false);
            order.into_iter().map(|at| store.threads()[at].name().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(names("thread:x"), ["x"]);
        assert_eq!(names("b"), ["y"]);
        assert_eq!(names("wait>40us"), ["y"]);
    }
}
