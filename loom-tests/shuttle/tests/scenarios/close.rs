//! A queue is closed at any moment, by two who both try: what was put before is delivered, what is refused comes back,
//! and everybody is woken.

use std::sync::Arc;

use named_sync_shuttle::{Closed, GetTimeoutError, PutTimeoutError, Queue, TryPutError};

use crate::support::*;

const PUTTERS: usize = 3;
const GETTERS: usize = 3;
const EACH: usize = 3;

/// The items that went in, until one is refused.
fn put_until_refused(queue: &Queue<Tracked>, ledger: &Arc<Ledger>, putter: usize) -> Vec<Id> {
    let mut put = Vec::new();
    for sequence in 0..EACH {
        let item = ledger.payload(putter, sequence);
        let result = match below(4) {
            0 => queue.put(item).map_err(Closed::into_inner),
            1 => block_on(queue.put_async(item)).map_err(Closed::into_inner),
            2 => queue.put_timeout(item, SECOND).map_err(|error| match error {
                PutTimeoutError::Closed(item) => item,
                PutTimeoutError::Timeout(_) => panic!("nobody moved the clock"),
            }),
            _ => match queue.try_put(item) {
                Ok(()) => Ok(()),
                Err(TryPutError::Full(item)) => queue.put(item).map_err(Closed::into_inner),
                Err(TryPutError::Closed(item)) => Err(item),
            },
        };
        match result {
            Ok(()) => put.push((putter, sequence)),
            Err(refused) => {
                note("an item was refused");
                assert_eq!(id(&refused), (putter, sequence), "its own item comes back");
                break;
            }
        }
    }
    put
}

fn get_until_the_end(queue: &Queue<Tracked>) -> Got {
    let mut got = Got::default();
    loop {
        let (item, when) = timed(|| match below(4) {
            0 => queue.get(),
            1 => block_on(queue.get_async()),
            2 => match queue.get_timeout(SECOND) {
                Ok(item) => Some(item),
                Err(GetTimeoutError::Closed) => None,
                Err(GetTimeoutError::Timeout) => panic!("nobody moved the clock"),
            },
            _ => queue.iter().next(),
        });
        match item {
            Some(item) => got.note(&item, when),
            None => return got,
        }
    }
}

/// Whether this call was the one that closed it.
fn close_some_time(queue: &Queue<Tracked>) -> bool {
    idle(60);
    let waiting = queue.inspect().waiters.len();
    let first = queue.close();
    assert!(queue.is_closed());
    if first {
        if waiting > 0 {
            note("somebody was waiting");
        }
        if !queue.is_empty() {
            note("items were left");
        }
    }
    first
}

fn close_during_traffic(queue: Queue<Tracked>) {
    // One more, for the item that is refused in the end.
    let ledger = Ledger::new(PUTTERS + 1, EACH);
    let putters = {
        let ledger = Arc::clone(&ledger);
        crew(PUTTERS, &queue, move |queue, putter| put_until_refused(queue, &ledger, putter))
    };
    let getters = crew(GETTERS, &queue, |queue, _| get_until_the_end(queue));
    let closers = crew(2, &queue, |queue, _| close_some_time(queue));

    let put = join(putters).concat();
    let got = Got::merge(join(getters));
    let closed: Vec<bool> = join(closers);
    assert_eq!(closed.iter().filter(|&&first| first).count(), 1, "closed by {closed:?}");
    got.check(put);

    assert!(queue.get().is_none() && queue.try_get().is_err(), "the end stays the end");
    assert!(queue.try_put(ledger.payload(PUTTERS, 0)).is_err(), "refused for good");
    drop(queue);
    ledger.assert_settled();
}

scenarios! {
    a_close_against_putters_and_getters_of_one_slot(
        "an item was refused", "items were left", "somebody was waiting"
    ) {
        close_during_traffic(Queue::bounded(1));
    }

    a_close_against_putters_and_getters_of_three_slots(
        "an item was refused", "items were left", "somebody was waiting"
    ) {
        close_during_traffic(Queue::bounded(3));
    }

    a_close_against_putters_and_getters_of_a_chain_of_segments(
        "an item was refused", "items were left", "somebody was waiting"
    ) {
        close_during_traffic(Queue::unbounded());
    }
}
