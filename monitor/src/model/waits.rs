//! Everybody who is blocked, on whatever it is.

use super::{Entry, Filter, Store};
use crate::wire::{Blocked, Location, RowId};
use std::cmp::Ordering;

/// A blocked call, by its place in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitAt {
    entry: usize,
    blocked: usize,
}

impl WaitAt {
    /// The call, and what it is blocked on.
    ///
    /// # Panics
    ///
    /// If the store is another one, or has changed since [`arrange_waits`].
    pub fn look_up(self, store: &Store) -> Wait<'_> {
        let entry = &store.entries()[self.entry];
        Wait { entry, blocked: &entry.row().blocked[self.blocked] }
    }
}

/// A blocked call.
#[derive(Clone, Copy, Debug)]
pub struct Wait<'a> {
    /// What it is blocked on.
    pub entry: &'a Entry,
    /// The call.
    pub blocked: &'a Blocked,
}

/// What makes a blocked call the same one in two frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitId {
    /// What it is blocked on.
    pub on: RowId,
    thread_id: String,
    task: bool,
    location: Location,
}

impl Wait<'_> {
    /// For how long, at host time `now_us`.
    pub fn age_us(&self, now_us: u64) -> u64 {
        self.entry.aged(self.blocked.blocked_us, now_us)
    }

    /// The thread's name, or its id if it has none.
    pub fn thread(&self) -> &str {
        self.blocked.name()
    }

    /// Which one it is.
    pub fn id(&self) -> WaitId {
        WaitId {
            on: self.entry.row().id.clone(),
            thread_id: self.blocked.thread_id.clone(),
            task: self.blocked.task,
            location: self.blocked.location.clone(),
        }
    }

    /// Whether it is this one.
    pub fn is(&self, id: &WaitId) -> bool {
        let blocked = self.blocked;
        (blocked.task, &blocked.thread_id, &blocked.location)
            == (id.task, &id.thread_id, &id.location)
            && self.entry.row().id == id.on
    }
}

/// What to order blocked calls by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WaitKey {
    /// Those who wait longest first.
    #[default]
    Longest,
    /// The thread's name.
    Thread,
    /// What they are blocked on.
    Primitive,
    /// The line that blocks.
    Place,
}

impl WaitKey {
    /// All of them, in the order in which the key cycles.
    pub const ALL: [WaitKey; 4] =
        [WaitKey::Longest, WaitKey::Thread, WaitKey::Primitive, WaitKey::Place];

    /// The word for it on the screen.
    pub fn label(self) -> &'static str {
        match self {
            WaitKey::Longest => "longest",
            WaitKey::Thread => "thread",
            WaitKey::Primitive => "primitive",
            WaitKey::Place => "place",
        }
    }
}

/// An order of blocked calls: a key and a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitSort {
    /// What to order by.
    pub key: WaitKey,
    /// Whether the largest comes first.
    pub descending: bool,
}

impl Default for WaitSort {
    fn default() -> Self {
        WaitSort { key: WaitKey::Longest, descending: true }
    }
}

impl WaitSort {
    /// The next key, in its natural direction.
    pub fn next(self) -> Self {
        let at = WaitKey::ALL.iter().position(|key| *key == self.key).unwrap_or(0);
        let key = WaitKey::ALL[(at + 1) % WaitKey::ALL.len()];
        WaitSort { key, descending: key == WaitKey::Longest }
    }

    /// By this key in its natural direction, or the other way round if it is by this key already.
    pub fn by(self, key: WaitKey) -> Self {
        if key == self.key {
            self.reversed()
        } else {
            WaitSort { key, descending: key == WaitKey::Longest }
        }
    }

    /// The same key the other way round.
    pub fn reversed(self) -> Self {
        WaitSort { descending: !self.descending, ..self }
    }

    fn compare(self, a: &Wait<'_>, b: &Wait<'_>, now_us: u64) -> Ordering {
        let ordering = match self.key {
            WaitKey::Longest => a.age_us(now_us).cmp(&b.age_us(now_us)),
            WaitKey::Thread => a.thread().cmp(b.thread()),
            WaitKey::Primitive => a.entry.row().id.cmp(&b.entry.row().id),
            WaitKey::Place => a.blocked.location.cmp(&b.blocked.location),
        };
        let ordering = if self.descending { ordering.reverse() } else { ordering };
        // Ties are broken, so that lines that are equal do not dance.
        ordering
            .then_with(|| a.thread().cmp(b.thread()))
            .then_with(|| a.entry.row().id.cmp(&b.entry.row().id))
            .then_with(|| a.blocked.thread_id.cmp(&b.blocked.thread_id))
    }
}

/// The blocked calls that pass the filter, in the order asked for.
pub fn arrange_waits(store: &Store, filter: &Filter, sort: WaitSort) -> Vec<WaitAt> {
    let now_us = store.at_us();
    let mut order: Vec<WaitAt> = Vec::new();
    for (entry, its) in store.notable() {
        let blocked = its.row().blocked.iter().enumerate();
        let passes =
            blocked.filter(|(_, blocked)| filter.accepts_wait(its, blocked, store.ticks()));
        order.extend(passes.map(|(blocked, _)| WaitAt { entry, blocked }));
    }
    order.sort_by(|a, b| sort.compare(&a.look_up(store), &b.look_up(store), now_us));
    order
}

/// How many are blocked in all, also those whom the host did not list.
pub fn count_waits(store: &Store) -> u64 {
    store.notable().map(|(_, entry)| entry.row().blocked_count()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Changes, Kind, Operation, Row, State};

    fn blocked(thread: &str, line: u32, blocked_us: u64) -> Blocked {
        Blocked {
            operation: Operation::Get,
            task: false,
            thread: Some(thread.into()),
            thread_id: format!("ThreadId({line})"),
            location: Location { file: "src/main.rs".into(), line },
            blocked_us,
        }
    }

    fn queue(name: &str, blocked: Vec<Blocked>) -> Row {
        let created_at = Location { file: "src/lib.rs".into(), line: 1 };
        let id = RowId { kind: Kind::Queue, name: name.into(), type_name: "u8".into(), created_at };
        let state = State::Queue { size: 0, capacity: None, puts: 0, gets: 0, closed: false };
        // As if the host had listed only the longest.
        Row { getters: blocked.len() as u64 + 3, blocked, ..Row::idle(id, state) }
    }

    fn store() -> Store {
        let mut store = Store::default();
        let jobs = queue("jobs", vec![blocked("b", 7, 500), blocked("c", 9, 200)]);
        store.apply(Changes {
            at_us: 1000,
            generation: 1,
            full: true,
            rows: vec![jobs, queue("empty", vec![])],
            ..Changes::default()
        });
        // Half a millisecond later: who was sent before has waited for longer meanwhile.
        store.apply(Changes {
            at_us: 1500,
            generation: 2,
            rows: vec![queue("acks", vec![blocked("a", 8, 800)])],
            ..Changes::default()
        });
        store
    }

    fn threads(filter: &str, sort: WaitSort) -> Vec<String> {
        let (store, filter) = (store(), Filter::new(filter));
        let order = arrange_waits(&store, &filter, sort);
        order.into_iter().map(|at| at.look_up(&store).thread().to_owned()).collect()
    }

    #[test]
    fn each_key_orders_by_what_it_says() {
        let by = |key, descending| threads("", WaitSort { key, descending });
        assert_eq!(threads("", WaitSort::default()), ["b", "a", "c"], "1000, 800 and 700 us");
        assert_eq!(by(WaitKey::Thread, true), ["c", "b", "a"]);
        assert_eq!(by(WaitKey::Primitive, false), ["a", "b", "c"]);
        assert_eq!(by(WaitKey::Place, false), ["b", "a", "c"]);
    }

    #[test]
    fn the_keys_come_round() {
        let mut sort = WaitSort::default();
        for _ in WaitKey::ALL {
            sort = sort.next();
        }
        assert_eq!(sort, WaitSort::default());
        assert!(!sort.reversed().descending);
    }

    #[test]
    fn a_filter_is_about_the_call_and_what_it_is_blocked_on() {
        let shown = |filter| threads(filter, WaitSort::default());
        assert_eq!(shown("jobs"), ["b", "c"]);
        assert_eq!(shown("thread:b"), ["b"]);
        assert_eq!(shown("!thread:b jobs"), ["c"]);
        assert_eq!(shown("at:main.rs:9"), ["c"]);
        assert_eq!(shown("at:lib.rs"), [""; 0], "that is where it was created");
        assert_eq!(shown("wait>=800us"), ["b", "a"]);
        assert_eq!(shown("waiters>4"), ["b", "c"]);
    }

    #[test]
    fn those_whom_the_host_did_not_list_count() {
        assert_eq!(count_waits(&store()), 2 + 1 + 3 * 3);
    }

    #[test]
    fn a_call_is_the_same_while_it_is_blocked() {
        let store = store();
        let order = arrange_waits(&store, &Filter::default(), WaitSort::default());
        let id = order[0].look_up(&store).id();
        let same: Vec<bool> = order.iter().map(|at| at.look_up(&store).is(&id)).collect();
        assert_eq!(same, [true, false, false]);
    }
}
