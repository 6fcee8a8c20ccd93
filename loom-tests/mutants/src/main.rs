//! Weakens every memory ordering of the core in turn, and looks for the model that notices.
//!
//! Models that pass prove little until it is shown that they would fail. The models run the core's own sources on
//! watched atomics, which ask an environment variable whether one of them is to get a weaker ordering
//! (`core/src/sync/mutants.rs`): no source is rewritten and nothing is compiled anew.

mod crew;
mod justified;
mod matrix;
mod models;
mod mutant;
mod record;
mod results;
mod run;
mod site;
mod verdict;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use models::Models;
use mutant::Mutant;
use record::Record;
use results::Results;
use site::Site;

/// Weaken every memory ordering of named-sync in turn, and look for the model that notices.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run all models as they are and note which accesses each makes; fails if an access is made by none
    Record(Jobs),
    /// Run the models on the mutants that have no verdict yet
    Run {
        #[command(flatten)]
        jobs: Jobs,
        /// Only mutants of the accesses in this line of this file, from the root of the repository
        #[arg(long, value_name = "FILE:LINE")]
        only: Option<String>,
    },
    /// Fail unless every mutant is killed by a model or justified in mutants.toml
    Verdict,
    /// Write docs/ORDERINGS.md
    Matrix {
        /// Only compare: fail if the page is not what it would be
        #[arg(long)]
        check: bool,
    },
}

#[derive(Args)]
struct Jobs {
    /// How many models run at the same time [default: as many as there are cores]
    #[arg(long)]
    jobs: Option<NonZeroUsize>,
}

impl Jobs {
    fn number(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        self.jobs.map_or_else(cores, NonZeroUsize::get)
    }
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("mutants: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Where things are.
struct Places {
    repository: PathBuf,
    record: PathBuf,
    results: PathBuf,
    justified: PathBuf,
    page: PathBuf,
}

impl Places {
    fn find() -> Result<Self, String> {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let repository = package.join("../..");
        let repository = repository.canonicalize().map_err(|error| {
            format!("{}: {error}; was it compiled elsewhere?", repository.display())
        })?;
        let work = repository.join("target/mutants");
        std::fs::create_dir_all(&work).map_err(|error| format!("{}: {error}", work.display()))?;
        Ok(Self {
            record: work.join("record.json"),
            results: work.join("results.jsonl"),
            justified: package.join("mutants.toml"),
            page: repository.join("docs/ORDERINGS.md"),
            repository,
        })
    }
}

fn run(command: Command) -> Result<String, String> {
    let places = Places::find()?;
    let sites = site::all(&places.repository)?;
    let mutants = mutant::of_all(&sites);
    let models = Models::build(&places.repository)?;
    let mut results = Results::load(&places.results, &models.fingerprint);
    match command {
        Command::Record(jobs) => {
            let record = Record::make(&models, &places.record, jobs.number())?;
            all_executed(&record, &sites)?;
            let (models, sites) = (record.models.len(), sites.len());
            Ok(format!("{models} models make all {sites} accesses"))
        }
        Command::Run { jobs, only } => {
            let chosen = chosen(&mutants, only.as_deref())?;
            let record = Record::load_or_make(&models, &places.record, jobs.number())?;
            all_executed(&record, &sites)?;
            run::run(&models, &record, chosen.clone(), &mut results, jobs.number())?;
            Ok(verdict::summary(&chosen, &results))
        }
        Command::Verdict => {
            let justified = justified::load(&places.justified)?;
            let complaints = verdict::complaints(&mutants, &results, &justified);
            let summary = verdict::summary(&mutants, &results);
            if complaints.is_empty() {
                Ok(format!("{summary}; {} of them are justified", justified.len()))
            } else {
                Err(format!("{summary}\n{}", complaints.join("\n")))
            }
        }
        Command::Matrix { check } => {
            let justified = justified::load(&places.justified)?;
            let page = matrix::page(&sites, &results, &justified);
            let path = places.page.display();
            if !check {
                std::fs::write(&places.page, page).map_err(|error| format!("{path}: {error}"))?;
                return Ok(format!("{path} is written"));
            }
            match std::fs::read_to_string(&places.page) {
                Ok(before) if before == page => Ok(format!("{path} is up to date")),
                Ok(_) => Err(format!("{path} is not what it would be; run `mutants matrix`")),
                Err(error) => Err(format!("{path}: {error}")),
            }
        }
    }
}

fn all_executed(record: &Record, sites: &[Site]) -> Result<(), String> {
    let missed: Vec<String> = record
        .missed(sites)
        .into_iter()
        .map(|site| format!("{site} ({}) is executed by no model", site.key()))
        .collect();
    let unknown: Vec<String> = record
        .unknown(sites)
        .into_iter()
        .map(|key| format!("{key} was executed and is not found in the sources"))
        .collect();
    let problems = [missed, unknown].concat();
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

fn chosen(mutants: &[Mutant], only: Option<&str>) -> Result<Vec<Mutant>, String> {
    let Some(only) = only else {
        return Ok(mutants.to_vec());
    };
    let is_there = |mutant: &&Mutant| only == format!("{}:{}", mutant.site.file, mutant.site.line);
    let chosen: Vec<Mutant> = mutants.iter().filter(is_there).cloned().collect();
    if chosen.is_empty() {
        return Err(format!(
            "no access at {only} asks for more than Relaxed; give a line like {}",
            mutants.first().map_or_else(String::new, |mutant| {
                format!("{}:{}", mutant.site.file, mutant.site.line)
            })
        ));
    }
    Ok(chosen)
}
