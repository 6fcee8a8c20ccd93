//! The one way to run a model: explores it completely, counts, and compares what happened with what the
//! model says can happen.

use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use named_sync_loom::spurious::{self, Event};

use crate::checkpoint::{Checkpoint, Progress};
use crate::support::{start, take_threads};

/// How far the exploration goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bound {
    /// Every execution that loom can tell apart.
    Complete,
    /// The same for two threads whose exploration takes more than some seconds: if the environment asks for what is
    /// quick, those with at most two preemptions.
    CompleteUnlessQuick,
    /// Every execution with at most so many preemptions: switches away from a thread that could go on. For three threads
    /// and more.
    Preemptions(usize),
    /// The same for three threads whose exploration with three preemptions takes more than some minutes: if the
    /// environment asks for that depth, those with at most two, and those with three that loom finds by itself.
    FewPreemptions(usize),
    /// What becomes of it then.
    TwoThenThree,
    /// Every execution if the environment asks for that depth, or else those with at most so many preemptions. For two
    /// threads whose complete exploration takes more than half a minute.
    CompleteInFull(usize),
    /// Twice: every execution that loom finds by itself, then those that are found when it is made to reorder
    /// every load, with at most so many preemptions. For two threads whose complete exploration takes too long.
    Twice(usize),
    /// Twice: every execution in which memory is reclaimed in single steps, then those in which it is not, with at
    /// most so many preemptions. For two threads whose complete exploration takes some minutes, and that are not about
    /// the reclaiming: if the environment asks for that depth, there also is every execution that loom finds by itself.
    ReclaimingAtOnce(usize),
    /// The same for two threads whose complete exploration takes hours: that is if the environment asks for what is
    /// exhaustive.
    ReclaimingAtOnceInFull(usize),
    /// What becomes of both then.
    ReclaimingApart(usize),
    /// Every execution, again and again: each time another one of the occasions for this event is taken.
    ForNoReason(Event),
}

impl Bound {
    /// The bound at the depth that the environment asks for: with `quick` at most two preemptions, but for two threads
    /// that are soon done; with `full` at least three, and none at all for two threads, but for what takes hours, for
    /// which `exhaustive` has to be asked.
    fn at(self, depth: Option<&str>) -> Self {
        match (self, depth) {
            (Self::ReclaimingAtOnceInFull(bound), Some("exhaustive")) => {
                Self::ReclaimingApart(bound.max(3))
            }
            (_, Some("exhaustive")) => self.at(Some("full")),
            (Self::Preemptions(bound), Some("quick")) => Self::Preemptions(bound.min(2)),
            (Self::Preemptions(bound), Some("full")) => Self::Preemptions(bound.max(3)),
            (Self::FewPreemptions(bound), Some("quick")) => Self::FewPreemptions(bound.min(2)),
            (Self::FewPreemptions(_), Some("full")) => Self::TwoThenThree,
            (Self::ReclaimingAtOnce(bound), Some("full")) => Self::ReclaimingApart(bound.max(3)),
            (Self::ReclaimingAtOnce(bound), Some("quick")) => Self::ReclaimingAtOnce(bound.min(2)),
            (Self::ReclaimingAtOnceInFull(bound), Some("full")) => {
                Self::ReclaimingAtOnceInFull(bound.max(3))
            }
            (Self::ReclaimingAtOnceInFull(bound), Some("quick")) => {
                Self::ReclaimingAtOnceInFull(bound.min(2))
            }
            (Self::CompleteUnlessQuick, Some("quick")) => Self::CompleteInFull(2),
            (Self::CompleteInFull(bound) | Self::Twice(bound), Some("quick")) => {
                Self::CompleteInFull(bound.min(2))
            }
            (Self::CompleteInFull(_), Some("full")) => Self::Complete,
            (_, None | Some("usual" | "quick" | "full")) => self,
            (_, Some(other)) => {
                panic!("{DEPTH}={other} is none of quick, usual, full and exhaustive")
            }
        }
    }
}

/// How deep models go that have a bound.
const DEPTH: &str = "NAMED_SYNC_DEPTH";

/// One exploration.
#[derive(Clone, Copy, Debug)]
struct Pass {
    watched: bool,
    reclaiming_at_once: bool,
    preemptions: Option<usize>,
    event: Option<(Event, u64)>,
}

const COMPLETE: Pass =
    Pass { watched: true, reclaiming_at_once: false, preemptions: None, event: None };

/// Set to show that the controls would notice if models did nothing.
pub(crate) const BROKEN: &str = "NAMED_SYNC_BROKEN_HARNESS";

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

    let depth = std::env::var(DEPTH).ok();
    let asked = bound;
    let bound = asked.at(depth.as_deref());
    let expected: Vec<O> = expected.into_iter().collect();
    let model = Arc::new(Model { model, expected });
    let started = Instant::now();
    let (mut outcomes, mut threads) = (Vec::new(), 0);
    let mut run = |pass: Pass| {
        // Whether the event occurred is not kept; these are short.
        let checkpoint = match pass.event {
            None => Checkpoint::from_env(&format!("{name} {pass:?}")),
            Some(_) => None,
        };
        let progress = run(&model, pass, checkpoint);
        outcomes.extend(progress.outcomes);
        threads = threads.max(progress.threads);
        let executions = progress.executions;
        assert!(executions > 1, "{name}: one execution is no exploration");
        executions
    };
    let at_most = |run: &mut dyn FnMut(Pass) -> u64, bound| {
        let executions = run(Pass { preemptions: Some(bound), ..COMPLETE });
        format!("{executions} executions, at most {bound} preemptions")
    };
    let passes = match bound {
        Bound::Complete | Bound::CompleteUnlessQuick => {
            format!("{} executions, complete", run(COMPLETE))
        }
        Bound::Preemptions(bound) | Bound::FewPreemptions(bound) | Bound::CompleteInFull(bound) => {
            at_most(&mut run, bound)
        }
        Bound::TwoThenThree => {
            let two = at_most(&mut run, 2);
            let executions = run(Pass { watched: false, preemptions: Some(3), ..COMPLETE });
            format!("{two}; {executions} executions, at most 3 preemptions as loom reduces them")
        }
        Bound::Twice(bound) => {
            let executions = run(Pass { watched: false, ..COMPLETE });
            format!(
                "{executions} executions, complete as loom reduces them; {}",
                at_most(&mut run, bound)
            )
        }
        Bound::ReclaimingApart(bound) => {
            let executions = run(Pass { watched: false, ..COMPLETE });
            let apart = format!("{executions} executions, complete as loom reduces them");
            let executions = run(Pass { reclaiming_at_once: true, ..COMPLETE });
            let at_once = format!("{executions} executions, complete but for reclaiming");
            format!("{apart}; {at_once}; {}", at_most(&mut run, bound))
        }
        Bound::ReclaimingAtOnce(bound) | Bound::ReclaimingAtOnceInFull(bound) => {
            let executions = run(Pass { reclaiming_at_once: true, ..COMPLETE });
            format!(
                "{executions} executions, complete but for reclaiming; {}",
                at_most(&mut run, bound)
            )
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

    outcomes.sort_unstable();
    outcomes.dedup();
    let seconds = started.elapsed().as_secs_f64();
    let number = outcomes.len();
    eprintln!("model {name}: {threads} threads, {passes}, {number} outcomes, {seconds:.2} s");
    let is_bounded =
        matches!(bound, Bound::Preemptions(_) | Bound::FewPreemptions(_) | Bound::TwoThenThree);
    assert!(!is_bounded || threads > 2, "{name}: two threads are explored without a bound");

    // With fewer preemptions than the model asks for it may not come to all of them.
    if depth.as_deref() == Some("quick") && bound != asked {
        return;
    }
    let missing: Vec<&O> = (0..model.expected.len())
        .filter(|outcome| !outcomes.contains(outcome))
        .map(|outcome| &model.expected[outcome])
        .collect();
    assert!(
        missing.is_empty(),
        "{name}: the outcomes {missing:?} were expected and never occurred"
    );
}

struct Model<O, F> {
    model: F,
    expected: Vec<O>,
}

/// Runs every execution of the pass, those that are kept in the checkpoint but for the rest, and says what it came to.
fn run<O, F>(model: &Arc<Model<O, F>>, pass: Pass, checkpoint: Option<Checkpoint>) -> Progress
where
    O: PartialEq + Debug + Send + Sync + 'static,
    F: Fn() -> O + Send + Sync + 'static,
{
    named_sync_loom::watch_loads(pass.watched);
    named_sync_loom::reclaim_in_one_step(pass.reclaiming_at_once);
    let mut builder = loom::model::Builder::new();
    builder.max_branches = 10_000;
    builder.preemption_bound = pass.preemptions;
    let before = checkpoint.as_ref().map(|checkpoint| checkpoint.resume(&mut builder));
    let progress = Arc::new(Mutex::new(before.unwrap_or_default()));
    let begun = AtomicU64::new(0);
    let (model, seen) = (Arc::clone(model), Arc::clone(&progress));
    builder.check(move || {
        let begun = begun.fetch_add(1, Ordering::Relaxed) + 1;
        if let Some(checkpoint) = &checkpoint {
            checkpoint.keep(begun, || seen.lock().unwrap().clone());
        }
        if let Some((event, at)) = pass.event {
            spurious::happens(event, at);
        }
        let Model { model, expected } = &*model;
        let outcome = model();
        let threads = take_threads();
        let Some(number) = expected.iter().position(|expected| *expected == outcome) else {
            panic!("the outcome {outcome:?} is none of the expected {expected:?}");
        };
        let mut seen = seen.lock().unwrap();
        seen.executions += 1;
        seen.threads = seen.threads.max(threads);
        if !seen.outcomes.contains(&number) {
            seen.outcomes.push(number);
        }
    });
    progress.lock().unwrap().clone()
}

/// Models as tests, each under the name of its function.
macro_rules! models {
    ($( $(#[$meta:meta])* $name:ident ( $bound:expr, $expected:expr ) $body:block )*) => {$(
        $(#[$meta])*
        #[test]
        fn $name() {
            let name = concat!(module_path!(), "::", stringify!($name));
            let name = name.split_once("::").map_or(name, |(_, name)| name);
            $crate::process::in_own_process(name, || {
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
            $crate::process::fails_in_own_process(name, $reason, || {
                $crate::explore::explore(name, $bound, $expected, || $body);
            });
        }
    )*};
}
pub(crate) use failing_models;

#[test]
fn only_models_with_a_bound_depend_on_the_depth() {
    let bounds =
        |depth| [Bound::Preemptions(1), Bound::Preemptions(4)].map(|bound| bound.at(depth));
    assert_eq!(bounds(None), [Bound::Preemptions(1), Bound::Preemptions(4)]);
    assert_eq!(bounds(Some("quick")), [Bound::Preemptions(1), Bound::Preemptions(2)]);
    assert_eq!(bounds(Some("full")), [Bound::Preemptions(3), Bound::Preemptions(4)]);
    assert_eq!(Bound::FewPreemptions(1).at(None), Bound::FewPreemptions(1));
    assert_eq!(Bound::FewPreemptions(3).at(Some("quick")), Bound::FewPreemptions(2));
    assert_eq!(Bound::FewPreemptions(1).at(Some("full")), Bound::TwoThenThree);
    assert_eq!(Bound::CompleteInFull(4).at(Some("quick")), Bound::CompleteInFull(2));
    assert_eq!(Bound::CompleteInFull(4).at(None), Bound::CompleteInFull(4));
    assert_eq!(Bound::CompleteInFull(4).at(Some("full")), Bound::Complete);
    let at_once = Bound::ReclaimingAtOnce(4);
    assert_eq!(
        (at_once.at(None), at_once.at(Some("quick"))),
        (at_once, Bound::ReclaimingAtOnce(2))
    );
    for depth in ["full", "exhaustive"] {
        assert_eq!(at_once.at(Some(depth)), Bound::ReclaimingApart(4));
        assert_eq!(Bound::FewPreemptions(1).at(Some(depth)), Bound::TwoThenThree);
    }
    let hours = Bound::ReclaimingAtOnceInFull(2);
    assert_eq!((hours.at(None), hours.at(Some("quick"))), (hours, hours));
    assert_eq!(hours.at(Some("full")), Bound::ReclaimingAtOnceInFull(3));
    assert_eq!(hours.at(Some("exhaustive")), Bound::ReclaimingApart(3));
    assert_eq!(Bound::Complete.at(Some("quick")), Bound::Complete);
    assert_eq!(Bound::Twice(4).at(Some("quick")), Bound::CompleteInFull(2));
    assert_eq!(Bound::CompleteUnlessQuick.at(Some("quick")), Bound::CompleteInFull(2));
    for depth in [None, Some("usual"), Some("full"), Some("exhaustive")] {
        assert_eq!(Bound::CompleteUnlessQuick.at(depth), Bound::CompleteUnlessQuick);
        assert_eq!(Bound::Twice(4).at(depth), Bound::Twice(4));
    }
}

#[test]
#[should_panic(expected = "deep is none of quick, usual, full and exhaustive")]
fn the_harness_refuses_a_depth_that_it_does_not_know() {
    let _ = Bound::Complete.at(Some("deep"));
}

#[test]
fn an_exploration_that_was_ended_goes_on_where_it_was() {
    let explore = |last: u64, name: Option<&str>| {
        let begun = AtomicU64::new(0);
        let model = move || {
            assert!(begun.fetch_add(1, Ordering::Relaxed) < last, "ended");
            two_against_six()
        };
        let model = Arc::new(Model { model, expected: (0..=6).collect() });
        let checkpoint = name.map(crate::checkpoint::every_tenth);
        (model, checkpoint)
    };
    let (model, _) = explore(u64::MAX, None);
    let whole = run(&model, COMPLETE, None);
    assert!(whole.executions > 40, "too few to be ended: {whole:?}");

    let (model, checkpoint) = explore(35, Some("an exploration that is ended"));
    let checkpoint = checkpoint.unwrap();
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        run(&model, COMPLETE, Some(checkpoint.clone()))
    }));
    assert!(ended.is_err());
    // What was seen before is not seen again: all of it must have been kept.
    let (model, _) = explore(whole.executions - 29, None);
    let rest = run(&model, COMPLETE, Some(checkpoint));
    // Not the threads: other tests, beside this one, have some as well.
    assert_eq!((rest.executions, rest.outcomes), (whole.executions, whole.outcomes));
}

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

/// A model of loom itself, of many executions: how many steps of the other thread one of ours came after.
fn two_against_six() -> usize {
    let number = loom::sync::Arc::new(loom::sync::atomic::AtomicUsize::new(0));
    let other = {
        let number = number.clone();
        start(move || {
            for _ in 0..6 {
                number.fetch_add(1, Ordering::Relaxed);
            }
        })
    };
    let before = number.fetch_add(8, Ordering::Relaxed);
    number.fetch_add(8, Ordering::Relaxed);
    other.join().unwrap();
    before
}

/// A model of loom itself: always 2, in more than one execution.
fn two_increments() -> usize {
    let number = loom::sync::Arc::new(loom::sync::atomic::AtomicUsize::new(0));
    let other = {
        let number = number.clone();
        start(move || number.fetch_add(1, Ordering::Relaxed))
    };
    number.fetch_add(1, Ordering::Relaxed);
    other.join().unwrap();
    number.load(Ordering::Relaxed)
}
