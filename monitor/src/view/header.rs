//! ```text
//!  syncmon  myservice  pid 4711  up 1h02m  ● live                      12 of 40 rows  FROZEN
//!  sort kind ▲  filter /job
//! ```

use super::Theme;
use crate::app::{App, Link, Screen};
use crate::escape::escape;
use crate::text::{age, clip};
use ratatui::Frame;
use ratatui::layout::{Alignment, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Who the host is and whether it answers.
pub(super) fn draw(app: &App, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let mut right =
        vec![Span::raw(format!("{} of {} rows ", app.shown(), app.store().entries().len()))];
    if app.is_frozen() {
        right.push(Span::styled(" FROZEN ", theme.selected()));
    }
    let right = Line::from(right);
    let mut left = vec![Span::styled(" syncmon ", theme.title())];
    if let Some(host) = app.host() {
        left.push(Span::raw(format!(" {}", clip(&escape(&host.program), 24))));
        left.push(Span::raw(format!("  pid {}", host.pid)));
        left.push(Span::styled(
            format!("  up {}", age(app.store().at_us().max(host.uptime_us))),
            theme.dim(),
        ));
    }
    left.push(Span::raw("  "));
    left.push(match app.link() {
        Link::Connecting => Span::styled("○ connecting", theme.dim()),
        Link::Live => Span::styled("● live", theme.good()),
        Link::Lost { since, .. } => {
            let gone = app.now().saturating_sub(*since).as_micros();
            Span::styled(
                format!("✗ lost {} ago", age(u64::try_from(gone).unwrap_or(u64::MAX))),
                theme.bad(),
            )
        }
    });
    let [left_area, right_area] = split(area, right.width());
    frame.render_widget(Paragraph::new(Line::from(left)), left_area);
    frame.render_widget(Paragraph::new(right).alignment(Alignment::Right), right_area);
}

/// Sort and filter, or why the host is lost.
pub(super) fn draw_status(app: &App, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let sort = app.sort();
    let arrow = if sort.descending { '▼' } else { '▲' };
    let mut spans = vec![Span::styled(format!(" sort {} {arrow}", sort.key.label()), theme.dim())];
    let typing = matches!(app.screen(), Screen::Filter);
    if typing || !app.filter().is_empty() {
        spans.push(Span::styled("  filter ", theme.dim()));
        spans.push(Span::styled(format!("/{}", escape(app.filter().text())), theme.notable()));
    }
    if typing {
        spans.push(Span::styled(" ", theme.selected()));
    }
    if let Link::Lost { reason, last, .. } = app.link() {
        // The client's reasons are escaped where they come from.
        let next = if *last { "" } else { ", trying again" };
        spans.push(Span::styled(format!("  {reason}{next}"), theme.bad()));
    }
    frame.render_widget(Paragraph::new(Line::from(spans)), area);
}

fn split(area: Rect, right: usize) -> [Rect; 2] {
    let right = u16::try_from(right).unwrap_or(u16::MAX).min(area.width);
    let left = area.width - right;
    [Rect { width: left, ..area }, Rect { x: area.x + left, width: right, ..area }]
}
