//! Tells the bench what it is made of: the compiler, and the versions of the peers that Cargo.lock fixes.

use std::process::Command;
use std::{env, fs};

/// What the measured operations come from, in the order in which the report lists it.
const PEERS: [&str; 14] = [
    "named-sync",
    "crossbeam-channel",
    "crossfire",
    "kanal",
    "flume",
    "async-channel",
    "tokio",
    "arc-swap",
    "parking_lot",
    "crossbeam-utils",
    "dashmap",
    "papaya",
    "async-executor",
    "futures-lite",
];

fn main() {
    println!("cargo::rerun-if-changed=../Cargo.lock");
    println!("cargo::rerun-if-env-changed=RUSTC");
    println!("cargo::rustc-env=BENCH_RUSTC={}", rustc_version());
    let lock = fs::read_to_string("../Cargo.lock").expect("the workspace has a Cargo.lock");
    let versions: Vec<String> = PEERS
        .iter()
        .map(|peer| {
            let version = locked_version(&lock, peer).expect("every peer is in Cargo.lock");
            format!("{peer} {version}")
        })
        .collect();
    println!("cargo::rustc-env=BENCH_VERSIONS={}", versions.join(", "));
}

fn rustc_version() -> String {
    let rustc = env::var_os("RUSTC").expect("cargo sets RUSTC");
    let output = Command::new(rustc).arg("--version").output().expect("rustc runs");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The version that follows the last `name = "<package>"` line.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let (_, after) = lock.rsplit_once(&format!("name = \"{package}\"\nversion = \""))?;
    Some(after.split_once('"')?.0)
}
