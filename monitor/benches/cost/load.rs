//! A host at work, with and without a viewer: pairs of runs, one right after the other, in turn.

use crate::cost::Cost;
use crate::terminal::Viewer;
use named_sync::Registry;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use syncmon::agent;

/// How long is counted: two questions of a viewer.
const RUN: Duration = Duration::from_millis(500);

/// How long both threads are at it before, whatever the machine did then.
const WARM_UP: Duration = Duration::from_millis(250);

pub(crate) fn measure(pairs: usize) -> Vec<Cost> {
    let registry = Arc::new(Registry::new());
    for number in 0..20 {
        registry.atomic(&format!("counter {number}"), 0);
        registry.wait_group(&format!("group {number}"));
    }
    let dir = tempfile::tempdir().expect("a directory");
    let socket = dir.path().join("socket");
    run(&registry);

    let mut with_agent = Vec::new();
    let mut with_viewer = Vec::new();
    for number in 0..pairs {
        let bare = || run(&registry);
        let served = || {
            let _agent = agent::serve_at(&registry, &socket).expect("a socket");
            run(&registry)
        };
        let watched = || {
            let agent = agent::serve_at(&registry, &socket).expect("a socket");
            let viewer = Viewer::attach(agent.path());
            viewer.wait_for("rows");
            thread::sleep(Duration::from_millis(100));
            run(&registry)
        };
        with_agent.push(pair(number, bare, served));
        with_viewer.push(pair(number, served, watched));
    }
    vec![
        slower("a putter and a getter, with an agent and no viewer", &mut with_agent),
        slower("a putter and a getter, with an agent and a viewer", &mut with_viewer),
    ]
}

/// How much of the speed is left with the second one. Who comes first changes.
fn pair(number: usize, without: impl Fn() -> f64, with: impl Fn() -> f64) -> f64 {
    if number.is_multiple_of(2) {
        let without = without();
        with() / without
    } else {
        let with = with();
        with / without()
    }
}

fn slower(what: &str, ratios: &mut [f64]) -> Cost {
    ratios.sort_unstable_by(f64::total_cmp);
    let lost = |part: f64| 100.0 * (1.0 - ratios[((ratios.len() - 1) as f64 * part) as usize]);
    let how = format!(
        "slower than without: median of {} pairs; the middle half {:.1} to {:.1}",
        ratios.len(),
        lost(0.75),
        lost(0.25)
    );
    Cost::new(what, lost(0.5), 1.0, "%", how)
}

/// Items a second through a queue, from one thread to another.
fn run(registry: &Registry) -> f64 {
    let queue = registry.queue::<u64>("load", 1024).expect("always the same");
    let (done, counted) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        let getter = scope.spawn(|| {
            let mut sum = 0;
            let mut number = 0_u64;
            while let Some(item) = queue.get() {
                if item == u64::MAX {
                    return (number, sum);
                }
                number += 1;
                sum += item;
                if number.is_multiple_of(256) {
                    counted.store(number, Ordering::Relaxed);
                }
            }
            (number, sum)
        });
        scope.spawn(|| {
            let mut next = 0;
            while !done.load(Ordering::Relaxed) {
                for _ in 0..256 {
                    queue.put(next).expect("open");
                    next += 1;
                }
            }
            queue.put(u64::MAX).expect("open");
        });
        thread::sleep(WARM_UP);
        let (begun, before) = (Instant::now(), counted.load(Ordering::Relaxed));
        thread::sleep(RUN);
        let after = counted.load(Ordering::Relaxed);
        let speed = (after - before) as f64 / begun.elapsed().as_secs_f64();
        done.store(true, Ordering::Relaxed);
        let (number, sum) = getter.join().expect("no panic");
        assert_eq!(sum, number * (number - 1) / 2, "each item came once");
        speed
    })
}
