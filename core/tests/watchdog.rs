//! A test that hangs says who hangs where, and ends.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use std::env;
use std::process::Command;
use std::time::Duration;

use common::Watchdog;
use named_sync::Queue;

const CHILD: &str = "NAMED_SYNC_TEST_HANGS";

#[test]
fn a_hang_is_reported_with_the_blocked_line_and_ends_the_process() {
    if env::var_os(CHILD).is_some() {
        let queue = Queue::<u8>::bounded(1);
        let watched = queue.clone();
        let _watchdog =
            Watchdog::with_patience("nobody puts", Duration::from_millis(200), move || {
                vec![watched.inspect()]
            });
        queue.get();
        unreachable!("nobody puts");
    }
    let name = "a_hang_is_reported_with_the_blocked_line_and_ends_the_process";
    let output = Command::new(env::current_exe().unwrap())
        .args([name, "--exact"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert_eq!(output.status.code(), None, "aborted, not failed: {text}");
    for word in ["nobody puts: not finished", "Queue", "Get", "watchdog.rs"] {
        assert!(text.contains(word), "{word:?} is not in {text}");
    }
}
