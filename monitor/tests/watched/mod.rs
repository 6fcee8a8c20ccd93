//! A viewer of a made-up host, its keys and its picture. Time is an argument, so the pictures are always the same.
#![allow(dead_code)] // Each test program uses a part.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::time::Duration;
use syncmon::app::{Action, App};
use syncmon::client::Event;
use syncmon::view::{self, Theme};
use syncmon::wire::{
    Blocked, CallSite, Changes, Hello, Kind, Location, Operation, Row, RowId, State,
};

pub(crate) fn row(kind: Kind, name: &str, line: u32, state: State) -> Row {
    let created_at = Location { file: "src/service/pipeline.rs".into(), line };
    let id =
        RowId { kind, name: name.into(), type_name: "alloc::string::String".into(), created_at };
    Row::idle(id, state)
}

pub(crate) fn blocked(operation: Operation, thread: &str, line: u32, blocked_us: u64) -> Blocked {
    Blocked {
        operation,
        task: thread.starts_with("task"),
        thread: Some(thread.into()),
        thread_id: format!("ThreadId({line})"),
        location: Location { file: "src/service/pipeline.rs".into(), line },
        blocked_us,
    }
}

pub(crate) fn queue(name: &str, size: u64, capacity: Option<u64>, puts: u64) -> Row {
    row(
        Kind::Queue,
        name,
        40,
        State::Queue { size, capacity, puts, gets: puts - size, closed: false },
    )
}

/// A host at second `t`: `jobs` fills up, two putters wait, the others go on.
pub(crate) fn rows(t: u64) -> Vec<Row> {
    let mut jobs = queue("jobs", (t * 12).min(64), Some(64), 1000 * t);
    if t >= 6 {
        jobs.putters = 2;
        let since = (t - 5) * 1_000_000;
        jobs.blocked = vec![
            blocked(Operation::Put, "walker", 71, since + 400_000),
            blocked(Operation::Put, "task\u{1b}[2J", 88, since),
        ];
    }
    let mut in_flight =
        row(Kind::WaitGroup, "in flight", 31, State::WaitGroup { count: 66, generation: 3 });
    in_flight.waiters = 1;
    in_flight.blocked = vec![blocked(Operation::Wait, "coordinator", 93, (t + 60) * 1_000_000)];
    let site = |line, added, taken_off, guards| {
        let location = Location { file: "src/service/pipeline.rs".into(), line };
        CallSite { location, added, taken_off, guards }
    };
    in_flight.call_sites = Some(vec![site(55, 1064, 1000, 64), site(60, 2, 0, 0)]);
    let mut done = queue("done", 0, None, 12_345_678);
    done.state =
        State::Queue { size: 0, capacity: None, puts: 12_345_678, gets: 12_345_678, closed: true };
    vec![
        row(
            Kind::Atomic,
            "bytes",
            12,
            State::Atomic { value: i64::try_from(t).unwrap() * 1_234_567 },
        ),
        row(Kind::Atomic, "lowest", 13, State::Atomic { value: i64::MIN }),
        row(
            Kind::Shared,
            "config",
            20,
            State::Shared {
                version: t / 4,
                value: "Config { workers: 4, pace: \u{1b}[31m, path: \"/srv/data\" }".into(),
            },
        ),
        in_flight,
        jobs,
        done,
        queue("evil \u{1b}[31mred\u{202e}\n", 1, Some(2), 7),
        queue(
            "任務キュー with a name that is much longer than any column would be",
            3,
            Some(1_000_000_000),
            77,
        ),
    ]
}

pub(crate) fn hello() -> Hello {
    Hello::current(4711, "my\u{7}service".into(), 1, 3_600_000_000)
}

pub(crate) fn page(t: u64, rows: Vec<Row>) -> Action {
    let at_us = 3_600_000_000 + t * 1_000_000;
    Action::Link(Event::Changes(Changes {
        at_us,
        generation: t + 1,
        full: t == 0,
        rows,
        took_us: Some(1_234),
        ..Changes::default()
    }))
}

/// A viewer that has watched for eight seconds.
pub(crate) fn watched((width, height): (u16, u16)) -> App {
    let mut app = App::new(width, height);
    app.update(Action::Link(Event::Connected(hello())), Duration::ZERO);
    for t in 0..=8 {
        app.update(page(t, rows(t)), Duration::from_secs(t));
    }
    app
}

pub(crate) fn press(app: &mut App, keys: &[KeyCode]) {
    for key in keys {
        app.update(Action::Key(KeyEvent::new(*key, KeyModifiers::NONE)), Duration::from_secs(9));
    }
}

pub(crate) fn typed(text: &str) -> Vec<KeyCode> {
    text.chars().map(|c| if c == '\n' { KeyCode::Enter } else { KeyCode::Char(c) }).collect()
}

pub(crate) fn picture(app: &App) -> String {
    let (width, height) = app.size();
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| view::draw(app, Theme::PLAIN, frame)).unwrap();
    // The backend cannot print a screen without columns.
    let text = if width == 0 { String::new() } else { terminal.backend().to_string() };
    assert!(
        !text.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'),
        "an escape got through"
    );
    text
}
