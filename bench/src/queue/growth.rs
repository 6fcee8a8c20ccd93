//! How the cost of an item depends on how many items a queue holds.
//!
//! One thread fills an unbounded queue with that many items and then takes them all out again; small sizes repeat
//! that until a run has enough items. A queue whose cost does not depend on its size is flat but for the caches.
//!
//! The clock runs from before the queue is made until after it is dropped. Some make all their memory when they are
//! made and some when it is needed: it is paid for either way.

use std::time::Duration;

use super::channel::{Capacity, Channel, sum_to};
use super::peers::for_each_channel;
use crate::crew;
use crate::sample::{Cell, Contestant, PER_ITEM, Sample};

/// What a run puts at least.
const ITEMS: u64 = 200_000;

/// The cells of this file.
pub(super) fn cells() -> Vec<Cell> {
    let sizes = (2..=7).map(|power| 10_u64.pow(power));
    sizes
        .flat_map(|size| {
            [Capacity::Unbounded, Capacity::Bounded(size as usize)]
                .map(|capacity| cell(capacity, size))
        })
        .collect()
}

fn cell(capacity: Capacity, size: u64) -> Cell {
    let contestants = for_each_channel!(capacity, 1, contestant::<_>(capacity, size));
    let kind = if capacity == Capacity::Unbounded { "unbounded" } else { "bounded" };
    let section = match capacity {
        Capacity::Unbounded => "Unbounded queue, by how many items it holds",
        Capacity::Bounded(_) => "Bounded queue, by how many items it holds: all that fit",
    };
    let cell = Cell::new(section, format!("queue/growth-{kind}/{size}"), &PER_ITEM, contestants);
    if size > 1_000_000 {
        cell.at_most(3).expecting(Duration::from_millis(250))
    } else {
        cell.expecting(Duration::from_millis(if size == 1_000_000 { 30 } else { 8 }))
    }
}

fn contestant<C: Channel>(capacity: Capacity, size: u64) -> Contestant {
    Contestant::new(C::NAME, move || {
        let times = (ITEMS / size).max(1);
        let outcome = crew::alone(move || {
            let (tx, rx) = C::open::<u64>(capacity);
            let fill_and_drain = |_| -> u64 {
                (1..=size).for_each(|number| C::put(&tx, number));
                (0..size).map(|_| C::get(&rx)).sum()
            };
            (0..times).map(fill_and_drain).sum()
        });
        let items = size * times;
        Sample::timed(outcome.wall, items, outcome.cpu, items)
            .checked(times * sum_to(size), outcome.sum)
    })
}
