//! What happened in an execution.

use std::sync::Mutex;

use loom::sync::atomic::{AtomicUsize, Ordering};

use super::check::{Event, Spec, is_explained};

/// Which order of the operations there must be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Promise {
    /// One in which an operation that had ended before another one began, by any clock, comes before it.
    Linearizable,
    /// One in which those of each thread, and those before it was started and after it was joined, come as they did. A
    /// thread may be told that the queue is empty after another one put something, if it can not know.
    Consistent,
}

/// Notes the operations of an execution.
pub(crate) struct Recorder<S: Spec> {
    spec: S,
    promise: Promise,
    /// Ticks with each beginning and each end. It must be loom's: with a clock that loom does not see, it would run
    /// only one of the executions that differ in nothing but the time. Relaxed, so that it orders nothing else.
    clock: AtomicUsize,
    notes: Mutex<Vec<Note<S::Call, S::Answer>>>,
}

struct Note<C, A> {
    call: C,
    answer: A,
    thread: usize,
    /// What came before the other threads were started (0), meanwhile (1), and after they were joined (2).
    phase: usize,
    began: usize,
    ended: usize,
}

impl<C, A> Note<C, A> {
    fn comes_after(&self, other: &Self, promise: Promise) -> bool {
        let is_over = other.ended < self.began;
        match promise {
            Promise::Linearizable => is_over,
            Promise::Consistent => {
                let same_thread = self.phase == other.phase && self.thread == other.thread;
                other.phase < self.phase || (same_thread && is_over)
            }
        }
    }
}

impl<S: Spec> Recorder<S> {
    pub(crate) fn new(spec: S, promise: Promise) -> Self {
        Self { spec, promise, clock: AtomicUsize::new(0), notes: Mutex::default() }
    }

    /// Lets thread number `thread` do something in this phase.
    pub(crate) fn note(
        &self,
        (phase, thread): (usize, usize),
        call: S::Call,
        operation: impl FnOnce(S::Call) -> S::Answer,
    ) {
        let began = self.tick();
        let answer = operation(call.clone());
        let ended = self.tick();
        self.notes.lock().unwrap().push(Note { call, answer, thread, phase, began, ended });
    }

    fn tick(&self) -> usize {
        match self.promise {
            Promise::Linearizable => self.clock.fetch_add(1, Ordering::Relaxed),
            // The order within a thread is that in which they are noted.
            Promise::Consistent => self.notes.lock().unwrap().len(),
        }
    }

    /// # Panics
    ///
    /// If no order that is promised explains what happened.
    pub(crate) fn check(&self) {
        let notes = self.notes.lock().unwrap();
        let events: Vec<Event<S::Call, S::Answer>> = notes
            .iter()
            .map(|note| Event {
                call: note.call.clone(),
                answer: note.answer.clone(),
                after: notes
                    .iter()
                    .enumerate()
                    .filter(|(_, other)| note.comes_after(other, self.promise))
                    .fold(0, |after, (index, _)| after | 1 << index),
            })
            .collect();
        assert!(
            is_explained(&self.spec, &events),
            "no order explains this history, which was to be {:?}:\n{events:#?}",
            self.promise
        );
    }
}
