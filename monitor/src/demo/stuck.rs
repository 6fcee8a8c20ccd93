//! A deadlock to look at, of the kind that happens.
//!
//! ```text
//! worker-1..3    put into "results", which is full: nobody takes out before all work is done
//! coordinator    waits for "in flight" before it takes the results out: the work is not done before they are in
//! reporter-1..2  get from "report", which the coordinator would fill
//! ```

use named_sync::{Queue, Registry, WaitGroup};
use std::io;
use std::thread;

/// How many jobs there are, and how many results fit: too few, which is the mistake.
const JOBS: u32 = 12;
const RESULTS: usize = 4;

/// Starts the threads that will be stuck; they stay so for as long as the process runs.
///
/// # Errors
///
/// If the names are taken for something else in this registry, or a thread cannot be started.
pub fn stage(registry: &Registry) -> io::Result<()> {
    let jobs: Queue<u32> = registry.queue("jobs", 16).map_err(io::Error::other)?;
    let results: Queue<String> = registry.queue("results", RESULTS).map_err(io::Error::other)?;
    let report: Queue<String> = registry.queue("report", 0).map_err(io::Error::other)?;
    let in_flight = registry.tracked_wait_group("in flight");
    let finished = registry.atomic("finished", 0);
    registry
        .shared("config", format!("{JOBS} jobs, room for {RESULTS} results"))
        .map_err(io::Error::other)?;

    in_flight.add(i64::from(JOBS));
    for job in 0..JOBS {
        jobs.put(job).map_err(|_| io::Error::other("the queue \"jobs\" is closed"))?;
    }
    for number in 1..=3 {
        let (jobs, results, in_flight, finished) =
            (jobs.clone(), results.clone(), in_flight.clone(), finished.clone());
        spawn(format!("worker-{number}"), move || {
            while let Some(job) = jobs.get() {
                if results.put(format!("job {job}: {}", u64::from(job).pow(2))).is_err() {
                    return;
                }
                finished.add(1);
                in_flight.done();
            }
        })?;
    }
    let (drained, filled) = (results.clone(), report.clone());
    spawn("coordinator".to_owned(), move || coordinate(&in_flight, &drained, &filled))?;
    for number in 1..=2 {
        let report = report.clone();
        spawn(format!("reporter-{number}"), move || while report.get().is_some() {})?;
    }
    Ok(())
}

/// The mistake: waits for all of the work before it makes room for the results of it.
fn coordinate(in_flight: &WaitGroup, results: &Queue<String>, report: &Queue<String>) {
    in_flight.wait();
    for result in results.try_iter() {
        if report.put(result).is_err() {
            return;
        }
    }
}

fn spawn(name: String, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name(name).spawn(work).map(drop)
}
