//! The wait group's word: count, waiter bit and generation change together.
//!
//! ```text
//!  63                          33        32        31                       0
//! ┌──────────────────────────────┬─────────┬─────────────────────────────────┐
//! │ generation                   │ WAITERS │ count                           │
//! └──────────────────────────────┴─────────┴─────────────────────────────────┘
//! ```
//!
//! I9: the exchange that takes the count to zero also takes the generation one further and clears the
//! waiter bit. Waiters carry the generation that they wait for, and its end releases them and nobody else.
//!
//! Every change of the word is a read-modify-write, so an Acquire load of any later value synchronizes
//! with every `done` before it (they all belong to one release sequence).

use crate::observer::Glance;
use crate::sync::{AtomicU64, Ordering, fault};

const COUNT: u64 = u32::MAX as u64;
const WAITERS: u64 = 1 << 32;
const GENERATION_SHIFT: u32 = 33;
const GENERATION: u64 = 1 << GENERATION_SHIFT;

#[derive(Debug)]
pub(super) struct Count(AtomicU64);

/// What a change of the count did.
#[derive(Debug)]
pub(super) enum Change {
    /// The generation goes on, or has not begun.
    Counted,
    /// The count reached zero and ended this generation.
    Ended { generation: u32, had_waiters: bool },
}

fn count(word: u64) -> u32 {
    (word & COUNT) as u32
}

fn generation(word: u64) -> u32 {
    (word >> GENERATION_SHIFT) as u32
}

impl Count {
    pub(super) fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Adds `delta`. The error is the count, which was left as it was.
    pub(super) fn change(&self, delta: i64) -> Result<Change, u32> {
        // Relaxed: a stale value is found out by the exchange.
        let mut word = self.0.load(Ordering::Relaxed);
        loop {
            let old = count(word);
            let Some(new) =
                i64::from(old).checked_add(delta).and_then(|new| u32::try_from(new).ok())
            else {
                return Err(old);
            };
            let ends = old > 0 && new == 0;
            let next = if ends {
                (word & !(COUNT | WAITERS)).wrapping_add(if fault!("same-generation") {
                    0
                } else {
                    GENERATION
                })
            } else {
                (word & !COUNT) | u64::from(new)
            };
            // ORDERING: Release publishes what the caller did before, to the Acquire loads of those who wait for
            // zero. All changes of the word are read-modify-writes, so each hands on what the ones before it
            // released: who sees the change that ends the generation has acquired all of them.
            match self.0.compare_exchange_weak(word, next, Ordering::Release, Ordering::Relaxed) {
                Ok(_) if ends => {
                    return Ok(Change::Ended {
                        generation: generation(word),
                        had_waiters: word & WAITERS != 0,
                    });
                }
                Ok(_) => return Ok(Change::Counted),
                Err(newer) => word = newer,
            }
        }
    }

    /// The generation that is under way, or `None` if the count is zero.
    pub(super) fn generation_under_way(&self) -> Option<u32> {
        // ORDERING: pairs with the Release in `change`: who finds zero sees what was done.
        let word = self.0.load(Ordering::Acquire);
        (count(word) > 0).then_some(generation(word))
    }

    /// Whether this generation has ended.
    pub(super) fn has_ended(&self, of: u32) -> bool {
        // ORDERING: pairs with the Release in `change`, as above.
        generation(self.0.load(Ordering::Acquire)) != of
    }

    /// Sets the waiter bit if the generation is still under way (I2).
    pub(super) fn arm(&self, of: u32) -> bool {
        // Relaxed, all: the exchange proves what the load saw, and the list's lock orders the list. Who
        // fails here looks again with `has_ended`.
        let mut word = self.0.load(Ordering::Relaxed);
        while generation(word) == of {
            match self.0.compare_exchange_weak(
                word,
                word | WAITERS,
                Ordering::Relaxed,
                Ordering::Relaxed,
            ) {
                Ok(_) => return true,
                Err(newer) => word = newer,
            }
        }
        false
    }

    /// Clears the waiter bit (I4).
    pub(super) fn disarm(&self) {
        // Relaxed: the bit is only ever acted upon under the list's lock, which we hold.
        self.0.fetch_and(!WAITERS, Ordering::Relaxed);
    }

    /// `(count, generation)`.
    pub(super) fn get(&self) -> (u32, u32) {
        // ORDERING: pairs with the Release in `change`: who finds zero sees what was done.
        let word = self.0.load(Ordering::Acquire);
        (count(word), generation(word))
    }

    /// The word itself, for an observer.
    pub(super) fn word(&self) -> &AtomicU64 {
        &self.0
    }
}

/// What there is to see of this word.
pub(crate) fn glance_at(word: u64) -> Glance {
    Glance { words: [word & !WAITERS, 0], has_more: word & WAITERS != 0 }
}

/// The word of this state, as there is to see of it.
pub(crate) fn word_of(count: u32, generation: u32) -> u64 {
    u64::from(generation) << GENERATION_SHIFT | u64::from(count)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn the_last_generation_is_followed_by_the_first() {
        let last = (1u64 << 31) - 1;
        let counter = Count(AtomicU64::new(last << GENERATION_SHIFT));
        assert!(matches!(counter.change(1), Ok(Change::Counted)));
        assert_eq!(counter.generation_under_way(), Some(last as u32));
        assert!(counter.arm(last as u32));
        let change = counter.change(-1).unwrap();
        assert!(
            matches!(change, Change::Ended { generation, had_waiters: true } if generation == last as u32)
        );
        assert_eq!(counter.get(), (0, 0));
    }

    #[test]
    fn adding_to_zero_or_adding_zero_ends_nothing() {
        let counter = Count::new();
        assert!(matches!(counter.change(0), Ok(Change::Counted)));
        assert!(matches!(counter.change(2), Ok(Change::Counted)));
        assert!(matches!(counter.change(0), Ok(Change::Counted)));
        assert_eq!(counter.get(), (2, 0));
        assert!(matches!(
            counter.change(-2),
            Ok(Change::Ended { generation: 0, had_waiters: false })
        ));
        assert_eq!(counter.get(), (0, 1));
    }

    #[test]
    fn a_change_out_of_range_leaves_the_count() {
        let counter = Count::new();
        assert_eq!(counter.change(-1).unwrap_err(), 0);
        counter.change(i64::from(u32::MAX)).unwrap();
        assert_eq!(counter.change(1).unwrap_err(), u32::MAX);
        assert_eq!(counter.change(i64::MIN).unwrap_err(), u32::MAX);
        assert_eq!(counter.change(i64::MAX).unwrap_err(), u32::MAX);
        assert_eq!(counter.get(), (u32::MAX, 0));
    }
}
