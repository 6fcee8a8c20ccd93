//! ```text
//!  syncmon  myservice  pid 4711  up 1h02m  ● live  look 120µs          12 of 40 rows  FROZEN
//!  1 primitives 40  2 waiters 3  3 problems 0  sort kind ▲  filter /kind:queue
//!
//!  filter /kind:                                                while it is typed
//!               ^ kind: one of atomic, shared, wait-group and queue
//! ```

use super::{Theme, timebar};
use crate::app::{App, Link, Screen, View};
use crate::escape::escape;
use crate::model::count_waits;
use crate::text::{number, width};
use ratatui::Frame;
use ratatui::layout::{Alignment, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};

/// Who the host is and whether it answers.
pub(super) fn draw(app: &App, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let all = match app.view() {
        View::Primitives => app.store().entries().len() as u64,
        View::Waiters => count_waits(app.store()),
        View::Problems => app.problems().len() as u64,
        View::Threads => app.store().threads().len() as u64,
    };
    let mut right = vec![Span::raw(format!("{} of {all} rows ", app.shown()))];
    if app.is_frozen() {
        right.push(Span::styled(" FROZEN ", theme.selected()));
    }
    let right = Line::from(right);
    let mut left = vec![Span::styled(" syncmon ", theme.title())];
    if let Some(host) = app.host() {
        left.push(Span::raw(format!(" {}", theme.symbols.clip(&escape(&host.program), 24))));
        left.push(Span::raw(format!("  pid {}", host.pid)));
        left.push(Span::styled(
            format!("  up {}", theme.symbols.age(app.store().at_us().max(host.uptime_us))),
            theme.dim(),
        ));
    }
    left.push(Span::raw("  "));
    left.push(match app.link() {
        _ if let Some(status) = app.replay() => {
            let how = if status.paused {
                "paused".to_owned()
            } else {
                format!("{}{}", theme.symbols.or('×', 'x'), status.speed)
            };
            Span::styled(format!("REPLAY {how}"), theme.notable())
        }
        Link::Connecting => {
            Span::styled(format!("{} connecting", theme.symbols.or('○', 'o')), theme.dim())
        }
        Link::Live => Span::styled(format!("{} live", theme.symbols.or('●', '*')), theme.good()),
        Link::Lost { since, .. } => {
            let gone = app.now().saturating_sub(*since).as_micros();
            Span::styled(
                format!(
                    "{} lost {} ago",
                    theme.symbols.or('✗', 'x'),
                    theme.symbols.age(u64::try_from(gone).unwrap_or(u64::MAX))
                ),
                theme.bad(),
            )
        }
    });
    let took = app.store().took_us().map(|us| format!("  look {}", theme.symbols.age(us)));
    let used = Line::from(left.clone()).width() + right.width();
    if let Some(took) = took.filter(|took| used + width(took) < usize::from(area.width)) {
        left.push(Span::styled(took, theme.dim()));
    }
    let [left_area, right_area] = split(area, right.width());
    frame.render_widget(Paragraph::new(Line::from(left)), left_area);
    frame.render_widget(Paragraph::new(right).alignment(Alignment::Right), right_area);
}

/// The views, sort and filter, or why the host is lost.
pub(super) fn draw_status(app: &App, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let typing = matches!(app.screen(), Screen::Filter);
    if let (false, Link::Lost { reason, last, .. }) = (typing, app.link()) {
        // The client's reasons are escaped where they come from.
        let next = if *last { "" } else { ", trying again" };
        let line = Line::styled(format!(" {reason}{next}"), theme.bad());
        return frame.render_widget(Paragraph::new(line), area);
    }
    let mut spans = before_filter(app, theme, usize::from(area.width));
    if typing || !app.filter().is_empty() {
        spans.push(Span::styled(escape(app.filter().text()).into_owned(), theme.notable()));
    }
    if typing {
        spans.push(Span::styled(" ", theme.selected()));
    } else if app.filter().error().is_some() {
        spans.push(Span::styled(" not understood: / to mend it", theme.bad()));
    }
    let used = Line::from(spans.clone()).width();
    frame.render_widget(Paragraph::new(Line::from(spans)), area);
    if let (false, Some(status)) = (typing, app.replay()) {
        let room = usize::from(area.width).saturating_sub(used + 1).min(TIME_BAR);
        let [_, right] = split(area, room);
        frame.render_widget(Paragraph::new(timebar::text(status, room, theme.symbols)), right);
    }
}

/// A screen that is not as wide as this has no room for everything in one line.
const NARROW: usize = 100;

/// How wide the time bar is, if there is room for it.
const TIME_BAR: usize = 60;

/// All that is on the line before the text of the filter.
fn before_filter(app: &App, theme: Theme, room: usize) -> Vec<Span<'static>> {
    if matches!(app.screen(), Screen::Filter) {
        // The line is for typing.
        return vec![Span::styled(" filter ", theme.dim()), Span::styled("/", theme.notable())];
    }
    let mut spans = Vec::new();
    for (view, tab) in tabs(app) {
        let style = match view {
            view if view == app.view() => theme.selected(),
            View::Problems if !app.problems().is_empty() => theme.bad(),
            _ => theme.dim(),
        };
        spans.push(Span::styled(tab, style));
    }
    let is_filtered = !app.filter().is_empty();
    let is_narrow = room < NARROW;
    // On a narrow screen there is room for one of them, and the order can be seen.
    if !is_narrow || !is_filtered && app.replay().is_none() {
        let (key, descending) = app.sorted_by();
        let (down, up) = theme.symbols.or(('▼', '▲'), ('v', '^'));
        let arrow = if descending { down } else { up };
        spans.push(Span::styled(format!(" sort {key} {arrow}"), theme.dim()));
    }
    if is_filtered {
        let label = if is_narrow { " " } else { "  filter " };
        spans.push(Span::styled(label, theme.dim()));
        spans.push(Span::styled("/", theme.notable()));
    }
    spans
}

fn tabs(app: &App) -> [(View, String); 4] {
    let tab = |label: &str, count: u64| format!(" {label} {} ", number(count.into(), 6));
    [
        (View::Primitives, tab("1 primitives", app.store().entries().len() as u64)),
        (View::Waiters, tab("2 waiters", count_waits(app.store()))),
        (View::Problems, tab("3 problems", app.problems().len() as u64)),
        (View::Threads, tab("4 threads", app.store().threads().len() as u64)),
    ]
}

/// The view whose tab is at this column.
pub(super) fn view_at(app: &App, column: usize) -> Option<View> {
    if matches!(app.link(), Link::Lost { .. }) {
        // Why it is lost stands in their place.
        return None;
    }
    let mut end = 0;
    let mut tabs = tabs(app).into_iter();
    let here = tabs.find(|(_, tab)| {
        end += width(tab);
        column < end
    });
    here.map(|(view, _)| view)
}

/// What is wrong with the filter while it is typed, under the place where it is wrong.
pub(super) fn draw_filter_error(app: &App, theme: Theme, frame: &mut Frame<'_>, line: Rect) {
    let Some(error) = app.filter().error().filter(|_| matches!(app.screen(), Screen::Filter))
    else {
        return;
    };
    let before = Line::from(before_filter(app, theme, usize::from(line.width))).width();
    let column = before + width(&escape(&app.filter().text()[..error.at()]));
    let (room, said) = (usize::from(line.width), escape(&error.to_string()).into_owned());
    let text = if column + 2 + width(&said) <= room {
        format!("{:column$}^ {said}", "")
    } else if width(&said) + 2 <= column && column < room {
        format!("{said:>0$} ^", column - 1)
    } else {
        format!(" {}", theme.symbols.clip(&said, room.saturating_sub(1)))
    };
    frame.render_widget(Clear, line);
    frame.render_widget(Paragraph::new(Line::styled(text, theme.bad())), line);
}

fn split(area: Rect, right: usize) -> [Rect; 2] {
    let right = u16::try_from(right).unwrap_or(u16::MAX).min(area.width);
    let left = area.width - right;
    [Rect { width: left, ..area }, Rect { x: area.x + left, width: right, ..area }]
}
