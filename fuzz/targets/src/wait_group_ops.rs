//! Bytes as operations on a wait group, compared with a count and a generation.
//!
//! The group has a name if the first byte is odd. Every further byte is one operation: its low half says which,
//! its high half is the argument. A change is one of [`CHANGES`], 0 to e, or for f what the next eight bytes say.
//!
//! | low half | operation | argument |
//! | --- | --- | --- |
//! | 0, 1 | `add`, `try_add` | the change |
//! | 2 | `done` | |
//! | 3 | `guard` | |
//! | 4 | a guard dropped | which |
//! | 5 | a guard dropped while its thread unwinds | which |
//! | 6 | `wait` and `wait_timeout` without an end, if they do not wait | |
//! | 7 | `wait_timeout` of zero | |
//! | 8 | a future polled once and dropped | what its waker does |
//! | 9 | a future polled once and kept if it is pending | the same |
//! | a | a future kept before it is polled | the same |
//! | b | a kept future polled | which |
//! | c | a kept future polled with another waker, that of behaviour 0 | which |
//! | d | a kept future dropped | which |
//! | e | the count taken to zero | 0 by `add`, 1 by `done` and again if it is small |
//! | f | `inspect`, and `Debug` | |
//!
//! | what a waker does | |
//! | --- | --- |
//! | 0 | nothing |
//! | 1 | panics |
//! | 2 | looks at the group |
//! | 3 | adds one to the group |
//! | 4 | adds one and takes it off |
//! | 5 to f | nothing |

mod model;

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use named_sync::{
    Kind, Operation, Registry, State, WaitFuture, WaitGroup, WaitGroupGuard, WaitTimeout,
};

use crate::bytes::{Bytes, Steps};
use crate::kept::{Alarm, Kept};
use crate::panics::{Panicked, UserPanicked, catch, catch_users, panic_as_user};
use model::Model;

const TOP: i64 = u32::MAX as i64;

const CHANGES: [i64; 15] =
    [0, 1, 2, 3, -1, -2, -3, TOP - 1, TOP, TOP + 1, -TOP, -TOP - 1, 1 << 31, i64::MIN, i64::MAX];

/// So many futures are kept, and so many guards.
const MOST: usize = 8;

struct Run<'a> {
    group: &'a WaitGroup,
    model: Arc<Model>,
    guards: Vec<WaitGroupGuard>,
    /// Each with the generation that it waits for; none before its first poll.
    waiters: Vec<Kept<WaitFuture<'a>, Option<u32>>>,
    /// The last alarms that have no future any more, and how often they had rung by then.
    silent: VecDeque<(Arc<Alarm>, u32)>,
}

/// Runs the operations that `data` stands for.
///
/// # Panics
///
/// If the wait group does anything that the model does not.
pub fn wait_group_ops(data: &[u8]) -> Steps {
    let mut steps = Steps::default();
    let mut bytes = Bytes::new(data);
    let Some(first) = bytes.byte() else { return steps };
    let name = (first % 2 == 1).then_some("files");
    let group = match name {
        Some(name) => Registry::new().wait_group(name),
        None => WaitGroup::new(),
    };
    let mut run = Run {
        group: &group,
        model: Arc::new(Model::new(name)),
        guards: Vec::new(),
        waiters: Vec::new(),
        silent: VecDeque::new(),
    };
    while let Some((operation, argument)) = bytes.step() {
        steps.note(operation);
        match operation {
            0 | 1 => {
                let change = CHANGES.get(argument).copied();
                run.change(operation == 0, change.unwrap_or_else(|| bytes.number()));
            }
            _ => run.step(operation, argument),
        }
        run.check();
    }
    // Guards that are left may find a count that is too low: that is a panic, and said above.
    while !run.guards.is_empty() {
        run.step(4, 0);
    }
    steps
}

impl<'a> Run<'a> {
    fn change(&mut self, by_add: bool, change: i64) {
        if by_add {
            self.refused_by_panic(change, |group| group.add(change));
            return;
        }
        let before = self.model.panics();
        let expected = self.model.change(change);
        match catch_users(|| self.group.try_add(change)) {
            Ok(result) => {
                assert_eq!(result, expected);
                assert_eq!(self.model.panics(), before, "a waker's panic is gone");
            }
            Err(UserPanicked) => {
                assert_eq!(expected, Ok(()));
                assert!(self.model.panics() > before);
            }
        }
    }

    /// Does what changes the count, and panics where `try_add` would return an error.
    fn refused_by_panic<R>(&mut self, change: i64, f: impl FnOnce(&WaitGroup) -> R) -> Option<R> {
        let before = self.model.panics();
        let expected = self.model.change(change);
        let result = catch(|| f(self.group));
        let has_user_panicked = self.model.panics() > before;
        match (result, expected) {
            (Ok(result), Ok(())) => {
                assert!(!has_user_panicked, "a waker's panic is gone");
                return Some(result);
            }
            (Err(Panicked::User), Ok(())) => assert!(has_user_panicked),
            (Err(Panicked::Library { message, file }), Err(error)) => {
                assert_eq!(message, error.to_string());
                assert!(message.contains(self.model.name().unwrap_or_default()));
                assert_eq!(file, file!(), "not the caller's line");
            }
            (Ok(_), Err(error)) => panic!("did what should be refused: {error}"),
            (Err(panicked), expected) => panic!("{panicked:?}, and should be {expected:?}"),
        }
        None
    }

    fn step(&mut self, operation: u8, argument: usize) {
        let (group, count) = (self.group, self.model.count());
        match operation {
            2 => _ = self.refused_by_panic(-1, |group| group.done()),
            3 if self.guards.len() < MOST => {
                let guard = self.refused_by_panic(1, |group| group.guard());
                self.guards.extend(guard);
            }
            4 if argument < self.guards.len() => self.drop_guard(argument),
            5 if argument < self.guards.len() => {
                let guard = self.guards.swap_remove(argument);
                // Even if somebody counted too often, there is only this panic: a second would abort.
                let _ = self.model.change(-1);
                let result = catch_users(|| {
                    let _guard = guard;
                    panic_as_user()
                });
                assert_eq!(result, Err(UserPanicked));
            }
            6 if count == 0 => {
                group.wait();
                assert_eq!(group.wait_timeout(Duration::MAX), Ok(()));
            }
            7 => {
                let expected = if count == 0 { Ok(()) } else { Err(WaitTimeout) };
                assert_eq!(group.wait_timeout(Duration::ZERO), expected);
            }
            8..=10 => {
                let alarm = self.alarm(argument);
                let mut waiter = Kept::with_alarm(group.wait_async(), None, alarm);
                let is_pending = operation != 10 && self.poll(&mut waiter, None).is_pending();
                if (is_pending || operation == 10) && operation != 8 && self.waiters.len() < MOST {
                    self.waiters.push(waiter);
                } else {
                    self.let_go(waiter);
                }
            }
            11 | 12 if argument < self.waiters.len() => {
                let mut waiter = self.waiters.swap_remove(argument);
                let alarm = (operation == 12).then(|| self.alarm(0));
                match self.poll(&mut waiter, alarm) {
                    Poll::Ready(()) => self.let_go(waiter),
                    Poll::Pending => self.waiters.push(waiter),
                }
            }
            13 if argument < self.waiters.len() => {
                let waiter = self.waiters.swap_remove(argument);
                self.let_go(waiter);
            }
            14 if argument == 0 => self.change(true, -i64::from(count)),
            14 if count <= 16 => (0..count).for_each(|_| self.step(2, 0)),
            15 => self.look(),
            _ => {}
        }
    }

    fn drop_guard(&mut self, index: usize) {
        let guard = self.guards.swap_remove(index);
        let before = self.model.panics();
        let expected = self.model.change(-1);
        match (catch(|| drop(guard)), expected) {
            (Ok(()), Ok(())) => assert_eq!(self.model.panics(), before),
            (Err(Panicked::User), Ok(())) => assert!(self.model.panics() > before),
            (Err(Panicked::Library { message, .. }), Err(error)) => {
                assert_eq!(message, error.to_string());
            }
            (result, expected) => panic!("{result:?}, and should be {expected:?}"),
        }
    }

    /// A future waits for the generation of its first poll, and for no other.
    fn poll(
        &mut self,
        waiter: &mut Kept<WaitFuture<'a>, Option<u32>>,
        alarm: Option<Arc<Alarm>>,
    ) -> Poll<()> {
        if waiter.about.is_none() && self.model.count() > 0 {
            waiter.about = Some(self.model.generation());
        }
        let ready = waiter.about != Some(self.model.generation());
        let result = match alarm {
            Some(alarm) => {
                self.falls_silent(Arc::clone(waiter.alarm()));
                waiter.poll_with(alarm)
            }
            None => waiter.poll(),
        };
        assert_eq!(result.is_ready(), ready, "waits for {:?}", waiter.about);
        result
    }

    /// Drops the future; nobody wakes it after that.
    fn let_go(&mut self, waiter: Kept<WaitFuture<'a>, Option<u32>>) {
        let alarm = Arc::clone(waiter.alarm());
        drop(waiter);
        self.falls_silent(alarm);
    }

    fn falls_silent(&mut self, alarm: Arc<Alarm>) {
        let rung = alarm.rung();
        self.silent.push_back((alarm, rung));
        if self.silent.len() > 4 * MOST {
            self.silent.pop_front();
        }
    }

    fn alarm(&self, behaviour: usize) -> Arc<Alarm> {
        let (group, model) = (self.group.clone(), Arc::clone(&self.model));
        match behaviour {
            1 => Alarm::and_then(move || model.panic_once_at_a_time()),
            2 => Alarm::and_then(move || {
                assert_eq!(group.count(), model.count());
                let _ = group.inspect();
            }),
            3 => Alarm::and_then(move || assert_eq!(group.try_add(1), model.change(1))),
            4 => Alarm::and_then(move || {
                assert_eq!(group.try_add(1), model.change(1));
                assert_eq!(group.try_add(-1), model.change(-1));
            }),
            _ => Arc::default(),
        }
    }

    fn look(&self) {
        let inspection = self.group.inspect();
        assert_eq!(inspection.kind, Kind::WaitGroup);
        assert_eq!(inspection.type_name, "u32");
        assert_eq!(&*inspection.name, self.model.name().unwrap_or_default());
        assert_eq!(inspection.created_at.file(), file!());
        assert!(inspection.waiters.is_sorted_by_key(|waiter| waiter.since), "longest first");
        for waiter in &inspection.waiters {
            assert!(waiter.operation == Operation::Wait && waiter.is_task);
            assert_eq!(waiter.location.file(), file!());
        }
        let (name, count) = (self.model.name(), self.model.count());
        let text = format!("WaitGroup {{ name: {name:?}, count: {count} }}");
        assert_eq!(format!("{:?}", self.group), text);
    }

    fn check(&self) {
        let (count, generation) = (self.model.count(), self.model.generation());
        assert_eq!(self.group.count(), count);
        assert_eq!(self.group.name(), self.model.name());
        let inspection = self.group.inspect();
        let State::WaitGroup { count: seen_count, generation: seen_generation, .. } =
            inspection.state
        else {
            panic!("not a wait group")
        };
        assert_eq!((seen_count, seen_generation), (count, generation));

        let waits = self.waiters.iter().filter(|waiter| waiter.about == Some(generation));
        assert_eq!(inspection.waiters.len(), waits.count(), "those who wait");
        for waiter in &self.waiters {
            let is_over = waiter.about.is_some_and(|of| of != generation);
            assert_eq!(waiter.alarm().rung(), u32::from(is_over), "woken at its end, once");
        }
        for (alarm, rung) in &self.silent {
            assert_eq!(alarm.rung(), *rung, "woke what is not there");
        }
    }
}
