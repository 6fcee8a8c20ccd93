//! A sleep that the host can end, in the place of Rhai's, which it can not.

use std::any::TypeId;

use rhai::{Dynamic, Engine, FLOAT, INT, NativeCallContext};

use super::{error, place};
use crate::adapter::Environment;

pub(super) fn register(environment: &Environment, engine: &mut Engine) {
    for seconds in [TypeId::of::<INT>(), TypeId::of::<FLOAT>()] {
        let environment = environment.clone();
        engine.register_raw_fn(
            "sleep",
            [seconds],
            move |context: NativeCallContext<'_>, values| {
                let value: &Dynamic = values[0];
                let seconds =
                    value.as_float().or_else(|_| value.as_int().map(|seconds| seconds as FLOAT));
                let slept =
                    environment.sleep(place(&context, &environment), seconds.unwrap_or(0.0));
                slept.map_err(|failure| error(failure, context.call_position()))
            },
        );
    }
}
