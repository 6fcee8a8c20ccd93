//! The bounded queue between putters and getters: I1 to I5.

use named_sync_loom::{Queue, TryGetError, TryPutError};

use crate::support::*;

models! {
    one_putter_and_one_getter_pass_two_laps_through_one_slot(Twice(5), [vec![1, 2]]) {
        let queue = share(Queue::bounded(1));
        let putter = spawn(&queue, |queue| {
            queue.put(1).unwrap();
            queue.put(2).unwrap();
        });
        let got = vec![queue.get().unwrap(), queue.get().unwrap()];
        putter.join().unwrap();
        assert!(queue.is_empty());
        got
    }

    two_putters_and_one_getter_lose_nothing(Preemptions(2), [vec![1, 2], vec![2, 1]]) {
        let queue = share(Queue::bounded(1));
        let putters = [1, 2].map(|item| spawn(&queue, move |queue| queue.put(item).unwrap()));
        let got = vec![queue.get().unwrap(), queue.get().unwrap()];
        for putter in putters {
            putter.join().unwrap();
        }
        assert!(queue.is_empty());
        got
    }

    one_putter_and_two_getters_lose_nothing(Preemptions(2), [[1, 2], [2, 1]]) {
        let queue = share(Queue::bounded(2));
        let getters = [(); 2].map(|()| spawn(&queue, |queue| queue.get().unwrap()));
        queue.put(1).unwrap();
        queue.put(2).unwrap();
        getters.map(|getter| getter.join().unwrap())
    }

    one_get_admits_exactly_one_of_two_blocked_putters(
        Preemptions(2),
        [[false, false], [true, false], [false, true]]
    ) {
        let queue = share(Queue::bounded(1));
        queue.put(0).unwrap();
        let putters = [1, 2].map(|item| spawn(&queue, move |queue| queue.put(item).is_ok()));
        assert_eq!(queue.get(), Some(0));
        queue.close();
        let admitted = putters.map(|putter| putter.join().unwrap());
        let left: Vec<i32> = queue.iter().collect();
        let expected: Vec<i32> = (1..).zip(admitted).filter(|pair| pair.1).map(|pair| pair.0).collect();
        assert_eq!(left, expected);
        admitted
    }

    a_get_wakes_a_blocked_putter(Complete, [1]) {
        let queue = share(Queue::bounded(1));
        queue.put(0).unwrap();
        let putter = spawn(&queue, |queue| queue.put(1).unwrap());
        assert_eq!(queue.get(), Some(0));
        putter.join().unwrap();
        queue.get().unwrap()
    }

    try_put_on_a_full_queue_gives_the_item_back(Complete, [Ok(()), Err(TryPutError::Full(2))]) {
        let queue = share(Queue::bounded(1));
        queue.put(1).unwrap();
        let putter = spawn(&queue, |queue| queue.try_put(2));
        assert_eq!(queue.get(), Some(1));
        let put = putter.join().unwrap();
        assert_eq!(queue.try_get().ok(), put.is_ok().then_some(2));
        put
    }

    try_get_finds_the_item_or_says_empty(Complete, [Ok(1), Err(TryGetError::Empty)]) {
        let queue = share(Queue::bounded(1));
        let getter = spawn(&queue, |queue| queue.try_get());
        queue.put(1).unwrap();
        let got = getter.join().unwrap();
        assert_eq!(queue.is_empty(), got.is_ok());
        got
    }

    try_get_after_a_put_of_ones_own_is_never_empty(Complete, [[1, 2], [2, 1]]) {
        let queue = share(Queue::bounded(2));
        let other = spawn(&queue, |queue| queue.put(1).unwrap());
        queue.put(2).unwrap();
        let first = queue.try_get().expect("an item was put before");
        other.join().unwrap();
        [first, queue.try_get().unwrap()]
    }

    try_put_after_a_get_of_ones_own_is_never_full(Complete, [[1, 2], [2, 1]]) {
        let queue = share(Queue::bounded(2));
        queue.put_many([1, 2]).unwrap();
        let other = spawn(&queue, |queue| queue.get().unwrap());
        let mine = queue.get().unwrap();
        queue.try_put(3).expect("a slot was freed before");
        let theirs = other.join().unwrap();
        assert_eq!(queue.get(), Some(3));
        [mine, theirs]
    }

    the_stamps_go_on_past_the_top_of_the_word(CompleteUnlessQuick, [vec![1, 2]]) {
        let queue = share(Queue::near_wrap(1, 0));
        queue.put(1).unwrap();
        let putter = spawn(&queue, |queue| queue.put(2).unwrap());
        let got = vec![queue.get().unwrap(), queue.get().unwrap()];
        putter.join().unwrap();
        assert!(queue.is_empty());
        got
    }

    the_size_is_never_outside_of_what_the_bound_allows(Complete, [[0, 0], [0, 1], [1, 0], [1, 1]]) {
        let queue = share(Queue::bounded(1));
        let other = spawn(&queue, |queue| {
            queue.put(1).unwrap();
            queue.get().unwrap();
            queue.put(2).unwrap();
        });
        let sizes = [queue.size(), queue.size()];
        other.join().unwrap();
        sizes
    }

    what_was_written_before_a_put_is_seen_after_the_get(Complete, [7]) {
        let shared = share((Queue::bounded(1), Plain::new(0)));
        let putter = spawn(&shared, |(queue, plain)| {
            plain.set(7);
            queue.put(()).unwrap();
        });
        shared.0.get().unwrap();
        let seen = shared.1.get();
        putter.join().unwrap();
        seen
    }

    what_was_read_before_a_get_is_over_when_the_next_put_returns(Complete, [1]) {
        let shared = share((Queue::bounded(1), Plain::new(1)));
        shared.0.put(()).unwrap();
        let getter = spawn(&shared, |(queue, plain)| {
            let seen = plain.get();
            queue.get().unwrap();
            seen
        });
        shared.0.put(()).unwrap();
        shared.1.set(2);
        getter.join().unwrap()
    }

    async_getters_are_woken_like_threads(Complete, [1]) {
        let queue = share(Queue::bounded(1));
        let getter = spawn(&queue, |queue| block_on(queue.get_async()).unwrap());
        queue.put(1).unwrap();
        getter.join().unwrap()
    }

    async_putters_are_woken_like_threads(Complete, [1]) {
        let queue = share(Queue::bounded(1));
        queue.put(0).unwrap();
        let putter = spawn(&queue, |queue| block_on(queue.put_async(1)).unwrap());
        assert_eq!(queue.get(), Some(0));
        putter.join().unwrap();
        queue.get().unwrap()
    }

    /// Of which a queue notes that putters and getters have met (a matter of speed).
    large_items_pass_between_threads(Complete, [1]) {
        let queue = share(Queue::bounded(1));
        let getter = spawn(&queue, |queue| queue.get().unwrap());
        queue.put([1u64; 9]).unwrap();
        let item = getter.join().unwrap();
        queue.put([2; 9]).unwrap();
        assert_eq!(queue.get(), Some([2; 9]));
        assert!(item.iter().all(|&part| part == item[0]));
        item[0]
    }
}
