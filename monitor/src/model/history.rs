//! The last few moments of one primitive: enough for a rate and a short line.

use std::collections::VecDeque;

/// How many samples are kept.
pub const KEPT: usize = 64;

/// Over how long a rate is taken, in microseconds: long enough not to flicker, short enough to follow.
const WINDOW_US: u64 = 1_000_000;

/// One moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// When, on the host's clock.
    pub at_us: u64,
    /// How much had happened by then, counted from the first sample; wraps.
    pub activity: u64,
    /// What a line shows: items, a count, or changes a second.
    pub level: u64,
}

/// The last [`KEPT`] samples, oldest first.
#[derive(Clone, Debug, Default)]
pub struct History {
    samples: VecDeque<Sample>,
}

impl History {
    /// Adds a moment. One that is not later than the last is dropped: the host's clock does not go back.
    pub fn push(&mut self, sample: Sample) {
        if self.samples.back().is_some_and(|last| sample.at_us <= last.at_us) {
            return;
        }
        if self.samples.len() == KEPT {
            self.samples.pop_front();
        }
        self.samples.push_back(sample);
    }

    /// The last moment.
    pub fn last(&self) -> Option<&Sample> {
        self.samples.back()
    }

    /// What happened per second over about the last second; `None` before there are two moments.
    ///
    /// ```
    /// use syncmon::model::{History, Sample};
    /// let mut history = History::default();
    /// history.push(Sample { at_us: 1_000_000, activity: 0, level: 0 });
    /// assert_eq!(history.rate(), None);
    /// history.push(Sample { at_us: 1_500_000, activity: 20, level: 0 });
    /// assert_eq!(history.rate(), Some(40.0));
    /// ```
    pub fn rate(&self) -> Option<f64> {
        let last = self.samples.back()?;
        let earlier = self.samples.iter().rev().skip(1);
        let first = earlier
            .clone()
            .find(|sample| last.at_us - sample.at_us >= WINDOW_US)
            .or(earlier.last())?;
        Some(
            last.activity.wrapping_sub(first.activity) as f64 * 1e6
                / (last.at_us - first.at_us) as f64,
        )
    }

    /// The levels of the last `count` moments, oldest first.
    pub fn levels(&self, count: usize) -> impl Iterator<Item = u64> + '_ {
        let skipped = self.samples.len().saturating_sub(count);
        self.samples.iter().skip(skipped).map(|sample| sample.level)
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
        let history = filled(&[(0, 0), (10_000_000, 1000), (10_500_000, 1010), (11_000_000, 1020)]);
        assert_eq!(history.rate(), Some(20.0));
    }

    #[test]
    fn a_moment_out_of_order_is_dropped() {
        let history = filled(&[(5, 1), (5, 9), (4, 9)]);
        assert_eq!(history.last().map(|sample| sample.activity), Some(1));
        assert_eq!(history.rate(), None);
    }

    #[test]
    fn only_the_last_samples_are_kept() {
        let samples: Vec<(u64, u64)> = (1..1000).map(|n| (n, n)).collect();
        let history = filled(&samples);
        assert_eq!(history.samples.len(), KEPT);
        assert_eq!(history.levels(3).collect::<Vec<_>>(), [997, 998, 999]);
        assert_eq!(history.levels(usize::MAX).count(), KEPT);
    }
}
