//! Runs the models of named-sync from outside: all of them, for the record; and those that should notice when a memory
//! ordering is weakened.
//!
//! Models that pass prove little until it is shown that they would fail. The models run the core's own sources on
//! watched atomics, which ask an environment variable whether one of them is to get a weaker ordering
//! (`core/src/sync/mutants.rs`): no source is rewritten and nothing is compiled anew.

pub mod cli;
mod crew;
mod invariants;
mod justified;
mod matrix;
mod models;
mod mutant;
mod page;
mod places;
mod record;
mod results;
mod run;
mod site;
mod verdict;
pub mod verify;
