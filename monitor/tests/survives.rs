//! What a host survives: viewers that vanish, a socket that is deleted, a fork; and a recorder a full disk.
#![cfg(feature = "cli")]

mod common;

use common::{eventually, private_dir, syncmon, text};
use named_sync::Registry;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use syncmon::agent::{Agent, serve_at};
use syncmon::client::{self, Connection};

/// Set for the process that is the host: the path of its socket.
const HOST: &str = "SYNCMON_TEST_SURVIVOR";

/// A host that does each word it is told, and says the word again when it is done.
fn host(path: PathBuf) {
    let registry = Arc::new(Registry::new());
    for n in 0..20_000 {
        registry.atomic(&format!("number {n}"), 0);
    }
    let mut agent = Some(serve_at(&registry, path).unwrap());
    println!("ready");
    for word in std::io::stdin().lines() {
        let word = word.unwrap();
        match word.as_str() {
            "default" => {
                // SAFETY: no handler is installed, and nothing else sets one.
                let before = unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
                assert_eq!(before, libc::SIG_IGN, "as Rust has it");
            }
            "fork" => fork(|| drop(agent.take())),
            "end" => break,
            _ => panic!("{word}?"),
        }
        println!("{word}");
    }
}

/// Does something in a process that is forked off, and waits for its end. A parent that is not ended by it in time fails.
fn fork(child: impl FnOnce()) {
    // SAFETY: the child drops what is said to do nothing there, and leaves by `_exit`.
    let pid = unsafe { libc::fork() };
    if pid == 0 {
        child();
        // SAFETY: it may be called at any time.
        unsafe { libc::_exit(0) };
    }
    let begun = Instant::now();
    let mut status = 0;
    // SAFETY: it is our child, and the status is ours.
    while unsafe { libc::waitpid(pid, &raw mut status, libc::WNOHANG) } == 0 {
        assert!(begun.elapsed() < Duration::from_secs(10), "the child never ends");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(status, 0);
}

struct Host {
    process: Child,
    said: BufReader<std::process::ChildStdout>,
}

impl Host {
    fn start(path: &Path) -> Host {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "a_host", "--nocapture", "--quiet"]).env(HOST, path);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(process.stdout.take().unwrap());
        let mut host = Host { process, said };
        host.hear("ready");
        host
    }

    fn hear(&mut self, word: &str) {
        let said = self.said.by_ref().lines().map_while(Result::ok).any(|line| line == word);
        assert!(said, "it never says {word:?}: {:?}", self.process.wait());
    }

    fn tell(&mut self, word: &str) {
        writeln!(self.process.stdin.as_mut().unwrap(), "{word}").unwrap();
        self.hear(word);
    }

    fn end(mut self) {
        writeln!(self.process.stdin.as_mut().unwrap(), "end").unwrap();
        assert!(self.process.wait().unwrap().success());
    }
}

#[test]
fn a_host() {
    if let Some(path) = std::env::var_os(HOST) {
        host(path.into());
    }
}

/// Attaches, asks for everything, and leaves without reading.
fn ask_and_vanish(path: &Path) {
    let mut stream = UnixStream::connect(path).unwrap();
    let hello = "{\"type\":\"hello\",\"protocol\":\"named-sync-monitor\",\"major\":1}\n";
    stream.write_all(hello.as_bytes()).unwrap();
    stream.write_all(b"{\"type\":\"changes\",\"since\":0}\n").unwrap();
    // Some of the answer has come, and the rest is being written.
    stream.read_exact(&mut [0; 100_000]).unwrap();
}

#[test]
fn a_viewer_that_vanishes_does_not_end_a_host_that_dies_of_sigpipe() {
    let dir = private_dir();
    let path = dir.path().join("host.sock");
    let mut host = Host::start(&path);
    host.tell("default");
    for _ in 0..20 {
        ask_and_vanish(&path);
    }
    eventually("a place is free", || client::snapshot(&path).is_ok());
    assert_eq!(client::snapshot(&path).unwrap().rows.len(), 20_000);
    host.end();
}

#[test]
fn a_process_that_was_forked_off_takes_no_agent_along() {
    let dir = private_dir();
    let path = dir.path().join("host.sock");
    let mut host = Host::start(&path);
    let (mut before, _) = Connection::open(&path).unwrap();
    before.changes(0).unwrap();
    for _ in 0..3 {
        host.tell("fork");
    }
    before.changes(1).expect("who was connected still is");
    assert!(client::snapshot(&path).is_ok(), "the socket is there, and answered");
    host.end();
    assert!(!path.exists(), "the host's own end removes it");
}

fn serve(path: &Path) -> Agent {
    let registry = Arc::new(Registry::new());
    registry.atomic("hits", 1);
    serve_at(&registry, path).unwrap()
}

#[test]
fn who_is_connected_stays_so_when_the_socket_is_deleted() {
    let dir = private_dir();
    let path = dir.path().join("host.sock");
    let agent = serve(&path);
    let (mut connection, _) = Connection::open(&path).unwrap();
    fs::remove_file(&path).unwrap();
    assert_eq!(connection.changes(0).unwrap()[0].rows.len(), 1);
    let error = client::snapshot(&path).unwrap_err().to_string();
    assert!(error.contains("host.sock") && error.contains("No such file"), "{error}");
    drop(agent);
    assert!(connection.changes(1).is_err(), "and its end is seen");
    drop(serve(&path));
}

#[test]
fn a_path_that_is_too_long_for_a_socket_is_told() {
    let dir = private_dir();
    let long = dir.path().join("x".repeat(120));
    fs::create_dir(&long).unwrap();
    let error =
        serve_at(Arc::new(Registry::new()), long.join("host.sock")).unwrap_err().to_string();
    for part in ["host.sock", "cannot be listened on", "shorter than"] {
        assert!(error.contains(part), "{error}");
    }
    let output = syncmon(&long).args(["demo"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let output = syncmon(dir.path()).arg("snapshot").arg(&long).output().unwrap();
    let said = text(&output.stderr);
    assert!(said.contains("xxx") && said.contains("shorter than"), "{said}");
}

#[test]
fn a_recorder_on_a_full_disk_says_so_and_leaves_what_can_be_read() {
    let dir = private_dir();
    let path = dir.path().join("host.sock");
    let _agent = serve(&path);
    let file = dir.path().join("recording");
    // A file of that process may have a kilobyte, and it is told by an error, not by a signal.
    let script = "trap '' XFSZ; ulimit -f 1; exec \"$0\" record \"$1\" -o \"$2\" --for 20s";
    let output = Command::new("bash")
        .args(["-c", script, env!("CARGO_BIN_EXE_syncmon")])
        .args([&path, &file])
        .env("NAMED_SYNC_DIR", dir.path())
        .output()
        .unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("the recording cannot be written: ") && said.contains("too large"),
        "{said}"
    );
    assert_eq!(fs::metadata(&file).unwrap().len(), 1024, "up to the middle of a line");
    let recording = syncmon::recording::Recording::open(&file);
    assert!(recording.is_ok(), "{recording:?}");
}
