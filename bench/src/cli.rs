//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Measures named-sync and its peers in turn, round after round, in one process.
#[derive(Parser)]
#[command(name = "named-sync-bench")]
pub(crate) struct Cli {
    /// Run only the cells whose name contains this text; several texts are separated by commas
    #[arg(long, value_name = "FILTER", value_delimiter = ',')]
    pub(crate) only: Vec<String>,

    /// How often each contestant runs (an odd number has one median; 3 is quick)
    #[arg(long, value_name = "N", default_value_t = 9, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: u32,

    /// List the cells and run none
    #[arg(long)]
    pub(crate) list: bool,

    /// Write the machine, the versions and every sample to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,

    /// Write the tables to this file, as docs/PERFORMANCE.md includes them
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,

    /// Write the chart of the blocking queues to this file, as SVG
    #[arg(long, value_name = "FILE")]
    pub(crate) chart: Option<PathBuf>,

    /// Exit with 1 if a target that was measured is missed
    #[arg(long)]
    pub(crate) check: bool,

    #[command(subcommand)]
    pub(crate) hidden: Option<Hidden>,
}

/// What the bench asks of a fresh process of itself.
#[derive(Subcommand)]
pub(crate) enum Hidden {
    /// Run one contestant of one cell once, and print its sample as JSON
    #[command(hide = true)]
    Child {
        /// The cell's name
        cell: String,
        /// The contestant's name
        contestant: String,
    },
}
