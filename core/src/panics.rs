//! Panics of user code (wakers, `Debug`, drops) in the middle of work that must go on.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// What `catch_unwind` answers with.
type Payload = Box<dyn Any + Send>;

/// Runs one piece of user code after another, whichever of them panic, and lets the first panic go on at the end.
#[derive(Default)]
pub(crate) struct Panics(Option<Payload>);

impl Panics {
    /// Runs `work` to its end or its panic.
    pub(crate) fn catch(&mut self, work: impl FnOnce()) {
        let Err(payload) = catch_unwind(AssertUnwindSafe(work)) else { return };
        match self.0 {
            None => self.0 = Some(payload),
            Some(_) => discard(payload),
        }
    }

    /// Panics as the first of those that panicked did.
    pub(crate) fn resume(self) {
        if let Some(payload) = self.0 {
            resume_unwind(payload);
        }
    }
}

/// What `work` answers, or nothing if it panics: the panic ends here. Its message is out by then.
pub(crate) fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).map_err(discard).ok()
}

/// Drops what a panic carried, and lets no panic out: a payload's drop is user code as well. What *that* may panic with
/// is forgotten, lest there be no end.
fn discard(payload: Payload) {
    if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(another);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::panic::panic_any;

    use super::*;
    use crate::sync::StdArc;

    /// Panics when dropped. Its own payload is of no size, so that forgetting it leaks nothing.
    struct Grumpy;
    struct Grumble;
    impl Drop for Grumpy {
        fn drop(&mut self) {
            panic_any(Grumble);
        }
    }

    #[test]
    fn a_payload_is_dropped_and_nothing_comes_of_its_drop() {
        let witness = StdArc::new(());
        let carried = StdArc::clone(&witness);
        assert_eq!(caught(|| panic_any(carried)), None::<()>);
        assert_eq!(StdArc::strong_count(&witness), 1, "forgotten");
        assert_eq!(caught(|| panic_any(Grumpy)), None::<()>);
        assert_eq!(caught(|| 5), Some(5));
    }

    #[test]
    fn all_work_is_done_and_the_first_panic_goes_on() {
        let mut done = Vec::new();
        let mut panics = Panics::default();
        panics.catch(|| done.push(1));
        panics.catch(|| panic_any("first"));
        panics.catch(|| panic_any(Grumpy));
        panics.catch(|| done.push(2));
        let payload = catch_unwind(AssertUnwindSafe(|| panics.resume())).unwrap_err();
        assert_eq!((payload.downcast_ref(), done), (Some(&"first"), vec![1, 2]));
        Panics::default().resume();
    }
}
