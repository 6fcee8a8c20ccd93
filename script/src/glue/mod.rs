//! The binding to Rhai.
//!
//! Everything is registered for any types of arguments, and for more of them than there can be, and looks at them itself:
//! so a wrong call is told what it should be, and not that there is no such function.
//!
//! | file | what it does |
//! | --- | --- |
//! | `arguments` | Rhai's values as arguments |
//! | `module` | the functions of the module |
//! | `methods` | the methods of the primitives |
//! | `missing` | what is answered to a method or a property that there is not |
//! | `sleep` | a sleep that the host can end |
//! | `value` | Rhai's values on their way to other environments |

mod arguments;
mod methods;
mod missing;
mod module;
mod sleep;
mod value;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use rhai::{Dynamic, Engine, EvalAltResult, Module, NativeCallContext, Position, Shared, Token};

use crate::adapter::{Environment, Failure, Interrupted, Place, RegistryRef, Why};
pub use value::Value;

/// For how many arguments functions are registered: one more than any takes.
const MOST: usize = 3;

/// Words that Rhai reserves and that scripts can use here: the module's name, and what a field of a configuration is likely
/// to be called. As a function `debug` goes on to be what it was.
const IDENTIFIERS: [&str; 2] = ["sync", "debug"];

/// Gives the scripts of `engine` the module `sync`, also as `runtime::sync`, with all names of the registry.
///
/// See [`Environment::register`], which is for an environment that has less.
///
/// ```
/// let mut engine = rhai::Engine::new();
/// named_sync_rhai::register(&mut engine, named_sync::global());
/// assert_eq!(engine.eval::<i64>(r#"sync::Atomic("doc: hits").add(5)"#)?, 5);
/// # Ok::<(), Box<rhai::EvalAltResult>>(())
/// ```
pub fn register(engine: &mut Engine, registry: impl Into<RegistryRef>) {
    Environment::new(registry).register(engine);
}

impl Environment {
    /// Gives the scripts of `engine` the module `sync`, also as `runtime::sync`, as this environment.
    ///
    /// It takes the engine's hooks `on_parse_token`, as `sync` and `debug` are words that Rhai reserves;
    /// `on_missing_function`, to tell which methods there are; and, if this environment has a stop flag or a deadline, `on_progress`, to end scripts that
    /// call nothing, and puts a `sleep` that can be ended in the place of Rhai's. A host that needs one of them for itself sets it afterwards, and looks at the flag there.
    ///
    /// ```
    /// use std::sync::Arc;
    /// let registry = Arc::new(named_sync::Registry::new());
    /// let mut engine = rhai::Engine::new();
    /// named_sync_rhai::Environment::new(registry).with_prefix("a/")?.register(&mut engine);
    /// let names = engine.eval::<rhai::Array>(r#"sync::Queue("jobs", 1); sync::names()"#)?;
    /// assert_eq!(names[0].to_string(), r##"#{"kind": "queue", "name": "jobs"}"##);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn register(&self, engine: &mut Engine) {
        #[allow(deprecated, reason = "marked so only as it may change")]
        engine.on_parse_token(|token, _, _| match token {
            Token::Reserved(word) if IDENTIFIERS.contains(&word.as_str()) => {
                Token::Identifier(word)
            }
            token => token,
        });
        module::register(self, engine);
        engine.register_global_module(methods());
        missing::register(engine);
        if self.stop().is_some() || self.deadline().is_some() {
            let (environment, looks) = (self.clone(), AtomicU32::new(0));
            engine.on_progress(move |_| environment.ended_by_now(&looks).map(Dynamic::from));
            sleep::register(self, engine);
        }
    }

    /// Why a script ends that is about to do another operation, if it does.
    ///
    /// Rhai's own count of operations begins anew in each function that native code calls.
    fn ended_by_now(&self, looks: &AtomicU32) -> Option<&'static str> {
        /// A clock takes longer than an operation.
        const BETWEEN_CLOCKS: u32 = 64;
        let is_stopped = self.stop().is_some_and(|stop| stop.is_stopped());
        // Once the time was found to be over, it is looked at each time: what ended may have been caught. Relaxed: nothing
        // else is told by it.
        let look = looks.load(Ordering::Relaxed).wrapping_add(1);
        looks.store(look % BETWEEN_CLOCKS, Ordering::Relaxed);
        if !is_stopped && !look.is_multiple_of(BETWEEN_CLOCKS) {
            return None;
        }
        let ended = self.ended().map(Why::as_str);
        if ended.is_some() {
            looks.store(BETWEEN_CLOCKS - 1, Ordering::Relaxed);
        }
        ended
    }
}

/// The methods. They are the same for all environments, and hosts make an engine for each of these: so they are made once.
fn methods() -> Shared<Module> {
    static METHODS: OnceLock<Shared<Module>> = OnceLock::new();
    let methods = METHODS.get_or_init(|| {
        let mut methods = Module::new();
        methods::add_all(&mut methods);
        missing::add_all(&mut methods);
        methods.into()
    });
    Shared::clone(methods)
}

/// What the host ended, if that is why a script failed: in whatever functions the call was, an error has it inside.
///
/// ```
/// use named_sync_rhai::{Environment, Stop, interrupted};
/// let stop = Stop::new();
/// let mut engine = rhai::Engine::new();
/// Environment::new(named_sync::global()).with_stop(&stop).register(&mut engine);
/// stop.stop();
/// let error = engine.run(r#"sync::Queue("doc: empty").get()"#).unwrap_err();
/// assert!(interrupted(&error).is_none(), "it ended before it called anything: {error}");
/// ```
pub fn interrupted(error: &EvalAltResult) -> Option<&Interrupted> {
    match error.unwrap_inner() {
        EvalAltResult::ErrorSystem(_, error) => error.downcast_ref(),
        _ => None,
    }
}

/// Where a call stands.
fn place<'a>(context: &'a NativeCallContext<'_>, environment: &'a Environment) -> Place<'a> {
    let line = context.call_position().line().unwrap_or(0);
    Place {
        file: context.call_source().unwrap_or(environment.script()),
        line: u32::try_from(line).unwrap_or(u32::MAX),
    }
}

/// A failure of a call at this position, as Rhai tells it.
fn error(failure: Failure, at: Position) -> Box<EvalAltResult> {
    match failure {
        Failure::Mistake(mistake) => {
            EvalAltResult::ErrorRuntime(mistake.to_string().into(), at).into()
        }
        Failure::Interrupted(interrupted) => {
            EvalAltResult::ErrorSystem(String::new(), Box::new(interrupted)).into()
        }
    }
}
