//! The words of a primitive that change whenever what is told of it changes.

use super::SharedValue;
use crate::identity::Identity;
use crate::inspect::Inspection;

/// What a primitive keeps anyway, as it is: equal glances, equal state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Glance {
    pub(crate) words: [u64; 2],
    /// Whether somebody may be blocked, or there is something else that the words do not say: then it is inspected
    /// whatever they say.
    pub(crate) has_more: bool,
}

/// What the handles of a primitive share, of any kind.
pub(crate) trait Observed {
    /// Has what a glance looks at brought into the cache, if that is more than the first line of this.
    fn fetch_ahead(&self) {}

    /// Takes no lock.
    fn glance(&self) -> Glance;

    fn identity(&self) -> &Identity;

    /// What is told of it, but for the text of a shared value.
    fn inspect(&self) -> Inspection;

    /// The same, and beside it the value whose text is to be written, if there is one.
    fn inspect_unwritten(&self) -> (Inspection, Option<SharedValue>) {
        (self.inspect(), None)
    }
}

/// A handle of any kind.
pub(crate) trait Handle {
    fn inside(&self) -> &(dyn Observed + 'static);
}
