//! A table of rows, or why there is none: what all views have in common.

use super::Theme;
use crate::app::{App, Link, View};
use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::widgets::{Paragraph, Row, Table, TableState};

/// Columns of these widths; one without a width is not there.
pub(super) fn widths(columns: impl IntoIterator<Item = usize>) -> Vec<Constraint> {
    let shown = columns.into_iter().filter(|width| *width > 0);
    shown.map(|width| Constraint::Length(u16::try_from(width).unwrap_or(u16::MAX))).collect()
}

/// The rows that are on the screen, of which one may be selected, under their head.
pub(super) fn draw<'a>(
    head: Row<'a>,
    rows: impl IntoIterator<Item = Row<'a>>,
    (widths, selected): (Vec<Constraint>, Option<usize>),
    theme: Theme,
    frame: &mut Frame<'_>,
    area: Rect,
) {
    let table = Table::new(rows, widths)
        .header(head.style(theme.head()))
        .row_highlight_style(theme.selected());
    let mut state = TableState::new().with_selected(selected);
    frame.render_stateful_widget(table, area, &mut state);
}

/// Why there are no rows.
pub(super) fn draw_nothing(app: &App, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    frame.render_widget(Paragraph::new(nothing(app)).style(theme.dim()), area);
}

/// Why the table is empty.
fn nothing(app: &App) -> String {
    let message = if !app.filter().is_empty() {
        "The filter passes nothing. Esc clears it."
    } else if matches!(app.link(), Link::Live) && app.store().generation() > 0 {
        match app.view() {
            View::Primitives => "The host has no primitives yet.",
            View::Waiters => "Nobody is blocked.",
            View::Problems => "Nothing looks wrong.",
            View::Threads => "Nobody was seen to be blocked yet.",
        }
    } else if matches!(app.link(), Link::Lost { .. }) {
        "Nothing is known of the host."
    } else {
        "Waiting for the host."
    };
    format!("\n {message}")
}
