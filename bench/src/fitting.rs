//! How many operations a run has.
//!
//! All contestants of a cell should run for about as long, or the slowest would take all the time. In some cells one
//! needs a hundred times as long as another for the same.

use std::time::Duration;

/// A trial is longer than the one before by this factor at most.
const GROWTH: f64 = 8.0;

/// How many operations of which there may be `most` take no longer than `span`. A multiple of `step`, as are the other
/// two.
///
/// Trials find it out, beginning with `fewest`. The threads of a short run have hardly found their cores when it ends,
/// so what it took says little about a long one: each trial only sets the length of the next, until one took a good
/// part of the span.
pub(crate) fn operations(
    fewest: u64,
    most: u64,
    step: u64,
    span: Duration,
    mut wall: impl FnMut(u64) -> Duration,
) -> u64 {
    let mut operations = fewest;
    loop {
        let growth = span.as_secs_f64() / wall(operations).as_secs_f64();
        let next = operations as f64 * growth.min(GROWTH);
        let next = (next as u64 / step * step).clamp(fewest, most);
        if next == most || next <= 2 * operations {
            return next;
        }
        operations = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With runs that take so long to begin with, and so long for each operation.
    fn fitting(start: u64, ns_each: u64) -> u64 {
        operations(100, 10_000, 50, Duration::from_micros(10), |operations| {
            Duration::from_nanos(start + ns_each * operations)
        })
    }

    #[test]
    fn as_many_as_fit_into_the_span_in_whole_steps() {
        assert_eq!(fitting(0, 3), 3_300);
        assert_eq!(fitting(0, 20), 500);
    }

    #[test]
    fn never_fewer_than_the_fewest_nor_more_than_the_most() {
        assert_eq!(fitting(0, 1_000), 100);
        assert_eq!(fitting(0, 1), 10_000);
    }

    #[test]
    fn what_a_run_takes_to_begin_with_does_not_make_it_short() {
        // The first trial takes as long as if each operation took 12.
        assert_eq!(fitting(1_000, 2), 4_250);
    }
}
