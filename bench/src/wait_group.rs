//! The wait group against crossbeam's, and against a count under a mutex with a condition variable.
//!
//! - `pair`: one thread adds one and takes it away again. For crossbeam's that is a clone and its drop.
//! - `rounds-4`: four workers, each of which, round after round, is done and waits for the others. Ours and the
//!   baseline are reused: in each round a worker adds one to the next round's group before it is done with this one,
//!   and three groups suffice, because nobody is two rounds ahead. crossbeam's is for one use, so all its rounds' groups
//!   and clones are made before the clock starts: its adds are not counted, to its advantage.

use std::hint::black_box;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use crossbeam_utils::sync::WaitGroup as OneUse;

use crate::crew::{self, Crew};
use crate::sample::{Cell, Contestant, OURS, PER_CALL, Sample};

const PAIRS: u64 = 500_000;
const ROUNDS: u64 = 1_000;
const WORKERS: usize = 4;
const CROSSBEAM: &str = "crossbeam";
const BASELINE: &str = "mutex+condvar";

/// A group that may be used again and again.
trait Reusable: Clone + Send + 'static {
    fn new() -> Self;
    fn add(&self, count: u32);
    fn done(&self);
    fn wait(&self);
}

impl Reusable for named_sync::WaitGroup {
    fn new() -> Self {
        Self::new()
    }

    fn add(&self, count: u32) {
        self.add(i64::from(count));
    }

    fn done(&self) {
        self.done();
    }

    fn wait(&self) {
        self.wait();
    }
}

/// The baseline: a waiter waits for the zero after its arrival, told by a generation.
#[derive(Clone, Default)]
struct Counter(Arc<(Mutex<Count>, Condvar)>);

#[derive(Default)]
struct Count {
    left: u32,
    generation: u64,
}

impl Reusable for Counter {
    fn new() -> Self {
        Self::default()
    }

    fn add(&self, count: u32) {
        self.0.0.lock().expect("nobody panics under the lock").left += count;
    }

    fn done(&self) {
        let mut count = self.0.0.lock().expect("nobody panics under the lock");
        count.left -= 1;
        if count.left == 0 {
            count.generation += 1;
            drop(count);
            self.0.1.notify_all();
        }
    }

    fn wait(&self) {
        let count = self.0.0.lock().expect("nobody panics under the lock");
        let generation = count.generation;
        let waiting = |count: &mut Count| count.left > 0 && count.generation == generation;
        drop(self.0.1.wait_while(count, waiting).expect("nobody panics under the lock"));
    }
}

/// The cells of this file.
pub(crate) fn cells() -> Vec<Cell> {
    let pair = vec![
        pair_contestant(OURS, pairs::<named_sync::WaitGroup>),
        pair_contestant(CROSSBEAM, one_use_pairs),
        pair_contestant(BASELINE, pairs::<Counter>),
    ];
    let rounds = vec![
        Contestant::new(OURS, rounds::<named_sync::WaitGroup>),
        Contestant::new(CROSSBEAM, one_use_rounds),
        Contestant::new(BASELINE, rounds::<Counter>),
    ];
    vec![
        Cell::new(
            "WaitGroup, add and done on one thread",
            "wait_group/pair".to_owned(),
            &PER_CALL,
            pair,
        ),
        Cell::new(
            "WaitGroup, a round of 4 workers",
            format!("wait_group/rounds-{WORKERS}"),
            &PER_CALL,
            rounds,
        )
        .expecting(Duration::from_millis(40)),
    ]
}

fn pair_contestant(name: &'static str, work: fn() -> u64) -> Contestant {
    Contestant::new(name, move || {
        let outcome = crew::alone(work);
        Sample::timed(outcome.wall, PAIRS, outcome.cpu, PAIRS).checked(PAIRS, outcome.sum)
    })
}

fn pairs<G: Reusable>() -> u64 {
    let group = G::new();
    let mut count = 0;
    for _ in 0..PAIRS {
        black_box(&group).add(1);
        black_box(&group).done();
        count += 1;
    }
    // Nothing is left: this returns.
    group.wait();
    count
}

fn one_use_pairs() -> u64 {
    let group = OneUse::new();
    let mut count = 0;
    for _ in 0..PAIRS {
        drop(black_box(black_box(&group).clone()));
        count += 1;
    }
    group.wait();
    count
}

fn rounds<G: Reusable>() -> Sample {
    let groups: [G; 3] = std::array::from_fn(|_| G::new());
    groups[0].add(WORKERS as u32);
    workers(|| {
        let groups = groups.clone();
        move || {
            for round in 0..ROUNDS as usize {
                groups[(round + 1) % 3].add(1);
                groups[round % 3].done();
                groups[round % 3].wait();
            }
            ROUNDS
        }
    })
}

fn one_use_rounds() -> Sample {
    let mut groups: Vec<OneUse> = (0..ROUNDS).map(|_| OneUse::new()).collect();
    let mut left = WORKERS;
    workers(|| {
        left -= 1;
        // The last worker takes the originals, lest they keep the groups from their zero.
        let mine = if left == 0 { std::mem::take(&mut groups) } else { groups.clone() };
        move || {
            mine.into_iter().for_each(OneUse::wait);
            ROUNDS
        }
    })
}

fn workers<W: FnOnce() -> u64 + Send + 'static>(mut make: impl FnMut() -> W) -> Sample {
    let mut crew = Crew::of(WORKERS);
    for _ in 0..WORKERS {
        crew.add(make());
    }
    let outcome = crew.finish();
    let all = ROUNDS * WORKERS as u64;
    Sample::timed(outcome.wall, ROUNDS, outcome.cpu, all).checked(all, outcome.sum)
}
