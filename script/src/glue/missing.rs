//! What is answered to a method or a property that there is not: what there is.
//!
//! Rhai tells its hook for functions that there are not everything but where the call stands. So what is likely to be tried is
//! registered as a function, which fails.

use std::any::TypeId;

use named_sync::{Atomic, Queue, Shared, WaitGroup};
use rhai::{
    Dynamic, Engine, EvalAltResult, FuncInfo, FuncMetadata, FuncRegistration, ImmutableString,
    Module, NativeCallContext, Position,
};

use super::methods::add_for_any_values;
use super::{Value, error};
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
    engine.on_missing_function(|name, arguments, is_method_call, context| {
        // Asked for each native function that failed, whether it is missing or not: only methods are ours to answer.
        let [object, values @ ..] = arguments else { return Ok(None) };
        if !is_method_call {
            return Ok(None);
        }
        let (engine, number) = (context.engine(), values.len());
        let answer = answer::<Atomic>(engine, object, name, number)
            .or_else(|| answer::<Shared<Value>>(engine, object, name, number))
            .or_else(|| answer::<WaitGroup>(engine, object, name, number))
            .or_else(|| answer::<Queue<Value>>(engine, object, name, number));
        match answer {
            Some(mistake) => Err(error(mistake.into(), Position::NONE)),
            None => Ok(None),
        }
    });
}

fn answer<P: Operations>(
    engine: &Engine,
    object: &Dynamic,
    method: &str,
    number: usize,
) -> Option<Mistake> {
    let handle = object.read_lock::<Handle<P>>()?;
    if has_method::<P>(engine, method, number) {
        return None;
    }
    Some(match methods_of(P::KIND).iter().find(|there| there.name == method) {
        None => Mistake::unknown_method(P::KIND, handle.name(), method),
        // It is registered for as many arguments as there are, and some more.
        Some(there) => Mistake::wrong_number(&handle.subject(), there, number),
    })
}

/// Whether there is such a method, ours or the host's: then it was called, and has failed by itself.
fn has_method<P: Operations>(engine: &Engine, name: &str, number: usize) -> bool {
    let objects = [TypeId::of::<Handle<P>>(), TypeId::of::<Dynamic>()];
    let is_it = |function: FuncInfo<'_>| {
        let FuncMetadata { name: called, param_types, .. } = function.metadata;
        let is_it = called == name
            && param_types.len() == 1 + number
            && param_types.first().is_some_and(|object| objects.contains(object));
        is_it.then_some(())
    };
    !engine.collect_fn_metadata(None, is_it, false).is_empty()
}

fn add<P: Operations>(to: &mut Module) {
    for method in mistakable_for_methods_of(P::KIND) {
        add_for_any_values::<P>(to, method, move |context, object, _| {
            let at = context.call_position();
            match object.read_lock::<Handle<P>>() {
                Some(handle) => {
                    let mistake = Mistake::unknown_method(P::KIND, handle.name(), method);
                    Err(error(mistake.into(), at))
                }
                // Another thread has it just now: a closure has captured it.
                None => Err(EvalAltResult::ErrorDataRace(method.to_owned(), at).into()),
            }
        });
    }
    // No setter beside it: Rhai would give back to it what a host's own property gave. It tells where that is missing.
    FuncRegistration::new_index_getter().with_volatility(true).set_into_module(
        to,
        |context: NativeCallContext<'_>, handle: &mut Handle<P>, property: ImmutableString| {
            let mistake = Mistake::unknown_property(P::KIND, handle.name(), &property);
            Err::<Dynamic, _>(error(mistake.into(), context.call_position()))
        },
    );
}
