//! Weak exchanges that fail and sleepers that wake for no reason: each of them in turn, in every execution.

use std::time::Duration;

use named_sync_loom::spurious::Event::{FailedExchange, WakeUp};
use named_sync_loom::{
    Atomic, Closed, GetTimeoutError, Queue, TryGetError, WaitGroup, advance_clock,
};

use crate::support::*;

fn a_put_and_a_try(queue: Queue<u32>) -> bool {
    let queue = share(queue);
    let putter = spawn(&queue, |queue| queue.put(1));
    let got = queue.try_get();
    assert_eq!(putter.join().unwrap(), Ok(()));
    assert!(matches!(got, Ok(1) | Err(TryGetError::Empty)));
    assert_eq!(queue.try_get().is_ok(), got.is_err());
    got.is_ok()
}

fn a_blocked_getter(queue: Queue<u32>) -> u32 {
    let queue = share(queue);
    let getter = spawn(&queue, |queue| queue.get().unwrap());
    queue.put(1).unwrap();
    getter.join().unwrap()
}

/// Whether the put was accepted.
fn a_racing_close(queue: Queue<u32>) -> bool {
    let queue = share(queue);
    let putter = spawn(&queue, |queue| queue.put(1));
    queue.close();
    let put = putter.join().unwrap();
    assert!(matches!(put, Ok(()) | Err(Closed(1))));
    assert_eq!(queue.get(), put.is_ok().then_some(1));
    put.is_ok()
}

fn two_updates() -> i64 {
    let atomic = share(Atomic::new(0));
    let other = spawn(&atomic, |atomic| atomic.update(|n| n * 2 + 1));
    atomic.update(|n| n + 5);
    other.join().unwrap();
    atomic.get()
}

fn a_wait() {
    let group = share(WaitGroup::new());
    group.add(1);
    let waiter = spawn(&group, |group| group.wait());
    group.done();
    waiter.join().unwrap();
}

models! {
    exchanges_fail_in_a_bounded_queue(ForNoReason(FailedExchange), [true, false]) { a_put_and_a_try(Queue::bounded(1)) }

    exchanges_fail_in_an_unbounded_queue(ForNoReason(FailedExchange), [true, false]) {
        a_put_and_a_try(Queue::unbounded())
    }

    exchanges_fail_at_the_turn_of_a_segment(ForNoReason(FailedExchange), [[0, 1, 2]]) {
        let queue = share(Queue::unbounded());
        queue.put(0).unwrap();
        let putter = spawn(&queue, |queue| queue.put_many([1, 2]).unwrap());
        let first = queue.get().unwrap();
        putter.join().unwrap();
        [first, queue.get().unwrap(), queue.get().unwrap()]
    }

    exchanges_fail_while_a_getter_of_a_bounded_queue_blocks(ForNoReason(FailedExchange), [1]) {
        a_blocked_getter(Queue::bounded(1))
    }

    exchanges_fail_while_a_queue_is_closed(ForNoReason(FailedExchange), [true, false]) {
        a_racing_close(Queue::unbounded())
    }

    exchanges_fail_in_an_update(ForNoReason(FailedExchange), [6, 11]) { two_updates() }

    exchanges_fail_in_a_wait_group(ForNoReason(FailedExchange), [()]) { a_wait() }

    a_getter_of_a_bounded_queue_wakes(ForNoReason(WakeUp), [1]) { a_blocked_getter(Queue::bounded(1)) }

    a_getter_of_an_unbounded_queue_wakes(ForNoReason(WakeUp), [1]) { a_blocked_getter(unbounded_in_use()) }

    a_putter_wakes(ForNoReason(WakeUp), [[0, 1]]) { a_putter_that_waits() }

    a_getter_wakes_before_its_time_is_over(ForNoReason(WakeUp), [Ok(1), Err(GetTimeoutError::Timeout)]) {
        let queue = share(Queue::bounded(1));
        let getter = spawn(&queue, |queue| queue.get_timeout(Duration::from_secs(1)));
        advance_clock(Duration::from_secs(1));
        queue.put(1).unwrap();
        let got = getter.join().unwrap();
        assert_eq!(queue.try_get().is_ok(), got.is_err(), "delivered once");
        got
    }

    a_waiter_of_a_wait_group_wakes(ForNoReason(WakeUp), [()]) { a_wait() }
}
