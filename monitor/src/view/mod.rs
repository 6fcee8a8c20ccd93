//! The screen, drawn from an [`App`] that it does not change.
//!
//! ```text
//! ┌────────────────────────────────────────────────┐
//! │ host, pid, uptime, live or lost   rows, FROZEN │ header
//! │ views, sort, filter                            │ status
//! │ KIND NAME VALUE ...                            │ or what is wrong with the filter
//! │ the rows that fit                              │ table of the view, or detail, or help
//! │                                                │
//! │ keys                                           │ key bar
//! └────────────────────────────────────────────────┘
//! ```

mod call;
mod chart;
mod chooser;
mod columns;
mod detail;
mod header;
mod help;
pub mod hit;
mod keybar;
pub mod layout;
mod list;
mod picker;
mod problems;
mod symbols;
mod table;
mod theme;
mod threads;
mod timebar;
mod waiters;

pub use columns::{Column, Columns};
pub use picker::draw as draw_picker;
pub use symbols::Symbols;
pub(crate) use table::whole_value;
pub use theme::{Colours, Palette, Theme};

use crate::app::{App, Screen, View};
use ratatui::Frame;

/// Draws the whole screen.
pub fn draw(app: &App, theme: Theme, frame: &mut Frame<'_>) {
    let areas = layout::areas(frame.area());
    header::draw(app, theme, frame, areas.header);
    header::draw_status(app, theme, frame, areas.status);
    match app.screen() {
        Screen::Table | Screen::Filter if app.shown() == 0 => {
            list::draw_nothing(app, theme, frame, areas.body);
        }
        Screen::Table | Screen::Filter => match app.view() {
            View::Primitives => table::draw(app, theme, frame, areas.body),
            View::Waiters => waiters::draw(app, theme, frame, areas.body),
            View::Problems => problems::draw(app, theme, frame, areas.body),
            View::Threads => threads::draw(app, theme, frame, areas.body),
        },
        Screen::Detail(id) => detail::draw(app, id, theme, frame, areas.body),
        Screen::Columns(at) => chooser::draw(app, *at, theme, frame, areas.body),
        Screen::Help(_) => help::draw(app, theme, frame, areas.body),
    }
    header::draw_filter_error(app, theme, frame, layout::first_line(areas.body));
    keybar::draw(app, theme, frame, areas.keys);
}
