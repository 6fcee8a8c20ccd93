//! The last few moments of one primitive: enough for a rate and a short line.
//!
//! Nothing is kept of a moment at which nothing happened but the moment itself, once for all primitives: most of a
//! hundred thousand stand still.

use std::collections::VecDeque;

/// How many moments are kept.
pub const KEPT: usize = 64;

/// Over how long a rate is taken, in microseconds: long enough not to flicker, short enough to follow.
const WINDOW_US: u64 = 1_000_000;

/// The moments at which the host was looked at, on its own clock, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Ticks {
    ended: VecDeque<u64>,
    now_us: u64,
}

impl Ticks {
    /// So many moments that are over.
    #[cfg(test)]
    pub(super) fn over(moments: &[u64]) -> Self {
        let mut ticks = Ticks::default();
        for at_us in moments {
            ticks.begin(*at_us);
            ticks.end();
        }
        ticks
    }

    /// What is told now was so at this moment.
    pub(super) fn begin(&mut self, at_us: u64) {
        self.now_us = at_us;
    }

    /// All has been told of this moment. One that is not later than the last is none: the host's clock does not go back.
    pub(super) fn end(&mut self) {
        if self.ended.back().is_some_and(|last| self.now_us <= *last) {
            return;
        }
        if self.ended.len() == KEPT {
            self.ended.pop_front();
        }
        self.ended.push_back(self.now_us);
    }

    /// The host's clock at the last frame.
    pub fn now_us(&self) -> u64 {
        self.now_us
    }

    /// The last moment of which all has been told.
    pub(super) fn last(&self) -> Option<u64> {
        self.ended.back().copied()
    }

    /// How long the last two are apart.
    pub(super) fn apart_us(&self) -> u64 {
        let mut latest = self.ended.iter().rev();
        latest.next().zip(latest.next()).map_or(0, |(last, before)| last - before)
    }

    /// The last moment that is at least a second before the last, or else the first.
    fn second_ago(&self) -> Option<u64> {
        let last = self.last()?;
        let is_ago = |at_us: &&u64| last - **at_us >= WINDOW_US;
        self.ended.iter().rev().find(is_ago).or(self.ended.front()).copied()
    }

    /// The last `count` of them.
    fn latest(&self, count: usize) -> impl Iterator<Item = u64> + '_ {
        self.ended.iter().skip(self.ended.len().saturating_sub(count)).copied()
    }
}

/// A moment at which something had happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sample {
    /// When, on the host's clock.
    pub(super) at_us: u64,
    /// How much had happened by then, counted from the first sample; wraps.
    pub(super) activity: u64,
    /// What a line shows: items, a count, or changes a second.
    pub(super) level: u64,
}

/// What happened in the last [`KEPT`] moments, oldest first, and what was before that.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    samples: VecDeque<Sample>,
}

impl History {
    /// Adds a moment. One that is not later than the last takes its place.
    pub(super) fn push(&mut self, sample: Sample) {
        if let Some(last) = self.samples.back_mut()
            && sample.at_us <= last.at_us
        {
            *last = Sample { at_us: last.at_us, ..sample };
            return;
        }
        if self.samples.len() == KEPT {
            self.samples.pop_front();
        }
        self.samples.push_back(sample);
    }

    pub(super) fn last(&self) -> Option<&Sample> {
        self.samples.back()
    }

    /// What happened per second over about the last second; `None` before there are two moments.
    pub(super) fn rate(&self, ticks: &Ticks) -> Option<f64> {
        let (first, last) = (self.samples.front()?, self.samples.back()?);
        let from_us = ticks.second_ago()?.max(first.at_us);
        let elapsed_us = ticks.last()?.checked_sub(from_us).filter(|elapsed| *elapsed > 0)?;
        let before = self.samples.iter().rev().find(|sample| sample.at_us <= from_us)?;
        Some(last.activity.wrapping_sub(before.activity) as f64 * 1e6 / elapsed_us as f64)
    }

    /// The levels at the last `count` moments, oldest first. A level `stays` until it changes, or is that of its
    /// moment only.
    pub(super) fn levels<'a>(
        &'a self,
        count: usize,
        ticks: &'a Ticks,
        stays: bool,
    ) -> impl Iterator<Item = u64> + 'a {
        let mut samples = self.samples.iter().peekable();
        let mut known = None;
        ticks.latest(count).filter_map(move |at_us| {
            while let Some(sample) = samples.next_if(|sample| sample.at_us <= at_us) {
                known = Some(sample);
            }
            let known = known?;
            Some(if stays || known.at_us == at_us { known.level } else { 0 })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(samples: &[(u64, u64)]) -> History {
        let mut history = History::default();
        for (at_us, activity) in samples {
            history.push(Sample { at_us: *at_us, activity: *activity, level: *activity });
        }
        history
    }

    #[test]
    fn a_rate_is_taken_over_the_last_second_not_over_all_time() {
        let ticks = Ticks::over(&[0, 10_000_000, 10_500_000, 11_000_000]);
        let history = filled(&[(0, 0), (10_000_000, 1000), (10_500_000, 1010), (11_000_000, 1020)]);
        assert_eq!(history.rate(&ticks), Some(20.0));
    }

    #[test]
    fn what_stands_still_has_the_rate_of_what_happened_before_and_then_none() {
        let history = filled(&[(1_000_000, 0), (1_500_000, 20)]);
        assert_eq!(history.rate(&Ticks::over(&[1_000_000])), None, "one moment");
        assert_eq!(history.rate(&Ticks::over(&[1_000_000, 1_500_000])), Some(40.0));
        assert_eq!(history.rate(&Ticks::over(&[1_000_000, 1_500_000, 2_000_000])), Some(20.0));
        let later = Ticks::over(&[1_000_000, 1_500_000, 2_000_000, 2_500_000, 3_000_000]);
        assert_eq!(history.rate(&later), Some(0.0));
    }

    #[test]
    fn a_rate_of_what_is_new_is_taken_since_it_is_known() {
        let history = filled(&[(2_750_000, 5), (3_000_000, 6)]);
        assert_eq!(
            history.rate(&Ticks::over(&[1_000_000, 2_000_000, 2_750_000, 3_000_000])),
            Some(4.0)
        );
    }

    #[test]
    fn a_moment_out_of_order_is_none() {
        assert_eq!(Ticks::over(&[5, 5, 4, 6]).latest(9).collect::<Vec<_>>(), [5, 6]);
        let history = filled(&[(5, 1), (5, 9), (4, 7)]);
        assert_eq!(history.last(), Some(&Sample { at_us: 5, activity: 7, level: 7 }));
        assert_eq!(history.rate(&Ticks::over(&[5])), None);
    }

    #[test]
    fn a_level_stays_or_is_that_of_its_moment() {
        let ticks = Ticks::over(&[1, 2, 3, 4, 5]);
        let history = filled(&[(2, 7), (4, 8)]);
        assert_eq!(history.levels(9, &ticks, true).collect::<Vec<_>>(), [7, 7, 8, 8]);
        assert_eq!(history.levels(9, &ticks, false).collect::<Vec<_>>(), [7, 0, 8, 0]);
        assert_eq!(history.levels(3, &ticks, true).collect::<Vec<_>>(), [7, 8, 8]);
    }

    #[test]
    fn only_the_last_moments_are_kept() {
        let moments: Vec<u64> = (1..1000).collect();
        let (ticks, history) =
            (Ticks::over(&moments), filled(&moments.iter().map(|n| (*n, *n)).collect::<Vec<_>>()));
        assert_eq!((ticks.ended.len(), history.samples.len()), (KEPT, KEPT));
        assert_eq!(history.levels(3, &ticks, true).collect::<Vec<_>>(), [997, 998, 999]);
        assert_eq!(history.levels(usize::MAX, &ticks, true).count(), KEPT);
    }
}
