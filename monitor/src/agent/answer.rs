//! The answer to a question, page by page.
//!
//! A page is made when the one before has been sent. So there is never more than one in memory, where it stays in the
//! cache until it is written. What was seen, which takes less, is kept until the last page.

use super::rows;
use crate::clock::micros;
use crate::wire::{Changes, Refused, Row, RowId};
use named_sync::{Gone, Inspection, Look};
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
    /// What did not fit into the last page.
    left_over: Option<Item>,
    /// Who was refused a name, for the last page.
    refused: Option<Vec<Refused>>,
    /// When it was looked.
    looked: Instant,
    /// How long it took to look, and to make the pages until now.
    took: Duration,
}

/// What a page has many of.
#[derive(Debug)]
enum Item {
    Row(Row),
    Gone(RowId),
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
            left_over: None,
            refused,
            looked: during.end,
            took: during.end.saturating_duration_since(during.start),
        }
    }

    /// The generation of all pages.
    pub(super) fn generation(&self) -> Option<u64> {
        self.blank.as_ref().map(|page| page.generation)
    }

    fn next_item(&mut self) -> Option<Item> {
        let left_over = self.left_over.take();
        let mut row = || self.changed.find_map(|inspection| rows::row(&inspection, self.looked));
        left_over
            .or_else(|| row().map(Item::Row))
            .or_else(|| self.gone.next().map(|gone| Item::Gone(rows::gone(&gone))))
    }
}

impl Item {
    fn weight(&self) -> usize {
        match self {
            Item::Row(row) => 1 + row.blocked.len() + row.call_sites.as_ref().map_or(0, Vec::len),
            Item::Gone(_) => 1,
        }
    }
}

impl Iterator for Answer {
    type Item = Changes;

    fn next(&mut self) -> Option<Changes> {
        let mut page = self.blank.take()?;
        let begun = Instant::now();
        page.rows.reserve(self.changed.len().min(PAGE));
        let mut weight = 0;
        while let Some(item) = self.next_item() {
            if weight > 0 && weight + item.weight() > PAGE {
                self.left_over = Some(item);
                break;
            }
            weight += item.weight();
            match item {
                Item::Row(row) => page.rows.push(row),
                Item::Gone(id) => page.gone.push(id),
            }
        }
        self.took += begun.elapsed();
        page.more = self.left_over.is_some();
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
