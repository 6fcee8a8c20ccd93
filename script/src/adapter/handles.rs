//! The calls that a script makes.

use std::cell::RefCell;
use std::fmt;
use std::time::{Duration, Instant};

use named_sync::{
    Atomic, Closed, Kind, Queue, Shared, TryGetError, TryPutError, WaitGroup, on_behalf_of,
};

use super::environment::{Environment, Place, interrupted};
use super::methods::Operations;
use super::mistake::{Failure, Mistake, subject};
use super::value::Value;
use super::waiting::{Waited, wait};

/// A primitive in the hands of an environment. Its methods are those that scripts call, and say what they do wrong.
///
/// ```
/// use std::sync::Arc;
/// use named_sync_rhai::adapter::{Environment, Failure, Place};
///
/// let environment = Environment::new(Arc::new(named_sync::Registry::new()));
/// let at = |line| Place { file: "jobs.lua", line };
/// let hits = environment.atomic(at(1), "hits", 0)?;
/// assert_eq!(hits.add(at(2), 5)?, 5);
///
/// let files = environment.wait_group(at(3), "files")?;
/// files.add(at(4), 1)?;
/// assert!(!files.wait(at(5), Some(0.001))?, "one is still under way");
/// let Err(Failure::Mistake(mistake)) = files.add(at(6), -2) else { panic!() };
/// assert_eq!(mistake.to_string(), r#"wait group "files": add(-2) would take the count, which is 1, below zero"#);
/// # Ok::<(), Failure>(())
/// ```
#[derive(Clone)]
pub struct Handle<P> {
    environment: Environment,
    primitive: P,
}

impl<P: Operations> fmt::Debug for Handle<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.subject())
    }
}

/// Why an update of a shared variable failed. Nothing was stored then.
#[derive(Debug)]
pub enum SharedFailure<E> {
    /// As any other call.
    Call(Failure),
    /// The script's function failed.
    Function(E),
}

impl<P: Operations> Handle<P> {
    pub(super) fn new(environment: Environment, primitive: P) -> Self {
        Self { environment, primitive }
    }

    /// The name, as the script knows it.
    pub fn name(&self) -> &str {
        self.environment.short_name(self.primitive.full_name().unwrap_or_default())
    }

    /// As messages call it: `queue "jobs"`.
    pub fn subject(&self) -> String {
        subject(P::KIND, self.name())
    }

    /// Whose it is.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    fn mistake(&self, what: impl fmt::Display) -> Failure {
        Mistake::new(&self.subject(), what).into()
    }

    /// Calls `f`, of which nobody is told where it was called: it does not wait, and calls nothing of
    /// the script or the host but the drops of values.
    fn call<R>(&self, at: Place<'_>, call: &str, f: impl FnOnce(&P) -> R) -> Result<R, Failure> {
        self.environment.check(|| format!("{}: {call}", self.subject()), at)?;
        Ok(f(&self.primitive))
    }

    /// Calls `f`, as the script's line does.
    fn call_at<R>(&self, at: Place<'_>, call: &str, f: impl FnOnce(&P) -> R) -> Result<R, Failure> {
        self.call(at, call, |primitive| on_behalf_of(at.file, at.line, || f(primitive)))
    }

    /// Waits for what `future` makes of the primitive, no longer than `seconds`.
    fn wait_at<'a, T, F: Future<Output = T> + 'a>(
        &'a self,
        at: Place<'_>,
        call: &str,
        seconds: Option<f64>,
        future: impl FnOnce(&'a P) -> F,
    ) -> Result<Waited<T>, Failure> {
        let timeout = seconds.map(|seconds| self.moment(call, seconds)).transpose()?.flatten();
        let (stop, deadline) = (self.environment.stop(), self.environment.deadline());
        let waited = on_behalf_of(at.file, at.line, || {
            wait(future(&self.primitive), timeout, stop, deadline)
        });
        waited.map_err(|why| interrupted(format!("{}: {call}", self.subject()), at, why))
    }

    /// The moment so many seconds from now; none if it is too far away to come.
    fn moment(&self, call: &str, seconds: f64) -> Result<Option<Instant>, Failure> {
        if seconds.is_nan() || seconds < 0.0 {
            return Err(
                self.mistake(format_args!("{call}: seconds must be 0 or more, and is {seconds}"))
            );
        }
        let duration = Duration::try_from_secs_f64(seconds).ok();
        Ok(duration.and_then(|duration| Instant::now().checked_add(duration)))
    }
}

impl Operations for Atomic {
    const KIND: Kind = Kind::Atomic;

    fn full_name(&self) -> Option<&str> {
        self.name()
    }
}

impl Handle<Atomic> {
    /// Adds, and gives the new value.
    ///
    /// # Errors
    ///
    /// If the host has ended the environment.
    pub fn add(&self, at: Place<'_>, delta: i64) -> Result<i64, Failure> {
        self.call(at, "add", |atomic| atomic.add(delta))
    }

    /// The value.
    ///
    /// # Errors
    ///
    /// If the host has ended the environment.
    pub fn get(&self, at: Place<'_>) -> Result<i64, Failure> {
        self.call(at, "get", Atomic::get)
    }

    /// Replaces the value.
    ///
    /// # Errors
    ///
    /// If the host has ended the environment.
    pub fn set(&self, at: Place<'_>, value: i64) -> Result<(), Failure> {
        self.call(at, "set", |atomic| atomic.set(value))
    }
}

impl<V: Value> Operations for Shared<V> {
    const KIND: Kind = Kind::Shared;

    fn full_name(&self) -> Option<&str> {
        self.name()
    }
}

impl<V: Value> Handle<Shared<V>> {
    /// A copy of the value.
    ///
    /// # Errors
    ///
    /// If the host has ended the environment.
    pub fn get(&self, at: Place<'_>) -> Result<V, Failure> {
        // Copied outside of the reading: that may take long.
        self.call(at, "get", Shared::get).map(|value| V::clone(&value))
    }

    /// Replaces the value.
    ///
    /// # Errors
    ///
    /// If the value can not be sent, or the host has ended the environment.
    pub fn set(&self, at: Place<'_>, value: V) -> Result<(), Failure> {
        self.refuse_within_update("set")?;
        let value = self.environment.detach(Kind::Shared, self.name(), value)?;
        self.call(at, "set", |shared| shared.set(value))
    }

    /// Replaces the value by what `f` makes of a copy of it, and gives a copy of that. `f` runs again if another
    /// environment was faster.
    ///
    /// # Errors
    ///
    /// If `f` fails, if what it gives can not be sent, or the host has ended the environment. Nothing is replaced then.
    pub fn update<E>(
        &self,
        at: Place<'_>,
        mut f: impl FnMut(V) -> Result<V, E>,
    ) -> Result<V, SharedFailure<E>> {
        self.refuse_within_update("update").map_err(SharedFailure::Call)?;
        let _updating = Updating::begin(self.address());
        let updated = self.call_at(at, "update", |shared| {
            shared.try_update(|value| {
                let stopped = || format!("{}: update", self.subject());
                self.environment.check(stopped, at).map_err(SharedFailure::Call)?;
                let value = f(value.clone()).map_err(SharedFailure::Function)?;
                let detached = self.environment.detach(Kind::Shared, self.name(), value);
                detached.map_err(|mistake| SharedFailure::Call(mistake.into()))
            })
        });
        let value = updated.map_err(SharedFailure::Call)??;
        Ok(V::clone(&value))
    }
}

impl<V: Value> Handle<Shared<V>> {
    /// What tells this variable from all others.
    fn address(&self) -> usize {
        self.primitive.name().unwrap_or_default().as_ptr().addr()
    }

    /// An update whose function changes the same variable would find that it was changed, and begin anew, for ever.
    fn refuse_within_update(&self, call: &str) -> Result<(), Failure> {
        match UPDATED.with_borrow(|updated| updated.contains(&self.address())) {
            true => Err(self.mistake(format_args!(
                "{call}: it is being updated by this very script: the function gives the new value as its result"
            ))),
            false => Ok(()),
        }
    }
}

thread_local! {
    /// The variables whose updates are under way on this thread.
    static UPDATED: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// An update is under way on this thread.
struct Updating;

impl Updating {
    fn begin(address: usize) -> Self {
        UPDATED.with_borrow_mut(|updated| updated.push(address));
        Self
    }
}

impl Drop for Updating {
    fn drop(&mut self) {
        UPDATED.with_borrow_mut(Vec::pop);
    }
}

impl Operations for WaitGroup {
    const KIND: Kind = Kind::WaitGroup;

    fn full_name(&self) -> Option<&str> {
        self.name()
    }
}

impl Handle<WaitGroup> {
    /// Adds to the count.
    ///
    /// # Errors
    ///
    /// If that takes it below zero, or to more than it can be, which leaves it as it is; or the host has ended the
    /// environment.
    pub fn add(&self, at: Place<'_>, delta: i64) -> Result<(), Failure> {
        let count = |group: &WaitGroup| group.count();
        let added =
            self.call_at(at, "add", |group| group.try_add(delta).map_err(|_| count(group)))?;
        added.map_err(|count| match delta {
            ..0 => self.mistake(format_args!(
                "add({delta}) would take the count, which is {count}, below zero"
            )),
            _ => self
                .mistake(format_args!("add({delta}) is too much for the count, which is {count}")),
        })
    }

    /// Takes one off the count.
    ///
    /// # Errors
    ///
    /// If the count is zero, or the host has ended the environment.
    pub fn done(&self, at: Place<'_>) -> Result<(), Failure> {
        let done = self.call_at(at, "done", |group| group.try_add(-1))?;
        done.map_err(|_| {
            self.mistake("done() would take the count below zero: call add before the work begins, and done once for it")
        })
    }

    /// The count.
    ///
    /// # Errors
    ///
    /// If the host has ended the environment.
    pub fn count(&self, at: Place<'_>) -> Result<i64, Failure> {
        self.call(at, "count", |group| i64::from(group.count()))
    }

    /// Waits until the count is zero, no longer than `seconds`, and gives whether it was.
    ///
    /// # Errors
    ///
    /// If `seconds` is negative, or the host has ended the environment.
    pub fn wait(&self, at: Place<'_>, seconds: Option<f64>) -> Result<bool, Failure> {
        let waited = self.wait_at(at, "wait", seconds, WaitGroup::wait_async)?;
        Ok(matches!(waited, Waited::Done(())))
    }
}

impl<V: Value> Operations for Queue<V> {
    const KIND: Kind = Kind::Queue;

    fn full_name(&self) -> Option<&str> {
        self.name()
    }
}

impl<V: Value> Handle<Queue<V>> {
    /// The item as others get it.
    fn item(&self, item: V) -> Result<V, Failure> {
        if item.is_nothing() {
            return Err(
                self.mistake("() can not be put, as it is what get gives if there is nothing")
            );
        }
        Ok(self.environment.detach(Kind::Queue, self.name(), item)?)
    }

    fn closed(&self, call: &str) -> Failure {
        self.mistake(format_args!("{call}: it is closed, and takes no more items"))
    }

    /// Puts the item in, waiting no longer than `seconds` while the queue is full, and gives whether it is in.
    ///
    /// # Errors
    ///
    /// If the queue is closed, the item can not be sent, `seconds` is negative, or the host has ended the environment.
    pub fn put(&self, at: Place<'_>, item: V, seconds: Option<f64>) -> Result<bool, Failure> {
        if let Some(seconds) = seconds {
            self.moment("put", seconds)?;
        }
        let item = self.item(item)?;
        let item = match self.call(at, "put", |queue| queue.try_put(item))? {
            Ok(()) => return Ok(true),
            Err(TryPutError::Closed(_)) => return Err(self.closed("put")),
            Err(TryPutError::Full(item)) => item,
        };
        match self.wait_at(at, "put", seconds, |queue| queue.put_async(item))? {
            Waited::Done(Ok(())) => Ok(true),
            Waited::Done(Err(Closed(_))) => Err(self.closed("put")),
            Waited::TimedOut => Ok(false),
        }
    }

    /// Puts the item in, unless the queue is full, and gives whether it is in.
    ///
    /// # Errors
    ///
    /// As of [`put`](Self::put).
    pub fn try_put(&self, at: Place<'_>, item: V) -> Result<bool, Failure> {
        let item = self.item(item)?;
        match self.call(at, "try_put", |queue| queue.try_put(item))? {
            Ok(()) => Ok(true),
            Err(TryPutError::Full(_)) => Ok(false),
            Err(TryPutError::Closed(_)) => Err(self.closed("try_put")),
        }
    }

    /// Takes the first item out, waiting no longer than `seconds` while there is none.
    ///
    /// # Errors
    ///
    /// If `seconds` is negative, or the host has ended the environment.
    pub fn get(&self, at: Place<'_>, seconds: Option<f64>) -> Result<Option<V>, Failure> {
        if let Some(seconds) = seconds {
            self.moment("get", seconds)?;
        }
        match self.call(at, "get", Queue::try_get)? {
            Ok(item) => return Ok(Some(item)),
            Err(TryGetError::Closed) => return Ok(None),
            Err(TryGetError::Empty) => {}
        }
        match self.wait_at(at, "get", seconds, Queue::get_async)? {
            Waited::Done(item) => Ok(item),
            Waited::TimedOut => Ok(None),
        }
    }

    /// Takes the first item out, if there is one.
    ///
    /// # Errors
    ///
    /// If the host has ended the environment.
    pub fn try_get(&self, at: Place<'_>) -> Result<Option<V>, Failure> {
        self.call(at, "try_get", |queue| queue.try_get().ok())
    }

    /// How many items there are.
    ///
    /// # Errors
    ///
    /// If the host has ended the environment.
    pub fn size(&self, at: Place<'_>) -> Result<i64, Failure> {
        self.call(at, "size", |queue| signed(queue.size()))
    }

    /// The bound, or 0 if there is none.
    ///
    /// # Errors
    ///
    /// If the host has ended the environment.
    pub fn capacity(&self, at: Place<'_>) -> Result<i64, Failure> {
        self.call(at, "capacity", |queue| signed(queue.capacity().unwrap_or(0)))
    }

    /// Closes it, and gives whether this call did.
    ///
    /// # Errors
    ///
    /// If the host has ended the environment.
    pub fn close(&self, at: Place<'_>) -> Result<bool, Failure> {
        self.call(at, "close", Queue::close)
    }

    /// Whether it was closed.
    ///
    /// # Errors
    ///
    /// If the host has ended the environment.
    pub fn is_closed(&self, at: Place<'_>) -> Result<bool, Failure> {
        self.call(at, "is_closed", Queue::is_closed)
    }
}

fn signed(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}
