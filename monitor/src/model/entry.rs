//! One primitive as a viewer knows it: the last row, and how it came to be.

use super::SeenThere;
use super::history::{History, Sample, Ticks};
use super::sides::Sides;
use super::track::{Chart, Track, Window};
use crate::wire::{Operation, Row, State};
use std::collections::BTreeMap;

/// A row with its past.
#[derive(Clone, Debug)]
pub struct Entry {
    row: Row,
    /// When the row was sent: ages in it are ages at that moment.
    at_us: u64,
    activity: u64,
    moments: Moments,
    sides: Sides,
    history: History,
    /// Of many primitives, only for those that were looked at.
    track: Option<Box<Track>>,
    /// The last full answer that mentioned it.
    pub(super) seen: u64,
}

/// When something was last seen to happen, on the host's clock; what has not been seen, when the entry came to be known.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moments {
    /// The state changed.
    pub(super) changed_us: u64,
    /// An item was taken out of a queue.
    pub(super) taken_us: u64,
    /// A queue got longer, without having got shorter since: the first time, and the last.
    pub(super) longer_us: Option<(u64, u64)>,
    /// How long it was before that.
    pub(super) shortest: u64,
    /// How long it was at most.
    pub(super) peak: u64,
}

impl Moments {
    fn begin(state: &State, at_us: u64) -> Self {
        let shortest = if let State::Queue { size, .. } = state { *size } else { 0 };
        let peak = shortest;
        Moments { changed_us: at_us, taken_us: at_us, longer_us: None, shortest, peak }
    }

    fn note(&mut self, old: &State, new: &State, at_us: u64) {
        if old != new {
            self.changed_us = at_us;
        }
        if let (State::Queue { size: old, gets: old_gets, .. }, State::Queue { size, gets, .. }) =
            (old, new)
        {
            if gets != old_gets {
                self.taken_us = at_us;
            }
            self.peak = self.peak.max(*size);
            if size > old {
                self.longer_us = Some((self.longer_us.map_or(at_us, |(first, _)| first), at_us));
            }
            if size < old {
                self.longer_us = None;
                self.shortest = *size;
            }
        }
    }
}

impl Entry {
    pub(super) fn new(row: Row, at_us: u64, seen: u64) -> Self {
        let moments = Moments::begin(&row.state, at_us);
        let (mut sides, history) = (Sides::default(), History::default());
        sides.note(&row);
        let mut entry =
            Entry { row, at_us, activity: 0, moments, sides, history, track: None, seen };
        entry.sample(None);
        entry
    }

    /// Takes another row, as it is now.
    pub(super) fn replace(&mut self, row: Row, ticks: &Ticks) {
        let at_us = ticks.now_us();
        self.activity = self.activity.wrapping_add(happened(&self.row.state, &row.state));
        self.moments.note(&self.row.state, &row.state, at_us);
        if self.row.call_sites != row.call_sites {
            // The count may be what it was all the same.
            self.moments.changed_us = at_us;
        }
        self.sides.note(&row);
        self.row = row;
        self.at_us = at_us;
        self.sample(ticks.last());
    }

    /// Takes a sample of what is known now; the moment before it was at `before_us`.
    fn sample(&mut self, before_us: Option<u64>) {
        let at_us = self.at_us;
        let level = match self.row.state {
            State::Queue { size, .. } => size,
            State::WaitGroup { count, .. } => u64::from(count),
            State::Atomic { .. } | State::Shared { .. } => self.history.last().map_or(0, |last| {
                let changes = u128::from(self.activity.wrapping_sub(last.activity));
                let before_us = before_us.unwrap_or(last.at_us).max(last.at_us);
                let elapsed = u128::from(at_us.saturating_sub(before_us).max(1));
                u64::try_from(changes * 1_000_000 / elapsed).unwrap_or(u64::MAX)
            }),
        };
        self.history.push(Sample { at_us, activity: self.activity, level });
        if let Some(track) = &mut self.track {
            track.push(at_us, value(&self.row.state), self.activity);
        }
    }

    /// From now on its past is kept for a chart.
    pub(super) fn keep_track(&mut self) {
        let (at_us, activity, value) = (self.at_us, self.activity, value(&self.row.state));
        self.track.get_or_insert_with(|| {
            let mut track = Track::default();
            track.push(at_us, value, activity);
            Box::new(track)
        });
    }

    /// What a queue or a wait group held, or an atomic's value, and what happened a second, in at most so many columns;
    /// nothing if no track is kept.
    pub fn chart(&self, window: Window, columns: usize, ticks: &Ticks) -> Option<Chart> {
        Some(self.track.as_ref()?.chart(window, columns, ticks.now_us(), ticks.apart_us()))
    }

    /// Whether it may be part of a problem: somebody is or was blocked on it, or it has grown.
    pub(super) fn is_notable(&self) -> bool {
        self.row.blocked_count() > 0
            // Whatever the counts say: a recording may be anybody's.
            || !self.row.blocked.is_empty()
            || !self.sides.is_empty()
            || self.moments.longer_us.is_some()
    }

    /// The row as the host sent it last.
    pub fn row(&self) -> &Row {
        &self.row
    }

    /// Threads that were seen to be blocked in this operation on a queue, by their ids; none if there were too many to
    /// keep.
    pub fn seen_in(&self, operation: Operation) -> &BTreeMap<String, SeenThere> {
        self.sides.of(operation)
    }

    /// Whether a task was seen to be blocked in this operation on a queue.
    pub(super) fn has_tasks_in(&self, operation: Operation) -> bool {
        self.sides.has_tasks(operation)
    }

    pub(super) fn moments(&self) -> &Moments {
        &self.moments
    }

    /// What a line of the last `count` moments shows, oldest first: items, a count, or changes a second.
    pub fn levels<'a>(&'a self, count: usize, ticks: &'a Ticks) -> impl Iterator<Item = u64> + 'a {
        let stays = matches!(self.row.state, State::Queue { .. } | State::WaitGroup { .. });
        self.history.levels(count, ticks, stays)
    }

    /// Changes a second: items in and out of a queue, the distance an atomic moved, replacements of a shared
    /// value, rounds of a wait group.
    pub fn rate(&self, ticks: &Ticks) -> Option<f64> {
        self.history.rate(ticks)
    }

    /// The most items that a queue was seen to hold.
    pub fn peak(&self) -> u64 {
        self.moments.peak
    }

    /// For how long the one who waits longest has been blocked at host time `now_us`.
    pub fn longest_us(&self, now_us: u64) -> Option<u64> {
        self.row.longest_us().map(|age| self.aged(age, now_us))
    }

    /// An age from the row, as it is at host time `now_us`.
    pub fn aged(&self, age_us: u64, now_us: u64) -> u64 {
        age_us.saturating_add(now_us.saturating_sub(self.at_us))
    }

    /// How full a bounded queue is, from 0 to 1.
    pub fn fill(&self) -> Option<f64> {
        match self.row.state {
            State::Queue { size, capacity: Some(capacity), .. } if capacity > 0 => {
                Some((size as f64 / capacity as f64).min(1.0))
            }
            _ => None,
        }
    }

    /// What it holds as one number, for sorting: items, a count, a value; a shared value has none.
    pub fn amount(&self) -> i128 {
        match self.row.state {
            State::Queue { size, .. } => size.into(),
            State::WaitGroup { count, .. } => count.into(),
            State::Atomic { value } => value.into(),
            State::Shared { .. } => i128::MIN,
        }
    }
}

/// What a chart shows of a state; a shared value has nothing to show.
fn value(state: &State) -> i64 {
    match state {
        State::Queue { size, .. } => i64::try_from(*size).unwrap_or(i64::MAX),
        State::WaitGroup { count, .. } => i64::from(*count),
        State::Atomic { value } => *value,
        State::Shared { .. } => 0,
    }
}

/// How much happened between two states. A counter that went back was started anew.
fn happened(old: &State, new: &State) -> u64 {
    match (old, new) {
        (State::Atomic { value: old }, State::Atomic { value: new }) => new.abs_diff(*old),
        (State::Shared { version: old, .. }, State::Shared { version: new, .. }) => {
            new.saturating_sub(*old)
        }
        (State::WaitGroup { generation: old, .. }, State::WaitGroup { generation: new, .. }) => {
            u64::from(new.saturating_sub(*old))
        }
        (State::Queue { puts: old_puts, gets: old_gets, .. }, State::Queue { puts, gets, .. }) => {
            puts.saturating_sub(*old_puts).saturating_add(gets.saturating_sub(*old_gets))
        }
        _ => 0,
    }
}
