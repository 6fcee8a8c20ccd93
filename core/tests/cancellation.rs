//! Futures that are dropped or forgotten on the way lose no item, and no more wake-ups than is said.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use std::pin::pin;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use common::{CountingWaker, Ledger, Watchdog, forget, poll_once, poll_with, until_blocked};
use named_sync::{Queue, WaitGroup};

#[test]
fn a_wake_up_given_to_a_dropped_get_future_goes_to_the_next_getter() {
    let queue = Queue::unbounded();
    let waker = CountingWaker::new();
    let mut first = Box::pin(queue.get_async());
    let mut second = pin!(queue.get_async());
    assert!(poll_once(first.as_mut()).is_pending());
    assert!(poll_with(second.as_mut(), &waker).is_pending());
    queue.put(1).unwrap();
    assert_eq!(waker.count(), 0, "the first in line is woken");
    drop(first);
    assert_eq!(waker.count(), 1);
    assert_eq!(poll_once(second), Poll::Ready(Some(1)));
}

#[test]
fn a_wake_up_given_to_a_dropped_put_future_goes_to_the_next_putter() {
    let queue = Queue::bounded(1);
    queue.put(0).unwrap();
    let waker = CountingWaker::new();
    let mut first = Box::pin(queue.put_async(1));
    let mut second = pin!(queue.put_async(2));
    assert!(poll_once(first.as_mut()).is_pending());
    assert!(poll_with(second.as_mut(), &waker).is_pending());
    assert_eq!(queue.get(), Some(0));
    drop(first);
    assert_eq!(waker.count(), 1);
    assert_eq!(poll_once(second), Poll::Ready(Ok(())));
    assert_eq!(queue.get(), Some(2));
}

#[test]
fn a_thread_is_woken_by_the_wake_up_of_a_dropped_future() {
    let queue = Queue::unbounded();
    let watched = queue.clone();
    let _watchdog =
        Watchdog::new("dropped future before a thread", move || vec![watched.inspect()]);
    let mut future = Box::pin(queue.get_async());
    assert!(poll_once(future.as_mut()).is_pending());
    thread::scope(|scope| {
        let getter = scope.spawn(|| queue.get());
        until_blocked(2, || queue.inspect());
        queue.put(1).unwrap();
        drop(future);
        assert_eq!(getter.join().unwrap(), Some(1));
    });
}

#[test]
fn a_future_that_is_dropped_before_its_turn_wakes_nobody() {
    let queue = Queue::<u8>::unbounded();
    let waker = CountingWaker::new();
    let mut first = Box::pin(queue.get_async());
    let mut second = pin!(queue.get_async());
    assert!(poll_once(first.as_mut()).is_pending());
    assert!(poll_with(second.as_mut(), &waker).is_pending());
    drop(first);
    assert_eq!(waker.count(), 0);
    assert_eq!(queue.inspect().waiters.len(), 1);
}

#[test]
fn a_forgotten_get_future_keeps_one_wake_up_and_the_next_put_wakes_the_next_getter() {
    let queue = Queue::unbounded();
    let watched = queue.clone();
    let _watchdog = Watchdog::new("forgotten getter", move || vec![watched.inspect()]);
    let mut forgotten = Box::pin(queue.get_async());
    assert!(poll_once(forgotten.as_mut()).is_pending());
    forget(forgotten);
    thread::scope(|scope| {
        let getter = scope.spawn(|| queue.get());
        until_blocked(2, || queue.inspect());
        queue.put(1).unwrap();
        until_blocked(1, || queue.inspect());
        queue.put(2).unwrap();
        assert_eq!(getter.join().unwrap(), Some(1));
    });
    assert_eq!(queue.try_get(), Ok(2));
}

#[test]
fn a_forgotten_put_future_keeps_one_wake_up_and_the_next_get_wakes_the_next_putter() {
    let queue = Queue::bounded(2);
    queue.put_many([1, 2]).unwrap();
    let watched = queue.clone();
    let _watchdog = Watchdog::new("forgotten putter", move || vec![watched.inspect()]);
    let mut forgotten = Box::pin(queue.put_async(100));
    assert!(poll_once(forgotten.as_mut()).is_pending());
    forget(forgotten);
    thread::scope(|scope| {
        let putter = scope.spawn(|| queue.put(3));
        until_blocked(2, || queue.inspect());
        assert_eq!(queue.get(), Some(1));
        assert_eq!(queue.get(), Some(2));
        assert_eq!(putter.join().unwrap(), Ok(()));
    });
    assert_eq!(queue.try_get(), Ok(3));
}

#[test]
fn a_dropped_put_future_takes_its_item_along() {
    let ledger = Ledger::new(1, 2);
    let queue = Queue::bounded(1);
    queue.put(ledger.payload(0, 0)).unwrap();
    let mut future = Box::pin(queue.put_async(ledger.payload(0, 1)));
    assert!(poll_once(future.as_mut()).is_pending());
    assert_eq!(ledger.alive(), 2);
    drop(future);
    assert_eq!(ledger.alive(), 1);
    assert_eq!(queue.get().map(|item| item.sequence), Some(0));
    ledger.assert_settled();
}

#[test]
fn a_future_that_was_never_polled_did_nothing() {
    let queue = Queue::bounded(1);
    drop(queue.put_async(1));
    drop(queue.get_async());
    assert_eq!(common::queue_counts(&queue.inspect()), (0, 0, 0));
}

#[test]
fn a_wait_future_that_is_dropped_leaves_the_line() {
    let group = WaitGroup::new();
    group.add(1);
    let mut future = Box::pin(group.wait_async());
    assert!(poll_once(future.as_mut()).is_pending());
    assert_eq!(group.inspect().waiters.len(), 1);
    drop(future);
    assert!(group.inspect().waiters.is_empty());
    group.done();
}

#[test]
fn a_forgotten_wait_future_keeps_nobody_from_the_end_of_the_round() {
    let group = WaitGroup::new();
    group.add(1);
    let mut forgotten = Box::pin(group.wait_async());
    assert!(poll_once(forgotten.as_mut()).is_pending());
    forget(forgotten);
    thread::scope(|scope| {
        let waiter = scope.spawn(|| group.wait_timeout(Duration::from_secs(60)));
        until_blocked(2, || group.inspect());
        group.done();
        assert_eq!(waiter.join().unwrap(), Ok(()));
    });
}

#[test]
#[should_panic = "polled after it was ready"]
fn a_put_future_that_is_polled_after_its_end_says_so() {
    let queue = Queue::bounded(1);
    let mut future = pin!(queue.put_async(1));
    assert!(poll_once(future.as_mut()).is_ready());
    let _ = poll_once(future);
}
