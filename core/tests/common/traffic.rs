//! Putters and getters that use a queue in every way at random, and the account of what became of each
//! item.

use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use named_sync::{Closed, GetTimeoutError, PutTimeoutError, Queue, TryGetError, TryPutError};

use super::{Ledger, OnPanic, Random, Tracked, Watchdog, block_on, catch, poll_once, queue_counts};

/// How the two sides meet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Traffic {
    /// 0 is unbounded.
    pub(crate) capacity: usize,
    pub(crate) putters: usize,
    pub(crate) getters: usize,
    /// How many items each putter makes. Not all of them need get in.
    pub(crate) each: usize,
    /// Whether the queue is closed at a random moment, not when all putters are done.
    pub(crate) closes_early: bool,
    /// Whether threads panic now and then, with items in their hands.
    pub(crate) panics: bool,
}

pub(crate) fn queue_of(capacity: usize) -> Queue<Tracked> {
    if capacity == 0 { Queue::unbounded() } else { Queue::bounded(capacity) }
}

const MOMENT: Duration = Duration::from_micros(30);

impl Traffic {
    /// One round: everything that a put accepted is received once, in the order of each putter; everything
    /// else came back or went away with its future; and every payload is dropped once.
    pub(crate) fn run(self, seed: u64) {
        let queue = queue_of(self.capacity);
        let ledger = Ledger::new(self.putters, self.each);
        let watched = queue.clone();
        let watchdog =
            Watchdog::new(&format!("{self:?}, seed {seed}"), move || vec![watched.inspect()]);

        let (mut accepted, mut received) = thread::scope(|scope| {
            let putters: Vec<_> = (0..self.putters)
                .map(|putter| {
                    let random = Random::new(seed, putter);
                    let (queue, ledger) = (&queue, &ledger);
                    scope.spawn(move || {
                        Putter { traffic: self, queue, ledger, putter, random }.run()
                    })
                })
                .collect();
            let getters: Vec<_> = (0..self.getters)
                .map(|getter| {
                    let random = Random::new(seed, 100 + getter);
                    let last = vec![None; self.putters];
                    let queue = &queue;
                    scope.spawn(move || {
                        Getter { traffic: self, queue, last, received: Vec::new(), random }.run()
                    })
                })
                .collect();
            if self.closes_early {
                thread::sleep(Duration::from_micros(Random::new(seed, 99).next() % 400));
                queue.close();
            }
            let accepted: Vec<_> =
                putters.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
            queue.close();
            let received: Vec<_> =
                getters.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
            (accepted, received)
        });
        accepted.sort_unstable();
        received.sort_unstable();
        assert_eq!(received, accepted, "received, and accepted");

        let inspection = queue.inspect();
        assert_eq!(queue_counts(&inspection), (0, accepted.len() as u64, accepted.len() as u64));
        assert!(inspection.waiters.is_empty(), "{:?}", inspection.waiters);
        drop(watchdog);
        drop(queue);
        // The watchdog's own handle goes away in its own time, but there are no items left in the queue.
        ledger.assert_settled();
    }
}

/// Items are known by their putter and their number.
type Id = (usize, usize);

fn id(item: &Tracked) -> Id {
    (item.putter, item.sequence)
}

struct Putter<'a> {
    traffic: Traffic,
    queue: &'a Queue<Tracked>,
    ledger: &'a Arc<Ledger>,
    putter: usize,
    random: Random,
}

impl Putter<'_> {
    /// The items that went in.
    fn run(mut self) -> Vec<Id> {
        let queue = self.queue;
        let _free = OnPanic(|| {
            queue.close();
        });
        let mut accepted = Vec::new();
        let mut next = 0;
        while next < self.traffic.each {
            let count = match self.random.below(12) {
                0 => 1 + self.random.below(5.min(self.traffic.each - next)),
                _ => 1,
            };
            let went_in =
                if count == 1 { usize::from(self.put(next)) } else { self.batch(next, count) };
            accepted.extend((next..next + went_in).map(|sequence| (self.putter, sequence)));
            next += count;
        }
        accepted
    }

    fn batch(&mut self, first: usize, count: usize) -> usize {
        let items = (first..first + count).map(|next| self.ledger.payload(self.putter, next));
        match self.queue.put_many(items) {
            Ok(all) => {
                assert_eq!(all, count);
                all
            }
            Err(Closed(rest)) => {
                let came_back: Vec<_> = rest.iter().map(|item| item.sequence).collect();
                let went_in = count - rest.len();
                assert_eq!(came_back, Vec::from_iter(first + went_in..first + count));
                went_in
            }
        }
    }

    /// Whether it went in.
    fn put(&mut self, sequence: usize) -> bool {
        let mut item = self.ledger.payload(self.putter, sequence);
        let expected = id(&item);
        let came_back = match self.random.below(if self.traffic.panics { 7 } else { 6 }) {
            0 | 1 => match self.queue.put(item) {
                Ok(()) => return true,
                Err(Closed(item)) => item,
            },
            2 => loop {
                match self.queue.try_put(item) {
                    Ok(()) => return true,
                    Err(TryPutError::Full(back)) => item = back,
                    Err(TryPutError::Closed(item)) => break item,
                }
                thread::yield_now();
            },
            3 => loop {
                match self.queue.put_timeout(item, MOMENT) {
                    Ok(()) => return true,
                    Err(PutTimeoutError::Timeout(back)) => item = back,
                    Err(PutTimeoutError::Closed(item)) => break item,
                }
            },
            4 => match block_on(self.queue.put_async(item)) {
                Ok(()) => return true,
                Err(Closed(item)) => item,
            },
            5 => match poll_once(pin!(self.queue.put_async(item))) {
                Poll::Ready(Ok(())) => return true,
                Poll::Ready(Err(Closed(item))) => item,
                // The item goes away with its future.
                Poll::Pending => return false,
            },
            _ => {
                let result = catch(|| {
                    let _guard = item;
                    panic!("with an item in hand")
                });
                return result.unwrap_or(false);
            }
        };
        assert_eq!(id(&came_back), expected, "another item came back");
        assert!(self.queue.is_closed());
        false
    }
}

struct Getter<'a> {
    traffic: Traffic,
    queue: &'a Queue<Tracked>,
    /// The newest item that was seen of each putter.
    last: Vec<Option<usize>>,
    received: Vec<Id>,
    random: Random,
}

impl Getter<'_> {
    fn run(mut self) -> Vec<Id> {
        let queue = self.queue;
        let _free = OnPanic(|| {
            queue.close();
        });
        while self.get() {}
        assert_eq!(self.queue.try_get().err(), Some(TryGetError::Closed), "the end is the end");
        self.received
    }

    fn take(&mut self, item: Tracked) {
        let newest = self.last[item.putter].replace(item.sequence);
        assert!(newest < Some(item.sequence), "{newest:?} came before {}", item.sequence);
        self.received.push(id(&item));
        if self.traffic.panics && self.random.one_in(20) {
            let result = catch(|| {
                let _guard = item;
                panic!("with an item in hand")
            });
            result.unwrap_or(());
        }
    }

    /// False at the end.
    fn get(&mut self) -> bool {
        let queue = self.queue;
        let item = match self.random.below(8) {
            0 | 1 => queue.get(),
            2 => match queue.try_get() {
                Ok(item) => Some(item),
                Err(TryGetError::Closed) => None,
                Err(TryGetError::Empty) => return true,
            },
            3 => match queue.get_timeout(MOMENT) {
                Ok(item) => Some(item),
                Err(GetTimeoutError::Closed) => None,
                Err(GetTimeoutError::Timeout) => return true,
            },
            4 => block_on(queue.get_async()),
            5 => match poll_once(pin!(queue.get_async())) {
                Poll::Ready(item) => item,
                Poll::Pending => return true,
            },
            6 => {
                let mut batch = Vec::new();
                let max = 1 + self.random.below(6);
                let count = queue.get_many(&mut batch, max);
                assert!(count == batch.len() && count <= max);
                batch.into_iter().for_each(|item| self.take(item));
                return count > 0;
            }
            _ => {
                let batch: Vec<_> = queue.try_iter().take(3).collect();
                batch.into_iter().for_each(|item| self.take(item));
                return true;
            }
        };
        item.map(|item| self.take(item)).is_some()
    }
}
