//! The monitor inside a host that owns its terminal, has a panic hook, and threads that panic.
#![cfg(feature = "cli")]

mod common;

use common::{eventually, stdout};
use named_sync::Registry;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use std::fs;
use std::io::{Read, Write};
use std::num::NonZero;
use std::panic;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use syncmon::tui;

/// Set for the process that is the host: a file for its panic hook.
const HOST: &str = "SYNCMON_TEST_HOST";
/// Set if the host sees to signals itself.
const OWN_SIGNALS: &str = "SYNCMON_TEST_OWN_SIGNALS";

fn host(told: PathBuf) {
    let default = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        fs::write(&told, format!("told of {info}")).unwrap();
        default(info);
    }));
    let registry = Arc::new(Registry::new());
    let jobs = registry.queue::<u8>("jobs", 4).unwrap();
    thread::Builder::new()
        .name("unlucky".to_owned())
        .spawn(move || {
            jobs.get();
            panic!("it was the last straw");
        })
        .unwrap();
    let feeder = registry.queue::<u8>("jobs", 4).unwrap();
    thread::spawn(move || {
        // After the viewer was seen to show it blocked.
        thread::sleep(Duration::from_secs(2));
        feeder.put(1).unwrap();
    });
    let ended = if std::env::var_os(OWN_SIGNALS).is_some() {
        tui::run_without_signals(&registry)
    } else {
        tui::run(&registry)
    };
    println!("ended by {:?}", ended.unwrap());
}

/// What the host's terminal shows in the end, if these keys are pressed, and what its hook was told.
fn ended_by(keys: &str, own_signals: bool) -> (String, String) {
    let dir = tempfile::tempdir().unwrap();
    let told = dir.path().join("told");
    let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).unwrap();
    let tty = pair.master.tty_name().unwrap();
    let modes = || stdout(&Command::new("stty").arg("-g").arg("-F").arg(&tty).output().unwrap());
    let before = modes();
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args(["--exact", "a_host_shows_itself_on_its_own_terminal", "--nocapture"]);
    command.env(HOST, &told);
    command.env("TERM", "xterm-256color");
    command.env("RUST_BACKTRACE", "0");
    if own_signals {
        command.env(OWN_SIGNALS, "1");
    }
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let length = |length| NonZero::new(length).unwrap();
    let parser = Arc::new(Mutex::new(vt100::Parser::new(length(24), length(80), 0)));
    let (seen, mut output) = (Arc::clone(&parser), pair.master.try_clone_reader().unwrap());
    thread::spawn(move || {
        let mut chunk = [0; 4096];
        while let Ok(count @ 1..) = output.read(&mut chunk) {
            seen.lock().unwrap().process(&chunk[..count]);
        }
    });
    let shown = || parser.lock().unwrap().screen().contents();
    let is_ours = || parser.lock().unwrap().screen().alternate_screen();
    eventually("the blocked getter is shown", || shown().contains("0/1/0"));
    eventually("the hook is called", || told.exists());
    eventually("the screen is back", || is_ours() && shown().contains("jobs"));
    pair.master.take_writer().unwrap().write_all(keys.as_bytes()).unwrap();
    eventually("the host goes on", || shown().contains("ended by"));
    assert!(!is_ours());
    assert!(child.wait().unwrap().success());
    assert_eq!(modes(), before, "echo and line editing are as they were");
    (shown(), fs::read_to_string(told).unwrap())
}

#[test]
fn a_host_shows_itself_on_its_own_terminal() {
    if let Some(told) = std::env::var_os(HOST) {
        return host(told.into());
    }
    for (keys, own_signals, ended) in
        [("q", false, "Quit"), ("q", true, "Quit"), ("\u{3}", true, "Quit")]
    {
        let (left, told) = ended_by(keys, own_signals);
        assert!(left.contains(&format!("ended by {ended}")), "{left}");
        assert!(told.contains("it was the last straw"), "{told}");
        assert!(left.contains("thread 'unlucky'"), "the message can be read afterwards: {left}");
        assert!(left.contains("it was the last straw"), "{left}");
    }
}
