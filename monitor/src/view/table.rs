//! ```text
//! KIND       NAME                VALUE       FILL   HISTORY  RATE/S P/G/W   LONGEST
//! queue      jobs                12/64       █▌░░░░ ▁▂▄▆▇█▇▅   1.2k 2/0/0      3.4s
//! ```
//!
//! Only the rows on the screen are built: a host may have a hundred thousand.

use super::hit::column_at;
use super::{Column, Columns, Symbols, Theme, list};
use crate::app::App;
use crate::escape::escape;
use crate::model::{Entry, SortKey, Ticks};
use crate::text::{number, rate};
use crate::wire::State;
use ratatui::Frame;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Text};
use ratatui::widgets::{Cell, Row as TableRow};

/// From this on a wait is worth a colour.
pub(super) const NOTABLE_US: u64 = 10_000_000;

/// The table.
pub(super) fn draw(app: &App, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let columns = app.columns().on(usize::from(area.width));
    let lines = usize::from(area.height.saturating_sub(1));
    let (entries, selected) = app.visible(lines);
    let ticks = app.store().ticks();
    let rows = entries.map(|entry| {
        TableRow::new(
            columns.iter().map(|(column, room)| cell(*column, entry, *room, ticks, theme)),
        )
    });
    let head = TableRow::new(columns.iter().map(|(column, _)| head(*column)));
    let layout = (list::widths(columns.iter().map(|(_, width)| *width)), selected);
    list::draw(head, rows, layout, theme, frame, area);
}

fn head(column: Column) -> Cell<'static> {
    let head = column.head();
    if column.is_right() { right(head.to_owned()) } else { Cell::from(head) }
}

/// What to sort by for a click on the head at this place.
pub(super) fn key_at(columns: &Columns, width: usize, place: usize) -> Option<SortKey> {
    let shown = columns.on(width);
    let (column, _) = shown[column_at(shown.iter().map(|(_, width)| *width), place)?];
    column.sort_key()
}

fn cell<'a>(
    column: Column,
    entry: &'a Entry,
    room: usize,
    ticks: &Ticks,
    theme: Theme,
) -> Cell<'a> {
    let (row, symbols) = (entry.row(), theme.symbols);
    let longest = entry.longest_us(ticks.now_us());
    let wait_style = match longest {
        Some(us) if us >= NOTABLE_US => theme.notable(),
        _ => Style::new(),
    };
    match column {
        Column::Kind => Cell::from(row.id.kind.label()).style(theme.dim()),
        Column::Name => Cell::from(symbols.clip(&escape(&row.id.name), room).into_owned()),
        Column::Value => Cell::from(value(&row.state, room, symbols)),
        Column::Fill => fill(entry, room, theme),
        Column::History => Cell::from(history(entry, room, ticks, symbols)).style(theme.chart()),
        Column::Rate => right(entry.rate(ticks).map_or_else(String::new, rate)),
        Column::Blocked if row.blocked_count() == 0 => Cell::from("-").style(theme.dim()),
        Column::Blocked => {
            Cell::from(format!("{}/{}/{}", row.putters, row.getters, row.waiters)).style(wait_style)
        }
        Column::Longest => {
            right(longest.map_or_else(String::new, |us| symbols.age(us))).style(wait_style)
        }
        Column::Created => {
            let created = row.id.created_at.to_string();
            let created = symbols.clip_start(&escape(&created), room).into_owned();
            Cell::from(created).style(theme.dim())
        }
        Column::Type => {
            let name = symbols.clip(&escape(&row.id.type_name), room).into_owned();
            Cell::from(name).style(theme.dim())
        }
    }
}

/// What it holds, whole.
pub(crate) fn whole_value(state: &State) -> String {
    let whole = value(state, usize::MAX, Symbols::Unicode);
    match state {
        State::Queue { closed: true, .. } => format!("{whole} closed"),
        _ => whole,
    }
}

/// What it holds, in `room` columns.
pub(super) fn value(state: &State, room: usize, symbols: Symbols) -> String {
    match state {
        State::Atomic { value } => number((*value).into(), room),
        State::Shared { value, .. } => symbols.clip(&escape(value), room).into_owned(),
        State::WaitGroup { count, .. } => number((*count).into(), room),
        State::Queue { size, capacity: None, .. } => {
            let endless = symbols.or('∞', '-');
            format!("{}/{endless}", number((*size).into(), room - 2))
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
    entry.fill().map_or_else(
        || Cell::from(""),
        |fill| Cell::from(theme.symbols.bar(fill, room)).style(theme.chart()),
    )
}

/// The last levels; of a bounded queue as a part of the bound, of the others of the largest shown.
pub(super) fn history(entry: &Entry, room: usize, ticks: &Ticks, symbols: Symbols) -> String {
    let top = match entry.row().state {
        State::Queue { capacity, .. } => capacity,
        _ => None,
    };
    let line = symbols.spark(entry.levels(room, ticks), top);
    // The newest is always at the right.
    format!("{line:>room$}")
}

pub(super) fn right(text: String) -> Cell<'static> {
    Cell::from(Text::from(Line::from(text).alignment(Alignment::Right)))
}
