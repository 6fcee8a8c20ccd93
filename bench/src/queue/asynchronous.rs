//! Throughput of async puts and gets: tasks on one small executor with as many threads as there are cores.
//!
//! All tasks are spawned before the clock starts, and none runs before the executor's threads do. Each task has its
//! own handle and a fixed share of the items. tokio's channel has one receiver, so it takes part in 1p1c only.

use std::future::Future;
use std::sync::Arc;

use async_executor::Executor;
use futures_lite::future::block_on;

use super::channel::{copies, sum_to};
use crate::crew::{Crew, Outcome};
use crate::machine;
use crate::sample::{Cell, Contestant, OURS, PER_ITEM, Sample};

const ITEMS: u64 = 100_000;
const CAPACITY: usize = 100;
const OPEN: &str = "nobody closes the queue or drops the other end";

/// A bounded queue with async puts and gets.
trait AsyncQueue: 'static {
    const NAME: &'static str;
    type Tx: Clone + Send + 'static;
    type Rx: Send + 'static;

    fn open() -> (Self::Tx, Self::Rx);
    /// As many handles as there are getters. A queue for one getter only is not asked for more.
    fn receivers(rx: Self::Rx, count: usize) -> Vec<Self::Rx>;
    fn put(tx: &Self::Tx, item: u64) -> impl Future<Output = ()> + Send;
    fn get(rx: &mut Self::Rx) -> impl Future<Output = u64> + Send;
}

/// The queues that differ only in the names of their handles and methods.
macro_rules! async_queue {
    ($type:ident, $name:expr, $tx:ty, $rx:ty, $open:expr, $put:ident, $get:ident) => {
        enum $type {}

        impl AsyncQueue for $type {
            const NAME: &'static str = $name;
            type Tx = $tx;
            type Rx = $rx;

            fn open() -> (Self::Tx, Self::Rx) {
                $open
            }

            fn receivers(rx: Self::Rx, count: usize) -> Vec<Self::Rx> {
                copies(rx, count)
            }

            async fn put(tx: &Self::Tx, item: u64) {
                assert!(tx.$put(item).await.is_ok(), "{OPEN}");
            }

            async fn get(rx: &mut Self::Rx) -> u64 {
                rx.$get().await.expect(OPEN)
            }
        }
    };
}

async_queue!(
    Ours,
    OURS,
    named_sync::Queue<u64>,
    named_sync::Queue<u64>,
    {
        let queue = named_sync::Queue::bounded(CAPACITY);
        (queue.clone(), queue)
    },
    put_async,
    get_async
);
async_queue!(
    Crossfire,
    "crossfire",
    crossfire::MAsyncTx<crossfire::mpmc::Array<u64>>,
    crossfire::MAsyncRx<crossfire::mpmc::Array<u64>>,
    crossfire::mpmc::bounded_async(CAPACITY),
    send,
    recv
);
async_queue!(
    Kanal,
    "kanal",
    kanal::AsyncSender<u64>,
    kanal::AsyncReceiver<u64>,
    kanal::bounded_async(CAPACITY),
    send,
    recv
);
async_queue!(
    Flume,
    "flume",
    flume::Sender<u64>,
    flume::Receiver<u64>,
    flume::bounded(CAPACITY),
    send_async,
    recv_async
);
async_queue!(
    AsyncChannel,
    "async-channel",
    async_channel::Sender<u64>,
    async_channel::Receiver<u64>,
    async_channel::bounded(CAPACITY),
    send,
    recv
);

enum Tokio {}

impl AsyncQueue for Tokio {
    const NAME: &'static str = "tokio mpsc";
    type Tx = tokio::sync::mpsc::Sender<u64>;
    type Rx = tokio::sync::mpsc::Receiver<u64>;

    fn open() -> (Self::Tx, Self::Rx) {
        tokio::sync::mpsc::channel(CAPACITY)
    }

    fn receivers(rx: Self::Rx, count: usize) -> Vec<Self::Rx> {
        assert_eq!(count, 1, "tokio's channel has one receiver");
        vec![rx]
    }

    async fn put(tx: &Self::Tx, item: u64) {
        assert!(tx.send(item).await.is_ok(), "{OPEN}");
    }

    async fn get(rx: &mut Self::Rx) -> u64 {
        rx.recv().await.expect(OPEN)
    }
}

/// The cells of this file.
pub(super) fn cells() -> Vec<Cell> {
    vec![cell(1, 1), cell(4, 4)]
}

fn cell(putters: usize, getters: usize) -> Cell {
    let mut contestants = vec![
        contestant::<Ours>(putters, getters),
        contestant::<Crossfire>(putters, getters),
        contestant::<Kanal>(putters, getters),
        contestant::<Flume>(putters, getters),
        contestant::<AsyncChannel>(putters, getters),
    ];
    if getters == 1 {
        contestants.push(contestant::<Tokio>(putters, getters));
    }
    let name = format!("queue/async-bounded-{CAPACITY}/{putters}p{getters}c");
    Cell::new("Queue, async, on one small executor", name, &PER_ITEM, contestants)
}

fn contestant<Q: AsyncQueue>(putters: usize, getters: usize) -> Contestant {
    Contestant::new(Q::NAME, move || {
        let outcome = run::<Q>(putters, getters);
        Sample::timed(outcome.wall, ITEMS, outcome.cpu, ITEMS).checked(sum_to(ITEMS), outcome.sum)
    })
}

fn run<Q: AsyncQueue>(putters: usize, getters: usize) -> Outcome {
    let executor = Arc::new(Executor::new());
    let (tx, rx) = Q::open();
    let mut tasks = Vec::new();
    let share = ITEMS / putters as u64;
    for putter in 0..putters as u64 {
        let tx = tx.clone();
        tasks.push(executor.spawn(async move {
            for number in putter * share + 1..=(putter + 1) * share {
                Q::put(&tx, number).await;
            }
            0
        }));
    }
    let share = ITEMS / getters as u64;
    for mut rx in Q::receivers(rx, getters) {
        tasks.push(executor.spawn(async move {
            let mut sum = 0;
            for _ in 0..share {
                sum += Q::get(&mut rx).await;
            }
            sum
        }));
    }

    // The first thread waits for the tasks' results; when it drops `stop`, the others know that they are done.
    let (stop, stopped) = async_channel::bounded::<()>(1);
    let threads = machine::cores().len();
    let mut crew = Crew::of(threads);
    for _ in 1..threads {
        let (executor, stopped) = (Arc::clone(&executor), stopped.clone());
        crew.add(move || {
            _ = block_on(executor.run(stopped.recv()));
            0
        });
    }
    crew.add(move || {
        let sum = block_on(executor.run(async {
            let mut sum = 0;
            for task in tasks {
                sum += task.await;
            }
            sum
        }));
        drop(stop);
        sum
    });
    crew.finish()
}
