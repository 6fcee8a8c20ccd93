//! The counting itself, done through the primitives.

use super::QUEUED;
use super::count::Count;
use super::totals::Totals;
use super::walk::{Step, walk};
use named_sync::{Atomic, NameError, Queue, Registry, Shared, WaitGroup, WaitGroupGuard};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What all workers look up for each file; replaced as a whole, while they work.
#[derive(Clone, Debug)]
pub(super) struct Config {
    pub(super) workers: usize,
    pub(super) buffer_bytes: usize,
    /// How long a worker rests after a file.
    pub(super) pause: Duration,
}

/// A file to count. It is in flight for as long as this exists, so a worker that panics holds nobody up.
struct Job {
    path: PathBuf,
    _in_flight: WaitGroupGuard,
}

/// Everything the threads share, each by its name.
#[derive(Clone)]
pub(super) struct Counting {
    jobs: Queue<Job>,
    in_flight: WaitGroup,
    config: Shared<Config>,
    files: Atomic,
    lines: Atomic,
    words: Atomic,
    bytes: Atomic,
    unreadable: Atomic,
    /// The names of what could not be read.
    failures: Queue<PathBuf>,
}

impl Counting {
    pub(super) fn new(registry: &Registry, config: Config) -> Result<Self, NameError> {
        Ok(Counting {
            jobs: registry.queue("jobs", QUEUED)?,
            in_flight: registry.tracked_wait_group("in flight"),
            config: registry.shared("config", config)?,
            files: registry.atomic("files", 0),
            lines: registry.atomic("lines", 0),
            words: registry.atomic("words", 0),
            bytes: registry.atomic("bytes", 0),
            unreadable: registry.atomic("unreadable", 0),
            failures: registry.queue("failures", 0)?,
        })
    }

    pub(super) fn start_workers(&self) -> io::Result<Vec<JoinHandle<()>>> {
        let start = |number| {
            let counting = self.clone();
            thread::Builder::new().name(format!("worker-{number}")).spawn(move || counting.work())
        };
        (1..=self.config.get().workers).map(start).collect()
    }

    /// Lets the workers go home.
    pub(super) fn end(&self) {
        self.jobs.close();
    }

    /// Counts everything under `dir` and waits until it is counted.
    pub(super) fn pass(&self, dir: &Path) -> Totals {
        for total in [&self.files, &self.lines, &self.words, &self.bytes, &self.unreadable] {
            total.set(0);
        }
        walk(dir, |step| match step {
            Step::File(path) => {
                self.files.add(1);
                let job = Job { path, _in_flight: self.in_flight.guard() };
                if let Err(refused) = self.jobs.put(job) {
                    self.fail(refused.0.path);
                }
            }
            Step::Unreadable(path) => self.fail(path),
        });
        self.in_flight.wait();
        let mut unreadable: Vec<PathBuf> = self.failures.try_iter().collect();
        unreadable.sort_unstable();
        let total = |atomic: &Atomic| u64::try_from(atomic.get()).unwrap_or(0);
        Totals {
            files: total(&self.files),
            lines: total(&self.lines),
            words: total(&self.words),
            bytes: total(&self.bytes),
            unreadable,
        }
    }

    fn work(&self) {
        let mut buffer = Vec::new();
        while let Some(job) = self.jobs.get() {
            let config = self.config.get();
            buffer.resize(config.buffer_bytes.max(1), 0);
            // What was read of a file before an error does not count: the totals are of whole files.
            match File::open(&job.path).and_then(|file| Count::of(file, &mut buffer)) {
                Ok(count) => self.add(count),
                Err(_) => self.fail(job.path.clone()),
            }
            if !config.pause.is_zero() {
                thread::sleep(config.pause);
            }
        }
    }

    fn add(&self, count: Count) {
        let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        self.lines.add(signed(count.lines));
        self.words.add(signed(count.words));
        self.bytes.add(signed(count.bytes));
    }

    fn fail(&self, path: PathBuf) {
        self.unreadable.add(1);
        // Nobody closes this queue; if somebody did, the count above would still tell.
        let _ = self.failures.put(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_vanished_before_it_was_read_is_counted_and_named() {
        let registry = Registry::new();
        let config = Config { workers: 1, buffer_bytes: 16, pause: Duration::ZERO };
        let counting = Counting::new(&registry, config).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let vanishing = dir.path().join("vanishing");
        std::fs::write(&vanishing, "some words\n").unwrap();
        std::fs::write(dir.path().join("staying"), "three more words\n").unwrap();
        // The workers start after the file is gone, so whoever opens it finds nothing.
        let passing = counting.clone();
        let path = dir.path().to_owned();
        let pass = thread::spawn(move || passing.pass(&path));
        while counting.jobs.size() < 2 {
            thread::yield_now();
        }
        std::fs::remove_file(&vanishing).unwrap();
        let workers = counting.start_workers().unwrap();
        let totals = pass.join().unwrap();
        counting.end();
        workers.into_iter().for_each(|worker| worker.join().unwrap());
        assert_eq!((totals.files, totals.lines, totals.words, totals.bytes), (2, 1, 3, 17));
        assert_eq!(totals.unreadable, [vanishing]);
    }

    #[test]
    fn a_second_pass_starts_from_nothing() {
        let registry = Registry::new();
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("file"), "a b\nc").unwrap();
        let config = Config { workers: 2, buffer_bytes: 1, pause: Duration::ZERO };
        let counting = Counting::new(&registry, config).unwrap();
        let workers = counting.start_workers().unwrap();
        let first = counting.pass(dir.path());
        assert_eq!(counting.pass(dir.path()), first);
        assert_eq!((first.files, first.lines, first.words, first.bytes), (1, 1, 3, 5));
        counting.end();
        workers.into_iter().for_each(|worker| worker.join().unwrap());
    }
}
