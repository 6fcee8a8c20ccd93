//! A list with a cursor, whose lines come, go and move while it is looked at.

/// Lines in order, of which each is a `Place` in the store and stays the same line by its `Id`.
#[derive(Debug)]
pub(super) struct List<Place, Id> {
    /// Filtered and sorted.
    order: Vec<Place>,
    /// The line that the cursor stays with when lines move.
    selected: Option<Id>,
    cursor: usize,
    /// The first line on the screen.
    top: usize,
}

/// Where the cursor is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor {
    pub(super) at: usize,
    /// The first line on the screen.
    pub(super) top: usize,
    /// How many there are.
    pub(super) lines: usize,
}

impl<Place, Id> Default for List<Place, Id> {
    fn default() -> Self {
        List { order: Vec::new(), selected: None, cursor: 0, top: 0 }
    }
}

impl<Place: Copy, Id: PartialEq> List<Place, Id> {
    /// Takes other lines. The cursor stays with its line if that is still there.
    pub(super) fn rearrange(
        &mut self,
        order: Vec<Place>,
        id: impl Fn(Place) -> Id,
        is: impl Fn(&Id, Place) -> bool,
    ) {
        self.order = order;
        let selected = self.selected.as_ref();
        let found = selected.and_then(|id| self.order.iter().position(|place| is(id, *place)));
        self.cursor = found.unwrap_or(self.cursor.min(self.order.len().saturating_sub(1)));
        self.select(id);
    }

    /// Moves the cursor; what is beyond the last line is the last line.
    pub(super) fn move_cursor(
        &mut self,
        to: impl FnOnce(Cursor) -> usize,
        id: impl Fn(Place) -> Id,
    ) {
        let cursor = Cursor { at: self.cursor, top: self.top, lines: self.order.len() };
        self.cursor = to(cursor).min(self.order.len().saturating_sub(1));
        self.select(id);
    }

    fn select(&mut self, id: impl Fn(Place) -> Id) {
        self.selected = self.order.get(self.cursor).map(|place| id(*place));
    }

    /// Keeps the cursor on a screen of so many lines.
    pub(super) fn settle(&mut self, lines: usize) {
        let lines = lines.max(1);
        let lowest = (self.cursor + 1).saturating_sub(lines);
        let no_gap = self.order.len().saturating_sub(lines);
        self.top = self.top.clamp(lowest, self.cursor.max(lowest)).min(no_gap.max(lowest));
    }

    pub(super) fn selected(&self) -> Option<&Id> {
        self.selected.as_ref()
    }

    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    /// The lines that fit into `lines` lines, and which of them is selected.
    pub(super) fn visible(&self, lines: usize) -> (impl Iterator<Item = Place>, Option<usize>) {
        let selected = self.cursor.checked_sub(self.top).filter(|_| !self.order.is_empty());
        (self.order.iter().skip(self.top).take(lines).copied(), selected)
    }
}
