//! The callers that were refused a name: they got an error, and may have gone on without the primitive.

use std::panic::Location;

use super::{AnyQueue, AnyShared};
use crate::error::NameError;
use crate::inspect::Kind;
use crate::site::Site;
use crate::sync::{self, Instant, Mutex, StdArc};

/// How many are remembered.
const LIMIT: usize = 64;

/// A line that asked for a name and was refused: with another type or bound than the name has, or with a bound that does
/// not fit into memory.
///
/// ```
/// let registry = named_sync::Registry::new();
/// registry.queue::<u8>("jobs", 8).unwrap();
/// registry.queue::<u8>("jobs", 9).unwrap_err();
/// let refusal = &registry.refusals()[0];
/// assert_eq!((refusal.times, refusal.location.file()), (1, file!()));
/// assert!(refusal.error.to_string().contains("requested as bounded to 9"));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Refusal {
    /// Which kind of primitive was asked for.
    pub kind: Kind,
    /// What the caller was told the last time.
    pub error: NameError,
    /// What had the name then, if anything had: its element type, and the line that created it.
    pub existing: Option<(&'static str, Site)>,
    /// The line that asked.
    pub location: Site,
    /// How many times it was refused.
    pub times: u64,
    /// When it was refused the last time.
    pub last: Instant,
}

impl Refusal {
    /// The name that was asked for.
    ///
    /// ```
    /// let registry = named_sync::Registry::new();
    /// registry.queue::<u8>("huge", usize::MAX).unwrap_err();
    /// assert_eq!(registry.refusals()[0].name(), "huge");
    /// ```
    pub fn name(&self) -> &str {
        match &self.error {
            NameError::TypeMismatch { name, .. }
            | NameError::CapacityMismatch { name, .. }
            | NameError::CapacityTooLarge { name, .. } => name,
        }
    }
}

/// A refusal that is on its way to the caller.
pub(super) struct Refused {
    error: NameError,
    existing: Option<(&'static str, Site)>,
}

impl Refused {
    pub(super) fn shared(error: NameError, by: &dyn AnyShared) -> Self {
        let created_at = by.inside().identity().created_at().clone();
        Self { error, existing: Some((by.type_name(), created_at)) }
    }

    pub(super) fn queue(error: NameError, by: &dyn AnyQueue) -> Self {
        let created_at = by.inside().identity().created_at().clone();
        Self { error, existing: Some((by.type_name(), created_at)) }
    }
}

impl From<NameError> for Refused {
    fn from(error: NameError) -> Self {
        Self { error, existing: None }
    }
}

/// Those that there were, the last one last: of each kind and name, each line once.
#[derive(Debug, Default)]
pub(super) struct Refusals(Mutex<Vec<StdArc<Refusal>>>);

impl Refusals {
    /// Notes it down, and gives back what the caller is told. If there are too many, the one that is longest ago goes.
    #[cold]
    pub(super) fn note(
        &self,
        kind: Kind,
        location: &'static Location<'static>,
        refused: Refused,
    ) -> NameError {
        let Refused { error, existing } = refused;
        let (location, last) = (Site::of(location), sync::now());
        let new = Refusal { kind, error: error.clone(), existing, location, times: 1, last };
        let mut all = self.0.lock();
        let is_it = |old: &StdArc<Refusal>| {
            old.location == new.location && old.kind == kind && old.name() == new.name()
        };
        // The lock is released before what is replaced is dropped.
        let (times, _old) = match all.iter().position(is_it) {
            Some(at) => (all[at].times.saturating_add(1), Some(all.remove(at))),
            None if all.len() == LIMIT => (1, Some(all.remove(0))),
            None => (1, None),
        };
        all.push(StdArc::new(Refusal { times, ..new }));
        drop(all);
        error
    }

    pub(super) fn all(&self) -> Vec<StdArc<Refusal>> {
        self.0.lock().clone()
    }

    pub(super) fn clear(&self) {
        // The lock is released before they are dropped.
        let all = std::mem::take(&mut *self.0.lock());
        drop(all);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::Registry;

    #[test]
    fn a_line_is_noted_once_for_each_name_and_counted() {
        let registry = Registry::new();
        for name in ["one", "two"] {
            registry.queue::<u8>(name, 1).unwrap();
        }
        for name in ["one", "two", "one"] {
            registry.queue::<u16>(name, 0).unwrap_err();
        }
        let seen = registry.refusals();
        let seen: Vec<_> = seen.iter().map(|refusal| (refusal.name(), refusal.times)).collect();
        assert_eq!(seen, [("two", 1), ("one", 2)], "the last one last");
    }

    #[test]
    fn it_is_told_what_has_the_name_and_who_made_it() {
        let registry = Registry::new();
        let made = registry.shared("limit", 5).unwrap();
        registry.shared("limit", "five").unwrap_err();
        registry.queue::<u8>("huge", usize::MAX).unwrap_err();
        let [limit, huge] = &registry.refusals()[..] else { panic!() };
        assert_eq!(limit.existing, Some(("i32", made.inspect().created_at)));
        assert_eq!((limit.kind, huge.kind, &huge.existing), (Kind::Shared, Kind::Queue, &None));
        assert!(matches!(huge.error, NameError::CapacityTooLarge { .. }));
        registry.clear();
        assert!(registry.refusals().is_empty());
    }

    #[test]
    fn no_more_than_the_last_are_remembered() {
        let registry = Registry::new();
        for number in 0..=LIMIT {
            registry.queue::<u8>(&number.to_string(), 1).unwrap();
            registry.queue::<u8>(&number.to_string(), 2).unwrap_err();
        }
        let seen = registry.refusals();
        assert_eq!((seen.len(), seen[0].name()), (LIMIT, "1"));
    }
}
