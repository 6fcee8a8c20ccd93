//! The words of a primitive that change whenever what is told of it changes.

use std::ptr;

use super::SharedValue;
use crate::identity::Identity;
use crate::inspect::Inspection;
use crate::queue::{has_waiters, head_stays_with_tail};
use crate::sync::{self, AtomicI64, AtomicU64, Ordering, fault};
use crate::wait_group;

/// What a primitive keeps, as it is: equal glances, equal state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Glance {
    pub(crate) words: [u64; 2],
    /// Whether somebody may be blocked, or there is something else that the words do not say: then it is inspected
    /// whatever they say.
    pub(crate) has_more: bool,
}

/// Where the words of a primitive are, for whoever looks again and again: to come by them through the primitive takes
/// longer than to look at them, and brings more of it into the cache.
#[derive(Clone, Copy)]
pub(crate) struct WordsAt {
    /// The one that changes whenever anything does, as long as they are [settled](Self::are_settled).
    first: *const (),
    /// That of a queue's head.
    head: *const AtomicU64,
    what: What,
}

/// What the first word is.
#[derive(Clone, Copy)]
enum What {
    /// The value of an atomic.
    Number,
    /// The version of a shared variable (I20).
    Version,
    /// The word of a wait group.
    Count,
    /// The same of a tracked one: what lines did is not in the word.
    TrackedCount,
    /// That of a queue's tail.
    Tail,
}

impl WordsAt {
    pub(crate) fn of_number(value: &AtomicI64) -> Self {
        Self::of(value, What::Number)
    }

    pub(crate) fn of_version(latest: &AtomicU64) -> Self {
        Self::of(latest, What::Version)
    }

    pub(crate) fn of_count(word: &AtomicU64, is_tracked: bool) -> Self {
        Self::of(word, if is_tracked { What::TrackedCount } else { What::Count })
    }

    pub(crate) fn of_ends([tail, head]: [&AtomicU64; 2]) -> Self {
        Self { head, ..Self::of(tail, What::Tail) }
    }

    fn of<T>(first: *const T, what: What) -> Self {
        Self { first: first.cast(), head: ptr::null(), what }
    }

    /// The first word as it is now. It takes the same steps for all, and so can be asked of many without finding out what
    /// each of them is.
    ///
    /// # Safety
    ///
    /// The primitive is alive.
    #[inline]
    pub(super) unsafe fn first(self) -> u64 {
        // Relaxed, both: compared and not acted upon. What is told is looked at anew; of a shared variable, the fence with
        // which an inspection begins to read acquires what the store of this version released.
        match self.what {
            What::Number => {
                // SAFETY: it is one, and alive, as the caller says.
                let value = unsafe { &*self.first.cast::<AtomicI64>() };
                value.load(Ordering::Relaxed).cast_unsigned()
            }
            What::Version | What::Count | What::TrackedCount | What::Tail => {
                // SAFETY: as above.
                unsafe { &*self.first.cast::<AtomicU64>() }.load(Ordering::Relaxed)
            }
        }
    }

    /// Whether there is nothing to see once these were the words, as long as the first is the same.
    pub(super) fn are_settled(self, words: [u64; 2]) -> bool {
        match self.what {
            What::Number | What::Version | What::Count => true,
            What::TrackedCount => false,
            What::Tail => {
                let nobody_waits = !has_waiters(words[0]) || fault!("settle-with-the-bit-set");
                nobody_waits && head_stays_with_tail(words)
            }
        }
    }

    /// The words as they are now, of which this is the first, once they were `known`.
    ///
    /// # Safety
    ///
    /// The primitive is alive.
    #[inline]
    pub(super) unsafe fn glance(self, first: u64, known: [u64; 2]) -> Glance {
        match self.what {
            What::Number | What::Version => Glance { words: [first, 0], has_more: false },
            What::Count => wait_group::glance_at(first),
            What::TrackedCount => Glance { has_more: true, ..wait_group::glance_at(first) },
            What::Tail => {
                let is_head_known = first == known[0] && head_stays_with_tail(known)
                    || fault!("look-at-one-end-only");
                // SAFETY: the head of that queue, which is alive, as the caller says.
                // Relaxed: as the first. If that is older than what `head` would be, that is told the next time.
                let head = || unsafe { &*self.head }.load(Ordering::Relaxed);
                let words = [first, if is_head_known { known[1] } else { head() }];
                Glance { words, has_more: words.into_iter().any(has_waiters) }
            }
        }
    }

    /// Has those brought into the cache that a look at them begins with, once they were `known`.
    #[inline]
    pub(super) fn fetch_ahead(self, known: [u64; 2]) {
        sync::fetch_ahead(self.first);
        if matches!(self.what, What::Tail) && !head_stays_with_tail(known) {
            sync::fetch_ahead(self.head);
        }
    }
}

/// What the handles of a primitive share, of any kind.
pub(crate) trait Observed {
    /// Where its words are as long as it lives.
    fn words_at(&self) -> WordsAt;

    /// Has what an inspection looks at first brought into the cache. Mostly that is all of this.
    fn fetch_ahead(&self) {
        fetch_whole(self);
    }

    /// Has brought into the cache what an inspection looks at by way of that, but for the name.
    fn fetch_further(&self) {}

    fn identity(&self) -> &Identity;

    /// What is told of it, but for the text of a shared value.
    fn inspect(&self) -> Inspection;

    /// The same, and beside it the value whose text is to be written, if there is one.
    fn inspect_unwritten(&self) -> (Inspection, Option<SharedValue>) {
        (self.inspect(), None)
    }
}

/// Primitives that are brought into the cache, as far as they are inspected, before the first of them is.
pub(crate) const FETCHED_TOGETHER: usize = 32;

/// Has brought into the cache what an inspection of these looks at. Each step is at what the one before has brought there.
pub(crate) fn fetch_together<'a>(
    primitives: impl Iterator<Item = &'a (dyn Observed + 'static)> + Clone,
) {
    primitives.clone().for_each(Observed::fetch_ahead);
    for primitive in primitives {
        primitive.fetch_further();
        primitive.identity().fetch_name();
    }
}

/// Has all of something brought into the cache.
pub(crate) fn fetch_whole<T: ?Sized>(it: &T) {
    fetch_bytes(ptr::from_ref(it).cast(), size_of_val(it));
}

/// As [`fetch_whole`], of what may be there no more, or nowhere.
pub(crate) fn fetch_whole_at<T>(it: *const T) {
    fetch_bytes(it.cast(), size_of::<T>());
}

fn fetch_bytes(first: *const u8, size: usize) {
    for offset in (0..size).step_by(64) {
        sync::fetch_ahead(first.wrapping_add(offset));
    }
    // It need not begin at the beginning of a line.
    sync::fetch_ahead(first.wrapping_add(size.saturating_sub(1)));
}

/// Of a primitive of which nothing is known: the words of no queue.
pub(super) const UNKNOWN: [u64; 2] = [u64::MAX; 2];

/// A handle of any kind.
pub(crate) trait Handle {
    /// Has what leads to the primitive brought into the cache, if that is not the handle itself.
    fn fetch_ahead(&self) {}

    fn inside(&self) -> &(dyn Observed + 'static);
}
