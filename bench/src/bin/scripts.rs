//! What a call of the module `sync` costs a Rhai script, beside a call of a native function that does as little as can be,
//! or the same with the core and nothing else: no checks, no limits, no copy, no flag, no line for the monitor.
//!
//! ```text
//! cargo run --release -p named-sync-bench --bin scripts              # or with --check, --rounds N
//! ```

use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use comfy_table::Table;
use named_sync::Registry;
use named_sync_rhai::{Environment, Stop};
use rhai::{AST, Dynamic, Engine};

/// What the adapter may add to a call, over a native function that does the same with the core.
const LIMIT_NS: f64 = 150.0;

/// Rounds of a loop in a script.
const LOOPS: u32 = 20_000;

/// What a script calls a module function and a method for: to look a queue up and to put into it, and again to get.
const CALLS: f64 = 4.0;

/// What calls of the module `sync` cost scripts, beside native functions
#[derive(Parser)]
struct Arguments {
    /// How many rounds; each measures everything once
    #[arg(long, default_value_t = 15)]
    rounds: usize,
    /// Fail if the adapter adds more than 150 ns to a call
    #[arg(long)]
    check: bool,
}

/// A queue without the adapter.
#[derive(Clone)]
struct Bare(named_sync::Queue<Dynamic>);

/// A queue that does nothing.
#[derive(Clone)]
struct Nothing;

fn engine(registry: &Arc<Registry>, stop: &Stop) -> Engine {
    let mut engine = Engine::new();
    Environment::new(Arc::clone(registry)).with_stop(stop).register(&mut engine);
    // Operations are counted for whoever may be ended: here for all three, so the difference is the adapter's.
    let mut bare = rhai::Module::new();
    let names = Arc::clone(registry);
    bare.set_native_fn("Queue", move |name: rhai::ImmutableString| {
        names.queue(&name, 0).map(Bare).map_err(|error| error.to_string().into())
    });
    engine.register_static_module("bare", bare.into());
    engine.register_fn("put", |queue: &mut Bare, item: Dynamic| queue.0.put(item).is_ok());
    engine.register_fn("try_get", |queue: &mut Bare| queue.0.try_get().unwrap_or_default());
    let mut nothing = rhai::Module::new();
    nothing.set_native_fn("Queue", |_: rhai::ImmutableString| Ok(Nothing));
    engine.register_static_module("nothing", nothing.into());
    engine.register_fn("put", |_: &mut Nothing, _: Dynamic| true);
    engine.register_fn("try_get", |_: &mut Nothing| Dynamic::UNIT);
    engine
}

/// The same script over each of the modules.
fn script(engine: &Engine, module: &str, name: &str) -> AST {
    let script = format!(
        r#"for n in 0..{LOOPS} {{ {module}::Queue("{name}").put(1); {module}::Queue("{name}").try_get(); }}"#
    );
    engine.compile(script).expect("a script of ours")
}

/// How long a call took, in nanoseconds.
fn measure(engine: &Engine, script: &AST) -> f64 {
    let start = Instant::now();
    engine.run_ast(script).expect("a script of ours");
    start.elapsed().as_nanos() as f64 / f64::from(LOOPS) / CALLS
}

/// How long it takes to make an engine, in microseconds: as it is, and with the module.
fn measure_engines(registry: &Arc<Registry>) -> [f64; 2] {
    const ENGINES: u32 = 100;
    let each = |register: &dyn Fn(&mut Engine)| {
        let start = Instant::now();
        for _ in 0..ENGINES {
            register(&mut Engine::new());
        }
        start.elapsed().as_secs_f64() * 1e6 / f64::from(ENGINES)
    };
    [each(&|_| ()), each(&|engine| Environment::new(Arc::clone(registry)).register(engine))]
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// How many calls a second so many environments make together, each in a thread of its own with a queue of its own.
fn calls_a_second(registry: &Arc<Registry>, environments: usize) -> f64 {
    let ready = std::sync::Barrier::new(environments);
    let took: Vec<Duration> = thread::scope(|threads| {
        let started: Vec<_> = (0..environments)
            .map(|number| {
                let ready = &ready;
                threads.spawn(move || {
                    let engine = engine(registry, &Stop::new());
                    let script = script(&engine, "sync", &format!("scaling {number}"));
                    ready.wait();
                    let start = Instant::now();
                    for _ in 0..5 {
                        engine.run_ast(&script).expect("a script of ours");
                    }
                    start.elapsed()
                })
            })
            .collect();
        started.into_iter().map(|thread| thread.join().expect("it does not panic")).collect()
    });
    let calls = 5.0 * f64::from(LOOPS) * CALLS;
    took.into_iter().map(|took| calls / took.as_secs_f64()).sum()
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let registry = Arc::new(Registry::new());
    let engine = engine(&registry, &Stop::new());
    let scripts = ["sync", "bare", "nothing"].map(|module| script(&engine, module, module));
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let (mut rounds, mut scaling, mut engines) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..arguments.rounds.max(1) {
        rounds.push(scripts.each_ref().map(|script| measure(&engine, script)));
        scaling.push(calls_a_second(&registry, cores) / calls_a_second(&registry, 1));
        engines.push(measure_engines(&registry));
    }
    let of = |at: usize| median(rounds.iter().map(|round| round[at]).collect());
    let over = |at: usize| median(rounds.iter().map(|round| round[0] - round[at]).collect());
    let mut table = Table::new();
    table.set_header(["a call of", "ns", "the module adds, ns"]);
    table.add_row(["the module `sync`".to_owned(), format!("{:.0}", of(0)), String::new()]);
    table.add_row([
        "the core, bound by hand".to_owned(),
        format!("{:.0}", of(1)),
        format!("{:.0}", over(1)),
    ]);
    table.add_row([
        "a function that does nothing".to_owned(),
        format!("{:.0}", of(2)),
        format!("{:.0}", over(2)),
    ]);
    println!("{table}");
    let [bare, with_module] =
        [0, 1].map(|at| median(engines.iter().map(|engine| engine[at]).collect()));
    println!(
        "An engine is made in {with_module:.0} us with the module, and in {bare:.0} without it."
    );
    println!(
        "{cores} environments on {cores} cores: {:.2} times the calls of one. Medians of {} rounds.",
        median(scaling),
        rounds.len()
    );
    if arguments.check && over(1) > LIMIT_NS {
        eprintln!("the adapter adds {:.0} ns to a call, and may add {LIMIT_NS:.0}", over(1));
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
