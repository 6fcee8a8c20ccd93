//! Runs cells: round by round, every contestant once in each round.
//!
//! A slow minute of the machine thereby hits all contestants alike. Who goes first rotates from round to round, so
//! that nobody always runs on a core that somebody else has just warmed up or slowed down. Each contestant has
//! one run that does not count, before the first round.

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::results::{CellResult, ContestantResult, Figures, Results, Stuck};
use crate::sample::{Cell, Contestant, OURS, Sample};

/// A run in a fresh process that takes longer does not end. The longest take a second.
const ENDLESS: Duration = Duration::from_secs(10);
/// After so many endless runs in a row a peer is not asked again.
const ATTEMPTS: usize = 3;

/// Runs all cells.
///
/// # Errors
///
/// A message that names the cell and the contestant whose run came to a wrong result, or to none.
pub(crate) fn run(cells: Vec<Cell>, rounds: u32) -> Result<Results, String> {
    let plans: Vec<Plan> = cells.into_iter().map(|cell| Plan::new(cell, rounds)).collect();
    let bar = progress_bar(plans.iter().map(Plan::expected_ms).sum());
    let mut results = Results::default();
    for plan in plans {
        bar.set_message(plan.cell.name.clone());
        let cell = run_cell(plan, &bar, &mut results.stuck)?;
        results.cells.push(cell);
    }
    bar.finish_and_clear();
    Ok(results)
}

/// Runs one contestant once, in this process, for the process that asked for it.
///
/// # Errors
///
/// A message, if there is no such cell or contestant.
pub(crate) fn run_child(cells: Vec<Cell>, cell: &str, contestant: &str) -> Result<Sample, String> {
    let cell = cells.into_iter().find(|one| one.name == cell).ok_or("there is no such cell")?;
    let contestant = cell.contestants.into_iter().find(|one| one.name == contestant);
    Ok((contestant.ok_or("there is no such contestant")?.run)())
}

struct Plan {
    cell: Cell,
    rounds: u32,
    warm_up: bool,
}

impl Plan {
    fn new(cell: Cell, rounds: u32) -> Self {
        // What runs in a fresh process is cold by intention; what runs only once is too slow to be run twice.
        let warm_up = !cell.fresh_process && cell.most_rounds > 1;
        Self { rounds: rounds.min(cell.most_rounds), cell, warm_up }
    }

    fn expected_ms(&self) -> u64 {
        let runs = self.rounds as u64 + u64::from(self.warm_up);
        runs * self.cell.contestants.len() as u64 * self.cell.expected.as_millis() as u64
    }
}

fn run_cell(plan: Plan, bar: &ProgressBar, stuck: &mut Vec<Stuck>) -> Result<CellResult, String> {
    let Plan { mut cell, rounds, warm_up } = plan;
    let count = cell.contestants.len();
    let mut samples: Vec<Vec<Sample>> = vec![Vec::new(); count];
    if warm_up {
        for index in 0..count {
            run_once(&mut cell, index, bar, stuck)?;
        }
    }
    for round in 0..rounds as usize {
        for turn in 0..count {
            let index = (round + turn) % count;
            samples[index].push(run_once(&mut cell, index, bar, stuck)?);
        }
    }
    let columns = cell.columns;
    let contestants = cell.contestants.iter().zip(&samples).map(|(contestant, samples)| {
        let column = |index: usize| samples.iter().map(|sample| sample.figures[index]).collect();
        let figures = (0..columns.len()).map(|index| Figures::of(column(index))).collect();
        ContestantResult { name: contestant.name, is_yardstick: contestant.is_yardstick, figures }
    });
    let contestants = contestants.collect();
    Ok(CellResult { name: cell.name, section: cell.section, columns, rounds, contestants })
}

fn run_once(
    cell: &mut Cell,
    index: usize,
    bar: &ProgressBar,
    stuck: &mut Vec<Stuck>,
) -> Result<Sample, String> {
    let contestant = &mut cell.contestants[index];
    let sample = if cell.fresh_process {
        in_fresh_processes(&cell.name, contestant, stuck)?
    } else {
        (contestant.run)()
    };
    let check = sample.check;
    if check.actual != check.expected {
        return Err(format!(
            "{} in {}: what came out sums up to {}, not to {}",
            contestant.name, cell.name, check.actual, check.expected
        ));
    }
    bar.inc(cell.expected.as_millis() as u64);
    Ok(sample)
}

/// A run of a peer that does not end is noted and done again; one of ours must not happen.
fn in_fresh_processes(
    cell: &str,
    contestant: &Contestant,
    stuck: &mut Vec<Stuck>,
) -> Result<Sample, String> {
    let name = contestant.name;
    for _ in 0..ATTEMPTS {
        let sample = in_fresh_process(cell, name);
        if let Some(sample) = sample.map_err(|error| format!("{name} in {cell}: {error}"))? {
            return Ok(sample);
        }
        if name == OURS {
            break;
        }
        stuck.push(Stuck { cell: cell.to_owned(), contestant: name });
    }
    Err(format!("{name} in {cell}: a run had not ended after {ENDLESS:?}"))
}

/// One run; none if it did not end.
fn in_fresh_process(
    cell: &str,
    contestant: &str,
) -> Result<Option<Sample>, Box<dyn std::error::Error>> {
    let program = std::env::current_exe()?;
    let mut child = Command::new(program)
        .args(["child", cell, contestant])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > ENDLESS {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        // Seldom enough not to take the core from the run.
        std::thread::sleep(Duration::from_millis(5));
    };
    // A sample is a line: it fits into the pipe while nobody reads.
    let (mut said, mut complaint) = (String::new(), String::new());
    child.stdout.take().ok_or("no output")?.read_to_string(&mut said)?;
    child.stderr.take().ok_or("no output")?.read_to_string(&mut complaint)?;
    if !status.success() {
        return Err(complaint.into());
    }
    Ok(Some(serde_json::from_str(&said)?))
}

fn progress_bar(expected_ms: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{wide_bar} {percent:>3}%  {eta} left  {msg}");
    ProgressBar::new(expected_ms).with_style(style.expect("the template is valid"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Column;
    use std::cell::RefCell;
    use std::rc::Rc;

    const COLUMNS: &[Column] = &[Column::ns("ns")];

    #[test]
    fn each_round_runs_everybody_once_and_the_first_place_rotates() {
        let log = Rc::new(RefCell::new(Vec::new()));
        let contestant = |name: &'static str| {
            let log = Rc::clone(&log);
            Contestant::new(name, move || {
                log.borrow_mut().push(name);
                Sample::new(vec![1.0])
            })
        };
        let cell =
            Cell::new("", "cell".to_owned(), COLUMNS, vec![contestant("a"), contestant("b")]);
        let results = run(vec![cell], 3).unwrap();
        assert_eq!(*log.borrow(), ["a", "b", "a", "b", "b", "a", "a", "b"]);
        assert_eq!(results.cells[0].contestants[1].figures[0].samples.len(), 3);
    }

    #[test]
    fn a_wrong_sum_ends_the_bench_and_names_the_culprit() {
        let liar = Contestant::new("liar", || Sample::new(vec![1.0]).checked(10, 9));
        let cell = Cell::new("", "queue/lies".to_owned(), COLUMNS, vec![liar]);
        let message = run(vec![cell], 1).err().unwrap();
        assert!(message.contains("liar in queue/lies"), "{message}");
        assert!(message.contains("9, not to 10"), "{message}");
    }
}
