//! What has to be answered: known from the line, from what was answered before, and from what the host is.

use std::collections::BTreeMap;
use std::sync::Arc;

use named_sync::{Inspection, Kind, Site, State, Waiter};
use syncmon::wire::{self, Changes, ErrorCode, Frame, MAJOR, PROTOCOL, Row, RowId};

/// What makes a primitive the same primitive in two answers.
type Key = (Kind, Arc<str>, &'static str, Site);

/// A longer name is cut.
const NAME_LIMIT: usize = 1024;

/// What a viewer knows.
#[derive(Default)]
pub(super) struct Told {
    pub(super) generation: u64,
    known: BTreeMap<Key, Inspection>,
    at_us: u64,
}

#[derive(Debug)]
pub(super) enum Answer {
    Hello,
    Error(ErrorCode),
    Changes { generation: u64, full: bool, rows: Vec<(Key, Inspection, bool)>, gone: Vec<Key> },
}

impl Told {
    /// The answer to a question. From here on the viewer is taken to have heard it.
    pub(super) fn changes(&mut self, since: u64, inspections: Vec<Inspection>) -> Answer {
        let full = since == 0 || since != self.generation;
        self.generation += 1;
        let key =
            |row: &Inspection| (row.kind, row.name.clone(), row.type_name, row.created_at.clone());
        let now: BTreeMap<Key, _> = inspections.into_iter().map(|row| (key(&row), row)).collect();
        let before = std::mem::replace(&mut self.known, now);
        let is_news = |(key, row): &(&Key, &Inspection)| {
            full || before.get(key).is_none_or(|before| !is_same(before, row))
        };
        let rows =
            self.known.iter().map(|(key, row)| (key.clone(), row.clone(), is_news(&(key, row))));
        let gone = before.keys().filter(|key| !full && !self.known.contains_key(*key));
        Answer::Changes {
            generation: self.generation,
            full,
            rows: rows.collect(),
            gone: gone.cloned().collect(),
        }
    }

    /// The agent's clock goes on.
    pub(super) fn hears(&mut self, at_us: Option<u64>) {
        let at_us = at_us.unwrap_or(self.at_us);
        assert!(at_us >= self.at_us, "the agent's clock went back");
        self.at_us = at_us;
    }
}

fn is_same(one: &Inspection, other: &Inspection) -> bool {
    let who = |waiter: &Waiter| (waiter.operation, waiter.since);
    one.state == other.state && one.waiters.iter().map(who).eq(other.waiters.iter().map(who))
}

impl Answer {
    /// What came is these pages, or this frame if it is something else.
    pub(super) fn assert_is(self, frame: Option<Frame>, pages: &[Changes]) {
        match (self, frame) {
            (Self::Hello, Some(Frame::Hello(hello))) => {
                assert_eq!((hello.protocol.as_str(), hello.major), (PROTOCOL, MAJOR));
                assert_eq!(hello.pid, std::process::id());
            }
            (Self::Error(code), Some(Frame::Error(error))) => {
                assert_eq!(error.code, code, "{}", error.message);
                assert!(!error.message.is_empty());
            }
            (Self::Changes { generation, full, rows, gone }, None) => {
                let (last, others) = pages.split_last().expect("a page");
                assert!(!last.more && others.iter().all(|page| page.more));
                for (number, page) in pages.iter().enumerate() {
                    assert_eq!(page.generation, generation);
                    assert_eq!(page.at_us, last.at_us, "one look, many pages");
                    assert_eq!(page.full, full && number == 0);
                    assert!(page.rows.len() <= 256, "a page of {} rows", page.rows.len());
                }
                assert_rows(pages, &rows);
                assert_gone(pages, &gone);
            }
            (expected, other) => panic!("{other:?} and {} pages for {expected:?}", pages.len()),
        }
    }
}

/// Of those there are, each that is news has come, and of the others some may have: what was removed and made anew, or
/// changed and is again what it was. Both are ordered by kind and name. (The one long name is not so long that its cut
/// would change that.)
fn assert_rows(pages: &[Changes], expected: &[(Key, Inspection, bool)]) {
    let mut rows: Vec<&Row> = pages.iter().flat_map(|page| &page.rows).collect();
    rows.sort_by_key(|row| &row.id);
    let mut rows = rows.into_iter().peekable();
    for (key, inspection, is_news) in expected {
        let Some(row) = rows.next_if(|row| is_of(&row.id, key)) else {
            assert!(!is_news, "{key:?} has not come");
            continue;
        };
        assert_id(&row.id, key);
        assert_row(row, inspection, pages[0].at_us);
    }
    assert_eq!(rows.next(), None, "there is no such row");
}

/// Whether it is meant to be that one.
fn is_of(id: &RowId, (kind, name, type_name, created_at): &Key) -> bool {
    let start = id.name.split('…').next().unwrap_or(&id.name);
    id.kind.label() == kind.to_string()
        && (id.name == **name || name.len() > NAME_LIMIT && name.starts_with(start))
        && id.type_name == *type_name
        && (&*id.created_at.file, id.created_at.line) == (created_at.file(), created_at.line())
}

fn assert_gone(pages: &[Changes], expected: &[Key]) {
    let mut gone: Vec<&RowId> = pages.iter().flat_map(|page| &page.gone).collect();
    gone.sort();
    assert_eq!(gone.len(), expected.len(), "gone");
    gone.iter().zip(expected).for_each(|(id, key)| assert_id(id, key));
}

fn assert_id(id: &RowId, (kind, name, type_name, created_at): &Key) {
    assert_eq!(id.kind.label(), kind.to_string());
    assert_eq!(id.type_name, *type_name);
    assert_location(&id.created_at, created_at);
    if name.len() <= NAME_LIMIT {
        assert_eq!(id.name, **name);
    } else {
        assert!(id.name.len() <= NAME_LIMIT, "{} bytes of a name", id.name.len());
        let (start, digest) = id.name.split_once('…').expect("a mark at the cut");
        assert!(name.starts_with(start) && start.len() + 64 > NAME_LIMIT, "{start}");
        assert_eq!(digest.len(), "#0123456789abcdef".len());
    }
}

fn assert_location(sent: &wire::Location, location: &Site) {
    assert_eq!((&*sent.file, sent.line), (location.file(), location.line()));
}

fn assert_row(row: &Row, inspection: &Inspection, at_us: u64) {
    let state = match &inspection.state {
        State::Atomic { value, .. } => wire::State::Atomic { value: *value },
        State::Shared { version, value, .. } => {
            wire::State::Shared { version: *version, value: value.clone() }
        }
        State::WaitGroup { count, generation, .. } => {
            wire::State::WaitGroup { count: *count, generation: *generation }
        }
        State::Queue { size, capacity, puts, gets, closed, .. } => wire::State::Queue {
            size: *size as u64,
            capacity: capacity.map(|capacity| capacity as u64),
            puts: *puts,
            gets: *gets,
            closed: *closed,
        },
        other => panic!("{other:?}"),
    };
    assert_eq!(row.state, state);
    let (group, queue) = (inspection.kind == Kind::WaitGroup, inspection.kind == Kind::Queue);
    let waiting = inspection.waiters.len() as u64;
    assert_eq!(row.putters, 0);
    assert_eq!(row.getters, if queue { waiting } else { 0 });
    assert_eq!(row.waiters, if group { waiting } else { 0 });
    assert_eq!(row.blocked.len(), inspection.waiters.len());
    for (blocked, waiter) in row.blocked.iter().zip(&inspection.waiters) {
        assert_eq!(blocked.operation.label(), waiter.operation.to_string());
        assert!(blocked.task);
        assert_eq!(blocked.thread, waiter.thread_name);
        assert_eq!(blocked.thread_id, waiter.thread_id);
        assert_location(&blocked.location, &waiter.location);
        assert!(blocked.blocked_us <= at_us, "blocked before there was an agent");
    }
}
