//! A crew of threads that does the work of one run.
//!
//! All threads exist, and have their handles, before the clock starts: each waits until everybody has arrived,
//! yielding so that a crew larger than the machine gathers too. The wall time is that from the first start to the
//! last end. The CPU time is that of the measured threads, not of helpers that only make the circumstances.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::machine;

/// What came of a run.
#[derive(Clone, Copy)]
pub(crate) struct Outcome {
    pub(crate) wall: Duration,
    pub(crate) cpu: Duration,
    /// The sum of what the members' work returned.
    pub(crate) sum: u64,
}

struct Report {
    start: Instant,
    end: Instant,
    cpu: Duration,
    sum: u64,
}

/// The threads of one run.
pub(crate) struct Crew {
    gate: Arc<Gate>,
    core: Option<usize>,
    members: Vec<JoinHandle<Report>>,
    helpers: Vec<JoinHandle<()>>,
    stop: Arc<AtomicBool>,
}

impl Crew {
    /// A crew of this many threads, helpers included.
    pub(crate) fn of(size: usize) -> Self {
        Self {
            gate: Arc::new(Gate { missing: AtomicUsize::new(size) }),
            core: None,
            members: Vec::new(),
            helpers: Vec::new(),
            stop: Arc::new(AtomicBool::new(false)),
        }
    }

    /// Threads added from now on all stay on this core, or may run on any.
    pub(crate) fn pinned_to(self, core: Option<usize>) -> Self {
        Self { core, ..self }
    }

    /// Adds a thread whose time counts.
    pub(crate) fn add(&mut self, work: impl FnOnce() -> u64 + Send + 'static) {
        let (gate, core) = (Arc::clone(&self.gate), self.core);
        self.members.push(thread::spawn(move || {
            pin(core);
            gate.pass();
            let (start, before) = (Instant::now(), machine::thread_cpu());
            let sum = work();
            Report { start, end: Instant::now(), cpu: machine::thread_cpu() - before, sum }
        }));
    }

    /// Adds a thread that works until it is told to stop, and whose time does not count.
    pub(crate) fn add_helper(&mut self, work: impl FnOnce(&AtomicBool) + Send + 'static) {
        let (gate, core, stop) = (Arc::clone(&self.gate), self.core, Arc::clone(&self.stop));
        self.helpers.push(thread::spawn(move || {
            pin(core);
            gate.pass();
            work(&stop);
        }));
    }

    /// Waits for everybody.
    pub(crate) fn finish(self) -> Outcome {
        let reports: Vec<Report> = self
            .members
            .into_iter()
            .map(|member| member.join().expect("a member panicked"))
            .collect();
        self.stop.store(true, Ordering::Relaxed);
        for helper in self.helpers {
            helper.join().expect("a helper panicked");
        }
        let start = reports.iter().map(|report| report.start).min();
        let end = reports.iter().map(|report| report.end).max();
        Outcome {
            wall: end.zip(start).map(|(end, start)| end - start).expect("a crew has members"),
            cpu: reports.iter().map(|report| report.cpu).sum(),
            sum: reports.iter().map(|report| report.sum).sum(),
        }
    }
}

/// Runs `work` on one thread.
pub(crate) fn alone(work: impl FnOnce() -> u64 + Send + 'static) -> Outcome {
    let mut crew = Crew::of(1);
    crew.add(work);
    crew.finish()
}

struct Gate {
    missing: AtomicUsize,
}

impl Gate {
    fn pass(&self) {
        self.missing.fetch_sub(1, Ordering::AcqRel);
        while self.missing.load(Ordering::Acquire) > 0 {
            thread::yield_now();
        }
    }
}

fn pin(core: Option<usize>) {
    if let Some(core) = core {
        machine::pin_to(core);
    }
}
