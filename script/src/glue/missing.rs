//! What is answered to a method that there is not: which ones there are.

use named_sync::{Atomic, Queue, Shared, WaitGroup};
use rhai::{Dynamic, Engine, Position};

use super::{MOST, Value, error};
use crate::adapter::{Handle, Mistake, Operations, methods_of};

pub(super) fn register(engine: &mut Engine) {
    #[allow(deprecated, reason = "marked so only as it may change")]
    engine.on_missing_function(|name, arguments, is_method_call, _| {
        // Asked for each native function that failed, whether it is missing or not: only methods are ours to answer.
        let [object, values @ ..] = arguments else { return Ok(None) };
        if !is_method_call {
            return Ok(None);
        }
        let number = values.len();
        let answer = answer::<Atomic>(object, name, number)
            .or_else(|| answer::<Shared<Value>>(object, name, number))
            .or_else(|| answer::<WaitGroup>(object, name, number))
            .or_else(|| answer::<Queue<Value>>(object, name, number));
        match answer {
            Some(mistake) => Err(error(mistake.into(), Position::NONE)),
            None => Ok(None),
        }
    });
}

fn answer<P: Operations>(object: &Dynamic, method: &str, number: usize) -> Option<Mistake> {
    let handle = object.read_lock::<Handle<P>>()?;
    if handle.environment().ended().is_some() {
        return None;
    }
    match methods_of(P::KIND).iter().find(|there| there.name == method) {
        None => Some(Mistake::unknown_method(P::KIND, handle.name(), method)),
        // With fewer arguments it was called, and has failed by itself.
        Some(there) if number > MOST => {
            Some(Mistake::wrong_number(&handle.subject(), there, number))
        }
        Some(_) => None,
    }
}
