//! What happens to the table in the middle of a walk along it: names are removed, made anew and moved just when one of
//! them is met. Other threads do that when they please; here it is done by what is met.

use std::collections::BTreeMap;
use std::panic::Location;
use std::rc::{Rc, Weak};

use proptest::prelude::*;

use super::*;
use crate::Atomic;
use crate::identity::Identity;
use crate::inspect::State;
use crate::registry::Names;
use crate::sync::{Cell, Mutex};

/// A handle that does what is due when it is met.
#[derive(Clone)]
struct Trap {
    atomic: Atomic,
    table: Weak<Table>,
    asked: Cell<usize>,
}

/// How often a handle is asked for what is inside when it is met. Before the last time that is brought into the cache.
const ASKED: usize = 3;

impl Handle for Trap {
    fn inside(&self) -> &(dyn Observed + 'static) {
        self.asked.set(self.asked.get() + 1);
        if self.asked.get().is_multiple_of(ASKED)
            && let Some(table) = self.table.upgrade()
        {
            table.is_met();
        }
        self.atomic.inside()
    }
}

#[derive(Default)]
struct Table {
    names: Names<Trap>,
    due: Mutex<Due>,
    counts: Mutex<Counts>,
}

/// What is to be done after how many more are met; the last is the next.
type Due = Vec<(usize, Vec<Change>)>;

#[derive(Default)]
struct Counts {
    /// How many were ever made: each has another value.
    made: i64,
    /// How many names the table was made for.
    largest: usize,
}

type Name = usize;

#[derive(Clone, Copy, Debug)]
enum Change {
    /// By one of two lines, unless it is there.
    Make(Name, usize),
    Remove(Name),
    /// Now and then it is what it was.
    Add(Name, i64),
    /// So many new names that there must be more buckets. Mostly they go at once: then all that is left of it is that
    /// others were moved.
    Grow {
        by: usize,
        and_shrink: bool,
    },
}

impl Table {
    fn is_met(self: &Rc<Self>) {
        let mut due = self.due.lock();
        match due.last_mut() {
            Some((0, _)) => {
                let (_, changes) = due.pop().expect("it is there");
                drop(due);
                changes.into_iter().for_each(|change| self.make(change));
            }
            Some((more, _)) => *more -= 1,
            None => {}
        }
    }

    fn make(self: &Rc<Self>, change: Change) {
        let first = Location::caller();
        let lines = [first, Location::caller()];
        match change {
            Change::Make(name, line) => {
                let mut counts = self.counts.lock();
                let value = counts.made;
                counts.made += 1;
                drop(counts);
                let make = |name| Trap {
                    atomic: Atomic::with_identity(Identity::named(name, lines[line]), value),
                    table: Rc::downgrade(self),
                    asked: Cell::new(0),
                };
                self.names.get_or_insert(&name.to_string(), |_| (), make);
            }
            Change::Remove(name) => {
                self.names.remove(&name.to_string());
            }
            Change::Add(name, by) => {
                self.names.get(&name.to_string(), |trap| trap.atomic.add(1_000_000 * by));
            }
            Change::Grow { by, and_shrink } => {
                // It never gets smaller.
                let mut counts = self.counts.lock();
                counts.largest += by;
                let first = 1_000_000 + counts.made as usize;
                let fleeting = first..first + counts.largest;
                drop(counts);
                fleeting.clone().for_each(|name| self.make(Change::Make(name, 0)));
                if and_shrink {
                    fleeting.for_each(|name| self.make(Change::Remove(name)));
                }
            }
        }
    }

    fn truth(&self) -> Known {
        let mut rows = Vec::new();
        self.names.inspect(&mut rows);
        rows.iter().map(known).collect()
    }
}

/// Of each name, and the line that made it, the value.
type Known = BTreeMap<(String, u32), i64>;

fn known(row: &Inspection) -> ((String, u32), i64) {
    let State::Atomic { value, .. } = row.state else { panic!("{row:?}") };
    ((row.name.to_string(), row.created_at.line()), value)
}

/// Looks at this one table, in the way that an observer does.
fn look(table: &Table, met: &mut Met, seen: &mut Seen, told: &mut Known) -> Result<(), String> {
    let mut news = News::default();
    let walked = met.walk(Kind::Atomic, &table.names, seen, &mut news);
    seen.write(&mut news, |value| value.to_string());
    take_in([walked], [met], seen, &mut news);
    let number = news.look.changed.len();
    let changed: Known = news.look.changed.iter().map(known).collect();
    if changed.len() != number {
        return Err("told twice".to_owned());
    }
    for gone in news.look.gone {
        let id = (gone.name.to_string(), gone.created_at.line());
        if changed.contains_key(&id) {
            return Err(format!("gone and changed: {id:?}"));
        }
        told.remove(&id).ok_or(format!("gone and never was: {id:?}"))?;
    }
    told.extend(changed);
    Ok(())
}

/// Few names, so that more than one thing happens to the same.
fn changes() -> impl Strategy<Value = Vec<Change>> {
    let name = || 0..4_usize;
    let make = (name(), 0..2_usize).prop_map(|(name, line)| vec![Change::Make(name, line)]);
    let remove = name().prop_map(|name| vec![Change::Remove(name)]);
    let add = (name(), -1..=1_i64).prop_map(|(name, by)| vec![Change::Add(name, by)]);
    let anew = (name(), 0..2_usize)
        .prop_map(|(name, line)| vec![Change::Remove(name), Change::Make(name, line)]);
    let grow = (prop::sample::select(&[70, 300]), prop::bool::weighted(0.8))
        .prop_map(|(by, and_shrink)| vec![Change::Grow { by, and_shrink }]);
    prop::collection::vec(prop_oneof![make, remove, add, anew, grow], 1..4)
        .prop_map(|changes| changes.concat())
}

/// What is due in one look, in which so many are met.
fn due(met: usize) -> impl Strategy<Value = Due> {
    let grow = |by| Change::Grow { by, and_shrink: true };
    let anew = |name, line| vec![Change::Remove(name), Change::Make(name, line)];
    // What was met before is what was moved, and what changed.
    let move_only = (0..met, any::<bool>()).prop_map(move |(when, changes)| {
        let changes = (0..4).filter(|_| changes).map(|name| Change::Add(name, 1));
        let by = if met < 10 { 300 } else { 70 };
        vec![(when, changes.chain([grow(by)]).collect())]
    });
    // It is met for the first time after it was made anew, and once more as what it was.
    let ways = (0..4_usize, 0..2_usize, 0..met, 0..met);
    let there_and_back = ways.prop_map(move |(name, line, then, first)| {
        let back = [anew(name, line), vec![grow(300)]].concat();
        vec![(then, back), (first / 2, anew(name, 1 - line))]
    });
    let anything = prop::collection::vec((0..met.div_ceil(3), changes()), 0..10);
    prop_oneof![1 => move_only, 1 => there_and_back, 2 => anything]
}

/// How many names there are at first, what is due in some looks, and what is added to some numbers after each.
fn course() -> impl Strategy<Value = (usize, Vec<(Due, i64)>)> {
    let looks = |names| prop::collection::vec((due(names), -1..=0_i64), 1..4);
    prop_oneof![1..10_usize, 260..400_usize].prop_flat_map(move |names| (Just(names), looks(names)))
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(400)
    })]

    #[test]
    fn whatever_becomes_of_names_while_they_are_met_the_next_quiet_look_tells(
        (names, looks) in course()
    ) {
        let table = Rc::new(Table::default());
        // More than are found together, so that a walk has several parts; whether or not there is much in them.
        let most = 300.max(names);
        table.counts.lock().largest = most;
        (0..most).for_each(|name| table.make(Change::Make(name, 0)));
        (names..most).for_each(|name| table.make(Change::Remove(name)));
        let (mut met, mut seen, mut told) = (Met::default(), Seen::default(), Known::new());
        // In the first look all are new.
        for (due, back) in looks {
            (0..4).for_each(|name| table.make(Change::Add(name, 2)));
            *table.due.lock() = due;
            look(&table, &mut met, &mut seen, &mut told).map_err(TestCaseError::fail)?;
            table.due.lock().clear();
            // Some may now be what they were when they were met first.
            (0..4).for_each(|name| table.make(Change::Add(name, back)));
            look(&table, &mut met, &mut seen, &mut told).map_err(TestCaseError::fail)?;
            prop_assert_eq!(&told, &table.truth());
            prop_assert_eq!((seen.len(), met.len()), (told.len(), told.len()), "more is kept");
        }
    }
}
