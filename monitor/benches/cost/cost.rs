//! One cost, and what it may be at most.

use std::fmt;
use std::time::Duration;

pub(crate) struct Cost {
    what: String,
    is: f64,
    at_most: f64,
    unit: &'static str,
    how: String,
}

impl Cost {
    pub(crate) const HEAD: &str = "| what | measured | at most | how |\n| --- | --- | --- | --- |";

    pub(crate) fn new(
        what: impl Into<String>,
        is: f64,
        at_most: f64,
        unit: &'static str,
        how: impl Into<String>,
    ) -> Self {
        Cost { what: what.into(), is, at_most, unit, how: how.into() }
    }

    /// The median of some times, in milliseconds.
    pub(crate) fn of_times(
        what: impl Into<String>,
        times: &mut [Duration],
        at_most_ms: f64,
    ) -> Self {
        times.sort_unstable();
        let worst = times.last().map_or(0.0, |time| ms(*time));
        let how = format!("median of {}, worst {worst:.1}", times.len());
        Self::new(what, ms(times[times.len() / 2]), at_most_ms, "ms", how)
    }

    pub(crate) fn is_met(&self) -> bool {
        self.is <= self.at_most
    }
}

pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cost { what, is, at_most, unit, how } = self;
        let bold = if self.is_met() { "" } else { "**" };
        write!(f, "| {what} | {bold}{is:.3} {unit}{bold} | {at_most} {unit} | {how} |")
    }
}
