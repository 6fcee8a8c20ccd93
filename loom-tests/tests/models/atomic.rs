//! The atomic: single instructions, and the edges that its documentation promises.

use std::sync::atomic::Ordering;

use loom::sync::atomic::AtomicBool;
use named_sync_loom::Atomic;

use crate::support::*;

/// What a thread finds of what another one wrote before it changed the atomic, if it finds that change.
fn written_before(change: fn(&Atomic), finds_it: fn(&Atomic) -> bool) -> Option<u32> {
    let shared = share((Atomic::new(0), Plain::new(0)));
    let writer = spawn(&shared, move |(atomic, plain)| {
        plain.set(7);
        change(atomic);
    });
    let seen = finds_it(&shared.0).then(|| shared.1.get());
    writer.join().unwrap();
    seen
}

models! {
    two_adds_are_both_counted(Complete, [[1, 2], [2, 1]]) {
        let atomic = share(Atomic::new(0));
        let other = spawn(&atomic, |atomic| atomic.add(1));
        let mine = atomic.add(1);
        [mine, other.join().unwrap()]
    }

    two_updates_are_both_kept(Complete, [6, 11]) {
        let atomic = share(Atomic::new(0));
        let other = spawn(&atomic, |atomic| atomic.update(|n| n * 2 + 1));
        atomic.update(|n| n + 5);
        other.join().unwrap();
        atomic.get()
    }

    what_was_written_before_a_set_is_seen_after_the_get_that_reads_it(Complete, [None, Some(7)]) {
        let shared = share((Atomic::new(0), Plain::new(0)));
        let writer = spawn(&shared, |(flag, plain)| {
            plain.set(7);
            flag.set(1);
        });
        let seen = (shared.0.get() == 1).then(|| shared.1.get());
        writer.join().unwrap();
        seen
    }

    only_one_of_two_exchanges_wins(Complete, [[true, false], [false, true]]) {
        let atomic = share(Atomic::new(0));
        let other = spawn(&atomic, |atomic| atomic.compare_exchange(0, 1).is_ok());
        let mine = atomic.compare_exchange(0, 2).is_ok();
        [mine, other.join().unwrap()]
    }

    the_greatest_and_the_least_stay(Complete, [(5, -5)]) {
        let atomics = share((Atomic::new(0), Atomic::new(0)));
        let other = spawn(&atomics, |(greatest, least)| {
            greatest.fetch_max(5);
            least.fetch_min(-3);
        });
        atomics.0.fetch_max(3);
        atomics.1.fetch_min(-5);
        other.join().unwrap();
        (atomics.0.get(), atomics.1.get())
    }

    what_was_written_before_an_add_is_seen_after_the_next(Complete, [None, Some(7)]) {
        written_before(|atomic| _ = atomic.add(1), |atomic| atomic.add(1) == 2)
    }

    what_was_written_before_a_swap_is_seen_after_the_next(Complete, [None, Some(7)]) {
        written_before(|atomic| _ = atomic.swap(1), |atomic| atomic.swap(2) == 1)
    }

    what_was_written_before_an_exchange_is_seen_after_the_next(Complete, [None, Some(7)]) {
        written_before(|atomic| _ = atomic.compare_exchange(0, 1), |atomic| atomic.compare_exchange(1, 2).is_ok())
    }

    what_was_written_before_an_exchange_is_seen_after_one_that_fails(Complete, [None, Some(7)]) {
        written_before(|atomic| _ = atomic.compare_exchange(0, 1), |atomic| atomic.compare_exchange(2, 3) == Err(1))
    }

    what_was_written_before_an_update_is_seen_after_the_next(Complete, [None, Some(7)]) {
        written_before(|atomic| _ = atomic.update(|n| n + 1), |atomic| atomic.update(|n| n + 1) == 2)
    }

    // The value alone does not tell which zero the update replaced. The flag does, and orders nothing.
    what_was_written_before_the_value_that_an_update_replaces_is_seen_after_it(Complete, [None, Some(7)]) {
        let shared = share((Atomic::new(0), Plain::new(0), AtomicBool::new(false)));
        let writer = spawn(&shared, |(atomic, plain, came_first)| {
            plain.set(7);
            if atomic.swap(0) == 0 {
                came_first.store(true, Ordering::Relaxed);
            }
        });
        let (atomic, plain, came_first) = &*shared;
        atomic.update(|n| n + 1);
        let seen = came_first.load(Ordering::Relaxed).then(|| plain.get());
        writer.join().unwrap();
        seen
    }

    what_was_written_before_a_value_is_seen_by_the_closure_that_updates_it(Complete, [None, Some(7)]) {
        let shared = share((Atomic::new(0), Plain::new(0)));
        let writer = spawn(&shared, |(atomic, plain)| {
            plain.set(7);
            atomic.set(5);
        });
        let mut seen = None;
        shared.0.update(|n| {
            seen = (n == 5).then(|| shared.1.get());
            n + 1
        });
        writer.join().unwrap();
        seen
    }

    what_was_written_before_a_greatest_is_seen_after_the_next(Complete, [None, Some(7)]) {
        written_before(|atomic| _ = atomic.fetch_max(1), |atomic| atomic.fetch_max(2) == 1)
    }

    what_was_written_before_a_least_is_seen_after_the_next(Complete, [None, Some(7)]) {
        written_before(|atomic| _ = atomic.fetch_min(-1), |atomic| atomic.fetch_min(-2) == -1)
    }
}
