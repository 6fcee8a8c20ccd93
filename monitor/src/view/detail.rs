//! ```text
//!  queue jobs
//!  type      std::path::PathBuf
//!  created   src/main.rs:12
//!  holds     64 of 64 items  ████████████████
//!  activity  1.2k/s  8012 in, 7948 out
//!  history   ▁▂▄▆▇█                                                         or charts, if there is room
//!  blocked   2 in put, 0 in get, 0 in wait; longest 3.4s
//!  getters   src/main.rs:60: worker-2 (in wait on in flight 3.4s)           who was seen on either side of a queue, at which
//!  putters   src/main.rs:40: worker-1 (in put 3.4s); src/main.rs:44: w (went on)      line, and where they are now
//!  guards    src/main.rs:30 (2 held)                                        of a wait group, who changed its count
//!  changes   src/main.rs:30 (+9 -7)
//!
//!  THREAD               OPERATION     BLOCKED  WHERE
//!  worker-1             put              3.4s  src/main.rs:40
//! ```

use super::{Symbols, Theme, chart, table};
use crate::app::App;
use crate::escape::escape;
use crate::model::{Entry, KEPT, Store, Ticks, sites};
use crate::text::{rate, width};
use crate::wire::{Blocked, Kind, Location, Operation, Row, RowId, State};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use std::collections::BTreeMap;

/// The lines above the list of those who are blocked, of a pane that has so many in all.
pub(super) fn head_lines(kind: Kind, pane: u16) -> usize {
    let others = match kind {
        Kind::Queue | Kind::WaitGroup => 10,
        Kind::Atomic | Kind::Shared => 8,
    };
    // Without room for charts there is a line of history.
    others + chart::lines(kind, pane).into_iter().sum::<usize>().max(1)
}

/// How wide a thread's name may be.
const THREAD: usize = 24;

/// The pane of one primitive.
pub(super) fn draw(app: &App, id: &RowId, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let room = usize::from(area.width);
    let lines = match app.store().get(id) {
        Some(entry) => {
            let mut lines = head(entry, app, area, theme);
            let list = usize::from(area.height).saturating_sub(head_lines(id.kind, area.height));
            let visible = entry.row().blocked.iter().skip(app.pane_top()).take(list);
            lines.extend(
                visible.map(|blocked| waiter(entry, blocked, app.store().at_us(), room, theme)),
            );
            lines
        }
        None => gone(id, room, theme),
    };
    frame.render_widget(Paragraph::new(lines), area);
}

fn gone(id: &RowId, room: usize, theme: Theme) -> Vec<Line<'static>> {
    vec![
        title(id, room, theme),
        Line::from(""),
        Line::from(" The host does not have it: its name was removed or replaced, or never taken."),
    ]
}

fn title(id: &RowId, room: usize, theme: Theme) -> Line<'static> {
    let name = escape(&id.name);
    let name = theme.symbols.clip(&name, room.saturating_sub(14)).into_owned();
    Line::from(vec![
        Span::styled(format!(" {} ", id.kind.label()), theme.dim()),
        Span::styled(name, theme.title()),
    ])
}

fn head(entry: &Entry, app: &App, area: Rect, theme: Theme) -> Vec<Line<'static>> {
    let store = app.store();
    let (row, ticks) = (entry.row(), store.ticks());
    let room = usize::from(area.width).saturating_sub(11);
    let field = |label: &str, text: String| {
        Line::from(vec![Span::styled(format!(" {label:<9} "), theme.dim()), Span::raw(text)])
    };
    let mut lines = vec![
        title(&row.id, room + 11, theme),
        field("type", theme.symbols.clip(&escape(&row.id.type_name), room).into_owned()),
        field(
            "created",
            theme.symbols.clip_start(&escape(&row.id.created_at.to_string()), room).into_owned(),
        ),
        field("holds", theme.symbols.clip(&holds(entry, room, theme.symbols), room).into_owned()),
        field("activity", activity(entry, ticks)),
    ];
    lines.extend(history(entry, app, area, theme));
    let longest = entry.longest_us(ticks.now_us());
    lines.push(field("blocked", blocked(row, longest, theme.symbols)));
    match row.id.kind {
        // Who might come is who was seen there.
        Kind::Queue => lines.extend([
            field("getters", others(entry, Operation::Get, store, (room, theme.symbols))),
            field("putters", others(entry, Operation::Put, store, (room, theme.symbols))),
        ]),
        Kind::WaitGroup => {
            let (guards, changes) = match &row.call_sites {
                None => (
                    Some("unknown: a wait group has no owner".to_owned()),
                    Some("not kept: they are if a tracked_wait_group makes it".to_owned()),
                ),
                Some(sites) => (sites::guards(sites), sites::changes(sites)),
            };
            let cut = |text: Option<String>, none: &str| {
                theme.symbols.clip(text.as_deref().unwrap_or(none), room).into_owned()
            };
            lines.extend([
                field("guards", cut(guards, "none held")),
                field("changes", cut(changes, "none yet")),
            ]);
        }
        Kind::Atomic | Kind::Shared => {}
    }
    lines.extend([Line::from(""), list_head(row, room + 11, theme)]);
    lines
}

/// Charts of the past, or a line of the last moments if there is no room, or only these are known.
fn history(entry: &Entry, app: &App, area: Rect, theme: Theme) -> Vec<Line<'static>> {
    let (width, ticks) = (usize::from(area.width), app.store().ticks());
    let lines = chart::lines(entry.row().id.kind, area.height);
    let count = lines.iter().sum::<usize>();
    let drawn = (count > 0).then(|| chart::draw(entry, (app.window(), lines), ticks, width, theme));
    drawn.flatten().unwrap_or_else(|| {
        let room = width.saturating_sub(11).min(KEPT);
        let line = Line::from(vec![
            Span::styled(format!(" {:<9} ", "history"), theme.dim()),
            Span::raw(table::history(entry, room, ticks, theme.symbols)),
        ]);
        let mut lines = vec![line];
        lines.resize(count.max(1), Line::from(""));
        lines
    })
}

/// Who was seen to be blocked in this operation, and where each of them is now: the blocked ones first.
fn others(
    entry: &Entry,
    operation: Operation,
    store: &Store,
    (room, symbols): (usize, Symbols),
) -> String {
    // By the line at which they blocked: the same line is the same code.
    let mut by_line: BTreeMap<&Location, Vec<(bool, String)>> = BTreeMap::new();
    for (id, seen) in entry.seen_in(operation) {
        let thread = store.place_of_thread(id).map(|place| &store.threads()[place]);
        let blocked = thread.filter(|thread| thread.is_blocked());
        let what = blocked.map_or_else(
            || "went on".to_owned(),
            |thread| {
                let on = if thread.on == entry.row().id {
                    String::new()
                } else {
                    format!(" on {}", escape(&thread.on.name))
                };
                let since = symbols.age(thread.age_us(store.at_us()));
                format!("in {}{on} {since}", thread.blocked.operation)
            },
        );
        let text = format!("{} ({what})", escape(&seen.thread));
        by_line.entry(&seen.location).or_default().push((blocked.is_none(), text));
    }
    if by_line.is_empty() {
        return format!("nobody was seen to block in {operation}");
    }
    let mut all: Vec<(bool, String)> = by_line
        .into_iter()
        .map(|(location, mut threads)| {
            threads.sort();
            let is_idle = threads.iter().all(|(is_idle, _)| *is_idle);
            let names: Vec<String> = threads.into_iter().map(|(_, text)| text).collect();
            let location = location.to_string();
            (is_idle, format!("{}: {}", escape(&location), names.join(", ")))
        })
        .collect();
    all.sort();
    let all: Vec<String> = all.into_iter().map(|(_, text)| text).collect();
    symbols.clip(&all.join("; "), room).into_owned()
}

fn holds(entry: &Entry, room: usize, symbols: Symbols) -> String {
    match &entry.row().state {
        State::Atomic { value } => value.to_string(),
        State::Shared { value, .. } => escape(value).into_owned(),
        State::WaitGroup { count, .. } => format!("{count} not done"),
        State::Queue { size, capacity, closed, .. } => {
            let closed = if *closed { ", closed" } else { "" };
            let bound = capacity
                .map_or_else(|| ", no bound".to_owned(), |capacity| format!(" of {capacity}"));
            let text = format!("{size}{bound} items{closed}")
                .replace(", no bound items", " items, no bound");
            let left = room.saturating_sub(width(&text) + 2).min(40);
            entry
                .fill()
                .map_or_else(|| text.clone(), |fill| format!("{text}  {}", symbols.bar(fill, left)))
        }
    }
}

fn activity(entry: &Entry, ticks: &Ticks) -> String {
    let rate = entry.rate(ticks).map_or_else(|| "-".to_owned(), rate);
    match entry.row().state {
        State::Atomic { .. } => format!("moves by {rate}/s"),
        State::Shared { version, .. } => format!("{rate}/s, replaced {version} times"),
        State::WaitGroup { generation, .. } => format!("{rate}/s, back to zero {generation} times"),
        State::Queue { puts, gets, .. } => {
            format!("{rate}/s, {puts} in, {gets} out, at most {} seen in it", entry.peak())
        }
    }
}

fn blocked(row: &Row, longest: Option<u64>, symbols: Symbols) -> String {
    match longest {
        None => "nobody".to_owned(),
        Some(us) => format!(
            "{} in put, {} in get, {} in wait; longest {}",
            row.putters,
            row.getters,
            row.waiters,
            symbols.age(us)
        ),
    }
}

fn list_head(row: &Row, room: usize, theme: Theme) -> Line<'static> {
    if row.blocked.is_empty() {
        return Line::from("");
    }
    let unlisted = row.blocked_count().saturating_sub(row.blocked.len() as u64);
    let more = if unlisted > 0 {
        format!("  (longest {} listed)", row.blocked.len())
    } else {
        String::new()
    };
    let head = format!(" {:<THREAD$} {:<9} {:>8}  WHERE{more}", "THREAD", "OPERATION", "BLOCKED");
    Line::styled(format!("{head:<room$}"), theme.head())
}

fn waiter(
    entry: &Entry,
    blocked: &Blocked,
    now_us: u64,
    room: usize,
    theme: Theme,
) -> Line<'static> {
    let task = if blocked.task { "task on " } else { "" };
    let name = format!("{task}{}", escape(blocked.name()));
    let name = theme.symbols.clip(&name, THREAD);
    let padding = " ".repeat(THREAD - width(&name));
    let since = theme.symbols.age(entry.aged(blocked.blocked_us, now_us));
    let padded = " ".repeat(8usize.saturating_sub(width(&since)));
    let location = blocked.location.to_string();
    let place =
        theme.symbols.clip_start(&escape(&location), room.saturating_sub(THREAD + 22)).into_owned();
    Line::from(vec![
        Span::raw(format!(" {name}{padding} ")),
        Span::raw(format!("{:<9} ", blocked.operation.label())),
        Span::styled(format!("{padded}{since}  "), theme.notable()),
        Span::raw(place),
    ])
}
