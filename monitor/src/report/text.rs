//! For people and logs. Everything that came from the host is escaped.

use super::table::{Side, aligned};
use crate::client::Snapshot;
use crate::discover::shown;
use crate::escape::escape;
use crate::hosts::Found;
use crate::text::age;
use crate::wire::{Row, State};

/// A host: one line a primitive, then one line for each who is blocked.
pub fn snapshot(snapshot: &Snapshot) -> String {
    let host = &snapshot.host;
    let mut text = format!(
        "{}  pid {}  up {}  {} primitives\n\n",
        escape(&host.program),
        host.pid,
        age(snapshot.at_us),
        snapshot.rows.len()
    );
    let rows: Vec<[String; 5]> = snapshot.rows.iter().map(primitive).collect();
    let head = [
        ("KIND", Side::Left),
        ("NAME", Side::Left),
        ("VALUE", Side::Right),
        ("BLOCKED", Side::Left),
        ("LONGEST", Side::Right),
    ];
    text.push_str(&aligned(head, &rows));
    let blocked: Vec<[String; 6]> = snapshot.rows.iter().flat_map(blocked).collect();
    if !blocked.is_empty() {
        let head = [
            ("THREAD", Side::Left),
            ("OPERATION", Side::Left),
            ("KIND", Side::Left),
            ("NAME", Side::Left),
            ("BLOCKED", Side::Right),
            ("WHERE", Side::Left),
        ];
        text.push('\n');
        text.push_str(&aligned(head, &blocked));
    }
    text
}

fn primitive(row: &Row) -> [String; 5] {
    let blocked = match row.blocked_count() {
        0 => String::new(),
        _ => format!("{} put, {} get, {} wait", row.putters, row.getters, row.waiters),
    };
    [
        row.id.kind.label().to_owned(),
        escape(&row.id.name).into_owned(),
        value(&row.state),
        blocked,
        row.longest_us().map_or_else(String::new, age),
    ]
}

fn value(state: &State) -> String {
    match state {
        State::Atomic { value } => value.to_string(),
        State::Shared { value, .. } => crate::text::clip(&escape(value), 60).into_owned(),
        State::WaitGroup { count, .. } => count.to_string(),
        State::Queue { size, capacity, closed, .. } => {
            let closed = if *closed { " closed" } else { "" };
            let capacity = capacity.map_or_else(|| "∞".to_owned(), |capacity| capacity.to_string());
            format!("{size}/{capacity}{closed}")
        }
    }
}

fn blocked(row: &Row) -> impl Iterator<Item = [String; 6]> + '_ {
    row.blocked.iter().map(|blocked| {
        let thread = escape(blocked.name()).into_owned();
        [
            if blocked.task { format!("task on {thread}") } else { thread },
            blocked.operation.label().to_owned(),
            row.id.kind.label().to_owned(),
            escape(&row.id.name).into_owned(),
            age(blocked.blocked_us),
            escape(&blocked.location.to_string()).into_owned(),
        ]
    })
}

/// The hosts of this machine, one a line.
pub fn hosts(hosts: &[Found]) -> String {
    let line = |host: &Found| {
        let socket = shown(&host.socket);
        match &host.answer {
            Ok(answer) => [
                host.pid.to_string(),
                escape(&answer.host.program).into_owned(),
                age(answer.at_us),
                answer.rows.len().to_string(),
                socket,
            ],
            Err(reason) => [
                host.pid.to_string(),
                "?".to_owned(),
                "?".to_owned(),
                "?".to_owned(),
                format!("{socket} ({reason})"),
            ],
        }
    };
    let rows: Vec<[String; 5]> = hosts.iter().map(line).collect();
    let head = [
        ("PID", Side::Right),
        ("PROGRAM", Side::Left),
        ("UP", Side::Right),
        ("PRIMITIVES", Side::Right),
        ("SOCKET", Side::Left),
    ];
    aligned(head, &rows)
}
