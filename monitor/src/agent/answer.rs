//! The answer to a question, page by page.
//!
//! A page is made when the one before has been sent. So there is never more than one in memory, where it stays in the
//! cache until it is written. What was seen, which takes less, is kept until the last page.

use super::rows;
use crate::clock::micros;
use crate::wire::{Changes, Refused};
use named_sync::{Gone, Inspection, Look};
use std::hint::black_box;
use std::ops::Range;
use std::time::{Duration, Instant};
use std::vec;

/// How many rows, blocked threads and call sites together go into one page; more only of one row.
pub(super) const PAGE: usize = 256;

/// Pages, of which there is at least one, even if nothing changed.
#[derive(Debug)]
pub(super) struct Answer {
    /// The next page, without what there is to be in it. `None` after the last one.
    blank: Option<Changes>,
    changed: vec::IntoIter<Inspection>,
    gone: vec::IntoIter<Gone>,
    /// Who was refused a name, for the last page.
    refused: Option<Vec<Refused>>,
    /// When it was looked.
    looked: Instant,
    /// How long it took to look, and to make the pages until now.
    took: Duration,
}

impl Answer {
    /// What was seen in a look. `first` is the first page, without rows.
    pub(super) fn new(
        look: Look,
        during: Range<Instant>,
        first: Changes,
        refused: Option<Vec<Refused>>,
    ) -> Self {
        Answer {
            blank: Some(first),
            changed: look.changed.into_iter(),
            gone: look.gone.into_iter(),
            refused,
            looked: during.end,
            took: during.end.saturating_duration_since(during.start),
        }
    }

    /// The generation of all pages.
    pub(super) fn generation(&self) -> Option<u64> {
        self.blank.as_ref().map(|page| page.generation)
    }

    /// How many of the next rows go into a page, and what room is left in it then.
    fn next_rows(&self) -> (usize, usize) {
        let next = self.changed.as_slice();
        let mut room = PAGE;
        let fit =
            next.iter().map(rows::weight).take_while(|weight| match room.checked_sub(*weight) {
                Some(less) => {
                    room = less;
                    true
                }
                None => false,
            });
        match fit.count() {
            // Too many for any page wait for it: it has one of its own.
            0 if !next.is_empty() => (1, 0),
            rows if rows < next.len() => (rows, 0),
            rows => (rows, room),
        }
    }
}

/// Reads a byte of each name before the first is copied. The thread that looked has counted itself among those who have
/// them, so each is in the cache of its core. One after the other they would take a third of the time that pages take; like
/// this they are all on their way at a time.
fn fetch_names(rows: &[Inspection]) {
    let bytes = rows.iter().filter_map(|row| row.name.as_bytes().first());
    black_box(bytes.fold(0, |all, byte| all ^ byte));
}

impl Iterator for Answer {
    type Item = Changes;

    fn next(&mut self) -> Option<Changes> {
        let mut page = self.blank.take()?;
        let begun = Instant::now();
        let (rows, room) = self.next_rows();
        fetch_names(&self.changed.as_slice()[..rows]);
        page.rows.reserve(rows);
        page.rows
            .extend(self.changed.by_ref().take(rows).filter_map(|row| rows::row(row, self.looked)));
        page.gone.extend(self.gone.by_ref().take(room).map(|gone| rows::gone(&gone)));
        self.took += begun.elapsed();
        page.more = !self.changed.as_slice().is_empty() || !self.gone.as_slice().is_empty();
        if page.more {
            let Changes { at_us, generation, .. } = page;
            self.blank = Some(Changes { at_us, generation, ..Changes::default() });
        } else {
            page.refused = self.refused.take();
            page.took_us = Some(micros(self.took));
        }
        Some(page)
    }
}
