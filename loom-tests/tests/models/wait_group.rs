//! The wait group: generations end once, for all who wait for them (I9).

use std::time::Duration;

use named_sync_loom::{WaitGroup, WaitTimeout, advance_clock};

use crate::support::*;

models! {
    writes_before_done_are_seen_after_wait(Preemptions(4), [[1, 2]]) {
        let shared = share((WaitGroup::new(), [Plain::new(0), Plain::new(0)]));
        shared.0.add(2);
        let workers = [0, 1].map(|index| {
            spawn(&shared, move |(group, results)| {
                results[index].set(index as u32 + 1);
                group.done();
            })
        });
        shared.0.wait();
        let seen = shared.1.each_ref().map(Plain::get);
        for worker in workers {
            worker.join().unwrap();
        }
        seen
    }

    a_write_before_done_is_seen_after_wait(Complete, [7]) {
        let shared = share((WaitGroup::new(), Plain::new(0)));
        shared.0.add(1);
        let worker = spawn(&shared, |(group, result)| {
            result.set(7);
            group.done();
        });
        shared.0.wait();
        let seen = shared.1.get();
        worker.join().unwrap();
        seen
    }

    a_count_of_zero_that_is_seen_brings_what_was_done(Complete, [None, Some(7)]) {
        let shared = share((WaitGroup::new(), Plain::new(0)));
        shared.0.add(1);
        let worker = spawn(&shared, |(group, result)| {
            result.set(7);
            group.done();
        });
        let seen = (shared.0.count() == 0).then(|| shared.1.get());
        worker.join().unwrap();
        seen
    }

    two_done_release_two_waiters(Preemptions(2), [()]) {
        let group = share(WaitGroup::new());
        group.add(2);
        let worker = spawn(&group, |group| group.done());
        let waiters = [(); 2].map(|()| spawn(&group, |group| group.wait()));
        group.done();
        worker.join().unwrap();
        for waiter in waiters {
            waiter.join().unwrap();
        }
        assert_eq!(group.count(), 0);
    }

    /// The second round is never done: only the zero of the first can release the waiter.
    a_waiter_is_released_by_its_own_zero_although_the_next_round_has_begun(Complete, [1]) {
        let group = share(WaitGroup::new());
        group.add(1);
        let mut waiting = group.wait_async();
        assert!(poll_once(&mut waiting).is_pending());
        let worker = spawn(&group, |group| {
            group.done();
            group.add(1);
        });
        block_on(waiting);
        worker.join().unwrap();
        group.count()
    }

    /// The `done` that ends the first round may be late in waking; by then the second round has a waiter.
    a_waiter_of_the_next_round_is_not_woken_by_the_zero_of_the_last(Complete, [true, false]) {
        let group = share(WaitGroup::new());
        group.add(1);
        let mut first = group.wait_async();
        assert!(poll_once(&mut first).is_pending());
        let worker = spawn(&group, |group| group.done());
        let alarm = Alarm::new();
        let mut second = None;
        if group.count() == 0 {
            group.add(1);
            let future = second.insert(group.wait_async());
            assert!(poll_with(&alarm, future).is_pending());
        }
        worker.join().unwrap();
        assert!(poll_once(&mut first).is_ready());
        assert!(!alarm.has_rung());
        second.is_some()
    }

    a_wait_group_is_used_for_a_second_round_at_once(Complete, [()]) {
        let group = share(WaitGroup::new());
        group.add(1);
        let waiter = spawn(&group, |group| group.wait());
        group.done();
        group.add(1);
        group.done();
        waiter.join().unwrap();
    }

    a_timed_wait_against_the_last_done_has_one_result(Complete, [Ok(()), Err(WaitTimeout)]) {
        let group = share(WaitGroup::new());
        group.add(1);
        let waiter = spawn(&group, |group| group.wait_timeout(Duration::from_secs(1)));
        advance_clock(Duration::from_secs(1));
        group.done();
        waiter.join().unwrap()
    }

    one_done_too_many_leaves_the_count_as_it_was(Complete, [[true, false], [false, true]]) {
        let group = share(WaitGroup::new());
        group.add(1);
        let other = spawn(&group, |group| group.try_add(-1).is_ok());
        let mine = group.try_add(-1).is_ok();
        let theirs = other.join().unwrap();
        assert_eq!(group.count(), 0);
        group.add(1);
        assert_eq!(group.count(), 1);
        [mine, theirs]
    }

    a_task_waits_for_zero_like_a_thread(Complete, [()]) {
        let group = share(WaitGroup::new());
        group.add(1);
        let waiter = spawn(&group, |group| block_on(group.wait_async()));
        group.done();
        waiter.join().unwrap();
    }

    a_guard_counts_down_when_it_is_dropped(Complete, [()]) {
        let group = share(WaitGroup::new());
        let guard = group.guard();
        let worker = spawn(&group, |_| drop(guard));
        group.wait();
        worker.join().unwrap();
        assert_eq!(group.count(), 0);
    }
}
