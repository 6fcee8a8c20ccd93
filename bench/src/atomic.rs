//! The atomic against the raw one, and two yardsticks for a queue's put and get on one thread: one uncontended
//! read-modify-write, in which their cost is told, and two exchanges, which are the least that they can take.
//!
//! All are behind an `Arc`, as they must be to be shared. Eight calls stand in a row, so that the loop around them,
//! and how the compiler happens to align it, costs little beside them: with a loop around each call the same
//! instructions took half as long again at one address as at another.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use crossbeam_utils::CachePadded;

use crate::crew;
use crate::sample::{Cell, Contestant, OURS, PER_CALL, Sample};

const CALLS: u64 = 4_000_000;
const IN_A_ROW: u64 = 8;
const SECTION: &str = "Atomic, one thread";
const RAW: &str = "raw AtomicI64";
/// The name of [`read_modify_write`].
pub(crate) const READ_MODIFY_WRITE: &str = "fetch_add";
/// The name of [`two_exchanges`].
pub(crate) const TWO_EXCHANGES: &str = "2 exchanges";

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

/// Two uncontended exchanges, of two words in turn, each read before it is exchanged. A put and a get of a queue that may
/// have many putters and many getters consist of at least that, and of the item's way in and out.
pub(crate) fn two_exchanges() -> Contestant {
    let contestant = contestant(TWO_EXCHANGES, 2 * CALLS, || {
        let words = Arc::new([0, 0].map(|start| CachePadded::new(AtomicU64::new(start))));
        move || {
            let [tail, head] = &*words;
            for _ in 0..CALLS {
                advance(tail);
                advance(head);
            }
            tail.load(Ordering::Relaxed) + head.load(Ordering::Relaxed)
        }
    });
    contestant.into_yardstick()
}

#[inline(always)]
fn advance(word: &AtomicU64) {
    let position = word.load(Ordering::Relaxed);
    let exchange =
        word.compare_exchange(position, position + 1, Ordering::Relaxed, Ordering::Relaxed);
    assert!(exchange.is_ok(), "there is one thread");
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
