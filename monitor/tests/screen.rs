//! What the viewer shows, as text files to review: every pane at four sizes.
//!
//! Time is an argument, so the pictures are always the same.
#![cfg(feature = "cli")]

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::time::Duration;
use syncmon::app::{Action, App, View};
use syncmon::client::{Event, Snapshot};
use syncmon::hosts::Found;
use syncmon::recording::Status;
use syncmon::view::{self, Theme};
use syncmon::wire::{Blocked, Changes, Hello, Kind, Location, Operation, Row, RowId, State};

const SIZES: [(u16, u16); 4] = [(80, 24), (160, 50), (120, 40), (40, 10)];

fn row(kind: Kind, name: &str, line: u32, state: State) -> Row {
    let created_at = Location { file: "src/service/pipeline.rs".into(), line };
    let id =
        RowId { kind, name: name.into(), type_name: "alloc::string::String".into(), created_at };
    Row { id, state, putters: 0, getters: 0, waiters: 0, blocked: vec![] }
}

fn blocked(operation: Operation, thread: &str, line: u32, blocked_us: u64) -> Blocked {
    Blocked {
        operation,
        task: thread.starts_with("task"),
        thread: Some(thread.into()),
        thread_id: "ThreadId(9)".into(),
        location: Location { file: "src/service/pipeline.rs".into(), line },
        blocked_us,
    }
}

fn queue(name: &str, size: u64, capacity: Option<u64>, puts: u64) -> Row {
    row(
        Kind::Queue,
        name,
        40,
        State::Queue { size, capacity, puts, gets: puts - size, closed: false },
    )
}

/// A host at second `t`: `jobs` fills up, two putters wait, the others go on.
fn rows(t: u64) -> Vec<Row> {
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

fn hello() -> Hello {
    Hello::current(4711, "my\u{7}service".into(), 1, 3_600_000_000)
}

fn page(t: u64, rows: Vec<Row>) -> Action {
    let at_us = 3_600_000_000 + t * 1_000_000;
    Action::Link(Event::Changes(Changes {
        at_us,
        generation: t + 1,
        full: t == 0,
        rows,
        ..Changes::default()
    }))
}

/// A viewer that has watched for eight seconds.
fn watched((width, height): (u16, u16)) -> App {
    let mut app = App::new(width, height);
    app.update(Action::Link(Event::Connected(hello())), Duration::ZERO);
    for t in 0..=8 {
        app.update(page(t, rows(t)), Duration::from_secs(t));
    }
    app
}

fn press(app: &mut App, keys: &[KeyCode]) {
    for key in keys {
        app.update(Action::Key(KeyEvent::new(*key, KeyModifiers::NONE)), Duration::from_secs(9));
    }
}

fn typed(text: &str) -> Vec<KeyCode> {
    text.chars().map(|c| if c == '\n' { KeyCode::Enter } else { KeyCode::Char(c) }).collect()
}

fn picture(app: &App) -> String {
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

fn check(name: &str, prepare: impl Fn(&mut App)) {
    for size in SIZES {
        let mut app = watched(size);
        prepare(&mut app);
        insta::assert_snapshot!(format!("{name}_{}x{}", size.0, size.1), picture(&app));
    }
}

#[test]
fn the_table() {
    check("table", |_| {});
}

#[test]
fn the_table_by_longest_wait() {
    check("table_by_longest", |app| press(app, &typed("sssss")));
}

#[test]
fn the_details_of_a_full_queue() {
    check("detail", |app| {
        press(app, &typed("/jobs"));
        press(app, &[KeyCode::Enter, KeyCode::Enter]);
    });
}

#[test]
fn the_details_of_a_primitive_that_is_gone() {
    check("detail_gone", |app| {
        press(app, &[KeyCode::Enter]);
        let gone = vec![rows(0)[0].id.clone()];
        let page = Changes { at_us: 3_609_000_000, generation: 10, gone, ..Changes::default() };
        app.update(Action::Link(Event::Changes(page)), Duration::from_secs(9));
    });
}

#[test]
fn the_help() {
    check("help", |app| press(app, &typed("?")));
}

#[test]
fn the_filter_while_it_is_typed() {
    check("filter", |app| press(app, &typed("/kind:queue wait>2s")));
}

#[test]
fn a_filter_that_nothing_passes() {
    check("filter_nothing", |app| press(app, &typed("/q\u{9b}nothing")));
}

#[test]
fn all_who_are_blocked() {
    check("waiters", |app| press(app, &typed("2")));
}

/// The same host, five seconds later: nothing has moved.
fn stand_still(app: &mut App) {
    for t in 9..=13 {
        // What has not changed is not sent.
        app.update(page(t, vec![]), Duration::from_secs(t));
    }
}

#[test]
fn what_looks_wrong() {
    check("problems", |app| {
        stand_still(app);
        press(app, &typed("3"));
    });
    check("problems_second", |app| {
        stand_still(app);
        press(app, &typed("3j"));
    });
}

#[test]
fn nothing_looks_wrong() {
    check("problems_none", |app| {
        let at_rest: Vec<Row> = rows(9).into_iter().filter(|row| row.blocked.is_empty()).collect();
        let gone = rows(9).into_iter().filter(|row| !row.blocked.is_empty()).map(|row| row.id);
        let changes = Changes {
            at_us: 3_609_000_000,
            generation: 10,
            rows: at_rest,
            gone: gone.collect(),
            ..Changes::default()
        };
        app.update(Action::Link(Event::Changes(changes)), Duration::from_secs(9));
        press(app, &typed("3"));
    });
}

#[test]
fn a_recording() {
    let at = |position, paused| {
        Action::Replay(Status {
            position: Duration::from_secs(position),
            length: Duration::from_secs(60),
            paused,
            speed: 2.0,
            problems: vec![Duration::from_secs(30)],
        })
    };
    check("replay", |app| app.update(at(12, false), Duration::from_secs(9)));
    let bar = |app: &App| picture(app).lines().last().unwrap().to_owned();
    let mut app = watched((80, 24));
    app.update(at(12, false), Duration::from_secs(9));
    assert!(bar(&app).contains("q quit"), "{}", bar(&app));
    check("replay_paused", |app| {
        app.update(at(45, true), Duration::from_secs(9));
        press(app, &typed("3"));
    });
    let mut app = watched((80, 24));
    press(&mut app, &typed(" .,[]+-"));
    assert_eq!(app.take_asked(), [], "that is for recordings");
    assert!(app.is_frozen(), "the space is");
    app.update(at(12, false), Duration::from_secs(9));
    press(&mut app, &typed(" .,[]+-"));
    assert_eq!(app.take_asked().len(), 7);
    assert_eq!(app.take_asked(), []);
    press(&mut app, &typed("/.+-"));
    assert_eq!((app.take_asked(), app.filter().text()), (vec![], ".+-"), "a filter is typed");
    // It goes back: what is told anew is all there is.
    press(&mut app, &[KeyCode::Esc, KeyCode::Char('f')]);
    app.update(Action::Link(Event::Restarted), Duration::from_secs(9));
    assert_eq!((app.store().entries().len(), app.shown()), (0, 0));
}

#[test]
fn the_mouse_does_what_keys_do() {
    fn click(app: &mut App, column: u16, row: u16) {
        let kind = MouseEventKind::Down(MouseButton::Left);
        let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
        app.update(Action::Mouse(event), Duration::from_secs(9));
    }
    /// Clicks on the beginning of a text.
    fn click_on(app: &mut App, text: &str) {
        let picture = picture(app);
        let lines = picture.lines().enumerate();
        let (row, line) = lines.into_iter().find(|(_, line)| line.contains(text)).expect(text);
        // The picture has a quotation mark at the beginning.
        let column = line[..line.find(text).unwrap()].chars().count() - 1;
        click(app, u16::try_from(column).unwrap(), u16::try_from(row).unwrap());
    }
    let selected = |app: &App| {
        let (mut rows, at) = app.visible(100);
        rows.nth(at.unwrap()).unwrap().row().id.name.clone()
    };
    let mut app = watched((80, 24));
    click_on(&mut app, "jobs");
    assert_eq!(selected(&app), "jobs");
    for (head, by) in
        [("VALUE", "value"), ("NAME", "name"), ("LONGEST", "longest"), ("P/G/W", "blocked")]
    {
        click_on(&mut app, head);
        assert_eq!(app.sorted_by().0, by);
    }
    let order = app.sorted_by();
    click_on(&mut app, "P/G/W");
    assert_eq!(app.sorted_by(), (order.0, !order.1), "the second click turns it round");
    click_on(&mut app, "HISTORY");
    assert_eq!(app.sorted_by(), (order.0, !order.1));
    assert_eq!(selected(&app), "jobs");
    // Below the last row, on the line of keys, outside.
    for (column, row) in [(5, 20), (5, 23), (200, 3), (5, 200)] {
        click(&mut app, column, row);
        assert_eq!(selected(&app), "jobs");
    }
    click_on(&mut app, "2 waiters");
    assert_eq!(app.view(), View::Waiters);
    click_on(&mut app, "THREAD");
    assert_eq!(app.sorted_by().0, "thread");
    click_on(&mut app, "3 problems");
    assert_eq!(app.view(), View::Problems);
    click_on(&mut app, "1 primitives");
    let wheel = |kind| {
        let event = MouseEvent { kind, column: 5, row: 5, modifiers: KeyModifiers::NONE };
        Action::Mouse(event)
    };
    press(&mut app, &[KeyCode::Home]);
    app.update(wheel(MouseEventKind::ScrollDown), Duration::from_secs(9));
    assert_eq!(app.visible(100).1, Some(3));
    app.update(wheel(MouseEventKind::ScrollUp), Duration::from_secs(9));
    assert_eq!(app.visible(100).1, Some(0));
    assert!(app.wants_the_mouse());
    press(&mut app, &typed("m"));
    assert!(!app.wants_the_mouse());
    // While the host is lost its reason stands where the tabs are.
    let lost = Event::Lost { reason: "a reason of some length".into(), last: false };
    app.update(Action::Link(lost), Duration::from_secs(9));
    click(&mut app, 20, 1);
    assert_eq!(app.view(), View::Primitives);
}

#[test]
fn nobody_is_blocked() {
    check("waiters_none", |app| press(app, &typed("2/thread:nobody\n")));
}

#[test]
fn a_mistake_in_the_filter_is_told_under_it() {
    check("filter_mistake", |app| press(app, &typed("/jobs kind:mutex")));
    // Where there is no room beside the place, it stands before it or goes without.
    let mut app = watched((80, 24));
    press(&mut app, &typed("/jobs depth>12 wait>2"));
    insta::assert_snapshot!("filter_mistake_at_the_right_80x24", picture(&app));
    app.update(Action::Resize(40, 10), Duration::from_secs(9));
    insta::assert_snapshot!("filter_mistake_at_the_right_40x10", picture(&app));
    press(&mut app, &[KeyCode::Enter]);
    app.update(Action::Resize(120, 24), Duration::from_secs(9));
    assert!(picture(&app).contains("not understood"), "{}", picture(&app));
}

#[test]
fn the_cursor_stays_with_its_waiter_and_enter_shows_what_it_waits_for() {
    let mut app = watched((80, 24));
    press(&mut app, &typed("2jj"));
    let thread = |app: &App| {
        let (mut waits, at) = app.visible_waits(100);
        waits.nth(at.unwrap()).unwrap().thread().to_owned()
    };
    let selected = thread(&app);
    press(&mut app, &typed("r"));
    assert_eq!(thread(&app), selected);
    press(&mut app, &typed("s"));
    assert_eq!(thread(&app), selected);
    // Another view has a cursor of its own.
    press(&mut app, &typed("1"));
    assert_eq!(app.visible_waits(100).0.count(), 0);
    press(&mut app, &typed("2"));
    assert_eq!(thread(&app), selected);
    press(&mut app, &[KeyCode::Enter]);
    assert!(picture(&app).contains("queue jobs"), "{}", picture(&app));
    press(&mut app, &[KeyCode::Esc]);
    assert_eq!(thread(&app), selected);
    // Nobody is blocked any more.
    let mut free = rows(9);
    for row in &mut free {
        (row.putters, row.getters, row.waiters) = (0, 0, 0);
        row.blocked.clear();
    }
    app.update(page(9, free), Duration::from_secs(9));
    assert_eq!(app.shown(), 0);
    press(&mut app, &[KeyCode::Enter, KeyCode::Down]);
    assert!(picture(&app).contains("Nobody is blocked."));
}

#[test]
fn a_lost_host() {
    check("lost", |app| {
        let reason = "the host closed the connection".to_owned();
        app.update(Action::Link(Event::Lost { reason, last: false }), Duration::from_secs(9));
        app.update(Action::Tick, Duration::from_secs(75));
    });
}

#[test]
fn a_frozen_picture_stays_as_it_was() {
    check("frozen", |app| {
        press(app, &typed("f"));
        app.update(page(20, rows(20)), Duration::from_secs(20));
    });
    let mut app = watched((80, 24));
    let before = picture(&app);
    press(&mut app, &typed("f"));
    app.update(page(20, rows(20)), Duration::from_secs(20));
    let body = |text: &str| text.lines().skip(2).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(body(&picture(&app)), body(&before));
    press(&mut app, &typed("f"));
    assert_ne!(body(&picture(&app)), body(&before), "it goes on when it is let");
}

#[test]
fn only_what_is_on_the_screen_is_built_and_the_cursor_stays_in_sight() {
    let many: Vec<Row> = (0..100_000)
        .map(|n| row(Kind::Atomic, &format!("a{n:06}"), 1, State::Atomic { value: n }))
        .collect();
    let mut app = App::new(80, 24);
    app.update(page(0, many), Duration::ZERO);
    assert_eq!(app.visible(20).0.count(), 20);
    press(&mut app, &[KeyCode::End]);
    assert!(picture(&app).contains("a099999"));
    press(&mut app, &[KeyCode::PageUp]);
    assert!(picture(&app).contains("a099979"));
    press(&mut app, &[KeyCode::Home]);
    assert!(picture(&app).contains("a000000"));
    // A picture of a hundred thousand rows takes no longer than one of as many as fit; built row by row it
    // would take a thousand times as long.
    let few = (0..24)
        .map(|n| row(Kind::Atomic, &format!("a{n:06}"), 1, State::Atomic { value: n }))
        .collect();
    let mut small = App::new(80, 24);
    small.update(page(0, few), Duration::ZERO);
    let (small, large) = (drawing_time(&small), drawing_time(&app));
    assert!(large < 20 * small, "{large:?} for a hundred thousand rows, {small:?} for a few");
}

fn drawing_time(app: &App) -> Duration {
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    let mut draw = || {
        let begun = std::time::Instant::now();
        terminal.draw(|frame| view::draw(app, Theme::PLAIN, frame)).unwrap();
        begun.elapsed()
    };
    (0..10).map(|_| draw()).min().unwrap()
}

#[test]
fn the_cursor_stays_with_its_row_when_others_come_and_go() {
    let selected = |app: &App| {
        let (mut rows, at) = app.visible(100);
        rows.nth(at.unwrap()).unwrap().row().id.name.clone()
    };
    let mut app = watched((80, 24));
    press(&mut app, &typed("jjjj"));
    let name = selected(&app);
    app.update(
        page(9, vec![row(Kind::Atomic, "aaa", 1, State::Atomic { value: 1 })]),
        Duration::from_secs(9),
    );
    assert_eq!(selected(&app), name);
    press(&mut app, &typed("r"));
    assert_eq!(selected(&app), name);
}

#[test]
fn another_run_of_the_program_starts_from_nothing() {
    let mut app = watched((80, 24));
    app.update(
        Action::Link(Event::Connected(Hello { started_us: 2, ..hello() })),
        Duration::from_secs(9),
    );
    assert_eq!(app.store().entries().len(), 0);
    let mut app = watched((80, 24));
    app.update(Action::Link(Event::Connected(hello())), Duration::from_secs(9));
    assert_eq!(app.store().entries().len(), 8, "the same run, connected again, keeps its history");
}

#[test]
fn no_size_of_the_terminal_is_too_small() {
    let mut app = watched((80, 24));
    for width in [0, 1, 2, 3, 7, 12, 13, 14, 25, 33, 79, 119, 120, 300] {
        for height in [0, 1, 2, 3, 4, 5, 11, 12, 13, 60] {
            app.update(Action::Resize(width, height), Duration::from_secs(9));
            for keys in ["", "/x", "\u{8}"] {
                press(&mut app, &typed(keys));
                picture(&app);
            }
            press(&mut app, &[KeyCode::Esc, KeyCode::Char('?'), KeyCode::End]);
            picture(&app);
            press(
                &mut app,
                &[KeyCode::Esc, KeyCode::Char('G'), KeyCode::Up, KeyCode::Enter, KeyCode::PageDown],
            );
            picture(&app);
            press(&mut app, &[KeyCode::Esc]);
        }
    }
}

#[test]
fn every_binding_is_told_in_the_help() {
    let mut app = watched((100, 80));
    press(&mut app, &typed("?"));
    let help = picture(&app);
    for binding in syncmon::keys::BINDINGS {
        assert!(binding.help.is_none_or(|line| help.contains(line)), "{binding:?}");
    }
    // Those without a line of their own are the second of a pair, and the first names both.
    for key in ["↓", "PgDn", "End", ". ,", "] [", "+ -"] {
        assert!(help.contains(key), "{key}");
    }
}

#[test]
fn without_colour_no_cell_has_one() {
    let mut app = watched((80, 24));
    for keys in ["", "/jobs", "\n"] {
        press(&mut app, &typed(keys));
        let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
        let plain =
            terminal.draw(|frame| view::draw(&app, Theme::PLAIN, frame)).unwrap().buffer.clone();
        let reset = ratatui::style::Color::Reset;
        assert!(plain.content().iter().all(|cell| cell.fg == reset && cell.bg == reset));
        let coloured =
            terminal.draw(|frame| view::draw(&app, Theme::COLOUR, frame)).unwrap().buffer.clone();
        assert!(coloured.content().iter().any(|cell| cell.fg != reset));
    }
}

#[test]
fn the_choice_of_several_hosts() {
    let found = |pid: u32, answer| Found {
        pid,
        socket: format!("/run/user/1000/named-sync/{pid}.sock").into(),
        answer,
    };
    let answer = |program: &str| {
        let host = Hello { program: program.into(), ..hello() };
        Ok(Snapshot { host, at_us: 3_720_000_000, rows: rows(1) })
    };
    let hosts = [
        found(12, answer("first")),
        found(4711, answer("\u{1b}[31m a program with a long name")),
        found(99999, Err("no answer for 2 s: the process may be stopped".into())),
    ];
    let mut terminal = Terminal::new(TestBackend::new(100, 10)).unwrap();
    terminal.draw(|frame| view::draw_picker(&hosts, 1, Theme::PLAIN, frame)).unwrap();
    insta::assert_snapshot!("picker_100x10", terminal.backend().to_string());
}
