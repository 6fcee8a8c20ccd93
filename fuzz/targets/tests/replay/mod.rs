//! A target on all of its inputs, one that hangs included.

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// An input for which nothing comes to an end for so long hangs.
const PATIENCE: Duration = Duration::from_secs(60);

type Inputs = Vec<(PathBuf, Vec<u8>)>;

/// The inputs of a target: name and bytes. There are some.
pub(crate) fn corpus(target: &str) -> Inputs {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus").join(target);
    let mut inputs: Inputs = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    inputs.sort();
    assert!(inputs.len() >= 20, "only {} inputs in {}", inputs.len(), folder.display());
    inputs
}

enum Report<R> {
    Begun(PathBuf),
    /// None if it panicked.
    Ended(PathBuf, Option<R>),
}

/// What comes of each input. So many run at the same time, on threads that nobody waits for if one hangs.
pub(crate) fn replay<R: Send + 'static>(
    target: &str,
    run: fn(&[u8]) -> R,
    at_once: usize,
) -> Vec<R> {
    let inputs = Arc::new(Mutex::new(corpus(target)));
    let (sender, reports) = channel();
    for _ in 0..at_once {
        let (inputs, sender) = (Arc::clone(&inputs), sender.clone());
        thread::spawn(move || work(&inputs, run, &sender));
    }
    drop(sender);
    let (mut running, mut results) = (BTreeSet::new(), Vec::new());
    loop {
        match reports.recv_timeout(PATIENCE) {
            Ok(Report::Begun(path)) => _ = running.insert(path),
            Ok(Report::Ended(path, Some(result))) => {
                running.remove(&path);
                results.push(result);
            }
            Ok(Report::Ended(path, None)) => panic!("{} fails", path.display()),
            Err(_) if running.is_empty() => return results,
            Err(_) => panic!("hangs: {running:?}"),
        }
    }
}

fn work<R>(inputs: &Mutex<Inputs>, run: fn(&[u8]) -> R, reports: &Sender<Report<R>>) {
    loop {
        let next = inputs.lock().unwrap().pop();
        let Some((path, data)) = next else { return };
        let _ = reports.send(Report::Begun(path.clone()));
        let result = catch_unwind(AssertUnwindSafe(|| run(&data)));
        let _ = reports.send(Report::Ended(path, result.ok()));
    }
}
