//! The waiting mechanism of the crate: one list of waiters, first come first served, and the two ways to
//! use it, [`block`] for threads and [`Suspended`] for tasks.
//!
//! The list alone can not prevent a lost wake-up: between a waiter's last look at the condition and its
//! entry into the list, the condition may change and nobody would know whom to wake. So every list
//! belongs to an atomic word, the one whose change the waiter waits for, and that word carries a *waiter
//! bit*. [`Condition`] ties the two together:
//!
//! - I1: whenever the list's lock is free and the list is not empty, the bit is set.
//! - I2: a node enters the list only after [`Condition::arm`] set the bit by a read-modify-write that
//!   also proved that the operation still can not proceed. Whatever makes it possible later therefore
//!   changes the word *after* that, in the word's single modification order, and sees the bit.
//! - I3: a node that was taken out of the list is a wake-up owed. Its owner tries its operation once
//!   more, or passes the wake-up on to the next in line.
//! - I4: the bit is cleared only under the list's lock, and only while the list is empty.
//!
//! docs/ALGORITHMS.md argues from these that no wake-up is lost.

use std::collections::BTreeMap;
use std::panic::Location;
use std::task::{Context, Poll, Waker};

use crate::inspect::{self, Operation};
use crate::panics::Panics;
use crate::parker::Parker;
use crate::patience;
use crate::site::Site;
use crate::sync::{self, Deadline, Instant, Mutex, StdArc, Thread, fault};

/// What somebody waits for: a list of waiters, and the word in which their bit lives.
pub(crate) trait Condition {
    /// The waiters.
    fn list(&self) -> &WaitList;

    /// Sets the waiter bit if the operation still can not proceed, and says whether it did (I2). Called
    /// under the list's lock.
    fn arm(&self) -> bool;

    /// Clears the waiter bit. Called under the list's lock while the list is empty (I4).
    fn disarm(&self);

    /// Which round of the condition this is, where each round wakes only its own waiters.
    fn generation(&self) -> u32 {
        0
    }

    /// Wakes the first in line, if there is one.
    fn wake_one(&self) {
        self.list().wake_first(|| self.disarm());
    }

    /// Wakes everybody.
    fn wake_all(&self) {
        self.list().wake_all(|| self.disarm());
    }

    /// Takes the wake-up of a waiter that gave up, and hands it to the next (I3).
    fn forward(&self) {
        self.wake_one();
    }
}

/// The waiters of one condition, first come first served.
#[derive(Debug, Default)]
pub(crate) struct WaitList {
    inner: Mutex<Line>,
}

/// Ticket numbers order the line. A waiter that was woken in vain comes back with the ticket that it had,
/// so that overtakers do not send it to the end.
#[derive(Debug, Default)]
struct Line {
    last_ticket: u64,
    waiters: BTreeMap<u64, StdArc<Waiter>>,
}

/// Who waits, since when and where: written once, before the waiter enters the list.
#[derive(Debug)]
struct Waiter {
    operation: Operation,
    is_task: bool,
    thread: Thread,
    location: Site,
    since: Instant,
    generation: u32,
    parker: Parker,
}

impl WaitList {
    fn wake_first(&self, disarm: impl FnOnce()) {
        let first = {
            let mut line = self.inner.lock();
            let first = line.waiters.pop_first();
            if line.waiters.is_empty() || fault!("clear-the-bit-early") {
                disarm();
            }
            first
        };
        if let Some((_, waiter)) = first {
            waiter.parker.wake();
        }
    }

    fn wake_all(&self, disarm: impl FnOnce()) {
        let all = {
            let mut line = self.inner.lock();
            let all = std::mem::take(&mut line.waiters);
            disarm();
            all
        };
        wake_each(all.into_values());
    }

    /// Wakes the waiters of `generation` and no others (I9).
    pub(crate) fn wake_generation(&self, generation: u32) {
        let mut due = Vec::new();
        self.inner.lock().waiters.retain(|_, waiter| {
            if waiter.generation == generation {
                due.push(StdArc::clone(waiter));
                false
            } else {
                true
            }
        });
        wake_each(due);
    }

    /// What an observer may know of the waiters, in the order of the line.
    pub(crate) fn inspect(&self) -> Vec<inspect::Waiter> {
        let waiters: Vec<_> = self.inner.lock().waiters.values().cloned().collect();
        waiters
            .iter()
            .map(|waiter| inspect::Waiter {
                operation: waiter.operation,
                is_task: waiter.is_task,
                thread_name: waiter.thread.name().map(str::to_owned),
                thread_id: format!("{:?}", waiter.thread.id()),
                location: waiter.location.clone(),
                since: waiter.since,
            })
            .collect()
    }
}

/// A waker is user code and may panic. The others have left the list already, so they must be woken
/// all the same before the panic goes on.
fn wake_each(waiters: impl IntoIterator<Item = StdArc<Waiter>>) {
    let mut panics = Panics::default();
    for waiter in waiters {
        panics.catch(|| waiter.parker.wake());
    }
    panics.resume();
}

/// One operation's place in a line.
#[derive(Debug)]
struct Place {
    waiter: StdArc<Waiter>,
    ticket: Option<u64>,
}

impl Place {
    #[cold]
    fn new(
        operation: Operation,
        is_task: bool,
        location: &'static Location<'static>,
        generation: u32,
    ) -> Self {
        let script = Site::of_script();
        Self {
            waiter: StdArc::new(Waiter {
                operation,
                // What waits for the future is the script, and so the thread.
                is_task: is_task && script.is_none(),
                thread: sync::current_thread(),
                location: script.unwrap_or_else(|| Site::of(location)),
                since: sync::now(),
                generation,
                parker: Parker::default(),
            }),
            ticket: None,
        }
    }

    /// Enters the line, unless the operation could proceed by now.
    fn enter(&mut self, condition: &impl Condition, waker: Option<Waker>) -> bool {
        self.waiter.parker.arm(waker);
        let mut line = condition.list().inner.lock();
        if !condition.arm() && !fault!("skip-the-recheck") {
            return false;
        }
        let ticket = *self.ticket.get_or_insert_with(|| {
            line.last_ticket += 1;
            line.last_ticket
        });
        line.waiters.insert(ticket, StdArc::clone(&self.waiter));
        true
    }

    /// Leaves the line. False if somebody took the node out before: then a wake-up is owed (I3).
    fn leave(&self, condition: &impl Condition) -> bool {
        let mut line = condition.list().inner.lock();
        let removed = self.ticket.and_then(|ticket| line.waiters.remove(&ticket));
        if removed.is_some() && line.waiters.is_empty() {
            condition.disarm();
        }
        removed.is_some()
    }

    fn park(&self, deadline: &Deadline) -> bool {
        let waiter = StdArc::clone(&self.waiter);
        deadline.on_expiry(move || waiter.parker.nudge());
        self.waiter.parker.park(deadline)
    }
}

/// The deadline passed and the operation had not succeeded.
#[derive(Debug)]
pub(crate) struct TimedOut;

/// Repeats `attempt` until it gives a result, parking the calling thread in between. The caller has [spun](patience::spin)
/// before.
///
/// `attempt` runs at least once more after every wake-up. Before the first parking it may not run at all: a waiter
/// enters the list only if the operation can not proceed (I2).
#[cold]
pub(crate) fn block<R>(
    condition: &impl Condition,
    operation: Operation,
    location: &'static Location<'static>,
    deadline: Deadline,
    mut attempt: impl FnMut() -> Option<R>,
) -> Result<R, TimedOut> {
    let lingered = patience::linger(|| match attempt() {
        Some(result) => Some(Ok(result)),
        None if deadline.has_passed() => Some(Err(TimedOut)),
        None => None,
    });
    if let Some(result) = lingered {
        return result;
    }
    let mut place = Place::new(operation, false, location, condition.generation());
    loop {
        if !place.enter(condition, None) {
            // The word changed, so look again. An attempt that fails once more has found a newer state.
            if let Some(result) = attempt() {
                return Ok(result);
            }
            if deadline.has_passed() {
                return Err(TimedOut);
            }
        } else if place.park(&deadline) {
            if let Some(result) = attempt() {
                return Ok(result);
            }
        } else {
            // One last look: whoever was woken for what is there may be slow, or a future that nobody polls.
            // And if we were woken and timed out at once, a failing attempt means that somebody else took what
            // the wake-up was about, and nothing is owed to the next in line.
            place.leave(condition);
            return attempt().ok_or(TimedOut);
        }
    }
}

/// The part of a future that waits. The future must call [`cancel`](Self::cancel) when it is dropped.
#[derive(Debug)]
pub(crate) struct Suspended {
    operation: Operation,
    location: &'static Location<'static>,
    place: Option<Place>,
    in_line: bool,
}

impl Suspended {
    pub(crate) fn new(operation: Operation, location: &'static Location<'static>) -> Self {
        Self { operation, location, place: None, in_line: false }
    }

    /// Repeats `attempt` until it gives a result or the task is in the line.
    pub(crate) fn poll<R>(
        &mut self,
        condition: &impl Condition,
        context: &mut Context<'_>,
        mut attempt: impl FnMut() -> Option<R>,
    ) -> Poll<R> {
        if let Some(place) = &self.place
            && self.in_line
        {
            if !place.waiter.parker.poll(context) {
                return Poll::Pending;
            }
            // Woken: the node is out of the list, and this very poll is the retry that I3 asks for.
            self.in_line = false;
        }
        loop {
            if let Some(result) = attempt() {
                return Poll::Ready(result);
            }
            let (operation, location) = (self.operation, self.location);
            let place = self.place.get_or_insert_with(|| {
                Place::new(operation, true, location, condition.generation())
            });
            let waker = context.waker().clone();
            if place.enter(condition, Some(waker)) {
                self.in_line = true;
                return Poll::Pending;
            }
        }
    }

    /// Leaves the line for good; a wake-up that had been given to this task goes to the next (I3).
    pub(crate) fn cancel(&mut self, condition: &impl Condition) {
        if let Some(place) = self.place.take()
            && std::mem::take(&mut self.in_line)
            && !place.leave(condition)
            && !fault!("keep-the-wake-up")
        {
            condition.forward();
        }
    }
}
