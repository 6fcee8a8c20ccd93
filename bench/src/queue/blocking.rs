//! Throughput of blocking puts and gets, for every shape of crew.
//!
//! Each putter puts a fixed share of the items and each getter takes a fixed share, so that nobody needs to know
//! when the queue has come to its end. Every thread has its own handle, cloned before the clock starts. Pinned
//! cells run the same work with all threads on one core: whoever spins there spins against itself.

use std::time::Duration;

use super::channel::{Capacity, Channel, Item, Large, sum_to};
use super::peers::for_each_channel;
use crate::atomic;
use crate::crew::{self, Crew, Outcome};
use crate::fitting;
use crate::machine;
use crate::sample::{Cell, Contestant, PER_ITEM, Sample};

const BLOCKING: &str = "Queue, blocking";
const OVERSUBSCRIBED: &str = "Queue, oversubscribed: 16 putters, 16 getters";
const PINNED: &str = "Queue, all threads pinned to one core";
const APART: &str = "Queue, each thread pinned to a core of its own";

const CAPACITIES: [Capacity; 4] =
    [Capacity::Bounded(1), Capacity::Bounded(100), Capacity::Bounded(1024), Capacity::Unbounded];

/// Every number of items is a multiple of this, so that every crew can share them out evenly.
const EVEN_SHARES: u64 = 64;
/// What even the slowest contestant gets.
const FEWEST_ITEMS: u64 = 16 * EVEN_SHARES;
/// A contestant for which a run would take longer gets fewer items.
const LONGEST_RUN: Duration = Duration::from_millis(30);

/// Who puts and who gets.
#[derive(Clone, Copy)]
enum Shape {
    /// One thread, which puts one item and gets it back.
    Alone,
    Crew {
        putters: usize,
        getters: usize,
    },
}

const SHAPES: [Shape; 5] = [
    Shape::Alone,
    Shape::Crew { putters: 1, getters: 1 },
    Shape::Crew { putters: 4, getters: 1 },
    Shape::Crew { putters: 1, getters: 4 },
    Shape::Crew { putters: 4, getters: 4 },
];

impl Shape {
    fn getters(self) -> usize {
        match self {
            Self::Alone => 1,
            Self::Crew { getters, .. } => getters,
        }
    }
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Alone => f.write_str("put-get"),
            Self::Crew { putters, getters } => write!(f, "{putters}p{getters}c"),
        }
    }
}

/// Where the threads of a crew run.
#[derive(Clone, Copy)]
enum Place {
    Anywhere,
    /// All on one core.
    On(usize),
    /// In turn on all cores.
    Apart,
}

impl Place {
    fn of_thread(self, number: usize) -> Option<usize> {
        match self {
            Self::Anywhere => None,
            Self::On(core) => Some(core),
            Self::Apart => {
                let cores = machine::cores();
                cores.get(number % cores.len().max(1)).copied()
            }
        }
    }
}

/// The work of a cell.
#[derive(Clone, Copy)]
struct Work {
    capacity: Capacity,
    shape: Shape,
    place: Place,
    items: u64,
}

impl Work {
    fn new(capacity: Capacity, shape: Shape) -> Self {
        // So many that a run of a good queue takes some 20 to 30 ms. In runs of 3 ms it depends on where the threads
        // have begun, and whether the scheduler has moved them by then, who is ahead.
        let items = match (capacity, shape) {
            (_, Shape::Alone) => 1_000_000,
            (Capacity::Bounded(1), _) => 320_000,
            _ => 1_600_000,
        };
        Self { capacity, shape, place: Place::Anywhere, items }
    }
}

/// The cells of this file.
pub(super) fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for capacity in CAPACITIES {
        for shape in SHAPES {
            cells.push(cell::<u64>(BLOCKING, capacity.to_string(), Work::new(capacity, shape)));
        }
    }
    let hundred = Capacity::Bounded(100);
    for shape in SHAPES {
        let name = format!("{hundred}{}", Large::SUFFIX);
        cells.push(cell::<Large>(BLOCKING, name, Work::new(hundred, shape)));
    }
    for capacity in [hundred, Capacity::Unbounded] {
        let work = Work::new(capacity, Shape::Crew { putters: 16, getters: 16 });
        cells.push(cell::<u64>(OVERSUBSCRIBED, format!("oversubscribed-{capacity}"), work));
    }
    let place = machine::cores().first().map_or(Place::Anywhere, |&core| Place::On(core));
    for capacity in [Capacity::Bounded(1), hundred] {
        for shape in [SHAPES[1], SHAPES[4]] {
            let work = Work { place, ..Work::new(capacity, shape) };
            cells.push(cell::<u64>(PINNED, format!("pinned-{capacity}"), work));
        }
    }
    for capacity in [Capacity::Bounded(1), hundred] {
        let work = Work { place: Place::Apart, ..Work::new(capacity, SHAPES[1]) };
        cells.push(cell::<u64>(APART, format!("apart-{capacity}"), work));
    }
    cells
}

/// Whether a cell is one of the blocking scenarios over which the geometric mean is taken.
pub(crate) fn is_blocking_scenario(section: &str) -> bool {
    section == BLOCKING
}

fn cell<T: Item>(section: &'static str, name: String, work: Work) -> Cell {
    let mut contestants: Vec<Contestant> =
        for_each_channel!(work.capacity, work.shape.getters(), contestant::<_, T>(work));
    // What the cost of a put and a get on one thread is told in, and the least that it can be.
    if let Shape::Alone = work.shape {
        contestants.extend([atomic::read_modify_write(), atomic::two_exchanges()]);
    }
    let cell = Cell::new(section, format!("queue/{name}/{}", work.shape), &PER_ITEM, contestants)
        .expecting(Duration::from_millis(30));
    match work.capacity {
        // A peer has runs that never end.
        Capacity::Bounded(1) => cell.in_fresh_processes(),
        _ => cell,
    }
}

fn contestant<C: Channel, T: Item>(work: Work) -> Contestant {
    let mut fitting = None;
    Contestant::new(C::NAME, move || {
        let items = *fitting.get_or_insert_with(|| fitting_items::<C, T>(work));
        let work = Work { items, ..work };
        let outcome = run::<C, T>(work);
        Sample::timed(outcome.wall, work.items, outcome.cpu, work.items)
            .checked(sum_to(work.items), outcome.sum)
    })
}

/// As many items as the cell has, or fewer for a contestant that would need more than [`LONGEST_RUN`] for them.
fn fitting_items<C: Channel, T: Item>(work: Work) -> u64 {
    fitting::operations(FEWEST_ITEMS, work.items, EVEN_SHARES, LONGEST_RUN, |items| {
        run::<C, T>(Work { items, ..work }).wall
    })
}

fn run<C: Channel, T: Item>(work: Work) -> Outcome {
    match work.shape {
        Shape::Alone => alone::<C, T>(work),
        Shape::Crew { putters, getters } => together::<C, T>(work, putters, getters),
    }
}

fn alone<C: Channel, T: Item>(work: Work) -> Outcome {
    let (tx, rx) = C::open::<T>(work.capacity);
    crew::alone(move || {
        // A plain loop: of an iterator's closure the compiler may make a function, and then it calls that for each item.
        let mut sum = 0;
        for before in 0..work.items {
            C::put(&tx, T::carrying(before + 1));
            sum += C::get(&rx).number();
        }
        sum
    })
}

fn together<C: Channel, T: Item>(work: Work, putters: usize, getters: usize) -> Outcome {
    let (tx, rx) = C::open::<T>(work.capacity);
    let mut crew = Crew::of(putters + getters);
    let share = work.items / putters as u64;
    for putter in 0..putters as u64 {
        let tx = tx.clone();
        crew = crew.pinned_to(work.place.of_thread(putter as usize));
        crew.add(move || {
            for number in putter * share + 1..=(putter + 1) * share {
                C::put(&tx, T::carrying(number));
            }
            0
        });
    }
    let share = work.items / getters as u64;
    for (getter, rx) in C::receivers(rx, getters).into_iter().enumerate() {
        crew = crew.pinned_to(work.place.of_thread(putters + getter));
        crew.add(move || (0..share).map(|_| C::get(&rx).number()).sum());
    }
    crew.finish()
}
