//! Giving up: a wake-up that meets a waiter that times out, or whose future is dropped, reaches the next in
//! line (I3), and a timed operation has one result.

use std::time::Duration;

use named_sync_loom::{
    GetTimeoutError, PutTimeoutError, Queue, WaitGroup, WaitTimeout, advance_clock,
};

use crate::support::*;

const TIMEOUT: Duration = Duration::from_secs(1);

models! {
    /// The one that times out may be first in line and be given the wake-up. If it gives up then, the other
    /// must have been woken.
    the_wake_of_a_getter_that_times_out_reaches_the_next(
        Twice(4),
        [Ok(1), Err(GetTimeoutError::Timeout)]
    ) {
        let queue = share(Queue::bounded(1));
        let timed = spawn(&queue, |queue| queue.get_timeout(TIMEOUT));
        let alarm = Alarm::new();
        let mut patient = queue.get_async();
        assert!(poll_with(&alarm, &mut patient).is_pending());
        advance_clock(TIMEOUT);
        queue.put(1).unwrap();
        if alarm.has_rung() {
            // For the one whose time began after the clock had moved, and who is second in line.
            queue.close();
        }
        let got = timed.join().unwrap();
        assert!(got.is_ok() || alarm.has_rung(), "an item, and nobody who knows of it");
        got
    }

    the_wake_of_a_putter_that_times_out_reaches_the_next(
        Twice(4),
        [Ok(()), Err(PutTimeoutError::Timeout(1)), Err(PutTimeoutError::Closed(1))]
    ) {
        let queue = share(Queue::bounded(1));
        queue.put(0).unwrap();
        let timed = spawn(&queue, |queue| queue.put_timeout(1, TIMEOUT));
        let alarm = Alarm::new();
        let mut patient = queue.put_async(2);
        assert!(poll_with(&alarm, &mut patient).is_pending());
        advance_clock(TIMEOUT);
        assert_eq!(queue.get(), Some(0));
        if alarm.has_rung() {
            queue.close();
        }
        let put = timed.join().unwrap();
        assert!(put.is_ok() || alarm.has_rung(), "room, and nobody who knows of it");
        put
    }

    the_wake_of_a_dropped_get_future_reaches_the_next(Complete, [Some(1)]) {
        let queue = share(Queue::bounded(1));
        let mut fickle = queue.get_async();
        assert!(poll_once(&mut fickle).is_pending());
        let alarm = Alarm::new();
        let mut patient = queue.get_async();
        assert!(poll_with(&alarm, &mut patient).is_pending());
        let putter = spawn(&queue, |queue| queue.put(1).unwrap());
        drop(fickle);
        let got = finish(&alarm, patient);
        putter.join().unwrap();
        got
    }

    the_wake_of_a_dropped_get_future_reaches_a_blocked_thread(Preemptions(4), [1]) {
        let queue = share(unbounded_in_use());
        let mut fickle = queue.get_async();
        assert!(poll_once(&mut fickle).is_pending());
        let patient = spawn(&queue, |queue| queue.get().unwrap());
        let putter = spawn(&queue, |queue| queue.put(1).unwrap());
        drop(fickle);
        putter.join().unwrap();
        patient.join().unwrap()
    }

    the_wake_of_a_dropped_put_future_reaches_the_next(Complete, [Some(2)]) {
        let queue = share(Queue::bounded(1));
        queue.put(0).unwrap();
        let mut fickle = queue.put_async(1);
        assert!(poll_once(&mut fickle).is_pending());
        let alarm = Alarm::new();
        let mut patient = queue.put_async(2);
        assert!(poll_with(&alarm, &mut patient).is_pending());
        let getter = spawn(&queue, |queue| queue.get().unwrap());
        drop(fickle);
        assert_eq!(finish(&alarm, patient), Ok(()));
        assert_eq!(getter.join().unwrap(), 0);
        queue.get()
    }

    a_wait_that_times_out_takes_nothing_from_another(
        Preemptions(4),
        [Ok(()), Err(WaitTimeout)]
    ) {
        let group = share(WaitGroup::new());
        group.add(1);
        let timed = spawn(&group, |group| group.wait_timeout(TIMEOUT));
        let patient = spawn(&group, |group| group.wait());
        advance_clock(TIMEOUT);
        group.done();
        patient.join().unwrap();
        timed.join().unwrap()
    }

    a_dropped_wait_future_takes_nothing_from_another(Preemptions(4), [true, false]) {
        let group = share(WaitGroup::new());
        group.add(1);
        let fickle = spawn(&group, |group| poll_once(&mut group.wait_async()).is_ready());
        let patient = spawn(&group, |group| group.wait());
        group.done();
        patient.join().unwrap();
        fickle.join().unwrap()
    }

    a_get_that_times_out_and_is_woken_at_once_has_one_result(
        Complete,
        [Ok(1), Err(GetTimeoutError::Timeout)]
    ) {
        let queue = share(Queue::bounded(1));
        let getter = spawn(&queue, |queue| queue.get_timeout(TIMEOUT));
        advance_clock(TIMEOUT);
        queue.put(1).unwrap();
        let got = getter.join().unwrap();
        assert_eq!(queue.try_get().is_ok(), got.is_err(), "delivered once");
        got
    }

    a_put_that_times_out_and_is_woken_at_once_has_one_result(
        Complete,
        [Ok(()), Err(PutTimeoutError::Timeout(1))]
    ) {
        let queue = share(Queue::bounded(1));
        queue.put(0).unwrap();
        let putter = spawn(&queue, |queue| queue.put_timeout(1, TIMEOUT));
        advance_clock(TIMEOUT);
        assert_eq!(queue.get(), Some(0));
        let put = putter.join().unwrap();
        assert_eq!(queue.try_get().is_ok(), put.is_ok(), "put once or given back");
        put
    }

    a_dropped_get_future_keeps_nobody_from_seeing_the_close(Preemptions(4), [true, false]) {
        let queue = share(Queue::<u32>::bounded(1));
        let fickle = spawn(&queue, |queue| poll_once(&mut queue.get_async()).is_ready());
        let patient = spawn(&queue, |queue| queue.get());
        queue.close();
        assert_eq!(patient.join().unwrap(), None);
        fickle.join().unwrap()
    }

    a_dropped_put_future_drops_its_item_when_it_races_with_close(Complete, [true, false]) {
        let queue = share(Queue::bounded(1));
        queue.put(0).unwrap();
        let fickle = spawn(&queue, |queue| poll_once(&mut queue.put_async(1)).is_ready());
        queue.close();
        let refused = fickle.join().unwrap();
        assert_eq!((queue.get(), queue.get()), (Some(0), None));
        refused
    }

    a_future_that_is_polled_with_another_waker_wakes_that_one(Complete, [1]) {
        let queue = share(Queue::bounded(1));
        let getter = spawn(&queue, |queue| {
            let mut future = queue.get_async();
            match poll_once(&mut future) {
                std::task::Poll::Ready(item) => item.unwrap(),
                std::task::Poll::Pending => block_on(future).unwrap(),
            }
        });
        queue.put(1).unwrap();
        getter.join().unwrap()
    }

    /// The forgotten one keeps the one wake-up that it is given. The next put reaches the next in line.
    a_forgotten_get_future_wedges_nobody_for_ever(Complete, [1]) {
        let queue = share(unbounded_in_use());
        let mut forgotten = queue.get_async();
        assert!(poll_once(&mut forgotten).is_pending());
        std::mem::forget(forgotten);
        let patient = spawn(&queue, |queue| queue.get().unwrap());
        queue.put(1).unwrap();
        queue.put(2).unwrap();
        patient.join().unwrap()
    }
}
