//! What is answered to a method that there is not: which ones there are.

use named_sync::{Atomic, Queue, Shared, WaitGroup};
use rhai::{Dynamic, Engine, Position};

use super::{Value, error};
use crate::adapter::{Handle, Mistake, Operations, methods_of};

pub(super) fn register(engine: &mut Engine) {
    #[allow(deprecated, reason = "marked so only as it may change")]
    engine.on_missing_function(|name, arguments, _, _| {
        let Some(object) = arguments.first() else { return Ok(None) };
        let answer = answer::<Atomic>(object, name)
            .or_else(|| answer::<Shared<Value>>(object, name))
            .or_else(|| answer::<WaitGroup>(object, name))
            .or_else(|| answer::<Queue<Value>>(object, name));
        match answer {
            Some(mistake) => Err(error(mistake.into(), Position::NONE)),
            // Also asked when a method failed: that stays as it is.
            None => Ok(None),
        }
    });
}

fn answer<P: Operations>(object: &Dynamic, method: &str) -> Option<Mistake> {
    let handle = object.read_lock::<Handle<P>>()?;
    let is_there = methods_of(P::KIND).iter().any(|there| there.name == method);
    (!is_there).then(|| Mistake::unknown_method(P::KIND, handle.name(), method))
}
