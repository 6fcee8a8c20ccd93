//! Rhai's values on their way to other environments.

use std::fmt;

use named_sync::{Atomic, Queue, Shared, WaitGroup};
use rhai::{Array, Blob, Dynamic, FnPtr, ImmutableString, Map};

use crate::adapter::{self, Handle, Unsendable, Walk};

/// A value of a script in a queue or a shared variable: it shares nothing with any other.
///
/// So a host names the types of what scripts use: `Queue<Value>`.
///
/// ```
/// use std::sync::Arc;
/// use named_sync_rhai::Value;
/// let registry = Arc::new(named_sync::Registry::new());
/// let mut engine = rhai::Engine::new();
/// named_sync_rhai::register(&mut engine, Arc::clone(&registry));
/// engine.run(r#"sync::Queue("answers").put(42)"#)?;
/// let answers = registry.queue::<Value>("answers", 0).unwrap();
/// assert_eq!(answers.get().unwrap().into_dynamic().as_int(), Ok(42));
/// # Ok::<(), Box<rhai::EvalAltResult>>(())
/// ```
#[derive(Clone)]
pub struct Value(Dynamic);

impl Value {
    pub(super) fn new(value: Dynamic) -> Self {
        Self(value)
    }

    /// The value.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # let registry = Arc::new(named_sync::Registry::new());
    /// # let mut engine = rhai::Engine::new();
    /// # named_sync_rhai::register(&mut engine, Arc::clone(&registry));
    /// engine.run(r#"sync::Shared("limit", 10)"#)?;
    /// let limit = registry.shared("limit", named_sync_rhai::Value::from(0)).unwrap();
    /// assert_eq!((*limit.get()).clone().into_dynamic().as_int(), Ok(10));
    /// # Ok::<(), Box<rhai::EvalAltResult>>(())
    /// ```
    pub fn into_dynamic(self) -> Dynamic {
        self.0
    }
}

/// For what a host puts in itself. Made of an integer; see the other implementations for texts and truth values.
impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self(value.into())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self(value.into())
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self(value.into())
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self(value.into())
    }
}

/// Any value, as it would be put by a script.
///
/// # Errors
///
/// If something in it belongs to an environment, as a function does, or it is larger than the limits that an environment
/// has by default.
impl TryFrom<Dynamic> for Value {
    type Error = Unsendable;

    fn try_from(value: Dynamic) -> Result<Self, Unsendable> {
        adapter::Value::detach(Self(value), &mut Walk::default())
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl adapter::Value for Value {
    fn detach(mut self, walk: &mut Walk) -> Result<Self, Unsendable> {
        detach(&mut self.0, walk)?;
        Ok(self)
    }

    fn is_nothing(&self) -> bool {
        self.0.is_unit()
    }
}

fn detach(value: &mut Dynamic, walk: &mut Walk) -> Result<(), Unsendable> {
    if value.is_shared() {
        // Captured by a closure: others see what it is changed to.
        *value = std::mem::take(value).flatten();
        if value.is_shared() {
            return Err(Unsendable::Type("value that is in use by another thread".to_owned()));
        }
    }
    if let Some(mut array) = value.write_lock::<Array>() {
        walk.count(0)?;
        array.shrink_to_fit();
        return walk.within(|walk| array.iter_mut().try_for_each(|item| detach(item, walk)));
    }
    if let Some(mut map) = value.write_lock::<Map>() {
        walk.count(0)?;
        return walk.within(|walk| {
            map.iter_mut().try_for_each(|(key, item)| {
                walk.count(key.len())?;
                detach(item, walk)
            })
        });
    }
    if let Some(mut blob) = value.write_lock::<Blob>() {
        blob.shrink_to_fit();
        return walk.count(blob.len());
    }
    let text = value.read_lock::<ImmutableString>().map(|text| text.as_str().to_owned());
    walk.count(text.as_ref().map_or(0, String::len))?;
    if let Some(text) = text {
        // Made anew: a text that was longer once keeps its memory.
        *value = text.into();
    }
    match of_an_environment(value) {
        Some(name) => Err(Unsendable::Type(name.to_owned())),
        None => Ok(()),
    }
}

/// What this is called, if it belongs to its environment.
fn of_an_environment(value: &Dynamic) -> Option<&'static str> {
    let is = [
        (value.is_fnptr(), "function"),
        (value.is::<FnPtr>(), "function"),
        (value.is::<Handle<Atomic>>(), "Atomic"),
        (value.is::<Handle<Shared<Value>>>(), "Shared"),
        (value.is::<Handle<WaitGroup>>(), "WaitGroup"),
        (value.is::<Handle<Queue<Value>>>(), "Queue"),
    ];
    is.into_iter().find_map(|(is, name)| is.then_some(name))
}
