//! `syncmon`: watch a program's named synchronization primitives.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
