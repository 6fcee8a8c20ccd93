//! A queue against its model: any sequence of operations on one thread gives what a `VecDeque` with two
//! lines of waiters gives. Tasks take part as futures that are polled, dropped and forgotten step by step.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use std::collections::{BTreeMap, VecDeque};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use common::{CountingWaker, Ledger, Tracked, config, forget, poll_with};
use named_sync::{
    Closed, GetFuture, GetTimeoutError, Operation, PutFuture, PutTimeoutError, Queue, State,
    TryGetError, TryPutError,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// What may be done. Where an operation would block for ever, the test leaves it out; an index chooses one
/// of the futures that exist at that moment.
#[derive(Clone, Debug)]
enum Op {
    Put,
    TryPut,
    PutTimeout { micros: u64 },
    PutMany { items: usize },
    PutAsync,
    PollPut { index: usize },
    DropPut { index: usize },
    Get,
    TryGet,
    GetTimeout { micros: u64 },
    GetMany { max: usize },
    GetAsync,
    PollGet { index: usize },
    DropGet { index: usize },
    ForgetGet { index: usize },
    Iter { items: usize },
    TryIter { items: usize },
    Close,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => Just(Op::Put),
        4 => Just(Op::TryPut),
        1 => (0..2u64).prop_map(|micros| Op::PutTimeout { micros }),
        // More than a segment of an unbounded queue, at times.
        2 => (0..80usize).prop_map(|items| Op::PutMany { items }),
        3 => Just(Op::PutAsync),
        3 => (0..4usize).prop_map(|index| Op::PollPut { index }),
        2 => (0..4usize).prop_map(|index| Op::DropPut { index }),
        4 => Just(Op::Get),
        4 => Just(Op::TryGet),
        1 => (0..2u64).prop_map(|micros| Op::GetTimeout { micros }),
        2 => (0..80usize).prop_map(|max| Op::GetMany { max }),
        3 => Just(Op::GetAsync),
        3 => (0..4usize).prop_map(|index| Op::PollGet { index }),
        2 => (0..4usize).prop_map(|index| Op::DropGet { index }),
        1 => (0..4usize).prop_map(|index| Op::ForgetGet { index }),
        1 => (0..40usize).prop_map(|items| Op::Iter { items }),
        1 => (0..40usize).prop_map(|items| Op::TryIter { items }),
        1 => Just(Op::Close),
    ]
}

/// Where a task stands in its line.
#[derive(Debug, Default)]
struct Place {
    ticket: Option<u64>,
    in_line: bool,
    wakes: usize,
}

/// A line of waiters: first come first served, and whoever was woken in vain keeps their ticket.
#[derive(Debug, Default)]
struct Line {
    last_ticket: u64,
    order: BTreeMap<u64, usize>,
    places: BTreeMap<usize, Place>,
}

impl Line {
    fn wake_first(&mut self) {
        if let Some((_, task)) = self.order.pop_first()
            && let Some(place) = self.places.get_mut(&task)
        {
            place.in_line = false;
            place.wakes += 1;
        }
    }

    fn wake_all(&mut self) {
        while !self.order.is_empty() {
            self.wake_first();
        }
    }

    /// Whether a poll of this task looks at the queue at all: in the line, it waits for its turn.
    fn looks(&self, task: usize) -> bool {
        !self.places[&task].in_line
    }

    fn enter(&mut self, task: usize) {
        let place = self.places.get_mut(&task).expect("a task that exists");
        let ticket = *place.ticket.get_or_insert_with(|| {
            self.last_ticket += 1;
            self.last_ticket
        });
        place.in_line = true;
        self.order.insert(ticket, task);
    }

    /// A task goes away, pending. If it had been woken and did not look, its wake-up goes to the next.
    fn cancel(&mut self, task: usize) {
        let place = self.places.remove(&task).expect("a task that exists");
        let Some(ticket) = place.ticket else { return };
        if self.order.remove(&ticket).is_none() {
            self.wake_first();
        }
    }
}

#[derive(Debug)]
struct Model {
    capacity: Option<usize>,
    items: VecDeque<usize>,
    closed: bool,
    puts: u64,
    gets: u64,
    getters: Line,
    putters: Line,
}

impl Model {
    fn room(&self) -> usize {
        self.capacity.map_or(usize::MAX, |capacity| capacity - self.items.len())
    }

    /// `None`: would wait. `Some(false)`: closed.
    fn put(&mut self, item: usize) -> Option<bool> {
        if self.closed {
            Some(false)
        } else if self.room() == 0 {
            None
        } else {
            self.items.push_back(item);
            self.puts += 1;
            self.getters.wake_first();
            Some(true)
        }
    }

    /// `None`: would wait. `Some(None)`: closed and drained.
    fn get(&mut self) -> Option<Option<usize>> {
        match self.items.pop_front() {
            Some(item) => {
                self.gets += 1;
                self.putters.wake_first();
                Some(Some(item))
            }
            None => self.closed.then_some(None),
        }
    }

    fn close(&mut self) -> bool {
        let first = !self.closed;
        self.closed = true;
        if first {
            self.getters.wake_all();
            self.putters.wake_all();
        }
        first
    }
}

struct Task<F> {
    id: usize,
    future: Pin<Box<F>>,
    waker: Arc<CountingWaker>,
}

impl<F: Future> Task<F> {
    fn new(id: usize, future: F) -> Self {
        Self { id, future: Box::pin(future), waker: CountingWaker::new() }
    }

    fn poll(&mut self) -> Poll<F::Output> {
        poll_with(self.future.as_mut(), &self.waker)
    }
}

/// One case under way.
struct Run<'a> {
    queue: &'a Queue<Tracked>,
    model: Model,
    ledger: Arc<Ledger>,
    next_item: usize,
    next_task: usize,
    getters: Vec<Task<GetFuture<'a, Tracked>>>,
    /// With the number of the item that each holds.
    putters: Vec<(usize, Task<PutFuture<'a, Tracked>>)>,
}

const ITEMS: usize = 6_500;

impl<'a> Run<'a> {
    fn item(&mut self) -> (usize, Tracked) {
        self.next_item += 1;
        (self.next_item, self.ledger.payload(0, self.next_item))
    }

    fn task(&mut self) -> usize {
        self.next_task += 1;
        self.next_task
    }

    fn step(&mut self, op: &Op) {
        match *op {
            Op::Put if self.model.closed || self.model.room() > 0 => {
                let (number, item) = self.item();
                let result = self.queue.put(item).map_err(|Closed(item)| item.sequence);
                let expected = self.model.put(number).expect("it does not wait");
                assert_eq!(result, if expected { Ok(()) } else { Err(number) });
            }
            Op::Put => {}
            Op::TryPut => {
                let (number, item) = self.item();
                let result = match self.queue.try_put(item) {
                    Ok(()) => Some(true),
                    Err(TryPutError::Full(item)) => {
                        assert_eq!(item.sequence, number);
                        None
                    }
                    Err(TryPutError::Closed(item)) => {
                        assert_eq!(item.sequence, number);
                        Some(false)
                    }
                };
                assert_eq!(result, self.model.put(number));
            }
            Op::PutTimeout { micros } => {
                let (number, item) = self.item();
                let result = match self.queue.put_timeout(item, Duration::from_micros(micros)) {
                    Ok(()) => Some(true),
                    Err(PutTimeoutError::Timeout(item)) => {
                        assert_eq!(item.sequence, number);
                        None
                    }
                    Err(PutTimeoutError::Closed(item)) => {
                        assert_eq!(item.sequence, number);
                        Some(false)
                    }
                };
                assert_eq!(result, self.model.put(number));
            }
            Op::PutMany { items } => self.put_many(items),
            Op::PutAsync => {
                let (number, item) = self.item();
                let id = self.task();
                self.model.putters.places.insert(id, Place::default());
                self.putters.push((number, Task::new(id, self.queue.put_async(item))));
                self.poll_putter(self.putters.len() - 1);
            }
            Op::PollPut { index } if index < self.putters.len() => self.poll_putter(index),
            Op::DropPut { index } if index < self.putters.len() => {
                let (_, task) = self.putters.remove(index);
                self.model.putters.cancel(task.id);
            }
            Op::PollPut { .. } | Op::DropPut { .. } => {}
            Op::Get if self.model.closed || !self.model.items.is_empty() => {
                let expected = self.model.get().expect("it does not wait");
                assert_eq!(self.queue.get().map(|item| item.sequence), expected);
            }
            Op::Get => {}
            Op::TryGet => {
                let result = match self.queue.try_get() {
                    Ok(item) => Some(Some(item.sequence)),
                    Err(TryGetError::Closed) => Some(None),
                    Err(TryGetError::Empty) => None,
                };
                assert_eq!(result, self.model.get());
            }
            Op::GetTimeout { micros } => {
                let result = match self.queue.get_timeout(Duration::from_micros(micros)) {
                    Ok(item) => Some(Some(item.sequence)),
                    Err(GetTimeoutError::Closed) => Some(None),
                    Err(GetTimeoutError::Timeout) => None,
                };
                assert_eq!(result, self.model.get());
            }
            Op::GetMany { max } => {
                let waits = self.model.items.is_empty() && !self.model.closed;
                let max = if waits { 0 } else { max };
                let mut batch = Vec::new();
                assert_eq!(self.queue.get_many(&mut batch, max), batch.len());
                self.took(&batch, max);
            }
            Op::GetAsync => {
                let id = self.task();
                self.model.getters.places.insert(id, Place::default());
                self.getters.push(Task::new(id, self.queue.get_async()));
                self.poll_getter(self.getters.len() - 1);
            }
            Op::PollGet { index } if index < self.getters.len() => self.poll_getter(index),
            Op::DropGet { index } if index < self.getters.len() => {
                let task = self.getters.remove(index);
                self.model.getters.cancel(task.id);
            }
            Op::ForgetGet { index } if index < self.getters.len() => {
                let task = self.getters.remove(index);
                // It stays in the line, and keeps the one wake-up that it gets there.
                self.model.getters.places.remove(&task.id);
                forget(task.future);
            }
            Op::PollGet { .. } | Op::DropGet { .. } | Op::ForgetGet { .. } => {}
            Op::Iter { items } => {
                let ends = self.model.closed;
                let items = if ends { items } else { items.min(self.model.items.len()) };
                let batch: Vec<_> = self.queue.iter().take(items).collect();
                self.took(&batch, items);
            }
            Op::TryIter { items } => {
                let batch: Vec<_> = self.queue.try_iter().take(items).collect();
                self.took(&batch, items);
            }
            Op::Close => assert_eq!(self.queue.close(), self.model.close()),
        }
    }

    fn put_many(&mut self, items: usize) {
        let items = if self.model.closed { items } else { items.min(self.model.room()) };
        let (numbers, batch): (Vec<_>, Vec<_>) = (0..items).map(|_| self.item()).unzip();
        match self.queue.put_many(batch) {
            Ok(count) => {
                assert_eq!(count, items);
                for number in numbers {
                    assert_eq!(self.model.put(number), Some(true));
                }
            }
            Err(Closed(rest)) => {
                assert!(self.model.closed);
                assert_eq!(sequences(&rest), numbers);
            }
        }
    }

    /// `batch` was taken, where up to `max` items were asked for.
    fn took(&mut self, batch: &[Tracked], max: usize) {
        let expected: Vec<_> = (0..max).map_while(|_| self.model.get().flatten()).collect();
        assert_eq!(sequences(batch), expected);
    }

    fn poll_putter(&mut self, index: usize) {
        let (number, task) = &mut self.putters[index];
        let (number, id) = (*number, task.id);
        let result = task.poll();
        let looks = self.model.putters.looks(id);
        let expected = if looks { self.model.put(number) } else { None };
        match result {
            Poll::Ready(result) => {
                let result = result.map_err(|Closed(item)| item.sequence);
                let went_in = expected.expect("ready, but the model waits");
                assert_eq!(result, if went_in { Ok(()) } else { Err(number) });
                drop(self.putters.remove(index));
                self.model.putters.places.remove(&id);
            }
            Poll::Pending => {
                assert_eq!(expected, None, "pending, but the model is ready");
                if looks {
                    self.model.putters.enter(id);
                }
            }
        }
    }

    fn poll_getter(&mut self, index: usize) {
        let task = &mut self.getters[index];
        let id = task.id;
        let result = task.poll();
        let looks = self.model.getters.looks(id);
        let expected = if looks { self.model.get() } else { None };
        match result {
            Poll::Ready(result) => {
                let expected = expected.expect("ready, but the model waits");
                assert_eq!(result.map(|item| item.sequence), expected);
                drop(self.getters.remove(index));
                self.model.getters.places.remove(&id);
            }
            Poll::Pending => {
                assert_eq!(expected, None, "pending, but the model is ready");
                if looks {
                    self.model.getters.enter(id);
                }
            }
        }
    }

    fn check(&self) {
        let (queue, model) = (self.queue, &self.model);
        let size = model.items.len();
        assert_eq!(queue.size(), size);
        assert_eq!(queue.capacity(), model.capacity);
        assert_eq!(queue.is_empty(), size == 0);
        assert_eq!(queue.is_full(), model.capacity == Some(size));
        assert_eq!(queue.is_closed(), model.closed);

        let inspection = queue.inspect();
        let State::Queue { size: seen, capacity, puts, gets, closed, .. } = inspection.state else {
            panic!("not a queue")
        };
        let expected = (size, model.capacity, model.puts, model.gets, model.closed);
        assert_eq!((seen, capacity, puts, gets, closed), expected);
        let waiting = |operation| {
            inspection.waiters.iter().filter(|waiter| waiter.operation == operation).count()
        };
        assert_eq!(waiting(Operation::Get), model.getters.order.len());
        assert_eq!(waiting(Operation::Put), model.putters.order.len());

        for task in &self.getters {
            assert_eq!(task.waker.count(), model.getters.places[&task.id].wakes, "wake-ups");
        }
        for (_, task) in &self.putters {
            assert_eq!(task.waker.count(), model.putters.places[&task.id].wakes, "wake-ups");
        }
        let held = size + self.putters.len();
        assert_eq!(self.ledger.alive(), held as u64, "payloads that exist");
    }
}

fn sequences(batch: &[Tracked]) -> Vec<usize> {
    batch.iter().map(|item| item.sequence).collect()
}

fn run(capacity: usize, ops: &[Op]) {
    let queue = if capacity == 0 { Queue::unbounded() } else { Queue::bounded(capacity) };
    let ledger = Ledger::new(1, ITEMS);
    let mut run = Run {
        queue: &queue,
        model: Model {
            capacity: (capacity != 0).then_some(capacity),
            items: VecDeque::new(),
            closed: false,
            puts: 0,
            gets: 0,
            getters: Line::default(),
            putters: Line::default(),
        },
        ledger: Arc::clone(&ledger),
        next_item: 0,
        next_task: 0,
        getters: Vec::new(),
        putters: Vec::new(),
    };
    for op in ops {
        run.step(op);
        run.check();
    }
    drop(run);
    drop(queue);
    ledger.assert_settled();
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_bounded_queue_does_what_its_model_does(
        capacity in prop_oneof![Just(1), Just(2), Just(3), Just(7), Just(64)],
        ops in vec(op(), 0..80),
    ) {
        run(capacity, &ops);
    }

    #[test]
    fn an_unbounded_queue_does_what_its_model_does(ops in vec(op(), 0..80)) {
        run(0, &ops);
    }
}
