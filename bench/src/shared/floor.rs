//! The least that a `get` can take.
//!
//! An `Arc` counts in one word. Whoever hands it out to several readers makes all of them change that word twice, and
//! that is what a `get` with several readers consists of. Two yardsticks show how much:
//!
//! - `Arc`: all readers clone and drop an `Arc` that nobody ever replaces.
//! - `Arc, announced`: before they do, they say so in a word of their own, and look again after a fence. It is what
//!   anything lock-free must do in one form or another before it touches a count that a writer may be about to free,
//!   unless the system interrupts all readers when there is a writer.
//!
//! Neither is a variable: nobody could set it. They run in turn with those that are.

use std::cell::Cell as Slot;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering, fence};

use super::{Settings, Variable, get, reading};
use crate::sample::Contestant;

/// The name of an `Arc` that is announced before it is cloned.
pub(crate) const ANNOUNCED: &str = Announced::NAME;

/// Both for so many readers.
pub(super) fn yardsticks(readers: usize) -> [Contestant; 2] {
    [
        reading::<Bare>(readers, false, get::<Bare>).into_yardstick(),
        reading::<Announced>(readers, false, get::<Announced>).into_yardstick(),
    ]
}

#[derive(Clone)]
struct Bare(Arc<Settings>);

impl Variable for Bare {
    const NAME: &'static str = "Arc";

    fn new(value: Settings) -> Self {
        Self(Arc::new(value))
    }

    fn read<R>(&self, look: impl FnOnce(&Settings) -> R) -> R {
        look(&self.0)
    }

    fn get(&self) -> Arc<Settings> {
        Arc::clone(&self.0)
    }

    fn set(&self, _: Settings) {
        unreachable!("nobody sets it");
    }

    fn update(&self, _: impl Fn(&Settings) -> Settings) {
        unreachable!("nobody sets it");
    }
}

#[derive(Clone)]
struct Announced {
    value: Arc<Settings>,
    /// What stands for the value, in a line of its own.
    current: Arc<Line>,
}

#[repr(align(128))]
struct Line(AtomicUsize);

thread_local! {
    /// Leaked, as others would look at it.
    static OF_THIS_THREAD: Slot<&'static Line> = Slot::new(Box::leak(Box::new(Line(AtomicUsize::new(0)))));
}

impl Announced {
    fn announced<R>(&self, look: impl FnOnce() -> R) -> R {
        let announced = OF_THIS_THREAD.get();
        let current = self.current.0.load(Ordering::Relaxed);
        announced.0.store(current, Ordering::Release);
        fence(Ordering::SeqCst);
        assert_eq!(self.current.0.load(Ordering::Acquire), current, "nobody sets it");
        let result = look();
        announced.0.store(0, Ordering::Release);
        result
    }
}

impl Variable for Announced {
    const NAME: &'static str = "Arc, announced";

    fn new(value: Settings) -> Self {
        let value = Arc::new(value);
        let current = Arc::new(Line(AtomicUsize::new(Arc::as_ptr(&value).addr())));
        Self { value, current }
    }

    fn read<R>(&self, look: impl FnOnce(&Settings) -> R) -> R {
        self.announced(|| look(&self.value))
    }

    fn get(&self) -> Arc<Settings> {
        self.announced(|| Arc::clone(&self.value))
    }

    fn set(&self, _: Settings) {
        unreachable!("nobody sets it");
    }

    fn update(&self, _: impl Fn(&Settings) -> Settings) {
        unreachable!("nobody sets it");
    }
}
