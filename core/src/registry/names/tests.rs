use std::panic::{AssertUnwindSafe, Location, catch_unwind};

use super::*;
use crate::Atomic;
use crate::identity::Identity;

type Number = StdArc<usize>;

fn insert(names: &Names<Number>, name: &str, number: usize) -> Number {
    names.get_or_insert(name, Number::clone, |_| Number::new(number))
}

fn number(names: &Names<Number>, name: &str) -> Option<usize> {
    names.get(name, |number| **number)
}

/// Readers of other tests may hold back what was removed: for a moment, or for as long as a walk along a table takes under
/// a sanitizer.
fn eventually(condition: impl Fn() -> bool) {
    let begun = sync::now();
    while !condition() {
        assert!(begun.elapsed() < sync::Duration::from_secs(60), "it did not come true");
        sync::yield_now();
    }
}

#[test]
fn a_hundred_thousand_names_are_all_found_in_short_chains() {
    const NUMBER: usize = 100_000;
    let names = Names::default();
    for number in 0..NUMBER {
        insert(&names, &format!("name {number}"), number);
    }
    for number in 0..NUMBER {
        assert_eq!(self::number(&names, &format!("name {number}")), Some(number));
    }
    assert_eq!(number(&names, "name"), None);

    let lock = names.lock.lock();
    let buckets = names.table.buckets(&lock.writing);
    let lengths: Vec<_> =
        (0..buckets).map(|bucket| names.table.chain(&lock.writing, bucket).count()).collect();
    assert_eq!(lengths.iter().sum::<usize>(), NUMBER);
    assert!((2 * NUMBER..=2 * NUMBER + 64).contains(&lengths.len()));
    // By chance a chain of 12 would be found in one of a million such tables.
    assert!(lengths.iter().all(|&length| length < 12), "{:?}", lengths.iter().max());
}

#[test]
fn names_of_any_length_and_any_characters_are_told_apart() {
    let names = Names::default();
    let long = "0123456789abcdefghijklmnopqrstuvwxyz\0é";
    let ends = (0..=long.len()).filter(|&end| long.is_char_boundary(end));
    let all: Vec<&str> = ends.map(|end| &long[..end]).chain(["\0", "\0\0", "é"]).collect();
    for (number, name) in all.iter().enumerate() {
        insert(&names, name, number);
    }
    for (number, name) in all.iter().enumerate() {
        assert_eq!(self::number(&names, name), Some(number), "{name:?}");
    }
    for name in &all {
        assert!(names.remove(name) && !names.remove(name), "{name:?}");
        assert_eq!(number(&names, name), None);
    }
    assert_eq!(format!("{names:?}"), "[]");
}

#[test]
fn what_is_removed_is_freed() {
    let names = Names::default();
    for round in 0..1000 {
        let old = insert(&names, "name", round);
        assert_eq!(*old, round);
        assert!(names.remove("name"));
        insert(&names, "another", round);
        assert!(names.remove("another"));
        eventually(|| {
            names.remove("another");
            insert(&names, "another", round);
            StdArc::strong_count(&old) == 1
        });
        names.remove("another");
    }
}

#[test]
fn what_is_being_read_is_freed_after_that() {
    let names = Names::default();
    let old = insert(&names, "name", 1);
    let reading = removed::begin_reading();
    assert!(names.remove("name"));
    insert(&names, "another", 2);
    assert_eq!(StdArc::strong_count(&old), 2, "held back");
    drop(reading);
    eventually(|| {
        names.remove("another");
        insert(&names, "another", 3);
        StdArc::strong_count(&old) == 1
    });
}

#[test]
fn clearing_takes_everything_and_the_table_goes_on() {
    let names = Names::default();
    let kept: Vec<_> =
        (0..1000).map(|number| insert(&names, &number.to_string(), number)).collect();
    let taken = names.take();
    let mut numbers: Vec<_> = taken.handles().map(|number| **number).collect();
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(0..1000));
    assert_eq!(number(&names, "7"), None);
    insert(&names, "7", 70);
    drop(taken);
    eventually(|| {
        insert(&names, "8", 80);
        names.remove("8");
        kept.iter().all(|number| StdArc::strong_count(number) == 1)
    });
    assert_eq!(number(&names, "7"), Some(70));
}

#[test]
fn a_drop_that_panics_keeps_no_other_from_being_freed() {
    struct Handle(StdArc<usize>);
    impl Drop for Handle {
        fn drop(&mut self) {
            assert!(*self.0 != 3, "as the test wants it");
        }
    }
    let names = Names::default();
    let kept: Vec<_> = (0..10).map(StdArc::new).collect();
    for number in &kept {
        let handle = Handle(StdArc::clone(number));
        names.insert_or_get(&StdArc::from(number.to_string()), handle, |_| ());
    }
    let cleared = catch_unwind(AssertUnwindSafe(|| drop(names.take())));
    let dropped = catch_unwind(AssertUnwindSafe(|| drop(names)));
    assert!(cleared.is_err() ^ dropped.is_err());
    assert!(kept.iter().all(|number| StdArc::strong_count(number) == 1));
}

#[test]
fn inspections_are_ordered_by_name() {
    let names = Names::default();
    let text: Vec<String> =
        (0..500).map(|number| format!("a name of some length, {number}")).collect();
    let text: Vec<&str> = text.iter().map(|name| &name[number_or_all(name)..]).collect();
    for name in &text {
        names.get_or_insert(name, Atomic::clone, |name| {
            Atomic::with_identity(Identity::named(name, Location::caller()), 0)
        });
    }
    let mut rows = Vec::new();
    names.inspect(&mut rows);
    names.inspect(&mut rows);
    let mut expected = text.clone();
    expected.sort_unstable();
    assert!(rows.iter().map(|row| &*row.name).eq(expected.iter().chain(&expected).copied()));
    assert_eq!(format!("{names:?}"), format!("{expected:?}"));
}

/// Where the number begins, of every other one.
fn number_or_all(name: &str) -> usize {
    if name.ends_with(['0', '2', '4', '6', '8']) { name.rfind(' ').unwrap_or(0) } else { 0 }
}
