//! Which part of the screen is whose: asked by those who draw and by those who scroll.

use super::{Symbols, detail, help};
use crate::app::{Screen, View};
use crate::keys::Keymap;
use ratatui::layout::{Constraint, Layout, Rect};

/// The parts of the screen.
#[derive(Clone, Copy, Debug)]
pub struct Areas {
    /// The host.
    pub header: Rect,
    /// Views, sort and filter.
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

/// The first line of a part, if it has one.
pub fn first_line(part: Rect) -> Rect {
    Rect { height: part.height.min(1), ..part }
}

/// How many rows of the view's table fit on a screen of this size.
pub fn table_lines(view: View, (width, height): (u16, u16)) -> usize {
    let body = areas(Rect::new(0, 0, width, height)).body;
    let list = if view == View::Problems { problems(body)[0] } else { body };
    usize::from(list.height.saturating_sub(1)) // the head
}

/// The lines for more on a problem, and the least that the list is to keep.
const NOTE: u16 = 8;
const LIST: u16 = 6;

/// The list of problems, and the part for more on one of them: empty if the screen is low.
pub fn problems(body: Rect) -> [Rect; 2] {
    let note = if body.height >= NOTE + LIST { NOTE } else { 0 };
    Layout::vertical([Constraint::Fill(1), Constraint::Length(note)]).areas(body)
}

/// How many lines of a pane can scroll on a screen of this size.
pub fn pane_lines(screen: &Screen, (width, height): (u16, u16)) -> usize {
    let body = areas(Rect::new(0, 0, width, height)).body;
    match screen {
        Screen::Table | Screen::Filter => 0,
        Screen::Detail(id) => {
            usize::from(body.height).saturating_sub(detail::head_lines(id.kind, body.height))
        }
        Screen::Columns(_) | Screen::Help(_) => usize::from(body.height),
    }
}

/// How many lines the help has.
pub fn help_lines(keymap: &Keymap) -> usize {
    help::lines(keymap, Symbols::Unicode).len()
}
