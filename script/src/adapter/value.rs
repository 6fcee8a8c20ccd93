//! What crosses from one environment to another: a copy that shares nothing with what it was copied from.

use std::fmt::Debug;

use super::limits::Limits;

/// What an engine calls a value.
pub trait Value: Clone + Debug + Send + Sync + 'static {
    /// Makes it share nothing with any other value, and measures it on the way. Cloned afterwards it must still share
    /// nothing that could be changed.
    ///
    /// # Errors
    ///
    /// If it, or something in it, is too large or belongs to its environment, as a function does.
    fn detach(self, walk: &mut Walk) -> Result<Self, Unsendable>;

    /// Whether it is the value that stands for none.
    fn is_nothing(&self) -> bool;
}

/// Why a value can not cross.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsendable {
    /// It takes more bytes than this.
    TooLarge(usize),
    /// Arrays or maps are within each other deeper than this.
    TooDeep(usize),
    /// Something of this type belongs to its environment.
    Type(String),
}

/// The way through a value that is measured.
#[derive(Debug)]
pub struct Walk {
    limits: Limits,
    bytes: usize,
    depth: usize,
}

impl Default for Walk {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl Walk {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, bytes: 0, depth: 0 }
    }

    /// Comes to a value that takes so many bytes beside itself.
    ///
    /// # Errors
    ///
    /// If there are too many by now.
    pub fn count(&mut self, bytes: usize) -> Result<(), Unsendable> {
        self.bytes = self.bytes.saturating_add(bytes).saturating_add(16);
        match self.limits.value_bytes {
            limit if self.bytes > limit => Err(Unsendable::TooLarge(limit)),
            _ => Ok(()),
        }
    }

    /// Goes into a value that has others in it.
    ///
    /// # Errors
    ///
    /// If that is too deep, or what `inside` says.
    pub fn within<R>(
        &mut self,
        inside: impl FnOnce(&mut Self) -> Result<R, Unsendable>,
    ) -> Result<R, Unsendable> {
        if self.depth == self.limits.value_depth {
            return Err(Unsendable::TooDeep(self.depth));
        }
        self.depth += 1;
        let result = inside(self)?;
        self.depth -= 1;
        Ok(result)
    }
}
