//! What has changed in a registry since somebody last looked.
//!
//! [`Registry::inspect`] tells everything, each time. A monitor that looks several times a second at a hundred
//! thousand primitives, of which few change, needs less: for each of them a glance at the words that it keeps
//! (all but one of them anyway), and an [`Inspection`] only of those whose words are others than the last time.
//!
//! | file | what it does |
//! | --- | --- |
//! | `glance` | the words of a primitive that change whenever what is told of it changes |
//! | `seen` | what was seen of each primitive, and how that is compared |
//! | `walk` | the way along the table of one kind, when names may have been entered or removed |
//! | `value` | a shared value whose text is still to be written |

mod glance;
mod seen;
mod value;
mod walk;

use crate::inspect::{Inspection, Kind};
use crate::registry::{Registry, begin_reading};
use crate::site::Site;
use crate::sync::{StdArc, fault};
pub(crate) use glance::{
    FETCHED_TOGETHER, Glance, Handle, Observed, WordsAt, fetch_together, fetch_whole,
    fetch_whole_at,
};
use seen::{News, Seen};
pub use value::SharedValue;
pub(crate) use value::{debug_text, each_fetched};
use walk::{Met, Walked};

/// Sees what has changed in a [`Registry`] since it last looked.
///
/// It costs those who use the primitives nothing but one store, of its version, for each new value of a shared variable. A look holds no lock
/// of the registry but to find out, for some dozens of names at a time, which there are; it waits for no other
/// thread's progress, so it works while all of them are stuck.
///
/// Who is blocked is compared as well, for how long is not: that follows from [`Waiter::since`](crate::Waiter::since).
///
/// A look that ends by a panic, of a value's `Drop` or of who writes texts, tells nothing; the next one begins anew, and
/// tells everything.
///
/// An atomic that was changed, and back to what it was, has not changed. A new value of a shared variable is told from the
/// moment on in which its writer has stored the version, right after the value itself; if two writers do that in the other
/// order, the later value may be told twice. Of a shared variable that was not
/// replaced, the text may change all the same, if there is a lock or an atomic in it: a few such texts are written anew
/// in each look, in turn.
///
/// # Example
///
/// ```
/// use named_sync::{Kind, Registry, State};
///
/// let registry = Registry::new();
/// let hits = registry.atomic("hits", 0);
/// registry.atomic("misses", 0);
///
/// let mut observer = registry.observe();
/// assert_eq!(observer.look().changed.len(), 2, "everything is new");
///
/// hits.add(1);
/// registry.remove(Kind::Atomic, "misses");
/// let look = observer.look();
/// assert_eq!(&*look.changed[0].name, "hits");
/// assert!(matches!(look.changed[0].state, State::Atomic { value: 1, .. }));
/// assert_eq!(&*look.gone[0].name, "misses");
///
/// let look = observer.look();
/// assert!(look.changed.is_empty() && look.gone.is_empty());
/// ```
#[derive(Debug)]
pub struct Observer<'a> {
    registry: &'a Registry,
    /// A look has begun, and has not come to its end.
    is_looking: bool,
    seen: Seen,
    atomics: Met,
    shareds: Met,
    wait_groups: Met,
    queues: Met,
}

/// What an [`Observer`] found.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Look {
    /// What is new or has changed, in no order.
    pub changed: Vec<Inspection>,
    /// What is in the registry no more. What was removed and made anew at the same line, with the same type, has only
    /// changed.
    pub gone: Vec<Gone>,
}

/// What was in the registry once.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Gone {
    /// Which kind of primitive it was.
    pub kind: Kind,
    /// The name that it had.
    pub name: StdArc<str>,
    /// Its element type.
    pub type_name: &'static str,
    /// The line that created it.
    pub created_at: Site,
}

impl<'a> Observer<'a> {
    pub(crate) fn new(registry: &'a Registry) -> Self {
        Self {
            registry,
            is_looking: false,
            seen: Seen::default(),
            atomics: Met::default(),
            shareds: Met::default(),
            wait_groups: Met::default(),
            queues: Met::default(),
        }
    }

    /// Looks at every primitive, and tells of those that are not as they were.
    ///
    /// ```
    /// let registry = named_sync::Registry::new();
    /// let mut observer = registry.observe();
    /// registry.shared("limit", 5).unwrap();
    /// let look = observer.look();
    /// assert!(look.gone.is_empty() && look.changed.len() == 1);
    /// ```
    pub fn look(&mut self) -> Look {
        self.look_and_write(|value| value.text())
    }

    /// As [`look`](Self::look), and lets `write` make texts of shared values, in its own time and place: the value's
    /// `Debug` is anybody's code and may wait for a lock that is held by a thread which is stuck.
    ///
    /// ```
    /// use named_sync::{Registry, State};
    /// let registry = Registry::new();
    /// registry.shared("secret", "xyzzy").unwrap();
    /// let look = registry.observe().look_and_write(|value| format!("({} is not shown)", value.name()));
    /// let State::Shared { value, .. } = &look.changed[0].state else { panic!() };
    /// assert_eq!(value, "(secret is not shown)");
    /// ```
    pub fn look_and_write(&mut self, mut write: impl FnMut(SharedValue) -> String) -> Look {
        if std::mem::replace(&mut self.is_looking, true) {
            // The last look came to no end. What was seen may be half put in order, and news of it is lost.
            *self = Self { is_looking: true, ..Self::new(self.registry) };
        }
        let mut news = News::default();
        if self.compare_all(&mut news) {
            self.seen.write(&mut news, &mut write);
        } else {
            self.walk_along_all(&mut news, &mut write);
        }
        self.is_looking = false;
        news.look
    }

    /// Compares all that was seen with what it is now, if the names are still the same.
    fn compare_all(&mut self, news: &mut News) -> bool {
        let (atomics, shareds, wait_groups, queues) = self.registry.tables();
        let _reading = (!fault!("look-without-a-reading")).then(begin_reading);
        let are_same = atomics.are_as(self.atomics.shown())
            && shareds.are_as(self.shareds.shown())
            && wait_groups.are_as(self.wait_groups.shown())
            && queues.are_as(self.queues.shown());
        if are_same {
            assert_eq!(self.seen.len(), self.number(), "nothing is kept that was not shown");
            // SAFETY: we borrow the registry, so its names are what they were shown from. They have not changed since,
            // and the reading began before we asked for that. Of those that were not shown nothing is kept.
            unsafe { self.seen.compare_all(news) };
        }
        are_same
    }

    /// How many primitives were met the last time.
    fn number(&self) -> usize {
        self.atomics.len() + self.shareds.len() + self.wait_groups.len() + self.queues.len()
    }

    fn walk_along_all(&mut self, news: &mut News, write: impl FnMut(SharedValue) -> String) {
        let Self { registry, seen, atomics, shareds, wait_groups, queues, .. } = self;
        let names = registry.tables();
        seen.reserve(registry.len(), news);
        let walked = [
            atomics.walk(Kind::Atomic, names.0, seen, news),
            shareds.walk(Kind::Shared, names.1, seen, news),
            wait_groups.walk(Kind::WaitGroup, names.2, seen, news),
            queues.walk(Kind::Queue, names.3, seen, news),
        ];
        seen.write(news, write);
        take_in(walked, [atomics, shareds, wait_groups, queues], seen, news);
    }
}

/// Takes in what was found on the ways along some tables, once all of them have been walked.
fn take_in<const N: usize>(
    walked: [Walked; N],
    mut met: [&mut Met; N],
    seen: &mut Seen,
    news: &mut News,
) {
    let is_as_before = walked.iter().all(Walked::is_as_before);
    let is_confused = walked.iter().any(Walked::is_confused);
    for (walked, met) in walked.into_iter().zip(&mut met) {
        met.tell_gone(&walked, seen, news);
        met.put_in_order(walked);
    }
    if !is_as_before {
        seen.put_in_order(met.into_iter().flat_map(Met::places));
    }
    if is_confused {
        seen.strike_twins(&mut news.look);
    }
}

#[cfg(all(test, not(any(loom, named_sync_shuttle))))]
mod tests;
