//! What a viewer does not know yet.
//!
//! A connection remembers the last answer and nothing else. A question that names that answer gets the
//! difference; any other question gets everything. So there is no history to keep, and no way to be wrong
//! about what a viewer has: it says so itself.

use super::answer::Answer;
use super::rows;
use crate::clock::micros;
use crate::wire::{Changes, Refused};
use named_sync::{Observer, Refusal, Registry, SharedValue};
use std::sync::Arc;
use std::time::Instant;

/// The last answer on one connection.
#[derive(Debug)]
pub(super) struct Tracker<'a> {
    registry: &'a Registry,
    /// Whether nothing was sent yet.
    is_fresh: bool,
    generation: u64,
    observer: Observer<'a>,
    /// Who was refused a name.
    refused: Vec<Arc<Refusal>>,
}

impl<'a> Tracker<'a> {
    /// One that has sent nothing yet; on its connection the last answer was of this generation.
    pub(super) fn new(registry: &'a Registry, generation: u64) -> Self {
        Tracker {
            registry,
            is_fresh: true,
            generation,
            observer: registry.observe(),
            refused: vec![],
        }
    }

    /// The answer to a question.
    pub(super) fn changes(
        &mut self,
        since: u64,
        start: Instant,
        write: impl FnMut(SharedValue) -> String,
    ) -> Answer {
        let full = std::mem::take(&mut self.is_fresh) || since == 0 || since != self.generation;
        self.generation += 1;
        if full {
            self.observer = self.registry.observe();
            self.refused.clear();
        }
        let begun = Instant::now();
        let look = self.observer.look_and_write(write);
        let looked = Instant::now();
        let at_us = micros(looked.saturating_duration_since(start));
        let first = Changes { at_us, full, generation: self.generation, ..Changes::default() };
        Answer::new(look, begun..looked, first, self.refused(start))
    }

    /// Who was refused a name, if that is news.
    fn refused(&mut self, start: Instant) -> Option<Vec<Refused>> {
        let refused = self.registry.refusals();
        let is_known = refused.iter().map(Arc::as_ptr).eq(self.refused.iter().map(Arc::as_ptr));
        self.refused = refused;
        let all = self.refused.iter();
        (!is_known).then(|| all.map(|refusal| rows::refused(refusal, start)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::answer::PAGE;
    use super::*;
    use crate::wire::Changes;
    use named_sync::Kind;
    use std::task::{Context, Waker};

    fn names(pages: &[Changes]) -> Vec<&str> {
        let rows = pages.iter().flat_map(|page| &page.rows);
        let mut names: Vec<&str> = rows.map(|row| row.id.name.as_str()).collect();
        names.sort_unstable();
        names
    }

    fn ask(tracker: &mut Tracker<'_>, since: u64) -> Vec<Changes> {
        tracker.changes(since, Instant::now(), |value| value.to_string()).collect()
    }

    #[test]
    fn only_what_changed_is_sent() {
        let registry = Registry::new();
        let hits = registry.atomic("hits", 0);
        registry.atomic("misses", 0);
        let mut tracker = Tracker::new(&registry, 0);
        let first = ask(&mut tracker, 0);
        assert!(first[0].full);
        assert_eq!(names(&first), ["hits", "misses"]);
        let second = ask(&mut tracker, first[0].generation);
        assert_eq!((second.len(), names(&second).len(), second[0].full), (1, 0, false));
        hits.add(1);
        let third = ask(&mut tracker, second[0].generation);
        assert_eq!(names(&third), ["hits"]);
    }

    #[test]
    fn what_was_removed_is_named_once() {
        let registry = Registry::new();
        registry.atomic("hits", 0);
        let mut tracker = Tracker::new(&registry, 0);
        let first = ask(&mut tracker, 0);
        registry.remove(Kind::Atomic, "hits");
        let second = ask(&mut tracker, first[0].generation);
        assert_eq!(second[0].gone.iter().map(|id| id.name.as_str()).collect::<Vec<_>>(), ["hits"]);
        let third = ask(&mut tracker, second[0].generation);
        assert!(third[0].gone.is_empty());
    }

    #[test]
    fn who_was_refused_a_name_is_told_when_it_is_news() {
        let registry = Registry::new();
        let mut tracker = Tracker::new(&registry, 0);
        let refused = |pages: Vec<Changes>| {
            let refused = pages.into_iter().find_map(|page| page.refused);
            refused.map(|all| all.iter().map(|one| (one.id.name.clone(), one.times)).collect())
        };
        let is = |name: &str, times| Some(vec![(name.to_owned(), times)]);
        let nothing: Option<Vec<(String, u64)>> = None;
        assert_eq!(refused(ask(&mut tracker, 0)), nothing);
        registry.queue::<u8>("jobs", 1).unwrap();
        for times in 1..=2 {
            registry.queue::<u8>("jobs", 2).unwrap_err();
            if times == 1 {
                assert_eq!(refused(ask(&mut tracker, 1)), is("jobs", 1));
                assert_eq!(refused(ask(&mut tracker, 2)), nothing, "no news");
            }
        }
        registry.queue::<u8>("jobs", 2).unwrap_err();
        let refused_again = ask(&mut tracker, 3).into_iter().find_map(|page| page.refused).unwrap();
        assert_eq!(refused_again.len(), 2, "two lines");
        assert!(ask(&mut tracker, 0).iter().any(|page| page.refused.is_some()), "all over again");
        registry.clear();
        assert_eq!(refused(ask(&mut tracker, 5)), Some(vec![]), "no more");
    }

    #[test]
    fn a_viewer_that_lost_its_place_gets_everything() {
        let registry = Registry::new();
        registry.atomic("hits", 0);
        let mut tracker = Tracker::new(&registry, 0);
        for since in [0, 7, 0, u64::MAX] {
            let answer = ask(&mut tracker, since);
            assert!(answer[0].full);
            assert_eq!(names(&answer), ["hits"]);
        }
    }

    #[test]
    fn many_rows_are_cut_into_pages_of_one_generation() {
        let registry = Registry::new();
        for n in 0..1000 {
            registry.atomic(&format!("a{n:04}"), 0);
        }
        let pages = ask(&mut Tracker::new(&registry, 0), 0);
        assert_eq!(names(&pages).len(), 1000);
        assert!(
            pages
                .iter()
                .all(|page| page.rows.len() <= PAGE && page.generation == pages[0].generation)
        );
        let more: Vec<bool> = pages.iter().map(|page| page.more).collect();
        assert_eq!(more, [true, true, true, false]);
        assert_eq!(pages.iter().filter(|page| page.full).count(), 1);
        let took: Vec<bool> = pages.iter().map(|page| page.took_us.is_some()).collect();
        assert_eq!(took, [false, false, false, true]);
    }

    #[test]
    fn a_page_holds_what_fits_and_one_row_at_least() {
        let registry = Registry::new();
        let busy = registry.queue::<u8>("busy", 1).unwrap();
        let mut gets: Vec<_> = (0..300).map(|_| Box::pin(busy.get_async())).collect();
        for get in &mut gets {
            assert!(get.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        for n in 0..PAGE + 50 {
            registry.atomic(&format!("a{n:04}"), 0);
        }
        let mut tracker = Tracker::new(&registry, 0);
        let pages = ask(&mut tracker, 0);
        assert_eq!(names(&pages).len(), PAGE + 51);
        let weight = |page: &Changes| {
            page.rows.iter().map(|row| 1 + row.blocked.len()).sum::<usize>() + page.gone.len()
        };
        for page in &pages {
            assert!(weight(page) <= PAGE || page.rows.len() == 1, "{} rows", page.rows.len());
        }
        assert!(pages.iter().any(|page| weight(page) > PAGE), "that of the busy queue");

        for n in 0..PAGE + 50 {
            registry.remove(Kind::Atomic, &format!("a{n:04}"));
        }
        for n in 0..10 {
            registry.atomic(&format!("b{n}"), 0);
        }
        let pages = ask(&mut tracker, pages[0].generation);
        let sizes: Vec<_> = pages.iter().map(|page| (page.rows.len(), page.gone.len())).collect();
        assert_eq!(sizes, [(10, PAGE - 10), (0, 60)], "what is gone fills up a page of rows");
    }
}
