//! The one way to run a model: explores it completely, counts, and compares what happened with what the
//! model says can happen.

use std::fmt::Debug;
use std::io::Write;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use named_sync_loom::spurious::{self, Event};

/// How far the exploration goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bound {
    /// Every execution that loom can tell apart.
    Complete,
    /// Every execution with at most so many preemptions: switches away from a thread that could go on.
    Preemptions(usize),
    /// Twice: every execution that loom finds by itself, then those that are found when it is made to reorder
    /// every load, with at most so many preemptions. For two threads whose complete exploration takes too long.
    Twice(usize),
    /// Every execution, again and again: each time another one of the occasions for this event is taken.
    ForNoReason(Event),
}

/// One exploration.
#[derive(Clone, Copy)]
struct Pass {
    watched: bool,
    preemptions: Option<usize>,
    event: Option<(Event, u64)>,
}

const COMPLETE: Pass = Pass { watched: true, preemptions: None, event: None };

/// Variables by which loom skips executions and still passes.
const SHORTCUTS: [&str; 4] =
    ["LOOM_MAX_PERMUTATIONS", "LOOM_MAX_DURATION", "LOOM_MAX_PREEMPTIONS", "LOOM_CHECKPOINT_FILE"];

/// The first of the `SHORTCUTS` that is set.
fn shortcut(is_set: impl Fn(&str) -> bool) -> Option<&'static str> {
    SHORTCUTS.into_iter().find(|name| is_set(name))
}

/// Explores `model` within `bound`. Each execution gives an outcome; the set of all outcomes must be just
/// `expected`: an outcome that never occurs means that the model does not reach what it is about.
///
/// # Panics
///
/// If an execution panics, races, deadlocks or leaks, if the outcomes are not the expected ones, or if the
/// environment asks loom to stop early, which it would report as a success.
pub(crate) fn explore<O>(
    name: &str,
    bound: Bound,
    expected: impl IntoIterator<Item = O>,
    model: impl Fn() -> O + Send + Sync + 'static,
) where
    O: PartialEq + Debug + Send + Sync + 'static,
{
    if let Some(name) = shortcut(|name| std::env::var_os(name).is_some()) {
        panic!("{name} is set: loom would skip executions and report success; unset it");
    }
    const { assert!(named_sync_loom::MODEL_CHECKED, "the primitives were not compiled for loom") };
    if std::env::var_os(BROKEN).is_some() {
        eprintln!("model {name}: nothing was done");
        return;
    }

    let expected: Vec<O> = expected.into_iter().collect();
    let model = Arc::new(Model { model, expected, outcomes: Mutex::default() });
    let started = Instant::now();
    let run = |pass| {
        let executions = run(&model, pass);
        assert!(executions > 1, "{name}: one execution is no exploration");
        executions
    };
    let at_most = |bound| {
        let executions = run(Pass { preemptions: Some(bound), ..COMPLETE });
        format!("{executions} executions, at most {bound} preemptions")
    };
    let passes = match bound {
        Bound::Complete => format!("{} executions, complete", run(COMPLETE)),
        Bound::Preemptions(bound) => at_most(bound),
        Bound::Twice(bound) => {
            let executions = run(Pass { watched: false, ..COMPLETE });
            format!("{executions} executions, complete as loom reduces them; {}", at_most(bound))
        }
        Bound::ForNoReason(event) => {
            let (mut executions, mut occasion) = (0, 0);
            loop {
                executions += run(Pass { event: Some((event, occasion)), ..COMPLETE });
                if !spurious::has_happened() {
                    break;
                }
                occasion += 1;
            }
            assert!(occasion > 0, "{name}: there was no occasion for a {event:?}");
            format!("{executions} executions, complete, each with one of {occasion} {event:?}")
        }
    };

    let outcomes = std::mem::take(&mut *model.outcomes.lock().unwrap());
    let seconds = started.elapsed().as_secs_f64();
    let number = outcomes.len();
    eprintln!("model {name}: {passes}, {number} outcomes, {seconds:.2} s");

    let missing: Vec<&O> =
        model.expected.iter().filter(|outcome| !outcomes.contains(outcome)).collect();
    assert!(
        missing.is_empty(),
        "{name}: the outcomes {missing:?} were expected and never occurred"
    );
}

struct Model<O, F> {
    model: F,
    expected: Vec<O>,
    /// Those that occurred.
    outcomes: Mutex<Vec<O>>,
}

/// Runs every execution of the pass, and says how many there were.
fn run<O, F>(model: &Arc<Model<O, F>>, pass: Pass) -> u64
where
    O: PartialEq + Debug + Send + Sync + 'static,
    F: Fn() -> O + Send + Sync + 'static,
{
    named_sync_loom::watch_loads(pass.watched);
    let executions = Arc::new(AtomicU64::new(0));
    let mut builder = loom::model::Builder::new();
    builder.max_branches = 10_000;
    builder.preemption_bound = pass.preemptions;
    let (model, counted) = (Arc::clone(model), Arc::clone(&executions));
    builder.check(move || {
        if let Some((event, at)) = pass.event {
            spurious::happens(event, at);
        }
        let Model { model, expected, outcomes } = &*model;
        let outcome = model();
        assert!(
            expected.contains(&outcome),
            "the outcome {outcome:?} is none of the expected {expected:?}"
        );
        counted.fetch_add(1, Ordering::Relaxed);
        let mut outcomes = outcomes.lock().unwrap();
        if !outcomes.contains(&outcome) {
            outcomes.push(outcome);
        }
    });
    executions.load(Ordering::Relaxed)
}

/// Set to show that the controls would notice if models did nothing.
pub(crate) const BROKEN: &str = "NAMED_SYNC_BROKEN_HARNESS";

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

/// Models as tests, each under the name of its function.
macro_rules! models {
    ($( $(#[$meta:meta])* $name:ident ( $bound:expr, $expected:expr ) $body:block )*) => {$(
        $(#[$meta])*
        #[test]
        fn $name() {
            let name = concat!(module_path!(), "::", stringify!($name));
            let name = name.split_once("::").map_or(name, |(_, name)| name);
            $crate::explore::in_own_process(name, || {
                $crate::explore::explore(name, $bound, $expected, || $body);
            });
        }
    )*};
}
pub(crate) use models;

/// The same for models that must fail, each with what it must say.
macro_rules! failing_models {
    ($( $(#[$meta:meta])* $name:ident ( $reason:expr, $bound:expr, $expected:expr ) $body:block )*) => {$(
        $(#[$meta])*
        #[test]
        fn $name() {
            let name = concat!(module_path!(), "::", stringify!($name));
            let name = name.split_once("::").map_or(name, |(_, name)| name);
            $crate::explore::fails_in_own_process(name, $reason, || {
                $crate::explore::explore(name, $bound, $expected, || $body);
            });
        }
    )*};
}
pub(crate) use failing_models;

#[test]
fn the_harness_refuses_what_would_let_loom_stop_early() {
    for name in SHORTCUTS {
        assert_eq!(shortcut(|asked| asked == name), Some(name));
    }
    assert_eq!(shortcut(|_| false), None);
}

#[test]
#[should_panic(expected = "the outcomes [1] were expected and never occurred")]
fn the_harness_fails_if_an_expected_outcome_never_occurs() {
    explore("two threads, one outcome", Bound::Complete, [1, 2], two_increments);
}

#[test]
#[should_panic(expected = "the outcome 2 is none of the expected [1]")]
fn the_harness_fails_if_an_unexpected_outcome_occurs() {
    explore("two threads, another outcome", Bound::Complete, [1], two_increments);
}

#[test]
#[should_panic(expected = "one execution is no exploration")]
fn the_harness_fails_if_there_was_nothing_to_explore() {
    explore("no threads", Bound::Complete, [()], || ());
}

/// A model of loom itself: always 2, in more than one execution.
fn two_increments() -> usize {
    use loom::sync::atomic::AtomicUsize;
    let number = loom::sync::Arc::new(AtomicUsize::new(0));
    let other = {
        let number = number.clone();
        loom::thread::spawn(move || number.fetch_add(1, Ordering::Relaxed))
    };
    number.fetch_add(1, Ordering::Relaxed);
    other.join().unwrap();
    number.load(Ordering::Relaxed)
}

#[test]
#[should_panic(expected = "passed, and was to fail")]
fn the_harness_fails_if_a_model_passes_that_must_fail() {
    fails_in_own_process("a test of this name does not exist", "", || ());
}

#[test]
#[should_panic(expected = "failed, but not with \"a deadlock\"")]
fn the_harness_fails_if_a_model_fails_for_another_reason() {
    fails_in_own_process("explore::a_test_that_fails_in_a_process_of_its_own", "a deadlock", || ());
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
