//! Putters and getters in the steady state, in every way there is. Nobody closes the queue: a wake-up that is lost leaves
//! somebody blocked for ever.

use std::sync::Arc;

use named_sync_shuttle::{Operation, Queue, State, TryPutError};

use crate::support::*;

const PUTTERS: usize = 4;
const GETTERS: usize = 4;
const EACH: usize = 3;

/// An hour that never passes: nobody moves the clock.
const LONG: std::time::Duration = std::time::Duration::from_secs(3600);

/// Puts all items of this putter.
fn put_all(queue: &Queue<Tracked>, ledger: &Arc<Ledger>, putter: usize) {
    let mut next = 0;
    while next < EACH {
        let item = ledger.payload(putter, next);
        match below(5) {
            0 => queue.put(item).unwrap(),
            1 => queue.put_timeout(item, LONG).unwrap(),
            2 => block_on(queue.put_async(item)).unwrap(),
            3 => match queue.try_put(item) {
                Ok(()) => {}
                Err(TryPutError::Full(item)) => {
                    note("full");
                    queue.put(item).unwrap();
                }
                Err(TryPutError::Closed(_)) => panic!("nobody closed it"),
            },
            _ => {
                let rest = (next + 1..EACH).map(|sequence| ledger.payload(putter, sequence));
                queue.put_many(std::iter::once(item).chain(rest)).unwrap();
                return;
            }
        }
        next += 1;
    }
}

/// Gets as many items as a getter's share.
fn get_share(queue: &Queue<Tracked>) -> Got {
    let mut got = Got::default();
    while got.len() < EACH {
        let way = below(5);
        if way == 0 {
            let mut batch = Vec::new();
            let (number, when) = timed(|| queue.get_many(&mut batch, EACH - got.len()));
            assert_eq!(batch.len(), number);
            batch.iter().for_each(|item| got.note(item, when));
            continue;
        }
        let (item, when) = timed(|| match way {
            1 => queue.get(),
            2 => queue.get_timeout(LONG).ok(),
            3 => block_on(queue.get_async()),
            _ => queue.try_get().ok().or_else(|| {
                note("empty");
                queue.get()
            }),
        });
        got.note(&item.expect("nobody closed it"), when);
    }
    got
}

/// Looks at the queue now and then, as a monitor does.
fn watch(queue: &Queue<Tracked>) {
    for _ in 0..6 {
        idle(12);
        let inspection = queue.inspect();
        let State::Queue { size, capacity, closed, .. } = inspection.state else {
            panic!("{inspection:?} of a queue");
        };
        assert!(capacity.is_none_or(|capacity| size <= capacity) && !closed, "{inspection:?}");
        for waiter in inspection.waiters {
            assert!(waiter.location.file().ends_with("queue.rs"), "{waiter:?}");
            note(match waiter.operation {
                Operation::Get => "a getter waited",
                Operation::Put => "a putter waited",
                Operation::Wait => panic!("{waiter:?} at a queue"),
            });
        }
    }
}

fn traffic(queue: Queue<Tracked>) {
    let ledger = Ledger::new(PUTTERS, EACH);
    let putters = {
        let ledger = Arc::clone(&ledger);
        crew(PUTTERS, &queue, move |queue, putter| put_all(queue, &ledger, putter))
    };
    let getters = crew(GETTERS, &queue, |queue, _| get_share(queue));
    watch(&queue);
    join(putters);
    let got = Got::merge(join(getters));

    let put = (0..PUTTERS).flat_map(|putter| (0..EACH).map(move |number| (putter, number)));
    got.check(put.collect());
    assert!(queue.is_empty() && queue.try_get().is_err());
    drop(queue);
    ledger.assert_settled();
}

/// First all putters and then all getters, and there is room, or an item, for each.
fn attempts(queue: Queue<Tracked>) {
    let ledger = Ledger::new(PUTTERS, EACH);
    let putters = {
        let ledger = Arc::clone(&ledger);
        crew(PUTTERS, &queue, move |queue, putter| {
            for number in 0..EACH {
                queue.try_put(ledger.payload(putter, number)).expect("there is room");
            }
        })
    };
    join(putters);
    let getters = crew(GETTERS, &queue, |queue, _| {
        for _ in 0..EACH {
            queue.try_get().expect("there is an item");
        }
    });
    join(getters);
    assert!(queue.is_empty());
    ledger.assert_settled();
}

scenarios! {
    /// However often they get in each other's way.
    an_attempt_does_not_fail_if_there_is_room_in_the_ring_or_an_item() {
        attempts(Queue::bounded(PUTTERS * EACH));
    }

    an_attempt_does_not_fail_if_there_is_an_item_in_the_chain() {
        attempts(Queue::unbounded());
    }

    four_putters_and_four_getters_share_one_slot(
        "a getter waited", "a putter waited", "empty", "full"
    ) {
        traffic(Queue::bounded(1));
    }

    four_putters_and_four_getters_share_two_slots(
        "a getter waited", "a putter waited", "empty", "full"
    ) {
        traffic(Queue::bounded(2));
    }

    four_putters_and_four_getters_share_four_slots(
        "a getter waited", "a putter waited", "empty", "full"
    ) {
        traffic(Queue::bounded(4));
    }

    four_putters_and_four_getters_share_a_chain_of_segments("a getter waited", "empty") {
        traffic(Queue::unbounded());
    }
}
