//! ```text
//! BLOCKED THREAD            IN   ON                          WHERE
//!   1m08s coordinator       wait wait group in flight        src/service/pipeline.rs:93
//! ```

use super::hit::column_at;
use super::{Theme, list, table};
use crate::app::App;
use crate::escape::escape;
use crate::model::{Wait, WaitKey};
use crate::text::{age, clip, clip_start};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Cell, Row};

const BLOCKED: usize = 7;
const OPERATION: usize = 4;

/// How wide the other columns are.
struct Columns {
    thread: usize,
    on: usize,
    place: usize,
}

impl Columns {
    fn new(width: usize) -> Self {
        let left = width.saturating_sub(BLOCKED + OPERATION + 4);
        let thread = (left / 4).clamp(12, 32);
        let on = left.saturating_sub(thread) / 2;
        Columns { thread, on, place: left.saturating_sub(thread + on) }
    }

    fn all(&self) -> [usize; 5] {
        [BLOCKED, self.thread, OPERATION, self.on, self.place]
    }
}

/// The table of all who are blocked.
pub(super) fn draw(app: &App, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let columns = Columns::new(usize::from(area.width));
    let (waits, selected) = app.visible_waits(usize::from(area.height.saturating_sub(1)));
    let now_us = app.store().at_us();
    let rows = waits.map(|wait| row(wait, &columns, now_us, theme));
    let head = [
        table::right("BLOCKED".to_owned()),
        Cell::from("THREAD"),
        Cell::from("IN"),
        Cell::from("ON"),
        Cell::from("WHERE"),
    ];
    let layout = (list::widths(columns.all()), selected);
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
    keys[column_at(Columns::new(width).all(), column)?]
}

fn row(wait: Wait<'_>, columns: &Columns, now_us: u64, theme: Theme) -> Row<'static> {
    let us = wait.age_us(now_us);
    let style = if us >= table::NOTABLE_US { theme.notable() } else { Style::new() };
    let id = &wait.entry.row().id;
    let task = if wait.blocked.task { "task on " } else { "" };
    let thread = format!("{task}{}", escape(wait.thread()));
    let on = format!("{} {}", id.kind.label(), escape(&id.name));
    let place = wait.blocked.location.to_string();
    Row::new([
        table::right(age(us)).style(style),
        Cell::from(clip(&thread, columns.thread).into_owned()),
        Cell::from(wait.blocked.operation.label()),
        Cell::from(clip(&on, columns.on).into_owned()),
        Cell::from(clip_start(&escape(&place), columns.place).into_owned()).style(theme.dim()),
    ])
}
