//! How many operations a run has.
//!
//! All contestants of a cell should run for about as long, or the slowest would take all the time. In some cells one
//! needs a hundred times as long as another for the same.

use std::time::Duration;

/// How many operations of which there may be `most` take no longer than `span`, going by how long it takes to do
/// `fewest`. A multiple of `step`, as are the other two.
pub(crate) fn operations(
    fewest: u64,
    most: u64,
    step: u64,
    span: Duration,
    wall: impl FnOnce(u64) -> Duration,
) -> u64 {
    let fitting = span.as_secs_f64() / wall(fewest).as_secs_f64() * fewest as f64;
    (fitting as u64 / step * step).clamp(fewest, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fitting(ns_each: u64) -> u64 {
        operations(100, 10_000, 50, Duration::from_micros(10), |operations| {
            Duration::from_nanos(ns_each * operations)
        })
    }

    #[test]
    fn as_many_as_fit_into_the_span_in_whole_steps() {
        assert_eq!(fitting(3), 3_300);
        assert_eq!(fitting(20), 500);
    }

    #[test]
    fn never_fewer_than_the_fewest_nor_more_than_the_most() {
        assert_eq!(fitting(1_000), 100);
        assert_eq!(fitting(1), 10_000);
    }
}
