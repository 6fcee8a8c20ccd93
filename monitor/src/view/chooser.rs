//! ```text
//!  [x] kind     atomic, shared value, wait group or queue
//!  [ ] history  items, a count or changes a second, lately
//!  [-] type     there is no room for it
//! ```

use super::{Column, Theme};
use crate::app::App;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

/// All columns, which of them are shown, and which one is selected.
pub(super) fn draw(app: &App, selected: usize, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let width = usize::from(area.width);
    let shown = app.columns().on(width);
    let room = usize::from(area.height).max(1);
    let lines = Column::ALL.iter().enumerate().skip((selected + 1).saturating_sub(room)).take(room);
    let lines: Vec<Line<'_>> = lines
        .map(|(at, column)| {
            let is_asked = app.columns().asked().is_some_and(|asked| asked.contains(column));
            let (mark, help) = if shown.iter().any(|(shown, _)| shown == column) {
                ('x', column.help())
            } else if is_asked {
                ('-', "there is no room for it")
            } else {
                (' ', column.help())
            };
            let text = format!(" [{mark}] {:<8} {help}", column.name());
            let line = Line::raw(theme.symbols.clip(&text, width).into_owned());
            if at == selected { line.style(theme.selected()) } else { line }
        })
        .collect();
    frame.render_widget(Paragraph::new(lines), area);
}
