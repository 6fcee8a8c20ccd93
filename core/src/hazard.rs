//! Hazard slots: how a thread says what it is reading, so that nobody frees it meanwhile. After Maged Michael's
//! hazard pointers (<https://doi.org/10.1109/TPDS.2004.8>).
//!
//! ```text
//!   newest ──►┌───────┐ older ┌───────┐ older ┌───────┐        each thread caches a slot of its own;
//!             │ word  ├──────►│ word  ├──────►│ word  ├──► ∅   a reading within a reading takes another
//!             │ taken │       │ taken │       │ taken │
//!             └───────┘       └───────┘       └───────┘
//! ```
//!
//! A reading costs two stores to a word that nobody else writes, and a fence after the first, which some platforms make
//! a single step of. It never waits. Slots are never freed: there are as many as there ever were readings at the same
//! time.
//!
//! | word | its owner is reading |
//! | --- | --- |
//! | 0 | nothing |
//! | even | what is at this address |
//! | odd | something for which the word stands by agreement, such as a time |
//!
//! I14: a reader announces a word, passes a fence, and then looks whether what the word stands for is still in
//! its place. Who wants to free something first takes it out of its place, passes a fence, and then looks at all
//! slots. Of two `SeqCst` fences one comes first: if it is the reader's, the other one sees the announcement and
//! does not free; if it is the other's, the reader sees that the thing is out of its place and does not read it.

use std::ptr;

use crate::pad::Padded;
use crate::sync::{
    self, AtomicPtr, AtomicU8, AtomicU64, Cell, Ordering, StdArc, fence, per_thread, process_wide,
    reclaiming,
};

/// Before a collector looks for the last time.
const PAUSES: u32 = 16;

/// The word of a slot whose owner reads nothing.
const IDLE: u64 = 0;

struct Slot {
    /// On a cache line of its own: a reader writes it twice in each reading.
    word: Padded<AtomicU64>,
    taken: AtomicU8,
    /// The slot that was made before this one. Written before the slot is in the list, and never after.
    older: *const Slot,
}

// SAFETY: `older` points to a slot that lives at least as long as the list, which outlives whoever follows it.
unsafe impl Send for Slot {}
// SAFETY: as above; it is not written after the slot is shared.
unsafe impl Sync for Slot {}

const FREE: u8 = 0;
const TAKEN: u8 = 1;

struct Slots {
    newest: AtomicPtr<Slot>,
}

process_wide! {
    static SLOTS: Slots = Slots { newest: AtomicPtr::new(ptr::null_mut()) };
}

per_thread! {
    /// The slot that this thread uses again and again, or null.
    static CACHED: Cell<*const Slot> = Cell::new(ptr::null());
}

per_thread! {
    /// Gives the cached slot back when the thread ends.
    static LEASE: Lease = Lease(Cell::new(None));
}

struct Lease(Cell<Option<Held>>);

impl Drop for Lease {
    fn drop(&mut self) {
        // Whoever reads after this, in another variable's drop, takes a slot for each reading.
        let _ = CACHED.try_with(|cached| cached.set(ptr::null()));
    }
}

/// A slot that is ours until this is dropped.
struct Held(StdArc<Slot>);

impl Drop for Held {
    fn drop(&mut self) {
        // ORDERING: Release pairs with the Acquire in `Slots::take`: the next owner's words come after ours.
        self.0.taken.store(FREE, Ordering::Release);
    }
}

impl Slots {
    /// A slot that nobody else has.
    #[cold]
    fn take(&self) -> Held {
        for slot in self.iter() {
            // ORDERING: Acquire pairs with the Release in `Held::drop`.
            let taken =
                slot.taken.compare_exchange(FREE, TAKEN, Ordering::Acquire, Ordering::Relaxed);
            if taken.is_ok() {
                // Relaxed: ordered by the exchange. If it were not, the former owner's last word could come after
                // our first, and hide it.
                debug_assert_eq!(slot.word.load(Ordering::Relaxed), IDLE);
                let slot = ptr::from_ref(slot);
                // SAFETY: every slot in the list is an `StdArc`'s, and the list owns one count of it.
                unsafe { StdArc::increment_strong_count(slot) };
                // SAFETY: as above; the count that we added is ours.
                return Held(unsafe { StdArc::from_raw(slot) });
            }
        }
        let mut slot = StdArc::new(Slot {
            word: Padded(AtomicU64::new(IDLE)),
            taken: AtomicU8::new(TAKEN),
            older: ptr::null(),
        });
        // Relaxed: a stale value is found out by the exchange.
        let mut newest = self.newest.load(Ordering::Relaxed);
        loop {
            if let Some(slot) = StdArc::get_mut(&mut slot) {
                slot.older = newest;
            }
            let new = StdArc::as_ptr(&slot).cast_mut();
            // ORDERING: Release publishes the slot to the Acquire in `iter`. Failure is Relaxed, as the slots
            // found are not looked at here.
            match self.newest.compare_exchange(newest, new, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => break,
                Err(newer) => newest = newer,
            }
        }
        // The list's count.
        std::mem::forget(StdArc::clone(&slot));
        Held(slot)
    }

    fn iter(&self) -> impl Iterator<Item = &Slot> {
        // ORDERING: Acquire pairs with the Release in `take`. All changes are read-modify-writes, so every older
        // slot stays published too.
        let mut next = self.newest.load(Ordering::Acquire).cast_const();
        std::iter::from_fn(move || {
            // SAFETY: slots live as long as the list.
            let slot = unsafe { next.as_ref() }?;
            next = slot.older;
            Some(slot)
        })
    }
}

/// Only a model's list is ever dropped: at the end of each execution.
impl Drop for Slots {
    fn drop(&mut self) {
        // Relaxed: we are alone.
        let mut next = self.newest.load(Ordering::Relaxed).cast_const();
        while !next.is_null() {
            // SAFETY: the list's count of this slot, which came from `StdArc::new`.
            let slot = unsafe { StdArc::from_raw(next) };
            next = slot.older;
        }
    }
}

/// A reading of one thing at a time that others may want to free.
pub(crate) struct Reading {
    slot: *const Slot,
    /// Whether the slot was taken for this reading alone: the thread is reading already, or about to end.
    apart: bool,
}

impl Reading {
    /// Begins with announcing `word`. Look whether what it stands for is still in its place before reading it, and
    /// not before this (I14).
    #[inline]
    pub(crate) fn begin(word: u64) -> Self {
        let cached = CACHED.try_with(Cell::get).unwrap_or(ptr::null());
        // SAFETY: the slots live as long as the list, and a lease keeps the cached one even longer.
        let reading = match unsafe { cached.as_ref() } {
            // Relaxed: this thread wrote it.
            Some(slot) if slot.word.load(Ordering::Relaxed) == IDLE => {
                Self { slot: cached, apart: false }
            }
            _ => Self::begin_apart(cached.is_null()),
        };
        reading.announce(word);
        reading
    }

    #[cold]
    fn begin_apart(to_be_cached: bool) -> Self {
        let held = SLOTS.take();
        let slot = StdArc::as_ptr(&held.0);
        let mut held = Some(held);
        if to_be_cached {
            let _ = LEASE.try_with(|lease| lease.0.set(held.take()));
        }
        let apart = held.is_some();
        if !apart {
            let _ = CACHED.try_with(|cached| cached.set(slot));
        }
        // The end of the reading makes it anew.
        std::mem::forget(held);
        Self { slot, apart }
    }

    fn slot(&self) -> &Slot {
        // SAFETY: as in `begin`.
        unsafe { &*self.slot }
    }

    /// Announces something else, in place of what was announced before; as in [`begin`](Self::begin).
    #[inline]
    pub(crate) fn announce(&self, word: u64) {
        debug_assert!(word != IDLE);
        let slot = self.slot();
        if !sync::store_with_fence(&slot.word, word) {
            // ORDERING: Release, as it may end an earlier reading; pairs with the Acquire in `announced`. The fence
            // pairs with the one there (I14).
            slot.word.store(word, Ordering::Release);
            fence(Ordering::SeqCst);
        }
    }
}

impl Drop for Reading {
    #[inline(always)]
    fn drop(&mut self) {
        // ORDERING: Release ends our reading; pairs with the Acquire in `announced`.
        self.slot().word.store(IDLE, Ordering::Release);
        if self.apart {
            // SAFETY: the count that `begin_apart` forgot.
            drop(Held(unsafe { StdArc::from_raw(self.slot) }));
        }
    }
}

/// Gives those who are reading, most of them about to leave, a moment to do so: long enough for a store that its
/// processor has not yet shown to others. In a model they leave whenever it makes a difference.
pub(crate) fn let_readers_leave() {
    if !sync::MODEL_CHECKED {
        (0..PAUSES).for_each(|_| sync::spin_loop());
    }
}

/// What all threads are reading, for somebody who has taken things out of their places (I14).
pub(crate) fn announced() -> Vec<u64> {
    reclaiming(|| {
        // ORDERING: pairs with the fence in `announce`.
        fence(Ordering::SeqCst);
        SLOTS
            .iter()
            // ORDERING: Acquire pairs with the Release stores of `announce` and of the reading's end: what is not
            // announced any more has been read.
            .map(|slot| slot.word.load(Ordering::Acquire))
            .filter(|&word| word != IDLE)
            .collect()
    })
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::sync::scope;

    #[test]
    fn a_reading_within_a_reading_hides_nothing() {
        let outer = Reading::begin(0x1000);
        {
            let _inner = Reading::begin(0x2000);
            let words = announced();
            assert!(words.contains(&0x1000) && words.contains(&0x2000), "{words:?}");
        }
        let words = announced();
        assert!(words.contains(&0x1000) && !words.contains(&0x2000), "{words:?}");
        drop(outer);
        assert!(!announced().contains(&0x1000));
    }

    #[test]
    fn threads_that_come_and_go_use_the_same_slots() {
        let one = || {
            scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| drop(Reading::begin(0x3000)));
                }
            });
        };
        one();
        let before = SLOTS.iter().count();
        for _ in 0..50 {
            one();
        }
        // Other tests of this process may run at the same time.
        assert!(SLOTS.iter().count() <= before + 16);
    }

    #[test]
    fn a_thread_local_that_reads_while_the_thread_ends_finds_a_slot() {
        struct Late;
        impl Drop for Late {
            fn drop(&mut self) {
                let _reading = Reading::begin(0x5000);
                assert!(announced().contains(&0x5000));
            }
        }
        per_thread! {
            static LATE: Late = Late;
        }
        let reads = || {
            // Registered before the cache, and so dropped after it or before it.
            LATE.with(|_| ());
            drop(Reading::begin(0x4000));
        };
        scope(|scope| scope.spawn(reads).join()).unwrap();
        assert!(!announced().contains(&0x5000));
    }
}
