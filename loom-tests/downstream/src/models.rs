//! The models. Loom runs each of them in every order that makes a difference.

use std::fmt::Debug;
use std::sync::Mutex;
use std::time::Duration;

use named_sync::{Closed, WaitGroup, WaitTimeout, advance_clock, global};

use crate::Pipeline;
use crate::bag::Bag;
use crate::sync::{Arc, thread};

#[test]
fn what_was_done_before_done_is_there_after_wait() {
    const { assert!(named_sync::MODEL_CHECKED) };
    loom::model(|| {
        let (group, bag) = (WaitGroup::new(), Arc::new(Bag::new()));
        let (guard, theirs) = (group.guard(), Arc::clone(&bag));
        let worker = thread::spawn(move || {
            theirs.put(7);
            drop(guard);
        });
        group.wait();
        assert_eq!(bag.take_all(), [7]);
        worker.join().unwrap();
    });
}

/// Explores `model` with at most so many preemptions. What an execution returns must be among `outcomes`, and each of
/// these must occur: if not, the model does not get to what it is about.
fn explore<O, const N: usize>(
    preemptions: Option<usize>,
    outcomes: [O; N],
    model: impl Fn() -> O + Send + Sync + 'static,
) where
    O: PartialEq + Debug + Send + Sync + 'static,
{
    const { assert!(named_sync::MODEL_CHECKED, "named-sync has not its feature `loom`") };
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = preemptions;
    builder.max_branches = 10_000;
    let early = (builder.max_permutations, builder.max_duration);
    assert_eq!(early, (None, None), "LOOM_MAX_... would end this early, as a success");

    // The standard library's types: this is told across executions, and none of them may depend on it.
    let counts = std::sync::Arc::new(Mutex::new([0_u64; N]));
    let outcomes = std::sync::Arc::new(outcomes);
    let model = {
        let (counts, outcomes) = (counts.clone(), outcomes.clone());
        move || {
            let outcome = model();
            let number = outcomes.iter().position(|expected| *expected == outcome);
            let number = number.unwrap_or_else(|| panic!("{outcome:?} is none of {outcomes:?}"));
            counts.lock().unwrap()[number] += 1;
        }
    };
    // Only `loom::model` writes what LOOM_LOG asks for.
    if builder.log {
        loom::model(model)
    } else {
        builder.check(model)
    }

    let counts = *counts.lock().unwrap();
    println!("executions that ended in {outcomes:?}: {counts:?}");
    assert!(!counts.contains(&0), "one of {outcomes:?} never occurred: {counts:?}");
    assert!(counts.iter().sum::<u64>() > 1, "one execution is no exploration");
}

fn double(number: u32) -> u32 {
    2 * number
}

#[test]
fn every_job_has_its_result() {
    explore(Some(2), [vec![2, 4]], || {
        let pipeline = Pipeline::start(global(), "numbers", 1, double).unwrap();
        pipeline.submit(1).unwrap();
        pipeline.submit(2).unwrap();
        let mut results = pipeline.wait();
        results.sort();
        results
    });
}

#[test]
fn a_job_against_close_is_done_or_comes_back() {
    explore(Some(2), [(Ok(()), vec![2]), (Err(Closed(1)), vec![])], || {
        let pipeline = Pipeline::start(global(), "numbers", 1, double).unwrap();
        let pipeline = Arc::new(pipeline);
        let closer = {
            let pipeline = Arc::clone(&pipeline);
            thread::spawn(move || pipeline.close())
        };
        let answer = pipeline.submit(1);
        let results = pipeline.wait();
        closer.join().unwrap();
        (answer, results)
    });
}

#[test]
fn a_wait_that_gives_up_leaves_the_results_to_the_next() {
    explore(Some(2), [Ok(vec![2]), Err(WaitTimeout)], || {
        let pipeline = Pipeline::start(global(), "numbers", 1, double).unwrap();
        pipeline.submit(1).unwrap();
        let clock = thread::spawn(|| advance_clock(Duration::from_secs(1)));
        let early = pipeline.wait_timeout(Duration::from_secs(1));
        if early.is_err() {
            assert_eq!(pipeline.wait(), [2]);
        }
        clock.join().unwrap();
        early
    });
}

#[test]
fn what_is_put_while_others_put_and_take_is_taken_once() {
    let sorted = |mut numbers: Vec<u32>| {
        numbers.sort();
        numbers
    };
    // What is there at first is any of the two, or both, or none.
    explore(None, [vec![], vec![1], vec![2], vec![1, 2]], move || {
        let bag = Arc::new(Bag::new());
        let putters = [1, 2].map(|number| {
            let bag = Arc::clone(&bag);
            thread::spawn(move || bag.put(number))
        });
        let taken = bag.take_all();
        for putter in putters {
            putter.join().unwrap();
        }
        let rest = bag.take_all();
        assert_eq!(sorted([&taken[..], &rest[..]].concat()), [1, 2]);
        sorted(taken)
    });
}
