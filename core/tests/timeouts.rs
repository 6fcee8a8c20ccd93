//! What a timeout means: not before its time, never with an item in sight, and not at all if it is too long.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use std::pin::pin;
use std::thread;
use std::time::{Duration, Instant};

use common::{Watchdog, poll_once, until, until_blocked};
use named_sync::{GetTimeoutError, PutTimeoutError, Queue, WaitGroup, WaitTimeout};

const SHORT: Duration = Duration::from_millis(20);

/// Too long for a clock to tell, each of them.
const ENDLESS: [Duration; 3] =
    [Duration::MAX, Duration::from_secs(u64::MAX), Duration::from_secs(u64::MAX / 2)];

#[test]
fn a_timeout_does_not_come_before_its_time() {
    let start = Instant::now();
    assert_eq!(Queue::<u8>::bounded(1).get_timeout(SHORT), Err(GetTimeoutError::Timeout));
    assert!(start.elapsed() >= SHORT);

    let full = Queue::bounded(1);
    full.put(1).unwrap();
    let start = Instant::now();
    assert_eq!(full.put_timeout(2, SHORT), Err(PutTimeoutError::Timeout(2)));
    assert!(start.elapsed() >= SHORT);

    let group = WaitGroup::new();
    group.add(1);
    let start = Instant::now();
    assert_eq!(group.wait_timeout(SHORT), Err(WaitTimeout));
    assert!(start.elapsed() >= SHORT);
}

#[test]
fn what_can_be_had_at_once_is_had_with_a_timeout_of_zero() {
    let queue = Queue::bounded(1);
    assert_eq!(queue.put_timeout(1, Duration::ZERO), Ok(()));
    assert_eq!(queue.put_timeout(2, Duration::ZERO), Err(PutTimeoutError::Timeout(2)));
    assert_eq!(queue.get_timeout(Duration::ZERO), Ok(1));
    assert_eq!(queue.get_timeout(Duration::ZERO), Err(GetTimeoutError::Timeout));
    queue.close();
    assert_eq!(queue.put_timeout(3, Duration::ZERO), Err(PutTimeoutError::Closed(3)));
    assert_eq!(queue.get_timeout(Duration::ZERO), Err(GetTimeoutError::Closed));
    assert_eq!(WaitGroup::new().wait_timeout(Duration::ZERO), Ok(()));
}

/// A busy machine may let the time pass before the test has come to the point: then it tries again with more.
fn with_more_and_more_time(test: impl Fn(Duration) -> bool) {
    let mut times = [300, 1_500, 7_500, 30_000].map(Duration::from_millis).into_iter();
    assert!(times.any(test));
}

#[test]
fn a_getter_whose_time_is_over_takes_an_item_that_an_idle_future_was_woken_for() {
    with_more_and_more_time(|time| {
        let queue = Queue::unbounded();
        let mut idle = pin!(queue.get_async());
        assert!(poll_once(idle.as_mut()).is_pending());
        thread::scope(|scope| {
            let getter = scope.spawn(|| queue.get_timeout(time));
            until(|| queue.inspect().waiters.len() == 2 || getter.is_finished());
            queue.put(1).unwrap();
            getter.join().unwrap() == Ok(1)
        })
    });
}

#[test]
fn a_putter_whose_time_is_over_takes_room_that_an_idle_future_was_woken_for() {
    with_more_and_more_time(|time| {
        let queue = Queue::bounded(1);
        queue.put(1).unwrap();
        let mut idle = pin!(queue.put_async(2));
        assert!(poll_once(idle.as_mut()).is_pending());
        thread::scope(|scope| {
            let putter = scope.spawn(|| queue.put_timeout(3, time));
            until(|| queue.inspect().waiters.len() == 2 || putter.is_finished());
            assert_eq!(queue.get(), Some(1));
            putter.join().unwrap() == Ok(()) && queue.get() == Some(3)
        })
    });
}

#[test]
fn a_timeout_beyond_the_end_of_the_clock_is_none() {
    for endless in ENDLESS {
        let (queue, full, group) = (Queue::bounded(1), Queue::bounded(1), WaitGroup::new());
        full.put(1).unwrap();
        group.add(1);
        let watched = (queue.clone(), full.clone(), group.clone());
        let _watchdog = Watchdog::new(&format!("{endless:?}"), move || {
            vec![watched.0.inspect(), watched.1.inspect(), watched.2.inspect()]
        });
        thread::scope(|scope| {
            let getter = scope.spawn(|| queue.get_timeout(endless));
            let putter = scope.spawn(|| full.put_timeout(2, endless));
            let waiter = scope.spawn(|| group.wait_timeout(endless));
            until_blocked(1, || queue.inspect());
            until_blocked(1, || full.inspect());
            until_blocked(1, || group.inspect());
            thread::sleep(SHORT);
            assert!(!getter.is_finished() && !putter.is_finished() && !waiter.is_finished());
            queue.put(7).unwrap();
            assert_eq!(full.get(), Some(1));
            group.done();
            assert_eq!(getter.join().unwrap(), Ok(7));
            assert_eq!(putter.join().unwrap(), Ok(()));
            assert_eq!(waiter.join().unwrap(), Ok(()));
        });
    }
}

#[test]
fn whoever_timed_out_has_left_the_line() {
    let (queue, group) = (Queue::<u8>::bounded(1), WaitGroup::new());
    group.add(1);
    assert!(queue.get_timeout(SHORT).is_err() && group.wait_timeout(SHORT).is_err());
    assert!(queue.inspect().waiters.is_empty() && group.inspect().waiters.is_empty());
    // The bit of a line that became empty is gone too: this put has nobody to wake, and finds nobody.
    queue.put(1).unwrap();
    assert_eq!(queue.get(), Some(1));
}
