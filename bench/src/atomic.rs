//! The atomic against the raw one, and the cost of one uncontended read-modify-write, in which the cost of a queue's
//! put and get is told.
//!
//! Both are behind an `Arc`, as they must be to be shared. Eight calls stand in a row, so that the loop around them,
//! and how the compiler happens to align it, costs little beside them: with a loop around each call the same
//! instructions took half as long again at one address as at another.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use crate::crew;
use crate::sample::{Cell, Contestant, OURS, PER_CALL, Sample};

const CALLS: u64 = 4_000_000;
const IN_A_ROW: u64 = 8;
const SECTION: &str = "Atomic, one thread";
const RAW: &str = "raw AtomicI64";
/// The name of [`read_modify_write`].
pub(crate) const READ_MODIFY_WRITE: &str = "fetch_add";

/// The cells of this file.
pub(crate) fn cells() -> Vec<Cell> {
    vec![
        cell(
            "add",
            CALLS,
            |ours, _| _ = black_box(ours.add(1)),
            |raw, _| _ = black_box(raw.fetch_add(1, Ordering::AcqRel).wrapping_add(1)),
        ),
        cell(
            "get",
            0,
            |ours, _| _ = black_box(ours.get()),
            |raw, _| _ = black_box(raw.load(Ordering::Acquire)),
        ),
        cell(
            "set",
            CALLS,
            |ours, number| ours.set(number),
            |raw, number| raw.store(number, Ordering::Release),
        ),
    ]
}

/// One uncontended read-modify-write, to stand beside what is told in them. Not in a cell of its own: where a core is
/// faster in one second than in the next, a quotient of figures from different seconds says nothing.
pub(crate) fn read_modify_write() -> Contestant {
    let contestant = contestant(READ_MODIFY_WRITE, CALLS, || {
        let word = Arc::new(AtomicU64::new(0));
        move || {
            repeat(|_| _ = black_box(word.fetch_add(1, Ordering::AcqRel)));
            word.load(Ordering::Relaxed)
        }
    });
    contestant.into_yardstick()
}

/// Ours against the raw one. `last` is what each holds in the end.
fn cell(
    operation: &str,
    last: u64,
    ours: impl Fn(&named_sync::Atomic, i64) + Copy + Send + 'static,
    raw: impl Fn(&AtomicI64, i64) + Copy + Send + 'static,
) -> Cell {
    let ours = contestant(OURS, last, move || {
        let atomic = named_sync::Atomic::new(0);
        move || {
            repeat(|number| ours(&atomic, number));
            atomic.get() as u64
        }
    });
    let raw = contestant(RAW, last, move || {
        let atomic = Arc::new(AtomicI64::new(0));
        move || {
            repeat(|number| raw(&atomic, number));
            atomic.load(Ordering::Relaxed) as u64
        }
    });
    Cell::new(SECTION, format!("atomic/{operation}"), &PER_CALL, vec![ours, raw])
}

/// Calls with the numbers from 1 to [`CALLS`].
fn repeat(call: impl Fn(i64)) {
    for row in 0..(CALLS / IN_A_ROW) as i64 {
        let before = row * IN_A_ROW as i64;
        // Not a loop: the compiler keeps a loop around what it can not look into.
        call(before + 1);
        call(before + 2);
        call(before + 3);
        call(before + 4);
        call(before + 5);
        call(before + 6);
        call(before + 7);
        call(before + 8);
    }
}

fn contestant<W: FnOnce() -> u64 + Send + 'static>(
    name: &'static str,
    last: u64,
    make: impl Fn() -> W + 'static,
) -> Contestant {
    Contestant::new(name, move || {
        let outcome = crew::alone(make());
        Sample::timed(outcome.wall, CALLS, outcome.cpu, CALLS).checked(last, outcome.sum)
    })
}
