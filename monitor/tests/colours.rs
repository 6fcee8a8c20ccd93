//! What has which colour, cell by cell, and what signs there are without Unicode.
#![cfg(feature = "cli")]

mod watched;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use std::time::Duration;
use syncmon::app::App;
use syncmon::view::{self, Colours, Palette, Symbols, Theme};
use watched::{page, press, typed, watched};

fn drawn(app: &App, theme: Theme) -> Buffer {
    let (width, height) = app.size();
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| view::draw(app, theme, frame)).unwrap().buffer.clone()
}

fn lines(buffer: &Buffer) -> Vec<Vec<&Cell>> {
    let width = usize::from(buffer.area.width);
    buffer.content().chunks(width).map(|line| line.iter().collect()).collect()
}

fn text(line: &[&Cell]) -> String {
    line.iter().map(|cell| cell.symbol()).collect()
}

/// The cells of the first place where this text stands. Each of its characters takes one cell.
fn cells<'a>(buffer: &'a Buffer, wanted: &str) -> Vec<&'a Cell> {
    let length = wanted.chars().count();
    let all = lines(buffer);
    let mut places =
        all.iter().flat_map(|line| (0..=line.len() - length).map(|at| &line[at..at + length]));
    let place = places.find(|cells| text(cells) == wanted);
    place.unwrap_or_else(|| panic!("{wanted:?} is not on the screen")).to_vec()
}

/// The only style of the text.
fn style(buffer: &Buffer, wanted: &str) -> (Color, Modifier) {
    let cells = cells(buffer, wanted);
    let first = (cells[0].fg, cells[0].modifier);
    assert!(cells.iter().all(|cell| (cell.fg, cell.modifier) == first), "{wanted:?} has several");
    first
}

/// The host of the other tests, five seconds after everything stood still.
fn stuck(size: (u16, u16)) -> App {
    let mut app = watched(size);
    for t in 9..=13 {
        app.update(page(t, vec![]), Duration::from_secs(t));
    }
    app
}

#[test]
fn each_thing_has_the_colour_of_what_it_means() {
    for palette in Palette::ALL {
        let theme = Theme { colours: palette.colours(), ..Theme::PLAIN };
        let Colours { title, dim, good, notable, bad, chart } = theme.colours;
        let colour = |of: Option<Color>| of.unwrap_or(Color::Reset);
        let plain = |of| (colour(of), Modifier::empty());
        let bold = |of| (colour(of), Modifier::BOLD);
        // Without a colour it has less weight.
        let dimmed = if dim.is_some() { plain(dim) } else { (Color::Reset, Modifier::DIM) };
        for size in [(80, 24), (120, 40)] {
            let mut app = stuck(size);
            let table = drawn(&app, theme);
            assert_eq!(style(&table, " syncmon "), bold(title));
            assert_eq!(style(&table, "● live"), plain(good));
            assert_eq!(style(&table, "NAME"), (colour(title), Modifier::UNDERLINED));
            assert_eq!(style(&table, "░░░░░"), plain(chart));
            assert_eq!(style(&table, "closed"), bold(notable));
            assert_eq!(style(&table, "1m13s"), bold(notable), "a wait that is long");
            assert_eq!(
                style(&table, "2/0/0"),
                (Color::Reset, Modifier::empty()),
                "one that is not"
            );
            assert_eq!(style(&table, "queue  "), dimmed);
            assert_eq!(style(&table, "Enter"), bold(title));
            let selected = Modifier::REVERSED | Modifier::BOLD;
            assert_eq!(style(&table, "atomic     bytes"), (Color::Reset, selected));
            assert_eq!(style(&table, " 3 problems 3 "), bold(bad));
            press(&mut app, &typed("3j"));
            let problems = drawn(&app, theme);
            assert_eq!(style(&problems, " 3 problems 3 "), (Color::Reset, selected));
            assert_eq!(style(&problems, "stalled-wait-group"), bold(bad));
            press(&mut app, &typed("/depth>"));
            assert_eq!(style(&drawn(&app, theme), "^"), bold(bad));
        }
    }
}

#[test]
fn a_small_screen_tells_long_waits_by_colour_too() {
    let small = drawn(&stuck((40, 10)), Theme::COLOUR);
    assert_eq!(style(&small, "1m13s"), (Color::Yellow, Modifier::BOLD));
}

#[test]
fn in_ascii_every_pane_is_but_for_names() {
    let theme = Theme { symbols: Symbols::Ascii, ..Theme::PLAIN };
    for size in [(40, 10), (80, 24), (140, 60)] {
        let mut app = stuck(size);
        for keys in ["1", "c", "1/jobs\n\n", "2", "3", "4", "?"] {
            press(&mut app, &[crossterm::event::KeyCode::Esc, crossterm::event::KeyCode::Esc]);
            press(&mut app, &typed(keys));
            let buffer = drawn(&app, theme);
            for line in lines(&buffer) {
                let line = text(&line);
                // One of the names.
                let rest = line.replace(['任', '務', 'キ', 'ュ', 'ー'], "");
                assert!(rest.is_ascii(), "{keys}: {line}");
            }
        }
    }
}

#[test]
fn in_ascii_bars_and_lines_are_still_read() {
    let buffer = drawn(&stuck((80, 24)), Theme { symbols: Symbols::Ascii, ..Theme::COLOUR });
    let line =
        lines(&buffer).into_iter().map(|line| text(&line)).find(|line| line.contains("jobs"));
    assert!(line.as_ref().is_some_and(|line| line.contains("64/64       ###### ")), "{line:?}");
    assert_eq!(style(&buffer, "######"), (Color::Blue, Modifier::empty()));
    assert_eq!(style(&buffer, "* live"), (Color::Green, Modifier::empty()));
}
