//! A host with many primitives, and what its threads have used of the processor.

use named_sync::{Atomic, Queue, Registry, Shared, WaitGroup};
use std::fs;
use std::sync::Arc;
use std::time::Duration;

/// Four of ten are atomics, two are shared variables, one is a wait group, three are queues.
pub(crate) struct Host {
    pub(crate) registry: Arc<Registry>,
    atomics: Vec<Atomic>,
    shareds: Vec<Shared<usize>>,
    groups: Vec<WaitGroup>,
    queues: Vec<Queue<u64>>,
    changes: usize,
}

impl Host {
    pub(crate) fn new(primitives: usize) -> Self {
        let mut host = Host {
            registry: Arc::new(Registry::new()),
            atomics: vec![],
            shareds: vec![],
            groups: vec![],
            queues: vec![],
            changes: 0,
        };
        for number in 0..primitives {
            let registry = &host.registry;
            match number % 10 {
                0..4 => host.atomics.push(registry.atomic(&format!("requests/{number}"), 0)),
                4..6 => {
                    let shared = registry.shared(&format!("config/{number}"), number);
                    host.shareds.push(shared.expect("a new name"));
                }
                6 => host.groups.push(registry.wait_group(&format!("files/{number}"))),
                _ => {
                    let queue = registry.queue(&format!("jobs/{number}"), 0);
                    host.queues.push(queue.expect("a new name"));
                }
            }
        }
        host
    }

    /// Changes so many of them, others each time.
    pub(crate) fn change(&mut self, primitives: usize) {
        for _ in 0..primitives {
            self.changes += 1;
            // Far from the last one in memory.
            let at = self.changes.wrapping_mul(7919);
            match self.changes % 10 {
                0..4 => drop(self.atomics[at % self.atomics.len()].add(1)),
                4..6 => self.shareds[at % self.shareds.len()].set(at),
                6 => self.groups[at % self.groups.len()].add(1),
                _ => self.queues[at % self.queues.len()].put(1).expect("open"),
            }
        }
    }
}

/// What the threads of this name in this process have used.
pub(crate) fn cpu_of(thread: &str) -> Duration {
    let tasks = fs::read_dir("/proc/self/task").expect("Linux").flatten();
    let used = tasks.filter_map(|task| {
        let read = |file| fs::read_to_string(task.path().join(file)).ok();
        if read("comm")?.trim_end() != thread {
            return None;
        }
        read("schedstat")?.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(used.sum())
}
