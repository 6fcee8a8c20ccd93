//! What is at a place of the screen, for a click on it.

use super::{header, layout, table, waiters};
use crate::app::{App, Screen, View};
use crate::model::{SortKey, WaitKey};
use ratatui::layout::{Position, Rect};

/// Something that can be clicked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// The tab of a view.
    View(View),
    /// The head of a column of the primitives.
    SortBy(SortKey),
    /// The head of a column of the waiters.
    SortWaitsBy(WaitKey),
    /// A line of the table, counted from the first one on the screen.
    Line(usize),
}

/// What is at this column and line.
pub fn hit(app: &App, column: u16, line: u16) -> Option<Hit> {
    let (width, height) = app.size();
    let areas = layout::areas(Rect::new(0, 0, width, height));
    let place = Position::new(column, line);
    let column = usize::from(column);
    if areas.status.contains(place) && !matches!(app.screen(), Screen::Filter) {
        return header::view_at(app, column).map(Hit::View);
    }
    if !areas.body.contains(place) || !matches!(app.screen(), Screen::Table | Screen::Filter) {
        return None;
    }
    let line = usize::from(line - areas.body.y);
    if line > 0 {
        return (line <= layout::table_lines(app.view(), app.size())).then(|| Hit::Line(line - 1));
    }
    let width = usize::from(areas.body.width);
    match app.view() {
        View::Primitives => table::key_at(app.columns(), width, column).map(Hit::SortBy),
        View::Waiters => waiters::key_at(width, column).map(Hit::SortWaitsBy),
        View::Problems | View::Threads => None,
    }
}

/// Which of columns of these widths, with a space between each two, a place is in.
pub(super) fn column_at(widths: impl IntoIterator<Item = usize>, place: usize) -> Option<usize> {
    let mut begin = 0;
    for (at, width) in widths.into_iter().enumerate() {
        if (begin..begin + width).contains(&place) {
            return Some(at);
        }
        // What has no width is not there.
        begin += width + usize::from(width > 0);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_in_one_column_or_between_two() {
        let at = |place| column_at([2, 0, 3], place);
        assert_eq!(
            [at(0), at(1), at(2), at(3), at(5), at(6)],
            [Some(0), Some(0), None, Some(2), Some(2), None]
        );
    }
}
