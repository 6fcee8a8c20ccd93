//! A wait group against its model: a count and a generation. Waiters are futures, polled step by step.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use common::{CountingWaker, catch, config, group_counts, poll_with};
use named_sync::{Registry, WaitFuture, WaitGroup, WaitGroupError, WaitGroupGuard, WaitTimeout};
use proptest::collection::vec;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Op {
    Add {
        delta: i64,
    },
    TryAdd {
        delta: i64,
    },
    Done,
    Guard,
    DropGuard {
        index: usize,
    },
    /// The guard is dropped while its thread unwinds.
    PanicWithGuard {
        index: usize,
    },
    Wait,
    WaitTimeout {
        micros: u64,
    },
    /// Makes the future, and polls it once.
    WaitAsync,
    Poll {
        index: usize,
    },
    DropWaiter {
        index: usize,
    },
    /// Everything that is under way ends.
    ToZero,
}

fn delta() -> impl Strategy<Value = i64> {
    let top = i64::from(u32::MAX);
    prop_oneof![
        6 => -3..=3i64,
        1 => prop_oneof![Just(top - 1), Just(top), Just(top + 1), Just(-top)],
        1 => prop_oneof![Just(i64::MIN), Just(i64::MAX), any::<i64>()],
    ]
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        3 => delta().prop_map(|delta| Op::Add { delta }),
        2 => delta().prop_map(|delta| Op::TryAdd { delta }),
        2 => Just(Op::Done),
        2 => Just(Op::Guard),
        1 => (0..3usize).prop_map(|index| Op::DropGuard { index }),
        1 => (0..3usize).prop_map(|index| Op::PanicWithGuard { index }),
        1 => Just(Op::Wait),
        1 => (0..2u64).prop_map(|micros| Op::WaitTimeout { micros }),
        3 => Just(Op::WaitAsync),
        3 => (0..4usize).prop_map(|index| Op::Poll { index }),
        1 => (0..4usize).prop_map(|index| Op::DropWaiter { index }),
        2 => Just(Op::ToZero),
    ]
}

/// A wait that was pending when it was first polled, and the generation that it waits for.
struct Waiter<'a> {
    future: Pin<Box<WaitFuture<'a>>>,
    waker: Arc<CountingWaker>,
    generation: u32,
}

struct Run<'a> {
    group: &'a WaitGroup,
    count: u32,
    generation: u32,
    guards: Vec<WaitGroupGuard>,
    waiters: Vec<Waiter<'a>>,
}

impl Run<'_> {
    /// What the model says of adding `delta`.
    fn add(&mut self, delta: i64) -> Result<(), WaitGroupError> {
        let (name, count) = ("files".to_owned(), self.count);
        let sum = i128::from(count) + i128::from(delta);
        if sum < 0 {
            return Err(WaitGroupError::Underflow { name, count, delta });
        }
        let Ok(sum) = u32::try_from(sum) else {
            return Err(WaitGroupError::Overflow { name, count, delta });
        };
        self.count = sum;
        if count > 0 && sum == 0 {
            self.generation += 1;
        }
        Ok(())
    }

    /// `result` is that of an operation which panics where the model says it fails.
    fn added(&mut self, delta: i64, result: Result<(), common::Caught>) {
        match self.add(delta) {
            Ok(()) => assert_eq!(result, Ok(())),
            Err(error) => assert_eq!(result.unwrap_err().message, error.to_string()),
        }
    }

    fn step(&mut self, op: &Op) {
        let group = self.group;
        match *op {
            Op::Add { delta } => {
                let result = catch(|| group.add(delta));
                self.added(delta, result);
            }
            Op::TryAdd { delta } => assert_eq!(group.try_add(delta), self.add(delta)),
            Op::Done => {
                let result = catch(|| group.done());
                self.added(-1, result);
            }
            Op::Guard => match (catch(|| group.guard()), self.add(1)) {
                (Ok(guard), Ok(())) => self.guards.push(guard),
                (Err(caught), Err(error)) => assert_eq!(caught.message, error.to_string()),
                (result, model) => panic!("{result:?}, but the model says {model:?}"),
            },
            Op::DropGuard { index } if index < self.guards.len() => {
                let guard = self.guards.remove(index);
                let result = catch(|| drop(guard));
                self.added(-1, result);
            }
            Op::PanicWithGuard { index } if index < self.guards.len() => {
                let guard = self.guards.remove(index);
                let result: Result<(), _> = catch(|| {
                    let _guard = guard;
                    panic!("with a guard")
                });
                // Even if somebody counted too often, this is the only panic: a second would abort.
                assert_eq!(result.unwrap_err().message, "with a guard");
                let _ = self.add(-1);
            }
            Op::DropGuard { .. } | Op::PanicWithGuard { .. } => {}
            Op::Wait if self.count == 0 => group.wait(),
            Op::Wait => {}
            Op::WaitTimeout { micros } => {
                let expected = if self.count == 0 { Ok(()) } else { Err(WaitTimeout) };
                assert_eq!(group.wait_timeout(Duration::from_micros(micros)), expected);
            }
            Op::WaitAsync => {
                let mut future = Box::pin(group.wait_async());
                let waker = CountingWaker::new();
                let ready = poll_with(future.as_mut(), &waker).is_ready();
                assert_eq!(ready, self.count == 0);
                if !ready {
                    self.waiters.push(Waiter { future, waker, generation: self.generation });
                }
            }
            Op::Poll { index } if index < self.waiters.len() => {
                let waiter = &mut self.waiters[index];
                let ready = poll_with(waiter.future.as_mut(), &waiter.waker).is_ready();
                assert_eq!(ready, waiter.generation != self.generation);
                if ready {
                    self.waiters.remove(index);
                }
            }
            Op::DropWaiter { index } if index < self.waiters.len() => {
                self.waiters.remove(index);
            }
            Op::Poll { .. } | Op::DropWaiter { .. } => {}
            Op::ToZero => {
                let delta = -i64::from(self.count);
                group.add(delta);
                self.add(delta).expect("to zero is in range");
            }
        }
    }

    fn check(&self) {
        assert_eq!(self.group.count(), self.count);
        let inspection = self.group.inspect();
        assert_eq!(group_counts(&inspection), (self.count, self.generation));
        let waits = |waiter: &&Waiter<'_>| waiter.generation == self.generation;
        assert_eq!(inspection.waiters.len(), self.waiters.iter().filter(waits).count());
        for waiter in &self.waiters {
            let wakes = usize::from(waiter.generation != self.generation);
            assert_eq!(waiter.waker.count(), wakes, "one wake-up at the end of the generation");
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_wait_group_does_what_its_model_does(ops in vec(op(), 0..80)) {
        let group = Registry::new().wait_group("files");
        let mut run =
            Run { group: &group, count: 0, generation: 0, guards: Vec::new(), waiters: Vec::new() };
        for op in &ops {
            run.step(op);
            run.check();
        }
        // Guards that are left find a count that may be too low: that is a panic, and not our question here.
        for guard in std::mem::take(&mut run.guards) {
            let _ = catch(|| drop(guard));
        }
    }
}
