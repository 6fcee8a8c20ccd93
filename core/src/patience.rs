//! How long a blocking operation keeps looking by itself before it goes to sleep.
//!
//! To sleep and to be woken costs tens of microseconds on some machines, most of it on the side that wakes, and an
//! item that comes from another core is there within a fraction of one. So it pays to look on for about as long as
//! a wake-up would take. How, depends on what is waited for:
//!
//! - *One* event, such as the only item that fits into the queue: whoever brings it waits for us in turn, so we look
//!   again and again.
//! - *Several* or *many*, of which the first one is missing. Who takes each item the moment it comes shares every
//!   cache line with whoever puts it there, and both are slow. So we look away for as long as some twenty items take,
//!   or some more, and find them all at once.
//!
//! After that we yield, so that the other side can run if it has no core. With one core it can not run while we
//! spin, so there we yield at once.
//!
//! Yielding has a trap. Two threads that share a core and hand over by yielding never sleep, so the scheduler sees no
//! reason to move one of them, although another core may be idle. A thread that wakes up, though, is placed on an
//! idle core. So a thread whose last waits were all ended by a yield stops spinning, which was of no use, and after
//! some more of them it sleeps once.

use crate::sync::{self, Cell, per_thread};

/// What a wait is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Awaited {
    /// A single event.
    One,
    /// The first of several: as many as a queue of a hundred may get in a moment.
    Several,
    /// The first of more, or of some that take longer each.
    Many,
}

/// How often to look while spinning, and for how many pauses to look away before each. A pause is some 20 ns where
/// this was measured. There a cache line takes 0.06 to 0.4 us to the other core and back, depending on whether the
/// two are cores of their own; all spinning together is about 1.3 us.
///
/// For one event, two pauses between looks: who looks more often takes the line from whoever is about to write to it, and
/// an item through a queue of one takes a sixth longer; who looks less often comes late.
const FOR_ONE: &[(u32, u32)] = &[(20, 2), (5, 4)];
const FOR_SEVERAL: &[(u32, u32)] = &[(1, 20), (2, 4)];
const FOR_MANY: &[(u32, u32)] = &[(1, 50), (2, 4)];
/// Looks after a yield each, which is 0.4 us if nobody else wants the core. To wake a sleeper took 25 us.
const YIELDS: u32 = 64;
/// After so many waits in a row that were ended by a yield, spinning is taken to be of no use.
const USELESS: u32 = 8;
/// So many waits in a row that were ended by a yield are taken for the trap. To sleep once in so many costs less
/// than yielding does.
const TRAPPED: u32 = 32;

per_thread! {
    /// How many of this thread's waits in a row were ended by a yield.
    static ENDED_BY_YIELD: Cell<u32> = Cell::new(0);
}

/// Repeats `attempt` until it gives a result, or until it is time to go to sleep: `None`. While it spins, it attempts
/// nothing that does not look ready.
pub(crate) fn linger<R>(
    awaited: Awaited,
    looks_ready: impl Fn() -> bool,
    mut attempt: impl FnMut() -> Option<R>,
) -> Option<R> {
    // In a model one look is as good as many, which would only multiply executions.
    if sync::MODEL_CHECKED {
        return if sync::glances_first() && looks_ready() { attempt() } else { None };
    }
    // A thread that is about to end has no such variable any more.
    let ended_by_yield = ENDED_BY_YIELD.try_with(Cell::get).unwrap_or(0);
    let note = |count| _ = ENDED_BY_YIELD.try_with(|noted| noted.set(count));
    if ended_by_yield >= TRAPPED {
        note(0);
        return None;
    }
    let spinning = match awaited {
        _ if sync::has_one_core() || ended_by_yield >= USELESS => &[],
        Awaited::One => FOR_ONE,
        Awaited::Several => FOR_SEVERAL,
        Awaited::Many => FOR_MANY,
    };
    let looks = spinning.iter().flat_map(|&(looks, pauses)| (0..looks).map(move |_| pauses));
    for pauses in looks {
        for _ in 0..pauses {
            sync::spin_loop();
        }
        if looks_ready()
            && let Some(result) = attempt()
        {
            note(0);
            return Some(result);
        }
    }
    for _ in 0..YIELDS {
        sync::yield_now();
        if let Some(result) = attempt() {
            note(ended_by_yield + 1);
            return Some(result);
        }
    }
    note(0);
    None
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    /// How often `linger` looks if the look number `success` is the first to find something.
    fn looks(awaited: Awaited, success: u32) -> (u32, bool) {
        let mut looks = 0;
        let found = linger(
            awaited,
            || true,
            || {
                looks += 1;
                (looks == success).then_some(())
            },
        );
        (looks, found.is_some())
    }

    fn spinning_looks(awaited: Awaited) -> u32 {
        looks(awaited, u32::MAX).0 - YIELDS
    }

    #[test]
    fn patience_comes_to_an_end() {
        for awaited in [Awaited::One, Awaited::Several, Awaited::Many] {
            let (looks, found) = looks(awaited, u32::MAX);
            assert!(!found);
            assert!((YIELDS..=YIELDS + 28).contains(&looks), "{looks}");
        }
    }

    #[test]
    fn what_is_found_ends_the_wait() {
        for success in [1, 2, 20, YIELDS] {
            assert_eq!(looks(Awaited::One, success), (success, true));
        }
    }

    #[test]
    fn a_thread_that_only_ever_finds_something_after_a_yield_stops_spinning_and_then_sleeps_once() {
        let after_a_yield = spinning_looks(Awaited::One) + 1;
        for _ in 0..2 {
            for wait in 0..TRAPPED {
                let success = if wait < USELESS { after_a_yield } else { 1 };
                assert_eq!(looks(Awaited::One, success), (success, true));
            }
            assert_eq!(looks(Awaited::One, 1), (0, false));
        }
    }

    #[test]
    fn a_wait_that_ends_while_spinning_shows_that_the_other_side_has_a_core() {
        let after_a_yield = spinning_looks(Awaited::One) + 1;
        if after_a_yield == 1 {
            return; // One core: nobody spins.
        }
        for _ in 0..4 * TRAPPED {
            assert!(looks(Awaited::One, after_a_yield).1);
            assert!(looks(Awaited::One, 1).1);
        }
    }
}
