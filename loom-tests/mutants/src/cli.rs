//! The program `mutants`: weakens every memory ordering of the core in turn, and looks for the model that notices.

use std::num::NonZeroUsize;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::models::Models;
use crate::mutant::Mutant;
use crate::places::Places;
use crate::record::{self, Record};
use crate::results::Results;
use crate::{justified, matrix, mutant, page, run, site, verdict};

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

/// How many at a time.
#[derive(Args)]
pub(crate) struct Jobs {
    /// How many models run at the same time [default: as many as there are cores]
    #[arg(long)]
    jobs: Option<NonZeroUsize>,
}

impl Jobs {
    pub(crate) fn number(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        self.jobs.map_or_else(cores, NonZeroUsize::get)
    }
}

/// Does what the command line asks for.
pub fn main() -> ExitCode {
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

fn run(command: Command) -> Result<String, String> {
    let places = Places::find()?;
    let sites = site::all(&places.repository)?;
    let mutants = mutant::of_all(&sites);
    let models = Models::build(&places.repository)?;
    let mut results = Results::load(&places.results, &models.fingerprint);
    match command {
        Command::Record(jobs) => {
            let record = Record::make(&models, &places.record, jobs.number())?;
            record::all_executed(&record, &sites)?;
            let (models, sites) = (record.models.len(), sites.len());
            Ok(format!("{models} models make all {sites} accesses"))
        }
        Command::Run { jobs, only } => {
            let chosen = chosen(&mutants, only.as_deref())?;
            let record = Record::load_or_make(&models, &places.record, jobs.number())?;
            record::all_executed(&record, &sites)?;
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
            page::write_or_check(&places.orderings, &page, check)
        }
    }
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
