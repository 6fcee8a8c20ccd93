//! The unbounded queue: segments (of two slots under loom) that come, fill, turn and go (I8, I13, I21).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use named_sync_loom::{Queue, State, TryGetError};

use crate::support::*;

const EMPTY: Result<u32, TryGetError> = Err(TryGetError::Empty);

/// Passes items through the queue until every segment that it has was used before, one of which is spare.
fn use_all_segments(queue: &Queue<u32>) {
    for _ in 0..6 {
        queue.put(7).unwrap();
        assert_eq!(queue.get(), Some(7));
    }
}

models! {
    /// Whose segment it is, the other one puts into it all the same (I21).
    two_putters_make_the_first_segment(Complete, [[1, 2], [2, 1]]) {
        let queue = share(Queue::unbounded());
        let putter = spawn(&queue, |queue| queue.put(1).unwrap());
        queue.put(2).unwrap();
        putter.join().unwrap();
        assert_eq!(queue.size(), 2);
        [queue.try_get().unwrap(), queue.try_get().unwrap()]
    }

    /// A getter that finds the first segment in place and no item in it must not claim a slot (I21).
    a_getter_waits_at_the_start_until_there_is_an_item(Complete, [EMPTY, Ok(1)]) {
        let queue = share(Queue::unbounded());
        let putter = spawn(&queue, |queue| queue.put(1).unwrap());
        let got = queue.try_get();
        putter.join().unwrap();
        if got.is_err() {
            assert_eq!(queue.try_get(), Ok(1));
        }
        assert_eq!(queue.try_get(), EMPTY);
        got
    }

    /// The words meet where the segment ends: who comes then finds nothing, and goes (I21).
    a_queue_is_empty_between_two_segments(Preemptions(2), [[EMPTY, EMPTY], [Ok(1), EMPTY], [EMPTY, Ok(1)]]) {
        let queue = share(Queue::unbounded());
        queue.put(0).unwrap();
        assert_eq!(queue.get(), Some(0));
        let putter = spawn(&queue, |queue| queue.put(1).unwrap());
        let getter = spawn(&queue, Queue::try_get);
        let got = queue.try_get();
        putter.join().unwrap();
        let got = [got, getter.join().unwrap()];
        if got == [EMPTY, EMPTY] {
            assert_eq!(queue.try_get(), Ok(1));
        }
        assert_eq!(queue.try_get(), EMPTY);
        got
    }

    /// There it is closed as well, and waits for nobody.
    a_queue_is_closed_between_two_segments(Preemptions(2), [(None, Some(1)), (Some(1), None), (None, None)]) {
        let queue = share(Queue::unbounded());
        queue.put(0).unwrap();
        assert_eq!(queue.get(), Some(0));
        let putter = spawn(&queue, |queue| queue.put(1).is_ok());
        let getter = spawn(&queue, Queue::get);
        queue.close();
        let got = queue.get();
        let theirs = getter.join().unwrap();
        assert_eq!(got.is_some() || theirs.is_some(), putter.join().unwrap());
        (got, theirs)
    }

    one_putter_and_one_getter_cross_a_segment_boundary(CompleteUnlessQuick, [vec![1, 2]]) {
        let queue = share(Queue::unbounded());
        queue.put(0).unwrap();
        assert_eq!(queue.get(), Some(0));
        let putter = spawn(&queue, |queue| {
            queue.put(1).unwrap();
            queue.put(2).unwrap();
        });
        let got = vec![queue.get().unwrap(), queue.get().unwrap()];
        putter.join().unwrap();
        got
    }

    two_putters_cross_a_segment_boundary(Preemptions(2), [vec![1, 2], vec![2, 1]]) {
        let queue = share(Queue::unbounded());
        queue.put(0).unwrap();
        let putters = [1, 2].map(|item| spawn(&queue, move |queue| queue.put(item).unwrap()));
        assert_eq!(queue.get(), Some(0));
        let got = vec![queue.get().unwrap(), queue.get().unwrap()];
        for putter in putters {
            putter.join().unwrap();
        }
        got
    }

    two_blocked_getters_cross_a_segment_boundary(FewPreemptions(1), [[1, 2], [2, 1]]) {
        let queue = share(Queue::unbounded());
        queue.put(0).unwrap();
        assert_eq!(queue.get(), Some(0));
        let getters = [(); 2].map(|()| spawn(&queue, |queue| queue.get().unwrap()));
        queue.put(1).unwrap();
        queue.put(2).unwrap();
        getters.map(|getter| getter.join().unwrap())
    }

    /// One of the getters can be stalled anywhere in its segment while the others finish with that segment
    /// and go on.
    three_getters_cross_a_segment_boundary(
        Preemptions(3),
        [[0, 1], [1, 0], [0, 2], [2, 0], [1, 2], [2, 1]]
    ) {
        let queue = share(Queue::unbounded());
        queue.put_many([0, 1, 2]).unwrap();
        let getters = [(); 2].map(|()| spawn(&queue, |queue| queue.get().unwrap()));
        let mine = queue.get().unwrap();
        let theirs = getters.map(|getter| getter.join().unwrap());
        assert_eq!(mine + theirs[0] + theirs[1], 3);
        assert_eq!(queue.try_get(), Err(TryGetError::Empty));
        theirs
    }

    /// Two turns, by whoever comes there, so that the first segment is given back and used again while the other
    /// getter may still be on its way out of it (I13).
    a_segment_is_used_again_only_when_nobody_is_in_it(Twice(5), [0, 1, 2, 3]) {
        let queue = share(Queue::unbounded());
        queue.put_many([0, 1, 2, 3]).unwrap();
        let other = spawn(&queue, |queue| queue.try_get().unwrap());
        let mut sum: u32 = (0..3).map(|_| queue.try_get().unwrap()).sum();
        // The fourth slot is the last of the second segment: this put asks for a segment.
        queue.put_many([10, 20]).unwrap();
        let theirs = other.join().unwrap();
        sum += queue.try_iter().sum::<u32>();
        assert_eq!(sum + theirs, 36);
        theirs
    }

    /// A slot of a segment in its second use holds the stamp of its first use until its putter is done. That must not be
    /// taken for the end of the second (I8).
    a_late_putter_keeps_a_segment_that_was_used_before(FewPreemptions(1), [None, Some(0), Some(1), Some(2), Some(3)]) {
        let queue = share(Queue::unbounded());
        use_all_segments(&queue);
        let getter = spawn(&queue, |queue| queue.try_get().ok());
        let turner = spawn(&queue, |queue| {
            queue.put_many([1, 2, 3]).unwrap();
            (0..3).filter_map(|_| queue.try_get().ok()).collect::<Vec<_>>()
        });
        queue.put(0).unwrap();
        let mut got = turner.join().unwrap();
        let theirs = getter.join().unwrap();
        got.extend(theirs.into_iter().chain(queue.try_iter()));
        got.sort_unstable();
        assert_eq!(got, [0, 1, 2, 3]);
        theirs
    }

    /// A getter gives a segment back, and a putter takes it that never heard of that getter otherwise (I17).
    a_spare_segment_goes_from_a_getter_to_a_putter(Complete, [[0, 1]]) {
        let queue = share(Queue::unbounded());
        use_all_segments(&queue);
        queue.put_many([0, 1]).unwrap();
        let getter = spawn(&queue, |queue| [queue.try_get().unwrap(), queue.try_get().unwrap()]);
        queue.put_many([2, 3, 4]).unwrap();
        let theirs = getter.join().unwrap();
        assert_eq!(queue.try_iter().sum::<u32>(), 9);
        theirs
    }

    a_stalled_putter_keeps_its_segment_from_being_freed(Complete, [vec![1, 2, 3]]) {
        let queue = share(unbounded_in_use());
        let putter = spawn(&queue, |queue| {
            queue.put(1).unwrap();
            queue.put(2).unwrap();
            queue.put(3).unwrap();
        });
        let mut got = vec![queue.get().unwrap()];
        putter.join().unwrap();
        got.extend(queue.try_iter());
        got
    }

    a_queue_that_is_dropped_drops_its_items_once(Complete, [0, 1]) {
        let drops = Arc::new(AtomicUsize::new(0));
        let queue = Queue::unbounded();
        queue.put(Counted::new(0, &drops)).unwrap();
        let other = {
            let (queue, drops) = (queue.clone(), Arc::clone(&drops));
            start(move || {
                queue.put(Counted::new(1, &drops)).unwrap();
                queue.put(Counted::new(2, &drops)).unwrap();
            })
        };
        let got = queue.try_get().unwrap();
        assert_eq!(got.number(), 0);
        let more = queue.try_get();
        let taken = usize::from(more.is_ok());
        if let Ok(more) = &more {
            assert_eq!(more.number(), 1);
        }
        drop((got, more));
        drop(queue);
        other.join().unwrap();
        assert_eq!(drops.load(Ordering::Relaxed), 3);
        taken
    }

    /// A getter that sees `head` where another left it must not take an older `tail` for "not empty".
    getters_never_claim_a_slot_that_nothing_was_put_into(
        Preemptions(5),
        [(Ok(1), EMPTY), (EMPTY, Ok(1)), (EMPTY, EMPTY)]
    ) {
        let queue = share(Queue::unbounded());
        let getters = [(); 2].map(|()| spawn(&queue, |queue| queue.try_get()));
        queue.put(1).unwrap();
        let [first, second] = getters.map(|getter| getter.join().unwrap());
        let left = queue.try_get().is_ok();
        assert_eq!(left, first.is_err() && second.is_err());
        (first, second)
    }

    /// One getter goes by what another saw of `tail`, and a third one by what the second did to `head`.
    what_one_getter_saw_of_the_tail_is_passed_on_from_getter_to_getter(Preemptions(3), [0, 1, 2]) {
        let queue = share(Queue::unbounded());
        let getters = [(); 2].map(|()| spawn(&queue, |queue| queue.try_get().is_ok()));
        queue.put(1).unwrap();
        let mine = queue.try_get().is_ok();
        let theirs = getters.map(|getter| getter.join().unwrap());
        let whose: Vec<usize> =
            [mine, theirs[0], theirs[1]].iter().enumerate().filter(|(_, got)| **got).map(|(whose, _)| whose).collect();
        assert_eq!(whose.len(), 1, "one item was put, and whoever comes last finds it");
        whose[0]
    }

    try_get_after_a_put_of_ones_own_is_never_empty(Complete, [[1, 2], [2, 1]]) {
        let queue = share(Queue::unbounded());
        let other = spawn(&queue, |queue| queue.put(1).unwrap());
        queue.put(2).unwrap();
        let first = queue.try_get().expect("an item was put before");
        other.join().unwrap();
        [first, queue.try_get().unwrap()]
    }

    a_blocked_getter_is_woken_by_the_put_that_turns_the_segment(Complete, [1]) {
        let queue = share(Queue::unbounded());
        queue.put(0).unwrap();
        assert_eq!(queue.get(), Some(0));
        let getter = spawn(&queue, |queue| queue.get().unwrap());
        queue.put(1).unwrap();
        getter.join().unwrap()
    }

    /// An observer who sees that an item was taken out sees that it was put in.
    there_are_never_more_gets_than_puts(Complete, [(0, 0), (1, 0), (1, 1)]) {
        let queue = share(Queue::unbounded());
        let user = spawn(&queue, |queue| {
            queue.put(1).unwrap();
            queue.try_get().unwrap()
        });
        let State::Queue { puts, gets, .. } = queue.inspect().state else { unreachable!() };
        user.join().unwrap();
        (puts, gets)
    }

    the_size_is_never_more_than_was_put(Complete, [0, 1, 2]) {
        let queue = share(Queue::unbounded());
        let putter = spawn(&queue, |queue| {
            queue.put(1).unwrap();
            queue.put(2).unwrap();
        });
        let size = queue.size();
        putter.join().unwrap();
        assert_eq!(queue.size(), 2);
        size
    }
}
