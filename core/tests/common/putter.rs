//! One of those who put, in every way at random.

use std::cell::Cell;
use std::sync::Arc;
use std::task::Waker;
use std::thread;

use named_sync::{Closed, PutTimeoutError, Queue, TryPutError};

use super::traffic::{ITEMS, Traffic, close};
use super::{
    Id, Item, Ledger, MOMENT, OnPanic, Progress, Random, bad_waker, block_on, catch,
    despite_bad_wakers, poll_and_drop,
};

pub(super) struct Putter<'a, I> {
    pub(super) traffic: Traffic,
    pub(super) queue: &'a Queue<I>,
    pub(super) ledger: &'a Arc<Ledger>,
    pub(super) number: usize,
    /// How many items it makes.
    pub(super) each: usize,
    pub(super) random: Random,
    pub(super) progress: Progress,
}

/// The items that went in.
#[derive(Default)]
pub(super) struct Accepted {
    pub(super) surely: Vec<Id>,
    /// Those of which nobody can know: the iterator that they came from panicked in a queue that was closed.
    pub(super) perhaps: Vec<Id>,
}

impl Accepted {
    pub(super) fn extend(&mut self, more: Self) {
        self.surely.extend(more.surely);
        self.perhaps.extend(more.perhaps);
    }
}

/// What became of an item that was to be put.
enum Put<I> {
    In,
    Back(I),
    /// With its future, or with a thread that panicked.
    Gone,
}

impl<I> From<Result<(), Closed<I>>> for Put<I> {
    fn from(result: Result<(), Closed<I>>) -> Self {
        match result {
            Ok(()) => Self::In,
            Err(Closed(item)) => Self::Back(item),
        }
    }
}

const IN_AN_ITERATOR: &str = "in an iterator";

impl<I: Item> Putter<'_, I> {
    pub(super) fn run(mut self) -> Accepted {
        let queue = self.queue;
        let _free = OnPanic(|| close(queue));
        let mut accepted = Accepted::default();
        let mut next = 0;
        while next < self.each {
            if self.traffic.closes_early && self.random.one_in(ITEMS) {
                close(queue);
            }
            let left = self.each - next;
            next += if self.random.one_in(12) {
                let count = 1 + self.random.below(left.min(5));
                self.put_batch(next, count, &mut accepted);
                count
            } else {
                if self.put(next) {
                    accepted.surely.push((self.number, next));
                }
                1
            };
            self.progress.step();
        }
        accepted
    }

    /// Whether it went in.
    fn put(&mut self, sequence: usize) -> bool {
        let id = (self.number, sequence);
        let item = I::make(self.ledger, id);
        match despite_bad_wakers(|| self.put_somehow(item)) {
            Some(Put::In) => true,
            Some(Put::Back(item)) => {
                assert_eq!(item.id(), id, "another item came back");
                assert!(self.queue.is_closed());
                false
            }
            Some(Put::Gone) => false,
            // A getter was woken, so there was something to wake it for.
            None => true,
        }
    }

    fn put_somehow(&mut self, mut item: I) -> Put<I> {
        let queue = self.queue;
        match self.random.below(if self.traffic.panics { 8 } else { 6 }) {
            0 | 1 => queue.put(item).into(),
            2 => loop {
                match queue.try_put(item) {
                    Ok(()) => return Put::In,
                    Err(TryPutError::Full(back)) => item = back,
                    Err(TryPutError::Closed(back)) => return Put::Back(back),
                }
                thread::yield_now();
            },
            3 => loop {
                match queue.put_timeout(item, MOMENT) {
                    Ok(()) => return Put::In,
                    Err(PutTimeoutError::Timeout(back)) => item = back,
                    Err(PutTimeoutError::Closed(back)) => return Put::Back(back),
                }
            },
            4 => block_on(queue.put_async(item)).into(),
            way @ (5 | 6) => {
                let waker = if way == 5 { Waker::noop() } else { &bad_waker() };
                let put = poll_and_drop(queue.put_async(item), waker, &mut self.random);
                put.map_or(Put::Gone, Put::from)
            }
            _ => {
                let result: Result<(), _> = catch(|| {
                    let _guard = item;
                    panic!("with an item in hand")
                });
                assert!(result.is_err());
                Put::Gone
            }
        }
    }

    fn put_batch(&mut self, first: usize, count: usize, accepted: &mut Accepted) {
        let id = |sequence| (self.number, sequence);
        let bad = (self.traffic.panics && self.random.one_in(4)).then(|| self.random.below(count));
        let made = Cell::new(0);
        let items = (0..count).map(|number| {
            assert!(Some(number) != bad, "{IN_AN_ITERATOR}");
            made.set(number + 1);
            I::make(self.ledger, id(first + number))
        });
        let went_in = match catch(|| self.queue.put_many(items)) {
            Ok(Ok(all)) => {
                assert_eq!(all, count);
                count
            }
            Ok(Err(Closed(rest))) => {
                let went_in = count - rest.len();
                let came_back = rest.iter().map(Item::id);
                assert!(came_back.eq((first + went_in..first + count).map(id)));
                went_in
            }
            Err(caught) if caught.message == IN_AN_ITERATOR => {
                let yielded = (first..first + made.get()).map(id);
                if self.queue.is_closed() {
                    accepted.perhaps.extend(yielded);
                    return;
                }
                made.get()
            }
            Err(caught) => {
                // The last that was made went in: a getter was woken for it.
                assert_eq!(caught.message, super::IN_A_WAKER, "{caught:?}");
                made.get()
            }
        };
        accepted.surely.extend((first..first + went_in).map(id));
    }
}
