//! The longer past of one primitive, at several scales: for a chart.
//!
//! Nothing is kept of a time in which nothing changed: a value stays.

use std::collections::VecDeque;

/// How much of the past a chart shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Window {
    /// Half a minute.
    HalfMinute,
    /// Two minutes.
    #[default]
    TwoMinutes,
    /// Twenty minutes.
    TwentyMinutes,
    /// Two hours.
    TwoHours,
}

impl Window {
    /// All of them, the shortest first.
    pub const ALL: [Window; 4] =
        [Window::HalfMinute, Window::TwoMinutes, Window::TwentyMinutes, Window::TwoHours];

    /// How long it is, in microseconds.
    pub fn us(self) -> u64 {
        self.step_us() * STEPS
    }

    /// Of how long a time the highest value is kept.
    fn step_us(self) -> u64 {
        match self {
            Window::HalfMinute => 250_000,
            Window::TwoMinutes => 1_000_000,
            Window::TwentyMinutes => 10_000_000,
            Window::TwoHours => 60_000_000,
        }
    }

    /// The next longer one, or the longest.
    pub fn longer(self) -> Self {
        let next = Self::ALL.iter().position(|window| *window == self).map(|at| at + 1);
        next.and_then(|at| Self::ALL.get(at)).copied().unwrap_or(self)
    }

    /// The next shorter one, or the shortest.
    pub fn shorter(self) -> Self {
        let before =
            Self::ALL.iter().position(|window| *window == self).and_then(|at| at.checked_sub(1));
        before.map_or(self, |at| Self::ALL[at])
    }
}

/// How many steps a window has.
const STEPS: u64 = 120;

/// A step in which something happened.
#[derive(Clone, Copy, Debug)]
struct Point {
    step: u64,
    /// The highest value in it.
    high: i64,
    /// The last one.
    last: i64,
    /// How much had happened until its end; wraps.
    activity: u64,
}

/// What is drawn: a column for each part of the window, the newest last. What was before the primitive was known is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chart {
    /// The highest value in each.
    pub values: Vec<Option<i64>>,
    /// Changes a second.
    pub rates: Vec<Option<f64>>,
}

/// The past.
#[derive(Clone, Debug, Default)]
pub(super) struct Track {
    scales: [VecDeque<Point>; Window::ALL.len()],
}

impl Track {
    /// From this moment on it has this value, and so much had happened.
    pub(super) fn push(&mut self, at_us: u64, value: i64, activity: u64) {
        for (window, points) in Window::ALL.into_iter().zip(&mut self.scales) {
            let step = at_us / window.step_us();
            match points.back_mut() {
                Some(last) if step <= last.step => {
                    last.high = last.high.max(value);
                    (last.last, last.activity) = (value, activity);
                }
                _ => {
                    // One more than the steps: the value that there was before them.
                    if points.len() as u64 > STEPS {
                        points.pop_front();
                    }
                    points.push_back(Point { step, high: value, last: value, activity });
                }
            }
        }
    }

    /// The window that ends now, in at most so many columns. The host is looked at each `poll_us`.
    pub(super) fn chart(&self, window: Window, columns: usize, now_us: u64, poll_us: u64) -> Chart {
        let at = Window::ALL.iter().position(|other| *other == window).unwrap_or_default();
        let (step_us, columns) = (window.step_us(), (columns as u64).min(STEPS));
        // The first step that is not shown any more is the one after this moment's.
        let end = now_us / step_us + 1;
        let begin = |column: u64| (end + STEPS * column / columns.max(1)).checked_sub(STEPS);
        let begin_us = |column: u64| begin(column).unwrap_or(0).saturating_mul(step_us);
        let mut points = self.scales[at].iter().peekable();
        let mut chart = Chart::default();
        // What was known when each column began, and at the end.
        let mut known: Vec<Option<Point>> = Vec::new();
        while let Some(point) = points.next_if(|point| Some(point.step) < begin(0)) {
            known = vec![Some(*point)];
        }
        known.resize(1, None);
        for column in 0..columns {
            let before = known[column as usize];
            let mut high = before.map(|point| point.last);
            let mut after = before;
            while let Some(point) = points.next_if(|point| Some(point.step) < begin(column + 1)) {
                high = Some(high.map_or(point.high, |high| high.max(point.high)));
                after = Some(*point);
            }
            chart.values.push(high);
            known.push(after);
            let (from, elapsed_us) = if column + 1 == columns {
                // It is not over yet, and so is taken together with the one before. What the first look saw began with
                // the look before; of the others, as much is lost at their ends.
                let from = column.saturating_sub(1);
                (from, now_us.saturating_sub(begin_us(from)).saturating_add(poll_us))
            } else {
                (column, begin_us(column + 1).saturating_sub(begin_us(column)))
            };
            let happened = known[from as usize].zip(after).filter(|_| elapsed_us > 0);
            chart.rates.push(happened.map(|(before, after)| {
                after.activity.wrapping_sub(before.activity) as f64 * 1e6 / elapsed_us as f64
            }));
        }
        chart
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000;

    /// A value and a count of what happened, at these seconds.
    fn track(moments: &[(u64, i64, u64)]) -> Track {
        let mut track = Track::default();
        moments.iter().for_each(|(at, value, activity)| track.push(at * SECOND, *value, *activity));
        track
    }

    #[test]
    fn a_value_stays_and_what_was_before_it_is_unknown() {
        let track = track(&[(100, 5, 0), (103, 9, 60), (103, 2, 90)]);
        let chart = track.chart(Window::TwoMinutes, 120, 105 * SECOND, 0);
        let (unknown, known) = chart.values.split_at(114);
        assert!(unknown.iter().all(Option::is_none));
        assert_eq!(known, [5, 5, 5, 9, 2, 2].map(Some));
        let rates = &chart.rates[114..];
        assert_eq!(rates, [None, Some(0.0), Some(0.0), Some(90.0), Some(0.0), Some(0.0)]);
    }

    #[test]
    fn a_column_shows_the_highest_value_of_its_time_and_the_rate_over_it() {
        let moments: Vec<(u64, i64, u64)> =
            (0..=240).map(|at| (at, if at == 205 { 7 } else { -3 }, at * 10)).collect();
        let chart = track(&moments).chart(Window::TwoMinutes, 12, 240 * SECOND, SECOND);
        assert_eq!((chart.values.len(), chart.rates.len()), (12, 12));
        assert_eq!(chart.values.iter().filter(|value| **value == Some(7)).count(), 1);
        assert_eq!(chart.values[0], Some(-3));
        assert_eq!(chart.rates[5], Some(10.0));
        // The last one is not over yet.
        assert_eq!(chart.rates[11], Some(10.0));
    }

    #[test]
    fn a_longer_window_goes_back_further_and_knows_less() {
        let moments: Vec<(u64, i64, u64)> = (0..8000).map(|at| (at, at as i64 % 60, at)).collect();
        let track = track(&moments);
        for window in Window::ALL {
            let chart = track.chart(window, 60, 8000 * SECOND, SECOND);
            assert!(chart.values.iter().all(Option::is_some), "{window:?}");
            let rates = chart.rates.iter().flatten();
            assert!(rates.clone().count() > 57);
            // Of half steps a second, some see two changes and some none.
            assert!(
                rates.clone().all(|rate| (0.0..=2.1).contains(rate)),
                "{window:?} {:?}",
                chart.rates
            );
        }
        let highest = |window| {
            track.chart(window, 60, 8000 * SECOND, SECOND).values.into_iter().flatten().min()
        };
        assert_eq!(highest(Window::TwoHours), Some(59), "each minute has its highest value");
        assert!(track.scales.iter().all(|points| points.len() as u64 == STEPS + 1));
    }

    #[test]
    fn no_room_and_no_time_are_no_problem() {
        assert_eq!(Track::default().chart(Window::TwoHours, 0, 5, 1), Chart::default());
        let chart = track(&[(0, 1, 1)]).chart(Window::HalfMinute, 3, 0, 0);
        assert_eq!(chart.values, [None, None, Some(1)]);
        let chart = Track::default().chart(Window::HalfMinute, 999, u64::MAX, u64::MAX);
        assert_eq!(chart.values, vec![None; 120]);
    }

    #[test]
    fn windows_end_at_the_longest_and_the_shortest() {
        let mut window = Window::HalfMinute;
        for next in Window::ALL {
            assert_eq!(window, next);
            window = window.longer();
        }
        assert_eq!((window.longer(), Window::HalfMinute.shorter()), (window, Window::HalfMinute));
        assert_eq!((window.shorter(), window.us()), (Window::TwentyMinutes, 7_200_000_000));
    }
}
