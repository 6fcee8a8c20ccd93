use super::*;
use crate::client::Snapshot;
use crate::hosts::Found;
use crate::wire::{Blocked, Hello, Kind, Location, Operation, Row, RowId, State};

fn row(kind: Kind, name: &str, state: State) -> Row {
    let created_at = Location { file: "src/main.rs".into(), line: 7 };
    let id = RowId { kind, name: name.into(), type_name: "u8".into(), created_at };
    Row::idle(id, state)
}

fn example() -> Snapshot {
    let mut jobs = row(
        Kind::Queue,
        "jobs \u{1b}[31m\"a\\b\"\n",
        State::Queue { size: 3, capacity: Some(64), puts: 10, gets: 7, closed: true },
    );
    jobs.getters = 1;
    jobs.blocked = vec![Blocked {
        operation: Operation::Get,
        task: true,
        thread: Some("worker\u{7}".into()),
        thread_id: "ThreadId(3)".into(),
        location: Location { file: "src/pool.rs".into(), line: 40 },
        blocked_us: 12_345_678,
    }];
    Snapshot {
        host: Hello::current(4711, "my\u{9b}service".into(), 1, 2),
        at_us: 3_720_000_000,
        rows: vec![
            row(Kind::Atomic, "hits", State::Atomic { value: i64::MIN }),
            row(
                Kind::Shared,
                "config",
                State::Shared { version: 2, value: "Config { a: 1 }".into() },
            ),
            row(Kind::WaitGroup, "in flight", State::WaitGroup { count: 4, generation: 9 }),
            row(
                Kind::Queue,
                "unbounded",
                State::Queue { size: 0, capacity: None, puts: 0, gets: 0, closed: false },
            ),
            jobs,
        ],
    }
}

#[test]
fn text_lines_up_and_is_safe_to_print() {
    let text = snapshot_text(&example());
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
    insta::assert_snapshot!("snapshot_text", text);
}

#[test]
fn openmetrics_is_as_the_format_wants_it() {
    let text = snapshot_openmetrics(&example());
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
    insta::assert_snapshot!("snapshot_openmetrics", text);
}

#[test]
fn json_is_one_object_with_everything_in_it() {
    let value: serde_json::Value = serde_json::from_str(&snapshot_json(&example())).unwrap();
    assert_eq!(value["host"]["pid"], 4711);
    let jobs = &value["primitives"][4];
    assert_eq!(jobs["name"], "jobs \u{1b}[31m\"a\\b\"\n");
    assert_eq!(jobs["state"]["queue"]["capacity"], 64);
    assert_eq!(jobs["blocked"][0]["file"], "src/pool.rs");
    assert_eq!(jobs["blocked"][0]["blocked_us"], 12_345_678);
}

#[test]
fn hosts_are_listed_whether_they_answer_or_not() {
    let found = [
        Found { pid: 4711, socket: "/run/4711.sock".into(), answer: Ok(example()) },
        Found { pid: 12, socket: "/run/12.sock".into(), answer: Err("no answer".into()) },
    ];
    insta::assert_snapshot!("hosts_text", hosts_text(&found));
    let value: serde_json::Value = serde_json::from_str(&hosts_json(&found)).unwrap();
    assert_eq!(value[0]["primitives"], 5);
    assert_eq!(value[1]["error"], "no answer");
}
