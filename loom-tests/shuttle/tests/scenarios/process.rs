//! Each scenario runs in a process of its own: one that fails in a destructor while it unwinds aborts its process, not
//! everybody's, and what a broken primitive does to memory stays there.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::environment::{REPLAY, SEED};

/// Set in the process that runs one scenario.
const CHILD: &str = "NAMED_SYNC_SHUTTLE_PROCESS";

/// Whether the scenario is to run here: in its own process, or, when it is replayed, in the test's, in which a debugger
/// may be.
pub(crate) fn is_here() -> bool {
    [CHILD, REPLAY].iter().any(|name| std::env::var_os(name).is_some())
}

/// Without the name of the executable.
pub(crate) fn name_of_test(path: &'static str) -> &'static str {
    path.split_once("::").map_or(path, |(_, name)| name)
}

/// What a process printed, and how it ended.
pub(crate) struct Said {
    pub(crate) passed: bool,
    pub(crate) text: String,
}

/// Runs the test of this name in a process of its own.
pub(crate) fn run(test: &str, environment: &[(&str, &str)]) -> Said {
    let Output { status, stdout, stderr } = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(CHILD, "1")
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let text = [&*stdout, &*stderr].map(String::from_utf8_lossy).concat();
    Said { passed: status.success(), text: format!("{text}\n{status}") }
}

impl Said {
    /// The schedule of the first panic, as shuttle printed it, on one line.
    pub(crate) fn schedule(&self) -> Option<String> {
        let (_, rest) = self.text.split_once("failing schedule:\n\"\n")?;
        let (schedule, _) = rest.split_once("\n\"")?;
        Some(schedule.split_whitespace().collect())
    }

    /// The number of the schedule that failed.
    pub(crate) fn failed_in(&self) -> Option<u64> {
        let (_, rest) = self.text.split_once("failed in schedule ")?;
        rest.split_whitespace().next()?.parse().ok()
    }

    /// The seed of the schedules.
    pub(crate) fn seed(&self) -> Option<&str> {
        self.lines("seed of ").next()?.rsplit(' ').next()
    }

    fn lines<'a>(&'a self, start: &'a str) -> impl Iterator<Item = &'a str> {
        self.text.lines().filter(move |line| line.starts_with(start))
    }
}

/// # Panics
///
/// If the test fails in its process, with what it printed and how to do it again.
pub(crate) fn passes(test: &str, explore: impl FnOnce()) {
    if is_here() {
        return explore();
    }
    let said = run(test, &[]);
    let results: String = said.lines("scenario ").flat_map(|line| [line, "\n"]).collect();
    // Past the capture of the test harness, which would show it only on failure.
    std::io::stderr().lock().write_all(results.as_bytes()).unwrap();
    assert!(said.passed, "{test} failed:\n{}\n{}", said.text, how_to_replay(test, &said));
    assert_eq!(results.lines().count(), 1, "{test} ran no scenario:\n{}", said.text);
}

/// For a scenario that must fail: what it said, or nothing if it is to run here.
///
/// # Panics
///
/// If the test passes in its process, or says nothing of `reason`.
pub(crate) fn fails(test: &str, reason: &str, explore: impl FnOnce()) -> Option<Said> {
    if is_here() {
        explore();
        return None;
    }
    let said = run(test, &[]);
    assert!(!said.passed, "{test} passed, and was to fail:\n{}", said.text);
    assert!(said.text.contains(reason), "{test} failed, but not with {reason:?}:\n{}", said.text);
    Some(said)
}

/// As [`fails`], and its schedule fails again when it is replayed, and its seed leads to it again.
///
/// # Panics
///
/// If any of this is not so.
pub(crate) fn fails_again(test: &str, reason: &str, explore: impl FnOnce()) {
    let Some(said) = fails(test, reason, explore) else { return };
    let (seed, number) = (said.seed().unwrap(), said.failed_in().unwrap());
    eprintln!("control {test}: seed {seed}, failed in schedule {number}");

    let schedule = said.schedule().expect("the schedule that failed");
    let file = write_down(test, &schedule);
    for schedule in [&*schedule, file.to_str().unwrap()] {
        let replayed = run(test, &[(REPLAY, schedule)]);
        let text = &replayed.text;
        assert!(!replayed.passed && text.contains(reason), "{test} passes when replayed:\n{text}");
        assert_eq!(replayed.failed_in(), Some(1), "{text}");
    }
    let again = run(test, &[(SEED, seed)]);
    assert_eq!(again.failed_in(), Some(number), "{}", again.text);
    assert_eq!(again.schedule(), Some(schedule), "{}", again.text);
}

fn how_to_replay(test: &str, said: &Said) -> String {
    let command = |what: &str, name: &str, value: &str| {
        format!(
            "{what}:\n{name}={value} cargo test -p named-sync-shuttle-tests --test scenarios -- --exact {test} --nocapture\n"
        )
    };
    let alone = said.schedule().map(|schedule| {
        command("This schedule alone", REPLAY, &write_down(test, &schedule).to_string_lossy())
    });
    let all = said.seed().map(|seed| command("All schedules again", SEED, seed));
    [alone, all].into_iter().flatten().collect()
}

/// In cargo's folder for what tests write.
fn write_down(test: &str, schedule: &str) -> PathBuf {
    let name = format!("{}.schedule", test.replace("::", "-"));
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&file, schedule).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    file
}

#[test]
#[should_panic(expected = "ran no scenario")]
fn the_harness_fails_if_a_process_runs_no_test() {
    passes("a test of this name does not exist", || ());
}
