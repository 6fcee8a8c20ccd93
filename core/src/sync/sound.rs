//! What stands in for `fault` in every build but that of the controls.

/// Nothing goes wrong here.
macro_rules! fault {
    ($name:literal) => {
        false
    };
}
pub(crate) use fault;
