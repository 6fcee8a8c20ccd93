//! Names: looking one up, and creating a million.
//!
//! Everybody does the same work: a look-up hands out a handle that outlives it, an `Arc` for the peers' maps, and
//! reads the number in it. Names are made beforehand. Each thread asks for them in a fixed pseudo-random order of its
//! own, so that a million names do not come out of the cache in the order in which they went in. All maps keep their
//! default hashers, which are keyed.
//!
//! A million names are created in a process of its own each time: the time, the memory that they take (the names
//! themselves included, and the state of an atomic), how the last tenth compares with the fifth, and the slowest one. (The
//! first tenth fits into the cache, and so takes less time in every map.)

use std::cell::OnceCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use crate::crew::Crew;
use crate::machine;
use crate::sample::{Cell, Column, Contestant, OURS, PER_CALL, Sample, ns_each};

const MILLION: usize = 1_000_000;
const THREADS: [usize; 3] = [1, 2, 4];

const CREATION: [Column; 4] = [
    Column::ns("ns per name"),
    Column::bytes("resident, per name"),
    Column::times("last tenth / fifth tenth, times"),
    Column::ns("slowest creation, ns"),
];

/// A map from names to numbers that many threads share.
trait Names: Send + Sync + Sized + 'static {
    const NAME: &'static str;
    fn empty() -> Self;
    fn create(&self, name: &str, number: i64);
    /// Takes a handle, which outlives any guard of the map, and reads the number in it.
    fn look_up(&self, name: &str) -> i64;
}

impl Names for named_sync::Registry {
    const NAME: &'static str = OURS;

    fn empty() -> Self {
        Self::new()
    }

    fn create(&self, name: &str, number: i64) {
        drop(self.atomic(name, number));
    }

    fn look_up(&self, name: &str) -> i64 {
        self.atomic(name, 0).get()
    }
}

type Number = Arc<AtomicI64>;

fn number(number: i64) -> Number {
    Arc::new(AtomicI64::new(number))
}

const EXISTS: &str = "every name that is looked up exists";

impl Names for dashmap::DashMap<String, Number> {
    const NAME: &'static str = "dashmap";

    fn empty() -> Self {
        Self::new()
    }

    fn create(&self, name: &str, initial: i64) {
        self.insert(name.to_owned(), number(initial));
    }

    fn look_up(&self, name: &str) -> i64 {
        let handle = Arc::clone(&self.get(name).expect(EXISTS));
        handle.load(Ordering::Acquire)
    }
}

impl Names for papaya::HashMap<String, Number> {
    const NAME: &'static str = "papaya";

    fn empty() -> Self {
        Self::new()
    }

    fn create(&self, name: &str, initial: i64) {
        self.pin().insert(name.to_owned(), number(initial));
    }

    fn look_up(&self, name: &str) -> i64 {
        let handle = Arc::clone(self.pin().get(name).expect(EXISTS));
        handle.load(Ordering::Acquire)
    }
}

impl Names for RwLock<HashMap<String, Number>> {
    const NAME: &'static str = "RwLock<HashMap>";

    fn empty() -> Self {
        Self::default()
    }

    fn create(&self, name: &str, initial: i64) {
        let mut map = self.write().expect("nobody panics under the lock");
        map.insert(name.to_owned(), number(initial));
    }

    fn look_up(&self, name: &str) -> i64 {
        let map = self.read().expect("nobody panics under the lock");
        let handle = Arc::clone(map.get(name).expect(EXISTS));
        drop(map);
        handle.load(Ordering::Acquire)
    }
}

/// The cells of this file.
pub(crate) fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for count in [1_000, MILLION] {
        let names: Lazy<Vec<String>> = Rc::default();
        let ours: Lazy<named_sync::Registry> = Rc::default();
        let dashmap: Lazy<dashmap::DashMap<String, Number>> = Rc::default();
        let papaya: Lazy<papaya::HashMap<String, Number>> = Rc::default();
        let locked: Lazy<RwLock<HashMap<String, Number>>> = Rc::default();
        for threads in THREADS {
            let contestants = vec![
                look_up(&names, &ours, count, threads),
                look_up(&names, &papaya, count, threads),
                look_up(&names, &dashmap, count, threads),
                look_up(&names, &locked, count, threads),
            ];
            let cell = Cell::new(
                "Registry, look-up of an existing name",
                format!("registry/lookup-{count}/{threads}t"),
                &PER_CALL,
                contestants,
            );
            cells.push(cell.expecting(Duration::from_millis(20)));
        }
    }
    let contestants = vec![
        creation::<named_sync::Registry>(),
        creation::<papaya::HashMap<String, Number>>(),
        creation::<dashmap::DashMap<String, Number>>(),
        creation::<RwLock<HashMap<String, Number>>>(),
    ];
    let cell = Cell::new(
        "Registry, creation of 1,000,000 names",
        format!("registry/create-{MILLION}"),
        &CREATION,
        contestants,
    );
    cells.push(cell.in_fresh_processes().at_most(3).expecting(Duration::from_millis(700)));
    cells
}

/// Made by the first run that needs it, and dropped with the last cell that has it.
type Lazy<T> = Rc<OnceCell<Arc<T>>>;

fn made<T>(lazy: &Lazy<T>, make: impl FnOnce() -> T) -> Arc<T> {
    Arc::clone(lazy.get_or_init(|| Arc::new(make())))
}

/// `count` names as a host would give them.
fn generate(count: usize) -> Vec<String> {
    (0..count).map(|index| format!("tenant-{}/queue-{index}", index % 100)).collect()
}

fn filled<N: Names>(names: &[String]) -> N {
    let map = N::empty();
    for (name, index) in names.iter().zip(0..) {
        map.create(name, index);
    }
    map
}

fn look_up<N: Names>(
    names: &Lazy<Vec<String>>,
    map: &Lazy<N>,
    count: usize,
    threads: usize,
) -> Contestant {
    let (names, map) = (Rc::clone(names), Rc::clone(map));
    // From a million names, each look-up misses the caches.
    let look_ups: u64 = if count < MILLION { 200_000 } else { 50_000 };
    let orders: OnceCell<Vec<Arc<[u32]>>> = OnceCell::new();
    Contestant::new(N::NAME, move || {
        let names = made(&names, || generate(count));
        let map = made(&map, || filled::<N>(&names));
        let orders = orders.get_or_init(|| {
            (1..=threads as u64).map(|seed| order(seed, count, look_ups)).collect()
        });
        let mut crew = Crew::of(threads);
        let mut expected = 0;
        for order in orders {
            expected += order.iter().map(|&index| u64::from(index)).sum::<u64>();
            let (names, map, order) = (Arc::clone(&names), Arc::clone(&map), Arc::clone(order));
            crew.add(move || {
                order.iter().map(|&index| map.look_up(&names[index as usize]) as u64).sum()
            });
        }
        let outcome = crew.finish();
        Sample::timed(outcome.wall, look_ups, outcome.cpu, look_ups * threads as u64)
            .checked(expected, outcome.sum)
    })
}

/// Indexes below `count`, by a xorshift generator.
fn order(seed: u64, count: usize, length: u64) -> Arc<[u32]> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % count as u64) as u32
    };
    (0..length).map(|_| next()).collect()
}

fn creation<N: Names>() -> Contestant {
    Contestant::new(N::NAME, || {
        let names = generate(MILLION);
        _ = machine::resident();
        let before = machine::resident();
        let map = N::empty();
        let mut slowest = Duration::ZERO;
        let start = Instant::now();
        let mut last = start;
        let mut tenths = Vec::with_capacity(10);
        for (name, index) in names.iter().zip(0..) {
            map.create(name, index);
            let now = Instant::now();
            slowest = slowest.max(now - last);
            last = now;
            if (index as usize + 1).is_multiple_of(MILLION / 10) {
                tenths.push(now - start);
            }
        }
        let all = last - start;
        let resident = machine::resident().saturating_sub(before);
        let sum = names.iter().step_by(1000).map(|name| map.look_up(name) as u64).sum();
        let (fifth_tenth, last_tenth) = (tenths[4] - tenths[3], tenths[9] - tenths[8]);
        Sample::new(vec![
            ns_each(all, MILLION as u64),
            resident as f64 / MILLION as f64,
            last_tenth.as_secs_f64() / fifth_tenth.as_secs_f64(),
            slowest.as_nanos() as f64,
        ])
        .checked((0..MILLION as u64).step_by(1000).sum(), sum)
    })
}
