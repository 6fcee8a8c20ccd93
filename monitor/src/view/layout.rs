//! Which part of the screen is whose: asked by those who draw and by those who scroll.

use super::{detail, help};
use crate::app::Screen;
use ratatui::layout::{Constraint, Layout, Rect};

/// The parts of the screen.
#[derive(Clone, Copy, Debug)]
pub struct Areas {
    /// The host.
    pub header: Rect,
    /// Sort and filter.
    pub status: Rect,
    /// The pane.
    pub body: Rect,
    /// The keys.
    pub keys: Rect,
}

/// Cuts the screen up. A screen that is too low loses its lower parts.
pub fn areas(screen: Rect) -> Areas {
    let lines =
        [Constraint::Length(1), Constraint::Length(1), Constraint::Fill(1), Constraint::Length(1)];
    let [header, status, body, keys] = Layout::vertical(lines).areas(screen);
    Areas { header, status, body, keys }
}

/// How many rows of the table fit on a screen of this size.
pub fn table_lines((width, height): (u16, u16)) -> usize {
    let body = areas(Rect::new(0, 0, width, height)).body;
    usize::from(body.height.saturating_sub(1)) // the head
}

/// How many lines of a pane can scroll on a screen of this size.
pub fn pane_lines(screen: &Screen, (width, height): (u16, u16)) -> usize {
    let body = areas(Rect::new(0, 0, width, height)).body;
    match screen {
        Screen::Table | Screen::Filter => table_lines((width, height)),
        Screen::Detail(_) => usize::from(body.height).saturating_sub(detail::HEAD),
        Screen::Help(_) => usize::from(body.height),
    }
}

/// How many lines the help has.
pub fn help_lines() -> usize {
    help::lines().count()
}
