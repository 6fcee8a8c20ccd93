//! What all stress tests rely on: how long they go on, with how many threads, and that a failed round can be had again.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use common::{ALL_PAIRS, CROWDS, is_child, run_child, sides, stress, text_of};

const CYCLE: u64 = CROWDS.len() as u64;

#[test]
fn every_number_of_threads_is_on_each_side_in_one_cycle_and_meets_every_other_in_a_cycle_of_cycles()
{
    for first in [0, ALL_PAIRS, 1_000_000 * ALL_PAIRS] {
        for cycle in 0..CYCLE {
            let rounds = first + cycle * CYCLE..first + (cycle + 1) * CYCLE;
            let (left, right): (BTreeSet<_>, BTreeSet<_>) = rounds.map(sides).unzip();
            assert_eq!((left, right), (CROWDS.into(), CROWDS.into()));
        }
        let pairs = BTreeSet::from_iter((first..first + ALL_PAIRS).map(sides));
        assert_eq!(pairs.len(), CROWDS.len() * CROWDS.len());
    }
}

#[test]
fn a_failed_round_tells_its_seed_and_is_run_again_with_it() {
    if is_child() {
        let mut seeds = Vec::new();
        return stress(|seed| {
            seeds.push(seed);
            assert!(seed % CYCLE != 3, "seeds {seeds:?}");
        });
    }
    let run = |variables: &[(&str, &str)]| {
        let output = run_child("a_failed_round_tells_its_seed_and_is_run_again_with_it", variables);
        (output.status.success(), text_of(&output))
    };
    let (passed, text) = run(&[]);
    assert!(!passed, "{text}");
    let (_, rest) = text.split_once("failed with NAMED_SYNC_STRESS_SEED=").expect(&text);
    let seed: u64 = rest.lines().next().unwrap().parse().unwrap();
    assert_eq!(seed % CYCLE, 3);

    let (passed, text) = run(&[("NAMED_SYNC_STRESS_SEED", &seed.to_string())]);
    assert!(!passed && text.contains(&format!("seeds [{seed}]")), "{text}");
    let other = (seed + 1).to_string();
    let (passed, text) =
        run(&[("NAMED_SYNC_STRESS_SEED", &other), ("NAMED_SYNC_STRESS_SECONDS", "0")]);
    assert!(passed, "{text}");
}

#[test]
fn a_stress_test_goes_on_for_as_long_as_it_is_told_and_for_a_cycle_at_least() {
    if is_child() {
        let start = Instant::now();
        let mut rounds = 0;
        stress(|_| {
            std::thread::sleep(Duration::from_millis(1));
            rounds += 1;
        });
        return println!("took {} after {rounds}", start.elapsed().as_secs_f64());
    }
    let run = |seconds| {
        let variables = [("NAMED_SYNC_STRESS_SECONDS", seconds)];
        let output = run_child(
            "a_stress_test_goes_on_for_as_long_as_it_is_told_and_for_a_cycle_at_least",
            &variables,
        );
        let text = text_of(&output);
        let (_, took) = text.split_once("took ").expect(&text);
        let (took, rounds) = took.lines().next().unwrap().split_once(" after ").unwrap();
        (took.parse::<f64>().unwrap(), rounds.parse::<u64>().unwrap())
    };
    assert_eq!(run("0").1, CYCLE);
    let (took, rounds) = run("0.3");
    // One more round may have begun just before the end. On a busy machine it takes its time.
    assert!((0.3..3.0).contains(&took), "{took} seconds");
    assert!(rounds > CYCLE, "{rounds} rounds");
}

#[test]
fn a_duration_that_is_none_is_refused_with_the_name_of_its_variable() {
    if is_child() {
        return stress(|_| {});
    }
    let output = run_child(
        "a_duration_that_is_none_is_refused_with_the_name_of_its_variable",
        &[("NAMED_SYNC_STRESS_SECONDS", "long")],
    );
    let text = text_of(&output);
    assert!(!output.status.success() && text.contains("NAMED_SYNC_STRESS_SECONDS=long"), "{text}");
}
