//! named-sync and its peers, side by side: each scenario for us and for each peer in turn, round after round, in
//! one process.
//!
//! `cargo run --release -p named-sync-bench -- --only queue/bounded-100 --rounds 3`

#[cfg(not(target_os = "linux"))]
compile_error!("the bench pins threads and reads /proc: it runs on Linux only");

mod atomic;
mod catalog;
mod cli;
mod crew;
mod fitting;
mod machine;
mod queue;
mod registry;
mod report;
mod results;
mod runner;
mod sample;
mod shared;
mod wait_group;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Hidden};
use machine::Machine;

/// A target was missed, and `--check` asked to be told.
const MISSED: u8 = 1;
/// The command line makes no sense.
const USAGE: u8 = 2;
/// A contestant came to a wrong result, or a file could not be written.
const FAILED: u8 = 3;

/// An exit code, and what the user is told.
type Failure = (u8, String);

fn main() -> ExitCode {
    run(Cli::parse()).unwrap_or_else(|(code, message)| {
        eprintln!("error: {message}");
        ExitCode::from(code)
    })
}

fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let failed = |message: String| (FAILED, message);
    // What crossfire's documentation asks its users to call first.
    crossfire::detect_backoff_cfg();
    let cells = catalog::all();
    if let Some(Hidden::Child { cell, contestant }) = cli.hidden {
        let sample = runner::run_child(cells, &cell, &contestant).map_err(failed)?;
        println!("{}", serde_json::to_string(&sample).expect("a sample is plain data"));
        return Ok(ExitCode::SUCCESS);
    }
    let cells = catalog::choose(cells, &cli.only).map_err(|message| (USAGE, message))?;
    if cli.list {
        cells.iter().for_each(|cell| println!("{}", cell.name));
        return Ok(ExitCode::SUCCESS);
    }

    let machine = Machine::here();
    machine.lines().iter().for_each(|line| println!("{line}"));
    let results = runner::run(cells, cli.rounds).map_err(failed)?;
    let targets = report::targets::judge(&results);
    print!("{}", report::text(&results, &targets));

    write(cli.json.as_deref(), || Ok(report::json(&machine, &results, &targets)))?;
    write(cli.markdown.as_deref(), || Ok(report::markdown(&machine, &results, &targets)))?;
    write(cli.chart.as_deref(), || report::chart::svg(&results))?;
    let missed = targets.iter().any(|target| target.is_missed());
    Ok(if cli.check && missed { ExitCode::from(MISSED) } else { ExitCode::SUCCESS })
}

/// Writes what was asked for.
fn write(path: Option<&Path>, text: impl Fn() -> Result<String, String>) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    let failed = |message: String| (FAILED, format!("cannot write {}: {message}", path.display()));
    fs::write(path, text().map_err(failed)?).map_err(|error| failed(error.to_string()))
}
