//! What the viewer does for a frame, a key, and an answer.

use crate::cost::Cost;
use crate::host::Host;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use std::time::{Duration, Instant};
use syncmon::agent;
use syncmon::app::{Action, App};
use syncmon::client::{Connection, Event};
use syncmon::view::{self, Theme};

const TIMES: usize = 30;

pub(crate) fn measure(primitives: usize) -> Vec<Cost> {
    let mut host = Host::new(primitives);
    let dir = tempfile::tempdir().expect("a directory");
    let agent = agent::serve_at(&host.registry, dir.path().join("socket")).expect("a socket");
    let (mut connection, hello) = Connection::open(agent.path()).expect("an agent");
    let (width, height) = (160, 50);
    let mut app = App::new(width, height);
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("no device");
    app.update(Action::Link(Event::Connected(hello)), Duration::ZERO);
    let mut generation = 0;
    let mut answer = |app: &mut App, host: &mut Host| {
        host.change(primitives / 100);
        let pages = connection.changes(generation).expect("an answer");
        generation = pages.last().expect("a page").generation;
        let events = pages.into_iter().map(Event::Changes).collect();
        let begun = Instant::now();
        app.update(Action::Links(events), Duration::from_secs(1));
        begun.elapsed()
    };
    answer(&mut app, &mut host);
    assert_eq!(app.shown(), primitives);

    let press = |app: &mut App, code| {
        let begun = Instant::now();
        let key = KeyEvent::new(code, KeyModifiers::NONE);
        app.update(Action::Key(key), Duration::from_secs(1));
        begun.elapsed()
    };
    let (mut frames, mut answers) = (vec![], vec![]);
    for _ in 0..TIMES {
        answers.push(answer(&mut app, &mut host));
        press(&mut app, KeyCode::PageDown);
        let begun = Instant::now();
        terminal.draw(|frame| view::draw(&app, Theme::from_env(), frame)).expect("no device");
        frames.push(begun.elapsed());
    }
    // Each letter filters everything anew, and each key sorts everything anew.
    let mut letters = vec![];
    press(&mut app, KeyCode::Char('/'));
    for letter in "jobs/7 depth>0 wait<1s !rate>5".chars() {
        letters.push(press(&mut app, KeyCode::Char(letter)));
    }
    press(&mut app, KeyCode::Esc);
    press(&mut app, KeyCode::Esc);
    let mut sorts: Vec<Duration> = (0..12).map(|_| press(&mut app, KeyCode::Char('s'))).collect();
    vec![
        Cost::of_times("a frame of 160x50", &mut frames, 8.0),
        Cost::of_times("to take in an answer, one in 100 changed", &mut answers, 20.0),
        Cost::of_times("a letter of the filter", &mut letters, 50.0),
        Cost::of_times("another order", &mut sorts, 50.0),
    ]
}
