//! The observer: its looks add up to the truth (I18, I19, I20), and it looks at nothing that was freed (I16).
//!
//! Under loom a table has two buckets with the first name, and four, for good, with the second.

use std::collections::BTreeMap;
use std::sync::Arc;

use named_sync_loom::{Kind, Look, Observer, Queue, Registry, State};

use crate::registry::names_in;
use crate::support::*;

/// What the looks add up to: of each name the line that made it, and its state.
#[derive(Default)]
struct Known(BTreeMap<(Kind, String, u32), State>);

impl Known {
    fn take_in(&mut self, look: Look) {
        for row in look.changed {
            self.0.insert((row.kind, row.name.to_string(), row.created_at.line()), row.state);
        }
        for gone in look.gone {
            let id = (gone.kind, gone.name.to_string(), gone.created_at.line());
            assert!(self.0.remove(&id).is_some(), "gone and never was: {id:?}");
        }
    }

    /// How many have changed.
    fn take_in_changes(&mut self, look: Look) -> usize {
        let changes = look.changed.len();
        self.take_in(look);
        changes
    }

    fn assert_is_true_of(&self, registry: &Registry) {
        let mut truth = Known::default();
        let changed = registry.inspect();
        for row in changed {
            truth.0.insert((row.kind, row.name.to_string(), row.created_at.line()), row.state);
        }
        assert_eq!(self.0, truth.0);
    }
}

/// How many are known to wait for the only primitive, if so many were `known` before.
fn waiters_told(known: usize, look: Look) -> usize {
    look.changed.last().map_or(known, |row| row.waiters.len())
}

/// How many are told to wait in a first look, during which one comes into the line and leaves it.
fn look_while_one_comes_and_goes(queue: &Arc<Queue<u32>>, observer: &mut Observer<'_>) -> usize {
    let getter = spawn(queue, |queue| assert!(poll_once(&mut queue.get_async()).is_pending()));
    let told = waiters_told(0, observer.look());
    getter.join().unwrap();
    told
}

models! {
    an_observer_against_a_removal_looks_at_nothing_that_was_freed(Complete, [0, 1]) {
        make_slots(2);
        let registry = share(Registry::new());
        registry.atomic("hits", 5);
        let mut observer = registry.observe();
        observer.look();
        let remover = spawn(&registry, |registry| assert!(registry.remove(Kind::Atomic, "hits")));
        let gone = observer.look().gone.len();
        remover.join().unwrap();
        assert_eq!(gone + observer.look().gone.len(), 1);
        gone
    }

    a_first_look_against_a_removal_looks_at_nothing_that_was_freed(Complete, [0, 1]) {
        make_slots(2);
        let registry = share(Registry::new());
        registry.atomic("hits", 5);
        let remover = spawn(&registry, |registry| assert!(registry.remove(Kind::Atomic, "hits")));
        let found = registry.observe().look().changed.len();
        remover.join().unwrap();
        found
    }

    /// At another line: to the observer it is another primitive.
    what_is_removed_and_made_anew_during_a_look_is_told(ReclaimingAtOnce(3), [0, 1, 2]) {
        make_slots(2);
        let registry = share(Registry::new());
        registry.atomic("hits", 5);
        let (mut observer, mut known) = (registry.observe(), Known::default());
        known.take_in(observer.look());
        let other = spawn(&registry, |registry| {
            assert!(registry.remove(Kind::Atomic, "hits"));
            registry.atomic("hits", 5);
        });
        let look = observer.look();
        let news = look.gone.len() + look.changed.len();
        known.take_in(look);
        other.join().unwrap();
        known.take_in(observer.look());
        known.assert_is_true_of(&registry);
        news
    }

    /// The second name makes four buckets of two, and so moves the first one, from one that was looked at to one that
    /// was not.
    names_that_come_and_are_moved_during_a_look_are_told_once(Complete, [0, 1, 2]) {
        let registry = share(Registry::new());
        let [[moved], [new]] = [names_in(2), names_in(0)];
        registry.atomic(&moved, 1);
        let (mut observer, mut known) = (registry.observe(), Known::default());
        known.take_in(observer.look());
        let creator = spawn(&registry, move |registry| {
            registry.atomic(&new, 2);
            registry.atomic("another", 3);
        });
        let look = observer.look();
        assert!(look.gone.is_empty() && look.changed.iter().all(|row| *row.name != *moved), "{look:?}");
        let news = look.changed.len();
        known.take_in(look);
        creator.join().unwrap();
        known.take_in(observer.look());
        known.assert_is_true_of(&registry);
        news
    }

    a_change_during_a_look_is_told_then_or_the_next_time(Complete, [(0, 1), (1, 0)]) {
        let registry = share(Registry::new());
        registry.wait_group("files");
        let mut observer = registry.observe();
        observer.look();
        let other = spawn(&registry, |registry| registry.wait_group("files").add(1));
        let then = observer.look().changed.len();
        other.join().unwrap();
        (then, observer.look().changed.len())
    }

    a_get_during_a_look_is_no_change(Complete, [0]) {
        make_slots(2);
        let registry = share(Registry::new());
        let limit = share(registry.shared("limit", 5).unwrap());
        // While one of them is looked at, the other is fetched.
        registry.shared("another", 6).unwrap();
        let mut observer = registry.observe();
        observer.look();
        let reader = spawn(&limit, |limit| assert_eq!(*limit.get(), 5));
        let changed = observer.look().changed.len();
        reader.join().unwrap();
        changed
    }

    /// The text is the same, and so the version alone tells: a text would be written anew in each look.
    a_set_during_a_look_is_told_then_or_the_next_time(ReclaimingAtOnceInFull(2), [(0, 1), (1, 0)]) {
        make_slots(2);
        let registry = share(Registry::new());
        let limit = share(registry.shared("limit", ()).unwrap());
        let (mut observer, mut known) = (registry.observe(), Known::default());
        known.take_in(observer.look());
        let setter = spawn(&limit, |limit| limit.set(()));
        let then = known.take_in_changes(observer.look());
        setter.join().unwrap();
        let next = known.take_in_changes(observer.look());
        known.assert_is_true_of(&registry);
        (then, next)
    }

    /// The first put of all moves `tail` to its first slot before it claims that: a look in between tells of a change that is
    /// none, as at any turn (I21).
    puts_during_a_look_are_told_then_or_the_next_time(Complete, [(0, 2), (1, 1), (2, 0), (1, 2), (2, 1)]) {
        let registry = share(Registry::new());
        let queues = ["jobs", "results"].into_iter().zip([0, 1]);
        let queues = queues.map(|(name, maxsize)| registry.queue::<u8>(name, maxsize).unwrap());
        let queues = share(queues.collect::<Vec<_>>());
        let mut observer = registry.observe();
        observer.look();
        let putter = spawn(&queues, |queues| queues.iter().for_each(|queue| queue.put(1).unwrap()));
        let then = observer.look().changed.len();
        putter.join().unwrap();
        (then, observer.look().changed.len())
    }

    gets_during_a_look_are_told_then_or_the_next_time(Complete, [(0, 2), (1, 1), (2, 0)]) {
        let registry = share(Registry::new());
        let queues = ["jobs", "results"].into_iter().zip([0, 1]);
        let queues = queues.map(|(name, maxsize)| registry.queue::<u8>(name, maxsize).unwrap());
        let queues = share(queues.collect::<Vec<_>>());
        queues.iter().for_each(|queue| queue.put(1).unwrap());
        let mut observer = registry.observe();
        observer.look();
        let getter = spawn(&queues, |queues| {
            queues.iter().for_each(|queue| assert_eq!(queue.try_get(), Ok(1)));
        });
        let then = observer.look().changed.len();
        getter.join().unwrap();
        (then, observer.look().changed.len())
    }

    a_put_and_a_get_during_a_look_are_told_then_or_the_next_time(Complete, [(0, 1), (1, 0), (1, 1)]) {
        let registry = share(Registry::new());
        let queue = share(registry.queue::<u8>("jobs", 1).unwrap());
        let (mut observer, mut known) = (registry.observe(), Known::default());
        known.take_in(observer.look());
        let other = spawn(&queue, |queue| {
            queue.put(1).unwrap();
            assert_eq!(queue.try_get(), Ok(1));
        });
        let then = known.take_in_changes(observer.look());
        other.join().unwrap();
        let next = known.take_in_changes(observer.look());
        known.assert_is_true_of(&registry);
        (then, next)
    }

    who_blocks_during_a_look_is_told_then_or_the_next_time(Complete, [(0, 0), (0, 1), (1, 1)]) {
        let registry = share(Registry::new());
        let group = share(registry.wait_group("files"));
        group.add(1);
        let mut observer = registry.observe();
        observer.look();
        let waiter = spawn(&group, |group| group.wait());
        let then = observer.look().changed.len();
        let next: usize = observer.look().changed.iter().map(|row| row.waiters.len()).sum();
        group.done();
        waiter.join().unwrap();
        let last = observer.look();
        assert!(last.changed.iter().all(|row| row.waiters.is_empty()), "{last:?}");
        assert_eq!(last.changed.len(), 1);
        (then, then.max(next))
    }

    /// The words may be those from before somebody came into the line, who was found there.
    who_leaves_after_a_look_is_told_no_more(Complete, [0, 1]) {
        let registry = Registry::new();
        let queue = share(registry.queue::<u32>("jobs", 1).unwrap());
        let mut observer = registry.observe();
        let told = look_while_one_comes_and_goes(&queue, &mut observer);
        assert_eq!(waiters_told(told, observer.look()), 0, "told to wait, and is gone");
        told
    }

    /// The words may be those from before somebody left the line, who was not found there any more.
    who_comes_after_another_has_left_during_a_look_is_told(Complete, [0, 1]) {
        let registry = Registry::new();
        let queue = share(registry.queue::<u32>("jobs", 1).unwrap());
        let mut observer = registry.observe();
        let told = look_while_one_comes_and_goes(&queue, &mut observer);
        let mut late = queue.get_async();
        assert!(poll_once(&mut late).is_pending());
        assert_eq!(waiters_told(told, observer.look()), 1, "waits, and is not told");
        told
    }

    /// As long as nobody's bit is set, the lines are not looked at. The first of two is woken meanwhile, the second stays
    /// (I1).
    whoever_stays_in_line_is_told_whatever_happens_meanwhile(Complete, [(1, true), (2, true)]) {
        let queue = share(Queue::bounded(1));
        let mut first = queue.get_async();
        let mut second = queue.get_async();
        assert!(poll_once(&mut first).is_pending() && poll_once(&mut second).is_pending());
        let putter = spawn(&queue, |queue| queue.put(1).unwrap());
        let told = queue.inspect().waiters;
        putter.join().unwrap();
        let left = queue.inspect().waiters;
        assert_eq!(left.len(), 1, "not all who stay are told");
        (told.len(), told.iter().any(|waiter| waiter.location == left[0].location))
    }

    /// The same of putters.
    whoever_stays_in_line_to_put_is_told_whatever_happens_meanwhile(
        Complete,
        [(1, true), (2, true)]
    ) {
        let queue = share(Queue::bounded(1));
        queue.put(0).unwrap();
        let mut first = queue.put_async(1);
        let mut second = queue.put_async(2);
        assert!(poll_once(&mut first).is_pending() && poll_once(&mut second).is_pending());
        let getter = spawn(&queue, |queue| queue.get().unwrap());
        let told = queue.inspect().waiters;
        getter.join().unwrap();
        let left = queue.inspect().waiters;
        assert_eq!(left.len(), 1, "not all who stay are told");
        (told.len(), told.iter().any(|waiter| waiter.location == left[0].location))
    }
}
