//! Some of those who wait give up: their time is over, or their future is dropped. What they were given, an item or a
//! wake-up, is lost to nobody, and neither is the item of a putter who gives up.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use named_sync_shuttle::{GetTimeoutError, PutTimeoutError, Queue, advance_clock};

use crate::support::*;

/// How a side of the queue gives up.
#[derive(Clone, Copy, PartialEq)]
enum By {
    /// A timeout.
    Time,
    /// Dropping a future after some polls, or aborting the task that has it.
    Drop,
}

/// The threads on one side of the queue.
#[derive(Clone, Copy)]
struct Side {
    /// Those who may give up, with [`EACH`] operations.
    fickle: usize,
    /// Those who wait until they succeed, with one operation.
    patient: usize,
}

const EACH: usize = 2;

const MIXED: Side = Side { fickle: 2, patient: 2 };
/// So few operations that no later one makes up for a wake-up that was lost.
const FEW: Side = Side { fickle: 0, patient: 2 };

#[derive(Clone)]
struct Meeting {
    getters: Side,
    putters: Side,
    queue: Queue<Tracked>,
    ledger: Arc<Ledger>,
    /// How many of the fickle threads are still at it. Not for shuttle to schedule.
    fickle: Arc<AtomicUsize>,
    /// How many of the patient ones are done.
    got_in_peace: Arc<AtomicUsize>,
    put_in_peace: Arc<AtomicUsize>,
}

/// What a task got until it was aborted.
fn get_until_aborted(queue: &Queue<Tracked>) -> Option<Tracked> {
    let task = {
        let queue = queue.clone();
        shuttle::future::spawn(async move { queue.get_async().await })
    };
    idle(20);
    task.abort();
    block_on(task).ok().map(|item| item.expect("nobody closed it"))
}

fn get_or_give_up(meeting: &Meeting, by: By) -> Got {
    let mut got = Got::default();
    for _ in 0..EACH {
        let (item, when) = timed(|| match by {
            By::Time => match meeting.queue.get_timeout(SECOND * below(4) as u32) {
                Ok(item) => Some(item),
                Err(GetTimeoutError::Timeout) => None,
                Err(GetTimeoutError::Closed) => panic!("nobody closed it"),
            },
            By::Drop if below(2) == 0 => get_until_aborted(&meeting.queue),
            By::Drop => poll_a_little(meeting.queue.get_async()).map(Option::unwrap),
        });
        match item {
            Some(item) => got.note(&item, when),
            None => note("a getter gave up"),
        }
    }
    meeting.fickle.fetch_sub(1, Ordering::Relaxed);
    got
}

fn put_or_give_up(meeting: &Meeting, putter: usize, by: By) -> Vec<Id> {
    let mut put = Vec::new();
    for sequence in 0..EACH {
        // Slower than the getters, so that those wait, even where there is always room.
        idle(12);
        let item = meeting.ledger.payload(putter, sequence);
        let went_in = match by {
            By::Time => match meeting.queue.put_timeout(item, SECOND * below(4) as u32) {
                Ok(()) => true,
                Err(PutTimeoutError::Timeout(item)) => {
                    assert_eq!(id(&item), (putter, sequence), "its own item comes back");
                    false
                }
                Err(PutTimeoutError::Closed(_)) => panic!("nobody closed it"),
            },
            By::Drop => poll_a_little(meeting.queue.put_async(item)).is_some_and(|put| put.is_ok()),
        };
        if went_in {
            put.push((putter, sequence));
        } else {
            note("a putter gave up");
        }
    }
    meeting.fickle.fetch_sub(1, Ordering::Relaxed);
    put
}

fn get_in_peace(meeting: &Meeting) -> Got {
    let mut got = Got::default();
    let queue = &meeting.queue;
    let (item, when) =
        timed(|| if below(2) == 0 { queue.get() } else { block_on(queue.get_async()) });
    got.note(&item.expect("nobody closed it"), when);
    meeting.got_in_peace.fetch_add(1, Ordering::Relaxed);
    got
}

fn put_in_peace(meeting: &Meeting, putter: usize) -> Vec<Id> {
    idle(12);
    let item = meeting.ledger.payload(putter, 0);
    let queue = &meeting.queue;
    if below(2) == 0 { queue.put(item) } else { block_on(queue.put_async(item)) }.unwrap();
    meeting.put_in_peace.fetch_add(1, Ordering::Relaxed);
    vec![(putter, 0)]
}

/// When nobody is fickle any more, the patient ones must get on, as far as there are items and room.
fn let_the_patient_finish(meeting: &Meeting, putter: usize) -> (Vec<Id>, Got) {
    let (mut put, mut got) = (Vec::new(), Got::default());
    let (queue, getters, putters) = (&meeting.queue, meeting.getters, meeting.putters);
    wait_until("all patient threads are done", || {
        let getters_done = meeting.got_in_peace.load(Ordering::Relaxed) == getters.patient;
        let putters_done = meeting.put_in_peace.load(Ordering::Relaxed) == putters.patient;
        // Each side is helped only when the other one is done and can not: who sleeps beside an item, or beside room,
        // is not to be woken by us.
        if putters_done && !getters_done && queue.is_empty() && put.len() < getters.patient {
            queue.put(meeting.ledger.payload(putter, put.len())).unwrap();
            put.push((putter, put.len()));
        }
        if getters_done && !putters_done && queue.is_full() {
            let (item, when) = timed(|| queue.get().unwrap());
            got.note(&item, when);
        }
        getters_done && putters_done
    });
    (put, got)
}

fn meet(queue: Queue<Tracked>, by: By, getters: Side, putters: Side) {
    let (all_putters, most) = (putters.fickle + putters.patient, EACH.max(getters.patient));
    let meeting = Meeting {
        getters,
        putters,
        queue,
        ledger: Ledger::new(all_putters + 1, most),
        fickle: Arc::new(AtomicUsize::new(getters.fickle + putters.fickle)),
        got_in_peace: Arc::default(),
        put_in_peace: Arc::default(),
    };
    let fickle_getters =
        crew(getters.fickle, &meeting, move |meeting, _| get_or_give_up(meeting, by));
    let fickle_putters =
        crew(putters.fickle, &meeting, move |meeting, number| put_or_give_up(meeting, number, by));
    let patient_getters = crew(getters.patient, &meeting, |meeting, _| get_in_peace(meeting));
    let patient_putters = crew(putters.patient, &meeting, move |meeting, number| {
        put_in_peace(meeting, putters.fickle + number)
    });
    while meeting.fickle.load(Ordering::Relaxed) > 0 {
        if by == By::Time {
            advance_clock(SECOND);
        }
        shuttle::thread::yield_now();
    }

    let mut put = join(fickle_putters).concat();
    let mut all_got = join(fickle_getters);
    let (more_put, more_got) = let_the_patient_finish(&meeting, all_putters);
    put.extend(join(patient_putters).concat());
    put.extend(more_put);
    all_got.extend(join(patient_getters));
    all_got.push(more_got);

    let mut rest = Got::default();
    while let (Ok(item), when) = timed(|| meeting.queue.try_get()) {
        rest.note(&item, when);
    }
    all_got.push(rest);
    Got::merge(all_got).check(put);
    let inspection = meeting.queue.inspect();
    assert!(inspection.waiters.is_empty(), "{:?}", inspection.waiters);
    let ledger = Arc::clone(&meeting.ledger);
    drop(meeting);
    ledger.assert_settled();
}

scenarios! {
    timeouts_on_both_sides_of_one_slot("a getter gave up", "a putter gave up") {
        meet(Queue::bounded(1), By::Time, MIXED, MIXED);
    }

    timeouts_on_both_sides_of_two_slots("a getter gave up", "a putter gave up") {
        meet(Queue::bounded(2), By::Time, MIXED, MIXED);
    }

    timeouts_of_getters_for_whom_few_put("a getter gave up") {
        meet(Queue::bounded(1), By::Time, MIXED, FEW);
    }

    timeouts_of_putters_for_whom_few_get("a putter gave up") {
        meet(Queue::bounded(1), By::Time, FEW, MIXED);
    }

    timeouts_of_getters_at_a_chain_of_segments("a getter gave up") {
        meet(Queue::unbounded(), By::Time, MIXED, FEW);
    }

    dropped_futures_on_both_sides_of_one_slot("a getter gave up", "a putter gave up") {
        meet(Queue::bounded(1), By::Drop, MIXED, MIXED);
    }

    dropped_futures_on_both_sides_of_two_slots("a getter gave up", "a putter gave up") {
        meet(Queue::bounded(2), By::Drop, MIXED, MIXED);
    }

    dropped_futures_of_getters_for_whom_few_put("a getter gave up") {
        meet(Queue::bounded(1), By::Drop, MIXED, FEW);
    }

    dropped_futures_of_putters_for_whom_few_get("a putter gave up") {
        meet(Queue::bounded(1), By::Drop, FEW, MIXED);
    }

    dropped_futures_of_getters_at_a_chain_of_segments("a getter gave up") {
        meet(Queue::unbounded(), By::Drop, MIXED, FEW);
    }
}
