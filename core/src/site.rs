//! The lines of source that an observer is told: where a primitive was made, where somebody blocks.
//!
//! Mostly they are lines of Rust, and cost nothing: the compiler passes them along. A host that runs scripts has lines
//! that the compiler knows nothing of. For such a host the line of the script is noted per thread while it works on
//! the script's behalf, and read where a line is noted down, which is on slow paths only.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::panic::Location;

use crate::sync::{RefCell, StdArc, per_thread};

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

/// On whose behalf a thread works. A copy, and no reference to what the caller has: whoever switches stacks while `f` runs,
/// as coroutines do, can have the wrong line told, and nothing worse.
struct Caller {
    /// Stays when nobody is set: the next one is mostly of the same file, and then need not be copied.
    file: String,
    line: u32,
    is_set: bool,
}

per_thread! {
    static CALLER: RefCell<Caller> = RefCell::new(Caller { file: String::new(), line: 0, is_set: false });
}

/// Calls `f` for a script, or whatever else is not Rust, that is at this line of this file.
///
/// Until `f` returns, what this thread does with primitives is told to be done there: where one is made, where
/// somebody blocks, who was refused a name, which line changed a [tracked](crate::WaitGroup::tracked) wait group.
/// A future that is polled meanwhile is told to be a blocked thread, and no task, as it is the script that waits for
/// it.
///
/// Of calls within each other the innermost counts. In destructors that run while a thread ends it may have no effect.
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
    /// However `f` ends, who was the caller before is so again.
    struct Restore {
        /// `None` if it is the same, or there was no caller.
        file: Option<String>,
        line: u32,
        is_set: bool,
    }
    impl Drop for Restore {
        #[inline]
        fn drop(&mut self) {
            with_caller(|caller| {
                (caller.line, caller.is_set) = (self.line, self.is_set);
                if let Some(file) = self.file.take() {
                    caller.file = file;
                }
            });
        }
    }

    let _restore = with_caller(|caller| {
        let mut before = Restore { file: None, line: caller.line, is_set: caller.is_set };
        if caller.file != file {
            let file = caller.replace_file(file);
            before.file = before.is_set.then_some(file);
        }
        (caller.line, caller.is_set) = (line, true);
        before
    });
    f()
}

impl Caller {
    #[cold]
    fn replace_file(&mut self, file: &str) -> String {
        std::mem::replace(&mut self.file, file.to_owned())
    }
}

/// `None` while a thread ends, and in an allocator of the host's that is called by `f`: then the lines are those of Rust.
#[inline]
fn with_caller<R>(f: impl FnOnce(&mut Caller) -> R) -> Option<R> {
    CALLER.try_with(|caller| caller.try_borrow_mut().ok().map(|mut caller| f(&mut caller))).ok()?
}

impl Site {
    /// The line on whose behalf this thread works; if there is none, the line of Rust that called us.
    pub(crate) fn of(called_from: &'static Location<'static>) -> Self {
        Self::of_script().unwrap_or(Self(Of::Rust(called_from)))
    }

    /// The line on whose behalf this thread works, if there is one.
    #[cold]
    pub(crate) fn of_script() -> Option<Self> {
        let line = with_caller(|caller| {
            caller.is_set.then(|| Line { file: caller.file.as_str().into(), line: caller.line })
        });
        Some(Self(Of::Script(StdArc::new(line??))))
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
    fn a_caller_in_another_file_gives_the_outer_one_back() {
        on_behalf_of("outer.lua", 1, || {
            on_behalf_of("inner.lua", 2, || {
                assert_eq!(here(), "inner.lua:2");
                on_behalf_of("", 3, || assert_eq!(here(), ":3"));
                assert_eq!(here(), "inner.lua:2");
            });
            assert_eq!(here(), "outer.lua:1");
        });
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
