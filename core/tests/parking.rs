//! The park token of `std::thread` is the caller's: blocking here neither takes it nor leaves one behind.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use std::thread;
use std::time::{Duration, Instant};

use common::{block_on, until_blocked};
use named_sync::{Inspection, Queue, WaitGroup};

const LONG: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(30);

/// Whether the thread has a token, which this takes.
fn takes_token(patience: Duration) -> bool {
    let start = Instant::now();
    thread::park_timeout(patience);
    start.elapsed() < patience
}

/// `blocks` in a thread of its own until `release`.
///
/// Not on the test's thread: the end of a scoped thread leaves a token there.
fn check(blocks: impl Fn() + Sync, inspect: impl Fn() -> Inspection, release: impl Fn()) {
    thread::scope(|scope| {
        let kept = scope.spawn(|| {
            thread::current().unpark();
            blocks();
            takes_token(LONG)
        });
        until_blocked(1, &inspect);
        release();
        assert!(kept.join().unwrap(), "the token is still there");
    });
    // The standard library allows spurious wake-ups, so one clean try is enough; a token that is left
    // behind would be there every time.
    let clean = || {
        thread::scope(|scope| {
            let left = scope.spawn(|| {
                blocks();
                takes_token(SHORT)
            });
            until_blocked(1, &inspect);
            release();
            !left.join().unwrap()
        })
    };
    assert!((0..3).any(|_| clean()), "a token was left behind");
}

#[test]
fn a_blocked_get_leaves_the_park_token_alone() {
    let queue = Queue::bounded(1);
    check(|| assert!(queue.get().is_some()), || queue.inspect(), || queue.put(1).unwrap());
}

#[test]
fn a_timed_get_leaves_the_park_token_alone() {
    let queue = Queue::bounded(1);
    let get = || assert!(queue.get_timeout(LONG).is_ok());
    check(get, || queue.inspect(), || queue.put(1).unwrap());
}

#[test]
fn a_blocked_put_leaves_the_park_token_alone() {
    let queue = Queue::bounded(1);
    queue.put(1).unwrap();
    let release = || assert!(queue.get().is_some());
    check(|| queue.put(2).unwrap(), || queue.inspect(), release);
}

#[test]
fn a_blocked_wait_leaves_the_park_token_alone() {
    let group = WaitGroup::new();
    group.add(1);
    // The next round begins as this one ends, lest the second try find nothing to wait for.
    let release = || {
        group.done();
        group.add(1);
    };
    check(|| group.wait(), || group.inspect(), release);
}

#[test]
fn a_task_leaves_the_park_token_alone() {
    let queue = Queue::bounded(1);
    let get = || assert!(block_on(queue.get_async()).is_some());
    check(get, || queue.inspect(), || queue.put(1).unwrap());
}
