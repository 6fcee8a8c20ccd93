//! All primitives of one host, as the frames told them.

use super::entry::Entry;
use super::history::Ticks;
use super::places::Places;
use super::threads::{ThreadSeen, Threads};
use crate::wire::{Changes, Refused, RowId};
use std::cell::OnceCell;
use std::collections::BTreeSet;

/// Of so many primitives the past is kept for a chart from the beginning: it may take 16 KiB each.
const TRACKED: usize = 1024;

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
    /// The places of those that may be part of a problem: most are not, and need not be looked at for that.
    notable: BTreeSet<usize>,
    places: Places,
    /// All places, by kind and name; made when it is asked for.
    by_id: OnceCell<Vec<usize>>,
    /// How often a primitive came or went.
    arrivals: u64,
    ticks: Ticks,
    threads: Threads,
    refused: Vec<Refused>,
    generation: u64,
    /// How long the host's agent took for the last answer, if it says so.
    took_us: Option<u64>,
    /// Numbers the full answers, so that what one did not mention can be told.
    fulls: u64,
    in_full: bool,
}

impl Store {
    /// Takes in one page. The last page of an answer ends a moment.
    pub fn apply(&mut self, page: Changes) {
        if page.full {
            self.fulls += 1;
            self.in_full = true;
        }
        match page.refused {
            Some(refused) => self.refused = refused,
            // On the last page, if there is anybody.
            None if self.in_full && !page.more => self.refused.clear(),
            None => {}
        }
        self.ticks.begin(page.at_us);
        for row in page.rows {
            if let Some(place) = self.places.get(&row.id, &self.entries) {
                let entry = &mut self.entries[place];
                self.threads.note(Some(entry.row()), &row, page.at_us);
                entry.replace(row, &self.ticks);
                entry.seen = self.fulls;
                if entry.is_notable() {
                    self.notable.insert(place);
                } else {
                    self.notable.remove(&place);
                }
            } else {
                self.threads.note(None, &row, page.at_us);
                self.places.insert(&row.id, self.entries.len());
                let mut entry = Entry::new(row, page.at_us, self.fulls);
                if self.entries.len() < TRACKED {
                    entry.keep_track();
                }
                if entry.is_notable() {
                    self.notable.insert(self.entries.len());
                }
                self.entries.push(entry);
                self.note_arrival();
            }
        }
        for id in &page.gone {
            self.remove(id);
        }
        if !page.more {
            self.took_us = page.took_us;
            self.finish(page.generation);
        }
    }

    fn finish(&mut self, generation: u64) {
        if std::mem::take(&mut self.in_full) {
            let (fulls, number) = (self.fulls, self.entries.len());
            for old in self.entries.iter().filter(|entry| entry.seen != fulls) {
                self.threads.forget(old.row(), self.ticks.now_us());
            }
            self.entries.retain(|entry| entry.seen == fulls);
            if self.entries.len() < number {
                self.note_arrival();
                self.places = Places::of(&self.entries);
                let places = 0..self.entries.len();
                self.notable = places.filter(|at| self.entries[*at].is_notable()).collect();
            }
        }
        self.generation = generation;
        self.ticks.end();
    }

    /// From now on the past of this primitive is kept for a chart, if it is not already.
    pub fn keep_track(&mut self, id: &RowId) {
        if let Some(place) = self.places.get(id, &self.entries) {
            self.entries[place].keep_track();
        }
    }

    fn note_arrival(&mut self) {
        self.arrivals += 1;
        self.by_id.take();
    }

    fn remove(&mut self, id: &RowId) {
        let Some(place) = self.places.swap_remove(id, &self.entries) else { return };
        self.note_arrival();
        let gone = self.entries.swap_remove(place);
        self.threads.forget(gone.row(), self.ticks.now_us());
        self.notable.remove(&place);
        // The last one has its place now.
        if self.notable.remove(&self.entries.len()) {
            self.notable.insert(place);
        }
    }

    /// All entries, in no order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of one primitive.
    pub fn get(&self, id: &RowId) -> Option<&Entry> {
        self.place(id).map(|place| &self.entries[place])
    }

    /// The place of one primitive among the entries.
    pub fn place(&self, id: &RowId) -> Option<usize> {
        self.places.get(id, &self.entries)
    }

    /// The places of all entries, by kind and name.
    pub fn by_id(&self) -> &[usize] {
        self.by_id.get_or_init(|| {
            let id = |at: usize| &self.entries[at].row().id;
            let mut by_id: Vec<usize> = (0..self.entries.len()).collect();
            by_id.sort_unstable_by(|a, b| id(*a).cmp(id(*b)));
            by_id
        })
    }

    /// Another number whenever a primitive came or went.
    pub fn arrivals(&self) -> u64 {
        self.arrivals
    }

    /// The entries that may be part of a problem, and their places. Whoever is blocked is blocked on one of these.
    pub(super) fn notable(&self) -> impl Iterator<Item = (usize, &Entry)> {
        self.notable.iter().map(|place| (*place, &self.entries[*place]))
    }

    /// All threads that were seen to be blocked, in no order.
    pub fn threads(&self) -> &[ThreadSeen] {
        self.threads.all()
    }

    /// The place of a thread among them, by its id.
    pub fn place_of_thread(&self, id: &str) -> Option<usize> {
        self.threads.place(id)
    }

    /// Who was refused a name, the last one last.
    pub fn refused(&self) -> &[Refused] {
        &self.refused
    }

    /// The moments of which all is known.
    pub fn ticks(&self) -> &Ticks {
        &self.ticks
    }

    /// The host's clock at the last frame.
    pub fn at_us(&self) -> u64 {
        self.ticks.now_us()
    }

    /// How long the host's agent took for the last whole answer, in microseconds, if it says so.
    pub fn took_us(&self) -> Option<u64> {
        self.took_us
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
            call_sites: None,
        }
    }

    fn names(store: &Store) -> Vec<&str> {
        let mut names: Vec<&str> =
            store.entries().iter().map(|entry| entry.row().id.name.as_str()).collect();
        names.sort_unstable();
        names
    }

    fn page(generation: u64, full: bool, rows: Vec<Row>, gone: Vec<RowId>) -> Changes {
        Changes {
            at_us: generation * 1_000_000,
            generation,
            full,
            rows,
            gone,
            ..Changes::default()
        }
    }

    #[test]
    fn rows_and_tombstones_add_up() {
        let mut store = Store::default();
        store.apply(page(1, true, vec![row("a", 1), row("b", 2), row("c", 3)], vec![]));
        store.apply(page(2, false, vec![row("b", 5)], vec![row("a", 0).id]));
        assert_eq!(names(&store), ["b", "c"]);
        let b = store.get(&row("b", 0).id).unwrap();
        assert_eq!(b.row().state, State::Atomic { value: 5 });
        assert_eq!(b.rate(store.ticks()), Some(3.0));
        assert_eq!(
            store.get(&row("c", 0).id).unwrap().rate(store.ticks()),
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
        assert_eq!(store.entries()[0].rate(store.ticks()), Some(0.0));
    }

    #[test]
    fn the_farthest_jump_of_an_atomic_does_not_overflow() {
        let mut store = Store::default();
        store.apply(page(1, true, vec![row("a", i64::MIN)], vec![]));
        store.apply(page(2, false, vec![row("a", i64::MAX)], vec![]));
        store.apply(page(3, false, vec![row("a", i64::MIN)], vec![]));
        assert!(store.entries()[0].rate(store.ticks()).unwrap() > 0.0);
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
    fn who_was_refused_is_known_until_there_is_other_news() {
        let refused = || Refused {
            id: row("a", 1).id,
            message: "no".into(),
            location: at(7),
            times: 1,
            last_us: 5,
        };
        let mut store = Store::default();
        store.apply(Changes { refused: Some(vec![refused()]), ..page(1, true, vec![], vec![]) });
        store.apply(page(2, false, vec![], vec![]));
        store.apply(Changes { more: true, ..page(3, true, vec![], vec![]) });
        assert_eq!(store.refused(), [refused()], "the answer is not complete yet");
        store.apply(page(3, false, vec![], vec![]));
        assert!(store.refused().is_empty(), "everything was told, and this was not");
    }

    #[test]
    fn each_is_found_wherever_it_is_after_others_have_gone() {
        let name = |number: usize| format!("n{number}");
        let id = |number: usize| row(&name(number), 0).id;
        let all: Vec<Row> = (0..40).map(|number| row(&name(number), number as i64)).collect();
        let mut store = Store::default();
        store.apply(page(1, true, all.clone(), vec![]));
        let mut there = [true; 40];
        // The first, the last, those in between; one that comes again.
        for (at, gone) in [0, 39, 38, 7, 1, 0, 20, 37].into_iter().enumerate() {
            let again = if at == 4 { vec![all[0].clone()] } else { vec![] };
            there[0] |= at == 4;
            there[gone] = false;
            store.apply(page(2 + at as u64, false, again, vec![id(gone)]));
            for (number, there) in there.into_iter().enumerate() {
                let found = store.get(&id(number)).map(|entry| entry.row().id.name.as_str());
                assert_eq!(found, there.then_some(name(number)).as_deref());
            }
        }
        store.apply(page(20, true, all[5..9].to_vec(), vec![]));
        assert_eq!(store.entries().len(), 4);
        assert!(store.get(&id(7)).is_some() && store.get(&id(9)).is_none());
    }

    #[test]
    fn the_notable_ones_are_known_wherever_they_are_after_others_have_gone() {
        let name = |number: u64| format!("n{number}");
        let all = (0..40).map(|number| Row { getters: number % 3, ..row(&name(number), 0) });
        let all: Vec<Row> = all.collect();
        let mut store = Store::default();
        store.apply(page(1, true, all.clone(), vec![]));
        for (at, gone) in [0, 39, 38, 7, 1, 20, 37].into_iter().enumerate() {
            // One of those that are left is notable no more, or has come to be.
            let other = Row { getters: 1 - all[30 - at].getters.min(1), ..all[30 - at].clone() };
            store.apply(page(2 + at as u64, false, vec![other], vec![all[gone].id.clone()]));
            let all = store.entries().iter().enumerate();
            let notable = all.filter(|(_, entry)| entry.row().getters > 0).map(|(place, _)| place);
            assert!(store.notable().map(|(place, _)| place).eq(notable));
        }
        store.apply(page(20, true, all[5..9].to_vec(), vec![]));
        assert_eq!(store.notable().count(), 3, "5, 7 and 8");
    }

    #[test]
    fn an_unknown_tombstone_is_ignored() {
        let mut store = Store::default();
        store.apply(page(1, false, vec![row("a", 1)], vec![row("ghost", 0).id]));
        assert_eq!(names(&store), ["a"]);
    }
}
