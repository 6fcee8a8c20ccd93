//! ```text
//!  Enter       details of the selected row: who is blocked on it
//!  ...
//!  kind:       atomic, shared, wait-group or queue
//!  ...
//!  P/G/W       how many are blocked in put, in get and in wait
//! ```

use super::{Symbols, Theme};
use crate::app::App;
use crate::keys::Keymap;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// What can be typed as a filter.
const FILTERS: &[(&str, &str)] = &[
    ("word", "names that contain it; capitals count if it has any; \"two words\""),
    ("/regex/", "names that match it"),
    ("kind:", "atomic, shared, wait-group or queue"),
    ("type:", "element types that contain a text"),
    ("thread:", "what a thread or task of this name is blocked on"),
    ("at:", "created or blocked on at a line that contains a text: at:src/pool.rs"),
    ("depth>9", "also capacity, fill, puts, gets, count, value, version, rate,"),
    ("", "waiters, putters, getters, wait; > >= < <= = != : fill>80% wait>2s"),
    ("!", "what the term after it does not pass"),
];

/// What the columns mean, and what they do not.
const COLUMNS: &[(&str, &str)] = &[
    ("VALUE", "items/bound of a queue, count of a wait group, value of the others"),
    ("RATE/S", "items in and out, rounds, replacements, or how far an atomic moved"),
    ("P/G/W", "how many are blocked in put, in get and in wait"),
    ("LONGEST", "longest wait; an idle worker waits too, so long is not stuck"),
];

/// All lines of the help: the keys, then what can be typed as a filter, then the columns.
pub(super) fn lines(keymap: &Keymap, symbols: Symbols) -> Vec<(String, String)> {
    let keys = keymap
        .all()
        .iter()
        .filter_map(|bound| Some((keymap.label(bound, symbols), keymap.help(bound, symbols)?)));
    let gap = [(String::new(), String::new())];
    let table = |lines: &[(&str, &str)]| -> Vec<(String, String)> {
        lines.iter().map(|(label, help)| ((*label).to_owned(), (*help).to_owned())).collect()
    };
    keys.chain(gap.clone()).chain(table(FILTERS)).chain(gap).chain(table(COLUMNS)).collect()
}

/// The lines that fit.
pub(super) fn draw(app: &App, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let lines = lines(app.keymap(), theme.symbols);
    let visible = lines.into_iter().skip(app.pane_top()).take(usize::from(area.height));
    let visible: Vec<Line<'_>> = visible
        .map(|(label, help)| {
            Line::from(vec![Span::styled(format!(" {label:<10} "), theme.key()), Span::raw(help)])
        })
        .collect();
    frame.render_widget(Paragraph::new(visible), area);
}
