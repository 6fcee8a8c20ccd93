//! A wait group that is used again and again: who waits is released by the zero of its own generation, not before it and
//! not by a later one.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use named_sync_shuttle::{Queue, WaitGroup, WaitTimeout, advance_clock};

use crate::support::*;

/// What is under way, for sure: noted after it was added, and until it is about to be done. Not for shuttle to schedule.
#[derive(Clone, Default)]
struct UnderWay(Arc<Mutex<BTreeSet<(usize, usize)>>>);

impl UnderWay {
    fn now(&self) -> BTreeSet<(usize, usize)> {
        self.0.lock().unwrap().clone()
    }
}

const ROUNDS: usize = 3;

fn work((group, under_way): &(WaitGroup, UnderWay), worker: usize) {
    for round in 0..ROUNDS {
        let guard = if below(2) == 0 {
            Some(group.guard())
        } else {
            group.add(1);
            None
        };
        under_way.0.lock().unwrap().insert((worker, round));
        idle(12);
        under_way.0.lock().unwrap().remove(&(worker, round));
        match guard {
            Some(guard) => drop(guard),
            None => group.done(),
        }
        idle(3);
    }
}

/// Waits in some way; whether it saw the end of it.
fn wait(group: &WaitGroup) -> bool {
    match below(4) {
        0 => group.wait(),
        1 => block_on(group.wait_async()),
        2 => {
            let waited = group.wait_timeout(SECOND);
            if waited == Err(WaitTimeout) {
                note("a wait timed out");
                return false;
            }
        }
        _ => {
            if poll_a_little(group.wait_async()).is_none() {
                note("a future was dropped");
                return false;
            }
        }
    }
    true
}

fn wait_again_and_again((group, under_way): &(WaitGroup, UnderWay)) {
    for _ in 0..ROUNDS {
        let before = under_way.now();
        if !wait(group) {
            continue;
        }
        let after = under_way.now();
        let outlived: Vec<_> = before.intersection(&after).collect();
        assert!(outlived.is_empty(), "{outlived:?} was under way before the wait, and is so still");
        if !before.is_empty() {
            note("a wait was for something");
        }
        if !after.is_empty() {
            note("the next generation had begun");
        }
    }
}

scenarios! {
    nobody_is_released_before_the_zero_of_its_generation(
        "a future was dropped", "a wait timed out", "a wait was for something",
        "the next generation had begun"
    ) {
        let shared = (WaitGroup::new(), UnderWay::default());
        let workers = crew(3, &shared, work);
        let waiters = crew(3, &shared, |shared, _| wait_again_and_again(shared));
        let time = shuttle::thread::spawn(|| {
            for _ in 0..2 {
                idle(30);
                advance_clock(SECOND);
            }
        });
        join(workers);
        // No worker is left who could release anybody.
        join(waiters);
        time.join().unwrap();
        assert_eq!(shared.0.count(), 0);
        assert!(shared.0.inspect().waiters.is_empty());
    }

    /// The next generation begins at once, and does not end before all who waited for the last are released.
    a_new_generation_traps_nobody_of_the_last("released") {
        const WAITERS: usize = 3;
        let group = WaitGroup::new();
        let released = Arc::new(AtomicUsize::new(0));
        for _ in 0..2 {
            group.add(1);
            let waiters = crew(WAITERS, &(group.clone(), Arc::clone(&released)), |(group, released), _| {
                match below(3) {
                    0 => group.wait(),
                    1 => group.wait_timeout(SECOND).expect("nobody moved the clock"),
                    _ => block_on(group.wait_async()),
                }
                released.fetch_add(1, Ordering::Relaxed);
            });
            wait_until("all are in line", || group.inspect().waiters.len() == WAITERS);
            group.done();
            group.add(1);
            wait_until("all are released", || released.load(Ordering::Relaxed) == WAITERS);
            note("released");
            group.done();
            join(waiters);
            released.store(0, Ordering::Relaxed);
        }
    }

    /// One who adds several at once, workers who take them from a queue, and waiters who come at any time.
    several_waiters_and_generations_of_several_tasks("overlapped", "waited for its end") {
        const TASKS: usize = 3;
        const GENERATIONS: usize = 3;
        #[derive(Clone)]
        struct Crew {
            group: WaitGroup,
            tasks: Queue<usize>,
            /// Not for shuttle to schedule.
            added: Arc<AtomicUsize>,
            finished: Arc<AtomicUsize>,
            ended: Arc<AtomicBool>,
        }
        let all = Crew {
            group: WaitGroup::new(),
            tasks: Queue::bounded(2),
            added: Arc::default(),
            finished: Arc::default(),
            ended: Arc::default(),
        };
        let workers = crew(TASKS, &all, |all, _| {
            while let Some(_task) = all.tasks.get() {
                idle(3);
                all.finished.fetch_add(1, Ordering::Relaxed);
                all.group.done();
            }
        });
        let waiters = crew(3, &all, |all, _| {
            while !all.ended.load(Ordering::Relaxed) {
                let added = all.added.load(Ordering::Relaxed);
                all.group.wait();
                let finished = all.finished.load(Ordering::Relaxed);
                assert!(finished >= added, "{finished} of {added} were finished");
                shuttle::thread::yield_now();
            }
        });
        for _ in 0..GENERATIONS {
            all.group.add(TASKS as i64);
            all.added.fetch_add(TASKS, Ordering::Relaxed);
            all.tasks.put_many(0..TASKS).unwrap();
            if below(2) == 0 {
                all.group.wait();
                assert_eq!(all.finished.load(Ordering::Relaxed), all.added.load(Ordering::Relaxed));
                note("waited for its end");
            } else {
                note("overlapped");
            }
        }
        all.group.wait();
        all.ended.store(true, Ordering::Relaxed);
        all.tasks.close();
        join(workers);
        join(waiters);
        assert_eq!(all.finished.load(Ordering::Relaxed), GENERATIONS * TASKS);
    }
}
