//! One of the two sides is killed.

use super::common::{eventually, private_dir, stdout, syncmon};
use super::pty::{Terminal, small_tree};
use std::process::Command;

fn kill(terminal: &Terminal) {
    let pid = terminal.pid().to_string();
    assert!(Command::new("kill").args(["-9", &pid]).status().unwrap().success());
}

#[test]
fn a_host_that_is_killed_stays_on_the_screen_until_it_is_started_again() {
    let (sockets, tree) = (private_dir(), small_tree());
    let tree = tree.path().to_str().unwrap();
    let mut host = Terminal::start(sockets.path(), &["demo", "--stuck", tree]);
    host.wait_for("● live");
    let first = host.pid();
    let mut viewer = Terminal::start(sockets.path(), &[&first.to_string()]);
    for text in [&format!("pid {first}"), "● live", "3/0/0"] {
        viewer.wait_for(text);
    }
    kill(&host);
    host.child.wait().unwrap();
    for text in ["✗ lost", "trying again", "3/0/0", "in flight"] {
        viewer.wait_for(text);
    }
    // The next one has another process id, and so another socket.
    let mut host = Terminal::start(sockets.path(), &["demo", tree]);
    let second = host.pid();
    for text in [
        &format!("pid {second}"),
        "● live",
        "last pass",
        &format!("pid {first} is no more: this is pid {second}, the same program"),
    ] {
        viewer.wait_for(text);
    }
    assert!(
        !viewer.shown().contains("results"),
        "nothing is left of the other: {}",
        viewer.shown()
    );
    viewer.press("q");
    assert_eq!(viewer.ended(), 0);
    host.press("q");
    assert_eq!(host.ended(), 0);
}

#[test]
fn a_viewer_that_is_killed_leaves_its_place_to_others() {
    let (sockets, tree) = (private_dir(), small_tree());
    let mut host = Terminal::start(sockets.path(), &["demo", tree.path().to_str().unwrap()]);
    host.wait_for("● live");
    let pid = host.pid().to_string();
    let threads = || {
        let threads = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten();
        let names = threads.map(|thread| std::fs::read_to_string(thread.path().join("comm")));
        names.flatten().filter(|name| name.starts_with("syncmon-viewer")).count()
    };
    // The demo watches itself.
    eventually("one viewer", || threads() == 1);
    let mut viewers: Vec<Terminal> =
        (0..3).map(|_| Terminal::start(sockets.path(), &[&pid])).collect();
    viewers.iter().for_each(|viewer| viewer.wait_for("last pass"));
    assert_eq!(threads(), 4);
    for viewer in &mut viewers {
        kill(viewer);
        viewer.child.wait().unwrap();
    }
    eventually("they are gone", || threads() == 1);
    host.wait_for("● live");
    let mut command = syncmon(sockets.path());
    let snapshot = stdout(&command.args(["snapshot", &pid]).output().unwrap());
    assert!(snapshot.contains("in flight"), "{snapshot}");
    host.press("q");
    assert_eq!(host.ended(), 0);
}
