//! Panics that a test expects: caught, kept off the test's output, and told with message and place.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook, take_hook};
use std::sync::Once;
use std::thread::panicking;

/// Runs its closure if its thread panics: to free whoever waits for that thread, so that a failing test
/// ends at once and with its message.
#[must_use]
pub(crate) struct OnPanic<F: Fn()>(pub(crate) F);

impl<F: Fn()> Drop for OnPanic<F> {
    fn drop(&mut self) {
        if panicking() {
            (self.0)();
        }
    }
}

/// An expected panic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caught {
    pub(crate) message: String,
    pub(crate) file: String,
    pub(crate) line: u32,
}

thread_local! {
    /// `Some` while this thread is in [`catch`]: the first panic there.
    static EXPECTED: RefCell<Option<Option<Caught>>> = const { RefCell::new(None) };
}

fn note(info: &PanicHookInfo<'_>) -> bool {
    EXPECTED.with(|expected| match &mut *expected.borrow_mut() {
        Some(first) => {
            let payload = info.payload();
            let message = payload
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned()))
                .unwrap_or_default();
            let (file, line) =
                info.location().map_or((String::new(), 0), |at| (at.file().to_owned(), at.line()));
            first.get_or_insert(Caught { message, file, line });
            true
        }
        None => false,
    })
}

/// Runs `f`; if it panics, says how and where.
pub(crate) fn catch<R>(f: impl FnOnce() -> R) -> Result<R, Caught> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let others = take_hook();
        set_hook(Box::new(move |info| {
            if !note(info) {
                others(info);
            }
        }));
    });
    let before = EXPECTED.replace(Some(None));
    let result = catch_unwind(AssertUnwindSafe(f));
    let caught = EXPECTED.replace(before);
    result.map_err(|_| caught.flatten().expect("the hook saw the panic"))
}
