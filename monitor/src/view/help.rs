//! ```text
//!  Enter       details of the selected row, and who is blocked on it
//!  ...
//!  kind:       atomic, shared, wait-group or queue
//!  ...
//!  P/G/W       how many are blocked in put, in get and in wait
//! ```

use super::Theme;
use crate::app::App;
use crate::keys::BINDINGS;
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
pub(super) fn lines() -> impl Iterator<Item = (&'static str, &'static str)> {
    let keys = BINDINGS.iter().filter_map(|binding| Some((binding.label, binding.help?)));
    let gap = || std::iter::once(("", ""));
    keys.chain(gap()).chain(FILTERS.iter().copied()).chain(gap()).chain(COLUMNS.iter().copied())
}

/// The lines that fit.
pub(super) fn draw(app: &App, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let visible = lines().skip(app.pane_top()).take(usize::from(area.height));
    let visible: Vec<Line<'_>> = visible
        .map(|(label, help)| {
            Line::from(vec![Span::styled(format!(" {label:<10} "), theme.key()), Span::raw(help)])
        })
        .collect();
    frame.render_widget(Paragraph::new(visible), area);
}
