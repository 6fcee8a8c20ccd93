//! Weak exchanges that fail and sleepers that wake for no reason, at a chosen moment. loom does neither by itself.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What may happen without a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Event {
    /// `compare_exchange_weak` fails although the value is the expected one.
    FailedExchange,
    /// A wait on a condition variable ends although nobody notified it.
    WakeUp,
}

/// The occasions that are counted down, one counter for each event. Not modelled: loom runs the same schedule in the
/// same order.
static LEFT: [AtomicU64; 2] = [AtomicU64::new(NEVER), AtomicU64::new(NEVER)];
const NEVER: u64 = u64::MAX;

static HAPPENED: AtomicBool = AtomicBool::new(false);

/// From now on the event happens once, at the occasion of this number, counted over all threads. To be called at the
/// beginning of each execution.
pub fn happens(event: Event, at: u64) {
    for left in &LEFT {
        left.store(NEVER, Ordering::Relaxed);
    }
    LEFT[event as usize].store(at, Ordering::Relaxed);
}

/// Whether any event happened since the last call.
pub fn has_happened() -> bool {
    HAPPENED.swap(false, Ordering::Relaxed)
}

/// Whether this is the occasion.
pub(super) fn happens_now(event: Event) -> bool {
    let left = &LEFT[event as usize];
    let now = match left.load(Ordering::Relaxed) {
        NEVER => return false,
        now => now,
    };
    left.store(if now == 0 { NEVER } else { now - 1 }, Ordering::Relaxed);
    if now == 0 {
        HAPPENED.store(true, Ordering::Relaxed);
    }
    now == 0
}
