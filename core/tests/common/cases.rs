//! How many cases a property gets.

use proptest::test_runner::Config;

/// Enough to cross the interesting states often, few enough for a debug build. A case that fails is
/// printed, shrunk to few operations: it becomes a test of its own rather than a file of seeds.
pub(crate) fn config() -> Config {
    Config { cases: 400, failure_persistence: None, ..Config::default() }
}
