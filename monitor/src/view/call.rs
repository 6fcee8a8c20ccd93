//! A blocked call in a table: who, in which operation, on what, and where.

use super::Theme;
use crate::escape::escape;
use crate::wire::{Blocked, RowId};
use ratatui::widgets::Cell;

const OPERATION: usize = 4;

/// How wide its columns are.
pub(super) struct Columns {
    thread: usize,
    on: usize,
    place: usize,
}

impl Columns {
    /// In so much room, the gaps between them included.
    pub(super) fn new(room: usize) -> Self {
        let left = room.saturating_sub(OPERATION + 3);
        let thread = (left / 4).clamp(10, 32);
        let on = left.saturating_sub(thread) / 2;
        Columns { thread, on, place: left.saturating_sub(thread + on) }
    }

    pub(super) fn all(&self) -> [usize; 4] {
        [self.thread, OPERATION, self.on, self.place]
    }

    pub(super) fn cells(&self, blocked: &Blocked, on: &RowId, theme: Theme) -> [Cell<'static>; 4] {
        let task = if blocked.task { "task on " } else { "" };
        let thread = format!("{task}{}", escape(blocked.name()));
        let on = format!("{} {}", on.kind.label(), escape(&on.name));
        let place = blocked.location.to_string();
        let place = theme.symbols.clip_start(&escape(&place), self.place).into_owned();
        [
            Cell::from(theme.symbols.clip(&thread, self.thread).into_owned()),
            Cell::from(blocked.operation.label()),
            Cell::from(theme.symbols.clip(&on, self.on).into_owned()),
            Cell::from(place).style(theme.dim()),
        ]
    }
}

/// The heads of the columns.
pub(super) const HEADS: [&str; 4] = ["THREAD", "IN", "ON", "WHERE"];
