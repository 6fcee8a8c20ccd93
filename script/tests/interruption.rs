//! A blocked script is ended by its stop flag or its deadline, in each call that blocks, and leaves nothing behind.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use named_sync::Registry;
use named_sync_rhai::{Environment, Interrupted, Stop, Value, Why};
use rhai::{Engine, EvalAltResult};

/// Calls that block, each in the second line.
const BLOCKED: &[(&str, &str)] = &[
    ("empty.get()", r#"queue "empty": get"#),
    ("empty.get(60)", r#"queue "empty": get"#),
    ("full.put(2)", r#"queue "full": put"#),
    ("full.put(2, 60)", r#"queue "full": put"#),
    ("busy.wait()", r#"wait group "busy": wait"#),
    ("busy.wait(60)", r#"wait group "busy": wait"#),
];

const LIMIT: Duration = Duration::from_millis(50);

fn registry() -> Arc<Registry> {
    let registry = Arc::new(Registry::new());
    registry.queue::<Value>("empty", 0).unwrap();
    registry.queue::<Value>("full", 1).unwrap().put(Value::from(1)).unwrap();
    registry.wait_group("busy").add(1);
    registry
}

fn script(call: &str) -> String {
    format!(
        r#"let empty = sync::Queue("empty"); let full = sync::Queue("full"); let busy = sync::WaitGroup("busy");
        try {{ {call} }} catch {{ "not to be caught" }}"#
    )
}

fn run(environment: &Environment, script: &str) -> Result<(), Box<EvalAltResult>> {
    let mut engine = Engine::new();
    environment.register(&mut engine);
    engine.run(script)
}

fn interrupted(result: Result<(), Box<EvalAltResult>>) -> Interrupted {
    match *result.unwrap_err() {
        EvalAltResult::ErrorSystem(_, error) => *error.downcast().unwrap(),
        other => panic!("{other:?}"),
    }
}

fn waiters(registry: &Registry) -> usize {
    registry.inspect().iter().map(|row| row.waiters.len()).sum()
}

fn until(condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < Duration::from_secs(20));
        thread::yield_now();
    }
}

fn assert_untouched(registry: &Registry) {
    assert_eq!(waiters(registry), 0, "nobody is left in a line");
    let full = registry.queue::<Value>("full", 0).unwrap();
    assert_eq!(full.size(), 1);
    assert_eq!(full.get().unwrap().into_dynamic().as_int(), Ok(1));
    assert_eq!(registry.wait_group("busy").count(), 1);
    // A wake-up that was meant for the one who is gone would be missing here.
    let empty = registry.queue::<Value>("empty", 0).unwrap();
    thread::scope(|threads| {
        let getter = threads.spawn(|| empty.get_timeout(Duration::from_secs(20)).unwrap());
        until(|| waiters(registry) == 1);
        empty.put(Value::from(3)).unwrap();
        assert_eq!(getter.join().unwrap().into_dynamic().as_int(), Ok(3));
    });
}

/// The least time of some tries: how long it takes, and not for how long others have the processor.
fn quickest(tries: usize, mut attempt: impl FnMut() -> Duration) -> Duration {
    (0..tries).map(|_| attempt()).min().unwrap()
}

#[test]
fn a_stop_flag_ends_each_call_that_blocks_within_50_ms() {
    for (call, told) in BLOCKED {
        let took = quickest(3, || {
            let (registry, stop) = (registry(), Stop::new());
            let environment =
                Environment::new(Arc::clone(&registry)).with_stop(&stop).with_script("jobs.rhai");
            let took = thread::scope(|threads| {
                let script = threads.spawn(|| {
                    let result = run(&environment, &script(call));
                    (result, Instant::now())
                });
                until(|| waiters(&registry) == 1);
                let stopped = Instant::now();
                stop.stop();
                let (result, ended) = script.join().unwrap();
                let error = interrupted(result);
                assert_eq!((error.call.as_str(), error.why), (*told, Why::Stopped), "{call}");
                assert_eq!(
                    error.to_string(),
                    format!("{told}: interrupted at jobs.rhai:2, as the host stopped this script")
                );
                ended.duration_since(stopped)
            });
            assert_untouched(&registry);
            took
        });
        assert!(took < LIMIT, "{call} took {took:?}");
    }
}

#[test]
fn a_deadline_ends_each_call_that_blocks() {
    for (call, told) in BLOCKED {
        let took = quickest(3, || {
            let registry = registry();
            let deadline = Instant::now() + Duration::from_millis(100);
            let environment = Environment::new(Arc::clone(&registry)).with_deadline(deadline);
            let error = interrupted(run(&environment, &script(call)));
            let ended = Instant::now();
            assert_eq!((error.call.as_str(), error.why), (*told, Why::Deadline), "{call}");
            assert_untouched(&registry);
            ended.checked_duration_since(deadline).expect("not before")
        });
        assert!(took < LIMIT, "{call} took {took:?}");
    }
}

#[test]
fn a_script_that_was_stopped_can_call_nothing_more_and_one_that_calls_nothing_ends_too() {
    let stop = Stop::new();
    let environment = Environment::new(registry()).with_stop(&stop);
    stop.stop();
    let spinning = "let n = 0; loop { n += 1 }";
    for script in [r#"sync::Atomic("a")"#, spinning] {
        assert_eq!(terminated(run(&environment, script)), "the host stopped this script");
    }
    let deadline = Instant::now() + Duration::from_millis(20);
    let environment = Environment::new(registry()).with_deadline(deadline);
    assert_eq!(terminated(run(&environment, spinning)), "this script's time is over");
}

/// Why a script was ended that was not blocked.
fn terminated(result: Result<(), Box<EvalAltResult>>) -> String {
    match *result.unwrap_err() {
        EvalAltResult::ErrorTerminated(why, _) => why.to_string(),
        other => panic!("{other:?}"),
    }
}

/// Rhai wraps what a function of a script fails with, and that could be caught, but not this.
#[test]
fn no_function_around_it_makes_it_an_error_that_can_be_caught() {
    let script = r#"
        fn wait_for_all() { sync::WaitGroup("busy").wait() }
        fn wait_in_vain() { try { wait_for_all() } catch { "no" } }
        fn new_value(old) { wait_in_vain() }
        try { sync::Shared("s").update(Fn("new_value")) } catch { "no" }
    "#;
    let (registry, stop) = (registry(), Stop::new());
    let environment = Environment::new(Arc::clone(&registry)).with_stop(&stop);
    thread::scope(|threads| {
        let script = threads.spawn(|| run(&environment, script));
        until(|| waiters(&registry) == 1);
        stop.stop();
        assert_eq!(interrupted(script.join().unwrap()).place, "script:2");
    });
    assert_untouched(&registry);
}

/// A function of Rhai's wraps the error, which then can be caught. All the script gains by that is nothing: the next
/// operation ends it.
#[test]
fn what_is_caught_within_a_function_of_the_engine_ends_the_script_all_the_same() {
    let scripts = [
        r#"loop { try { eval("loop {}") } catch {} }"#,
        r#"loop { try { [1].for_each(|x| { loop {} }) } catch {} }"#,
        r#"loop { try { [1].for_each(|x| sync::WaitGroup("busy").wait()) } catch {} }"#,
        // Each function begins to count its operations anew.
        "let a = []; a.pad(1000, 0); let b = a; let c = a; a.for_each(|x| b.for_each(|y| c.for_each(|z| z + 1)))",
        "loop { try { sleep(100) } catch {} }",
        "sleep(100.5)",
    ];
    for script in scripts {
        let deadline = Instant::now() + Duration::from_millis(50);
        let environment = Environment::new(registry()).with_deadline(deadline);
        assert!(run(&environment, script).is_err(), "{script}");
        assert!(deadline.elapsed() < Duration::from_secs(10), "{script}");
    }
}

/// A host may have an `on_progress` of its own, so each call looks at the flag itself.
#[test]
fn each_call_of_a_script_that_was_stopped_fails_by_itself() {
    let calls = [
        "a.add()",
        "a.get()",
        "a.set(1)",
        "s.get()",
        "s.set(1)",
        "s.update(|v| v)",
        "w.add(1)",
        "w.done()",
        "w.count()",
        "w.wait()",
        "q.put(1)",
        "q.try_put(1)",
        "q.get()",
        "q.try_get()",
        "q.size()",
        "q.capacity()",
        "q.close()",
        "q.is_closed()",
        r#"sync::Atomic("b")"#,
        r#"sync::Shared("b", 1)"#,
        r#"sync::WaitGroup("b")"#,
        r#"sync::Queue("b")"#,
        "sync::names()",
    ];
    for call in calls {
        let stop = Stop::new();
        let mut engine = Engine::new();
        Environment::new(registry()).with_stop(&stop).register(&mut engine);
        engine.on_progress(|_| None);
        engine.register_fn("stop", move || stop.stop());
        let script = format!(
            r#"let a = sync::Atomic("a"); let s = sync::Shared("s"); let w = sync::WaitGroup("w"); let q = sync::Queue("q");
            w.add(1); q.put(1); stop(); {call}"#
        );
        let error = engine.run(&script).unwrap_err();
        let why = named_sync_rhai::interrupted(&error).map(|interrupted| interrupted.why);
        assert_eq!(why, Some(Why::Stopped), "{call}: {error}");
    }
}

#[test]
fn many_are_ended_by_one_flag() {
    let (registry, stop) = (registry(), Stop::new());
    let environment = Environment::new(Arc::clone(&registry)).with_stop(&stop);
    thread::scope(|threads| {
        let scripts: Vec<_> = BLOCKED
            .iter()
            .map(|(call, _)| threads.spawn(|| run(&environment, &script(call))))
            .collect();
        until(|| waiters(&registry) == BLOCKED.len());
        stop.stop();
        for script in scripts {
            interrupted(script.join().unwrap());
        }
    });
    assert_untouched(&registry);
}
