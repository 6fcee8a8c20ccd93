//! What queues take of memory. Each run has a process of its own, in which nobody has used the heap before.
//!
//! - A queue of maxsize 1,000,000 that nobody has used yet: what it commits, and how long its creation takes.
//! - An unbounded queue with a million items of 8 bytes in it, and what is still taken after they are out again.

use std::hint::black_box;
use std::time::{Duration, Instant};

use super::channel::{Capacity, Channel, sum_to};
use super::peers::for_each_channel;
use crate::machine;
use crate::sample::{Cell, Column, Contestant, Sample};

const MILLION: usize = 1_000_000;

const UNUSED: [Column; 2] = [Column::bytes("resident before use"), Column::ns("creation, ns")];
const FILLED: [Column; 2] =
    [Column::bytes("resident, per item"), Column::bytes("still resident when drained, in all")];

/// The cells of this file.
pub(super) fn cells() -> Vec<Cell> {
    let bounded = Capacity::Bounded(MILLION);
    let unused = Cell::new(
        "Memory: a queue of maxsize 1,000,000",
        format!("memory/queue-maxsize-{MILLION}"),
        &UNUSED,
        for_each_channel!(bounded, 1, unused::<_>()),
    );
    let filled = Cell::new(
        "Memory: an unbounded queue of 1,000,000 items",
        format!("memory/unbounded-{MILLION}"),
        &FILLED,
        for_each_channel!(Capacity::Unbounded, 1, filled::<_>()),
    );
    [unused, filled]
        .map(|cell| cell.in_fresh_processes().at_most(5).expecting(Duration::from_millis(60)))
        .into()
}

/// How much more is resident now than `before`. A difference below zero is noise.
fn more_than(before: u64) -> f64 {
    machine::resident().saturating_sub(before) as f64
}

fn unused<C: Channel>() -> Contestant {
    Contestant::new(C::NAME, || {
        // Whatever the first calls of all take, they take here.
        _ = (machine::resident(), Instant::now(), black_box(C::open::<u64>(Capacity::Bounded(1))));
        let before = machine::resident();
        let start = Instant::now();
        let queue = black_box(C::open::<u64>(Capacity::Bounded(MILLION)));
        let creation = start.elapsed();
        let resident = more_than(before);
        drop(queue);
        Sample::new(vec![resident, creation.as_nanos() as f64])
    })
}

fn filled<C: Channel>() -> Contestant {
    Contestant::new(C::NAME, || {
        _ = machine::resident();
        let before = machine::resident();
        let (tx, rx) = C::open::<u64>(Capacity::Unbounded);
        (1..=MILLION as u64).for_each(|number| C::put(&tx, number));
        let full = more_than(before);
        let sum = (0..MILLION).map(|_| C::get(&rx)).sum();
        let drained = more_than(before);
        Sample::new(vec![full / MILLION as f64, drained]).checked(sum_to(MILLION as u64), sum)
    })
}
