//! Keeping two hot words from sharing a cache line.

use std::ops::Deref;

/// Aligned so that nothing else shares its cache line, nor the neighbour that x86 prefetches with it.
#[derive(Debug, Default)]
#[repr(align(128))]
pub(crate) struct Padded<T>(pub(crate) T);

impl<T> Deref for Padded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
