//! A process for each model, and what it must say.

use std::io::Write;
use std::process::{Command, Output};

/// Set in the process that runs one model.
const CHILD: &str = "NAMED_SYNC_MODEL_PROCESS";

/// Runs the test of this name, which calls `explore`, in a process of its own. loom maps and unmaps the stacks
/// of its threads in every execution, and two models in one process would wait for each other in the kernel.
/// And a model that fails in a destructor while it unwinds aborts its process, not everybody's.
///
/// # Panics
///
/// If the test fails there, with what it printed.
pub(crate) fn in_own_process(test: &str, explore: impl FnOnce()) {
    if is_own_process() {
        return first_panic_ends_all(explore);
    }
    let (output, said) = run_alone(test, &[]);
    let results: String = said
        .lines()
        .filter(|line| line.starts_with("model "))
        .flat_map(|line| [line, "\n"])
        .collect();
    // Past the capture of the test harness, which would show it only on failure.
    std::io::stderr().lock().write_all(results.as_bytes()).unwrap();
    assert!(output.status.success(), "{test} failed ({}):\n{said}", output.status);
    assert_eq!(results.lines().count(), 1, "{test} explored no model:\n{said}");
}

/// As [`in_own_process`], for a model that must fail.
///
/// # Panics
///
/// If the test passes there, or says nothing of `reason`.
pub(crate) fn fails_in_own_process(test: &str, reason: &str, explore: impl FnOnce()) {
    if is_own_process() {
        return first_panic_ends_all(explore);
    }
    fails(test, &[], reason);
}

/// Runs the model of this name without one of the core's safeguards.
///
/// # Panics
///
/// If the model passes all the same, or if what it says first is not `reason`.
pub(crate) fn fails_with_fault(model: &str, fault: &str, reason: &str) {
    fails(model, &[("NAMED_SYNC_FAULT", fault)], reason);
}

fn fails(test: &str, variables: &[(&str, &str)], reason: &str) {
    let (output, said) = run_alone(test, variables);
    assert!(!output.status.success(), "{test} passed, and was to fail:\n{said}");
    // What comes later may only be a consequence.
    let first = said.split("panicked at").nth(1).unwrap_or(&said);
    assert!(first.contains(reason), "{test} failed, but not with {reason:?}:\n{said}");
}

/// The first panic says what was found. After that loom lets no other thread run, so a destructor that waits for one
/// while the panic unwinds would wait for ever.
fn first_panic_ends_all(explore: impl FnOnce()) {
    let say = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        say(info);
        std::process::exit(101);
    }));
    explore();
}

fn is_own_process() -> bool {
    std::env::var_os(CHILD).is_some()
}

/// The process of this test, and all that it printed.
fn run_alone(test: &str, variables: &[(&str, &str)]) -> (Output, String) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(CHILD, "1")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let said = [&*output.stdout, &*output.stderr].map(String::from_utf8_lossy).concat();
    (output, said)
}

#[test]
#[should_panic(expected = "passed, and was to fail")]
fn the_harness_fails_if_a_model_passes_that_must_fail() {
    fails_in_own_process("a test of this name does not exist", "", || ());
}

#[test]
#[should_panic(expected = "failed, but not with \"a deadlock\"")]
fn the_harness_fails_if_a_model_fails_for_another_reason() {
    fails_in_own_process("process::a_test_that_fails_in_a_process_of_its_own", "a deadlock", || ());
}

#[test]
fn a_test_that_fails_in_a_process_of_its_own() {
    assert!(!is_own_process(), "as it must");
}

#[test]
#[should_panic(expected = "explored no model")]
fn the_harness_fails_if_a_process_runs_no_test() {
    in_own_process("a test of this name does not exist", || ());
}
