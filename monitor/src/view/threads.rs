//! ```text
//!     FOR STATE   THREAD           IN   ON                      WHERE
//!   1m08s blocked coordinator      wait wait group in flight    src/service/pipeline.rs:93
//!    2.1s went on worker-1         get  queue jobs              src/service/pool.rs:12
//! ```

use super::{Theme, call, list, table};
use crate::app::App;
use crate::model::ThreadSeen;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Cell, Row};

const FOR: usize = 7;
const STATE: usize = 7;

/// The table of all threads that are known.
pub(super) fn draw(app: &App, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let columns = call::Columns::new(usize::from(area.width).saturating_sub(FOR + STATE + 2));
    let (threads, selected) = app.visible_threads(usize::from(area.height.saturating_sub(1)));
    let now_us = app.store().at_us();
    let rows = threads.map(|thread| row(thread, &columns, now_us, theme));
    let head = [table::right("FOR".to_owned()), Cell::from("STATE")];
    let head = head.into_iter().chain(call::HEADS.map(Cell::from));
    let widths = list::widths([FOR, STATE].into_iter().chain(columns.all()));
    list::draw(Row::new(head), rows, (widths, selected), theme, frame, area);
}

fn row(thread: &ThreadSeen, columns: &call::Columns, now_us: u64, theme: Theme) -> Row<'static> {
    let us = thread.age_us(now_us);
    let (state, style) = match thread.is_blocked() {
        true if us >= table::NOTABLE_US => ("blocked", theme.notable()),
        true => ("blocked", Style::new()),
        false => ("went on", theme.dim()),
    };
    let cells = columns.cells(&thread.blocked, &thread.on, theme);
    let first = [table::right(theme.symbols.age(us)).style(style), Cell::from(state).style(style)];
    Row::new(first.into_iter().chain(cells))
}
