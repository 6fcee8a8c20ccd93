//! What was seen of each primitive, and how that is compared.
//!
//! As long as no name was entered or removed, every primitive is where it was. Nothing then needs to be looked at but
//! the words of each, in the order of their addresses, whatever their kinds: so each page of memory is come to once, and
//! what is to come can be brought into the cache. Those that may have changed, mostly few, are come to once more.

use std::collections::BTreeSet;
use std::fmt;

use super::glance::{FETCHED_TOGETHER, UNKNOWN, WordsAt, fetch_together, fetch_whole};
use super::value::each_fetched;
use super::{Glance, Gone, Look, Observed, SharedValue};
use crate::inspect::{CallSite, Inspection, Kind, State, Waiter};
use crate::site::Site;
use crate::sync::{self, StdArc, fault};
use crate::wait_group;

/// While so many are looked at, as many that follow are brought into the cache. With many more, what is asked for is more
/// than the processor has on its way at a time.
const TOGETHER: usize = if sync::MODEL_CHECKED { 1 } else { 16 };

/// Among how many the texts of shared values that were not replaced are written anew in each look.
const REWRITTEN: usize = 256;

#[derive(Default)]
pub(super) struct Seen {
    /// In the order of their addresses; behind them those that have just arrived.
    known: Vec<Known>,
    /// What is rarely looked at, of the same ones, wherever they are: there is much of it to be moved.
    details: Vec<Details>,
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
    words_at: WordsAt,
    kind: Kind,
    /// Whether somebody was told to be blocked. That is looked at again, whatever the words say: they may be those from
    /// before, or have come to say so before the last one left.
    told_waiters: bool,
    /// Whether there is nothing to see as long as the first word is the same.
    is_settled: bool,
    /// Where its details are.
    details: u32,
}

pub(super) struct Details {
    /// Alive as long as the names are as they were shown, and in the reading in which that was found out.
    inside: *const (dyn Observed + 'static),
    /// Its address tells primitives of one name apart: it is not freed as long as we have it.
    name: StdArc<str>,
    type_name: &'static str,
    created_at: Site,
    /// Who was blocked, if anybody.
    waiters: Vec<Waiter>,
    /// Which lines changed a tracked wait group.
    call_sites: Option<Vec<CallSite>>,
    /// The text of a shared value.
    text: String,
}

/// Why one is looked at closer.
#[derive(Clone, Copy)]
enum Why {
    MayHaveChanged {
        /// Looked at before anything else of it is: what changes later is looked at again.
        words: [u64; 2],
        is_same: bool,
    },
    /// The text of a shared value that was not replaced.
    IsInTurn,
}

/// What a look has found so far.
#[derive(Default)]
pub(super) struct News {
    pub(super) look: Look,
    unwritten: Vec<Unwritten>,
}

/// A text to be written.
struct Unwritten {
    inspection: Inspection,
    value: SharedValue,
    place: usize,
    /// Nothing else of it has changed.
    is_known: bool,
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.details.iter().map(|details| &details.name)).finish()
    }
}

impl Known {
    fn details(&self) -> usize {
        self.details as usize
    }

    /// Why it is to be looked at closer, if it is.
    fn compare(&self, glance: Glance) -> Option<Why> {
        let Glance { words, has_more } = glance;
        let is_same = self.words == words;
        (!is_same || has_more || self.told_waiters)
            .then_some(Why::MayHaveChanged { words, is_same })
    }

    /// To be called when anything of it has changed.
    fn settle(&mut self) {
        let nobody_waits = !self.told_waiters || fault!("settle-with-waiters-told");
        self.is_settled = nobody_waits && self.words_at.are_settled(self.words);
    }
}

/// A place among the details, of which no memory holds more.
fn index(place: usize) -> u32 {
    u32::try_from(place).expect("fewer than 2^32 primitives")
}

impl Details {
    fn of(inside: &(dyn Observed + 'static), inspection: &Inspection) -> Self {
        Self {
            inside,
            name: StdArc::clone(&inspection.name),
            type_name: inspection.type_name,
            created_at: inspection.created_at.clone(),
            waiters: inspection.waiters.clone(),
            call_sites: inspection.call_sites.clone(),
            text: String::new(),
        }
    }

    /// The address of the name.
    pub(super) fn address(&self) -> usize {
        StdArc::as_ptr(&self.name).addr()
    }

    /// Whether it is this very one.
    pub(super) fn is_of(&self, inside: &dyn Observed) -> bool {
        inside.identity().shared_name().is_some_and(|name| StdArc::ptr_eq(name, &self.name))
    }

    /// What tells it from others for who is told: the name, the type, and the line that created it.
    fn id(&self) -> (&str, &str, &str, u32) {
        (&self.name, self.type_name, self.created_at.file(), self.created_at.line())
    }

    /// Whether it is the same for who is told.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.id() == other.id()
    }

    pub(super) fn gone(&self, kind: Kind) -> Gone {
        let name = StdArc::clone(&self.name);
        Gone { kind, name, type_name: self.type_name, created_at: self.created_at.clone() }
    }
}

impl News {
    fn tell(
        &mut self,
        inspection: Inspection,
        value: Option<SharedValue>,
        place: usize,
        is_known: bool,
    ) {
        match value {
            Some(value) => self.unwritten.push(Unwritten { inspection, value, place, is_known }),
            None => self.look.changed.push(inspection),
        }
    }
}

impl Seen {
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    /// Makes room for so many in all.
    pub(super) fn reserve(&mut self, number: usize, news: &mut News) {
        let more = number.saturating_sub(self.len());
        self.known.reserve(more);
        self.details.reserve(more);
        news.look.changed.reserve(more);
    }

    pub(super) fn details(&self, place: usize) -> &Details {
        &self.details[self.known[place].details()]
    }

    /// Compares all of them with what they are now.
    ///
    /// # Safety
    ///
    /// Each is alive: the names are as they were shown, and a reading goes on that began before that was found out
    /// (I18).
    pub(super) unsafe fn compare_all(&mut self, news: &mut News) {
        // SAFETY: as the caller says.
        let inside = |seen: &Self, place| unsafe { &*seen.details(place).inside };
        let mut closer = Vec::new();
        let number = self.known.len();
        for begin in (0..number).step_by(TOGETHER) {
            let [next, after] = [1, 2].map(|blocks| (begin + blocks * TOGETHER).min(number));
            for known in &self.known[next..after] {
                known.words_at.fetch_ahead(known.words);
            }
            for place in begin..next {
                if sync::MODEL_CHECKED {
                    note_a_look_at(inside(self, place));
                }
                let known = &self.known[place];
                // SAFETY: as the caller says.
                let first = unsafe { known.words_at.first() };
                if known.is_settled && first == known.words[0] {
                    continue;
                }
                // SAFETY: as the caller says.
                let glance = unsafe { known.words_at.glance(first, known.words) };
                closer.extend(known.compare(glance).map(|why| (place, why)));
            }
        }
        let changed = closer.len();
        for place in self.in_turn() {
            if closer[..changed].binary_search_by_key(&place, |(place, _)| *place).is_err() {
                closer.push((place, Why::IsInTurn));
            }
        }
        for together in closer.chunks(FETCHED_TOGETHER) {
            for &(place, _) in together {
                sync::fetch_ahead(&raw const self.details(place).inside);
            }
            fetch_together(together.iter().map(|&(place, _)| inside(self, place)));
            for &(place, why) in together {
                self.look_closer(place, inside(self, place), why, news);
            }
        }
    }

    /// Compares one of them with what it is now.
    pub(super) fn compare(
        &mut self,
        place: usize,
        inside: &(dyn Observed + 'static),
        news: &mut News,
    ) {
        note_a_look_at(inside);
        let known = &self.known[place];
        let words_at = inside.words_at();
        // SAFETY: it is borrowed.
        let glance = unsafe { words_at.glance(words_at.first(), known.words) };
        let is_in_turn = || known.kind == Kind::Shared && self.is_in_turn(place);
        let why = known.compare(glance).or_else(|| is_in_turn().then_some(Why::IsInTurn));
        if let Some(why) = why {
            self.look_closer(place, inside, why, news);
        }
    }

    /// Finds out whether something is to be told.
    fn look_closer(
        &mut self,
        place: usize,
        inside: &(dyn Observed + 'static),
        why: Why,
        news: &mut News,
    ) {
        let known = &mut self.known[place];
        let (inspection, value) = inside.inspect_unwritten();
        let Why::MayHaveChanged { words, is_same } = why else {
            return news.tell(inspection, value, place, true);
        };
        // If nobody waits, and nobody was told to, the details say so as well; and most of them are in no cache.
        let is_in_details =
            known.told_waiters || !inspection.waiters.is_empty() || inspection.call_sites.is_some();
        if is_same && !is_in_details {
            return;
        }
        if is_in_details {
            let Details { waiters, call_sites, .. } = &mut self.details[known.details()];
            if is_same
                && is_same_line(waiters, &inspection.waiters)
                && *call_sites == inspection.call_sites
            {
                return;
            }
            waiters.clone_from(&inspection.waiters);
            call_sites.clone_from(&inspection.call_sites);
        }
        known.words = words_told(&inspection).unwrap_or(words);
        known.told_waiters = !inspection.waiters.is_empty();
        known.settle();
        news.tell(inspection, value, place, false);
    }

    /// Another one has taken the name of a known one. Whether it is another for who is told as well, to whom then the
    /// known one is told to be gone.
    pub(super) fn replace(
        &mut self,
        place: usize,
        inside: &(dyn Observed + 'static),
        news: &mut News,
    ) -> bool {
        let kind = self.known[place].kind;
        let new = self.arrive(kind, inside, news);
        let Known { details, .. } = self.known[place];
        self.known.swap_remove(place);
        self.known[place].details = details;
        let old = self.details.swap_remove(details as usize);
        debug_assert_eq!(new, self.known.len());
        if let Some(unwritten) = news.unwritten.last_mut().filter(|last| last.place == new) {
            unwritten.place = place;
        }
        let is_another = !old.is_like(self.details(place));
        if is_another {
            news.look.gone.push(old.gone(kind));
        }
        is_another
    }

    /// A new one. Its place is returned.
    pub(super) fn arrive(
        &mut self,
        kind: Kind,
        inside: &(dyn Observed + 'static),
        news: &mut News,
    ) -> usize {
        note_a_look_at(inside);
        let place = self.known.len();
        let words_at = inside.words_at();
        // SAFETY: it is borrowed.
        let Glance { words, .. } = unsafe { words_at.glance(words_at.first(), UNKNOWN) };
        let (inspection, value) = inside.inspect_unwritten();
        let words = words_told(&inspection).unwrap_or(words);
        let told_waiters = !inspection.waiters.is_empty();
        let details = index(self.details.len());
        self.details.push(Details::of(inside, &inspection));
        let mut known = Known { words, words_at, kind, told_waiters, is_settled: false, details };
        known.settle();
        self.known.push(known);
        news.tell(inspection, value, place, false);
        place
    }

    /// Has the texts written, and tells of those that are new. What is written is user code: it runs in no reading.
    pub(super) fn write(&mut self, news: &mut News, mut write: impl FnMut(SharedValue) -> String) {
        for unwritten in each_fetched(&mut news.unwritten, |unwritten| &unwritten.value) {
            let Unwritten { mut inspection, value, place, is_known } = unwritten;
            let written = write(value);
            let old = &mut self.details[self.known[place].details()].text;
            if is_known && *old == written {
                continue;
            }
            old.clone_from(&written);
            inspection.set_text(written);
            news.look.changed.push(inspection);
        }
        self.turn = self.turn.wrapping_add(REWRITTEN);
    }

    /// Strikes from the news what more was met of one name than the last.
    pub(super) fn strike_twins(&self, look: &mut Look) {
        let ids = self.known.iter().map(|known| (known.kind, self.details[known.details()].id()));
        let living: BTreeSet<_> = ids.collect();
        look.gone.retain(|gone| {
            let line = &gone.created_at;
            let id = (&*gone.name, gone.type_name, line.file(), line.line());
            !living.contains(&(gone.kind, id))
        });
        // If one was met before and after it was moved, what was seen later counts.
        let mut untold: BTreeSet<usize> = self.details.iter().map(Details::address).collect();
        look.changed.reverse();
        look.changed.retain(|row| untold.remove(&StdArc::as_ptr(&row.name).addr()));
    }

    /// Keeps those at these places, and gives them others, in the order of their addresses.
    pub(super) fn put_in_order<'a>(&mut self, kept: impl Iterator<Item = &'a mut usize>) {
        // A model takes the same steps in every execution, wherever the allocator puts things.
        let order = |place: usize| match sync::MODEL_CHECKED {
            true => place,
            false => self.details(place).inside.addr(),
        };
        let mut kept: Vec<(usize, &mut usize)> = kept.map(|place| (order(*place), place)).collect();
        kept.sort_unstable_by_key(|(order, _)| *order);
        let known = std::mem::replace(&mut self.known, Vec::with_capacity(kept.len()));
        for new in 0..kept.len() {
            if let Some((_, place)) = kept.get(new + TOGETHER) {
                fetch_whole(&known[**place]);
            }
            let old = std::mem::replace(kept[new].1, new);
            self.known.push(Known { ..known[old] });
        }
        if self.known.len() < self.details.len() {
            let details = std::mem::take(&mut self.details);
            let mut details: Vec<_> = details.into_iter().map(Some).collect();
            for known in &mut self.known {
                let old = std::mem::replace(&mut known.details, index(self.details.len()));
                self.details.extend(details[old as usize].take());
            }
        }
    }

    /// Whether it is this one's turn to be written anew.
    fn is_in_turn(&self, place: usize) -> bool {
        let number = self.known.len();
        (place + number - self.turn % number) % number < REWRITTEN
    }

    /// The shared values whose turn it is.
    fn in_turn(&self) -> impl Iterator<Item = usize> {
        let number = self.known.len();
        let first = self.turn.checked_rem(number).unwrap_or(0);
        let places = (first..number).chain(0..first).take(REWRITTEN);
        places.filter(|&place| self.known[place].kind == Kind::Shared)
    }
}

/// The words that go with what is told, if they can go back to what they were: an atomic's value, a wait group's count.
/// Those of a glance before it could be others, and come back: then what is told would never be looked at again.
fn words_told(inspection: &Inspection) -> Option<[u64; 2]> {
    match inspection.state {
        State::Atomic { value } => Some([value.cast_unsigned(), 0]),
        State::WaitGroup { count, generation } => Some([wait_group::word_of(count, generation), 0]),
        State::Shared { .. } | State::Queue { .. } => None,
    }
}

/// Lets a model notice if what is looked at is there no more.
fn note_a_look_at(inside: &dyn Observed) {
    if sync::MODEL_CHECKED {
        inside.identity().look();
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
