//! Scenarios that are broken, and must fail: so that the harness is known to see such things, to print the schedule, and
//! to replay it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64 as Unscheduled, Ordering};

use named_sync_shuttle::Queue;
use shuttle::sync::Mutex;
use shuttle::sync::atomic::AtomicU64;

use crate::explore::By::{Pct, Random, Twice};
use crate::explore::explore;
use crate::process::{fails, fails_again, name_of_test, passes};
use crate::tally::note;

/// Scenarios that must fail, each with what it must say and under which scheduler, in a schedule that can be replayed.
macro_rules! failing {
    ($( $(#[$meta:meta])* $name:ident ( $reason:expr, $by:expr ) $body:block )*) => {$(
        $(#[$meta])*
        #[test]
        fn $name() {
            let name = name_of_test(concat!(module_path!(), "::", stringify!($name)));
            fails_again(name, $reason, || explore(name, &[($by, 1000)], &[], || $body));
        }
    )*};
}

/// So many threads count.
fn count(threads: u64, one_more: fn(&AtomicU64)) {
    let count = Arc::new(AtomicU64::new(0));
    let handles: Vec<_> = (0..threads)
        .map(|_| {
            let count = Arc::clone(&count);
            shuttle::thread::spawn(move || one_more(&count))
        })
        .collect();
    for handle in handles {
        handle.join().unwrap();
    }
    assert_eq!(count.load(Ordering::SeqCst), threads, "an increment was lost");
}

/// In two steps, between which others may run.
fn carelessly(count: &AtomicU64) {
    let seen = count.load(Ordering::SeqCst);
    count.store(seen + 1, Ordering::SeqCst);
}

failing! {
    a_lost_increment_is_found_at_random("an increment was lost", Random) {
        count(3, carelessly);
    }

    a_lost_increment_is_found_by_priorities("an increment was lost", Pct(3)) {
        count(3, carelessly);
    }

    two_locks_in_opposite_orders_are_found("deadlock!", Random) {
        let locks = Arc::new([Mutex::new(()), Mutex::new(())]);
        let other = {
            let locks = Arc::clone(&locks);
            shuttle::thread::spawn(move || {
                let _second = locks[1].lock().unwrap();
                let _first = locks[0].lock().unwrap();
            })
        };
        let first = locks[0].lock().unwrap();
        let second = locks[1].lock().unwrap();
        drop((first, second));
        other.join().unwrap();
    }

    /// What blocks in a primitive is blocked for shuttle, too.
    a_getter_for_whom_nobody_puts_is_found("deadlock!", Pct(3)) {
        let queue = Queue::bounded(1);
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let queue = queue.clone();
                shuttle::thread::spawn(move || queue.get())
            })
            .collect();
        queue.put(1).unwrap();
        for thread in threads {
            thread.join().unwrap();
        }
    }

    a_loop_without_end_is_found("exceeded max_steps", Random) {
        let flag = Arc::new(AtomicU64::new(0));
        let waits = {
            let flag = Arc::clone(&flag);
            shuttle::thread::spawn(move || {
                while flag.load(Ordering::SeqCst) == 0 {
                    shuttle::thread::yield_now();
                }
            })
        };
        waits.join().unwrap();
    }
}

#[test]
#[should_panic(expected = "This schedule alone:\nNAMED_SYNC_SHUTTLE_REPLAY=")]
fn the_harness_says_how_to_replay_what_fails() {
    let name = "controls::the_harness_says_how_to_replay_what_fails";
    passes(name, || explore(name, &[(Random, 1000)], &[], || count(3, carelessly)));
}

/// Such as a hash that is keyed at random: what depends on it can not be replayed.
#[test]
fn a_scenario_that_does_not_repeat_itself_is_found() {
    static RUNS: Unscheduled = Unscheduled::new(0);
    let name = "controls::a_scenario_that_does_not_repeat_itself_is_found";
    fails(name, "possible nondeterminism", || {
        explore(name, &[(Twice, 1000)], &[], || {
            let threads = 2 + RUNS.fetch_add(1, Ordering::Relaxed) % 2;
            count(threads, |count| _ = count.fetch_add(1, Ordering::SeqCst));
        });
    });
}

#[test]
fn an_occasion_that_never_occurs_is_found() {
    let name = "controls::an_occasion_that_never_occurs_is_found";
    fails(name, "\"two at once\" was expected and never occurred", || {
        explore(name, &[(Random, 1000)], &["one", "two at once"], || {
            count(2, |count| _ = count.fetch_add(1, Ordering::SeqCst));
            note("one");
        });
    });
}

#[test]
fn an_occasion_that_was_not_expected_is_found() {
    let name = "controls::an_occasion_that_was_not_expected_is_found";
    fails(name, "not expected: {\"one\": ", || {
        explore(name, &[(Random, 1000)], &[], || {
            count(2, |count| _ = count.fetch_add(1, Ordering::SeqCst));
            note("one");
        });
    });
}

#[test]
fn a_scenario_with_nothing_to_explore_is_found() {
    let name = "controls::a_scenario_with_nothing_to_explore_is_found";
    fails(name, "one schedule is no exploration", || explore(name, &[(Random, 1000)], &[], || ()));
}
