//! A cell in which an access takes time, so that two at once are found out.

use std::cell::{Cell, UnsafeCell as StdUnsafeCell};

use super::super::Duration;

/// A cell in which an access takes time: others may run in the middle of it. Two at once of which one writes are
/// reported, whatever they do to the value.
#[derive(Debug)]
pub(crate) struct UnsafeCell<T> {
    value: StdUnsafeCell<T>,
    /// How many are reading, or [`WRITING`].
    under_way: Cell<usize>,
}

const WRITING: usize = usize::MAX;

impl<T> UnsafeCell<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self { value: StdUnsafeCell::new(value), under_way: Cell::new(0) }
    }

    pub(crate) fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
        let readers = self.under_way.get();
        assert!(readers != WRITING, "a cell is read while another thread writes it");
        let _access = Access::begin(&self.under_way, readers + 1);
        f(self.value.get())
    }

    pub(crate) fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        assert!(self.under_way.get() == 0, "a cell is written while another thread is in it");
        let _access = Access::begin(&self.under_way, WRITING);
        f(self.value.get())
    }
}

struct Access<'a>(&'a Cell<usize>);

impl<'a> Access<'a> {
    fn begin(under_way: &'a Cell<usize>, now: usize) -> Self {
        under_way.set(now);
        let access = Self(under_way);
        // shuttle's sleep is the chance for others to run, and nothing else.
        shuttle::thread::sleep(Duration::ZERO);
        access
    }
}

impl Drop for Access<'_> {
    fn drop(&mut self) {
        self.0.set(match self.0.get() {
            WRITING => 0,
            readers => readers - 1,
        });
    }
}
