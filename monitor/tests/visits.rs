//! Ten thousand visitors of every kind, and what is left of them in the host: nothing.
#![cfg(all(feature = "cli", target_os = "linux"))]

mod common;

use common::{eventually, private_dir};
use named_sync::Registry;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use syncmon::agent::serve_at;
use syncmon::client;

const VISITORS: usize = 4;
const VISITS: usize = 2_000;
const ROUNDS: usize = 5;

const HELLO: &[u8] = b"{\"type\":\"hello\",\"protocol\":\"named-sync-monitor\",\"major\":1}\n";
const ASK: &[u8] = b"{\"type\":\"changes\",\"since\":0}\n";

fn count(folder: &str) -> usize {
    fs::read_dir(folder).unwrap().count()
}

fn threads() -> usize {
    count("/proc/self/task")
}

fn descriptors() -> usize {
    count("/proc/self/fd")
}

/// Memory that is resident, in KiB.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// One visit. The agent may turn it away, since those before it are still on their way out.
fn visit(path: &Path, number: usize) {
    let Ok(mut stream) = UnixStream::connect(path) else { return };
    let _ = match number % 5 {
        0 => Ok(()),
        1 => stream.write_all(&HELLO[..20]),
        2 => stream.write_all(b"\xff\n\n{}\n").and_then(|()| stream.write_all(HELLO)),
        3 => stream.write_all(HELLO).and_then(|()| stream.write_all(ASK)),
        _ => stream
            .set_read_timeout(Some(Duration::from_secs(5)))
            .and_then(|()| stream.write_all(HELLO))
            .and_then(|()| stream.read(&mut [0; 1024]).map(drop)),
    };
    if number.is_multiple_of(101) {
        drop(stream);
        let _ = client::snapshot(path);
    }
}

#[test]
fn ten_thousand_visits_leave_no_thread_no_descriptor_and_no_memory_behind() {
    let dir = private_dir();
    let registry = Arc::new(Registry::new());
    for number in 0..300 {
        registry.shared(&format!("value {number}"), vec![number; 10]).unwrap();
        registry.queue::<u8>(&format!("queue {number}"), 4).unwrap();
    }
    let agent = serve_at(&registry, dir.path().join("host.sock")).unwrap();
    let before = (threads(), descriptors());
    let mut memories = Vec::new();
    for _ in 0..ROUNDS {
        thread::scope(|scope| {
            for visitor in 0..VISITORS {
                let path = agent.path();
                scope.spawn(move || {
                    (0..VISITS / VISITORS)
                        .for_each(|number| visit(path, number * VISITORS + visitor));
                });
            }
        });
        eventually("all threads and descriptors are gone", || (threads(), descriptors()) == before);
        memories.push(memory());
    }
    // The allocator keeps some of what was freed: the first round shows how much.
    let grown = memories[ROUNDS - 1].saturating_sub(memories[0]);
    assert!(grown < 4096, "{grown} KiB more after {} visits: {memories:?}", ROUNDS * VISITS);
    assert_eq!(client::snapshot(agent.path()).unwrap().rows.len(), 600);
}
