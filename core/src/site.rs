//! The lines of source that an observer is told: where a primitive was made, where somebody blocks.
//!
//! Mostly they are lines of Rust, and cost nothing: the compiler passes them along. A host that runs scripts has lines
//! that the compiler knows nothing of. For such a host the line of the script is noted per thread while it works on
//! the script's behalf, and read where a line is noted down, which is on slow paths only.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::panic::Location;

use crate::sync::{Cell, StdArc, per_thread};

/// A line of source: of Rust, or of a script [on whose behalf](on_behalf_of) Rust was called.
///
/// Two are equal if file and line are, whatever the column.
///
/// ```
/// let jobs = named_sync::Queue::<u8>::unbounded();
/// let site = jobs.inspect().created_at;
/// assert_eq!((site.file(), site.line()), (file!(), line!() - 2));
/// assert_eq!(site.to_string(), format!("{}:{}", file!(), line!() - 3));
/// ```
#[derive(Clone)]
pub struct Site(Of);

#[derive(Clone)]
enum Of {
    Rust(&'static Location<'static>),
    Script(StdArc<Line>),
}

struct Line {
    file: Box<str>,
    line: u32,
}

/// How many bytes of a file's name are kept, the last ones.
const FILE_LIMIT: usize = 120;

/// On whose behalf a thread works. A copy, and no reference to what the caller has: whoever switches stacks while `f` runs,
/// as coroutines do, can have the wrong line told, and nothing worse.
#[derive(Clone, Copy)]
struct Caller {
    file: [u8; FILE_LIMIT],
    length: u8,
    line: u32,
    is_set: bool,
}

impl Caller {
    const NOBODY: Self = Self { file: [0; FILE_LIMIT], length: 0, line: 0, is_set: false };

    #[inline]
    fn new(file: &str, line: u32) -> Self {
        let start = file.len().saturating_sub(FILE_LIMIT);
        let kept = &file.as_bytes()[start..];
        let mut caller = Self { length: kept.len() as u8, line, is_set: true, ..Self::NOBODY };
        caller.file[..kept.len()].copy_from_slice(kept);
        caller
    }

    /// If the name was cut within a character, without the rest of that.
    fn file(&self) -> String {
        let kept = &self.file[..usize::from(self.length)];
        let whole = kept.iter().position(|byte| byte & 0xC0 != 0x80).unwrap_or(kept.len());
        String::from_utf8_lossy(&kept[whole..]).into_owned()
    }
}

per_thread! {
    static CALLER: Cell<Caller> = Cell::new(Caller::NOBODY);
}

/// Calls `f` for a script, or whatever else is not Rust, that is at this line of this file.
///
/// Until `f` returns, what this thread does with primitives is told to be done there: where one is made, where
/// somebody blocks, who was refused a name, which line changed a [tracked](crate::WaitGroup::tracked) wait group.
/// A future that is polled meanwhile is told to be a blocked thread, and no task, as it is the script that waits for
/// it.
///
/// Of calls within each other the innermost counts. Of a file's name the last 120 bytes are told.
///
/// # Example
///
/// ```
/// use named_sync::{Registry, on_behalf_of};
///
/// let registry = Registry::new();
/// let jobs = on_behalf_of("jobs.lua", 12, || registry.queue::<u8>("jobs", 0)).unwrap();
/// assert_eq!(jobs.inspect().created_at.to_string(), "jobs.lua:12");
/// ```
#[inline]
pub fn on_behalf_of<R>(file: &str, line: u32, f: impl FnOnce() -> R) -> R {
    /// However `f` ends, what was before is again.
    struct Restore(Caller);
    impl Drop for Restore {
        fn drop(&mut self) {
            replace_caller(self.0);
        }
    }

    let _restore = Restore(replace_caller(Caller::new(file, line)));
    f()
}

/// The former one is returned. While a thread ends there may be none, and then its lines are those of Rust.
#[inline]
fn replace_caller(caller: Caller) -> Caller {
    CALLER.try_with(|current| current.replace(caller)).unwrap_or(Caller::NOBODY)
}

impl Site {
    /// The line on whose behalf this thread works; if there is none, the line of Rust that called us.
    pub(crate) fn of(called_from: &'static Location<'static>) -> Self {
        Self::of_script().unwrap_or(Self(Of::Rust(called_from)))
    }

    /// The line on whose behalf this thread works, if there is one.
    #[cold]
    pub(crate) fn of_script() -> Option<Self> {
        let caller = CALLER.try_with(Cell::get).ok().filter(|caller| caller.is_set)?;
        let line = Line { file: caller.file().into(), line: caller.line };
        Some(Self(Of::Script(StdArc::new(line))))
    }

    /// The file, as the compiler or the host names it.
    ///
    /// ```
    /// let site = named_sync::Atomic::new(0).inspect().created_at;
    /// assert_eq!(site.file(), file!());
    /// ```
    pub fn file(&self) -> &str {
        match &self.0 {
            Of::Rust(location) => location.file(),
            Of::Script(line) => &line.file,
        }
    }

    /// The line, counted from 1.
    ///
    /// ```
    /// let site = named_sync::Atomic::new(0).inspect().created_at;
    /// assert_eq!(site.line(), line!() - 1);
    /// ```
    pub fn line(&self) -> u32 {
        match &self.0 {
            Of::Rust(location) => location.line(),
            Of::Script(line) => line.line,
        }
    }

    /// The place in Rust, if it is one.
    ///
    /// ```
    /// let site = named_sync::Atomic::new(0).inspect().created_at;
    /// assert_eq!(site.rust().unwrap().column(), 12);
    /// ```
    pub fn rust(&self) -> Option<&'static Location<'static>> {
        match self.0 {
            Of::Rust(location) => Some(location),
            Of::Script(_) => None,
        }
    }

    fn key(&self) -> (&str, u32) {
        (self.file(), self.line())
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, line) = self.key();
        write!(f, "{file}:{line}")
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PartialEq for Site {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Site {}

impl PartialOrd for Site {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Site {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl Hash for Site {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

#[cfg(all(test, not(any(loom, named_sync_shuttle))))]
mod tests {
    use super::*;
    use crate::panics::caught;
    use crate::{Queue, Registry};

    const SCRIPT: &str = "jobs.lua";

    fn here() -> String {
        Site::of(Location::caller()).to_string()
    }

    #[test]
    fn the_innermost_caller_counts_and_however_it_ends_the_outer_one_is_back() {
        let rust = here();
        on_behalf_of(SCRIPT, 1, || {
            on_behalf_of(SCRIPT, 2, || assert_eq!(here(), "jobs.lua:2"));
            assert_eq!(here(), "jobs.lua:1");
            assert!(caught(|| on_behalf_of(SCRIPT, 3, || panic!("in a script"))).is_none());
            assert_eq!(here(), "jobs.lua:1");
        });
        assert_eq!(here(), rust);
    }

    #[test]
    fn of_a_long_name_the_end_is_told_and_of_characters_no_halves() {
        let told =
            |file: &str| on_behalf_of(file, 7, || Site::of_script().unwrap().file().to_owned());
        for file in ["", "a", &"x".repeat(FILE_LIMIT)] {
            assert_eq!(told(file), file);
        }
        let long = format!("{}{}", "ä".repeat(10), "é".repeat(FILE_LIMIT / 2 - 1)) + "x";
        assert_eq!(told(&long), "é".repeat(FILE_LIMIT / 2 - 1) + "x");
    }

    #[test]
    fn it_is_told_of_all_that_is_noted_down() {
        let registry = Registry::new();
        let at = |line| format!("jobs.lua:{line}");
        let group = on_behalf_of(SCRIPT, 1, || registry.tracked_wait_group("files"));
        assert_eq!(group.inspect().created_at.to_string(), at(1));
        on_behalf_of(SCRIPT, 2, || group.add(2));
        let guard = on_behalf_of(SCRIPT, 3, || group.guard());
        drop(guard);
        let sites = group.inspect().call_sites.unwrap();
        let sites: Vec<_> =
            sites.iter().map(|site| (site.location.to_string(), site.added)).collect();
        assert_eq!(sites, [(at(2), 2), (at(3), 1)], "a guard belongs to the line that made it");
        registry.queue::<u8>("jobs", 0).unwrap();
        on_behalf_of(SCRIPT, 4, || registry.queue::<u16>("jobs", 0).unwrap_err());
        assert_eq!(registry.refusals()[0].location.to_string(), at(4));
    }

    #[test]
    fn a_future_that_is_polled_within_is_a_thread_that_waits_at_that_line() {
        use std::future::Future;
        use std::pin::pin;
        use std::task::{Context, Waker};

        let jobs = Queue::<u8>::unbounded();
        let mut context = Context::from_waker(Waker::noop());
        let mut by_script = pin!(jobs.get_async());
        on_behalf_of(SCRIPT, 7, || assert!(by_script.as_mut().poll(&mut context).is_pending()));
        let mut by_task = pin!(jobs.get_async());
        assert!(by_task.as_mut().poll(&mut context).is_pending());
        let [script, task] = &jobs.inspect().waiters[..] else { panic!() };
        assert_eq!((script.is_task, script.location.to_string().as_str()), (false, "jobs.lua:7"));
        assert_eq!((task.is_task, task.location.file()), (true, file!()));
    }
}
