//! Every committed input runs through its target, with a stable toolchain.

mod replay;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::thread;

use named_sync_fuzz_targets::{
    Steps, agent, atomic_ops, queue_ops, recording, registry_names, shared_ops, wait_group_ops,
    wire,
};
use replay::{corpus, replay};
use syncmon::wire::{Frame, Request, decode_frame, decode_request};

struct Target {
    name: &'static str,
    run: fn(&[u8]) -> Steps,
    /// How many steps the table at the top of it has. The corpus has them all.
    steps: u32,
    /// How many inputs run at the same time.
    at_once: usize,
}

const fn target(name: &'static str, run: fn(&[u8]) -> Steps, steps: u32) -> Target {
    Target { name, run, steps, at_once: 1 }
}

const TARGETS: [Target; 8] = [
    // Most of the time an agent sleeps, as it answers only so many lines a second.
    Target { at_once: 8, ..target("agent", agent, 17) },
    target("atomic_ops", atomic_ops, 16),
    // Tests of their own tell what is in this corpus, and in that of `wire`.
    target("queue_ops", |data| without_steps(queue_ops, data), 0),
    target("recording", recording, 9),
    target("registry_names", registry_names, 16),
    target("shared_ops", shared_ops, 16),
    target("wait_group_ops", wait_group_ops, 16),
    target("wire", |data| without_steps(wire, data), 0),
];

fn without_steps(run: fn(&[u8]), data: &[u8]) -> Steps {
    run(data);
    Steps::default()
}

#[test]
fn every_target_holds_on_its_whole_corpus_which_has_every_step() {
    thread::scope(|scope| {
        for Target { name, run, steps, at_once } in TARGETS {
            scope.spawn(move || {
                let seen =
                    replay(name, run, at_once).into_iter().fold(Steps::default(), Steps::and);
                assert_eq!(seen, Steps::all(steps), "steps in the corpus of {name}");
            });
        }
    });
}

#[test]
fn every_fuzzer_is_a_target_here() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz_targets");
    let fuzzers: BTreeSet<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    let targets: BTreeSet<_> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(fuzzers, targets);
}

#[test]
fn the_queue_corpus_has_every_operation_on_both_queues() {
    for bounded in [false, true] {
        let operations: BTreeSet<_> = corpus("queue_ops")
            .iter()
            .filter(|(_, data)| data.first().is_some_and(|&capacity| (capacity != 0) == bounded))
            .flat_map(|(_, data)| data[1..].iter().map(|byte| byte & 0xf))
            .collect();
        assert_eq!(operations, BTreeSet::from_iter(0..16));
    }
}

#[test]
fn the_wire_corpus_has_every_request_and_every_frame() {
    let mut seen = BTreeSet::new();
    for (_, data) in corpus("wire") {
        for line in data.get(1..).unwrap_or_default().split(|&byte| byte == b'\n') {
            seen.extend(decode_request(line).ok().map(|request| match request {
                Request::Hello(_) => "hello request",
                Request::Changes { .. } => "changes request",
            }));
            seen.extend(decode_frame(line).ok().map(|frame| match frame {
                Frame::Hello(_) => "hello frame",
                Frame::Changes(_) => "changes frame",
                Frame::Error(_) => "error frame",
            }));
        }
    }
    let every = ["changes frame", "changes request", "error frame", "hello frame", "hello request"];
    assert_eq!(seen, BTreeSet::from(every));
}
