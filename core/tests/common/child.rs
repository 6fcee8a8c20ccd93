//! A test that is run again in a process of its own: to see it end that process, or read its environment.

use std::env;
use std::process::{Command, Output};

const VARIABLE: &str = "NAMED_SYNC_TEST_CHILD";

/// Whether this is the other process.
pub(crate) fn is_child() -> bool {
    env::var_os(VARIABLE).is_some()
}

/// Runs the test of that name of this binary in another process, with these variables and none of ours.
pub(crate) fn run_child(test: &str, variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args([test, "--exact", "--nocapture"]).env(VARIABLE, "1");
    command.env_remove("NAMED_SYNC_STRESS_SECONDS").env_remove("NAMED_SYNC_STRESS_SEED");
    command.envs(variables.iter().copied()).output().unwrap()
}

/// What it printed, both ways.
pub(crate) fn text_of(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).concat()
}
