//! Who a primitive is: its name and the line that made it.

use std::panic::Location;

use crate::inspect::{Inspection, Kind, State, Waiter};
use crate::sync::StdArc;

#[derive(Debug)]
pub(crate) struct Identity {
    name: Option<StdArc<str>>,
    created_at: &'static Location<'static>,
}

impl Identity {
    #[track_caller]
    pub(crate) fn unnamed() -> Self {
        Self { name: None, created_at: Location::caller() }
    }

    pub(crate) fn named(name: StdArc<str>, created_at: &'static Location<'static>) -> Self {
        Self { name: Some(name), created_at }
    }

    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub(crate) fn inspection(
        &self,
        kind: Kind,
        type_name: &'static str,
        state: State,
        waiters: Vec<Waiter>,
    ) -> Inspection {
        let name = self.name.clone().unwrap_or_else(|| StdArc::from(""));
        Inspection { kind, name, type_name, created_at: self.created_at, state, waiters }
    }
}
