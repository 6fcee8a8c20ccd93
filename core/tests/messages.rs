//! What people are told: the names, the types, the bounds and the line that are to be looked at.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use std::error::Error;

use common::{Caught, catch};
use named_sync::{
    CapacityError, Closed, GetTimeoutError, NameError, PutTimeoutError, Queue, Registry,
    TryGetError, TryPutError, WaitGroup, WaitGroupError, WaitTimeout,
};

#[track_caller]
fn assert_tells(message: &str, words: &[&str]) {
    for word in words {
        assert!(message.contains(word), "{word:?} is not in {message:?}");
    }
}

#[test]
fn a_type_mismatch_tells_the_name_and_both_types() {
    let registry = Registry::new();
    registry.queue::<Vec<u64>>("jobs", 3).unwrap();
    let error = registry.queue::<String>("jobs", 3).unwrap_err();
    assert_tells(&error.to_string(), &["\"jobs\"", "Vec<u64>", "String"]);
    registry.shared("config", 1u8).unwrap();
    let error = registry.shared("config", 1i16).unwrap_err();
    assert_tells(&error.to_string(), &["\"config\"", "`u8`", "`i16`"]);
}

#[test]
fn a_capacity_mismatch_tells_the_name_and_both_bounds() {
    let registry = Registry::new();
    registry.queue::<u8>("jobs", 17).unwrap();
    let error = registry.queue::<u8>("jobs", 18).unwrap_err();
    assert_tells(&error.to_string(), &["\"jobs\"", "17", "18"]);
    registry.queue::<u8>("log", 0).unwrap();
    let error = registry.queue::<u8>("log", 19).unwrap_err();
    assert_tells(&error.to_string(), &["\"log\"", "unbounded", "19"]);
    let error = registry.queue::<u8>("huge", usize::MAX).unwrap_err();
    assert!(matches!(error, NameError::CapacityTooLarge { .. }));
    assert_tells(&error.to_string(), &["\"huge\"", &usize::MAX.to_string()]);
}

#[test]
fn a_name_is_shown_escaped() {
    let registry = Registry::new();
    registry.queue::<u8>("a\n\u{1b}[31m", 1).unwrap();
    let message = registry.queue::<u8>("a\n\u{1b}[31m", 2).unwrap_err().to_string();
    assert!(!message.chars().any(char::is_control), "{message:?}");
}

/// A panic was the caller's: at a line of this file.
#[track_caller]
fn assert_here<R: std::fmt::Debug>(result: Result<R, Caught>, line: u32, words: &[&str]) {
    let caught = result.unwrap_err();
    assert_eq!((caught.file.as_str(), caught.line), (file!(), line));
    assert_tells(&caught.message, words);
}

#[test]
fn a_wait_group_that_is_counted_too_low_tells_its_name_at_the_callers_line() {
    let files = Registry::new().wait_group("files");
    files.add(2);
    assert_here(catch(|| files.add(-3)), line!(), &["\"files\"", "count of 2", "-3"]);
    assert_eq!(files.count(), 2);
    files.add(-2);
    assert_here(catch(|| files.done()), line!(), &["\"files\"", "below zero"]);
    assert_eq!(files.count(), 0);
}

#[test]
fn a_wait_group_that_is_counted_too_high_tells_its_name_at_the_callers_line() {
    let files = Registry::new().wait_group("files");
    files.add(i64::from(u32::MAX));
    assert_here(catch(|| files.add(1)), line!(), &["\"files\"", "above u32::MAX"]);
    assert_here(catch(|| files.guard()), line!(), &["\"files\"", "above u32::MAX"]);
    assert_eq!(files.count(), u32::MAX);
}

#[test]
fn a_guard_whose_one_was_counted_off_by_somebody_else_tells_the_name() {
    let files = Registry::new().wait_group("files");
    let guard = files.guard();
    files.done();
    assert_tells(&catch(|| drop(guard)).unwrap_err().message, &["\"files\"", "below zero"]);
}

#[test]
fn a_guard_that_is_dropped_in_a_panic_does_not_panic_again() {
    let group = WaitGroup::new();
    let guard = group.guard();
    group.done();
    // A second panic while the first unwinds would abort the process.
    let result: Result<(), _> = catch(|| {
        let _guard = guard;
        panic!("the first")
    });
    assert_eq!(result.unwrap_err().message, "the first");
}

#[test]
fn a_queue_of_an_impossible_bound_is_refused_at_the_callers_line() {
    assert_here(catch(|| Queue::<u8>::bounded(0)), line!(), &["at least one item"]);
    assert_here(catch(|| Queue::<u8>::bounded(usize::MAX)), line!(), &["does not fit"]);
    assert_eq!(Queue::<u64>::try_bounded(usize::MAX / 4).unwrap_err().requested(), usize::MAX / 4);
}

#[test]
fn errors_can_be_passed_on_as_errors_and_items_in_them_need_no_debug() {
    struct Opaque;
    let errors: [Box<dyn Error + Send + Sync>; 9] = [
        Box::new(Closed(Opaque)),
        Box::new(TryPutError::Full(Opaque)),
        Box::new(PutTimeoutError::Timeout(Opaque)),
        Box::new(TryGetError::Empty),
        Box::new(GetTimeoutError::Timeout),
        Box::new(WaitTimeout),
        Box::new(WaitGroup::new().try_add(-1).unwrap_err()),
        Box::new(Queue::<u8>::try_bounded(0).unwrap_err()),
        Box::new(Registry::new().queue::<u8>("a", usize::MAX).unwrap_err()),
    ];
    let mut messages: Vec<_> = errors.iter().map(ToString::to_string).collect();
    messages.sort_unstable();
    messages.dedup();
    assert_eq!(messages.len(), errors.len(), "each says something of its own: {messages:?}");
    assert!(errors[6].is::<WaitGroupError>() && errors[7].is::<CapacityError>());
}
