//! The registry: one name, one primitive (I12), found without a lock while others enter and remove names (I15), in
//! memory that is not freed too early (I16).
//!
//! Under loom a table has two buckets with the first name, and four, for good, with the second.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hasher};

use named_sync_loom::{Kind, NameError, Registry, State, global};

use crate::support::*;

/// The first names whose hashes end in these two bits. The hash is the registry's, whose key is fixed under loom.
pub(crate) fn names_in<const N: usize>(bucket: u64) -> [String; N] {
    let hash = |name: &str| {
        let mut hasher = BuildHasherDefault::<DefaultHasher>::default().build_hasher();
        hasher.write(name.as_bytes());
        hasher.finish()
    };
    let mut names =
        (0..).map(|number: u32| number.to_string()).filter(|name| hash(name) % 4 == bucket);
    std::array::from_fn(|_| names.next().expect("numbers do not end"))
}

/// A registry with as many buckets as it can have, and nothing in them.
fn grown() -> Registry {
    let registry = Registry::new();
    for name in ["a", "b"] {
        registry.atomic(name, 0);
    }
    for name in ["a", "b"] {
        assert!(registry.remove(Kind::Atomic, name));
    }
    registry
}

/// So large that a queue treats it as large.
type Large = [u64; 9];

models! {
    two_who_ask_for_one_name_get_one_object(Complete, [2]) {
        let registry = share(Registry::new());
        let other = spawn(&registry, |registry| registry.atomic("hits", 0).add(1));
        registry.atomic("hits", 0).add(1);
        other.join().unwrap();
        registry.atomic("hits", 100).get()
    }

    two_who_ask_for_one_queue_reach_each_other(Twice(3), [7]) {
        let registry = share(Registry::new());
        let putter = spawn(&registry, |registry| {
            registry.queue::<u32>("jobs", 1).unwrap().put(7).unwrap();
        });
        let got = registry.queue::<u32>("jobs", 1).unwrap().get().unwrap();
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

    /// The entry is freed at once if nobody is seen to read it: a look-up that comes too late is a race.
    a_look_up_against_a_remove_reads_no_freed_entry(Complete, [5, 7]) {
        let registry = share(Registry::new());
        registry.atomic("hits", 5);
        let remover = spawn(&registry, |registry| assert!(registry.remove(Kind::Atomic, "hits")));
        let seen = registry.atomic("hits", 7).get();
        remover.join().unwrap();
        seen
    }

    /// Who looks at the slots may see the second look-up, and must know that the first one is over.
    a_look_up_that_is_followed_by_another_one_is_over_before_the_entry_is_freed(
        Complete,
        [(5, 5), (5, 8), (7, 7)]
    ) {
        let registry = share(grown());
        registry.atomic("hits", 5);
        let remover = spawn(&registry, |registry| assert!(registry.remove(Kind::Atomic, "hits")));
        let seen = registry.atomic("hits", 7).get();
        let seen_again = registry.atomic("hits", 8).get();
        remover.join().unwrap();
        (seen, seen_again)
    }

    /// While the look-up reads the first entry, both it and the one behind it are removed.
    a_look_up_that_reads_a_removed_entry_may_go_on_from_there(Complete, [5, 7]) {
        let registry = share(grown());
        let [first, second] = names_in(3);
        registry.atomic(&first, 5);
        registry.atomic(&second, 6);
        let remover = spawn(&registry, {
            let (first, second) = (first.clone(), second.clone());
            move |registry| {
                assert!(registry.remove(Kind::Atomic, &second));
                assert!(registry.remove(Kind::Atomic, &first));
            }
        });
        let seen = registry.atomic(&first, 7).get();
        remover.join().unwrap();
        seen
    }

    /// One thread enters a name, and another one, which removes a newer name, leads the reader to its entry.
    a_look_up_by_a_link_that_a_removal_changed_finds_the_entry_whole(Preemptions(2), [5, 7]) {
        let registry = share(grown());
        let [stays, goes] = names_in(1);
        let creator = spawn(&registry, {
            let stays = stays.clone();
            move |registry| {
                registry.atomic(&stays, 5);
            }
        });
        let remover = spawn(&registry, move |registry| {
            registry.atomic(&goes, 6);
            assert!(registry.remove(Kind::Atomic, &goes));
        });
        let seen = registry.atomic(&stays, 7).get();
        creator.join().unwrap();
        remover.join().unwrap();
        seen
    }

    /// One thread enters a name, and another one, whose newer name makes the table grow, leads the reader to its entry.
    a_look_up_by_a_link_that_a_split_changed_finds_the_entry_whole(Preemptions(2), [5, 7]) {
        let registry = share(Registry::new());
        registry.atomic("a", 0);
        assert!(registry.remove(Kind::Atomic, "a"));
        let [[stays], [goes]] = [names_in(1), names_in(3)];
        let creator = spawn(&registry, {
            let stays = stays.clone();
            move |registry| {
                registry.atomic(&stays, 5);
            }
        });
        let splitter = spawn(&registry, move |registry| {
            registry.atomic(&goes, 6);
        });
        let seen = registry.atomic(&stays, 7).get();
        creator.join().unwrap();
        splitter.join().unwrap();
        seen
    }

    a_stalled_look_up_against_a_name_that_is_removed_and_made_anew(ReclaimingAtOnce(4), [1, 2, 3]) {
        make_slots(2);
        let registry = share(Registry::new());
        registry.atomic("hits", 1);
        let other = spawn(&registry, |registry| {
            assert!(registry.remove(Kind::Atomic, "hits"));
            registry.atomic("hits", 2).get()
        });
        let seen = registry.atomic("hits", 3).get();
        let made = other.join().unwrap();
        assert_eq!(made, if seen == 3 { 3 } else { 2 }, "whoever is first makes it, for both");
        assert_eq!(registry.atomic("hits", 4).get(), made);
        seen
    }

    /// Two removers free each other's entries, while somebody may be reading either.
    a_look_up_against_two_removers(Preemptions(3), [5, 7]) {
        let registry = share(grown());
        let [first, second] = names_in(2);
        registry.atomic(&first, 5);
        registry.atomic(&second, 6);
        let removers = [&first, &second].map(|name| {
            let name = name.clone();
            spawn(&registry, move |registry| assert!(registry.remove(Kind::Atomic, &name)))
        });
        let seen = registry.atomic(&first, 7).get();
        for remover in removers {
            remover.join().unwrap();
        }
        seen
    }

    /// A second name makes four buckets of two, and so moves the first one.
    a_look_up_against_a_split_finds_the_same_primitive(Complete, [6]) {
        let registry = share(Registry::new());
        let [name] = names_in(2);
        registry.atomic(&name, 5);
        let other = spawn(&registry, |registry| {
            registry.atomic("another", 0);
        });
        registry.atomic(&name, 7).add(1);
        other.join().unwrap();
        registry.atomic(&name, 8).get()
    }

    /// What it asks for can not be made, so here a miss that is taken for the truth gives another error.
    a_name_that_a_split_moves_is_not_taken_for_a_new_one(Complete, [1]) {
        let registry = share(Registry::new());
        let [name] = names_in(2);
        registry.queue::<u8>(&name, 1).unwrap();
        let other = spawn(&registry, |registry| {
            registry.queue::<u8>("another", 0).unwrap();
        });
        let error = registry.queue::<u8>(&name, usize::MAX).unwrap_err();
        other.join().unwrap();
        let NameError::CapacityMismatch { existing, .. } = error else { panic!("{error}") };
        existing
    }

    /// The look-up may begin at the bucket, and in the segment, that the other thread has just made.
    a_look_up_in_a_new_bucket_finds_what_was_dealt_out_to_it(Complete, [5, 7]) {
        let registry = share(Registry::new());
        let [name] = names_in(3);
        let other = spawn(&registry, {
            let name = name.clone();
            move |registry| {
                registry.atomic(&name, 5);
                registry.atomic("another", 0);
            }
        });
        let seen = registry.atomic(&name, 7).get();
        other.join().unwrap();
        assert_eq!(registry.atomic(&name, 8).get(), seen);
        seen
    }

    two_creators_of_different_names_in_one_bucket_both_succeed(Complete, [(1, 2)]) {
        let registry = share(Registry::new());
        let names: [String; 2] = names_in(1);
        let other = spawn(&registry, {
            let name = names[1].clone();
            move |registry| {
                registry.atomic(&name, 2);
            }
        });
        registry.atomic(&names[0], 1);
        other.join().unwrap();
        (registry.atomic(&names[0], 0).get(), registry.atomic(&names[1], 0).get())
    }

    /// Both wait in the list of what was removed, or in the table, never in neither.
    a_removal_against_a_clear_takes_each_name_once(Complete, [true, false]) {
        let registry = share(Registry::new());
        let kept = registry.atomic("hits", 5);
        let remover = spawn(&registry, |registry| registry.remove(Kind::Atomic, "hits"));
        registry.clear();
        let removed = remover.join().unwrap();
        assert_eq!((kept.get(), registry.inspect().len()), (5, 0));
        removed
    }

    a_look_up_against_a_clear_reads_no_freed_entry(ReclaimingAtOnce(4), [5, 7]) {
        let registry = share(Registry::new());
        registry.atomic("hits", 5);
        let other = spawn(&registry, |registry| registry.clear());
        let seen = registry.atomic("hits", 7).get();
        other.join().unwrap();
        seen
    }

    /// The lock is released between any two buckets.
    an_inspection_against_a_split_passes_over_nothing_and_repeats_nothing(Complete, [1, 2, 3]) {
        let registry = share(Registry::new());
        let [[one], [other]] = [names_in(2), names_in(0)];
        registry.atomic(&one, 1);
        let creator = spawn(&registry, {
            let other = other.clone();
            move |registry| {
                registry.atomic(&other, 2);
                registry.atomic("another", 3);
            }
        });
        let rows = registry.inspect();
        creator.join().unwrap();
        assert!(rows.is_sorted_by(|one, other| one.name < other.name), "{rows:?}");
        let State::Atomic { value, .. } =
            rows.iter().find(|row| *row.name == *one).expect("it was there all the time").state
        else {
            panic!("{rows:?}")
        };
        assert_eq!(value, 1);
        rows.len()
    }

    /// The global registry is dropped when nothing else that is process-wide can be reached any more.
    whatever_is_left_in_the_global_registry_goes_with_the_execution(Complete, [Some(7)]) {
        let jobs = global().queue::<Large>("jobs", 1).unwrap();
        let getter = spawn(&share(jobs.clone()), |jobs| jobs.get().map(|[first, ..]| first));
        jobs.put([7; 9]).unwrap();
        let got = getter.join().unwrap();
        jobs.put([8; 9]).unwrap();
        jobs.close();
        global().wait_group("jobs").add(1);
        let config = global().shared("config", 1).unwrap();
        config.set(config.read(|number| number + 1));
        global().atomic("hits", 0).add(1);
        assert!(global().remove(Kind::Atomic, "hits"));
        got
    }
}
