//! What the view may look at.

use super::{App, Link, Screen, View, shown};
use crate::keys::{Context, Keymap};
use crate::model::{Entry, Filter, Problem, Store, ThreadSeen, Wait, Window};
use crate::recording::Status;
use crate::view::Columns;
use crate::wire::Hello;
use std::time::Duration;

impl App {
    /// The time of the last update.
    pub fn now(&self) -> Duration {
        self.now
    }

    /// The terminal's columns and lines.
    pub fn size(&self) -> (u16, u16) {
        self.size
    }

    /// The connection.
    pub fn link(&self) -> &Link {
        &self.link
    }

    /// Where the recording is that is shown, if it is one.
    pub fn replay(&self) -> Option<&Status> {
        self.replay.as_ref()
    }

    /// The host, once it has been heard of: that of the frozen picture if there is one.
    pub fn host(&self) -> Option<&Hello> {
        self.frozen.as_ref().map_or(&self.host, |held| &held.host).as_ref()
    }

    /// What is shown: the frozen picture if there is one.
    pub fn store(&self) -> &Store {
        shown(&self.frozen, &self.store)
    }

    /// Whether the picture is held.
    pub fn is_frozen(&self) -> bool {
        self.frozen.is_some()
    }

    /// What the table lists.
    pub fn view(&self) -> View {
        self.view
    }

    /// The order of the table: by what, and whether the largest comes first.
    pub fn sorted_by(&self) -> (&'static str, bool) {
        match self.view {
            View::Primitives => (self.sort.key.label(), self.sort.descending),
            View::Waiters => (self.wait_sort.key.label(), self.wait_sort.descending),
            View::Problems => ("age", !self.newest_first),
            View::Threads => ("blocked", !self.last_first),
        }
    }

    /// The filter of the table.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Which pane has the screen.
    pub fn screen(&self) -> &Screen {
        &self.screen
    }

    /// Where keys go.
    pub fn key_context(&self) -> Context {
        self.context()
    }

    /// How much of the past a chart shows.
    pub fn window(&self) -> Window {
        self.window
    }

    /// Which key means what.
    pub fn keymap(&self) -> &Keymap {
        &self.keymap
    }

    /// The columns of the table of primitives.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// How many lines of the table pass the filter.
    pub fn shown(&self) -> usize {
        match self.view {
            View::Primitives => self.primitives.len(),
            View::Waiters => self.waiters.len(),
            View::Problems => self.problems.len(),
            View::Threads => self.threads.len(),
        }
    }

    /// Of the table of primitives, the rows that fit into `lines` lines, and which of them is selected. None in
    /// another view.
    pub fn visible(&self, lines: usize) -> (impl Iterator<Item = &Entry>, Option<usize>) {
        let lines = if self.view == View::Primitives { lines } else { 0 };
        let (places, selected) = self.primitives.visible(lines);
        (places.map(|at| &self.store().entries()[at]), selected)
    }

    /// The same of the table of waiters.
    pub fn visible_waits(&self, lines: usize) -> (impl Iterator<Item = Wait<'_>>, Option<usize>) {
        let lines = if self.view == View::Waiters { lines } else { 0 };
        let (places, selected) = self.waiters.visible(lines);
        (places.map(|at| at.look_up(self.store())), selected)
    }

    /// The same of the table of problems.
    pub fn visible_problems(
        &self,
        lines: usize,
    ) -> (impl Iterator<Item = &Problem>, Option<usize>) {
        let lines = if self.view == View::Problems { lines } else { 0 };
        let (places, selected) = self.problems.visible(lines);
        (places.map(|at| &self.found[at]), selected)
    }

    /// The same of the table of threads.
    pub fn visible_threads(
        &self,
        lines: usize,
    ) -> (impl Iterator<Item = &ThreadSeen>, Option<usize>) {
        let lines = if self.view == View::Threads { lines } else { 0 };
        let (places, selected) = self.threads.visible(lines);
        (places.map(|at| &self.store().threads()[at]), selected)
    }

    /// What looks wrong, whether it is listed or not.
    pub fn problems(&self) -> &[Problem] {
        &self.found
    }

    /// The first line of the pane that is not scrolled out.
    pub fn pane_top(&self) -> usize {
        self.pane_top
    }

    /// Whether the mouse is ours; otherwise the terminal can select text with it.
    pub fn wants_the_mouse(&self) -> bool {
        self.mouse
    }

    /// Whether the viewer is to end.
    pub fn wants_to_quit(&self) -> bool {
        self.quit
    }
}
