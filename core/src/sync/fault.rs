//! Safeguards that are left out from outside, to see whether a model notices.
//!
//! The environment names the one that is left out. Every point that is named here has a control in
//! `loom-tests/tests/models/controls`, which says how a model fails without it.

use std::sync::LazyLock;

const FAULT: &str = "NAMED_SYNC_FAULT";

static CHOSEN: LazyLock<Option<String>> = LazyLock::new(|| std::env::var(FAULT).ok());

/// Whether the safeguard of this name is to be left out.
pub(crate) fn is_chosen(name: &str) -> bool {
    CHOSEN.as_deref() == Some(name)
}

/// True if what this name describes is to go wrong here.
macro_rules! fault {
    ($name:literal) => {
        $crate::sync::fault::is_chosen($name)
    };
}
pub(crate) use fault;
