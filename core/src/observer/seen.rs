//! What was seen of the primitives of one kind, and how that is compared.
//!
//! As long as no name was entered or removed, what was seen is still where it was. Nothing then needs to be looked at
//! but the words of each primitive. They are looked at in the order of their addresses, which is kind to the caches,
//! and the processor fetches those of many at a time.
//!
//! Otherwise the table is walked along, in its own order, which mostly is the same as the last time: so it is compared
//! with what was met then, side by side. Whatever was inserted, removed or moved is noted down on the way, and put in
//! order in the end.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::panic::Location;

use super::{Gone, Handle, Look, Observed, SharedValue};
use crate::inspect::{Inspection, Kind, Waiter};
use crate::registry::{Names, Shown};
use crate::sync::StdArc;

/// How many known ones may be missing in a row before what comes after them is not recognised at once.
const AHEAD: usize = 32;

/// Shared variables that are fetched before the first of them is looked at.
const TOGETHER: usize = 64;

/// How many texts of shared values that were not replaced are written anew in each look.
const REWRITTEN: usize = 64;

#[derive(Default)]
pub(super) struct Seen {
    /// In the order of their addresses.
    known: Vec<Known>,
    /// What is rarely looked at, of the same ones.
    details: Vec<Details>,
    /// The same ones in the order of the table, by their hashes and their places here.
    met: Vec<(u64, usize)>,
    shown: Shown,
    /// Whose text is to be written anew next.
    turn: usize,
}

// SAFETY: what the pointers lead to is shared by the handles of a registry, which is `Sync`.
unsafe impl Send for Seen {}
// SAFETY: as above; and nothing is done by a `&Seen` but to tell the names.
unsafe impl Sync for Seen {}

/// What is looked at each time, and nothing more: it is the memory of all of these that takes the time.
struct Known {
    words: [u64; 2],
    /// Alive as long as the names are as they were shown, and in the reading in which that was found out.
    inside: *const (dyn Observed + 'static),
}

struct Details {
    /// Its address tells primitives of one name apart: it is not freed as long as we have it.
    name: StdArc<str>,
    type_name: &'static str,
    created_at: &'static Location<'static>,
    /// Who was blocked, if anybody.
    waiters: Vec<Waiter>,
    /// The text of a shared value.
    text: String,
}

/// One that was not expected where it was met.
struct Arrival {
    /// Before which of those that were met.
    at: usize,
    hash: u64,
    known: Known,
    details: Details,
}

/// A text to be written.
struct Unwritten {
    inspection: Inspection,
    value: SharedValue,
    whose: Whose,
    /// Nothing else of it has changed.
    is_known: bool,
}

enum Whose {
    Known(usize),
    Arrival(usize),
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.details.iter().map(|details| &details.name)).finish()
    }
}

impl Known {
    fn of(inside: &(dyn Observed + 'static)) -> Self {
        Self { words: inside.glance().words, inside }
    }
}

impl Details {
    fn of(inspection: &Inspection) -> Self {
        Self {
            name: StdArc::clone(&inspection.name),
            type_name: inspection.type_name,
            created_at: inspection.created_at,
            waiters: inspection.waiters.clone(),
            text: String::new(),
        }
    }

    /// Whether it is this very one.
    fn is_of(&self, inside: &dyn Observed) -> bool {
        inside.identity().shared_name().is_some_and(|name| StdArc::ptr_eq(name, &self.name))
    }

    /// Whether it was created at that line, with that type.
    fn is_like(&self, other: &Self) -> bool {
        self.created_at == other.created_at && self.type_name == other.type_name
    }

    fn gone(&self, kind: Kind) -> Gone {
        let name = StdArc::clone(&self.name);
        Gone { kind, name, type_name: self.type_name, created_at: self.created_at }
    }
}

impl Seen {
    /// Tells what has changed.
    ///
    /// # Safety
    ///
    /// They are the same names each time.
    pub(super) unsafe fn look<H: Handle>(
        &mut self,
        kind: Kind,
        names: &Names<H>,
        look: &mut Look,
        write: impl FnMut(SharedValue) -> String,
    ) {
        let mut walk = Walk {
            seen: self,
            kind,
            look,
            at: 0,
            missing: Vec::new(),
            arrived: Vec::new(),
            unwritten: Vec::new(),
        };
        let shown = walk.seen.shown;
        let is_unchanged = names.if_unchanged(shown, || {
            // SAFETY: the names, which are the same as ever, are as they were shown.
            let inside = |known: &Known| unsafe { &*known.inside };
            let number = walk.seen.known.len();
            for first in (0..number).step_by(TOGETHER) {
                let together = first..number.min(first + TOGETHER);
                if kind == Kind::Shared {
                    walk.seen.known[together.clone()]
                        .iter()
                        .map(inside)
                        .for_each(Observed::fetch_ahead);
                }
                for place in together {
                    walk.compare(place, inside(&walk.seen.known[place]));
                }
            }
            walk.at = walk.seen.met.len();
        });
        if !is_unchanged {
            walk.seen.shown = names.show_all(|hash, handle| walk.meet(hash, handle.inside()));
        }
        let Walk { at, mut missing, mut arrived, unwritten, .. } = walk;
        missing.extend(at..self.met.len());
        self.write(unwritten, &mut arrived, look, write);
        self.turn = self.turn.wrapping_add(REWRITTEN);
        if missing.is_empty() && arrived.is_empty() {
            return;
        }
        if self.shown.more_buckets {
            self.forget_twins(&missing, &mut arrived);
        }
        self.tell_gone(kind, &missing, &arrived, look);
        self.put_in_order(&missing, arrived);
    }

    /// Has the texts written, and tells of those that are new.
    fn write(
        &mut self,
        unwritten: Vec<Unwritten>,
        arrived: &mut [Arrival],
        look: &mut Look,
        mut write: impl FnMut(SharedValue) -> String,
    ) {
        for Unwritten { mut inspection, value, whose, is_known } in unwritten {
            let written = write(value);
            let old = match whose {
                Whose::Known(at) => &mut self.details[at].text,
                Whose::Arrival(at) => &mut arrived[at].details.text,
            };
            if is_known && *old == written {
                continue;
            }
            old.clone_from(&written);
            inspection.set_text(written);
            look.changed.push(inspection);
        }
    }

    /// Takes out of the arrivals what was met twice: it was moved to a later bucket in between.
    fn forget_twins(&self, missing: &[usize], arrived: &mut Vec<Arrival>) {
        let address = |details: &Details| StdArc::as_ptr(&details.name).addr();
        let mut twice = BTreeSet::new();
        let mut missing = missing.iter().copied().peekable();
        for (at, &(_, place)) in self.met.iter().enumerate() {
            if missing.next_if_eq(&at).is_none() {
                twice.insert(address(&self.details[place]));
            }
        }
        arrived.retain(|arrival| twice.insert(address(&arrival.details)));
    }

    /// Tells of those that are missing and were not made anew.
    fn tell_gone(&self, kind: Kind, missing: &[usize], arrived: &[Arrival], look: &mut Look) {
        let by_hash: BTreeMap<u64, &Details> =
            arrived.iter().map(|arrival| (arrival.hash, &arrival.details)).collect();
        for &at in missing {
            let (hash, place) = self.met[at];
            let details = &self.details[place];
            let anew = by_hash.get(&hash);
            if !anew.is_some_and(|anew| anew.name == details.name && anew.is_like(details)) {
                look.gone.push(details.gone(kind));
            }
        }
    }

    fn put_in_order(&mut self, missing: &[usize], arrived: Vec<Arrival>) {
        let mut known = std::mem::take(&mut self.known);
        let mut details: Vec<Option<Details>> =
            std::mem::take(&mut self.details).into_iter().map(Some).collect();
        let mut met = Vec::with_capacity(self.met.len() + arrived.len() - missing.len());
        let mut arrived = arrived.into_iter().peekable();
        let mut missing = missing.iter().copied().peekable();
        for at in 0..=self.met.len() {
            while let Some(arrival) = arrived.next_if(|arrival| arrival.at == at) {
                met.push((arrival.hash, known.len()));
                known.push(arrival.known);
                details.push(Some(arrival.details));
            }
            if missing.next_if_eq(&at).is_none() {
                met.extend(self.met.get(at));
            }
        }

        // Which of those that were met is at which place.
        let mut order: Vec<usize> = (0..met.len()).collect();
        order.sort_by_key(|&at| known[met[at].1].inside.addr());
        for (place, &at) in order.iter().enumerate() {
            let old = std::mem::replace(&mut met[at].1, place);
            self.known.push(Known { ..known[old] });
            self.details.extend(details[old].take());
        }
        self.met = met;
    }

    /// Whether it is this one's turn to be written anew.
    fn is_in_turn(&self, place: usize) -> bool {
        let number = self.known.len();
        (place + number - self.turn % number) % number < REWRITTEN
    }
}

/// One look, on its way.
struct Walk<'a> {
    seen: &'a mut Seen,
    kind: Kind,
    look: &'a mut Look,
    /// Which of those that were met the last time is expected next.
    at: usize,
    /// Those that were not met again.
    missing: Vec<usize>,
    arrived: Vec<Arrival>,
    unwritten: Vec<Unwritten>,
}

impl Walk<'_> {
    fn meet(&mut self, hash: u64, inside: &(dyn Observed + 'static)) {
        let ahead = self.seen.met[self.at..].iter().take(AHEAD);
        let Some(passed) = ahead.map(|met| met.0).position(|met| met == hash) else {
            return self.arrive(hash, inside);
        };
        self.missing.extend(self.at..self.at + passed);
        let place = self.seen.met[self.at + passed].1;
        self.at += passed + 1;
        if self.seen.details[place].is_of(inside) {
            self.compare(place, inside);
        } else {
            self.replace(place, inside);
        }
    }

    /// Compares a known one with what it is now.
    fn compare(&mut self, place: usize, inside: &(dyn Observed + 'static)) {
        inside.identity().look();
        let glance = inside.glance();
        let known = &mut self.seen.known[place];
        let is_same = known.words == glance.words;
        if is_same && !glance.has_waiters {
            if self.kind == Kind::Shared && self.seen.is_in_turn(place) {
                let (inspection, value) = inside.inspect_unwritten();
                self.tell(inspection, value, Whose::Known(place), true);
            }
            return;
        }
        known.words = glance.words;
        let (inspection, value) = inside.inspect_unwritten();
        let waiters = &mut self.seen.details[place].waiters;
        if is_same && is_same_line(waiters, &inspection.waiters) {
            return;
        }
        waiters.clone_from(&inspection.waiters);
        self.tell(inspection, value, Whose::Known(place), false);
    }

    /// Another one has taken the name of a known one.
    fn replace(&mut self, place: usize, inside: &(dyn Observed + 'static)) {
        self.seen.known[place] = Known::of(inside);
        let (inspection, value) = inside.inspect_unwritten();
        let new = Details::of(&inspection);
        let old = std::mem::replace(&mut self.seen.details[place], new);
        if !old.is_like(&self.seen.details[place]) {
            self.look.gone.push(old.gone(self.kind));
        }
        self.tell(inspection, value, Whose::Known(place), false);
    }

    fn arrive(&mut self, hash: u64, inside: &(dyn Observed + 'static)) {
        inside.identity().look();
        let known = Known::of(inside);
        let (inspection, value) = inside.inspect_unwritten();
        let details = Details::of(&inspection);
        self.tell(inspection, value, Whose::Arrival(self.arrived.len()), false);
        self.arrived.push(Arrival { at: self.at, hash, known, details });
    }

    fn tell(
        &mut self,
        inspection: Inspection,
        value: Option<SharedValue>,
        whose: Whose,
        is_known: bool,
    ) {
        match value {
            Some(value) => self.unwritten.push(Unwritten { inspection, value, whose, is_known }),
            None => self.look.changed.push(inspection),
        }
    }
}

/// Whether the same are blocked in the same operations. For how long follows from since when.
fn is_same_line(old: &[Waiter], new: &[Waiter]) -> bool {
    old.len() == new.len()
        && old.iter().zip(new).all(|(old, new)| {
            old.since == new.since
                && old.operation == new.operation
                && old.is_task == new.is_task
                && old.thread_id == new.thread_id
                && old.location == new.location
        })
}
