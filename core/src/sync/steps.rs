//! Accesses between which loom does not try other threads.

use std::sync::atomic::{AtomicBool, Ordering};

static RECLAIMS_IN_ONE_STEP: AtomicBool = AtomicBool::new(false);

/// Whether threads take one step each for to retire a value, to look who reads, and to free what nobody reads; no other
/// thread runs in the middle of it. Not by default: it is for models of something else, which would not end for all
/// the executions that differ in this alone. For the whole process, and not to be changed while a model runs.
#[doc(hidden)] // For the models of this crate.
pub fn reclaim_in_one_step(on: bool) {
    RECLAIMS_IN_ONE_STEP.store(on, Ordering::Relaxed);
}

/// Does a part of reclaiming, which must not wait for other threads.
pub(crate) fn reclaiming<R>(part: impl FnOnce() -> R) -> R {
    if RECLAIMS_IN_ONE_STEP.load(Ordering::Relaxed) { without_branches(part) } else { part() }
}

/// Does what belongs to the access before it: no other thread runs in between. For a store of which others may see the value
/// from before for a while in any case.
pub(crate) fn in_the_step_before<R>(f: impl FnOnce() -> R) -> R {
    without_branches(f)
}

/// Whether this is being done. loom has one thread of the system, so it is about the model's thread that runs.
static WITHOUT_BRANCHES: AtomicBool = AtomicBool::new(false);

/// Does something that must not wait for other threads, and lets loom branch nowhere in it. What loom finds there to
/// race with others it tries at the nearest branch before.
pub(super) fn without_branches<R>(f: impl FnOnce() -> R) -> R {
    struct Outermost(bool);

    impl Drop for Outermost {
        fn drop(&mut self) {
            if self.0 {
                WITHOUT_BRANCHES.store(false, Ordering::Relaxed);
                loom::explore();
            }
        }
    }

    let outermost = Outermost(!WITHOUT_BRANCHES.swap(true, Ordering::Relaxed));
    if outermost.0 {
        loom::stop_exploring();
    }
    f()
}
