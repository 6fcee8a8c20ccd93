//! A host to look at that does real work: it counts files, lines, words and bytes under a directory.
//!
//! ```text
//! walker ──put──▶ "jobs" (bounded) ──get──▶ worker-1 .. worker-4
//!    │                                        │ add
//!    │ add ▶ "in flight" ◀ done ──────────────┤
//!    └ wait ───┘                              ▼
//!                     "files" "lines" "words" "bytes" "unreadable"
//! ```
//!
//! [`once`] makes one pass and returns the totals; they agree with `find DIR -type f` and `wc`. [`live`] goes
//! over the directory again and again, slowly enough to watch. [`stuck`] stages a deadlock.

mod count;
mod job;
mod stuck;
mod totals;
mod walk;

pub use count::Count;
pub use stuck::stage as stuck;
pub use totals::Totals;
pub use walk::check_dir;

use job::{Config, Counting};
use named_sync::Registry;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// How many files may wait for a worker.
const QUEUED: usize = 64;

/// How long the live demo rests between two passes.
const REST: Duration = Duration::from_secs(2);

/// Counts everything under `dir` once.
///
/// ```no_run
/// let totals = syncmon::demo::once(&named_sync::Registry::new(), std::path::Path::new("."))?;
/// println!("{} lines", totals.lines);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// If `dir` is not a directory ([`check_dir`]), the names are taken for something else in this registry, or a
/// thread cannot be started. A file that cannot be read is no error: it is named in the totals.
pub fn once(registry: &Registry, dir: &Path) -> io::Result<Totals> {
    check_dir(dir)?;
    let workers = thread::available_parallelism().map_or(2, usize::from).min(8);
    let config = Config { workers, buffer_bytes: 64 * 1024, pause: Duration::ZERO };
    let counting = Counting::new(registry, config).map_err(io::Error::other)?;
    let started = counting.start_workers()?;
    let totals = counting.pass(dir);
    counting.end();
    for worker in started {
        worker.join().map_err(|_| io::Error::other("a worker panicked"))?;
    }
    Ok(totals)
}

/// Counts everything under `dir` again and again, on threads of its own, for as long as the process runs.
///
/// # Errors
///
/// As [`once`].
pub fn live(registry: &Registry, dir: PathBuf) -> io::Result<()> {
    check_dir(&dir)?;
    // Four workers and a pause for each file: some 200 files a second, and next to no load.
    let config = Config { workers: 4, buffer_bytes: 64 * 1024, pause: Duration::from_millis(20) };
    let counting = Counting::new(registry, config).map_err(io::Error::other)?;
    let last = registry.shared("last pass", None::<Totals>).map_err(io::Error::other)?;
    counting.start_workers()?;
    thread::Builder::new().name("walker".to_owned()).spawn(move || {
        loop {
            last.set(Some(counting.pass(&dir)));
            thread::sleep(REST);
        }
    })?;
    Ok(())
}
