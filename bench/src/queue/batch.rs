//! 64 items by one `put_many` and taken by `get_many`, against 64 single puts and gets.
//!
//! "singly" is our own queue used item by item: what a batch gains. Peers have no batches on both ends, so they put
//! and get singly as well. A `get_many` takes what is there, so a getter asks for no more than is left of its share.

use super::channel::{Capacity, Channel, sum_to};
use super::peers::{Crossbeam, CrossfireArray, Kanal, Ours};
use crate::crew::{self, Crew};
use crate::sample::{Cell, Contestant, OURS, PER_ITEM, Sample};

const BATCH: usize = 64;
const CAPACITY: usize = 1024;
/// A multiple of the batch for each of four threads.
const ITEMS: u64 = 4 * 64 * 800;

/// The cells of this file.
pub(super) fn cells() -> Vec<Cell> {
    [None, Some((1, 1)), Some((4, 4))].into_iter().map(cell).collect()
}

fn cell(crew: Option<(usize, usize)>) -> Cell {
    let shape = match crew {
        None => "put-get".to_owned(),
        Some((putters, getters)) => format!("{putters}p{getters}c"),
    };
    let contestants = vec![
        Contestant::new(OURS, move || run::<Ours>(crew, put_batch, get_batch)),
        Contestant::new("named-sync, singly", move || singly::<Ours>(crew)),
        Contestant::new("crossbeam, singly", move || singly::<Crossbeam>(crew)),
        Contestant::new("crossfire, singly", move || singly::<CrossfireArray>(crew)),
        Contestant::new("kanal, singly", move || singly::<Kanal>(crew)),
    ];
    let name = format!("queue/batch-{BATCH}-bounded-{CAPACITY}/{shape}");
    Cell::new("Queue, batches of 64", name, &PER_ITEM, contestants)
}

fn put_batch(queue: &named_sync::Queue<u64>, first: u64) {
    let put = queue.put_many(first..first + BATCH as u64);
    assert_eq!(put, Ok(BATCH), "nobody closes the queue");
}

fn get_batch(queue: &named_sync::Queue<u64>, buffer: &mut Vec<u64>) -> u64 {
    let mut sum = 0;
    let mut left = BATCH;
    while left > 0 {
        buffer.clear();
        left -= queue.get_many(buffer, left);
        sum += buffer.iter().sum::<u64>();
    }
    sum
}

fn singly<C: Channel>(crew: Option<(usize, usize)>) -> Sample {
    run::<C>(
        crew,
        |tx, first| (first..first + BATCH as u64).for_each(|number| C::put(tx, number)),
        |rx, _| (0..BATCH).map(|_| C::get(rx)).sum(),
    )
}

/// Puts and gets all items, 64 at a time. `get` has a buffer that it may use.
fn run<C: Channel>(
    crew: Option<(usize, usize)>,
    put: impl Fn(&C::Tx<u64>, u64) + Copy + Send + 'static,
    get: impl Fn(&C::Rx<u64>, &mut Vec<u64>) -> u64 + Copy + Send + 'static,
) -> Sample {
    let (tx, rx) = C::open::<u64>(Capacity::Bounded(CAPACITY));
    let outcome = match crew {
        None => crew::alone(move || {
            let mut buffer = Vec::with_capacity(BATCH);
            let mut once = |first| {
                put(&tx, first);
                get(&rx, &mut buffer)
            };
            (1..=ITEMS).step_by(BATCH).map(&mut once).sum()
        }),
        Some((putters, getters)) => {
            let mut crew = Crew::of(putters + getters);
            let share = ITEMS / putters as u64;
            for putter in 0..putters as u64 {
                let tx = tx.clone();
                crew.add(move || {
                    let mine = putter * share + 1..=(putter + 1) * share;
                    mine.step_by(BATCH).for_each(|first| put(&tx, first));
                    0
                });
            }
            let batches = ITEMS as usize / BATCH / getters;
            for rx in C::receivers(rx, getters) {
                crew.add(move || {
                    let mut buffer = Vec::with_capacity(BATCH);
                    (0..batches).map(|_| get(&rx, &mut buffer)).sum()
                });
            }
            crew.finish()
        }
    };
    Sample::timed(outcome.wall, ITEMS, outcome.cpu, ITEMS).checked(sum_to(ITEMS), outcome.sum)
}
