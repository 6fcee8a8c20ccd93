//! The registry: one name, one primitive (I12).

use named_sync_loom::{Kind, NameError, Registry};

use crate::support::*;

models! {
    two_who_ask_for_one_name_get_one_object(Complete, [2]) {
        let registry = share(Registry::new());
        let other = spawn(&registry, |registry| registry.atomic("hits", 0).add(1));
        registry.atomic("hits", 0).add(1);
        other.join().unwrap();
        registry.atomic("hits", 100).get()
    }

    two_who_ask_for_one_queue_reach_each_other(Complete, [7]) {
        let registry = share(Registry::new());
        let putter = spawn(&registry, |registry| {
            registry.queue::<u32>("jobs", 0).unwrap().put(7).unwrap();
        });
        let got = registry.queue::<u32>("jobs", 0).unwrap().get().unwrap();
        putter.join().unwrap();
        got
    }

    of_two_types_one_wins_and_the_other_gets_a_typed_error(Complete, [(true, false), (false, true)]) {
        let registry = share(Registry::new());
        let other = spawn(&registry, |registry| registry.queue::<u8>("jobs", 1).map(drop));
        let mine = registry.queue::<u16>("jobs", 1).map(drop);
        let theirs = other.join().unwrap();
        for error in [mine.clone().err(), theirs.clone().err()].into_iter().flatten() {
            assert!(matches!(error, NameError::TypeMismatch { .. }), "{error}");
        }
        (mine.is_ok(), theirs.is_ok())
    }

    of_two_bounds_one_wins_and_the_other_gets_a_typed_error(Complete, [(true, false), (false, true)]) {
        let registry = share(Registry::new());
        let other = spawn(&registry, |registry| registry.queue::<u8>("jobs", 1).map(drop));
        let mine = registry.queue::<u8>("jobs", 2).map(drop);
        let theirs = other.join().unwrap();
        for error in [mine.clone().err(), theirs.clone().err()].into_iter().flatten() {
            assert!(matches!(error, NameError::CapacityMismatch { .. }), "{error}");
        }
        (mine.is_ok(), theirs.is_ok())
    }

    /// What was added goes to the old primitive or to a new one, never to half of each.
    a_remove_against_a_get_or_create_leaves_the_old_or_a_new_one(Complete, [(6, true), (1, false)]) {
        let registry = share(Registry::new());
        let old = registry.atomic("hits", 5);
        let remover = spawn(&registry, |registry| assert!(registry.remove(Kind::Atomic, "hits")));
        let mine = registry.atomic("hits", 0);
        let value = mine.add(1);
        remover.join().unwrap();
        (value, old.get() == 6)
    }

    an_inspection_against_an_insertion_sees_it_whole_or_not_at_all(Complete, [0, 1]) {
        let registry = share(Registry::new());
        let other = spawn(&registry, |registry| {
            registry.atomic("hits", 3);
        });
        let rows = registry.inspect();
        other.join().unwrap();
        for row in &rows {
            assert_eq!((&*row.name, row.kind), ("hits", Kind::Atomic));
            assert!(matches!(row.state, named_sync_loom::State::Atomic { value: 3, .. }));
        }
        rows.len()
    }

    clear_releases_a_blocked_getter(Complete, [None]) {
        let registry = share(Registry::new());
        let queue = share(registry.queue::<u32>("jobs", 1).unwrap());
        let getter = spawn(&queue, |queue| queue.get());
        registry.clear();
        getter.join().unwrap()
    }
}
