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
//! After that we yield, so that the other side can run if it has no core. How many cores there are is not asked: what
//! the system tells a thread holds for that thread alone, and one that is pinned to a core is told of one. A thread whose
//! last waits were all ended by a yield stops spinning, which was of no use.
//!
//! Yielding has a trap. Two threads that share a core and hand over by yielding never sleep, so the scheduler sees no
//! reason to move one of them, although another core may be idle. A thread that wakes up, though, is placed on an
//! idle core. So after some more waits that were ended by a yield a thread sleeps once, and then finds out whether
//! spinning has come to be of use.

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
/// So many waits spin after that. If one of them finds something while it spins, they all do again.
const CHANCES: u32 = 2;

per_thread! {
    /// How many of this thread's waits in a row were ended by a yield.
    static ENDED_BY_YIELD: Cell<u32> = Cell::new(0);
}

fn ended_by_yield() -> u32 {
    // A thread that is about to end has no such variable any more.
    ENDED_BY_YIELD.try_with(Cell::get).unwrap_or(0)
}

fn note(ended_by_yield: u32) {
    let _ = ENDED_BY_YIELD.try_with(|noted| noted.set(ended_by_yield));
}

/// Repeats `attempt` while it looks ready, until it gives a result, or until it is time to [`linger`].
///
/// In the midst of an operation that waits for another core: what is not inlined here is time in which the other side
/// waits for us. An item through a queue of one took 130 ns when it was claimed some calls further down, and takes 75.
#[inline(always)]
pub(crate) fn spin<R>(
    awaited: Awaited,
    looks_ready: impl Fn() -> bool,
    mut attempt: impl FnMut() -> Option<R>,
) -> Option<R> {
    // In a model one look is as good as many, which would only multiply executions.
    if sync::MODEL_CHECKED {
        return if sync::glances_first() && looks_ready() { attempt() } else { None };
    }
    if ended_by_yield() >= USELESS {
        return None;
    }
    let spinning = match awaited {
        Awaited::One => FOR_ONE,
        Awaited::Several => FOR_SEVERAL,
        Awaited::Many => FOR_MANY,
    };
    for &(looks, pauses) in spinning {
        for _ in 0..looks {
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
    }
    None
}

/// Lets others run and repeats `attempt`, until it gives a result, or until it is time to go to sleep: `None`. After
/// [`spin`].
pub(crate) fn linger<R>(mut attempt: impl FnMut() -> Option<R>) -> Option<R> {
    if sync::MODEL_CHECKED {
        return None;
    }
    let ended_by_yield = ended_by_yield();
    if ended_by_yield >= TRAPPED {
        note(USELESS - CHANCES);
        return None;
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

    /// How often a wait looks before it sleeps if the look number `success` is the first to find something.
    fn looks(awaited: Awaited, success: u32) -> (u32, bool) {
        let mut looks = 0;
        let mut look = || {
            looks += 1;
            (looks == success).then_some(())
        };
        let found = spin(awaited, || true, &mut look).or_else(|| linger(&mut look));
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
        for spinning in [USELESS, CHANCES, CHANCES] {
            for wait in 0..TRAPPED - (USELESS - spinning) {
                let success = if wait < spinning { after_a_yield } else { 1 };
                assert_eq!(looks(Awaited::One, success), (success, true));
            }
            assert_eq!(looks(Awaited::One, 1), (0, false));
        }
    }

    #[test]
    fn a_wait_that_ends_while_spinning_shows_that_the_other_side_has_a_core() {
        let after_a_yield = spinning_looks(Awaited::One) + 1;
        for _ in 0..4 * TRAPPED {
            assert!(looks(Awaited::One, after_a_yield).1);
            assert!(looks(Awaited::One, 1).1);
        }
    }
}
