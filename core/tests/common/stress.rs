//! For how long a stress test repeats its scenario, with which seeds, and with how many threads.
//!
//! | variable | meaning | without it |
//! | --- | --- | --- |
//! | `NAMED_SYNC_STRESS_SECONDS` | how long each stress test goes on | one second |
//! | `NAMED_SYNC_STRESS_SEED` | the seed of every round, as a failed test printed it | seeds from a random one on |
//!
//! A round is not the same each time that its seed is: the seed decides what each thread does, the system when.

use std::env;
use std::fmt::Display;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::str::FromStr;
use std::time::{Duration, Instant};

use super::OnPanic;

/// How many threads there are on a side.
pub(crate) const CROWDS: [usize; 7] = [1, 2, 3, 4, 8, 16, 32];

/// After so many rounds each side had each number of threads.
const CYCLE: u64 = CROWDS.len() as u64;

/// After so many rounds each number on one side met each on the other.
pub(crate) const ALL_PAIRS: u64 = CYCLE * CYCLE;

/// The numbers of threads on the two sides in the round of that seed.
pub(crate) fn sides(seed: u64) -> (usize, usize) {
    let (round, cycle) = (seed % CYCLE, seed / CYCLE % CYCLE);
    (CROWDS[round as usize], CROWDS[((round + cycle) % CYCLE) as usize])
}

/// The share of each thread, if there is that much to do for all.
pub(crate) fn share(of_all: usize, threads: usize) -> usize {
    (of_all / threads).max(4)
}

/// Repeats `round` with one seed after another until the time is over, and at least for one cycle of [`sides`].
/// If it fails it says with which seed.
pub(crate) fn stress(mut round: impl FnMut(u64)) {
    let seconds = variable("NAMED_SYNC_STRESS_SECONDS").unwrap_or(1.0);
    let end = Instant::now() + Duration::try_from_secs_f64(seconds).expect("seconds to go on for");
    let given = variable("NAMED_SYNC_STRESS_SEED");
    let first = given.unwrap_or_else(random_seed);
    // For a process that ends without the line below.
    println!("stress: seeds from {first} on");
    for number in 0.. {
        let seed = if given.is_some() { first } else { first + number };
        let _say = OnPanic(|| println!("stress: failed with NAMED_SYNC_STRESS_SEED={seed}"));
        round(seed);
        if number + 1 >= CYCLE && Instant::now() >= end {
            return println!("stress: {} rounds", number + 1);
        }
    }
}

/// One that begins a cycle, and is short enough to be typed.
fn random_seed() -> u64 {
    let random = RandomState::new().build_hasher().finish();
    random % 10_000_000 * ALL_PAIRS
}

fn variable<T: FromStr<Err: Display>>(name: &str) -> Option<T> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|error| panic!("{name}={text}: {error}")))
}
