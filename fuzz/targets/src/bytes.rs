//! The bytes of an input, taken from the front.

pub(crate) struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    pub(crate) fn new(data: &'a [u8]) -> Self {
        Self(data)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    /// The next byte as a step: its low half, which says what to do, and its high half, the argument.
    pub(crate) fn step(&mut self) -> Option<(u8, usize)> {
        self.byte().map(|byte| (byte & 0xf, usize::from(byte >> 4)))
    }

    /// So many bytes, or all that are left.
    pub(crate) fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// The next eight bytes, the lowest first. What is missing is zero.
    pub(crate) fn number(&mut self) -> i64 {
        let mut number = [0; 8];
        let taken = self.take(number.len());
        number[..taken.len()].copy_from_slice(taken);
        i64::from_le_bytes(number)
    }
}

/// Which steps an input came to, by number.
///
/// A corpus in which some never come says nothing about them.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Steps(u32);

impl Steps {
    /// So many as there are.
    pub fn all(count: u32) -> Self {
        Self(!(u32::MAX << count))
    }

    pub(crate) fn note(&mut self, step: u8) {
        self.0 |= 1 << step;
    }

    /// These and those.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl std::fmt::Debug for Steps {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries((0..32).filter(|step| self.0 & (1 << step) != 0)).finish()
    }
}
