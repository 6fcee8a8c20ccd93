//! What is measured: cells, their contestants, and the sample that one run of a contestant gives.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The name under which our own contestant stands in every cell, always first.
pub(crate) const OURS: &str = "named-sync";

/// What a figure counts. Less is better in all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unit {
    /// Nanoseconds.
    Nanoseconds,
    /// Bytes.
    Bytes,
    /// A plain ratio.
    Times,
}

/// One of the figures that a cell's runs give. A cell's first column is the one that contestants compete in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Column {
    pub(crate) label: &'static str,
    pub(crate) unit: Unit,
}

impl Column {
    pub(crate) const fn ns(label: &'static str) -> Self {
        Self { label, unit: Unit::Nanoseconds }
    }

    pub(crate) const fn bytes(label: &'static str) -> Self {
        Self { label, unit: Unit::Bytes }
    }

    pub(crate) const fn times(label: &'static str) -> Self {
        Self { label, unit: Unit::Times }
    }
}

/// CPU time of all measured threads together, over all operations.
pub(crate) const CPU: Column = Column::ns("CPU ns per operation");
/// From the common start to the end of the last thread, over all operations of all threads.
pub(crate) const PER_ITEM: [Column; 2] = [Column::ns("wall ns per item"), CPU];
/// From the common start to the end of the last thread, over the operations of one thread.
pub(crate) const PER_CALL: [Column; 2] = [Column::ns("wall ns per call of each thread"), CPU];

/// What one run of one contestant gave: a figure for each column of its cell, and whether it did the work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sample {
    pub(crate) figures: Vec<f64>,
    pub(crate) check: Check,
}

impl Sample {
    /// A sample of the columns [`PER_ITEM`] or [`PER_CALL`]: the wall time over `per_wall` operations, the CPU
    /// time over `operations`.
    pub(crate) fn timed(wall: Duration, per_wall: u64, cpu: Duration, operations: u64) -> Self {
        Self::new(vec![ns_each(wall, per_wall), ns_each(cpu, operations)])
    }

    /// A sample that has nothing to check yet.
    pub(crate) fn new(figures: Vec<f64>) -> Self {
        Self { figures, check: Check { expected: 0, actual: 0 } }
    }

    /// The same sample, valid only if `actual` is `expected`.
    pub(crate) fn checked(self, expected: u64, actual: u64) -> Self {
        Self { check: Check { expected, actual }, ..self }
    }
}

/// Nanoseconds of each of `operations`.
pub(crate) fn ns_each(time: Duration, operations: u64) -> f64 {
    time.as_nanos() as f64 / operations as f64
}

/// A sum over everything that came out, and what it must be. A run with another sum measured something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Check {
    pub(crate) expected: u64,
    pub(crate) actual: u64,
}

/// One of those who compete in a cell, or something beside which they are measured.
pub(crate) struct Contestant {
    pub(crate) name: &'static str,
    /// Whether it is shown, and run in turn with the others, but is nobody's peer.
    pub(crate) is_yardstick: bool,
    /// One run, with everything that is not to be measured done outside the clock.
    pub(crate) run: Box<dyn FnMut() -> Sample>,
}

impl Contestant {
    pub(crate) fn new(name: &'static str, run: impl FnMut() -> Sample + 'static) -> Self {
        Self { name, is_yardstick: false, run: Box::new(run) }
    }

    /// The same as something to measure by: it is no peer.
    pub(crate) fn into_yardstick(self) -> Self {
        Self { is_yardstick: true, ..self }
    }
}

/// One scenario: the same work for several contestants.
pub(crate) struct Cell {
    /// Stable: filters, targets and readers of the JSON go by it.
    pub(crate) name: String,
    /// The heading under which the report shows the cell. The names of all cells of a section start alike.
    pub(crate) section: &'static str,
    pub(crate) columns: &'static [Column],
    pub(crate) contestants: Vec<Contestant>,
    /// No more rounds than this, however many are asked for: some runs take seconds.
    pub(crate) most_rounds: u32,
    /// Whether each run happens in a fresh process, whose memory nobody has used yet, and which can be ended if the run
    /// does not end.
    pub(crate) fresh_process: bool,
    /// Roughly how long a run takes, for the progress bar.
    pub(crate) expected: Duration,
}

impl Cell {
    pub(crate) fn new(
        section: &'static str,
        name: String,
        columns: &'static [Column],
        contestants: Vec<Contestant>,
    ) -> Self {
        Self {
            name,
            section,
            columns,
            contestants,
            most_rounds: u32::MAX,
            fresh_process: false,
            expected: Duration::from_millis(15),
        }
    }

    pub(crate) fn at_most(self, rounds: u32) -> Self {
        Self { most_rounds: rounds, ..self }
    }

    pub(crate) fn in_fresh_processes(self) -> Self {
        Self { fresh_process: true, ..self }
    }

    pub(crate) fn expecting(self, expected: Duration) -> Self {
        Self { expected, ..self }
    }
}
