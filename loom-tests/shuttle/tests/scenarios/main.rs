//! Scenarios that are too large for loom: more threads, longer programs, run under thousands of random schedules.

mod environment;
mod explore;
mod memory;
mod process;
mod support;
mod tally;

mod atomic;
mod close;
mod controls;
mod giving_up;
mod host;
mod queue;
mod registry;
mod shared;
mod wait_group;
