//! What an environment may ask for.

/// What an environment may ask for. The first two are off by default.
///
/// ```
/// use named_sync_rhai::Limits;
/// let limits = Limits { names: Some(100), maxsize: Some(10_000), ..Limits::default() };
/// assert_eq!(limits.value_bytes, 64 << 20);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many names it may use, of all kinds together. Clones of an environment count together.
    pub names: Option<usize>,
    /// How large a bound it may ask for. If it asks for none, it gets this one where it makes the queue. A queue of
    /// another bound that the host has made is there for it all the same, if it asks for none.
    pub maxsize: Option<usize>,
    /// How many bytes a name may have.
    pub name_bytes: usize,
    /// How many bytes a value may take that is put into a queue or a shared variable: its texts and blobs, and 16 for
    /// each value in it.
    pub value_bytes: usize,
    /// How deep arrays and maps may be within each other.
    pub value_depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            names: None,
            maxsize: None,
            name_bytes: 1024,
            value_bytes: 64 << 20,
            value_depth: 100,
        }
    }
}
