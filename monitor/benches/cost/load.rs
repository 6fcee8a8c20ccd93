//! A host at work, with and without a viewer: pairs of moments of the same threads, one right after the other, in turn.
//!
//! Two runs of the same differ by several percent, by where the threads happen to run and what they find in the cache.
//! So it is one run in which an agent, or a viewer, comes and goes.

use crate::cost::Cost;
use crate::terminal::Viewer;
use named_sync::Registry;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use syncmon::agent;

/// On two cores, both are at work. With more there would be one for the viewer.
const THREADS: usize = 2;

/// How long is counted with a viewer, and without: one of its questions.
const MOMENT: Duration = syncmon::client::POLL;

/// The same with an agent that nobody asks. It has no times of its own, so many short pairs tell more than a few long ones.
const BRIEFLY: Duration = Duration::from_millis(50);

/// How many of those there are instead of each of the others.
const MORE: usize = 4;

/// How long nothing is counted after something came or went.
const PAUSE: Duration = Duration::from_millis(20);

pub(crate) fn measure(pairs: usize) -> Vec<Cost> {
    let registry = Arc::new(Registry::new());
    for number in 0..20 {
        registry.atomic(&format!("counter {number}"), 0);
        registry.wait_group(&format!("group {number}"));
    }
    let dir = tempfile::tempdir().expect("a directory");
    let socket = dir.path().join("socket");
    let serve = || agent::serve_at(&registry, &socket).expect("a socket");

    let with_agent = under_load(&registry, |load| {
        let served = |load: &Load| {
            let _agent = serve();
            load.speed(BRIEFLY)
        };
        let pair = |number| pair(number, || load.speed(BRIEFLY), || served(load));
        (0..MORE * pairs).map(pair).collect()
    });
    let with_viewer = under_load(&registry, |load| {
        let agent = serve();
        let viewer = Viewer::attach(agent.path());
        viewer.wait_for("rows");
        // A viewer that is stopped asks nothing: the host is as it is without one.
        let without = || {
            viewer.stop();
            let speed = load.speed(MOMENT);
            viewer.go_on();
            speed
        };
        (0..pairs).map(|number| pair(number, without, || load.speed(MOMENT))).collect()
    });
    vec![
        slower("put and get on both cores, with an agent and no viewer", with_agent),
        slower("put and get on both cores, with an agent and a viewer", with_viewer),
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

fn slower(what: &str, mut ratios: Vec<f64>) -> Cost {
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

/// A thread for each core, at work.
#[derive(Default)]
struct Load {
    done: AtomicBool,
    /// How many items have come through.
    counted: [AtomicU64; THREADS],
}

impl Load {
    fn counted(&self) -> u64 {
        self.counted.iter().map(|counted| counted.load(Ordering::Relaxed)).sum()
    }

    /// Items a second.
    fn speed(&self, moment: Duration) -> f64 {
        thread::sleep(PAUSE);
        let (begun, before) = (Instant::now(), self.counted());
        thread::sleep(moment);
        (self.counted() - before) as f64 / begun.elapsed().as_secs_f64()
    }
}

struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Does it while each thread puts items into a queue of its own, and gets them. (From one thread to another they go
/// twice as fast at one moment as at the next, whether somebody looks or not.)
fn under_load<R>(registry: &Registry, measure: impl FnOnce(&Load) -> R) -> R {
    let load = Load::default();
    thread::scope(|scope| {
        for (number, counted) in load.counted.iter().enumerate() {
            let queue = registry.queue::<u64>(&format!("load {number}"), 1024).expect("its name");
            let done = &load.done;
            scope.spawn(move || {
                let mut item = 0;
                while !done.load(Ordering::Relaxed) {
                    for _ in 0..256 {
                        queue.put(item).expect("open");
                        assert_eq!(queue.get(), Some(item));
                        item += 1;
                    }
                    counted.store(item, Ordering::Relaxed);
                }
            });
        }
        // Also if it panics: they would go on for ever.
        let _ends = Ends(&load.done);
        thread::sleep(MOMENT);
        measure(&load)
    })
}
