//! One of those who get, in every way at random.

use std::task::Waker;

use named_sync::{GetTimeoutError, Queue, TryGetError};

use super::traffic::{Traffic, close};
use super::{
    Id, Item, MOMENT, OnPanic, Progress, Random, bad_waker, block_on, catch, despite_bad_wakers,
    poll_and_drop,
};

pub(super) struct Getter<'a, I> {
    pub(super) traffic: Traffic,
    pub(super) queue: &'a Queue<I>,
    /// The newest item that was seen of each putter.
    pub(super) newest: Vec<Option<usize>>,
    pub(super) received: Vec<Id>,
    pub(super) random: Random,
    pub(super) progress: Progress,
}

impl<I: Item> Getter<'_, I> {
    /// What it got until the end of the queue.
    pub(super) fn run(mut self) -> Vec<Id> {
        let queue = self.queue;
        let _free = OnPanic(|| close(queue));
        // The waker of a putter may panic, but never so that the getter's item is lost.
        while despite_bad_wakers(|| self.get()).expect("no panic of a putter's waker") {}
        assert_eq!(self.queue.try_get().err(), Some(TryGetError::Closed), "the end is the end");
        self.received
    }

    fn take(&mut self, item: I) {
        let (putter, sequence) = item.id();
        let newest = self.newest[putter].replace(sequence);
        assert!(newest < Some(sequence), "{newest:?} of {putter} came before {sequence}");
        self.received.push((putter, sequence));
        self.progress.step();
        if self.traffic.panics && self.random.one_in(20) {
            let result: Result<(), _> = catch(|| {
                let _guard = item;
                panic!("with an item in hand")
            });
            assert!(result.is_err());
        }
    }

    /// False at the end.
    fn get(&mut self) -> bool {
        let queue = self.queue;
        let item = match self.random.below(if self.traffic.panics { 9 } else { 8 }) {
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
            5 => {
                let mut batch = Vec::new();
                let max = 1 + self.random.below(6);
                let count = queue.get_many(&mut batch, max);
                assert!(count == batch.len() && count <= max);
                batch.into_iter().for_each(|item| self.take(item));
                return count > 0;
            }
            6 => {
                let batch: Vec<_> = queue.try_iter().take(3).collect();
                batch.into_iter().for_each(|item| self.take(item));
                return true;
            }
            way => {
                let waker = if way == 7 { Waker::noop() } else { &bad_waker() };
                match poll_and_drop(queue.get_async(), waker, &mut self.random) {
                    Some(item) => item,
                    None => return true,
                }
            }
        };
        item.map(|item| self.take(item)).is_some()
    }
}
