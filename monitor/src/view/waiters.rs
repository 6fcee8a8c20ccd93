//! ```text
//! BLOCKED THREAD            IN   ON                          WHERE
//!   1m08s coordinator       wait wait group in flight        src/service/pipeline.rs:93
//! ```

use super::hit::column_at;
use super::{Theme, call, list, table};
use crate::app::App;
use crate::model::{Wait, WaitKey};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Cell, Row};

const BLOCKED: usize = 7;

fn columns(width: usize) -> call::Columns {
    call::Columns::new(width.saturating_sub(BLOCKED + 1))
}

fn widths(columns: &call::Columns) -> impl Iterator<Item = usize> {
    [BLOCKED].into_iter().chain(columns.all())
}

/// The table of all who are blocked.
pub(super) fn draw(app: &App, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let columns = columns(usize::from(area.width));
    let (waits, selected) = app.visible_waits(usize::from(area.height.saturating_sub(1)));
    let now_us = app.store().at_us();
    let rows = waits.map(|wait| row(wait, &columns, now_us, theme));
    let head = [table::right("BLOCKED".to_owned())].into_iter().chain(call::HEADS.map(Cell::from));
    let layout = (list::widths(widths(&columns)), selected);
    list::draw(Row::new(head), rows, layout, theme, frame, area);
}

/// What to sort by for a click on the head at this column.
pub(super) fn key_at(width: usize, column: usize) -> Option<WaitKey> {
    let keys = [
        Some(WaitKey::Longest),
        Some(WaitKey::Thread),
        None,
        Some(WaitKey::Primitive),
        Some(WaitKey::Place),
    ];
    keys[column_at(widths(&columns(width)), column)?]
}

fn row(wait: Wait<'_>, columns: &call::Columns, now_us: u64, theme: Theme) -> Row<'static> {
    let us = wait.age_us(now_us);
    let style = if us >= table::NOTABLE_US { theme.notable() } else { Style::new() };
    let cells = columns.cells(wait.blocked, &wait.entry.row().id, theme);
    Row::new([table::right(theme.symbols.age(us)).style(style)].into_iter().chain(cells))
}
