//! What the viewer shows, as text files to review: every pane at four sizes.
#![cfg(feature = "cli")]

mod watched;

use crossterm::event::KeyCode;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::time::Duration;
use syncmon::app::{Action, App};
use syncmon::client::{Event, Snapshot};
use syncmon::hosts::Found;
use syncmon::recording::Status;
use syncmon::view::{self, Theme};
use syncmon::wire::{Changes, Hello, Row};
use watched::{hello, page, picture, press, rows, typed, watched};

const SIZES: [(u16, u16); 4] = [(80, 24), (160, 50), (120, 40), (40, 10)];

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
fn the_details_of_a_tracked_wait_group() {
    check("detail_group", |app| {
        press(app, &typed("/in flight"));
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
fn the_columns_while_they_are_chosen() {
    check("columns", |app| press(app, &typed("cj jj G ")));
}

#[test]
fn other_columns() {
    check("columns_chosen", |app| {
        // Without value and history, with the type.
        press(app, &typed("cjj jj G "));
        press(app, &[KeyCode::Esc]);
    });
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

#[test]
fn all_threads() {
    check("threads", |app| {
        // One of them goes on.
        let mut rows = rows(8);
        let jobs = rows.iter_mut().find(|row| row.id.name == "jobs").unwrap();
        jobs.blocked.remove(0);
        jobs.putters = 1;
        app.update(page(9, rows), Duration::from_secs(9));
        app.update(page(11, vec![]), Duration::from_secs(11));
        press(app, &typed("4"));
    });
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
