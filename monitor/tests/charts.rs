//! The charts in the details of a primitive.
#![cfg(feature = "cli")]

mod watched;

use crossterm::event::KeyCode;
use std::time::Duration;
use syncmon::app::App;
use syncmon::wire::{Kind, State};
use watched::{page, picture, press, row, typed};

/// A viewer of a host that had these rows at each second: a queue that grows to its bound and becomes empty.
fn app(seconds: u64, size: (u16, u16)) -> App {
    let mut app = App::new(size.0, size.1);
    for t in 0..=seconds {
        let jobs = watched::queue("jobs", t % 65, Some(64), 100 * t);
        app.update(page(t, vec![jobs]), Duration::from_secs(t));
    }
    press(&mut app, &[KeyCode::Enter]);
    app
}

/// The lines of a chart, from the one that begins with this label on.
fn chart(app: &App, label: &str, lines: usize) -> Vec<String> {
    let picture = picture(app);
    let mut lines_after =
        picture.lines().skip_while(|line| !line.starts_with(&format!("\" {label} "))).take(lines);
    let first = lines_after.next().unwrap_or_else(|| panic!("{label:?} is not in {picture}"));
    let all = std::iter::once(first).chain(lines_after);
    all.map(|line| line.trim_matches('"').to_owned()).collect()
}

#[test]
fn the_window_is_zoomed_until_its_ends() {
    let mut app = app(150, (80, 24));
    for (key, window) in [
        ("", "2m00s"),
        ("z", "20m00s"),
        ("z", "2h00m"),
        ("z", "2h00m"),
        ("ZZ", "2m00s"),
        ("Z", "30.0s"),
        ("Z", "30.0s"),
    ] {
        press(&mut app, &typed(key));
        let lines = chart(&app, "items", 3);
        assert!(lines[1].trim_start().starts_with(window), "{key}: {lines:?}");
    }
}

#[test]
fn a_chart_shows_the_bound_the_peak_and_how_long_ago_it_was() {
    // It was full 1:26 and 0:21 ago, and the window goes back two minutes.
    let lines = chart(&app(150, (80, 24)), "items", 5);
    assert_eq!(lines[0].split_whitespace().take(2).collect::<Vec<_>>(), ["items", "64"]);
    let columns: Vec<char> = lines[0].chars().skip(19).collect();
    // It is highest where it breaks off. Of 60 columns each has two seconds.
    let breaks = columns.windows(2).enumerate().filter(|(_, pair)| *pair == ['█', ' ']);
    let breaks: Vec<usize> = breaks.map(|(at, _)| at).collect();
    assert_eq!(breaks.len(), 2, "{lines:?}");
    assert!(breaks[0].abs_diff(59 - 43) <= 1 && breaks[1].abs_diff(59 - 10) <= 1, "{breaks:?}");
    // 100 puts and 99 gets a second, or 164 when it becomes empty: half of that more in a column of two seconds.
    assert_eq!(lines[3].split_whitespace().take(2).collect::<Vec<_>>(), ["rate/s", "232"]);
}

#[test]
fn what_is_opened_has_a_chart_however_many_there_are() {
    let mut app = App::new(80, 24);
    let many = |t: u64| {
        let number = |n| row(Kind::Atomic, &format!("a{n:05}"), 1, State::Atomic { value: n });
        let last =
            row(Kind::Atomic, "z", 1, State::Atomic { value: i64::try_from(t % 7).unwrap() - 3 });
        (0..5000).map(number).chain([last]).collect()
    };
    app.update(page(0, many(0)), Duration::ZERO);
    press(&mut app, &[KeyCode::End, KeyCode::Enter]);
    for t in 1..=20 {
        app.update(page(t, many(t)), Duration::from_secs(t));
    }
    let lines = chart(&app, "value", 3);
    assert_eq!(lines[0].split_whitespace().take(2).collect::<Vec<_>>(), ["value", "3"]);
    assert_eq!(lines[2].split_whitespace().next(), Some("-3"), "its lowest value: {lines:?}");
    assert!(lines[2].contains('█'), "{lines:?}");
}

#[test]
fn a_low_screen_has_a_line_of_the_last_moments_instead() {
    let picture = picture(&app(150, (60, 16)));
    assert!(picture.contains("history") && !picture.contains("rate/s"), "{picture}");
}

#[test]
fn a_shared_value_has_a_rate_and_no_number() {
    let mut app = App::new(80, 24);
    for t in 0..=20 {
        let state = State::Shared { version: t * 3, value: "x".into() };
        let config = row(Kind::Shared, "config", 1, state);
        app.update(page(t, vec![config]), Duration::from_secs(t));
    }
    press(&mut app, &[KeyCode::Enter]);
    let lines = chart(&app, "rate/s", 3);
    assert_eq!(lines[0].split_whitespace().take(2).collect::<Vec<_>>(), ["rate/s", "3.0"]);
    assert!(!picture(&app).contains("value  "), "{lines:?}");
}
