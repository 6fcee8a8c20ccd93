//! What the fuzzers run: functions of bytes that panic when something is wrong.
//!
//! They are a library apart from the fuzzers, which need a nightly toolchain, so that a stable `cargo test`
//! runs them over the committed corpus.

mod queue_ops;
mod wire;

pub use queue_ops::queue_ops;
pub use wire::wire;
