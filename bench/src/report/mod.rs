//! What the bench tells: tables, verdicts, JSON and the chart, all from the same results.

pub(crate) mod chart;
pub(crate) mod table;
pub(crate) mod targets;

use serde::Serialize;

use crate::machine::Machine;
use crate::queue::is_blocking_scenario;
use crate::results::{Results, geometric_mean};
use crate::sample::Unit;
use targets::Target;

/// What is printed at the end.
pub(crate) fn text(results: &Results, targets: &[Target]) -> String {
    let mut text = String::new();
    for section in table::sections(results) {
        text += &format!("\n## {}\n", section.title);
        for table in section.tables() {
            text += &format!("\n{table}\n");
        }
    }
    if !results.stuck.is_empty() {
        text += "\n## Runs that did not end\n\n";
        for stuck in &results.stuck {
            text += &format!("- {} in {}: stopped, and done again\n", stuck.contestant, stuck.cell);
        }
    }
    for line in summary(results) {
        text += &format!("\n{line}");
    }
    text + &format!("\n\n## Targets\n\n{}\n", table::targets(targets))
}

/// The same with the machine, as a page.
pub(crate) fn markdown(machine: &Machine, results: &Results, targets: &[Target]) -> String {
    let machine: String = machine.lines().iter().map(|line| format!("- {line}\n")).collect();
    format!("## Machine\n\n{machine}{}", text(results, targets))
}

/// Everything, down to each sample.
pub(crate) fn json(machine: &Machine, results: &Results, targets: &[Target]) -> String {
    #[derive(Serialize)]
    struct Everything<'a> {
        machine: &'a Machine,
        #[serde(flatten)]
        results: &'a Results,
        targets: &'a [Target],
    }
    let everything = Everything { machine, results, targets };
    serde_json::to_string_pretty(&everything).expect("results are plain data") + "\n"
}

/// The geometric mean and the worst cell of the blocking queues, and of all cells that measure time and have peers. Of
/// memory, which may be a page or a hundred megabytes, a mean would say nothing.
fn summary(results: &Results) -> Vec<String> {
    let line = |title: &str, blocking_only: bool| {
        let cells = results.cells.iter().filter(|cell| cell.columns[0].unit == Unit::Nanoseconds);
        let ratios: Vec<(&str, f64)> = cells
            .filter(|cell| !blocking_only || is_blocking_scenario(cell.section))
            .filter_map(|cell| Some((cell.name.as_str(), cell.ratio()?)))
            .collect();
        let mean = geometric_mean(ratios.iter().map(|one| one.1))?;
        let (worst, ratio) = ratios.iter().min_by(|a, b| a.1.total_cmp(&b.1))?;
        Some(format!(
            "{title} ({} cells): best peer / ours has the geometric mean {mean:.2}; worst {ratio:.2} in {worst}",
            ratios.len()
        ))
    };
    [line("blocking queues", true), line("everything that takes time", false)]
        .into_iter()
        .flatten()
        .collect()
}
