//! What an observer sees while everybody else is stuck.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{self, Builder, Scope, ScopedJoinHandle};
use std::time::Instant;

use common::{OnPanic, Watchdog, block_on, poll_once, until_blocked};
use named_sync::{Operation, Queue, Registry, VALUE_LIMIT, WaitGroup, Waiter};

/// A line that is noted where it is, to be compared with what inspect says.
#[derive(Default)]
struct Line(AtomicU32);

impl Line {
    fn note(&self, line: u32) {
        self.0.store(line, Ordering::Relaxed);
    }

    #[track_caller]
    fn assert_is_of(&self, waiter: &Waiter, operation: Operation, name: Option<&str>) {
        assert_eq!((waiter.location.file(), waiter.location.line()), (file!(), self.get()));
        assert_eq!(waiter.operation, operation);
        assert_eq!(waiter.thread_name.as_deref(), name);
        assert!(waiter.since <= Instant::now());
    }

    fn get(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

fn spawn<'scope, R: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    name: &str,
    f: impl FnOnce() -> R + Send + 'scope,
) -> ScopedJoinHandle<'scope, R> {
    Builder::new().name(name.to_owned()).spawn_scoped(scope, f).unwrap()
}

#[test]
fn it_shows_who_is_blocked_in_what_and_at_which_line() {
    let registry = Registry::new();
    let empty = registry.queue::<u8>("empty", 2).unwrap();
    let full = registry.queue::<u8>("full", 1).unwrap();
    full.put(0).unwrap();
    let group = registry.wait_group("group");
    group.add(1);
    let (get, timed_get, put, wait) =
        (Line::default(), Line::default(), Line::default(), Line::default());
    let timeout = std::time::Duration::from_secs(100);
    thread::scope(|scope| {
        let _free = OnPanic(|| {
            registry.clear();
            group.done();
        });
        let getter = spawn(scope, "getter", || (get.note(line!()), empty.get()).1);
        until_blocked(1, || empty.inspect());
        let second =
            spawn(scope, "2nd", || (timed_get.note(line!()), empty.get_timeout(timeout)).1);
        let putter = spawn(scope, "putter", || (put.note(line!()), full.put(1)).1);
        let waiter = spawn(scope, "waiter", || (wait.note(line!()), group.wait()).1);
        until_blocked(2, || empty.inspect());
        until_blocked(1, || full.inspect());
        until_blocked(1, || group.inspect());

        // Everybody but us is stuck.
        let rows = registry.inspect();
        let names: Vec<_> = rows.iter().map(|row| &*row.name).collect();
        assert_eq!(names, ["group", "empty", "full"]);
        wait.assert_is_of(&rows[0].waiters[0], Operation::Wait, Some("waiter"));
        get.assert_is_of(&rows[1].waiters[0], Operation::Get, Some("getter"));
        timed_get.assert_is_of(&rows[1].waiters[1], Operation::Get, Some("2nd"));
        put.assert_is_of(&rows[2].waiters[0], Operation::Put, Some("putter"));
        assert!(rows.iter().flat_map(|row| &row.waiters).all(|waiter| !waiter.is_task));
        let id = format!("{:?}", getter.thread().id());
        assert_eq!(rows[1].waiters[0].thread_id, id);

        registry.queue::<u8>("empty", 0).unwrap().put_many([1, 2]).unwrap();
        full.get().unwrap();
        group.done();
        let mut items = [getter.join().unwrap().unwrap(), second.join().unwrap().unwrap()];
        items.sort_unstable();
        assert_eq!(items, [1, 2]);
        putter.join().unwrap().unwrap();
        waiter.join().unwrap();
    });
    assert!(registry.inspect().iter().all(|row| row.waiters.is_empty()));
}

#[test]
fn it_shows_a_task_at_the_line_that_made_its_future() {
    let (queue, full, group) = (Queue::<u8>::unbounded(), Queue::bounded(1), WaitGroup::new());
    full.put(1).unwrap();
    group.add(1);
    let (get, put, wait) = (Line::default(), Line::default(), Line::default());
    thread::scope(|scope| {
        spawn(scope, "poller", || {
            let mut getter = pin!((get.note(line!()), queue.get_async()).1);
            let mut putter = pin!((put.note(line!()), full.put_async(2)).1);
            let mut waiter = pin!((wait.note(line!()), group.wait_async()).1);
            assert!(poll_once(getter.as_mut()).is_pending());
            assert!(poll_once(putter.as_mut()).is_pending());
            assert!(poll_once(waiter.as_mut()).is_pending());
            let name = Some("poller");
            get.assert_is_of(&queue.inspect().waiters[0], Operation::Get, name);
            put.assert_is_of(&full.inspect().waiters[0], Operation::Put, name);
            wait.assert_is_of(&group.inspect().waiters[0], Operation::Wait, name);
            assert!(queue.inspect().waiters[0].is_task);
            assert!(full.inspect().waiters[0].is_task);
            assert!(group.inspect().waiters[0].is_task);
        });
    });
}

#[test]
fn batches_and_iterators_are_shown_where_the_caller_wrote_them() {
    let (empty, full) = (Queue::<u8>::bounded(1), Queue::bounded(1));
    full.put(0).unwrap();
    let (get_many, put_many, iter) = (Line::default(), Line::default(), Line::default());
    thread::scope(|scope| {
        let _free = OnPanic(|| {
            empty.close();
            full.close();
        });
        scope.spawn(|| {
            let mut batch = Vec::new();
            (get_many.note(line!()), empty.get_many(&mut batch, 5)).1
        });
        until_blocked(1, || empty.inspect());
        scope.spawn(|| (put_many.note(line!()), full.put_many([1, 2])).1);
        until_blocked(1, || full.inspect());
        scope.spawn(|| (iter.note(line!()), empty.iter().next()).1);
        until_blocked(2, || empty.inspect());
        get_many.assert_is_of(&empty.inspect().waiters[0], Operation::Get, None);
        iter.assert_is_of(&empty.inspect().waiters[1], Operation::Get, None);
        put_many.assert_is_of(&full.inspect().waiters[0], Operation::Put, None);
        empty.close();
        full.close();
    });
}

#[test]
fn it_shows_the_line_that_made_each_primitive() {
    let registry = Registry::new();
    let first = line!() + 1;
    registry.atomic("made here", 0);
    registry.shared("made here", 0).unwrap();
    registry.wait_group("made here");
    registry.queue::<u8>("made here", 0).unwrap();
    registry.atomic("made here", 0);
    let lines: Vec<_> = registry.inspect().iter().map(|row| row.created_at.line()).collect();
    assert_eq!(lines, [first, first + 1, first + 2, first + 3]);

    let (unnamed, line) = (Queue::<u8>::bounded(1), line!());
    assert_eq!((unnamed.inspect().created_at.line(), &*unnamed.inspect().name), (line, ""));
}

#[test]
fn handles_can_be_shown_while_others_are_blocked() {
    let registry = Registry::new();
    let queue = registry.queue::<u8>("jobs", 1).unwrap();
    let group = registry.wait_group("files");
    group.add(1);
    let watched = (queue.clone(), group.clone());
    let _watchdog =
        Watchdog::new("Debug of handles", move || vec![watched.0.inspect(), watched.1.inspect()]);
    thread::scope(|scope| {
        let _free = OnPanic(|| {
            queue.close();
            group.done();
        });
        scope.spawn(|| queue.get());
        scope.spawn(|| block_on(queue.get_async()));
        scope.spawn(|| group.wait());
        until_blocked(2, || queue.inspect());
        until_blocked(1, || group.inspect());
        let text = format!("{queue:?} {group:?} {registry:?}");
        assert_eq!(
            text,
            "Queue { name: Some(\"jobs\"), size: 0, capacity: Some(1), closed: false } \
             WaitGroup { name: Some(\"files\"), count: 1 } \
             Registry { atomics: [], shareds: [], wait_groups: [\"files\"], queues: [\"jobs\"] }"
        );
        queue.close();
        group.done();
    });
}

#[test]
fn a_value_may_look_at_the_registry_while_it_is_shown() {
    struct Curious(Registry);
    impl std::fmt::Debug for Curious {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            self.0.shared("another", 1).map_err(|_| std::fmt::Error)?;
            write!(f, "among {} names", self.0.inspect().len())
        }
    }
    // The curious one looks at a registry of its own, which in turn another curious one is in.
    let inner = Registry::new();
    inner.shared("inner", Curious(Registry::new())).unwrap();
    let outer = Registry::new();
    outer.shared("outer", Curious(inner)).unwrap();
    let named_sync::State::Shared { value, .. } = &outer.inspect()[0].state else { panic!() };
    assert_eq!(value, "among 2 names");
}

#[test]
fn a_long_value_is_cut_and_the_cut_is_shown() {
    let shared = named_sync::Shared::new("x".repeat(10 * VALUE_LIMIT));
    let named_sync::State::Shared { value, .. } = shared.inspect().state else { panic!() };
    assert!(value.ends_with('…') && value.len() <= VALUE_LIMIT + '…'.len_utf8());
}
