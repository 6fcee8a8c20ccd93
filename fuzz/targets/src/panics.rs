//! Panics that are part of what is promised.
//!
//! A fuzzer ends in its panic hook, before anything is unwound. So a panic that is expected must not come to
//! that hook: our own are raised without it, and those of the library are kept from it.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{
    AssertUnwindSafe, Location, PanicHookInfo, catch_unwind, resume_unwind, set_hook, take_hook,
};
use std::sync::Once;

/// The payload of a panic of user code: of a closure, a waker, a drop.
struct Ours;

/// What user code does that panics.
pub(crate) fn panic_as_user() -> ! {
    resume_unwind(Box::new(Ours))
}

/// Runs `f`, and says whether user code panicked in there. Any other panic goes on.
pub(crate) fn catch_users<R>(f: impl FnOnce() -> R) -> Result<R, UserPanicked> {
    catch_unwind(AssertUnwindSafe(f)).map_err(|payload| {
        if !payload.is::<Ours>() {
            resume_unwind(payload);
        }
        UserPanicked
    })
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct UserPanicked;

/// How something ended that the library may refuse by a panic.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Panicked {
    /// User code panicked.
    User,
    /// The library did, said this, and named a line of this file.
    Library { message: String, file: String },
}

thread_local! {
    /// While a panic is expected: the file that it names.
    static EXPECTED: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Notes the file that an expected panic names. False if none is expected.
fn note(info: &PanicHookInfo<'_>) -> bool {
    EXPECTED.with_borrow_mut(|expected| match expected {
        None => false,
        Some(file) => {
            info.location().unwrap_or(Location::caller()).file().clone_into(file);
            true
        }
    })
}

/// Runs `f`, which the library may refuse by a panic. Keep it short: an assertion in there would be taken for one.
pub(crate) fn catch<R>(f: impl FnOnce() -> R) -> Result<R, Panicked> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let others = take_hook();
        set_hook(Box::new(move |info| {
            if !note(info) {
                others(info);
            }
        }));
    });
    let before = EXPECTED.replace(Some(String::new()));
    let result = catch_unwind(AssertUnwindSafe(f));
    let file = EXPECTED.replace(before).unwrap_or_default();
    result.map_err(|payload| match payload.is::<Ours>() {
        true => Panicked::User,
        false => Panicked::Library { message: text(&*payload), file },
    })
}

fn text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref().cloned()).unwrap_or_default()
}
