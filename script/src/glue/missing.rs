//! What is answered to a method or a property that there is not: what there is.
//!
//! Rhai tells its hook for functions that there are not everything but where the call stands. So what is likely to be tried is
//! registered as a function, which fails.

use named_sync::{Atomic, Queue, Shared, WaitGroup};
use rhai::{
    Dynamic, Engine, EvalAltResult, FuncRegistration, ImmutableString, Module, NativeCallContext,
    Position,
};

use super::methods::add_for_any_values;
use super::{MOST, Value, error};
use crate::adapter::{Handle, Mistake, Operations, methods_of, mistakable_for_methods_of};

/// Adds what is likely to be tried.
pub(super) fn add_all(to: &mut Module) {
    add::<Atomic>(to);
    add::<Shared<Value>>(to);
    add::<WaitGroup>(to);
    add::<Queue<Value>>(to);
}

/// Answers to what else is tried.
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
        // It is registered below, and has failed by itself.
        None if number <= MOST && mistakable_for_methods_of(P::KIND).any(|name| name == method) => {
            None
        }
        None => Some(Mistake::unknown_method(P::KIND, handle.name(), method)),
        // With fewer arguments it was called, and has failed by itself.
        Some(there) if number > MOST => {
            Some(Mistake::wrong_number(&handle.subject(), there, number))
        }
        Some(_) => None,
    }
}

fn add<P: Operations>(to: &mut Module) {
    for method in mistakable_for_methods_of(P::KIND) {
        add_for_any_values::<P>(to, method, move |context, object, _| {
            let handle = object.read_lock::<Handle<P>>().expect("registered for this type");
            let mistake = Mistake::unknown_method(P::KIND, handle.name(), method);
            Err(error(mistake.into(), context.call_position()))
        });
    }
    fn unknown<P: Operations, R>(
        context: &NativeCallContext<'_>,
        handle: &Handle<P>,
        property: &str,
    ) -> Result<R, Box<EvalAltResult>> {
        let mistake = Mistake::unknown_property(P::KIND, handle.name(), property);
        Err(error(mistake.into(), context.call_position()))
    }
    FuncRegistration::new_index_getter().with_volatility(true).set_into_module(
        to,
        |context: NativeCallContext<'_>, handle: &mut Handle<P>, property: ImmutableString| {
            unknown::<P, Dynamic>(&context, handle, &property)
        },
    );
    FuncRegistration::new_index_setter().with_volatility(true).set_into_module(
        to,
        |context: NativeCallContext<'_>,
         handle: &mut Handle<P>,
         property: ImmutableString,
         _: Dynamic| unknown::<P, ()>(&context, handle, &property),
    );
}
