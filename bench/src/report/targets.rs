//! What must hold, what was measured, and whether it holds.
//!
//! A target whose cells were not run is neither met nor missed. What is required is written here once: the words of
//! the row and the judgement are made from the same number.

use std::fmt;

use serde::Serialize;

use crate::atomic::{READ_MODIFY_WRITE, TWO_EXCHANGES};
use crate::queue::is_blocking_scenario;
use crate::results::{CellResult, Results, geometric_mean, median};
use crate::sample::{CPU, OURS};
use crate::shared::ANNOUNCED;

/// One requirement.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Target {
    pub(crate) what: String,
    pub(crate) required: String,
    pub(crate) measured: String,
    pub(crate) verdict: Verdict,
}

impl Target {
    pub(crate) fn is_missed(&self) -> bool {
        self.verdict == Verdict::Missed
    }
}

/// What became of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Met,
    Missed,
    NotRun,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Met => "met",
            Self::Missed => "MISSED",
            Self::NotRun => "not run",
        })
    }
}

#[derive(Clone, Copy)]
enum Bound {
    AtLeast(f64),
    AtMost(f64),
    Below(f64),
}

impl Bound {
    fn holds(self, measured: f64) -> bool {
        match self {
            Self::AtLeast(bound) => measured >= bound,
            Self::AtMost(bound) => measured <= bound,
            Self::Below(bound) => measured < bound,
        }
    }
}

/// A measured number, and a word about it.
struct Measured {
    value: f64,
    note: String,
}

impl Measured {
    fn new(value: f64, note: impl Into<String>) -> Self {
        Self { value, note: note.into() }
    }
}

/// All targets, judged by these results.
pub(crate) fn judge(results: &Results) -> Vec<Target> {
    let mut targets = vec![
        target(
            "blocking queues, best peer / ours, geometric mean",
            Bound::AtLeast(1.25),
            "",
            blocking_mean(results),
        ),
        target(
            "blocking queues, best peer / ours, worst cell",
            Bound::AtLeast(0.9),
            "",
            worst_blocking(results),
        ),
    ];
    for queue in ["bounded-1", "bounded-100", "bounded-1024", "unbounded"] {
        let cell = format!("queue/{queue}/put-get");
        targets.push(target(
            format!("put+get on one thread, {queue}, in read-modify-writes"),
            Bound::AtMost(2.45),
            "",
            in_read_modify_writes(results, &cell),
        ));
    }
    for operation in ["add", "get", "set"] {
        targets.push(against(results, format!("atomic/{operation}"), "raw AtomicI64", 1.05));
    }
    for readers in [1, 2, 4] {
        targets.push(against(results, format!("shared/read/{readers}r"), "arc-swap", 0.6));
    }
    for readers in [1, 2, 4] {
        targets.push(get(results, format!("shared/get/{readers}r")));
    }
    for names in [1_000, 1_000_000] {
        for threads in [1, 2, 4] {
            let cell = format!("registry/lookup-{names}/{threads}t");
            targets.push(against(results, cell, "papaya", 1.0));
        }
    }
    targets.extend(creation(results));
    targets.push(target(
        "CPU time per item in every queue cell, ours / median peer, worst cell",
        Bound::AtMost(1.0),
        "",
        worst_cpu(results),
    ));
    targets.push(target(
        "CPU time of a getter that is blocked for 2 s",
        Bound::Below(1.0),
        " ms",
        ours(results, "latency/idle-2s", 0, 1e-6),
    ));
    targets.push(target(
        "1p1c pinned to one core / slowest peer on two cores, bounded-100",
        Bound::AtMost(1.5),
        "",
        pinned(results),
    ));
    let large = "memory/queue-maxsize-1000000";
    targets.push(target(
        "queue of maxsize 1,000,000, resident before use",
        Bound::Below(64.0),
        " KiB",
        ours(results, large, 0, 1.0 / 1024.0),
    ));
    targets.push(target(
        "queue of maxsize 1,000,000, created in",
        Bound::Below(50.0),
        " us",
        ours(results, large, 1, 1e-3),
    ));
    targets
}

fn target(what: impl Into<String>, bound: Bound, unit: &str, measured: Option<Measured>) -> Target {
    let required = match bound {
        Bound::AtLeast(bound) => format!(">= {bound}{unit}"),
        Bound::AtMost(bound) => format!("<= {bound}{unit}"),
        Bound::Below(bound) => format!("< {bound}{unit}"),
    };
    let (verdict, measured) = match measured {
        None => (Verdict::NotRun, "-".to_owned()),
        Some(Measured { value, note }) => {
            let verdict = if bound.holds(value) { Verdict::Met } else { Verdict::Missed };
            let note = if note.is_empty() { note } else { format!(" ({note})") };
            (verdict, format!("{value:.3}{unit}{note}"))
        }
    };
    Target { what: what.into(), required, measured, verdict }
}

/// Ours over one peer in one cell.
fn against(results: &Results, cell: String, peer: &str, most: f64) -> Target {
    let measured = results.cell(&cell).and_then(|cell| {
        let (ours, theirs) = (cell.median_of(OURS, 0)?, cell.median_of(peer, 0)?);
        Some(Measured::new(ours / theirs, format!("{ours:.2} / {theirs:.2} ns")))
    });
    target(format!("{cell}, ours / {peer}"), Bound::AtMost(most), "", measured)
}

/// Of `Shared::get`, with the least that it could take: an `Arc` that is announced and cloned.
fn get(results: &Results, cell: String) -> Target {
    let floor = || {
        let cell = results.cell(&cell)?;
        let (floor, theirs) = (cell.median_of(ANNOUNCED, 0)?, cell.median_of("arc-swap", 0)?);
        Some(format!("; {ANNOUNCED}: {:.3}", floor / theirs))
    };
    let floor = floor().unwrap_or_default();
    let mut target = against(results, cell, "arc-swap", 0.85);
    target.measured += &floor;
    target
}

fn ours(results: &Results, cell: &str, column: usize, scale: f64) -> Option<Measured> {
    Some(Measured::new(results.cell(cell)?.median_of(OURS, column)? * scale, ""))
}

fn blocking_ratios(results: &Results) -> impl Iterator<Item = (&CellResult, f64)> {
    let cells = results.cells.iter().filter(|cell| is_blocking_scenario(cell.section));
    cells.filter_map(|cell| Some((cell, cell.ratio()?)))
}

fn blocking_mean(results: &Results) -> Option<Measured> {
    let mean = geometric_mean(blocking_ratios(results).map(|one| one.1))?;
    Some(Measured::new(mean, format!("{} cells", blocking_ratios(results).count())))
}

fn worst_blocking(results: &Results) -> Option<Measured> {
    let (cell, ratio) = blocking_ratios(results).min_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(Measured::new(ratio, cell.name.as_str()))
}

fn in_read_modify_writes(results: &Results, cell: &str) -> Option<Measured> {
    let cell = results.cell(cell)?;
    let (ours, one) = (cell.median_of(OURS, 0)?, cell.median_of(READ_MODIFY_WRITE, 0)?);
    let floor = cell.median_of(TWO_EXCHANGES, 0);
    let floor = floor.map(|two| format!("; {TWO_EXCHANGES}: {:.3}", two / one));
    Some(Measured::new(ours / one, format!("{ours:.2} / {one:.2} ns{}", floor.unwrap_or_default())))
}

fn worst_cpu(results: &Results) -> Option<Measured> {
    let ratios = results.cells.iter().filter_map(|cell| {
        let column = cell.columns.iter().position(|column| *column == CPU)?;
        let peers: Vec<f64> = cell.peers(column).iter().map(|peer| peer.1).collect();
        if !cell.name.starts_with("queue/") || peers.is_empty() {
            return None;
        }
        Some((cell, cell.median_of(OURS, column)? / median(&peers)))
    });
    let ratios: Vec<(&CellResult, f64)> = ratios.collect();
    let (cell, worst) = ratios.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let above = ratios.iter().filter(|one| one.1 > 1.0).count();
    let note = format!("{}; {above} of {} cells are above", cell.name, ratios.len());
    Some(Measured::new(*worst, note))
}

fn pinned(results: &Results) -> Option<Measured> {
    let pinned = results.cell("queue/pinned-bounded-100/1p1c")?.median_of(OURS, 0)?;
    let peers = results.cell("queue/bounded-100/1p1c")?.peers(0);
    let (name, slowest) = peers.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(Measured::new(pinned / slowest, format!("{pinned:.1} ns / {name} {slowest:.1} ns")))
}

/// The four columns of the cell in which a million names are created.
///
/// The slowest single creation is judged by the least of all rounds: what interrupted one round is not in each of
/// them, but a step of the algorithm is.
fn creation(results: &Results) -> Vec<Target> {
    let cell = "registry/create-1000000";
    let slowest = || {
        let figures = results.cell(cell)?.figures_of(OURS, 3)?;
        Some(Measured::new(figures.min * 1e-6, format!("median {:.3} ms", figures.median * 1e-6)))
    };
    vec![
        target(
            "1,000,000 names created in",
            Bound::Below(2.0),
            " s",
            ours(results, cell, 0, 1_000_000.0 * 1e-9),
        ),
        target(
            "memory for each of 1,000,000 names",
            Bound::Below(300.0),
            " bytes",
            ours(results, cell, 1, 1.0),
        ),
        target(
            "creation, last tenth / fifth tenth of 1,000,000",
            Bound::AtMost(1.25),
            "",
            ours(results, cell, 2, 1.0),
        ),
        target("slowest of 1,000,000 creations", Bound::AtMost(1.0), " ms", slowest()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::{ContestantResult, Figures};
    use crate::sample::{Column, PER_CALL, PER_ITEM};

    fn cell(
        name: &str,
        columns: &'static [Column],
        contestants: &[(&'static str, f64)],
    ) -> CellResult {
        let contestants = contestants
            .iter()
            .map(|&(name, figure)| ContestantResult {
                name,
                is_yardstick: [READ_MODIFY_WRITE, TWO_EXCHANGES, ANNOUNCED].contains(&name),
                figures: columns.iter().map(|_| Figures::of(vec![figure])).collect(),
            })
            .collect();
        let section =
            if name.starts_with("queue/bounded") { "Queue, blocking" } else { "something else" };
        CellResult { name: name.to_owned(), section, columns, rounds: 1, contestants }
    }

    fn verdict(cells: Vec<CellResult>, what: &str) -> (Verdict, String) {
        let targets = judge(&Results { cells, ..Results::default() });
        let target = targets.iter().find(|target| target.what.contains(what)).unwrap();
        (target.verdict, target.measured.clone())
    }

    #[test]
    fn nothing_run_is_nothing_missed() {
        let targets = judge(&Results::default());
        assert!(targets.iter().all(|target| target.verdict == Verdict::NotRun));
    }

    #[test]
    fn a_queue_that_is_behind_misses_both_the_mean_and_the_worst_cell() {
        let cells = || {
            vec![
                cell("queue/bounded-1/1p1c", &PER_ITEM, &[(OURS, 10.0), ("kanal", 8.0)]),
                cell("queue/bounded-100/1p1c", &PER_ITEM, &[(OURS, 10.0), ("kanal", 12.0)]),
            ]
        };
        assert_eq!(verdict(cells(), "geometric mean").0, Verdict::Missed);
        let (worst, measured) = verdict(cells(), "ours, worst cell");
        assert_eq!(worst, Verdict::Missed);
        assert!(measured.contains("0.800 (queue/bounded-1/1p1c)"), "{measured}");
    }

    #[test]
    fn a_queue_that_is_ahead_meets_both() {
        let cells =
            || vec![cell("queue/bounded-1/1p1c", &PER_ITEM, &[(OURS, 10.0), ("kanal", 13.0)])];
        assert_eq!(verdict(cells(), "geometric mean").0, Verdict::Met);
        assert_eq!(verdict(cells(), "ours, worst cell").0, Verdict::Met);
    }

    #[test]
    fn put_and_get_count_in_read_modify_writes_of_the_same_cell() {
        let cells = |ours| {
            let contestants =
                [(OURS, ours), ("kanal", 14.0), (READ_MODIFY_WRITE, 5.0), (TWO_EXCHANGES, 11.0)];
            let other = [(OURS, 1.0), (READ_MODIFY_WRITE, 1.0)];
            vec![
                cell("queue/bounded-1/put-get", &PER_ITEM, &other),
                cell("queue/bounded-100/put-get", &PER_ITEM, &contestants),
            ]
        };
        let what = "put+get on one thread, bounded-100,";
        let (met, measured) = verdict(cells(12.0), what);
        assert_eq!(met, Verdict::Met);
        assert_eq!(measured, "2.400 (12.00 / 5.00 ns; 2 exchanges: 2.200)");
        assert_eq!(verdict(cells(12.5), what).0, Verdict::Missed);
        assert_eq!(verdict(cells(12.0), "put+get on one thread, unbounded").0, Verdict::NotRun);
    }

    #[test]
    fn spinning_more_than_the_median_peer_is_a_miss() {
        let cells = |ours| {
            let peers = [(OURS, ours), ("a", 10.0), ("b", 20.0), ("c", 90.0)];
            vec![cell("queue/bounded-1/1p1c", &PER_ITEM, &peers)]
        };
        assert_eq!(verdict(cells(20.0), "CPU time per item").0, Verdict::Met);
        assert_eq!(verdict(cells(21.0), "CPU time per item").0, Verdict::Missed);
    }

    #[test]
    fn ours_against_a_named_peer_does_not_look_at_others() {
        let cells = vec![cell(
            "shared/read/2r",
            &PER_CALL,
            &[(OURS, 7.0), ("arc-swap", 10.0), ("x", 90.0)],
        )];
        let (verdict, measured) = verdict(cells, "shared/read/2r");
        assert_eq!(verdict, Verdict::Missed);
        assert_eq!(measured, "0.700 (7.00 / 10.00 ns)");
    }

    #[test]
    fn a_get_is_told_beside_the_least_that_it_could_take_and_judged_without_it() {
        let contestants = [(OURS, 9.0), ("arc-swap", 10.0), (ANNOUNCED, 8.0)];
        let cells = || vec![cell("shared/get/2r", &PER_CALL, &contestants)];
        let (verdict, measured) = verdict(cells(), "shared/get/2r");
        assert_eq!(verdict, Verdict::Missed);
        assert_eq!(measured, "0.900 (9.00 / 10.00 ns); Arc, announced: 0.800");
    }

    #[test]
    fn pinned_is_compared_with_the_slowest_peer_on_two_cores() {
        let cells = |pinned| {
            vec![
                cell("queue/pinned-bounded-100/1p1c", &PER_ITEM, &[(OURS, pinned)]),
                cell("queue/bounded-100/1p1c", &PER_ITEM, &[(OURS, 9.0), ("a", 10.0), ("b", 40.0)]),
            ]
        };
        assert_eq!(verdict(cells(60.0), "pinned").0, Verdict::Met);
        assert_eq!(verdict(cells(61.0), "pinned").0, Verdict::Missed);
    }
}
