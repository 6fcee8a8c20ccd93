//! The models: small programs on the primitives of which loom runs every execution, up to the bound that is
//! printed with each result. A model is a sentence; the module tells what it is about.

mod atomic;
mod bounded;
mod cancel;
mod checkpoint;
mod close;
mod controls;
mod explore;
mod history;
mod observer;
mod patience;
mod process;
mod public;
mod registry;
mod shared;
mod spurious;
mod support;
mod unbounded;
mod wait_group;
