//! Who a primitive is: its name and the line that made it.

use std::panic::Location;

use crate::inspect::{Inspection, Kind, State, Waiter};
use crate::site::Site;
use crate::sync::{self, StdArc};

#[cfg(all(loom, feature = "loom"))]
use crate::sync::UnsafeCell;

#[derive(Debug)]
pub(crate) struct Identity {
    name: Option<StdArc<str>>,
    created_at: Site,
    /// Read by every observer that looks at the primitive, written when that is freed: so loom, which does not watch
    /// plain memory, reports an observer that comes too late.
    #[cfg(all(loom, feature = "loom"))]
    tombstone: UnsafeCell<()>,
}

// SAFETY: as without the tombstone. That is loom's to watch, who stops an execution in which accesses to it race.
#[cfg(all(loom, feature = "loom"))]
unsafe impl Sync for Identity {}

#[cfg(all(loom, feature = "loom"))]
impl Drop for Identity {
    fn drop(&mut self) {
        self.tombstone.with_mut(|_| ());
    }
}

impl Identity {
    #[track_caller]
    pub(crate) fn unnamed() -> Self {
        Self::new(None, Location::caller())
    }

    pub(crate) fn named(name: StdArc<str>, created_at: &'static Location<'static>) -> Self {
        Self::new(Some(name), created_at)
    }

    fn new(name: Option<StdArc<str>>, created_at: &'static Location<'static>) -> Self {
        Self {
            name,
            created_at: Site::of(created_at),
            #[cfg(all(loom, feature = "loom"))]
            tombstone: UnsafeCell::new(()),
        }
    }

    /// What is about to be looked at is still there.
    pub(crate) fn look(&self) {
        #[cfg(all(loom, feature = "loom"))]
        self.tombstone.with(|_| ());
    }

    /// Has the name brought into the cache, and what counts those who have it.
    pub(crate) fn fetch_name(&self) {
        if let Some(name) = &self.name {
            fetch_counted(name);
        }
    }

    pub(crate) fn created_at(&self) -> &Site {
        &self.created_at
    }

    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub(crate) fn shared_name(&self) -> Option<&StdArc<str>> {
        self.name.as_ref()
    }

    pub(crate) fn inspection(
        &self,
        kind: Kind,
        type_name: &'static str,
        state: State,
        waiters: Vec<Waiter>,
    ) -> Inspection {
        let name = self.name.clone().unwrap_or_else(|| StdArc::from(""));
        let (created_at, call_sites) = (self.created_at.clone(), None);
        Inspection { kind, name, type_name, created_at, state, waiters, call_sites }
    }
}

/// Has the beginning of a text brought into the cache, and what counts those who have it.
pub(crate) fn fetch_counted(text: &StdArc<str>) {
    // The counts stand before the text.
    sync::fetch_ahead(text.as_ptr().wrapping_sub(2 * size_of::<usize>()));
}
