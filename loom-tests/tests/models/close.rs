//! Closing: everybody wakes, nothing that was accepted is lost (I6, I7).

use named_sync_loom::{Closed, Queue};

use crate::support::*;

/// Both kinds of queue, for models in which the kind does not matter otherwise.
fn both() -> [Queue<u32>; 2] {
    [Queue::bounded(1), Queue::unbounded()]
}

fn a_blocked_getter(queue: Queue<u32>) -> Option<u32> {
    let queue = share(queue);
    let getter = spawn(&queue, |queue| queue.get());
    assert!(queue.close());
    getter.join().unwrap()
}

fn two_blocked_getters(queue: Queue<u32>) -> [Option<u32>; 2] {
    let queue = share(queue);
    let getters = [(); 2].map(|()| spawn(&queue, |queue| queue.get()));
    assert!(queue.close());
    getters.map(|getter| getter.join().unwrap())
}

/// Whether the put was accepted.
fn a_racing_put(queue: Queue<u32>) -> bool {
    let queue = share(queue);
    let putter = spawn(&queue, |queue| queue.put(1));
    queue.close();
    let put = putter.join().unwrap();
    assert!(matches!(put, Ok(()) | Err(Closed(1))));
    assert_eq!(queue.get(), put.is_ok().then_some(1), "delivered or given back");
    put.is_ok()
}

/// Whether the put was accepted.
fn a_racing_put_and_a_getter(queue: Queue<u32>) -> bool {
    let queue = share(queue);
    let putter = spawn(&queue, |queue| queue.put(1));
    let getter = spawn(&queue, |queue| queue.get());
    queue.close();
    let (put, got) = (putter.join().unwrap(), getter.join().unwrap());
    assert_eq!(got, put.is_ok().then_some(1), "delivered or given back");
    put.is_ok()
}

/// What the getter sees that finds the end.
fn a_write_before_close(queue: Queue<u32>) -> u32 {
    let shared = share((queue, Plain::new(0)));
    let closer = spawn(&shared, |(queue, plain)| {
        plain.set(7);
        queue.close();
    });
    assert_eq!(shared.0.get(), None);
    let seen = shared.1.get();
    closer.join().unwrap();
    seen
}

models! {
    close_wakes_a_blocked_getter_of_a_bounded_queue(Complete, [None]) {
        let [bounded, _] = both();
        a_blocked_getter(bounded)
    }

    close_wakes_a_blocked_getter_of_an_unbounded_queue(Complete, [None]) {
        let [_, unbounded] = both();
        a_blocked_getter(unbounded)
    }

    close_wakes_two_blocked_getters_of_a_bounded_queue(Preemptions(4), [[None, None]]) {
        let [bounded, _] = both();
        two_blocked_getters(bounded)
    }

    close_wakes_two_blocked_getters_of_an_unbounded_queue(Preemptions(4), [[None, None]]) {
        let [_, unbounded] = both();
        two_blocked_getters(unbounded)
    }

    close_gives_a_blocked_putter_its_item_back(Complete, [Err(Closed(2))]) {
        let queue = share(Queue::bounded(1));
        queue.put(1).unwrap();
        let putter = spawn(&queue, |queue| queue.put(2));
        queue.close();
        let put = putter.join().unwrap();
        assert_eq!((queue.get(), queue.get()), (Some(1), None));
        put
    }

    close_gives_two_blocked_putters_their_items_back(Preemptions(4), [[2, 3]]) {
        let queue = share(Queue::bounded(1));
        queue.put(1).unwrap();
        let putters = [2, 3].map(|item| spawn(&queue, move |queue| queue.put(item).unwrap_err().0));
        queue.close();
        putters.map(|putter| putter.join().unwrap())
    }

    a_put_that_races_with_close_is_delivered_or_given_back_bounded(Complete, [true, false]) {
        let [bounded, _] = both();
        a_racing_put(bounded)
    }

    a_put_that_races_with_close_is_delivered_or_given_back_unbounded(Complete, [true, false]) {
        let [_, unbounded] = both();
        a_racing_put(unbounded)
    }

    a_batch_that_races_with_close_is_delivered_or_given_back(
        Complete,
        [(vec![], vec![1, 2]), (vec![1], vec![2]), (vec![1, 2], vec![])]
    ) {
        let queue = share(Queue::unbounded());
        let putter = spawn(&queue, |queue| queue.put_many([1, 2]));
        queue.close();
        let refused = putter.join().unwrap().err().map(Closed::into_inner).unwrap_or_default();
        (queue.try_iter().collect(), refused)
    }

    a_getter_drains_what_was_put_before_close_bounded(Preemptions(4), [true, false]) {
        let [bounded, _] = both();
        a_racing_put_and_a_getter(bounded)
    }

    a_getter_drains_what_was_put_before_close_unbounded(Preemptions(4), [true, false]) {
        let [_, unbounded] = both();
        a_racing_put_and_a_getter(unbounded)
    }

    a_put_at_the_turn_of_a_segment_that_races_with_close_is_delivered_or_given_back(
        Complete,
        [vec![], vec![1], vec![1, 2]]
    ) {
        let queue = share(Queue::unbounded());
        let putter = spawn(&queue, |queue| {
            (1..=2).take_while(|&item| queue.put(item).is_ok()).collect::<Vec<_>>()
        });
        queue.close();
        let put = putter.join().unwrap();
        assert_eq!(queue.iter().collect::<Vec<_>>(), put);
        put
    }

    only_one_of_two_closers_closed(Complete, [[true, false], [false, true]]) {
        let queue = share(Queue::<u32>::bounded(1));
        let other = spawn(&queue, |queue| queue.close());
        let mine = queue.close();
        assert!(queue.is_closed());
        assert_eq!(queue.get(), None);
        [mine, other.join().unwrap()]
    }

    two_closers_wake_a_blocked_getter(Preemptions(4), [[true, false], [false, true]]) {
        let queue = share(Queue::<u32>::bounded(1));
        let getter = spawn(&queue, |queue| queue.get());
        let other = spawn(&queue, |queue| queue.close());
        let mine = queue.close();
        assert_eq!(getter.join().unwrap(), None);
        [mine, other.join().unwrap()]
    }

    what_was_written_before_close_is_seen_at_the_end_of_a_bounded_queue(Complete, [7]) {
        let [bounded, _] = both();
        a_write_before_close(bounded)
    }

    what_was_written_before_close_is_seen_at_the_end_of_an_unbounded_queue(Complete, [7]) {
        let [_, unbounded] = both();
        a_write_before_close(unbounded)
    }

    what_was_written_before_close_is_seen_by_a_refused_putter(Complete, [0, 7]) {
        let shared = share(([Queue::bounded(1), Queue::unbounded()], Plain::new(0)));
        let closer = spawn(&shared, |(queues, plain)| {
            plain.set(7);
            for queue in queues {
                queue.close();
            }
        });
        let seen = if shared.0[0].try_put(1).is_err() || shared.0[1].try_put(1).is_err() {
            shared.1.get()
        } else {
            0
        };
        closer.join().unwrap();
        seen
    }

    what_was_written_before_close_is_seen_by_who_sees_it_closed(Complete, [[None, None], [Some(7), None], [Some(7), Some(7)]]) {
        let shared = share((both(), Plain::new(0)));
        let closer = spawn(&shared, |(queues, plain)| {
            plain.set(7);
            for queue in queues {
                queue.close();
            }
        });
        let (queues, plain) = &*shared;
        let second = queues[1].is_closed().then(|| plain.get());
        let first = queues[0].is_closed().then(|| plain.get());
        closer.join().unwrap();
        [first, second]
    }
}
