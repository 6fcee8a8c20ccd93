//! See `named_sync_fuzz_targets::agent`.
#![no_main]

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = named_sync_fuzz_targets::agent(data);
    threads_end();
});

/// Waits until none of the agent's threads is left, after each of which was told to end.
///
/// Some are about to end when an input does. Then the sanitizer takes what they still have in thread-local variables
/// for leaked: it looks at the variables of threads that live, and not at those of one that is ending.
fn threads_end() {
    let begun = Instant::now();
    let is_agents = |name: &str| name.starts_with("syncmon-");
    loop {
        let threads = fs::read_dir("/proc/self/task").expect("the threads of this process");
        let names = threads
            .flatten()
            .filter_map(|thread| fs::read_to_string(thread.path().join("comm")).ok());
        let left: Vec<String> = names.filter(|name| is_agents(name)).collect();
        if left.is_empty() {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "left behind: {left:?}");
        thread::sleep(Duration::from_micros(200));
    }
}
