//! A small host: its scripts start others by `run(Fn("name"), arguments...)`, each in a thread and an environment of its own.

#![allow(dead_code, reason = "each example uses a part of it")]

use std::any::TypeId;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use named_sync::Registry;
use named_sync_rhai::Value;
use rhai::{AST, CallFnOptions, Dynamic, Engine, EvalAltResult, FnPtr, Scope};

type Answer = Result<Dynamic, Box<EvalAltResult>>;

/// With how many arguments `run` can start a function.
const ARGUMENTS: usize = 4;

#[derive(Clone, Default)]
pub(crate) struct Host {
    registry: Arc<Registry>,
    started: Arc<Mutex<Vec<JoinHandle<Answer>>>>,
}

impl Host {
    pub(crate) fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }

    /// Runs a script in this thread, as an environment of its own.
    pub(crate) fn run(&self, name: &str, source: &str) -> Answer {
        let mut ast = self.bare_engine().compile(source)?;
        ast.set_source(name);
        let ast = Arc::new(ast);
        self.engine(&ast).eval_ast(&ast)
    }

    /// Runs a script in a thread, which has the script's name.
    pub(crate) fn start(&self, name: &'static str, source: &'static str) {
        let host = self.clone();
        self.spawn(name, move || host.run(name, source));
    }

    /// Waits for all threads that were started, those by scripts as well.
    pub(crate) fn join(&self) -> Result<(), Box<EvalAltResult>> {
        loop {
            let Some(thread) = self.started.lock().unwrap().pop() else { return Ok(()) };
            let _answer = thread.join().expect("a script does not panic")?;
        }
    }

    fn spawn(&self, name: &str, run: impl FnOnce() -> Answer + Send + 'static) {
        let thread = thread::Builder::new().name(name.to_owned()).spawn(run).unwrap();
        self.started.lock().unwrap().push(thread);
    }

    /// An engine with the module `sync`.
    fn bare_engine(&self) -> Engine {
        let mut engine = Engine::new();
        named_sync_rhai::register(&mut engine, Arc::clone(&self.registry));
        engine
    }

    /// As well with `run`, which starts functions of this script.
    fn engine(&self, ast: &Arc<AST>) -> Engine {
        let mut engine = self.bare_engine();
        for number in 0..=ARGUMENTS {
            let mut types = vec![TypeId::of::<FnPtr>()];
            types.resize(1 + number, TypeId::of::<Dynamic>());
            let (host, ast) = (self.clone(), Arc::clone(ast));
            engine.register_raw_fn("run", types, move |_, values| {
                let function = values[0].clone_cast::<FnPtr>().fn_name().to_owned();
                // By value, as all that crosses.
                let mut arguments: Vec<Dynamic> = Vec::new();
                for value in &mut values[1..] {
                    let value = Value::try_from(value.take());
                    let value = value.map_err(|why| format!("run: {why:?}"))?;
                    arguments.push(value.into_dynamic());
                }
                let (inside, ast) = (host.clone(), Arc::clone(&ast));
                host.spawn(&function.clone(), move || {
                    let options = CallFnOptions::new().eval_ast(false);
                    let engine = inside.engine(&ast);
                    engine.call_fn_with_options(
                        options,
                        &mut Scope::new(),
                        &ast,
                        function,
                        arguments,
                    )
                });
                Ok(())
            });
        }
        engine
    }
}
