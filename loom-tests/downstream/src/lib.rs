//! Workers that take jobs from a queue and leave results: an example of how a library built on named-sync checks
//! itself with loom. docs/MODEL-CHECKING-YOUR-CODE.md tells how.

mod bag;
#[cfg(all(test, loom))]
mod models;
mod sync;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use named_sync::{Closed, NameError, Queue, Registry, WaitGroup, WaitTimeout};

use crate::bag::Bag;
use crate::sync::{Arc, JoinHandle, thread};

/// Workers, the jobs that they take, and the results that they leave.
pub struct Pipeline<I, O> {
    jobs: Queue<I>,
    /// Jobs that were submitted and are not done.
    in_flight: WaitGroup,
    results: Arc<Bag<O>>,
    workers: Vec<JoinHandle<()>>,
}

impl<I: Send + 'static, O: Send + 'static> Pipeline<I, O> {
    /// Starts the workers. The registry shows what they do under this name, which no other pipeline may have.
    ///
    /// # Errors
    ///
    /// If the registry has another queue of this name.
    pub fn start(
        registry: &Registry,
        name: &str,
        workers: usize,
        work: fn(I) -> O,
    ) -> Result<Self, NameError> {
        let jobs: Queue<I> = registry.queue(name, 2 * workers)?;
        let in_flight = registry.wait_group(name);
        let results = Arc::new(Bag::new());
        let workers = (0..workers)
            .map(|_| {
                let (jobs, in_flight, results) = (jobs.clone(), in_flight.clone(), results.clone());
                thread::spawn(move || {
                    for job in &jobs {
                        // A job that panics has no result; the next one is not to blame.
                        if let Ok(result) = catch_unwind(AssertUnwindSafe(|| work(job))) {
                            results.put(result);
                        }
                        in_flight.done();
                    }
                })
            })
            .collect();
        Ok(Self { jobs, in_flight, results, workers })
    }

    /// Hands in a job; waits while too many are waiting already.
    ///
    /// # Errors
    ///
    /// After `close`, with the job.
    #[cfg(not(feature = "bug-late-count"))]
    pub fn submit(&self, job: I) -> Result<(), Closed<I>> {
        // Counted before anybody can take it: a job may be done before `put` returns.
        self.in_flight.add(1);
        let accepted = self.jobs.put(job);
        if accepted.is_err() {
            self.in_flight.done();
        }
        accepted
    }

    #[cfg(feature = "bug-late-count")]
    pub fn submit(&self, job: I) -> Result<(), Closed<I>> {
        // Counted when it is accepted, so that nothing has to be undone if it is not.
        self.jobs.put(job)?;
        self.in_flight.add(1);
        Ok(())
    }

    /// Waits until nothing is in flight, and takes the results, in no order.
    pub fn wait(&self) -> Vec<O> {
        self.in_flight.wait();
        self.results.take_all()
    }

    /// As [`wait`](Self::wait), but no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// If something was in flight all that time. What is done by then is left to the next who waits.
    pub fn wait_timeout(&self, timeout: Duration) -> Result<Vec<O>, WaitTimeout> {
        self.in_flight.wait_timeout(timeout)?;
        Ok(self.results.take_all())
    }

    /// Accepts no more jobs. Those that were accepted are done all the same.
    pub fn close(&self) {
        self.jobs.close();
    }
}

impl<I, O> Drop for Pipeline<I, O> {
    fn drop(&mut self) {
        self.jobs.close();
        for worker in self.workers.drain(..) {
            // If it panicked, it has said so.
            _ = worker.join();
        }
    }
}
