//! What is kept of an exploration that takes days: one that was ended goes on from there.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The folder for them. Nothing is kept if it is not set.
const FOLDER: &str = "NAMED_SYNC_CHECKPOINTS";

/// After so many executions there is a new one: some ten seconds.
const INTERVAL: u64 = 100_000;

/// What an exploration has come to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Progress {
    /// How many executions have ended.
    pub(crate) executions: u64,
    /// The most threads that one of them had.
    pub(crate) threads: usize,
    /// Which of the expected outcomes occurred.
    pub(crate) outcomes: Vec<usize>,
}

/// Where one exploration is kept. loom writes down where it is in the tree of executions, but not what it has seen on the
/// way: a file of ours has both, so that they always are of the same moment.
#[derive(Clone)]
pub(crate) struct Checkpoint {
    ours: PathBuf,
    looms: PathBuf,
    interval: u64,
    /// Of the program, and of what it explores. Another program's path would lead somewhere else.
    fingerprint: u64,
}

impl Checkpoint {
    /// The one of this exploration, if the environment asks for them.
    pub(crate) fn from_env(exploration: &str) -> Option<Self> {
        let folder = std::env::var_os(FOLDER)?;
        Some(Self::new(Path::new(&folder), exploration, INTERVAL))
    }

    fn new(folder: &Path, exploration: &str, interval: u64) -> Self {
        let mut hasher = DefaultHasher::new();
        // What changes the core at run time makes it another program.
        let changes = ["NAMED_SYNC_FAULT", "NAMED_SYNC_MUTANT"].map(std::env::var_os);
        (program(), exploration, changes).hash(&mut hasher);
        let file = |ending: &str| {
            let name: String = exploration
                .chars()
                .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
                .collect();
            folder.join(format!("{name}.{ending}"))
        };
        Self {
            ours: file("checkpoint"),
            // Of this process alone: another one on the same folder must not come between loom's writing and our reading.
            looms: file(&format!("{}.loom", std::process::id())),
            interval,
            fingerprint: hasher.finish(),
        }
    }

    /// Tells loom where to begin, and says what was seen up to there.
    ///
    /// # Panics
    ///
    /// If what is kept is another program's.
    pub(crate) fn resume(&self, builder: &mut loom::model::Builder) -> Progress {
        builder.checkpoint_interval = self.interval.try_into().expect("a small number");
        builder.checkpoint_file = Some(self.looms.clone());
        let path = self.ours.display();
        let kept = match fs::read_to_string(&self.ours) {
            Ok(kept) => Some(kept),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => panic!("{path}: {error}"),
        };
        // Of a process of the same number that is no more. It would be taken for where to begin.
        match fs::remove_file(&self.looms) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                panic!("{}: {error}", self.looms.display())
            }
            _ => {}
        }
        let Some(kept) = kept else { return Progress::default() };
        let (fingerprint, progress, place) =
            parse(&kept).unwrap_or_else(|| panic!("{path} is no checkpoint; remove it"));
        assert_eq!(
            fingerprint, self.fingerprint,
            "{path} was made by another build of the models; remove it, and it begins anew"
        );
        self.written(fs::write(&self.looms, place));
        progress
    }

    /// To be called at the beginning of each execution, with the number of those that this process began, this one
    /// among them: keeps the progress, which is that of all before, if loom has just written down its place.
    pub(crate) fn keep(&self, begun: u64, progress: impl FnOnce() -> Progress) {
        if !begun.is_multiple_of(self.interval) {
            return;
        }
        let place = fs::read_to_string(&self.looms);
        let place = place.unwrap_or_else(|error| panic!("{}: {error}", self.looms.display()));
        let Progress { executions, threads, outcomes } = progress();
        let outcomes: String = outcomes.iter().map(|outcome| format!(" {outcome}")).collect();
        let head = format!("{:016x} {executions} {threads}{outcomes}", self.fingerprint);
        // All of it or nothing: it may be ended at any moment.
        let new = self.looms.with_extension("new");
        self.written(fs::write(&new, format!("{head}\n{place}")));
        self.written(fs::rename(&new, &self.ours));
    }

    fn written(&self, result: std::io::Result<()>) {
        result.unwrap_or_else(|error| panic!("{}: {error}", self.ours.display()));
    }
}

fn parse(kept: &str) -> Option<(u64, Progress, &str)> {
    let (head, place) = kept.split_once('\n')?;
    let mut words = head.split(' ');
    let fingerprint = u64::from_str_radix(words.next()?, 16).ok()?;
    let executions = words.next()?.parse().ok()?;
    let threads = words.next()?.parse().ok()?;
    let outcomes = words.map(|word| word.parse().ok()).collect::<Option<_>>()?;
    Some((fingerprint, Progress { executions, threads, outcomes }, place))
}

/// Changes when anything that was compiled changes.
fn program() -> u64 {
    static PROGRAM: OnceLock<u64> = OnceLock::new();
    *PROGRAM.get_or_init(|| {
        let program = std::env::current_exe().and_then(fs::read).expect("this very program");
        let mut hasher = DefaultHasher::new();
        program.hash(&mut hasher);
        hasher.finish()
    })
}

/// A folder of its own for each test.
#[cfg(test)]
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// One that keeps the state of every tenth execution, for tests of the harness.
#[cfg(test)]
pub(crate) fn every_tenth(name: &str) -> Checkpoint {
    Checkpoint::new(&folder(name), name, 10)
}

#[test]
fn what_is_kept_comes_back() {
    let checkpoint = every_tenth("what is kept");
    let progress = Progress { executions: 1234, threads: 3, outcomes: vec![2, 0] };
    fs::write(&checkpoint.looms, "a place\nof loom's").unwrap();
    checkpoint.keep(9, || panic!("loom has not written its place"));
    assert_eq!(checkpoint.resume(&mut loom::model::Builder::new()), Progress::default());
    assert!(!checkpoint.looms.exists(), "it is of no exploration that is kept");

    fs::write(&checkpoint.looms, "a place\nof loom's").unwrap();
    checkpoint.keep(20, || progress.clone());
    fs::write(&checkpoint.looms, "a later place").unwrap();
    let mut builder = loom::model::Builder::new();
    assert_eq!(checkpoint.resume(&mut builder), progress);
    assert_eq!(fs::read_to_string(&checkpoint.looms).unwrap(), "a place\nof loom's");
    assert_eq!(builder.checkpoint_file.as_ref(), Some(&checkpoint.looms));
    assert_eq!(builder.checkpoint_interval, 10);
}

#[test]
#[should_panic(expected = "was made by another build of the models")]
fn what_another_program_kept_is_refused() {
    let mut checkpoint = every_tenth("another program");
    fs::write(&checkpoint.looms, "a place").unwrap();
    checkpoint.keep(10, Progress::default);
    checkpoint.fingerprint += 1;
    checkpoint.resume(&mut loom::model::Builder::new());
}

#[test]
#[should_panic(expected = "a-folder-that-is-a-file.checkpoint: Not a directory")]
fn what_can_not_be_read_is_not_taken_for_nothing() {
    let file = folder("a folder that is a file").join("file");
    fs::write(&file, "").unwrap();
    let checkpoint = Checkpoint::new(&file, "a folder that is a file", 10);
    checkpoint.resume(&mut loom::model::Builder::new());
}

#[test]
#[should_panic(expected = "is no checkpoint; remove it")]
fn what_is_no_checkpoint_is_refused() {
    let checkpoint = every_tenth("no checkpoint");
    fs::write(&checkpoint.ours, "fe 1 two\nplace").unwrap();
    checkpoint.resume(&mut loom::model::Builder::new());
}
