//! ```text
//!     FOR STATE   THREAD           IN   ON                      WHERE
//!   1m08s blocked coordinator      wait wait group in flight    src/service/pipeline.rs:93
//!    2.1s went on worker-1         get  queue jobs              src/service/pool.rs:12
//! ```

use super::{Theme, list, table};
use crate::app::App;
use crate::escape::escape;
use crate::model::ThreadSeen;
use crate::text::{age, clip, clip_start};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Cell, Row};

const FOR: usize = 7;
const STATE: usize = 7;
const OPERATION: usize = 4;

/// How wide the other columns are.
struct Columns {
    thread: usize,
    on: usize,
    place: usize,
}

impl Columns {
    fn new(width: usize) -> Self {
        let left = width.saturating_sub(FOR + STATE + OPERATION + 5);
        let thread = (left / 4).clamp(10, 32);
        let on = left.saturating_sub(thread) / 2;
        Columns { thread, on, place: left.saturating_sub(thread + on) }
    }

    fn all(&self) -> [usize; 6] {
        [FOR, STATE, self.thread, OPERATION, self.on, self.place]
    }
}

/// The table of all threads that are known.
pub(super) fn draw(app: &App, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let columns = Columns::new(usize::from(area.width));
    let (threads, selected) = app.visible_threads(usize::from(area.height.saturating_sub(1)));
    let now_us = app.store().at_us();
    let rows = threads.map(|thread| row(thread, &columns, now_us, theme));
    let head = [
        table::right("FOR".to_owned()),
        Cell::from("STATE"),
        Cell::from("THREAD"),
        Cell::from("IN"),
        Cell::from("ON"),
        Cell::from("WHERE"),
    ];
    let layout = (list::widths(columns.all()), selected);
    list::draw(Row::new(head), rows, layout, theme, frame, area);
}

fn row(thread: &ThreadSeen, columns: &Columns, now_us: u64, theme: Theme) -> Row<'static> {
    let us = thread.age_us(now_us);
    let (state, style) = match thread.is_blocked() {
        true if us >= table::NOTABLE_US => ("blocked", theme.notable()),
        true => ("blocked", Style::new()),
        false => ("went on", theme.dim()),
    };
    let on = format!("{} {}", thread.on.kind.label(), escape(&thread.on.name));
    let place = thread.blocked.location.to_string();
    Row::new([
        table::right(age(us)).style(style),
        Cell::from(state).style(style),
        Cell::from(clip(&escape(thread.name()), columns.thread).into_owned()),
        Cell::from(thread.blocked.operation.label()),
        Cell::from(clip(&on, columns.on).into_owned()),
        Cell::from(clip_start(&escape(&place), columns.place).into_owned()).style(theme.dim()),
    ])
}
