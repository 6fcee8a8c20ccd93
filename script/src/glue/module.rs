//! The functions of the module.

use std::any::TypeId;

use rhai::{
    Array, Dynamic, Engine, FuncRegistration, INT, ImmutableString, Map, Module, NativeCallContext,
    RhaiFunc, Shared,
};

use super::arguments::Arguments;
use super::{MOST, Value, error, place};
use crate::adapter::{Environment, Failure, Method, Place, module};

pub(super) fn register(environment: &Environment, engine: &mut Engine) {
    let mut sync = Module::new();
    add(&mut sync, environment, &module::ATOMIC, |environment, at, arguments| {
        let name = arguments.text(0, || subject(&module::ATOMIC))?;
        let initial = arguments.integer(1, 0, || subject(&module::ATOMIC))?;
        environment.atomic(at, &name, initial).map(Dynamic::from)
    });
    add(&mut sync, environment, &module::SHARED, |environment, at, arguments| {
        let name = arguments.text(0, || subject(&module::SHARED))?;
        let initial = if arguments.has(1) { arguments.take(1) } else { Dynamic::UNIT };
        environment.shared(at, &name, Value::new(initial)).map(Dynamic::from)
    });
    add(&mut sync, environment, &module::WAIT_GROUP, |environment, at, arguments| {
        let name = arguments.text(0, || subject(&module::WAIT_GROUP))?;
        environment.wait_group(at, &name).map(Dynamic::from)
    });
    add(&mut sync, environment, &module::QUEUE, |environment, at, arguments| {
        let name = arguments.text(0, || subject(&module::QUEUE))?;
        let maxsize = arguments.integer(1, 0, || subject(&module::QUEUE))?;
        environment.queue::<Value>(at, &name, maxsize).map(Dynamic::from)
    });
    add(&mut sync, environment, &module::NAMES, |environment, at, _| {
        let row = |(kind, name): (named_sync::Kind, String)| {
            let row = [("kind".into(), kind.to_string().into()), ("name".into(), name.into())];
            Dynamic::from_map(Map::from_iter(row))
        };
        Ok(Dynamic::from_array(environment.names(at)?.into_iter().map(row).collect::<Array>()))
    });
    let sync = Shared::new(sync);
    engine.register_static_module("sync", Shared::clone(&sync));
    engine.register_static_module("runtime::sync", sync);
}

fn subject(function: &Method) -> String {
    format!("sync::{}", function.name)
}

fn add(
    to: &mut Module,
    environment: &Environment,
    function: &'static Method,
    call: impl Fn(&Environment, Place<'_>, &mut Arguments<'_, '_, '_>) -> Result<Dynamic, Failure>
    + Copy
    + Send
    + Sync
    + 'static,
) {
    let any = (0..=MOST).map(|number| vec![TypeId::of::<Dynamic>(); number]);
    for types in any.chain(usual_types(function)) {
        let environment = environment.clone();
        let body = move |context: Option<NativeCallContext<'_>>, values: &mut [&mut Dynamic]| {
            let context = context.expect("asked for below");
            let at = place(&context, &environment);
            let mut arguments = Arguments { context: &context, values, method: function };
            arguments
                .check_number(|| "sync".to_owned())
                .map_err(Failure::from)
                .and_then(|()| call(&environment, at, &mut arguments))
                .map_err(|failure| error(failure, context.call_position()))
        };
        let body = RhaiFunc::Pure {
            func: Shared::new(body),
            has_context: true,
            is_pure: false,
            is_volatile: true,
        };
        FuncRegistration::new(function.name).set_into_module_raw(to, types, body);
    }
}

/// Rhai looks for a function of a module by the very types of the arguments first, each time, and then by all
/// combinations of these with any type: what is called most is registered for its types as well.
fn usual_types(function: &Method) -> Vec<Vec<TypeId>> {
    let (name, integer) = (TypeId::of::<ImmutableString>(), TypeId::of::<INT>());
    match function.arity {
        (1, 1) => vec![vec![name]],
        (1, 2) => vec![vec![name], vec![name, integer]],
        _ => Vec::new(),
    }
}
