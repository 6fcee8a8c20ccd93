//! How much memory a large queue takes before it is used. In a test binary of its own, since other tests
//! would use memory meanwhile.
#![cfg(target_os = "linux")]

use named_sync::Queue;

/// The memory of this process that is really there, in bytes: exact, which `statm` is not.
fn resident() -> u64 {
    let rollup = std::fs::read_to_string("/proc/self/smaps_rollup").unwrap();
    let line = rollup.lines().find(|line| line.starts_with("Rss:")).unwrap();
    let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes << 10
}

#[test]
fn a_queue_bounded_to_a_million_commits_its_memory_as_it_fills() {
    const CAPACITY: usize = 1_000_000;
    const MIB: u64 = 1 << 20;
    let _warm_up = resident();
    let before = resident();
    let queue = Queue::<[u64; 8]>::bounded(CAPACITY);
    queue.put_many([[1; 8]; 100]).unwrap();
    assert_eq!(queue.try_iter().count(), 100);
    let empty = resident() - before;
    assert!(empty < MIB, "{empty} bytes for an empty queue");

    // The measurement would notice.
    queue.put_many((0..CAPACITY as u64).map(|n| [n; 8])).unwrap();
    assert!(resident() - before > 64 * MIB);
    assert!(queue.is_full());
}
