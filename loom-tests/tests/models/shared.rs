//! The shared variable: whole values, no lost update, and values that go when the last reader lets go
//! (I10, I11, I14).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use named_sync_loom::Shared;

use crate::support::*;

fn drops() -> Arc<AtomicUsize> {
    Arc::new(AtomicUsize::new(0))
}

models! {
    a_get_against_a_set_never_tears(ReclaimingAtOnce(4), [(1, 1), (2, 2)]) {
        let shared = share(Shared::new((Plain::new(1), Plain::new(1))));
        let writer = spawn(&shared, |shared| {
            let value = (Plain::new(0), Plain::new(0));
            value.0.set(2);
            value.1.set(2);
            shared.set(value);
        });
        let seen = shared.read(|value| (value.0.get(), value.1.get()));
        writer.join().unwrap();
        seen
    }

    two_updates_are_both_kept_and_have_one_order(ReclaimingAtOnceInFull(3), [[1, 11], [11, 10]]) {
        make_slots(2);
        let shared = share(Shared::new(0));
        let other = spawn(&shared, |shared| *shared.update(|n| n + 10));
        let mine = *shared.update(|n| n + 1);
        let theirs = other.join().unwrap();
        assert_eq!((*shared.get(), shared.version()), (11, 2));
        [mine, theirs]
    }

    /// The value's drop is a write, so loom reports a drop that does not come after the reading.
    a_reader_keeps_an_old_value_through_two_sets_and_it_is_dropped_once(ReclaimingAtOnceInFull(3), [0, 1, 2]) {
        make_slots(2);
        let drops = drops();
        let shared = share(Shared::new(Counted::new(0, &drops)));
        let reader = spawn(&shared, |shared| {
            shared.read(|value| {
                let first = value.number();
                assert_eq!(value.number(), first);
                first
            })
        });
        shared.set(Counted::new(1, &drops));
        shared.set(Counted::new(2, &drops));
        let seen = reader.join().unwrap();
        // Should the reader have left unseen, this reading looks after what it left.
        assert_eq!(shared.version(), 2);
        assert_eq!(drops.load(Ordering::Relaxed), 2, "nobody reads the old values any more");
        drop(shared);
        assert_eq!(drops.load(Ordering::Relaxed), 3);
        seen
    }

    a_value_that_was_got_outlives_its_replacement(CompleteInFull(5), [0, 1]) {
        make_slots(2);
        let drops = drops();
        let shared = share(Shared::new(Counted::new(0, &drops)));
        let kept = shared.get();
        let writer = spawn(&shared, {
            let drops = Arc::clone(&drops);
            move |shared| shared.set(Counted::new(1, &drops))
        });
        let seen = shared.read(Counted::number);
        writer.join().unwrap();
        assert_eq!((kept.number(), shared.version()), (0, 1));
        assert_eq!(drops.load(Ordering::Relaxed), 0);
        drop(kept);
        assert_eq!(drops.load(Ordering::Relaxed), 1);
        seen
    }

    /// A reader can be stalled anywhere while two writers go on: what it has announced and seen stays.
    a_stalled_reader_keeps_its_value_from_two_writers(FewPreemptions(1), [0, 1, 3]) {
        make_slots(3);
        let shared = share(Shared::new(0));
        let reader = spawn(&shared, |shared| shared.read(|n| *n));
        let writer = spawn(&shared, |shared| {
            shared.update(|n| n + 2);
        });
        shared.update(|n| n + 1);
        writer.join().unwrap();
        let seen = reader.join().unwrap();
        assert_eq!((*shared.get(), shared.version()), (3, 2));
        if seen == 2 { 1 } else { seen }
    }

    /// The second value may be where the first look at the slots has freed the old one, so that a reader finds the address
    /// that it announced, and another node.
    a_node_at_the_address_of_an_older_one_is_read_whole(ReclaimingAtOnceInFull(2), [0, 1, 2]) {
        make_slots(2);
        let shared = share(Shared::new(0));
        let reader = spawn(&shared, |shared| shared.read(|n| *n));
        shared.set(1);
        shared.set(2);
        reader.join().unwrap()
    }

    versions_seen_by_one_reader_never_go_back(ReclaimingAtOnceInFull(2), [[0, 0], [0, 1], [1, 1]]) {
        make_slots(2);
        let shared = share(Shared::new(0));
        let reader = spawn(&shared, |shared| [shared.version(), shared.version()]);
        shared.set(1);
        reader.join().unwrap()
    }

    /// The inner reading has a slot of its own, and its end does not end the outer one.
    a_reading_within_a_reading_keeps_both_values(ReclaimingAtOnceInFull(2), [(0, 0), (0, 1), (1, 1)]) {
        make_slots(2);
        let drops = drops();
        let shared = share(Shared::new(Counted::new(0, &drops)));
        let writer = spawn(&shared, {
            let drops = Arc::clone(&drops);
            move |shared| shared.set(Counted::new(1, &drops))
        });
        let seen = shared.read(|outer| {
            let inner = shared.read(Counted::number);
            (outer.number(), inner)
        });
        writer.join().unwrap();
        assert_eq!(shared.version(), 1);
        assert_eq!(drops.load(Ordering::Relaxed), 1);
        seen
    }

    /// The second reader uses the slot of the first, if that has ended, or has one of its own, while a writer looks at it.
    a_slot_passes_from_one_thread_to_the_next(Preemptions(2), [(0, 0), (0, 1), (1, 0), (1, 1)]) {
        make_slots(3);
        let drops = drops();
        let shared = share(Shared::new(Counted::new(0, &drops)));
        let first = spawn(&shared, |shared| shared.read(Counted::number));
        let second = spawn(&shared, |shared| shared.read(Counted::number));
        shared.set(Counted::new(1, &drops));
        let seen = (first.join().unwrap(), second.join().unwrap());
        assert_eq!(shared.version(), 1);
        assert_eq!(drops.load(Ordering::Relaxed), 1);
        seen
    }
}
