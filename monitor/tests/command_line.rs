//! The program without a screen: what it prints, and with which code it ends.
#![cfg(feature = "cli")]

mod common;

use common::{eventually, odd_tree, private_dir, stdout, syncmon, text};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

fn totals(dir: &Path) -> Value {
    let sockets = private_dir();
    let output =
        syncmon(sockets.path()).arg("demo").arg(dir).args(["--once", "--json"]).output().unwrap();
    serde_json::from_str(&stdout(&output)).unwrap()
}

/// What `find` and `wc` say: files, lines, words, bytes.
fn by_find_and_wc(dir: &Path) -> [u64; 4] {
    let script = r#"
        find "$1" -type f -exec printf x \; | wc -c
        find "$1" -type f -exec cat {} \; | wc -l
        find "$1" -type f -exec sh -c 'wc -w < "$1"' sh {} \; | awk '{ sum += $1 } END { print sum + 0 }'
        find "$1" -type f -exec cat {} \; | wc -c
    "#;
    let output =
        Command::new("sh").args(["-c", script, "sh"]).arg(dir).env("LC_ALL", "C").output().unwrap();
    let counts: Vec<u64> =
        stdout(&output).split_whitespace().map(|count| count.parse().unwrap()).collect();
    counts.try_into().unwrap()
}

fn four(totals: &Value) -> [u64; 4] {
    ["files", "lines", "words", "bytes"].map(|field| totals[field].as_u64().unwrap())
}

#[test]
fn the_demo_agrees_with_find_and_wc_to_the_byte() {
    let dir = private_dir();
    odd_tree(dir.path());
    let totals = totals(dir.path());
    assert_eq!(four(&totals), by_find_and_wc(dir.path()));
    assert_eq!(totals["unreadable"], serde_json::json!([]));
    assert_eq!(totals["files"], 10);
}

#[test]
fn the_demo_agrees_with_find_and_wc_on_real_sources() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let totals = totals(&dir);
    let [files, lines, _, bytes] = by_find_and_wc(&dir);
    // Words are left out: some versions of `wc` do not take bytes beyond ASCII for parts of a word.
    assert_eq!(
        [&totals["files"], &totals["lines"], &totals["bytes"]].map(|n| n.as_u64().unwrap()),
        [files, lines, bytes]
    );
}

#[test]
fn an_empty_directory_has_nothing_in_it() {
    let dir = private_dir();
    assert_eq!(four(&totals(dir.path())), [0; 4]);
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_counted() {
    use std::os::unix::fs::PermissionsExt;
    let dir = private_dir();
    fs::write(dir.path().join("readable"), "one two\n").unwrap();
    let locked = dir.path().join("locked");
    fs::write(&locked, "secret\n").unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    let locked_dir = dir.path().join("locked directory");
    fs::create_dir(&locked_dir).unwrap();
    fs::set_permissions(&locked_dir, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&locked).is_ok() {
        return; // Root reads everything; `demo::job` tests the same with a file that vanishes.
    }
    let totals = totals(dir.path());
    assert_eq!(four(&totals), [2, 1, 2, 8]);
    assert_eq!(totals["unreadable"], serde_json::json!([locked.to_str(), locked_dir.to_str()]));
    fs::set_permissions(&locked_dir, fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn a_pass_without_json_is_told_in_words() {
    let dir = private_dir();
    fs::write(dir.path().join("file"), "one two\n").unwrap();
    let output = syncmon(dir.path()).arg("demo").arg(dir.path()).arg("--once").output().unwrap();
    assert_eq!(stdout(&output), "1 files, 1 lines, 2 words, 8 bytes\n");
}

fn refused(code: i32, args: &[&str], wanted: &[&str]) {
    let sockets = private_dir();
    let output = syncmon(sockets.path()).args(args).stdin(Stdio::null()).output().unwrap();
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{args:?}: {errors}");
    assert!(output.stdout.is_empty());
    for word in wanted {
        assert!(errors.contains(word), "{args:?}: {errors}");
    }
}

#[test]
fn wrong_usage_ends_with_2_and_says_what_is_wrong() {
    refused(
        2,
        &["demo", "/nonexistent/dir", "--once", "--json"],
        &["/nonexistent/dir", "No such file"],
    );
    refused(2, &["demo", "/etc/passwd", "--once", "--json"], &["/etc/passwd is not a directory"]);
    refused(2, &["demo", "--json"], &["--once"]);
    refused(2, &["demo", "--once", "--stuck"], &["--stuck"]);
    refused(2, &["snapshot"], &["<TARGET>"]);
    refused(2, &["snapshot", "1", "--format", "xml"], &["openmetrics"]);
}

#[test]
fn without_a_terminal_a_viewer_says_what_to_use_instead() {
    refused(2, &["demo", "."], &["terminal", "syncmon demo DIR --once --json"]);
    refused(2, &["demo", ".", "--stuck"], &["terminal"]);
    refused(2, &["1234"], &["terminal", "syncmon snapshot TARGET"]);
    refused(2, &[], &["terminal"]);
}

#[test]
fn a_target_that_is_not_there_ends_with_1_and_its_name() {
    refused(1, &["snapshot", "999999999"], &["999999999", "no host", "syncmon ls"]);
    refused(
        1,
        &["snapshot", "no\u{1b}[2Jsuch"],
        &[r"no\u{1b}[2Jsuch", "neither a process id nor the path"],
    );
}

#[test]
fn a_refused_socket_directory_is_named() {
    let dir = private_dir();
    let link = dir.path().join("link");
    std::os::unix::fs::symlink(dir.path(), &link).unwrap();
    for args in [&["ls"][..], &["snapshot", "1"]] {
        let output = syncmon(&link).args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let errors = text(&output.stderr);
        assert!(
            errors.contains("symbolic link") && errors.contains(link.to_str().unwrap()),
            "{errors}"
        );
    }
}

#[test]
fn nobody_there_is_no_failure_of_ls() {
    let sockets = private_dir();
    let output = syncmon(sockets.path()).args(["ls", "--json"]).output().unwrap();
    assert_eq!(stdout(&output).trim(), "[]");
    let output = syncmon(sockets.path()).arg("ls").output().unwrap();
    assert_eq!(stdout(&output), "");
    assert!(text(&output.stderr).contains("no host runs here"));
}

#[test]
fn a_host_is_listed_and_its_snapshot_has_who_is_blocked_and_where() {
    let sockets = private_dir();
    let registry = Arc::new(named_sync::Registry::new());
    let jobs = registry.queue::<u8>("jobs \u{1b}]0;title\u{7}", 4).unwrap();
    let pid = std::process::id();
    let _agent =
        syncmon::agent::serve_at(&registry, sockets.path().join(format!("{pid}.sock"))).unwrap();
    let getter = jobs.clone();
    let worker =
        std::thread::Builder::new().name("worker".into()).spawn(move || getter.get()).unwrap();
    eventually("the worker is blocked", || !jobs.inspect().waiters.is_empty());
    // A process that is gone, and one that does not answer as it should.
    drop(std::os::unix::net::UnixListener::bind(sockets.path().join("7.sock")).unwrap());
    fs::write(sockets.path().join("8.sock"), "").unwrap();

    let output = syncmon(sockets.path()).args(["ls", "--json"]).output().unwrap();
    let found: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(found[1]["pid"], pid);
    assert_eq!(found[1]["primitives"], 1);
    assert_eq!(found[0]["pid"], 8);
    assert!(found[0]["error"].is_string());
    assert!(!sockets.path().join("7.sock").exists() && sockets.path().join("8.sock").exists());

    let snapshot = |format: &str| {
        let mut command = syncmon(sockets.path());
        stdout(&command.args(["snapshot", &pid.to_string(), "--format", format]).output().unwrap())
    };
    let json: Value = serde_json::from_str(&snapshot("json")).unwrap();
    let row = &json["primitives"][0];
    assert_eq!((&row["kind"], &row["getters"]), (&"queue".into(), &1.into()));
    assert_eq!(row["blocked"][0]["thread"], "worker");
    assert!(row["blocked"][0]["file"].as_str().unwrap().ends_with("command_line.rs"));
    for format in ["text", "openmetrics"] {
        let printed = snapshot(format);
        assert!(
            printed.contains("u{1b}]0;title") && !printed.contains(['\u{1b}', '\u{7}']),
            "{printed}"
        );
    }
    assert!(snapshot("openmetrics").ends_with("# EOF\n"));
    jobs.close();
    worker.join().unwrap();
}

#[test]
fn shells_can_complete_and_man_can_show_every_command() {
    let dir = private_dir();
    let said = |args: &[&str]| stdout(&syncmon(dir.path()).args(args).output().unwrap());
    let commands =
        ["ls", "snapshot", "watch", "record", "replay", "demo", "--problems", "--format"];
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = said(&["completions", shell]);
        for word in commands {
            // Some write an option without its dashes.
            assert!(script.contains(word.trim_start_matches('-')), "{shell} does not know {word}");
        }
    }
    let page = said(&["man"]).replace("\\-", "-");
    for word in commands {
        assert!(page.contains(word), "the manual does not have {word}");
    }
    refused(2, &["completions", "tcsh"], &["tcsh", "fish"]);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let dir = private_dir();
    let mut child = syncmon(dir.path())
        .args(["demo", "--once", "--json"])
        .arg(dir.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
}

#[test]
fn the_configuration_is_printed_and_can_be_used_as_it_is() {
    let (sockets, dir) = (private_dir(), private_dir());
    let print = |args: &[&str]| syncmon(sockets.path()).args(args).output().unwrap();
    let default = stdout(&print(&["--print-config"]));
    let changed = stdout(&print(&["--print-config", "--theme", "light", "--rising=90s"]));
    assert!(
        changed.contains("theme = \"light\"") && changed.contains("rising = \"90s\""),
        "{changed}"
    );
    let file = dir.path().join("config.toml");
    fs::write(&file, &changed).unwrap();
    let file = file.to_str().unwrap();
    assert_eq!(stdout(&print(&["--print-config", "--config", file])), changed);
    assert_eq!(stdout(&print(&["--print-config", "--config", "/dev/null"])), default);
}

#[test]
fn a_mistake_in_the_configuration_is_told_with_its_file_and_line() {
    let sockets = private_dir();
    fs::create_dir(sockets.path().join("syncmon")).unwrap();
    let file = sockets.path().join("syncmon/config.toml");
    fs::write(&file, "[screen]\nmouse = true\ntheme = 'dusk'\n").unwrap();
    for args in [&["--print-config"][..], &["watch", "4711"], &["replay", "file"], &["demo"]] {
        let output = syncmon(sockets.path()).args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {output:?}");
        let said = text(&output.stderr);
        assert!(said.starts_with(&format!("syncmon: {}: ", file.display())), "{said}");
        for part in ["line 3", "theme = 'dusk'", "there is no theme `dusk`: auto, ansi, dark"] {
            assert!(said.contains(part), "{said}");
        }
    }
    // What has no use for it works.
    assert!(syncmon(sockets.path()).arg("ls").output().unwrap().status.success());
    let output = syncmon(sockets.path()).args(["--config", "/nowhere", "--print-config"]).output();
    let said = text(&output.unwrap().stderr);
    assert_eq!(said, "syncmon: /nowhere: No such file or directory (os error 2)\n");
}
