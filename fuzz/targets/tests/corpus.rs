//! Every committed input runs through its target, with a stable toolchain.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use named_sync_fuzz_targets::{queue_ops, wire};
use syncmon::wire::{Frame, Request, decode_frame, decode_request};

/// The inputs of a target: name and bytes. There are some.
fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus").join(target);
    let mut inputs: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    inputs.sort();
    assert!(inputs.len() >= 20, "only {} inputs in {}", inputs.len(), folder.display());
    inputs
}

fn run(target: &str, f: fn(&[u8])) {
    for (path, data) in corpus(target) {
        // Shown if the input fails.
        println!("{}", path.display());
        f(&data);
    }
}

#[test]
fn the_queue_agrees_with_its_model_on_the_whole_corpus() {
    run("queue_ops", queue_ops);
}

#[test]
fn the_wire_format_holds_on_the_whole_corpus() {
    run("wire", wire);
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
