//! Bytes as operations on a queue, compared with a `VecDeque`.
//!
//! The first byte is the capacity, 0 for unbounded. Every further byte is one operation: its low half says
//! which, its high half is the argument.
//!
//! | low half | operation | argument |
//! | --- | --- | --- |
//! | 0, 8 | `put`, `get`, if they do not wait | |
//! | 1, 9 | `try_put`, `try_get` | |
//! | 2, a | `put_timeout`, `get_timeout` of zero | |
//! | 3, b | `put_many`, `get_many` | a fifth of the number of items |
//! | 4, c | a future polled once and dropped | |
//! | 5, d | a future polled once and kept if it is pending | |
//! | 6, e | a kept future polled | which |
//! | 7 | a kept put future dropped | which |
//! | f | a kept get future dropped; for 8 to e `try_iter`, for f `close` | which; how many |

use std::cell::Cell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use named_sync::{
    Closed, GetFuture, GetTimeoutError, Operation, PutFuture, PutTimeoutError, Queue, State,
    TryGetError, TryPutError,
};

use crate::kept::Kept;

/// So many futures are kept on each side.
const KEPT: usize = 8;

/// An item that counts itself.
struct Item {
    number: u64,
    alive: Rc<Cell<u64>>,
}

impl Drop for Item {
    fn drop(&mut self) {
        let alive = self.alive.get().checked_sub(1).expect("an item was dropped twice");
        self.alive.set(alive);
    }
}

struct Run<'a> {
    queue: &'a Queue<Item>,
    capacity: Option<usize>,
    model: VecDeque<u64>,
    closed: bool,
    puts: u64,
    gets: u64,
    alive: Rc<Cell<u64>>,
    made: u64,
    /// Each with the number of its item.
    putters: Vec<Kept<PutFuture<'a, Item>, u64>>,
    getters: Vec<Kept<GetFuture<'a, Item>, ()>>,
}

/// Runs the operations that `data` stands for.
///
/// # Panics
///
/// If the queue does anything that the model does not.
pub fn queue_ops(data: &[u8]) {
    let Some((&capacity, operations)) = data.split_first() else { return };
    let capacity = (capacity != 0).then_some(usize::from(capacity));
    let queue = capacity.map_or_else(Queue::unbounded, Queue::bounded);
    let alive = Rc::new(Cell::new(0));
    let mut run = Run {
        queue: &queue,
        capacity,
        model: VecDeque::new(),
        closed: false,
        puts: 0,
        gets: 0,
        alive: Rc::clone(&alive),
        made: 0,
        putters: Vec::new(),
        getters: Vec::new(),
    };
    for byte in operations {
        run.step(byte & 0xf, usize::from(byte >> 4));
        run.check();
    }
    drop(run);
    drop(queue);
    assert_eq!(alive.get(), 0, "items that were never dropped");
}

impl Run<'_> {
    fn step(&mut self, operation: u8, argument: usize) {
        match operation {
            0 if self.closed || self.room() > 0 => {
                let item = self.item();
                let number = item.number;
                self.was_put(number, Some(self.queue.put(item)));
            }
            0 | 1 => {
                let item = self.item();
                let number = item.number;
                let result = match self.queue.try_put(item) {
                    Ok(()) => Some(Ok(())),
                    Err(TryPutError::Closed(item)) => Some(Err(Closed(item))),
                    Err(TryPutError::Full(item)) => {
                        assert_eq!(item.number, number, "another item came back");
                        None
                    }
                };
                self.was_put(number, result);
            }
            2 => {
                let item = self.item();
                let number = item.number;
                let result = match self.queue.put_timeout(item, Duration::ZERO) {
                    Ok(()) => Some(Ok(())),
                    Err(PutTimeoutError::Closed(item)) => Some(Err(Closed(item))),
                    Err(PutTimeoutError::Timeout(item)) => {
                        assert_eq!(item.number, number, "another item came back");
                        None
                    }
                };
                self.was_put(number, result);
            }
            3 => self.put_many(argument * 5),
            4 | 5 => {
                let item = self.item();
                let mut putter = Kept::new(self.queue.put_async(item), self.made);
                match putter.poll() {
                    Poll::Ready(result) => self.was_put(putter.about, Some(result)),
                    Poll::Pending => {
                        self.was_put(putter.about, None);
                        if operation == 5 && self.putters.len() < KEPT {
                            self.putters.push(putter);
                        }
                    }
                }
            }
            6 => self.poll_putter(argument),
            7 if argument < self.putters.len() => drop(self.putters.remove(argument)),
            7 => {}
            8 if self.closed || !self.model.is_empty() => self.was_got(Some(self.queue.get())),
            8 | 9 => {
                let result = match self.queue.try_get() {
                    Ok(item) => Some(Some(item)),
                    Err(TryGetError::Closed) => Some(None),
                    Err(TryGetError::Empty) => None,
                };
                self.was_got(result);
            }
            10 => {
                let result = match self.queue.get_timeout(Duration::ZERO) {
                    Ok(item) => Some(Some(item)),
                    Err(GetTimeoutError::Closed) => Some(None),
                    Err(GetTimeoutError::Timeout) => None,
                };
                self.was_got(result);
            }
            11 => {
                let waits = self.model.is_empty() && !self.closed;
                let max = if waits { 0 } else { argument * 5 };
                let mut batch = Vec::new();
                assert_eq!(self.queue.get_many(&mut batch, max), batch.len());
                self.took(batch, max);
            }
            12 | 13 => {
                let mut getter = Kept::new(self.queue.get_async(), ());
                match getter.poll() {
                    Poll::Ready(result) => self.was_got(Some(result)),
                    Poll::Pending => {
                        self.was_got(None);
                        if operation == 13 && self.getters.len() < KEPT {
                            self.getters.push(getter);
                        }
                    }
                }
            }
            14 => self.poll_getter(argument),
            _ if argument < KEPT => {
                if argument < self.getters.len() {
                    drop(self.getters.remove(argument));
                }
            }
            _ if argument < 15 => {
                let max = argument - KEPT;
                let batch = self.queue.try_iter().take(max).collect();
                self.took(batch, max);
            }
            _ => {
                assert_eq!(self.queue.close(), !self.closed);
                self.closed = true;
            }
        }
    }

    fn item(&mut self) -> Item {
        self.made += 1;
        self.alive.set(self.alive.get() + 1);
        Item { number: self.made, alive: Rc::clone(&self.alive) }
    }

    fn room(&self) -> usize {
        self.capacity.map_or(usize::MAX, |capacity| capacity - self.model.len())
    }

    /// What came of putting this item; `None` is that it would wait.
    fn was_put(&mut self, number: u64, result: Option<Result<(), Closed<Item>>>) {
        match result {
            Some(Ok(())) => {
                assert!(!self.closed, "put into a closed queue");
                assert!(self.room() > 0, "put into a full queue");
                self.model.push_back(number);
                self.puts += 1;
            }
            Some(Err(Closed(item))) => {
                assert!(self.closed, "told closed while open");
                assert_eq!(item.number, number, "another item came back");
            }
            None => assert!(!self.closed && self.room() == 0, "waits for nothing"),
        }
    }

    /// What came of getting an item; `None` is that it would wait.
    fn was_got(&mut self, result: Option<Option<Item>>) {
        match result {
            Some(Some(item)) => {
                assert_eq!(Some(item.number), self.model.pop_front(), "not the first item");
                self.gets += 1;
            }
            Some(None) => assert!(self.closed && self.model.is_empty(), "an end too early"),
            None => assert!(!self.closed && self.model.is_empty(), "waits for nothing"),
        }
    }

    fn took(&mut self, batch: Vec<Item>, max: usize) {
        assert_eq!(batch.len(), max.min(self.model.len()));
        for item in batch {
            self.was_got(Some(Some(item)));
        }
    }

    fn put_many(&mut self, count: usize) {
        let count = if self.closed { count } else { count.min(self.room()) };
        let first = self.made + 1;
        let items: Vec<_> = (0..count).map(|_| self.item()).collect();
        match self.queue.put_many(items) {
            Ok(all) => {
                assert_eq!(all, count);
                (first..=self.made).for_each(|number| self.was_put(number, Some(Ok(()))));
            }
            Err(Closed(items)) => {
                assert_eq!(items.len(), count, "a closed queue took some");
                for (item, number) in items.into_iter().zip(first..) {
                    self.was_put(number, Some(Err(Closed(item))));
                }
            }
        }
    }

    /// A future that was not woken stays pending; one that was looks at the queue.
    fn poll_putter(&mut self, index: usize) {
        let Some(putter) = self.putters.get_mut(index) else { return };
        let was_woken = putter.is_woken();
        let number = putter.about;
        match putter.poll() {
            Poll::Ready(result) => {
                assert!(was_woken, "ready, but nobody woke it");
                drop(self.putters.remove(index));
                self.was_put(number, Some(result));
            }
            Poll::Pending if was_woken => self.was_put(number, None),
            Poll::Pending => {}
        }
    }

    fn poll_getter(&mut self, index: usize) {
        let Some(getter) = self.getters.get_mut(index) else { return };
        let was_woken = getter.is_woken();
        match getter.poll() {
            Poll::Ready(result) => {
                assert!(was_woken, "ready, but nobody woke it");
                drop(self.getters.remove(index));
                self.was_got(Some(result));
            }
            Poll::Pending if was_woken => self.was_got(None),
            Poll::Pending => {}
        }
    }

    fn check(&self) {
        let size = self.model.len();
        assert_eq!(self.queue.size(), size);
        assert_eq!(self.queue.is_full(), self.capacity == Some(size));
        assert_eq!(self.queue.is_closed(), self.closed);
        assert_eq!(self.alive.get(), (size + self.putters.len()) as u64, "items that exist");

        let inspection = self.queue.inspect();
        let State::Queue { size: seen, puts, gets, .. } = inspection.state else {
            panic!("not a queue")
        };
        assert_eq!((seen, puts, gets), (size, self.puts, self.gets));
        let in_line = |operation| {
            inspection.waiters.iter().filter(|waiter| waiter.operation == operation).count()
        };
        let woken_getters = self.getters.iter().filter(|getter| getter.is_woken()).count();
        let woken_putters = self.putters.iter().filter(|putter| putter.is_woken()).count();
        assert_eq!(in_line(Operation::Get), self.getters.len() - woken_getters);
        assert_eq!(in_line(Operation::Put), self.putters.len() - woken_putters);

        // Nobody is in a line for what is there, unless somebody before them was woken for it.
        if size > 0 || self.closed {
            assert!(in_line(Operation::Get) == 0 || woken_getters > 0, "getters were forgotten");
        }
        if self.room() > 0 || self.closed {
            assert!(in_line(Operation::Put) == 0 || woken_putters > 0, "putters were forgotten");
        }
    }
}
