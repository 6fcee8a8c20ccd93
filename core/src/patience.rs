//! How long a blocking operation keeps looking by itself before it goes to sleep.
//!
//! To sleep and to be woken costs tens of microseconds on some machines, most of it on the side that wakes. An
//! item that comes from another core is there within a fraction of one. So it pays to look on for about as long
//! as a wake-up would take: first spinning, which is what finds an item within nanoseconds, then yielding, which
//! lets the other side run if it has no core. With one core the other side can not run while we spin, so there
//! we yield at once.

use crate::sync::{self, SPINS_BEFORE_YIELDING, YIELDS_BEFORE_PARKING};

#[derive(Debug)]
pub(crate) struct Patience {
    round: u32,
    spins: u32,
}

impl Patience {
    pub(crate) fn new() -> Self {
        Self { round: 0, spins: if sync::has_one_core() { 0 } else { SPINS_BEFORE_YIELDING } }
    }

    /// Waits a little, longer from call to call; false when it is time to go to sleep.
    pub(crate) fn linger(&mut self) -> bool {
        let round = self.round;
        if round < self.spins {
            for _ in 0..1u32 << round {
                sync::spin_loop();
            }
        } else if round < self.spins + YIELDS_BEFORE_PARKING {
            sync::yield_now();
        } else {
            return false;
        }
        self.round += 1;
        true
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn patience_comes_to_an_end() {
        let mut patience = Patience::new();
        let mut rounds = 0;
        while patience.linger() {
            rounds += 1;
        }
        assert!(
            (YIELDS_BEFORE_PARKING..=SPINS_BEFORE_YIELDING + YIELDS_BEFORE_PARKING)
                .contains(&rounds)
        );
        assert!(!patience.linger());
    }
}
