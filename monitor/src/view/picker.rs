//! ```text
//!  syncmon  several hosts run here: which one?
//!
//!     PID  PROGRAM           UP     PRIMITIVES  SOCKET
//!    4711  myservice      1h02m             40  /run/user/1000/named-sync/4711.sock
//!
//!  ↑↓ choose  Enter attach  q quit
//! ```

use super::{Symbols, Theme};
use crate::discover::shown;
use crate::escape::escape;
use crate::hosts::Found;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// The hosts, one of them chosen.
pub fn draw(hosts: &[Found], chosen: usize, theme: Theme, frame: &mut Frame<'_>) {
    let lines =
        [Constraint::Length(2), Constraint::Length(1), Constraint::Fill(1), Constraint::Length(1)];
    let [title, head, list, keys] = Layout::vertical(lines).areas(frame.area());
    let asked = Line::from(vec![
        Span::styled(" syncmon ", theme.title()),
        Span::raw(" several hosts run here: which one?"),
    ]);
    frame.render_widget(Paragraph::new(asked), title);
    let columns =
        format!(" {:>7}  {:<20} {:>6} {:>11}  SOCKET", "PID", "PROGRAM", "UP", "PRIMITIVES");
    frame.render_widget(Paragraph::new(Line::styled(columns, theme.head())), head);
    let room = usize::from(list.height).max(1);
    let top = (chosen + 1).saturating_sub(room);
    let visible = hosts.iter().enumerate().skip(top).take(room);
    let visible: Vec<Line<'_>> = visible
        .map(|(at, host)| {
            let line = Line::from(host_line(host, theme.symbols));
            if at == chosen { line.style(theme.selected()) } else { line }
        })
        .collect();
    frame.render_widget(Paragraph::new(visible), list);
    frame.render_widget(
        Paragraph::new(Line::styled(
            format!(" {} choose  Enter attach  q quit", theme.symbols.or("↑ ↓", "Up Down")),
            theme.dim(),
        )),
        keys,
    );
}

fn host_line(host: &Found, symbols: Symbols) -> String {
    let socket = shown(&host.socket);
    match &host.answer {
        Ok(answer) => {
            let program = escape(&answer.host.program);
            let program = symbols.clip(&program, 20);
            let padding = " ".repeat(20usize.saturating_sub(crate::text::width(&program)));
            let up = symbols.age(answer.at_us);
            format!(
                " {:>7}  {program}{padding} {up:>6} {:>11}  {socket}",
                host.pid,
                answer.rows.len()
            )
        }
        Err(reason) => format!(" {:>7}  {reason}  {socket}", host.pid),
    }
}
