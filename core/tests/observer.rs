//! What an observer tells of a registry that changes: all of it, and nothing else.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use common::{OnPanic, Watchdog, config, until_blocked};
use named_sync::{Atomic, Inspection, Kind, Look, Registry, Site, State};
use proptest::collection::vec;
use proptest::prelude::*;

/// What makes a row the same row.
type Id = (Kind, String, &'static str, Site);

fn id(kind: Kind, name: &str, type_name: &'static str, at: &Site) -> Id {
    (kind, name.to_owned(), type_name, at.clone())
}

/// What the looks add up to.
#[derive(Debug, Default)]
struct Known(BTreeMap<Id, State>);

impl Known {
    fn take_in(&mut self, look: Look) {
        self.0.extend(look.changed.into_iter().map(row));
        for gone in look.gone {
            let id = id(gone.kind, &gone.name, gone.type_name, &gone.created_at);
            assert!(self.0.remove(&id).is_some(), "gone and never was: {id:?}");
        }
    }
}

fn row(row: Inspection) -> (Id, State) {
    (id(row.kind, &row.name, row.type_name, &row.created_at), row.state)
}

fn truth(registry: &Registry) -> BTreeMap<Id, State> {
    registry.inspect().into_iter().map(row).collect()
}

/// A registry, and who ends the test with what it shows should everybody be stuck.
fn watched_registry() -> (Arc<Registry>, Watchdog) {
    let registry = Arc::new(Registry::new());
    let watched = Arc::clone(&registry);
    let watchdog = Watchdog::new("observer", move || watched.inspect());
    (registry, watchdog)
}

fn names(look: &Look) -> Vec<&str> {
    let mut names: Vec<&str> = look.changed.iter().map(|row| &*row.name).collect();
    names.sort_unstable();
    names
}

#[test]
fn only_what_changed_is_told_of_each_kind() {
    let registry = Registry::new();
    let (hits, _) = (registry.atomic("hits", 0), registry.atomic("misses", 0));
    let (limit, _) = (registry.shared("limit", 1).unwrap(), registry.shared("off", 0).unwrap());
    let (files, _) = (registry.wait_group("files"), registry.wait_group("dirs"));
    let (jobs, _) = (registry.queue("jobs", 4).unwrap(), registry.queue::<u8>("gone", 0).unwrap());
    let stream = registry.queue("stream", 0).unwrap();
    let mut observer = registry.observe();
    assert_eq!(observer.look().changed.len(), 9);
    let mut look = || observer.look();
    assert!(look().changed.is_empty());

    hits.add(1);
    assert_eq!(names(&look()), ["hits"]);
    limit.set(1);
    assert_eq!(names(&look()), ["limit"], "the version has changed");
    files.add(1);
    assert_eq!(names(&look()), ["files"]);
    jobs.put(1u8).unwrap();
    assert_eq!(names(&look()), ["jobs"]);
    // As many items as before, but others.
    jobs.put(2).unwrap();
    jobs.get().unwrap();
    stream.put(3u8).unwrap();
    stream.get().unwrap();
    assert_eq!(names(&look()), ["jobs", "stream"]);
    stream.close();
    assert_eq!(names(&look()), ["stream"]);
    files.done();
    assert_eq!(names(&look()), ["files"]);
    assert!(look().changed.is_empty() && look().gone.is_empty());
}

#[test]
fn who_is_blocked_is_told_when_they_come_and_when_they_go() {
    let (registry, _watchdog) = watched_registry();
    let jobs = registry.queue::<u8>("jobs", 1).unwrap();
    let group = registry.wait_group("group");
    group.add(1);
    let mut observer = registry.observe();
    observer.look();
    thread::scope(|scope| {
        let _free = OnPanic(|| {
            jobs.close();
            group.done();
        });
        let getter = scope.spawn(|| jobs.get());
        until_blocked(1, || jobs.inspect());
        let look = observer.look();
        assert_eq!((names(&look), look.changed[0].waiters.len()), (vec!["jobs"], 1));
        assert!(observer.look().changed.is_empty(), "it only waited on");

        for number in 1..=2 {
            scope.spawn(|| group.wait());
            until_blocked(number, || group.inspect());
            let look = observer.look();
            assert_eq!((names(&look), look.changed[0].waiters.len()), (vec!["group"], number));
        }

        jobs.put(1).unwrap();
        getter.join().unwrap();
        let look = observer.look();
        assert_eq!((names(&look), look.changed[0].waiters.len()), (vec!["jobs"], 0));
        group.done();
    });
    assert_eq!(names(&observer.look()), ["group"]);
    assert!(observer.look().changed.is_empty());
}

#[test]
fn what_is_made_anew_in_the_same_way_has_changed_and_in_another_way_is_another() {
    let registry = Registry::new();
    let make = || registry.atomic("hits", 7);
    make();
    let mut observer = registry.observe();
    let mut known = Known::default();
    known.take_in(observer.look());

    assert!(registry.remove(Kind::Atomic, "hits"));
    make();
    let look = observer.look();
    assert_eq!((names(&look), look.gone.len()), (vec!["hits"], 0));

    assert!(registry.remove(Kind::Atomic, "hits"));
    registry.atomic("hits", 7);
    let look = observer.look();
    assert_eq!((names(&look), look.gone.len()), (vec!["hits"], 1));
    known.take_in(look);
    assert_eq!(known.0, truth(&registry));

    assert!(registry.remove(Kind::Atomic, "hits"));
    let look = observer.look();
    assert_eq!((look.changed.len(), look.gone.len()), (0, 1));
    assert!(observer.look().gone.is_empty());
}

#[test]
fn a_text_that_changes_though_the_value_was_not_replaced_is_told_when_its_turn_comes() {
    let registry = Registry::new();
    for number in 0..500 {
        registry.shared(&number.to_string(), number).unwrap();
    }
    let odd = registry.shared("odd", Mutex::new(1)).unwrap();
    let mut observer = registry.observe();
    observer.look();
    *odd.get().lock().unwrap() = 2;
    let told: Vec<Look> = (0..20).map(|_| observer.look()).collect();
    let told: Vec<&Inspection> = told.iter().flat_map(|look| &look.changed).collect();
    assert_eq!(told.len(), 1, "once");
    let State::Shared { value, version: 0, .. } = &told[0].state else { panic!("{told:?}") };
    assert!(value.contains("data: 2"), "{value}");
}

#[test]
fn texts_are_written_by_whoever_wants_to() {
    let registry = Registry::new();
    registry.shared("a", "value").unwrap();
    let mut observer = registry.observe();
    let look = observer.look_and_write(|value| {
        let write = move || format!("{} {value:>9}!", value.name());
        thread::spawn(write).join().unwrap()
    });
    let State::Shared { value, .. } = &look.changed[0].state else { panic!("{look:?}") };
    assert_eq!(value, "a   \"value\"!");
}

#[test]
fn many_that_come_and_many_that_go_at_once_are_all_told() {
    let registry = Registry::new();
    let mut observer = registry.observe();
    let mut known = Known::default();
    let name = |number: usize| format!("name {number}");
    for end in [10, 1_000, 20_000] {
        for number in 0..end {
            registry.atomic(&name(number), 1).add(1);
        }
        known.take_in(observer.look());
        assert_eq!(known.0, truth(&registry));
    }
    for number in 0..20_000 {
        // Long runs of the table go, and some stay.
        if number % 50 != 0 {
            assert!(registry.remove(Kind::Atomic, &name(number)));
        }
    }
    known.take_in(observer.look());
    assert_eq!((known.0.len(), &known.0), (400, &truth(&registry)));
    registry.clear();
    known.take_in(observer.look());
    assert!(known.0.is_empty());
}

/// The count is as it was, and so are all words of it.
#[test]
fn what_lines_did_to_a_tracked_wait_group_is_told_although_the_count_is_the_same() {
    let (registry, _watchdog) = watched_registry();
    let group = registry.tracked_wait_group("files");
    group.add(1);
    let mut observer = registry.observe();
    observer.look();
    assert!(observer.look().changed.is_empty());
    group.add(1);
    group.done();
    let look = observer.look();
    assert_eq!(names(&look), ["files"]);
    let sums: Vec<_> = look.changed[0]
        .call_sites
        .iter()
        .flatten()
        .map(|site| (site.added, site.taken_off))
        .collect();
    assert_eq!(sums, [(1, 0), (1, 0), (0, 1)]);
    assert!(observer.look().changed.is_empty());
}

/// Names that stay are never told to be gone, whatever else comes and goes; and in the end everything is known.
#[test]
fn names_that_come_and_go_meanwhile_confuse_nobody() {
    const ROUNDS: usize = 30_000;
    let (registry, _watchdog) = watched_registry();
    let staying: Vec<_> =
        (0..300).map(|number| registry.atomic(&format!("staying {number}"), 0)).collect();
    let done = AtomicBool::new(false);
    let mut observer = registry.observe();
    let mut known = Known::default();
    thread::scope(|scope| {
        let changing = scope.spawn(|| {
            for round in 0..ROUNDS {
                registry.atomic(&format!("growing {round}"), 0);
                registry.queue::<u8>("fleeting", 0).unwrap();
                registry.remove(Kind::Atomic, &format!("growing {}", round / 2));
                registry.remove(Kind::Queue, "fleeting");
                staying[round % staying.len()].add(1);
            }
            done.store(true, Ordering::Release);
        });
        while !done.load(Ordering::Acquire) {
            let look = observer.look();
            assert!(look.gone.iter().all(|gone| !gone.name.starts_with("staying")), "{look:?}");
            known.take_in(look);
        }
        changing.join().unwrap();
    });
    known.take_in(observer.look());
    assert_eq!(known.0, truth(&registry));
}

#[derive(Clone, Debug)]
enum Op {
    Add(u32, i64),
    Set(u32, i64),
    Count(u32),
    Put(u32),
    Get(u32),
    Remove(Kind, u32),
    Clear,
    Look,
}

fn op() -> impl Strategy<Value = Op> {
    let kind = prop_oneof![
        Just(Kind::Atomic),
        Just(Kind::Shared),
        Just(Kind::WaitGroup),
        Just(Kind::Queue)
    ];
    let name = 0..40u32;
    prop_oneof![
        6 => (name.clone(), -1..=1i64).prop_map(|(name, delta)| Op::Add(name, delta)),
        6 => (name.clone(), 0..3i64).prop_map(|(name, value)| Op::Set(name, value)),
        4 => name.clone().prop_map(Op::Count),
        6 => name.clone().prop_map(Op::Put),
        4 => name.clone().prop_map(Op::Get),
        6 => (kind, name).prop_map(|(kind, name)| Op::Remove(kind, name)),
        1 => Just(Op::Clear),
        8 => Just(Op::Look),
    ]
}

fn here(registry: &Registry, name: &str, initial: i64) -> Atomic {
    registry.atomic(name, initial)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn looks_add_up_to_the_truth(ops in vec(op(), 1..300)) {
        let registry = Registry::new();
        let mut observer = registry.observe();
        let mut known = Known::default();
        for op in ops {
            match op {
                Op::Add(name, delta) => {
                    // Of two lines, either may make it.
                    let make = if delta < 0 { Registry::atomic } else { here };
                    make(&registry, &name.to_string(), 0).add(delta);
                }
                Op::Set(name, value) => registry.shared(&name.to_string(), 0).unwrap().set(value),
                Op::Count(name) => registry.wait_group(&name.to_string()).add(1),
                Op::Put(name) => registry.queue(&name.to_string(), 0).unwrap().put(name).unwrap(),
                Op::Get(name) => drop(registry.queue::<u32>(&name.to_string(), 0).unwrap().try_get()),
                Op::Remove(kind, name) => drop(registry.remove(kind, &name.to_string())),
                Op::Clear => registry.clear(),
                Op::Look => {
                    known.take_in(observer.look());
                    prop_assert_eq!(&known.0, &truth(&registry));
                }
            }
        }
        known.take_in(observer.look());
        prop_assert_eq!(&known.0, &truth(&registry));
    }
}

/// What was seen before the panic is forgotten: some of it may be gone by now, and nobody would know.
#[test]
fn after_a_look_that_panics_everything_is_told_anew() {
    let registry = Registry::new();
    let kept = registry.atomic("kept", 1);
    for number in 0..100 {
        registry.atomic(&format!("goes {number}"), 7);
    }
    let mut observer = registry.observe();
    assert_eq!(observer.look().changed.len(), 101);
    for round in 0..3 {
        for number in 0..100 {
            registry.remove(Kind::Atomic, &format!("goes {number}"));
        }
        registry.shared(&format!("new {round}"), round).unwrap();
        let looked = catch_unwind(AssertUnwindSafe(|| {
            observer.look_and_write(|value| panic!("{} is not written", value.name()))
        }));
        assert!(looked.is_err());
        // Where those were that are gone there is something else now.
        let others: Vec<_> =
            (0..100).map(|number| registry.wait_group(&format!("{round} {number}"))).collect();
        kept.add(1);
        let look = observer.look();
        assert!(look.gone.is_empty(), "nothing is known of what was before");
        assert_eq!(look.changed.len(), 1 + (round + 1) + (round + 1) * others.len());
        assert!(observer.look().changed.is_empty());
        for number in 0..100 {
            registry.atomic(&format!("goes {number}"), 7);
        }
        observer.look();
    }
}

/// Another column of the same line is the same line to whoever is told.
#[test]
fn what_is_made_anew_elsewhere_on_its_line_has_only_changed() {
    let registry = Registry::new();
    #[rustfmt::skip]
    let make = |one: bool| { if one { registry.atomic("hits", 1) } else { registry.atomic("hits", 2) } };
    make(true);
    let mut observer = registry.observe();
    observer.look();
    for one in [false, true, false] {
        assert!(registry.remove(Kind::Atomic, "hits"));
        make(one);
        let look = observer.look();
        assert_eq!((names(&look), look.gone.len()), (vec!["hits"], 0));
    }
}

/// The last `done` changes the word before it takes the waiters out of their list.
#[test]
fn who_was_released_is_not_told_to_be_blocked_for_ever() {
    const ROUNDS: u32 = 3_000;
    const OVER: u32 = u32::MAX;
    // Under a sanitizer, and beside others, a round takes much longer.
    let end = Instant::now() + Duration::from_secs(5);
    let (registry, watchdog) = watched_registry();
    let progress = watchdog.progress();
    let group = registry.wait_group("group");
    let (begun, released) = (AtomicU32::new(0), AtomicU32::new(0));
    let mut observer = registry.observe();
    let mut waiting = 0;
    let mut look = |waiting: &mut usize| {
        for row in observer.look().changed {
            *waiting = row.waiters.len();
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            for round in 1.. {
                while begun.load(Ordering::Acquire) < round {
                    thread::yield_now();
                }
                if begun.load(Ordering::Acquire) == OVER {
                    return;
                }
                group.wait();
                released.store(round, Ordering::Release);
            }
        });
        for round in 1..=ROUNDS {
            group.add(1);
            begun.store(round, Ordering::Release);
            until_blocked(1, || group.inspect());
            let done = scope.spawn(|| group.done());
            while released.load(Ordering::Acquire) < round {
                look(&mut waiting);
            }
            done.join().unwrap();
            look(&mut waiting);
            assert_eq!(waiting, 0, "in round {round}");
            progress.step();
            if Instant::now() > end {
                break;
            }
        }
        begun.store(OVER, Ordering::Release);
    });
}
