//! The words of a primitive that change whenever what is told of it changes.

use super::SharedValue;
use crate::identity::Identity;
use crate::inspect::Inspection;
use crate::queue::{has_waiters, head_stays_with_tail};
use crate::sync::{self, AtomicI64, AtomicU64, Ordering, fault};
use crate::wait_group::Count;

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
pub(crate) enum WordsAt {
    /// The value of an atomic.
    Number(*const AtomicI64),
    /// The version of a shared variable (I20).
    Version(*const AtomicU64),
    /// The word of a wait group.
    Count(*const Count),
    /// The same of a tracked one: what lines did is not in the word.
    TrackedCount(*const Count),
    /// The words of a queue's two ends.
    Ends([*const AtomicU64; 2]),
}

impl WordsAt {
    /// The words as they are now, once they were `known`.
    ///
    /// # Safety
    ///
    /// The primitive is alive.
    #[inline]
    pub(super) unsafe fn glance(self, known: [u64; 2]) -> Glance {
        // Relaxed, all: compared and not acted upon.
        match self {
            Self::Number(number) => {
                // SAFETY: as the caller says.
                let value = unsafe { &*number }.load(Ordering::Relaxed);
                Glance { words: [value.cast_unsigned(), 0], has_more: false }
            }
            Self::Version(latest) => {
                // SAFETY: as the caller says.
                // Relaxed: the fence with which an inspection begins to read acquires what the store of this version released.
                let latest = unsafe { &*latest }.load(Ordering::Relaxed);
                Glance { words: [latest, 0], has_more: false }
            }
            // SAFETY: as the caller says.
            Self::Count(count) => unsafe { &*count }.glance(),
            Self::TrackedCount(count) => {
                // SAFETY: as the caller says.
                Glance { has_more: true, ..unsafe { &*count }.glance() }
            }
            Self::Ends([tail, head]) => {
                // SAFETY: as the caller says.
                // Relaxed: as above. If it is older than what `head` would be, that is told the next time.
                let tail = unsafe { &*tail }.load(Ordering::Relaxed);
                let is_head_known = tail == known[0] && head_stays_with_tail(known)
                    || fault!("look-at-one-end-only");
                // SAFETY: as the caller says.
                // Relaxed: as above.
                let head = || unsafe { &*head }.load(Ordering::Relaxed);
                let words = [tail, if is_head_known { known[1] } else { head() }];
                Glance { words, has_more: words.into_iter().any(has_waiters) }
            }
        }
    }

    /// Has those brought into the cache that a glance looks at, once they were `known`.
    #[inline]
    pub(super) fn fetch_ahead(self, known: [u64; 2]) {
        match self {
            Self::Number(number) => sync::fetch_ahead(number),
            Self::Version(latest) => sync::fetch_ahead(latest),
            Self::Count(count) | Self::TrackedCount(count) => sync::fetch_ahead(count),
            Self::Ends([tail, _]) if head_stays_with_tail(known) => sync::fetch_ahead(tail),
            Self::Ends(ends) => ends.into_iter().for_each(sync::fetch_ahead),
        }
    }
}

/// What the handles of a primitive share, of any kind.
pub(crate) trait Observed {
    /// Where its words are as long as it lives.
    fn words_at(&self) -> WordsAt;

    /// Has what an inspection looks at brought into the cache, if that is more than all of this and its name.
    fn fetch_ahead(&self) {}

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
    primitives.clone().for_each(fetch_whole);
    for primitive in primitives {
        primitive.fetch_ahead();
        primitive.identity().fetch_ahead();
    }
}

/// Has all of a primitive brought into the cache.
fn fetch_whole(primitive: &(dyn Observed + 'static)) {
    let first = std::ptr::from_ref(primitive).cast::<u8>();
    let size = size_of_val(primitive);
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
