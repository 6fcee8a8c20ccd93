//! The program in a terminal of its own: what is seen there, and that the terminal is given back.
#![cfg(feature = "cli")]

mod changes;
#[path = "../common/mod.rs"]
mod common;
mod killed;
mod pty;

use common::{eventually, private_dir, stdout, syncmon, text};
use pty::{Terminal, small_tree};
use std::fs;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

#[test]
fn the_demo_shows_itself_opens_details_and_gives_the_terminal_back() {
    let (sockets, tree) = (private_dir(), small_tree());
    let mut terminal = Terminal::start(sockets.path(), &["demo", tree.path().to_str().unwrap()]);
    for text in ["jobs", "in flight", "● live", "/64", "last pass"] {
        terminal.wait_for(text);
    }
    assert!(terminal.parser.lock().unwrap().screen().alternate_screen());
    assert_ne!(
        Terminal::modes_of(&*terminal.master),
        terminal.modes,
        "raw mode can be told from what it was"
    );

    // The mouse is ours until it is not wanted.
    let has_mouse = |terminal: &Terminal| {
        let parser = terminal.parser.lock().unwrap();
        parser.screen().mouse_protocol_mode() != vt100::MouseProtocolMode::None
    };
    eventually("the mouse is taken", || has_mouse(&terminal));
    terminal.press("m");
    eventually("the mouse is left", || !has_mouse(&terminal));
    terminal.press("m");
    eventually("the mouse is taken again", || has_mouse(&terminal));

    // Others see it, too.
    let pid = terminal.pid();
    let listed = stdout(&syncmon(sockets.path()).arg("ls").output().unwrap());
    assert!(listed.contains(&pid.to_string()) && listed.contains("syncmon"), "{listed}");

    terminal.press("/jobs\r");
    terminal.wait_for("1 of 10 rows");
    terminal.press("\r");
    // Between two passes the workers wait for jobs, and it is said where.
    for text in ["type      syncmon::demo::job::Job", "THREAD", "worker-1", "job.rs:"] {
        terminal.wait_for(text);
    }
    terminal.press("?");
    terminal.wait_for("details of the selected row");
    terminal.press("q");
    assert_eq!(terminal.ended(), 0);
    assert_eq!(fs::read_dir(sockets.path()).unwrap().count(), 0, "the socket is gone");
}

#[test]
fn a_staged_deadlock_is_seen_from_outside_while_it_lasts() {
    let (sockets, tree) = (private_dir(), small_tree());
    let mut terminal =
        Terminal::start(sockets.path(), &["demo", "--stuck", tree.path().to_str().unwrap()]);
    terminal.wait_for("results");
    for blocked in ["3/0/0", "0/2/0", "0/0/1"] {
        terminal.wait_for(blocked);
    }
    let mut command = syncmon(sockets.path());
    command.args(["snapshot", &terminal.pid().to_string(), "--format", "json"]);
    let snapshot: serde_json::Value =
        serde_json::from_str(&stdout(&command.output().unwrap())).unwrap();
    let blocked: Vec<&str> = snapshot["primitives"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|row| row["blocked"].as_array())
        .flatten()
        .map(|blocked| {
            assert!(blocked["file"].as_str().unwrap().ends_with("stuck.rs"));
            blocked["thread"].as_str().unwrap()
        })
        .collect();
    let mut sorted = blocked;
    sorted.sort_unstable();
    assert_eq!(
        sorted,
        ["coordinator", "reporter-1", "reporter-2", "worker-1", "worker-2", "worker-3"]
    );
    // What looks wrong is seen on the screen, and by a script.
    terminal.press("3");
    for text in ["3 problems 4", "full-queue", "stalled-wait-group", "never-fed", "all-blocked"] {
        terminal.wait_for(text);
    }
    // The terminal is asked to take a line into its clipboard: escape, ], 52, and the line in base 64.
    terminal.press("y");
    terminal.wait_for("copied: ");
    let asked = b"\x1b]52;c;";
    assert!(terminal.written.lock().unwrap().windows(asked.len()).any(|bytes| bytes == asked));
    let mut command = syncmon(sockets.path());
    command.args(["watch", &terminal.pid().to_string(), "--problems", "--for", "20s"]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(text(&output.stderr), "");
    let said = text(&output.stdout);
    for text in [
        "problem full-queue queue results for ",
        "problem stalled-wait-group wait group in flight for ",
        "problem never-fed queue report for ",
        "; 1 in wait: coordinator at ",
        "stuck.rs:",
    ] {
        assert!(said.contains(text), "{said}");
    }
    // Whoever finds that no problem need not hear of it.
    let mut command = syncmon(sockets.path());
    command.args(["watch", &terminal.pid().to_string(), "--problems", "--for", "1s"]);
    let output = command.args(["--stalled", "1h", "--long-wait", "1h"]).output().unwrap();
    assert_eq!((stdout(&output), output.status.code()), (String::new(), Some(0)));
    terminal.press("2");
    terminal.wait_for("coordinator");
    terminal.press("/thread:coord\r");
    terminal.wait_for("1 of 6 rows");
    terminal.press("\u{3}");
    assert_eq!(terminal.ended(), 0);
}

#[test]
fn who_attaches_to_a_stuck_host_reads_within_five_seconds_who_is_blocked_on_what_and_where() {
    let (sockets, tree) = (private_dir(), small_tree());
    let host = Terminal::start(sockets.path(), &["demo", "--stuck", tree.path().to_str().unwrap()]);
    host.wait_for("problems 4");

    let begun = Instant::now();
    let mut viewer = Terminal::start(sockets.path(), &[&host.pid().to_string()]);
    viewer.wait_for("problems 4");
    viewer.press("3");
    viewer.wait_for("all-blocked");
    // What is said of a problem stands below the list, of the one that is chosen.
    let mut said = String::new();
    for _ in 0..4 {
        said += &viewer.shown();
        viewer.press("\x1b[B");
        std::thread::sleep(Duration::from_millis(100));
    }
    let took = begun.elapsed();
    for thread in ["coordinator", "reporter-1", "reporter-2", "worker-1", "worker-2", "worker-3"] {
        assert!(said.contains(&format!("{thread} at ")), "{thread} in {said}");
    }
    for text in ["queue report", "queue results", "wait group in fl", "src/demo/stuck.rs:"] {
        assert!(said.contains(text), "{text} in {said}");
    }
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[test]
fn a_healthy_host_has_no_problems_and_one_that_goes_is_no_problem_either() {
    let (sockets, tree) = (private_dir(), small_tree());
    let mut host = Terminal::start(sockets.path(), &["demo", tree.path().to_str().unwrap()]);
    host.wait_for("● live");
    let watch = |more: &[&str]| {
        let mut command = syncmon(sockets.path());
        command.args(["watch", &host.pid().to_string()]).args(more);
        command
    };
    let output = watch(&["--problems", "--for", "6s"]).output().unwrap();
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), String::new()));
    let watching = watch(&[]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    let pid = host.pid();
    host.press("q");
    assert_eq!(host.ended(), 0);
    let output = watching.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let said = text(&output.stderr);
    assert!(said.starts_with(&format!("syncmon: {pid}: ")), "{said}");
    let mut command = syncmon(sockets.path());
    let output = command.args(["watch", &pid.to_string(), "--problems"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "no host is not the same as a problem");
}

#[test]
fn a_host_is_recorded_and_shown_again_when_it_is_no_more() {
    let (sockets, tree) = (private_dir(), small_tree());
    let mut host =
        Terminal::start(sockets.path(), &["demo", "--stuck", tree.path().to_str().unwrap()]);
    host.wait_for("3/0/0");
    let file = tree.path().join("recording");
    let (pid, path) = (host.pid().to_string(), file.to_str().unwrap());
    let record = |more: &[&str]| {
        let mut command = syncmon(sockets.path());
        command.args(["record", &pid, "-o", path]).args(more);
        command
    };
    let output = record(&["--for", "5s"]).output().unwrap();
    assert_eq!(stdout(&output), "");
    let said = text(&output.stderr);
    assert!(said.contains(" lines in ") && said.ends_with("the time is over\n"), "{said}");
    // A recorder that is killed leaves what it had, also in the middle of a line; the next one goes on.
    let mut killed = record(&[]).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(700));
    killed.kill().unwrap();
    killed.wait().unwrap();
    let bytes = fs::read(&file).unwrap();
    assert!(bytes.ends_with(b"}\n"));
    fs::write(&file, &bytes[..bytes.len() - 10]).unwrap();
    let last = record(&[]).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(700));
    host.press("q");
    assert_eq!(host.ended(), 0);
    let output = last.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "that is how recordings end");

    let mut viewer = Terminal::start(sockets.path(), &["replay", path]);
    for text in [&format!("pid {pid}"), "REPLAY ×1", "in flight", "3 problems 4", "!"] {
        viewer.wait_for(text);
    }
    viewer.press("   ");
    viewer.press("[");
    viewer.wait_for("3 problems 0");
    viewer.wait_for("REPLAY paused");
    viewer.press("]");
    viewer.wait_for("3 problems");
    viewer.press("+ ");
    viewer.wait_for("REPLAY paused");
    viewer.press("q");
    assert_eq!(viewer.ended(), 0);

    for (file, reason) in [("/nonexistent", "No such file"), ("/etc/passwd", "line 1 is no line")] {
        let output = syncmon(sockets.path()).args(["replay", file]).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains(reason), "{output:?}");
    }
}

#[test]
fn a_viewer_attaches_to_the_only_host_and_says_when_it_is_lost() {
    let (sockets, tree) = (private_dir(), small_tree());
    let mut host = Terminal::start(sockets.path(), &["demo", tree.path().to_str().unwrap()]);
    host.wait_for("● live");
    let mut viewer = Terminal::start(sockets.path(), &[]);
    viewer.wait_for(&format!("pid {}", host.pid()));
    viewer.wait_for("jobs");
    host.press("q");
    assert_eq!(host.ended(), 0);
    viewer.wait_for("✗ lost");
    viewer.wait_for("trying again");
    viewer.press("q");
    assert_eq!(viewer.ended(), 0);
}

#[test]
fn several_hosts_are_offered_for_choice() {
    let (sockets, tree) = (private_dir(), small_tree());
    let tree = tree.path().to_str().unwrap();
    let mut hosts = [
        Terminal::start(sockets.path(), &["demo", tree]),
        Terminal::start(sockets.path(), &["demo", "--stuck", tree]),
    ];
    hosts.iter().for_each(|host| host.wait_for("● live"));
    let mut viewer = Terminal::start(sockets.path(), &[]);
    viewer.wait_for("several hosts run here");
    let (first, second) = (hosts[0].pid().min(hosts[1].pid()), hosts[0].pid().max(hosts[1].pid()));
    viewer.wait_for(&first.to_string());
    viewer.press("j\r");
    viewer.wait_for(&format!("pid {second}"));
    viewer.press("q");
    assert_eq!(viewer.ended(), 0);
    hosts.iter_mut().for_each(|host| host.press("q"));
    hosts.into_iter().for_each(|host| assert_eq!(host.ended(), 0));
}

#[test]
fn a_signal_ends_it_with_the_terminal_restored() {
    for (signal, code) in [("TERM", 128 + 15), ("HUP", 128 + 1)] {
        let (sockets, tree) = (private_dir(), small_tree());
        let terminal = Terminal::start(sockets.path(), &["demo", tree.path().to_str().unwrap()]);
        terminal.wait_for("jobs");
        let pid = terminal.pid().to_string();
        assert!(Command::new("kill").args(["-s", signal, &pid]).status().unwrap().success());
        assert_eq!(terminal.ended(), code);
    }
}

#[test]
fn a_terminal_that_goes_away_ends_it() {
    let (sockets, tree) = (private_dir(), small_tree());
    let terminal = Terminal::start(sockets.path(), &["demo", tree.path().to_str().unwrap()]);
    terminal.wait_for("jobs");
    let Terminal { mut child, keys, master, hung_up, .. } = terminal;
    hung_up.store(true, Ordering::Relaxed);
    drop((keys, master));
    eventually("the program ends", || child.try_wait().unwrap().is_some());
}

#[test]
fn no_color_means_no_colour() {
    let (sockets, tree) = (private_dir(), small_tree());
    let args = ["demo", tree.path().to_str().unwrap()];
    let coloured = |variables: &[(&str, &str)]| {
        let mut terminal = Terminal::start_with(sockets.path(), &args, variables);
        terminal.wait_for("jobs");
        terminal.press("q");
        let written = Arc::clone(&terminal.written);
        assert_eq!(terminal.ended(), 0);
        // How a colour is chosen; 39 and 49, the terminal's own, are none.
        let written = String::from_utf8_lossy(&written.lock().unwrap()).into_owned();
        written.contains("38;5;") || written.contains("48;5;")
    };
    assert!(!coloured(&[("NO_COLOR", "1")]));
    assert!(coloured(&[]));
    assert!(coloured(&[("NO_COLOR", "")]), "an empty value does not count");
}
