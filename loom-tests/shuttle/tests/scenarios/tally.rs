//! Counting: the schedules that a scheduler made, and what happened in them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use shuttle::scheduler::{Schedule, Scheduler, Task, TaskId};

use crate::memory;

/// What was counted since the last [`take`].
#[derive(Default)]
pub(crate) struct Tally {
    /// Schedules that were begun.
    pub(crate) begun: u64,
    /// Their choices of threads, to tell how many differ.
    seen: HashSet<u64>,
    choices: DefaultHasher,
    steps: u64,
    /// The most steps that a schedule had.
    pub(crate) longest: u64,
    /// What happened in the current schedule.
    happened: BTreeSet<&'static str>,
    /// In how many schedules each of these happened.
    pub(crate) occasions: BTreeMap<&'static str, u64>,
}

impl Tally {
    pub(crate) fn different(&self) -> usize {
        self.seen.len()
    }

    fn end_schedule(&mut self) {
        if self.steps > 0 {
            self.seen.insert(std::mem::take(&mut self.choices).finish());
            self.longest = self.longest.max(self.steps);
            self.steps = 0;
        }
        for occasion in std::mem::take(&mut self.happened) {
            *self.occasions.entry(occasion).or_default() += 1;
        }
    }
}

thread_local! {
    // shuttle runs all threads of a scenario on one of the system's.
    static TALLY: RefCell<Tally> = RefCell::default();
}

fn with<R>(f: impl FnOnce(&mut Tally) -> R) -> R {
    TALLY.with(|tally| f(&mut tally.borrow_mut()))
}

pub(crate) fn take() -> Tally {
    with(|tally| {
        tally.end_schedule();
        std::mem::take(tally)
    })
}

/// The number of the current schedule, from 1 on.
pub(crate) fn number() -> u64 {
    with(|tally| tally.begun)
}

/// Notes that something happened in this schedule that a scenario is about.
pub(crate) fn note(occasion: &'static str) {
    with(|tally| tally.happened.insert(occasion));
}

/// A scheduler whose schedules are counted.
#[derive(Debug)]
pub(crate) struct Counted<S>(pub(crate) S);

impl<S: Scheduler> Scheduler for Counted<S> {
    fn new_execution(&mut self) -> Option<Schedule> {
        memory::let_go();
        let schedule = self.0.new_execution()?;
        with(|tally| {
            tally.end_schedule();
            tally.begun += 1;
        });
        Some(schedule)
    }

    fn next_task(
        &mut self,
        runnable: &[&Task],
        current: Option<TaskId>,
        is_yielding: bool,
    ) -> Option<TaskId> {
        let choice = self.0.next_task(runnable, current, is_yielding);
        with(|tally| {
            choice.hash(&mut tally.choices);
            tally.steps += 1;
        });
        choice
    }

    fn next_u64(&mut self) -> u64 {
        with(|tally| tally.steps += 1);
        self.0.next_u64()
    }
}
