//! What the fuzzers run: functions of bytes that panic when something is wrong.
//!
//! They are a library apart from the fuzzers, which need a nightly toolchain, so that a stable `cargo test`
//! runs them over the committed corpus.

mod agent;
mod atomic_ops;
mod bytes;
mod kept;
mod panics;
mod queue_ops;
mod recording;
mod registry_names;
mod shared_ops;
mod wait_group_ops;
mod wire;

pub use agent::agent;
pub use atomic_ops::atomic_ops;
pub use bytes::Steps;
pub use queue_ops::queue_ops;
pub use recording::recording;
pub use registry_names::registry_names;
pub use shared_ops::shared_ops;
pub use wait_group_ops::wait_group_ops;
pub use wire::wire;
