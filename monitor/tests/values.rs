//! Values whose `Debug` blocks: the host's own code, and perhaps the very deadlock that somebody wants to see.
#![cfg(all(feature = "cli", target_os = "linux"))]

mod common;

use common::{eventually, private_dir};
use named_sync::Registry;
use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use syncmon::agent::serve_at;
use syncmon::client::{self, Connection};
use syncmon::wire::{Row, State};

/// These tests count threads of the process.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Its `Debug` waits for whoever holds the lock.
struct Guarded(Arc<Mutex<u32>>);

impl fmt::Debug for Guarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "guarded {}", self.0.lock().unwrap())
    }
}

/// What is shown of the shared values, by name.
fn values(path: &Path) -> Vec<(String, String)> {
    let rows = client::snapshot(path).unwrap().rows.into_iter();
    let values = rows.filter_map(|row| match row.state {
        State::Shared { value, .. } => Some((row.id.name, value)),
        _ => None,
    });
    values.collect()
}

/// How many threads of ours look at a registry.
fn lookers() -> usize {
    let tasks = fs::read_dir("/proc/self/task").unwrap().flatten();
    let names = tasks.filter_map(|task| fs::read_to_string(task.path().join("comm")).ok());
    names.filter(|name| name.trim_end() == "syncmon-looker").count()
}

#[test]
fn a_debug_that_blocks_holds_up_neither_viewers_nor_other_rows() {
    let _alone = alone();
    let dir = private_dir();
    let registry = Arc::new(Registry::new());
    let number = Arc::new(Mutex::new(7));
    registry.shared("guarded", Guarded(Arc::clone(&number))).unwrap();
    registry.shared("limit", 5).unwrap();
    let agent = serve_at(&registry, dir.path().join("host.sock")).unwrap();
    let shown = |guarded: &str| {
        let rows = [("guarded", guarded), ("limit", "5")];
        rows.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
    };
    assert_eq!(values(agent.path()), shown("guarded 7"));

    let held = number.lock().unwrap();
    for _ in 0..20 {
        let begun = Instant::now();
        assert_eq!(values(agent.path()), shown("<its Debug blocks>"));
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    }
    eventually("only the one that is kept is left", || lookers() == 1);

    // A viewer that stays sees it come back.
    let (mut connection, _) = Connection::open(agent.path()).unwrap();
    let first = connection.changes(0).unwrap();
    drop(held);
    let mut since = first[0].generation;
    eventually("the value is shown again", || {
        let pages = connection.changes(since).unwrap();
        since = pages[0].generation;
        let mut rows = pages.iter().flat_map(|page| &page.rows);
        rows.any(|row| matches!(&row.state, State::Shared { value, .. } if value == "guarded 7"))
    });
    drop(connection);
    eventually("nobody is left", || lookers() == 0);
}

#[test]
fn many_that_block_keep_no_more_threads_than_a_few() {
    let _alone = alone();
    let dir = private_dir();
    let registry = Arc::new(Registry::new());
    let number = Arc::new(Mutex::new(7));
    for name in 0..40 {
        registry.shared(&format!("{name:02}"), Guarded(Arc::clone(&number))).unwrap();
    }
    registry.atomic("hits", 3);
    let agent = serve_at(&registry, dir.path().join("host.sock")).unwrap();
    let held = number.lock().unwrap();
    let ask = || client::snapshot(agent.path()).map(|snapshot| snapshot.rows);
    let mut rows = ask().unwrap();
    assert_eq!(rows.len(), 41, "in time, with all of the others");
    let blocked = |rows: &[Row]| {
        let texts = rows.iter().filter_map(|row| match &row.state {
            State::Shared { value, .. } => Some(value.as_str()),
            _ => None,
        });
        let texts: Vec<&str> = texts.collect();
        let count = |text| texts.iter().filter(|shown| **shown == text).count();
        (count("<its Debug blocks>"), count("<not asked: the Debug of others blocks>"))
    };
    assert_eq!(blocked(&rows), (8, 32));
    rows = ask().unwrap();
    assert_eq!((blocked(&rows), lookers() <= 10), ((8, 32), true));
    drop(held);
    eventually("all are shown", || blocked(&ask().unwrap()) == (0, 0));
}
