//! A test that hangs says who hangs where, and ends. One that is slow does not.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use std::thread;
use std::time::Duration;

use common::{Progress, Watchdog, is_child, run_child, text_of};
use named_sync::Queue;

const STEP: Duration = Duration::from_millis(100);

/// Five steps, each after a while.
fn five_steps(progress: &Progress, each: Duration) {
    for _ in 0..5 {
        thread::sleep(each);
        progress.step();
    }
}

#[test]
fn a_hang_is_reported_with_the_blocked_line_and_ends_the_process() {
    if is_child() {
        let queue = Queue::<u8>::bounded(1);
        let watched = queue.clone();
        let watchdog =
            Watchdog::with_patience("nobody puts", 20 * STEP, move || vec![watched.inspect()]);
        let (progress, never) = (watchdog.progress(), watchdog.progress());
        let other = queue.clone();
        thread::spawn(move || {
            five_steps(&progress, STEP);
            // It is busy, but gets nowhere.
            while other.get_timeout(STEP / 20).is_err() {}
            never.step();
        });
        let late = queue.get_timeout(200 * STEP);
        unreachable!("the watchdog is asleep: {late:?}");
    }
    let output = run_child("a_hang_is_reported_with_the_blocked_line_and_ends_the_process", &[]);
    let text = text_of(&output);
    assert!(!output.status.success());
    assert_eq!(output.status.code(), None, "aborted, not failed: {text}");
    for word in ["nobody puts: no progress for 2s, after 5 steps", "Queue", "Get", "watchdog.rs"] {
        assert!(text.contains(word), "{word:?} is not in {text}");
    }
}

#[test]
fn slow_progress_is_no_hang_however_long_it_takes() {
    if is_child() {
        let queue = Queue::<u8>::bounded(1);
        let watched = queue.clone();
        let watchdog = Watchdog::with_patience("slow", 12 * STEP, move || vec![watched.inspect()]);
        let [first, second] = [watchdog.progress(), watchdog.progress()];
        five_steps(&first, 3 * STEP);
        return five_steps(&second, 3 * STEP);
    }
    let output = run_child("slow_progress_is_no_hang_however_long_it_takes", &[]);
    assert!(output.status.success(), "{}", text_of(&output));
}
