//! The bits that the index words of both queues have in common.
//!
//! ```text
//!  63                                  2   1               0
//! ┌──────────────────────────────────────┬───────────────┬─────────┐
//! │ position                             │ WAITERS       │ CLOSED  │
//! └──────────────────────────────────────┴───────────────┴─────────┘
//! ```
//!
//! | word | `WAITERS` means | `CLOSED` means |
//! | --- | --- | --- |
//! | `tail`, advanced by putters | a getter is in the getters' list | no further item is accepted |
//! | `head`, advanced by getters | a putter is in the putters' list | never set |
//!
//! A getter waits for `tail` to advance and a putter for `head`: each leaves its bit in the very word
//! whose change it waits for, so that whoever changes the word can not miss it.
//!
//! I6: `CLOSED` is in the word that every put exchanges to claim its slot. So no slot is claimed after it is
//! set, and a getter that finds it set where the words meet knows that nothing is on its way.

/// In `tail`: the queue is closed.
pub(super) const CLOSED: u64 = 1;
/// In `tail`: getters wait. In `head`: putters wait.
pub(super) const WAITERS: u64 = 2;
/// How many bits the flags take.
pub(super) const FLAG_BITS: u32 = 2;

pub(super) const FLAGS: u64 = CLOSED | WAITERS;

/// Whether somebody waits for this word to advance.
pub(crate) fn has_waiters(word: u64) -> bool {
    word & WAITERS != 0
}

/// Whether two words stand at the same position, whatever their flags.
pub(super) fn same_position(a: u64, b: u64) -> bool {
    (a ^ b) & !FLAGS == 0
}

/// Whether a queue whose words were once these was empty, with nobody waiting to put. As long as `tail` is that, so is
/// `head` (I19).
pub(crate) fn head_stays_with_tail([tail, head]: [u64; 2]) -> bool {
    same_position(tail, head) && head & FLAGS == 0
}

/// What came of one try to claim a slot, if not a claim. There the fast path ends; the rest takes its time.
#[derive(Clone, Copy, Debug)]
pub(super) enum Miss {
    /// Another thread was faster. The word is this now.
    Lost(u64),
    /// The slot at the word, which was this, is not to be had at once.
    Hindered(u64),
}

/// Why no slot could be claimed for an item.
#[derive(Clone, Copy, Debug)]
pub(super) enum NoRoom {
    Full,
    Closed,
}
