//! A shared variable: no update is lost, each value is dropped once, and what a reader has stays what it is.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use named_sync_shuttle::Shared;

use crate::support::*;

/// A value that knows whether it is alive, and what it was made of.
struct Value {
    count: usize,
    state: AtomicU32,
    item: Tracked,
}

const ALIVE: u32 = 0x600d_600d;
const DEAD: u32 = 0xdead_dead;

impl Value {
    fn new(count: usize, item: Tracked) -> Self {
        Self { count, state: AtomicU32::new(ALIVE), item }
    }

    /// What it counts, if it is there at all.
    fn count(&self) -> usize {
        assert_eq!(self.state.load(Ordering::Relaxed), ALIVE, "a value is read that was dropped");
        self.count
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Value({})", self.count())
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        assert_eq!(self.state.swap(DEAD, Ordering::Relaxed), ALIVE, "a value is dropped again");
    }
}

/// More values than a thread makes.
const MANY: usize = 200;

type Handle = (Shared<Value>, Arc<Ledger>);

fn variable(writers: usize) -> Handle {
    let ledger = Ledger::new(writers + 1, MANY);
    (Shared::new(Value::new(0, ledger.payload(writers, 0))), ledger)
}

/// The counts that its updates stored.
fn count_up((shared, ledger): &Handle, writer: usize) -> Vec<usize> {
    let mut made = 0;
    (0..3)
        .map(|update| {
            let new = shared.update(|old| {
                made += 1;
                Value::new(old.count() + 1, ledger.payload(writer, made))
            });
            if made > update + 1 {
                note("an update was tried again");
            }
            new.count()
        })
        .collect()
}

/// Reads in every way, keeps what it read for a while, and never sees the count fall.
fn read((shared, _): &Handle) {
    let mut kept: Vec<(usize, Arc<Value>)> = Vec::new();
    let mut seen = 0;
    for _ in 0..4 {
        let count = match below(4) {
            0 => shared.read(|value| {
                let count = value.count();
                idle(6);
                assert_eq!(value.count(), count);
                count
            }),
            1 => shared.read(|outer| {
                let inner = shared.read(|inner| {
                    idle(6);
                    inner.count()
                });
                assert!(outer.count() <= inner);
                inner
            }),
            2 => {
                let inspection = format!("{:?}", shared.inspect().state);
                assert!(inspection.contains("Value("), "{inspection}");
                shared.version() as usize
            }
            _ => {
                let value = shared.get();
                let count = value.count();
                kept.push((count, value));
                count
            }
        };
        assert!(count >= seen, "{count} after {seen}");
        seen = count;
    }
    idle(10);
    for (count, value) in kept {
        assert_eq!(value.count(), count);
        if count < shared.version() as usize {
            note("an old value was kept");
        }
    }
}

/// When all are done, the next operation finds that nobody reads what is old.
fn check_that_only_the_current_value_is_left((shared, ledger): Handle) {
    drop(shared.get());
    assert_eq!(ledger.alive(), 1, "old values that were not dropped");
    drop(shared);
    ledger.assert_settled();
}

scenarios! {
    no_update_is_lost_and_no_reader_is_deceived("an update was tried again", "an old value was kept") {
        const WRITERS: usize = 3;
        let handle = variable(WRITERS);
        let writers = crew(WRITERS, &handle, count_up);
        let readers = crew(3, &handle, |handle, _| read(handle));
        let mut stored = join(writers).concat();
        join(readers);
        stored.sort_unstable();
        let all = stored.len();
        assert!(stored.iter().copied().eq(1..=all), "{stored:?}");
        assert_eq!((handle.0.get().count(), handle.0.version()), (all, all as u64));
        check_that_only_the_current_value_is_left(handle);
    }

    /// Every value is replaced once, by one thread, which has it then; but the last.
    what_a_swap_or_an_update_replaces_nobody_else_does("an update was tried again") {
        const WRITERS: usize = 4;
        let handle = variable(WRITERS);
        let writers = crew(WRITERS, &handle, |(shared, ledger), writer| {
            let mut made = 0;
            let mut make = || {
                made += 1;
                Value::new(made, ledger.payload(writer, made))
            };
            let (mut stored, mut replaced) = (Vec::new(), Vec::new());
            for _ in 0..3 {
                if below(2) == 0 {
                    let new = make();
                    stored.push(id(&new.item));
                    let old = shared.swap(new);
                    old.count();
                    replaced.push(id(&old.item));
                } else {
                    let mut seen = Vec::new();
                    let new = shared.update(|old| {
                        old.count();
                        seen.push(id(&old.item));
                        make()
                    });
                    if seen.len() > 1 {
                        note("an update was tried again");
                    }
                    stored.push(id(&new.item));
                    replaced.extend(seen.last());
                }
            }
            (stored, replaced)
        });
        let (mut stored, mut replaced) = (vec![(WRITERS, 0)], Vec::new());
        for (new, old) in join(writers) {
            stored.extend(new);
            replaced.extend(old);
        }
        replaced.push(id(&handle.0.get().item));
        stored.sort_unstable();
        replaced.sort_unstable();
        assert_eq!(stored, replaced, "what was stored, and what was replaced or is current");
        check_that_only_the_current_value_is_left(handle);
    }

    /// `set` drops what it replaces, while readers have it.
    values_that_are_set_go_when_their_last_reader_does("a reader had the old value") {
        const WRITERS: usize = 2;
        let handle = variable(WRITERS);
        let writers = crew(WRITERS, &handle, |(shared, ledger), writer| {
            for number in 1..=3 {
                shared.set(Value::new(number, ledger.payload(writer, number)));
            }
        });
        let readers = crew(3, &handle, |(shared, _), _| {
            for _ in 0..3 {
                shared.read(|value| {
                    let count = value.count();
                    idle(8);
                    assert_eq!(value.count(), count);
                    if shared.read(|current| id(&current.item)) != id(&value.item) {
                        note("a reader had the old value");
                    }
                });
            }
        });
        join(writers);
        join(readers);
        assert_eq!(handle.0.version(), 3 * WRITERS as u64);
        check_that_only_the_current_value_is_left(handle);
    }
}
