//! What the viewer does with keys, with the mouse, with sizes and with rows that move.
#![cfg(feature = "cli")]

mod watched;

use crossterm::event::{KeyCode, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::time::Duration;
use syncmon::app::{Action, App, View, Wish};
use syncmon::client::Event;
use syncmon::view::{self, Theme};
use syncmon::wire::{Changes, Hello, Kind, Refused, Row, State};
use watched::{hello, page, picture, press, row, rows, typed, watched};

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

/// The primitive that it is about is not there, and the one that stands still comes first both ways round.
#[test]
fn a_name_that_was_refused_and_that_nothing_has_is_in_the_list_of_problems() {
    let mut app = watched((120, 24));
    let mut id = row(Kind::Queue, "huge", 7, State::Atomic { value: 0 }).id;
    id.type_name = "".into();
    let location = id.created_at.clone();
    let refused = Refused { id, message: "too large".into(), location, times: 1, last_us: -5 };
    let page = Changes {
        at_us: 3_609_000_000,
        generation: 10,
        refused: Some(vec![refused]),
        ..Changes::default()
    };
    app.update(Action::Link(Event::Changes(page)), Duration::from_secs(9));
    press(&mut app, &typed("3"));
    let places = |app: &App| {
        let picture = picture(app);
        let lines: Vec<&str> = picture.lines().collect();
        let place = |text: &str| lines.iter().position(|line| line.contains(text));
        (place(" stalled-wait-group").unwrap(), place(" refused-name").unwrap())
    };
    let (stalled, refused) = places(&app);
    assert!(stalled < refused);
    press(&mut app, &typed("r"));
    let (stalled, refused) = places(&app);
    assert!(stalled < refused, "{}", picture(&app));
    press(&mut app, &[KeyCode::Down, KeyCode::Enter]);
    assert!(picture(&app).contains("The host does not have it"), "{}", picture(&app));
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
fn a_held_picture_is_of_the_host_that_it_was_of() {
    let mut app = watched((100, 24));
    press(&mut app, &typed("f"));
    let lost = Event::Lost { reason: "the host closed the connection".into(), last: false };
    app.update(Action::Link(lost), Duration::from_secs(10));
    let successor = Hello::current(5000, "my\u{7}service".into(), 99, 5);
    app.update(Action::Link(Event::Connected(successor)), Duration::from_secs(11));
    assert_eq!(app.said(), Some("pid 4711 is no more: this is pid 5000, the same program"));
    let held = picture(&app);
    assert!(held.contains("pid 4711") && held.contains("jobs"), "{held}");
    let Wish::Write(name, _) = wish(&mut app, 'w') else { panic!("not to be written") };
    assert!(name.starts_with("syncmon-4711-"), "{name}");
    press(&mut app, &typed("f"));
    let now = picture(&app);
    assert!(now.contains("pid 5000") && !now.contains("jobs"), "{now}");
    // A recording that goes on with another run, and back, tells of nobody's end.
    app.update(Action::Link(Event::Connected(hello())), Duration::from_secs(20));
    assert_eq!(app.said(), None);
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

/// The only wish that there is.
fn wish(app: &mut App, key: char) -> Wish {
    press(app, &typed(&key.to_string()));
    let wishes = app.take_wishes();
    assert_eq!(wishes.len(), 1, "{wishes:?}");
    wishes.into_iter().next().unwrap()
}

#[test]
fn a_line_is_copied_whole_and_escaped_from_every_view() {
    let mut app = watched((40, 10));
    let mut copied = |keys: &str| {
        press(&mut app, &[KeyCode::Esc, KeyCode::Esc]);
        press(&mut app, &typed(keys));
        press(&mut app, &[KeyCode::Enter]);
        let Wish::Copy(line) = wish(&mut app, 'y') else { panic!("not to be copied") };
        press(&mut app, &[KeyCode::Esc]);
        line
    };
    let place = "src/service/pipeline.rs";
    assert_eq!(copied("1/jobs"), format!("queue jobs 64/64 created at {place}:40"));
    assert_eq!(
        copied("1/lowest"),
        format!("atomic lowest -9223372036854775808 created at {place}:13")
    );
    assert_eq!(copied("1/done"), format!("queue done 0/∞ closed created at {place}:40"));
    assert_eq!(
        copied("2/thread:task"),
        format!(r"task\u{{1b}}[2J in put on queue jobs for 3.0s at {place}:88")
    );
    assert_eq!(
        copied("4/thread:coord"),
        format!("coordinator in wait on wait group in flight for 1m08s at {place}:93")
    );
    let problem = copied("3/");
    assert!(problem.starts_with("stalled-wait-group wait group in flight for "), "{problem}");
    assert!(problem.contains(&format!("coordinator at {place}:93; guards of")), "{problem}");

    press(&mut app, &typed("1/nothing like it"));
    press(&mut app, &[KeyCode::Enter]);
    press(&mut app, &typed("y"));
    assert_eq!((app.take_wishes(), app.said()), (vec![], Some("there is no line to copy")));
}

#[test]
fn all_that_is_known_is_written_also_what_the_filter_hides() {
    let mut app = App::new(80, 24);
    press(&mut app, &typed("w"));
    assert_eq!(app.said(), Some("nothing is known of the host yet"));
    let mut app = watched((80, 24));
    press(&mut app, &typed("/jobs"));
    press(&mut app, &[KeyCode::Enter]);
    let Wish::Write(name, text) = wish(&mut app, 'w') else { panic!("not to be written") };
    assert!(name.starts_with("syncmon-4711-") && name.ends_with("ms.json"), "{name}");
    let object: serde_json::Value = serde_json::from_str(&text).unwrap();
    let names: Vec<&str> = object["primitives"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["name"].as_str().unwrap())
        .collect();
    assert_eq!(names.len(), rows(8).len());
    assert_eq!(names[0], "bytes", "by kind and name");
}

#[test]
fn what_became_of_a_wish_is_told_for_a_moment() {
    let mut app = watched((80, 24));
    app.update(Action::Said("written: here".to_owned()), Duration::from_secs(20));
    assert!(picture(&app).lines().last().unwrap().contains("written: here"));
    app.update(Action::Tick, Duration::from_secs(24));
    assert!(picture(&app).lines().last().unwrap().contains("quit"));
}

/// The list is made anew only when names have changed; a store of another run may have come to as many changes.
#[test]
fn a_picture_that_was_held_over_a_restart_leaves_no_places_behind() {
    let mut app = watched((80, 24));
    let number = app.shown();
    press(&mut app, &typed("f"));
    let again = Hello { started_us: 7, pid: 5000, ..hello() };
    app.update(Action::Link(Event::Connected(again)), Duration::from_secs(20));
    press(&mut app, &typed("r"));
    // The new run has come to the same number of changes, by names of which most are gone again.
    let few = number / 2;
    let rows: Vec<Row> = (0..few + (number - few) / 2)
        .map(|line| row(Kind::Atomic, &format!("name {line}"), 1, State::Atomic { value: 0 }))
        .collect();
    let gone = rows.iter().skip(few).map(|row| row.id.clone()).collect();
    app.update(page(1, rows), Duration::from_secs(21));
    let changes = Changes { at_us: 3_602_000_000, generation: 3, gone, ..Changes::default() };
    app.update(Action::Link(Event::Changes(changes)), Duration::from_secs(22));
    press(&mut app, &typed("f"));
    assert_eq!(app.shown(), few);
    assert!(picture(&app).contains("name 0"));
}
