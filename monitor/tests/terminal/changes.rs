//! What changes the picture: the configuration, a pause, another size.

use super::common::{eventually, private_dir};
use super::pty::{Terminal, small_tree};
use std::fs;
use std::time::Duration;

#[test]
fn what_the_configuration_says_is_seen() {
    let (sockets, tree) = (private_dir(), small_tree());
    fs::create_dir(sockets.path().join("syncmon")).unwrap();
    let text = "[screen]\ncolumns = ['longest', 'name', 'type']\nsymbols = 'ascii'\ntheme = 'dark'\n\
                [colours]\ntitle = '#0a0b0c'\n[keys]\nhelp = ['x']\n";
    fs::write(sockets.path().join("syncmon/config.toml"), text).unwrap();
    let args = ["demo", tree.path().to_str().unwrap()];
    // The colour of a configuration counts, whatever the environment says.
    let mut terminal = Terminal::start_with(sockets.path(), &args, &[("NO_COLOR", "1")]);
    for text in ["LONGEST NAME", "TYPE", "* live", "sort kind ^", "x help", "syncmon::demo::"] {
        terminal.wait_for(text);
    }
    assert!(terminal.shown().is_ascii(), "{}", terminal.shown());
    assert!(!terminal.shown().contains("HISTORY"));
    let written = String::from_utf8_lossy(&terminal.written.lock().unwrap()).into_owned();
    assert!(written.contains("38;2;10;11;12"), "{written:?}");
    terminal.press("x");
    terminal
        .wait_for("Enter      details of the selected row: who is blocked on it (also l, Right)");
    terminal.press("\u{1b}");
    terminal.wait_for("jobs");
    // Columns are chosen while it runs as well.
    terminal.press("cGk");
    terminal.wait_for("[ ] kind");
    terminal.press(" ");
    terminal.wait_for("[x] created");
    terminal.press("q");
    assert_eq!(terminal.ended(), 0);
}

#[test]
fn a_frozen_picture_stays_while_the_host_goes_on() {
    let (sockets, tree) = (private_dir(), small_tree());
    let mut terminal = Terminal::start(sockets.path(), &["demo", tree.path().to_str().unwrap()]);
    terminal.wait_for("last pass");
    terminal.press("f");
    terminal.wait_for("FROZEN");
    let frozen = terminal.shown();
    // Several looks long, in which the demo makes passes.
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(terminal.shown(), frozen);
    terminal.press("f");
    eventually("the picture goes on", || {
        let shown = terminal.shown();
        !shown.contains("FROZEN") && shown != frozen.replace("FROZEN", "")
    });
    terminal.press("q");
    assert_eq!(terminal.ended(), 0);
}

#[test]
fn the_picture_takes_the_size_of_the_terminal() {
    let (sockets, tree) = (private_dir(), small_tree());
    let stuck = ["demo", "--stuck", tree.path().to_str().unwrap()];
    let mut terminal = Terminal::start(sockets.path(), &stuck);
    terminal.wait_for("HISTORY");
    terminal.resize(10, 40);
    eventually("a small picture", || {
        let shown = terminal.shown();
        shown.contains("LONGEST") && !shown.contains("HISTORY") && shown.contains("details")
    });
    terminal.resize(40, 140);
    for text in ["CREATED AT", "stuck.rs:", "q quit"] {
        terminal.wait_for(text);
    }
    let shown = terminal.shown();
    assert!(
        shown.lines().nth(39).unwrap().contains("q quit"),
        "the keys are at the bottom: {shown}"
    );
    // Too small for anything: nothing is drawn wrongly, and it comes back.
    terminal.resize(1, 1);
    terminal.resize(24, 80);
    terminal.wait_for("HISTORY");
    terminal.press("q");
    assert_eq!(terminal.ended(), 0);
}
