//! The program `verify`: explores all models, and writes down what they show.

use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::cli::Jobs;
use crate::invariants::Invariants;
use crate::models::{Depth, Models};
use crate::places::Places;
use crate::record::{self, Failure, Record};
use crate::{page, site};

/// Explore all models of named-sync, and write down what they show in docs/VERIFICATION.md.
#[derive(Parser)]
#[command(name = "verify", version)]
struct Cli {
    /// At most two preemptions in models that have a bound or take long; the page stays as it is
    #[arg(long, conflicts_with_all = ["full", "exhaustive", "check"])]
    quick: bool,
    /// No bound for two threads, but for eight models, and at least three preemptions for more; the page stays as it is
    #[arg(long, conflicts_with_all = ["exhaustive", "check"])]
    full: bool,
    /// The same without a bound for any two threads, which takes days
    #[arg(long, conflicts_with = "check")]
    exhaustive: bool,
    /// Keep in this folder how far each exploration is, and go on from there
    #[arg(long, value_name = "DIR", requires = "exhaustive")]
    checkpoints: Option<PathBuf>,
    /// Only models whose names contain this; the page stays as it is
    #[arg(long, value_name = "TEXT", conflicts_with = "check")]
    only: Option<String>,
    /// Only compare: fail if the page is not what it would be
    #[arg(long)]
    check: bool,
    /// Write the results to this file as well, for a CI server
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    #[command(flatten)]
    jobs: Jobs,
}

/// Does what the command line asks for.
pub fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("verify: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<String, String> {
    let depth = match cli {
        Cli { quick: true, .. } => Depth::Quick,
        Cli { full: true, .. } => Depth::Full,
        Cli { exhaustive: true, .. } => Depth::Exhaustive,
        _ => Depth::Usual,
    };
    let places = Places::find()?;
    let mut models = Models::build(&places.repository)?;
    if let Some(text) = &cli.only {
        models.names.retain(|name| name.contains(text));
        if models.names.is_empty() {
            return Err(format!("no model has {text:?} in its name"));
        }
    }
    let is_all = cli.only.is_none();
    if let Some(folder) = &cli.checkpoints {
        models.keep_checkpoints(folder)?;
    }
    // Opened now: it takes minutes until there is something to write.
    let report = cli
        .junit
        .as_ref()
        .map(|path| File::create(path).map_err(|error| format!("{}: {error}", path.display())));
    let report = report.transpose()?;
    let (record, failures) = Record::run(&models, depth, cli.jobs.number())?;
    println!("{}", table(&record, true));
    if let Some(report) = report {
        junit(&record, &failures).serialize(report).map_err(|error| error.to_string())?;
    }
    record::none_fails(&failures)?;
    let summary = summary(&record);
    if !is_all {
        return Ok(summary);
    }
    record::all_executed(&record, &site::all(&places.repository)?)?;
    if depth != Depth::Usual {
        return Ok(summary);
    }
    // For the mutants.
    record.keep(&places.record)?;
    let before = std::fs::read_to_string(&places.verification)
        .map_err(|error| format!("{}: {error}", places.verification.display()))?;
    let invariants = Invariants::read(&places.repository)?;
    let text = page::replace(&before, "invariants", &invariants.table())?;
    let models = format!("{summary}\n\n{}", table(&record, false));
    let text = page::replace(&text, "models", &models)?;
    Ok(format!("{summary}\n{}", page::write_or_check(&places.verification, &text, cli.check)?))
}

fn summary(record: &Record) -> String {
    let executions: u64 = record.models.iter().map(|model| model.explored.executions).sum();
    let two = record.models.iter().filter(|model| model.explored.threads <= 2).count();
    format!(
        "{} models, {two} of them of two threads: {executions} executions, none of which fails.",
        record.models.len()
    )
}

/// A row for each model, with the seconds that it took or without.
fn table(record: &Record, with_seconds: bool) -> String {
    let mut rows: Vec<_> = record.models.iter().collect();
    rows.sort_by(|one, other| one.name.cmp(&other.name));
    let mut lines = vec![
        "| model | threads | executions | explored | outcomes |".to_owned(),
        "| --- | ---: | ---: | --- | ---: |".to_owned(),
    ];
    if with_seconds {
        lines[0].push_str(" seconds |");
        lines[1].push_str(" ---: |");
    }
    for model in rows {
        let explored = &model.explored;
        let mut line = format!(
            "| `{}` | {} | {} | {} | {} |",
            model.name, explored.threads, explored.executions, explored.bound, explored.outcomes
        );
        if with_seconds {
            line.push_str(&format!(" {:.2} |", explored.seconds));
        }
        lines.push(line);
    }
    lines.join("\n")
}

fn junit(record: &Record, failures: &[Failure]) -> Report {
    let mut suite = TestSuite::new("models");
    for model in &record.models {
        let explored = &model.explored;
        let mut case = TestCase::new(&*model.name, TestCaseStatus::success());
        case.set_time(std::time::Duration::from_secs_f64(explored.seconds));
        case.set_system_out(format!("{} executions, {}", explored.executions, explored.bound));
        suite.add_test_case(case);
    }
    for failure in failures {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_description(&*failure.said);
        suite.add_test_case(TestCase::new(&*failure.name, status));
    }
    let mut report = Report::new("named-sync");
    report.add_test_suite(suite);
    report
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::Explored;
    use crate::record::Model;

    #[test]
    fn a_report_has_what_passes_and_what_fails() {
        let explored = Explored {
            threads: 2,
            executions: 12,
            bound: "complete".to_owned(),
            outcomes: 1,
            seconds: 0.5,
        };
        let passed = Model { name: "a::b".to_owned(), explored, sites: Default::default() };
        let record = Record { fingerprint: String::new(), models: vec![passed] };
        let failed = Failure { name: "c::d".to_owned(), said: "a < b".to_owned() };
        let report = junit(&record, &[failed]).to_string().unwrap();
        for part in
            ["tests=\"2\"", "failures=\"1\"", "a::b", "12 executions, complete", "c::d", "a &lt; b"]
        {
            assert!(report.contains(part), "{part} is not in {report}");
        }
    }
}
