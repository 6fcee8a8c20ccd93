//! ```text
//! KIND       NAME                VALUE       FILL   HISTORY  RATE/S P/G/W   LONGEST
//! queue      jobs                12/64       █▌░░░░ ▁▂▄▆▇█▇▅   1.2k 2/0/0      3.4s
//! ```
//!
//! Only the rows on the screen are built: a host may have a hundred thousand.

use super::hit::column_at;
use super::{Theme, list};
use crate::app::App;
use crate::escape::escape;
use crate::model::{Entry, SortKey, Ticks};
use crate::text::{age, bar, clip, clip_start, number, rate, spark};
use crate::wire::State;
use ratatui::Frame;
use ratatui::layout::{Alignment, Rect};
use ratatui::text::{Line, Text};
use ratatui::widgets::{Cell, Row as TableRow};

/// From this on a wait is worth a colour.
pub(super) const NOTABLE_US: u64 = 10_000_000;

/// How wide each column is; without a width it is not shown.
struct Columns {
    kind: usize,
    name: usize,
    value: usize,
    fill: usize,
    history: usize,
    rate: usize,
    blocked: usize,
    longest: usize,
    /// Where it was created; only on a wide screen.
    created: usize,
}

impl Columns {
    fn new(width: usize) -> Self {
        let narrow = Columns {
            kind: 10,
            name: 0,
            value: 11,
            fill: 6,
            history: 8,
            rate: 6,
            blocked: 7,
            longest: 7,
            created: 0,
        };
        // Who is blocked and for how long is what is looked for at such a size.
        let tiny = Columns { kind: 0, fill: 0, history: 0, rate: 0, ..narrow };
        let small = Columns { kind: 10, fill: 6, ..tiny };
        let medium = Columns { value: 18, fill: 8, history: 14, ..narrow };
        let wide =
            Columns { value: 22, fill: 12, history: 20, rate: 8, blocked: 9, longest: 8, ..narrow };
        let columns = match width {
            0..56 => tiny,
            56..72 => small,
            72..100 => narrow,
            100..120 => medium,
            _ => wide,
        };
        let left = width.saturating_sub(columns.fixed());
        if width < 120 {
            return Columns { name: left.max(8), ..columns };
        }
        let name = (left / 2).max(24);
        Columns { name, created: left.saturating_sub(name + 1), ..columns }
    }

    /// In their order on the screen.
    fn all(&self) -> [usize; 9] {
        [
            self.kind,
            self.name,
            self.value,
            self.fill,
            self.history,
            self.rate,
            self.blocked,
            self.longest,
            self.created,
        ]
    }

    /// What the columns that have a width take, with the gaps between them and the name.
    fn fixed(&self) -> usize {
        self.all().iter().map(|width| width + usize::from(*width > 0)).sum()
    }

    /// A row of the cells that are shown.
    fn row<'a>(&self, cells: [Cell<'a>; 9]) -> TableRow<'a> {
        let shown = cells.into_iter().zip(self.all()).filter(|(_, width)| *width > 0);
        TableRow::new(shown.map(|(cell, _)| cell))
    }
}

/// The table.
pub(super) fn draw(app: &App, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let columns = Columns::new(usize::from(area.width));
    let lines = usize::from(area.height.saturating_sub(1));
    let (entries, selected) = app.visible(lines);
    let ticks = app.store().ticks();
    let rows = entries.map(|entry| row(entry, &columns, ticks, theme));
    let layout = (list::widths(columns.all()), selected);
    list::draw(head(&columns), rows, layout, theme, frame, area);
}

fn head(columns: &Columns) -> TableRow<'static> {
    columns.row([
        Cell::from("KIND"),
        Cell::from("NAME"),
        Cell::from("VALUE"),
        Cell::from("FILL"),
        Cell::from("HISTORY"),
        right("RATE/S".to_owned()),
        Cell::from("P/G/W"),
        right("LONGEST".to_owned()),
        Cell::from("CREATED AT"),
    ])
}

/// What to sort by for a click on the head at this column.
pub(super) fn key_at(width: usize, column: usize) -> Option<SortKey> {
    let keys = [
        Some(SortKey::Kind),
        Some(SortKey::Name),
        Some(SortKey::Value),
        None,
        None,
        Some(SortKey::Rate),
        Some(SortKey::Blocked),
        Some(SortKey::Longest),
        None,
    ];
    keys[column_at(Columns::new(width).all(), column)?]
}

fn row<'a>(entry: &'a Entry, columns: &Columns, ticks: &Ticks, theme: Theme) -> TableRow<'a> {
    let row = entry.row();
    let longest = entry.longest_us(ticks.now_us());
    let wait_style = if longest.is_some_and(|us| us >= NOTABLE_US) {
        theme.notable()
    } else {
        ratatui::style::Style::new()
    };
    let blocked = if row.blocked_count() == 0 {
        Cell::from("-").style(theme.dim())
    } else {
        Cell::from(format!("{}/{}/{}", row.putters, row.getters, row.waiters)).style(wait_style)
    };
    let created = row.id.created_at.to_string();
    let created = clip_start(&escape(&created), columns.created).into_owned();
    columns.row([
        Cell::from(row.id.kind.label()).style(theme.dim()),
        Cell::from(clip(&escape(&row.id.name), columns.name).into_owned()),
        Cell::from(value(&row.state, columns.value)),
        fill(entry, columns.fill, theme),
        Cell::from(history(entry, columns.history, ticks)).style(theme.chart()),
        right(entry.rate(ticks).map_or_else(String::new, rate)),
        blocked,
        right(longest.map_or_else(String::new, age)).style(wait_style),
        Cell::from(created).style(theme.dim()),
    ])
}

/// What it holds, whole.
pub(crate) fn whole_value(state: &State) -> String {
    let whole = value(state, usize::MAX);
    match state {
        State::Queue { closed: true, .. } => format!("{whole} closed"),
        _ => whole,
    }
}

/// What it holds, in `room` columns.
pub(super) fn value(state: &State, room: usize) -> String {
    match state {
        State::Atomic { value } => number((*value).into(), room),
        State::Shared { value, .. } => clip(&escape(value), room).into_owned(),
        State::WaitGroup { count, .. } => number((*count).into(), room),
        State::Queue { size, capacity: None, .. } => {
            format!("{}/∞", number((*size).into(), room - 2))
        }
        State::Queue { size, capacity: Some(capacity), .. } => {
            let exact = format!("{size}/{capacity}");
            if exact.len() <= room {
                return exact;
            }
            let half = (room - 1) / 2;
            format!("{}/{}", number((*size).into(), half), number((*capacity).into(), half))
        }
    }
}

fn fill(entry: &Entry, room: usize, theme: Theme) -> Cell<'static> {
    if let State::Queue { closed: true, .. } = entry.row().state {
        return Cell::from("closed").style(theme.notable());
    }
    entry
        .fill()
        .map_or_else(|| Cell::from(""), |fill| Cell::from(bar(fill, room)).style(theme.chart()))
}

/// The last levels; of a bounded queue as a part of the bound, of the others of the largest shown.
pub(super) fn history(entry: &Entry, room: usize, ticks: &Ticks) -> String {
    let top = match entry.row().state {
        State::Queue { capacity, .. } => capacity,
        _ => None,
    };
    let line = spark(entry.levels(room, ticks), top);
    // The newest is always at the right.
    format!("{line:>room$}")
}

pub(super) fn right(text: String) -> Cell<'static> {
    Cell::from(Text::from(Line::from(text).alignment(Alignment::Right)))
}
