//! The methods of the primitives.

use std::any::TypeId;

use named_sync::{Atomic, Queue, Shared, WaitGroup};
use rhai::{Dynamic, EvalAltResult, FuncRegistration, Module, NativeCallContext, RhaiFunc};

use super::arguments::Arguments;
use super::{MOST, Value, error, place};
use crate::adapter::{
    Failure, Handle, Method, Mistake, Operations, Place, SharedFailure, methods_of,
};

type Answer = Result<Dynamic, Failed>;

/// How a method failed: itself, or the script's function that it called.
enum Failed {
    Method(Failure),
    Function(Box<EvalAltResult>),
}

impl From<Mistake> for Failed {
    fn from(mistake: Mistake) -> Self {
        Self::Method(mistake.into())
    }
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        Self::Method(failure)
    }
}

pub(super) fn add_all(to: &mut Module) {
    add::<Atomic>(to, "Atomic", |handle, at, arguments| {
        let subject = || handle.subject();
        Ok(match arguments.method.name {
            "add" => handle.add(at, arguments.integer(0, 1, subject)?).map(Dynamic::from),
            "get" => handle.get(at).map(Dynamic::from),
            "set" => handle.set(at, arguments.integer(0, 0, subject)?).map(Dynamic::from),
            other => unlisted(other),
        }?)
    });
    add::<Shared<Value>>(to, "Shared", |handle, at, arguments| {
        Ok(match arguments.method.name {
            "get" => handle.get(at).map(Value::into_dynamic),
            "set" => handle.set(at, Value::new(arguments.take(0))).map(Dynamic::from),
            "update" => return update(handle, at, arguments),
            other => unlisted(other),
        }?)
    });
    add::<WaitGroup>(to, "WaitGroup", |handle, at, arguments| {
        let subject = || handle.subject();
        Ok(match arguments.method.name {
            "add" => handle.add(at, arguments.integer(0, 1, subject)?).map(Dynamic::from),
            "done" => handle.done(at).map(Dynamic::from),
            "count" => handle.count(at).map(Dynamic::from),
            "wait" => {
                let seconds = arguments.seconds(0, subject)?;
                let is_zero = handle.wait(at, seconds);
                is_zero.map(|is_zero| only_with(seconds, is_zero))
            }
            other => unlisted(other),
        }?)
    });
    add::<Queue<Value>>(to, "Queue", |handle, at, arguments| {
        let subject = || handle.subject();
        let or_nothing = |item: Option<Value>| item.map_or(Dynamic::UNIT, Value::into_dynamic);
        Ok(match arguments.method.name {
            "put" => {
                let seconds = arguments.seconds(1, subject)?;
                let is_in = handle.put(at, Value::new(arguments.take(0)), seconds);
                is_in.map(|is_in| only_with(seconds, is_in))
            }
            "try_put" => handle.try_put(at, Value::new(arguments.take(0))).map(Dynamic::from),
            "get" => {
                let seconds = arguments.seconds(0, subject)?;
                handle.get(at, seconds).map(or_nothing)
            }
            "try_get" => handle.try_get(at).map(or_nothing),
            "size" => handle.size(at).map(Dynamic::from),
            "capacity" => handle.capacity(at).map(Dynamic::from),
            "close" => handle.close(at).map(Dynamic::from),
            "is_closed" => handle.is_closed(at).map(Dynamic::from),
            other => unlisted(other),
        }?)
    });
}

/// Whether it was in time, if there was a time.
fn only_with(seconds: Option<f64>, in_time: bool) -> Dynamic {
    seconds.map_or(Dynamic::UNIT, |_| in_time.into())
}

fn unlisted(method: &str) -> ! {
    unreachable!("{method} is listed, and a test calls all that are")
}

fn update(
    handle: &Handle<Shared<Value>>,
    at: Place<'_>,
    arguments: &Arguments<'_, '_, '_>,
) -> Answer {
    let function = arguments.function(0, || handle.subject())?;
    let updated = handle.update(at, |value| {
        function
            .call_within_context::<Dynamic>(arguments.context, (value.into_dynamic(),))
            .map(Value::new)
    });
    updated.map(Value::into_dynamic).map_err(|failure| match failure {
        SharedFailure::Call(failure) => Failed::Method(failure),
        SharedFailure::Function(error) => Failed::Function(error),
    })
}

fn add<P: Operations>(
    to: &mut Module,
    type_name: &str,
    call: impl Fn(&Handle<P>, Place<'_>, &mut Arguments<'_, '_, '_>) -> Answer
    + Copy
    + Send
    + Sync
    + 'static,
) {
    to.set_custom_type::<Handle<P>>(type_name);
    for name in ["to_string", "to_debug"] {
        FuncRegistration::new(name)
            .in_global_namespace()
            .set_into_module(to, |handle: &mut Handle<P>| handle.subject());
    }
    for method in methods_of(P::KIND) {
        add_for_any_values::<P>(to, method.name, move |context, object, values| {
            call_method(context, object, values, method, call).map_err(|failed| match failed {
                Failed::Method(failure) => error(failure, context.call_position()),
                Failed::Function(error) => error,
            })
        });
    }
}

/// Adds a method for any number of values, of any types.
pub(super) fn add_for_any_values<P: Operations>(
    to: &mut Module,
    name: &str,
    method: impl Fn(
        &NativeCallContext<'_>,
        &mut Dynamic,
        &mut [&mut Dynamic],
    ) -> Result<Dynamic, Box<EvalAltResult>>
    + Copy
    + Send
    + Sync
    + 'static,
) {
    for number in 0..=MOST {
        let mut types = vec![TypeId::of::<Handle<P>>()];
        types.resize(1 + number, TypeId::of::<Dynamic>());
        let body = move |context: Option<NativeCallContext<'_>>, values: &mut [&mut Dynamic]| {
            let context = context.expect("asked for below");
            let (object, values) = values.split_first_mut().expect("a method has an object");
            method(&context, object, values)
        };
        let body = RhaiFunc::Method {
            func: rhai::Shared::new(body),
            has_context: true,
            is_pure: true,
            is_volatile: true,
        };
        FuncRegistration::new(name).in_global_namespace().set_into_module_raw(to, types, body);
    }
}

fn call_method<P: Operations>(
    context: &NativeCallContext<'_>,
    object: &mut Dynamic,
    values: &mut [&mut Dynamic],
    method: &'static Method,
    call: impl Fn(&Handle<P>, Place<'_>, &mut Arguments<'_, '_, '_>) -> Answer,
) -> Answer {
    if object.is_shared() {
        // Behind a lock, which is not to be held by a call that blocks. (Of what a script's closure has captured Rhai itself
        // holds the lock, and gives us what is behind it.)
        let mut own = object.flatten_clone();
        return call_method(context, &mut own, values, method, call);
    }
    let handle = object.read_lock::<Handle<P>>().expect("registered for this type");
    let at = place(context, handle.environment());
    let mut arguments = Arguments { context, values, method };
    arguments.check_number(|| handle.subject())?;
    call(&handle, at, &mut arguments)
}
