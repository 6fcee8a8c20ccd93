//! Entries that are in no chain any more, and when they may be freed.
//!
//! Look-ups do not say which entries they read, only *since when*: each announces the time at which it began. The
//! clock is one for the whole process and is moved on whenever something was removed. Its times are odd, so that
//! nobody takes them for addresses (see `hazard`).
//!
//! ```text
//!   remove:   unlink, stamp with the time, move the clock on    fence    look at all slots
//!   look-up:  take the time, announce it                        fence    read the chain
//! ```
//!
//! I16: a removed entry is freed after a look at all slots, begun after it was unlinked and stamped, that found no
//! time as early as its stamp. A look-up with a later time took it from the clock after the stamp, so it sees that
//! the entry is unlinked and does not come by it. One with an earlier time is either seen, or its fence comes after
//! the fence of the one who looked, and it sees the same (I14).

use std::collections::VecDeque;

use super::entry::Entry;
use crate::hazard::{self, Reading};
use crate::sync::{AtomicU64, Ordering, process_wide};

process_wide! {
    static CLOCK: AtomicU64 = AtomicU64::new(1);
}

/// Begins to read chains of entries.
#[inline]
pub(crate) fn begin_reading() -> Reading {
    // Relaxed: the fence in `begin` comes after it and so makes an acquire of it, which pairs with the Release in
    // `Retired::push`.
    Reading::begin(CLOCK.load(Ordering::Relaxed))
}

/// The time at which the oldest reading began that is not over. What was unlinked before this call and stamped with
/// an earlier time may be freed (I16).
pub(super) fn oldest_reading() -> u64 {
    let times = hazard::announced().into_iter().filter(|word| word % 2 == 1);
    times.min().unwrap_or(u64::MAX)
}

/// Entries that are in no chain any more and belong to us alone, but for look-ups that came by them before. Dropped,
/// it frees them: then there must be none (I16).
pub(super) enum Removed<H> {
    /// This entry. Its link leads to others that may still be in the table.
    One(*mut Entry<H>),
    /// These entries and all that their links lead to.
    Chains(Vec<*mut Entry<H>>),
}

// SAFETY: the handles are shared with look-ups of other threads, and dropped by any thread, which `H: Send + Sync`
// allows.
unsafe impl<H: Send + Sync> Send for Removed<H> {}

impl<H> Removed<H> {
    fn pointers(&self) -> impl Iterator<Item = *mut Entry<H>> {
        let (one, chains) = match self {
            Self::One(entry) => (Some(*entry), &[][..]),
            Self::Chains(chains) => (None, &chains[..]),
        };
        let linked = chains.iter().flat_map(|&first| {
            let mut next = first;
            std::iter::from_fn(move || {
                let entry = next;
                // SAFETY: the entries are ours, and alive.
                // Relaxed: links of removed entries do not change, and we acquired them with the lock.
                next = unsafe { entry.as_ref() }?.next.load(Ordering::Relaxed);
                Some(entry)
            })
        });
        one.into_iter().chain(linked)
    }

    pub(super) fn handles(&self) -> impl Iterator<Item = &H> {
        // SAFETY: the entries are ours, and alive. What look-ups do meanwhile is to read them, as we do.
        self.pointers().map(|entry| unsafe { &*entry }.handle())
    }
}

impl<H> Drop for Removed<H> {
    fn drop(&mut self) {
        let free = |entry: *mut Entry<H>| {
            // SAFETY: it came from `Box::into_raw`, is nowhere else, and nobody reads it (I16).
            let entry = unsafe { Box::from_raw(entry) };
            entry.bury();
            entry
        };
        // All are collected first: should the drop of a handle panic, the others are dropped all the same.
        drop(self.pointers().map(free).collect::<Vec<_>>());
    }
}

/// What waits until nobody reads it, oldest first. It belongs to the lock of a table.
pub(super) struct Retired<H>(VecDeque<(u64, Removed<H>)>);

impl<H> Default for Retired<H> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<H> Retired<H> {
    /// Takes what was unlinked, and gives it the stamp that is returned.
    pub(super) fn push(&mut self, removed: Removed<H>) -> u64 {
        // ORDERING: Release pairs with the load in `begin_reading` and the fence after it: who sees the time moved
        // on sees the entries unlinked. Every change is a read-modify-write, so later times say so as well.
        let stamp = CLOCK.fetch_add(2, Ordering::Release);
        self.0.push_back((stamp, removed));
        stamp
    }

    /// The stamp of what came last.
    pub(super) fn newest(&self) -> Option<u64> {
        self.0.back().map(|&(stamp, _)| stamp)
    }

    /// The stamp of what has waited longest.
    pub(super) fn oldest(&self) -> Option<u64> {
        self.0.front().map(|&(stamp, _)| stamp)
    }

    /// What was stamped before that time, to be freed when the lock is released.
    pub(super) fn take_before(&mut self, time: u64) -> Vec<Removed<H>> {
        let number = self.0.iter().take_while(|&&(stamp, _)| stamp < time).count();
        self.0.drain(..number).map(|(_, removed)| removed).collect()
    }
}
