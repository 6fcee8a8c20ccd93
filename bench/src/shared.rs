//! The shared variable against its peers.
//!
//! - `read` looks at the current value, `get` takes an `Arc` of it along: 1, 2 or 4 readers, alone or beside a writer
//!   (`+w`) that stores a new value all the time.
//! - `set` and `update` are those of one writer, alone or beside 1, 2 or 4 readers that read all the time.
//!
//! The CPU time is that of the threads in question only. Every value carries its own check, so a torn or freed one
//! would be noticed.

mod floor;

pub(crate) use floor::ANNOUNCED;

use std::hint::black_box;
use std::sync::atomic::Ordering;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::watch;

use crate::crew::{Crew, Outcome};
use crate::fitting;
use crate::sample::{Cell, Contestant, OURS, PER_CALL, Sample};

/// With more readers than cores, a run must be long beside the time for which a core is given to one of them.
const MOST_READS: u64 = 4_000_000;
const FEWEST_READS: u64 = 20_000;
/// A contestant for which a run would take longer reads less often.
const LONGEST_RUN: Duration = Duration::from_millis(30);
/// What a writer writes.
const WRITES: u64 = 100_000;
const READER_COUNTS: [usize; 3] = [1, 2, 4];

/// The value: what a program would keep, and a check.
#[derive(Debug)]
struct Settings {
    number: u64,
    inverse: u64,
}

impl Settings {
    fn new(number: u64) -> Self {
        Self { number, inverse: !number }
    }

    fn is_whole(&self) -> bool {
        self.number == !self.inverse
    }
}

/// A variable that is replaced as a whole. Each thread has its own handle.
trait Variable: Clone + Send + 'static {
    const NAME: &'static str;
    fn new(value: Settings) -> Self;
    fn read<R>(&self, look: impl FnOnce(&Settings) -> R) -> R;
    fn get(&self) -> Arc<Settings>;
    fn set(&self, value: Settings);
    fn update(&self, change: impl Fn(&Settings) -> Settings);
}

impl Variable for named_sync::Shared<Settings> {
    const NAME: &'static str = OURS;

    fn new(value: Settings) -> Self {
        Self::new(value)
    }

    fn read<R>(&self, look: impl FnOnce(&Settings) -> R) -> R {
        self.read(look)
    }

    fn get(&self) -> Arc<Settings> {
        self.get()
    }

    fn set(&self, value: Settings) {
        self.set(value);
    }

    fn update(&self, change: impl Fn(&Settings) -> Settings) {
        self.update(change);
    }
}

impl Variable for Arc<ArcSwap<Settings>> {
    const NAME: &'static str = "arc-swap";

    fn new(value: Settings) -> Self {
        Arc::new(ArcSwap::from_pointee(value))
    }

    fn read<R>(&self, look: impl FnOnce(&Settings) -> R) -> R {
        look(&self.load())
    }

    fn get(&self) -> Arc<Settings> {
        self.load_full()
    }

    fn set(&self, value: Settings) {
        self.store(Arc::new(value));
    }

    fn update(&self, change: impl Fn(&Settings) -> Settings) {
        self.rcu(|current| change(current));
    }
}

impl Variable for Arc<RwLock<Arc<Settings>>> {
    const NAME: &'static str = "std RwLock<Arc>";

    fn new(value: Settings) -> Self {
        Arc::new(RwLock::new(Arc::new(value)))
    }

    fn read<R>(&self, look: impl FnOnce(&Settings) -> R) -> R {
        look(&RwLock::read(self).expect("nobody panics under the lock"))
    }

    fn get(&self) -> Arc<Settings> {
        Arc::clone(&RwLock::read(self).expect("nobody panics under the lock"))
    }

    fn set(&self, value: Settings) {
        // The old value is dropped after the lock is released: it was moved out.
        let mut value = Arc::new(value);
        std::mem::swap(&mut *self.write().expect("nobody panics under the lock"), &mut value);
    }

    fn update(&self, change: impl Fn(&Settings) -> Settings) {
        let mut current = self.write().expect("nobody panics under the lock");
        *current = Arc::new(change(&current));
    }
}

impl Variable for Arc<parking_lot::RwLock<Arc<Settings>>> {
    const NAME: &'static str = "parking_lot RwLock<Arc>";

    fn new(value: Settings) -> Self {
        Arc::new(parking_lot::RwLock::new(Arc::new(value)))
    }

    fn read<R>(&self, look: impl FnOnce(&Settings) -> R) -> R {
        look(&parking_lot::RwLock::read(self))
    }

    fn get(&self) -> Arc<Settings> {
        Arc::clone(&parking_lot::RwLock::read(self))
    }

    fn set(&self, value: Settings) {
        let mut value = Arc::new(value);
        std::mem::swap(&mut *self.write(), &mut value);
    }

    fn update(&self, change: impl Fn(&Settings) -> Settings) {
        let mut current = self.write();
        *current = Arc::new(change(&current));
    }
}

/// The two ends of a watch channel. It holds an `Arc`, so that `get` can take it along.
#[derive(Clone)]
struct Watch {
    writer: watch::Sender<Arc<Settings>>,
    reader: watch::Receiver<Arc<Settings>>,
}

impl Variable for Watch {
    const NAME: &'static str = "tokio watch";

    fn new(value: Settings) -> Self {
        let (writer, reader) = watch::channel(Arc::new(value));
        Self { writer, reader }
    }

    fn read<R>(&self, look: impl FnOnce(&Settings) -> R) -> R {
        look(&self.reader.borrow())
    }

    fn get(&self) -> Arc<Settings> {
        Arc::clone(&self.reader.borrow())
    }

    fn set(&self, value: Settings) {
        self.writer.send_replace(Arc::new(value));
    }

    fn update(&self, change: impl Fn(&Settings) -> Settings) {
        self.writer.send_modify(|current| *current = Arc::new(change(current)));
    }
}

/// The measured operation.
#[derive(Clone, Copy)]
enum Operation {
    Read,
    Get,
    Set,
    Update,
}

impl Operation {
    const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Get => "get",
            Self::Set => "set",
            Self::Update => "update",
        }
    }

    const fn section(self) -> &'static str {
        match self {
            Self::Read => "Shared, read: a look at the value",
            Self::Get => "Shared, get: a full Arc",
            Self::Set => "Shared, set",
            Self::Update => "Shared, update",
        }
    }
}

/// The cells of this file.
pub(crate) fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    for operation in [Operation::Read, Operation::Get] {
        for with_writer in [false, true] {
            for readers in READER_COUNTS {
                let name = format!("{readers}r{}", if with_writer { "+w" } else { "" });
                cells.push(cell(operation, name, readers, with_writer));
            }
        }
    }
    for operation in [Operation::Set, Operation::Update] {
        cells.push(cell(operation, "alone".to_owned(), 0, true));
        for readers in READER_COUNTS {
            cells.push(cell(operation, format!("{readers}r"), readers, true));
        }
    }
    cells
}

fn cell(operation: Operation, name: String, readers: usize, with_writer: bool) -> Cell {
    let mut contestants = vec![
        contestant::<named_sync::Shared<Settings>>(operation, readers, with_writer),
        contestant::<Arc<ArcSwap<Settings>>>(operation, readers, with_writer),
        contestant::<Arc<RwLock<Arc<Settings>>>>(operation, readers, with_writer),
        contestant::<Arc<parking_lot::RwLock<Arc<Settings>>>>(operation, readers, with_writer),
        contestant::<Watch>(operation, readers, with_writer),
    ];
    if let (Operation::Get, false) = (operation, with_writer) {
        contestants.extend(floor::yardsticks(readers));
    }
    let name = format!("shared/{}/{name}", operation.name());
    Cell::new(operation.section(), name, &PER_CALL, contestants)
        .expecting(Duration::from_millis(if with_writer && readers > 0 { 80 } else { 20 }))
}

fn contestant<V: Variable>(operation: Operation, readers: usize, with_writer: bool) -> Contestant {
    match operation {
        Operation::Read => reading::<V>(readers, with_writer, read::<V>),
        Operation::Get => reading::<V>(readers, with_writer, get::<V>),
        Operation::Set => Contestant::new(V::NAME, move || measure_writer(readers, set::<V>)),
        Operation::Update => Contestant::new(V::NAME, move || measure_writer(readers, update::<V>)),
    }
}

fn reading<V: Variable>(
    readers: usize,
    with_writer: bool,
    read: impl Fn(&V) -> bool + Copy + Send + 'static,
) -> Contestant {
    let mut fitting = None;
    Contestant::new(V::NAME, move || {
        let reads = *fitting.get_or_insert_with(|| {
            fitting::operations(FEWEST_READS, MOST_READS, 1, LONGEST_RUN, |reads| {
                run_readers(readers, with_writer, read, reads).wall
            })
        });
        let outcome = run_readers(readers, with_writer, read, reads);
        let all = reads * readers as u64;
        Sample::timed(outcome.wall, reads, outcome.cpu, all).checked(all, outcome.sum)
    })
}

fn read<V: Variable>(variable: &V) -> bool {
    variable.read(|settings| black_box(settings).is_whole())
}

fn get<V: Variable>(variable: &V) -> bool {
    black_box(variable.get()).is_whole()
}

fn set<V: Variable>(variable: &V, number: u64) {
    variable.set(Settings::new(number));
}

fn update<V: Variable>(variable: &V, _: u64) {
    variable.update(|settings| Settings::new(settings.number + 1));
}

fn run_readers<V: Variable>(
    readers: usize,
    with_writer: bool,
    read: impl Fn(&V) -> bool + Copy + Send + 'static,
    reads: u64,
) -> Outcome {
    let variable = V::new(Settings::new(0));
    let mut crew = Crew::of(readers + usize::from(with_writer));
    for _ in 0..readers {
        let variable = variable.clone();
        crew.add(move || (0..reads).map(|_| u64::from(read(&variable))).sum());
    }
    if with_writer {
        crew.add_helper(move |stop| {
            let mut number = 0;
            while !stop.load(Ordering::Relaxed) {
                number += 1;
                variable.set(Settings::new(number));
            }
        });
    }
    crew.finish()
}

fn measure_writer<V: Variable>(
    readers: usize,
    write: impl Fn(&V, u64) + Copy + Send + 'static,
) -> Sample {
    let variable = V::new(Settings::new(0));
    let writes = if readers > 0 { WRITES / 8 } else { WRITES };
    let mut crew = Crew::of(readers + 1);
    for _ in 0..readers {
        let variable = variable.clone();
        crew.add_helper(move |stop| {
            while !stop.load(Ordering::Relaxed) {
                assert!(read(&variable), "a reader saw half a value");
            }
        });
    }
    crew.add(move || {
        (1..=writes).for_each(|number| write(&variable, number));
        variable.read(|settings| settings.number)
    });
    let outcome = crew.finish();
    Sample::timed(outcome.wall, writes, outcome.cpu, writes).checked(writes, outcome.sum)
}
