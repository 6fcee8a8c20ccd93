//! Waiting for another thread that is in the middle of a few instructions.
//!
//! This is not how an operation waits for an item or for room: that is [`wait`](crate::wait). It serves
//! the moment in which a slot is claimed and not yet published. The owner needs a handful of
//! instructions, unless the scheduler took the core from it: so the wait degrades from spinning over
//! yielding to sleeping, and never becomes a hot loop.

use crate::sync::{self, Duration};

/// Rounds of spinning, of 1, 2, 4, ... pauses.
const SPINS: u32 = 5;
/// Rounds of yielding after that.
const YIELDS: u32 = 16;
/// The sleeps after that double from one microsecond to this many.
const LONGEST_SLEEP: u64 = 1 << 10;

#[derive(Debug, Default)]
pub(crate) struct Backoff {
    round: u32,
}

impl Backoff {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Lets somebody else go first who changed the word that we wanted to change: two who try again at once
    /// only take the cache line from each other.
    #[cold]
    pub(crate) fn make_way(&mut self) {
        if !sync::MODEL_CHECKED {
            for _ in 0..1u32 << self.round.min(SPINS) {
                sync::spin_loop();
            }
            self.round += 1;
        }
    }

    /// Waits a little, longer from call to call.
    #[cold]
    pub(crate) fn snooze(&mut self) {
        let round = self.round;
        self.round = round.saturating_add(1);
        if sync::MODEL_CHECKED {
            sync::yield_now();
        } else if round < SPINS {
            for _ in 0..1u32 << round {
                sync::spin_loop();
            }
        } else if round < SPINS + YIELDS {
            sync::yield_now();
        } else {
            let doublings = (round - SPINS - YIELDS).min(63);
            sync::sleep(Duration::from_micros((1u64 << doublings).min(LONGEST_SLEEP)));
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_long_snooze_sleeps_instead_of_burning_the_core() {
        let mut backoff = Backoff { round: SPINS + YIELDS + 20 };
        let before = sync::now();
        backoff.snooze();
        assert!(before.elapsed() >= Duration::from_micros(LONGEST_SLEEP));
    }
}
