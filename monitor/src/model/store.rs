//! All primitives of one host, as the frames told them.

use super::entry::Entry;
use crate::wire::{Changes, RowId};
use std::collections::HashMap;

/// Takes in pages of changes and keeps what they add up to.
///
/// ```
/// use syncmon::model::Store;
/// use syncmon::wire::Changes;
/// let mut store = Store::default();
/// store.apply(Changes { at_us: 10, generation: 1, full: true, ..Changes::default() });
/// assert_eq!((store.generation(), store.at_us(), store.entries().len()), (1, 10, 0));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Store {
    entries: Vec<Entry>,
    places: HashMap<RowId, usize>,
    at_us: u64,
    generation: u64,
    /// Numbers the full answers, so that what one did not mention can be told.
    fulls: u64,
    in_full: bool,
}

impl Store {
    /// Takes in one page. The last page of an answer takes a sample of every entry.
    pub fn apply(&mut self, page: Changes) {
        if page.full {
            self.fulls += 1;
            self.in_full = true;
        }
        self.at_us = page.at_us;
        for row in page.rows {
            if let Some(place) = self.places.get(&row.id) {
                let entry = &mut self.entries[*place];
                entry.replace(row, page.at_us);
                entry.seen = self.fulls;
            } else {
                self.places.insert(row.id.clone(), self.entries.len());
                self.entries.push(Entry::new(row, page.at_us, self.fulls));
            }
        }
        for id in &page.gone {
            self.remove(id);
        }
        if !page.more {
            self.finish(page.generation);
        }
    }

    fn finish(&mut self, generation: u64) {
        if std::mem::take(&mut self.in_full) {
            let fulls = self.fulls;
            self.entries.retain(|entry| entry.seen == fulls);
            self.places = self
                .entries
                .iter()
                .enumerate()
                .map(|(place, entry)| (entry.row().id.clone(), place))
                .collect();
        }
        self.generation = generation;
        for entry in &mut self.entries {
            entry.sample(self.at_us);
        }
    }

    fn remove(&mut self, id: &RowId) {
        let Some(place) = self.places.remove(id) else { return };
        self.entries.swap_remove(place);
        if let Some(moved) = self.entries.get(place) {
            self.places.insert(moved.row().id.clone(), place);
        }
    }

    /// All entries, in no order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of one primitive.
    pub fn get(&self, id: &RowId) -> Option<&Entry> {
        self.places.get(id).map(|place| &self.entries[*place])
    }

    /// The host's clock at the last frame.
    pub fn at_us(&self) -> u64 {
        self.at_us
    }

    /// The generation of the last whole answer: what to ask for next.
    pub fn generation(&self) -> u64 {
        self.generation
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Blocked, Kind, Location, Operation, Row, State};

    fn at(line: u32) -> Location {
        Location { file: "src/main.rs".into(), line }
    }

    fn row(name: &str, value: i64) -> Row {
        Row {
            id: RowId {
                kind: Kind::Atomic,
                name: name.into(),
                type_name: "i64".into(),
                created_at: at(1),
            },
            state: State::Atomic { value },
            putters: 0,
            getters: 0,
            waiters: 0,
            blocked: vec![],
        }
    }

    fn names(store: &Store) -> Vec<&str> {
        let mut names: Vec<&str> =
            store.entries().iter().map(|entry| entry.row().id.name.as_str()).collect();
        names.sort_unstable();
        names
    }

    fn page(generation: u64, full: bool, rows: Vec<Row>, gone: Vec<RowId>) -> Changes {
        Changes { at_us: generation * 1_000_000, generation, full, more: false, rows, gone }
    }

    #[test]
    fn rows_and_tombstones_add_up() {
        let mut store = Store::default();
        store.apply(page(1, true, vec![row("a", 1), row("b", 2), row("c", 3)], vec![]));
        store.apply(page(2, false, vec![row("b", 5)], vec![row("a", 0).id]));
        assert_eq!(names(&store), ["b", "c"]);
        let b = store.get(&row("b", 0).id).unwrap();
        assert_eq!(b.row().state, State::Atomic { value: 5 });
        assert_eq!(b.rate(), Some(3.0));
        assert_eq!(
            store.get(&row("c", 0).id).unwrap().rate(),
            Some(0.0),
            "no news is a sample too"
        );
        assert!(store.get(&row("a", 0).id).is_none());
    }

    #[test]
    fn a_full_answer_drops_what_it_does_not_mention_once_its_last_page_is_in() {
        let mut store = Store::default();
        store.apply(page(1, true, vec![row("a", 1), row("b", 2)], vec![]));
        store.apply(Changes { more: true, ..page(2, true, vec![row("b", 2)], vec![]) });
        assert_eq!(names(&store), ["a", "b"], "the answer is not complete yet");
        store.apply(page(2, false, vec![row("c", 2)], vec![]));
        assert_eq!(names(&store), ["b", "c"]);
        assert_eq!(store.get(&row("b", 0).id).unwrap().row().id.name, "b");
    }

    #[test]
    fn a_counter_that_goes_back_is_no_activity() {
        let shared = |version| Row {
            id: RowId { kind: Kind::Shared, ..row("s", 0).id },
            state: State::Shared { version, value: String::new() },
            ..row("s", 0)
        };
        let mut store = Store::default();
        store.apply(page(1, true, vec![shared(100)], vec![]));
        store.apply(page(2, false, vec![shared(0)], vec![]));
        assert_eq!(store.entries()[0].rate(), Some(0.0));
    }

    #[test]
    fn the_farthest_jump_of_an_atomic_does_not_overflow() {
        let mut store = Store::default();
        store.apply(page(1, true, vec![row("a", i64::MIN)], vec![]));
        store.apply(page(2, false, vec![row("a", i64::MAX)], vec![]));
        store.apply(page(3, false, vec![row("a", i64::MIN)], vec![]));
        assert!(store.entries()[0].rate().unwrap() > 0.0);
    }

    #[test]
    fn an_age_grows_with_the_hosts_clock_though_the_row_is_not_sent_again() {
        let mut waiting = row("a", 1);
        waiting.getters = 1;
        waiting.blocked = vec![Blocked {
            operation: Operation::Get,
            task: false,
            thread: None,
            thread_id: "ThreadId(2)".into(),
            location: at(9),
            blocked_us: 500,
        }];
        let mut store = Store::default();
        store.apply(page(1, true, vec![waiting], vec![]));
        store.apply(page(3, false, vec![], vec![]));
        assert_eq!(store.entries()[0].longest_us(store.at_us()), Some(2_000_500));
    }

    #[test]
    fn an_unknown_tombstone_is_ignored() {
        let mut store = Store::default();
        store.apply(page(1, false, vec![row("a", 1)], vec![row("ghost", 0).id]));
        assert_eq!(names(&store), ["a"]);
    }
}
