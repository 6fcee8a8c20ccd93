//! A whole host: producers, workers and a collector who know each other by name only, in the registry of the process.

use named_sync_shuttle::{Kind, Queue, Registry, global};

use crate::support::*;

const PRODUCERS: usize = 2;
const WORKERS: usize = 3;
const JOBS: u64 = 3;

fn registry() -> &'static Registry {
    global()
}

fn jobs() -> Queue<u64> {
    registry().queue("jobs", 2).unwrap()
}

fn results() -> Queue<u64> {
    registry().queue("results", 0).unwrap()
}

fn produce(producer: usize) {
    for number in 0..JOBS {
        let job = producer as u64 * JOBS + number;
        if below(2) == 0 { jobs().put(job) } else { block_on(jobs().put_async(job)) }.unwrap();
    }
}

fn work() {
    // The factor is changed while they work.
    let factor = registry().shared("factor", 1u64).unwrap();
    let _guard = registry().wait_group("workers").guard();
    // Whoever comes first may be at it before the others have come.
    registry().wait_group("come").done();
    for job in &jobs() {
        let factor = factor.read(|factor| *factor);
        if factor > 1 {
            note("a worker saw the new factor");
        }
        registry().atomic("jobs done", 0).add(1);
        results().put(job * 1000 + factor).unwrap();
    }
}

scenarios! {
    producers_and_workers_that_know_each_other_by_name(
        "a worker saw the new factor", "somebody was waiting"
    ) {
        registry().wait_group("come").add(WORKERS as i64);
        let workers = crew(WORKERS, &(), |(), _| work());
        let producers = crew(PRODUCERS, &(), |(), producer| produce(producer));
        let manager = spawn(&(), |()| {
            idle(30);
            registry().shared("factor", 1u64).unwrap().set(2);
        });
        let watcher = spawn(&(), |()| {
            for _ in 0..3 {
                idle(20);
                if registry().inspect().iter().any(|row| !row.waiters.is_empty()) {
                    note("somebody was waiting");
                }
            }
        });
        let closer = spawn(&(), |()| {
            registry().wait_group("come").wait();
            registry().wait_group("workers").wait();
            assert!(results().close());
        });
        let collector = spawn(&(), |()| results().iter().collect::<Vec<_>>());

        join(producers);
        assert!(jobs().close());
        join(workers);
        let mut collected: Vec<u64> = collector.join().unwrap();
        assert!(collected.iter().all(|result| matches!(result % 1000, 1 | 2)), "{collected:?}");
        collected.sort_unstable();
        let all = PRODUCERS as u64 * JOBS;
        assert!(collected.iter().map(|result| result / 1000).eq(0..all), "{collected:?}");
        assert_eq!(registry().atomic("jobs done", 0).get(), all as i64);
        join(vec![manager, watcher, closer]);

        // What still has a name goes with the process. Here that is the end of the schedule.
        assert!(registry().remove(Kind::Queue, "jobs"));
        results();
    }
}
