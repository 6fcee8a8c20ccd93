//! The way along the table of one kind, when names may have been entered or removed.
//!
//! What was met the last time is kept in the order of the table, which mostly is the same the next time: so the two are
//! walked along side by side, and what is met is what was expected. Whatever was inserted, removed or moved is noted down
//! on the way, and put in order in the end.

use std::collections::BTreeMap;

use super::seen::{Details, News, Seen};
use super::{Handle, Observed};
use crate::inspect::Kind;
use crate::registry::{Names, Shown};

/// How many may be missing in a row before what comes after them is not recognised at once.
const AHEAD: usize = 32;

/// The names of one kind as they were met the last time, in the order of the table.
#[derive(Debug, Default)]
pub(super) struct Met {
    /// The hash of each name, and the place of what was seen of it.
    names: Vec<(u64, usize)>,
    shown: Shown,
}

/// One that was not expected where it was met.
struct Arrival {
    /// Before which of those that were met the last time.
    at: usize,
    hash: u64,
    place: usize,
}

/// What there is to put in order.
pub(super) struct Walked {
    kind: Kind,
    /// Those that were not met again.
    missing: Vec<usize>,
    arrived: Vec<Arrival>,
    /// In whose places others were met, who are told as such: what was there is told to be gone already.
    replaced: Vec<usize>,
    shown: Shown,
}

impl Walked {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            missing: Vec::new(),
            arrived: Vec::new(),
            replaced: Vec::new(),
            shown: Shown::default(),
        }
    }

    pub(super) fn is_as_before(&self) -> bool {
        self.missing.is_empty() && self.arrived.is_empty()
    }

    /// Whether names were dealt out to more buckets meanwhile.
    pub(super) fn is_confused(&self) -> bool {
        self.shown.more_buckets
    }
}

impl Met {
    /// Compares what is in the table with what was seen.
    pub(super) fn walk<H: Handle>(
        &mut self,
        kind: Kind,
        names: &Names<H>,
        seen: &mut Seen,
        news: &mut News,
    ) -> Walked {
        let mut walk = Walk { names: &self.names, seen, news, at: 0, walked: Walked::new(kind) };
        let shown = names.show_all(|hash, handle| walk.meet(hash, handle.inside()));
        let Walk { at, walked, .. } = walk;
        let mut walked = Walked { shown, ..walked };
        walked.missing.extend(at..self.names.len());
        if shown.more_buckets {
            self.forget_twins(&mut walked);
        }
        walked
    }

    /// Of those with one name that were met, keeps the last. It was moved to a later bucket in between, or was removed
    /// and made anew in one. Also if it is the same one: what is told of it is what was seen last.
    fn forget_twins(&self, walked: &mut Walked) {
        let arrived = walked.arrived.iter();
        let last: BTreeMap<u64, usize> =
            arrived.map(|arrival| (arrival.hash, arrival.place)).collect();
        let missing = &walked.missing;
        let twins = self.names.iter().enumerate().filter(|(at, (hash, _))| {
            missing.binary_search(at).is_err() && last.contains_key(hash)
        });
        let twins: Vec<usize> = twins.map(|(at, _)| at).collect();
        walked.missing.extend(twins);
        walked.missing.sort_unstable();
        walked.arrived.retain(|arrival| last.get(&arrival.hash) == Some(&arrival.place));
    }

    /// How the names were shown the last time that all went well.
    pub(super) fn shown(&self) -> Shown {
        self.shown
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// Tells of those that are missing and were not made anew. Of what came and went during the walk nobody knows.
    pub(super) fn tell_gone(&self, walked: &Walked, seen: &Seen, news: &mut News) {
        let arrived = walked.arrived.iter();
        let by_hash: BTreeMap<u64, &Details> =
            arrived.map(|arrival| (arrival.hash, seen.details(arrival.place))).collect();
        let missing = walked.missing.iter().filter(|at| walked.replaced.binary_search(at).is_err());
        for &at in missing {
            let (hash, place) = self.names[at];
            let details = seen.details(place);
            if !by_hash.get(&hash).is_some_and(|anew| anew.is_like(details)) {
                news.look.gone.push(details.gone(walked.kind));
            }
        }
    }

    /// Takes in what has arrived where it was met, and leaves out what is missing.
    pub(super) fn put_in_order(&mut self, walked: Walked) {
        self.shown = walked.shown;
        if walked.is_as_before() {
            return;
        }
        let mut names = Vec::with_capacity(self.names.len() + walked.arrived.len());
        let mut arrived = walked.arrived.into_iter().peekable();
        let mut missing = walked.missing.into_iter().peekable();
        for at in 0..=self.names.len() {
            while let Some(arrival) = arrived.next_if(|arrival| arrival.at == at) {
                names.push((arrival.hash, arrival.place));
            }
            if missing.next_if_eq(&at).is_none() {
                names.extend(self.names.get(at));
            }
        }
        self.names = names;
    }

    /// The places of all of them.
    pub(super) fn places(&mut self) -> impl Iterator<Item = &mut usize> {
        self.names.iter_mut().map(|(_, place)| place)
    }
}

/// A walk, on its way.
struct Walk<'a> {
    names: &'a [(u64, usize)],
    seen: &'a mut Seen,
    news: &'a mut News,
    /// Which of those that were met the last time is expected next.
    at: usize,
    walked: Walked,
}

impl Walk<'_> {
    fn meet(&mut self, hash: u64, inside: &(dyn Observed + 'static)) {
        let mut ahead = self.names[self.at..].iter().take(AHEAD);
        let Some(passed) = ahead.position(|&(known, _)| known == hash) else {
            let place = self.seen.arrive(self.walked.kind, inside, self.news);
            return self.walked.arrived.push(Arrival { at: self.at, hash, place });
        };
        self.walked.missing.extend(self.at..self.at + passed);
        let (_, place) = self.names[self.at + passed];
        self.at += passed + 1;
        if self.seen.details(place).is_of(inside) {
            self.seen.compare(place, inside, self.news);
        } else if self.seen.replace(place, inside, self.news) {
            self.walked.replaced.push(self.at - 1);
        }
    }
}
