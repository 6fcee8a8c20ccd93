//! One isolated user of a registry: what it can see, how much it may ask for, and what ends it.

use std::borrow::Cow;
use std::collections::HashSet;
use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use named_sync::{Kind, NameError, Registry, on_behalf_of};

use super::handles::Handle;
use super::limits::Limits;
use super::mistake::{Failure, Mistake, subject};
use super::stop::Stop;
use super::value::{Value, Walk};
use super::waiting::{Interrupted, Why, wait};

/// The registry that an environment uses: the process-wide one, or one of the host's own.
#[derive(Clone, Debug)]
pub enum RegistryRef {
    /// As [`named_sync::global`] gives it.
    Static(&'static Registry),
    /// Shared with the host.
    Arc(Arc<Registry>),
}

impl From<&'static Registry> for RegistryRef {
    fn from(registry: &'static Registry) -> Self {
        Self::Static(registry)
    }
}

impl From<Arc<Registry>> for RegistryRef {
    fn from(registry: Arc<Registry>) -> Self {
        Self::Arc(registry)
    }
}

impl std::ops::Deref for RegistryRef {
    type Target = Registry;

    fn deref(&self) -> &Registry {
        match self {
            Self::Static(registry) => registry,
            Self::Arc(registry) => registry,
        }
    }
}

/// Where in a script something is called.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The name of the script.
    pub file: &'a str,
    /// Counted from 1.
    pub line: u32,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// One isolated user of a registry, such as the scripts of one tenant.
///
/// Cheap to clone. Clones have the same limits, and count names together.
///
/// ```
/// use named_sync::Registry;
/// use named_sync_rhai::{Environment, Limits, Stop};
/// use std::sync::Arc;
///
/// let registry = Arc::new(Registry::new());
/// let stop = Stop::new();
/// let tenant = Environment::new(Arc::clone(&registry))
///     .with_prefix("tenant-7/")?
///     .with_limits(Limits { names: Some(100), ..Limits::default() })
///     .with_stop(&stop);
///
/// let mut engine = rhai::Engine::new();
/// tenant.register(&mut engine);
/// engine.run(r#"sync::Atomic("requests").add()"#)?;
/// assert_eq!(registry.atomic("tenant-7/requests", 0).get(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Environment(Arc<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    registry: RegistryRef,
    prefix: String,
    limits: Limits,
    stop: Option<Stop>,
    deadline: Option<Instant>,
    script: String,
    /// Which ones it has asked for, if their number is limited.
    names: Arc<Mutex<HashSet<(Kind, String)>>>,
}

/// A prefix with which two tenants could meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrefixError {
    prefix: String,
}

impl fmt::Display for PrefixError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { prefix } = self;
        write!(
            f,
            "the prefix {prefix:?} must be some text without a slash and then a slash, as in \"tenant-7/\": so no \
             prefix begins with another one"
        )
    }
}

impl Error for PrefixError {}

impl Environment {
    /// An environment that sees and reaches all names of the registry, has no limits but those of
    /// [`Limits::default`], and is ended by nothing.
    ///
    /// ```
    /// let environment = named_sync_rhai::Environment::new(named_sync::global());
    /// # let _ = environment;
    /// ```
    pub fn new(registry: impl Into<RegistryRef>) -> Self {
        Self(Arc::new(Inner {
            registry: registry.into(),
            prefix: String::new(),
            limits: Limits::default(),
            stop: None,
            deadline: None,
            script: "script".to_owned(),
            names: Arc::default(),
        }))
    }

    fn with(self, change: impl FnOnce(&mut Inner)) -> Self {
        let mut inner = Arc::unwrap_or_clone(self.0);
        change(&mut inner);
        Self(Arc::new(inner))
    }

    /// As this one, with this prefix before all its names, which it does not see. It neither sees nor reaches any other
    /// name. Names are counted anew.
    ///
    /// # Errors
    ///
    /// Unless the prefix ends with a slash, has no other, and has something before it. Then no prefix is the beginning
    /// of another, and whatever their names two tenants never meet.
    ///
    /// ```
    /// use named_sync_rhai::Environment;
    /// assert!(Environment::new(named_sync::global()).with_prefix("tenant-7/").is_ok());
    /// assert!(Environment::new(named_sync::global()).with_prefix("tenant").is_err());
    /// ```
    pub fn with_prefix(self, prefix: &str) -> Result<Self, PrefixError> {
        match prefix.split_once('/') {
            Some((tenant, "")) if !tenant.is_empty() => Ok(self.with(|inner| {
                inner.prefix = prefix.to_owned();
                inner.names = Arc::default();
            })),
            _ => Err(PrefixError { prefix: prefix.to_owned() }),
        }
    }

    /// As this one, with these limits.
    ///
    /// ```
    /// use named_sync_rhai::{Environment, Limits};
    /// let limits = Limits { maxsize: Some(1000), ..Limits::default() };
    /// let environment = Environment::new(named_sync::global()).with_limits(limits);
    /// # let _ = environment;
    /// ```
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        self.with(|inner| inner.limits = limits)
    }

    /// As this one, ended by this flag.
    ///
    /// ```
    /// use named_sync_rhai::{Environment, Stop};
    /// let stop = Stop::new();
    /// let environment = Environment::new(named_sync::global()).with_stop(&stop);
    /// # let _ = environment;
    /// ```
    #[must_use]
    pub fn with_stop(self, stop: &Stop) -> Self {
        self.with(|inner| inner.stop = Some(stop.clone()))
    }

    /// As this one, ended at this moment.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// let deadline = Instant::now() + Duration::from_secs(30);
    /// let environment = named_sync_rhai::Environment::new(named_sync::global()).with_deadline(deadline);
    /// # let _ = environment;
    /// ```
    #[must_use]
    pub fn with_deadline(self, deadline: Instant) -> Self {
        self.with(|inner| inner.deadline = Some(deadline))
    }

    /// As this one, with this name for scripts that the engine has no name for.
    ///
    /// ```
    /// let environment = named_sync_rhai::Environment::new(named_sync::global()).with_script("jobs.rhai");
    /// # let _ = environment;
    /// ```
    #[must_use]
    pub fn with_script(self, name: &str) -> Self {
        self.with(|inner| inner.script = name.to_owned())
    }

    /// The name for scripts that the engine has no name for.
    ///
    /// ```
    /// let environment = named_sync_rhai::Environment::new(named_sync::global()).with_script("jobs.rhai");
    /// assert_eq!(environment.script(), "jobs.rhai");
    /// ```
    pub fn script(&self) -> &str {
        &self.0.script
    }

    pub(crate) fn stop(&self) -> Option<&Stop> {
        self.0.stop.as_ref()
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.0.deadline
    }

    /// The name as the script knows it, of one in the registry.
    pub(super) fn short_name<'a>(&self, full: &'a str) -> &'a str {
        full.strip_prefix(&*self.0.prefix).unwrap_or(full)
    }

    /// Why the host has ended this environment, if it has.
    ///
    /// ```
    /// use named_sync_rhai::{Environment, Stop, Why};
    /// let stop = Stop::new();
    /// let environment = Environment::new(named_sync::global()).with_stop(&stop);
    /// assert_eq!(environment.ended(), None);
    /// stop.stop();
    /// assert_eq!(environment.ended(), Some(Why::Stopped));
    /// ```
    pub fn ended(&self) -> Option<Why> {
        if self.stop().is_some_and(Stop::is_stopped) {
            return Some(Why::Stopped);
        }
        let is_over = self.deadline().is_some_and(|deadline| deadline <= Instant::now());
        is_over.then_some(Why::Deadline)
    }

    /// Fails if the host has ended this environment.
    pub(super) fn check(
        &self,
        call: impl FnOnce() -> String,
        at: Place<'_>,
    ) -> Result<(), Failure> {
        match self.ended() {
            Some(why) => Err(interrupted(call(), at, why)),
            None => Ok(()),
        }
    }

    /// The atomic of this name.
    ///
    /// # Errors
    ///
    /// If there are too many names, or the host has ended this environment.
    pub fn atomic(
        &self,
        at: Place<'_>,
        name: &str,
        initial: i64,
    ) -> Result<Handle<named_sync::Atomic>, Failure> {
        let (name, _) = self.admit(at, Kind::Atomic, name)?;
        let atomic = on_behalf_of(at.file, at.line, || self.0.registry.atomic(&name, initial));
        Ok(Handle::new(self.clone(), atomic))
    }

    /// The wait group of this name.
    ///
    /// # Errors
    ///
    /// As of [`atomic`](Self::atomic).
    pub fn wait_group(
        &self,
        at: Place<'_>,
        name: &str,
    ) -> Result<Handle<named_sync::WaitGroup>, Failure> {
        let (name, _) = self.admit(at, Kind::WaitGroup, name)?;
        let group = on_behalf_of(at.file, at.line, || self.0.registry.wait_group(&name));
        Ok(Handle::new(self.clone(), group))
    }

    /// The shared variable of this name.
    ///
    /// # Errors
    ///
    /// As of [`atomic`](Self::atomic); if the value can not be sent; and if the host has given the name to a variable of
    /// another type.
    pub fn shared<V: Value>(
        &self,
        at: Place<'_>,
        name: &str,
        initial: V,
    ) -> Result<Handle<named_sync::Shared<V>>, Failure> {
        let initial = self.detach(Kind::Shared, name, initial)?;
        let (full, is_new) = self.admit(at, Kind::Shared, name)?;
        let found = on_behalf_of(at.file, at.line, || self.0.registry.shared(&full, initial));
        let found = self.keep(found, Kind::Shared, name, is_new);
        found
            .map(|shared| Handle::new(self.clone(), shared))
            .map_err(|error| refused(Kind::Shared, name, &error))
    }

    /// The queue of this name, with this bound if it is made, or without one if that is 0.
    ///
    /// # Errors
    ///
    /// As of [`atomic`](Self::atomic); if the bound is negative, larger than it may be, or not that of the queue; and if
    /// the host has given the name to a queue of another type.
    pub fn queue<V: Value>(
        &self,
        at: Place<'_>,
        name: &str,
        maxsize: i64,
    ) -> Result<Handle<named_sync::Queue<V>>, Failure> {
        let short = name;
        let mistake = |what: fmt::Arguments<'_>| Mistake::new(&subject(Kind::Queue, short), what);
        let Ok(bound) = usize::try_from(maxsize) else {
            return Err(mistake(format_args!(
                "maxsize must be 0, for no bound, or more, and is {maxsize}"
            ))
            .into());
        };
        if let Some(limit) = self.0.limits.maxsize
            && bound > limit
        {
            return Err(mistake(format_args!(
                "maxsize {bound} is more than {limit}, which is the limit"
            ))
            .into());
        }
        let (name, is_new) = self.admit(at, Kind::Queue, name)?;
        let registry = &self.0.registry;
        let found = on_behalf_of(at.file, at.line, || match self.0.limits.maxsize {
            // Who may not have a queue without a bound gets one with the largest; but 0 stands for any that is there.
            Some(limit) if bound == 0 => registry.queue_or_bounded(&name, limit.max(1)),
            _ => registry.queue(&name, bound),
        });
        let found = self.keep(found, Kind::Queue, short, is_new);
        found
            .map(|queue| Handle::new(self.clone(), queue))
            .map_err(|error| refused(Kind::Queue, short, &error))
    }

    /// The names that this environment can see, with their kinds, ordered by these.
    ///
    /// # Errors
    ///
    /// If the host has ended this environment.
    pub fn names(&self, at: Place<'_>) -> Result<Vec<(Kind, String)>, Failure> {
        self.check(|| "sync::names".to_owned(), at)?;
        let mut names = self.0.registry.names();
        if !self.0.prefix.is_empty() {
            names.retain_mut(|(_, name)| match name.strip_prefix(&*self.0.prefix) {
                Some(short) => {
                    *name = short.to_owned();
                    true
                }
                None => false,
            });
        }
        Ok(names)
    }

    /// Sleeps so many seconds. A number that is none, or below zero, is none at all.
    ///
    /// # Errors
    ///
    /// If the host has ended this environment.
    pub fn sleep(&self, at: Place<'_>, seconds: f64) -> Result<(), Failure> {
        let duration = Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX);
        let until = Instant::now().checked_add(duration);
        match wait(std::future::pending::<()>(), until, self.stop(), self.deadline()) {
            Ok(_) => Ok(()),
            Err(why) => Err(interrupted("sleep".to_owned(), at, why)),
        }
    }

    /// A value that crosses to other environments.
    pub(super) fn detach<V: Value>(&self, kind: Kind, name: &str, value: V) -> Result<V, Mistake> {
        value
            .detach(&mut Walk::new(self.0.limits))
            .map_err(|why| Mistake::unsendable(&subject(kind, name), &why))
    }

    /// The name in the registry, if this environment may use it, and whether it is counted from now on.
    fn admit<'a>(
        &self,
        at: Place<'_>,
        kind: Kind,
        name: &'a str,
    ) -> Result<(Cow<'a, str>, bool), Failure> {
        self.check(|| subject(kind, name), at)?;
        let longest = self.0.limits.name_bytes;
        if name.len() > longest {
            let what = format_args!("the name is longer than {longest} bytes, which is the limit");
            return Err(Mistake::new(&subject(kind, name), what).into());
        }
        let mut is_new = false;
        if let Some(limit) = self.0.limits.names {
            let mut names = self.counted();
            if !names.contains(&(kind, name.to_owned())) {
                if names.len() >= limit {
                    let what = format_args!(
                        "this environment has {limit} names already, which is the limit"
                    );
                    return Err(Mistake::new(&subject(kind, name), what).into());
                }
                is_new = names.insert((kind, name.to_owned()));
            }
        }
        let full = match &*self.0.prefix {
            "" => Cow::Borrowed(name),
            prefix => Cow::Owned([prefix, name].concat()),
        };
        Ok((full, is_new))
    }

    /// What was found. If it is nothing, its name does not count.
    fn keep<T>(
        &self,
        found: Result<T, NameError>,
        kind: Kind,
        name: &str,
        is_new: bool,
    ) -> Result<T, NameError> {
        if found.is_err() && is_new {
            self.counted().remove(&(kind, name.to_owned()));
        }
        found
    }

    fn counted(&self) -> MutexGuard<'_, HashSet<(Kind, String)>> {
        self.0.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn interrupted(call: String, at: Place<'_>, why: Why) -> Failure {
    Failure::Interrupted(Interrupted { call, place: at.to_string(), why })
}

/// The registry's own words have the full name and types of Rust in them, which are not for scripts.
fn refused(kind: Kind, name: &str, error: &NameError) -> Failure {
    let subject = subject(kind, name);
    let bound = |size: usize| match size {
        0 => "no bound".to_owned(),
        size => format!("maxsize {size}"),
    };
    match error {
        NameError::TypeMismatch { existing, .. } => Mistake::new(
            &subject,
            format_args!(
                "the host uses this name for values of its own type {existing}: take another name"
            ),
        ),
        NameError::CapacityMismatch { existing, requested, .. } => Mistake::new(
            &subject,
            format_args!(
                "it has {}, not {}: ask for the same, or for 0 to take it as it is",
                bound(*existing),
                bound(*requested)
            ),
        ),
        NameError::CapacityTooLarge { requested, .. } => {
            Mistake::new(&subject, format_args!("maxsize {requested} does not fit into memory"))
        }
        other => Mistake::new(&subject, other),
    }
    .into()
}
