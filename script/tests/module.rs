//! What scripts can do, alone and with each other.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use named_sync::{Kind, Registry};
use named_sync_rhai::{Environment, Limits, Value};
use rhai::{Array, Engine};

fn engine(registry: &Arc<Registry>) -> Engine {
    let mut engine = Engine::new();
    named_sync_rhai::register(&mut engine, Arc::clone(registry));
    engine
}

fn eval(script: &str) -> Array {
    engine(&Arc::new(Registry::new())).eval::<Array>(script).unwrap()
}

fn assert_answers(script: &str, answers: &str) {
    assert_eq!(rhai::Dynamic::from(eval(script)).to_string(), answers, "{script}");
}

#[test]
fn every_method_does_what_it_says() {
    let atomic = r#"let a = sync::Atomic("a", 5); a.set(a.get() + 1);
        [a.get(), a.add(), a.add(-7), sync::Atomic("a", 100).get(), sync::Atomic("b").get()]"#;
    assert_answers(atomic, "[6, 7, 0, 0, 0]");
    let shared = r#"let s = sync::Shared("s", #{debug: true}); let first = s.get();
        let updated = s.update(|c| { c.debug = false; c });
        s.set([s.get(), 1]);
        [first.debug, updated.debug, s.get()[0].debug, sync::Shared("t").get()]"#;
    assert_answers(shared, "[true, false, false, ()]");
    let group = r#"let w = sync::WaitGroup("w"); w.add(); w.add(2); w.done();
        let waited = [w.count(), w.wait(0), w.wait(0.01)];
        w.add(-2);
        waited + [w.wait(), w.wait(1), w.count()]"#;
    assert_answers(group, "[2, false, false, (), true, 0]");
    let queue = r#"let q = sync::Queue("q", 2);
        let first = [q.get(0), q.try_get(), q.put(1), q.put("two", 1), q.try_put(3), q.put(3, 0.01), q.size(), q.capacity()];
        let closed = [q.is_closed(), q.close(), q.close(), q.is_closed()];
        first + closed + [q.get(), q.get(1), q.get(), q.get(5), q.try_get()]"#;
    assert_answers(
        queue,
        r#"[(), (), (), true, false, false, 2, 2, false, true, false, true, 1, "two", (), (), ()]"#,
    );
}

#[test]
fn all_methods_are_bound_and_in_the_table_of_the_docs() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/SCRIPTS.md");
    let docs = std::fs::read_to_string(path).unwrap();
    let mut table = Vec::new();
    for function in named_sync_rhai::functions() {
        table.push(format!(
            "| `sync::{}({})` | {} |",
            function.name, function.arguments, function.does
        ));
    }
    for (kind, object) in [
        (Kind::Atomic, "Atomic"),
        (Kind::Shared, "Shared"),
        (Kind::WaitGroup, "WaitGroup"),
        (Kind::Queue, "Queue"),
    ] {
        for method in named_sync_rhai::methods_of(kind) {
            table.push(format!("| `{}({})` | {} |", method.name, method.arguments, method.does));
            // Each is bound: with as few arguments as there can be it does something, or finds that they are of a wrong type.
            let arguments = ["1"; 3][..method.arity.0].join(", ");
            let script = format!(
                r#"let x = sync::{object}("x"); if type_of(x) == "Queue" {{ x.put(1) }} x.{}({arguments})"#,
                method.name
            );
            if let Err(error) = engine(&Arc::new(Registry::new())).run(&script) {
                assert!(error.to_string().contains(r#" "x": "#), "{script}: {error}");
            }
            // With one argument more than there can be each says so itself: it is registered under that name.
            let arguments = vec!["1"; method.arity.1 + 1].join(", ");
            let script = format!(r#"sync::{object}("x").{}({arguments})"#, method.name);
            let error = engine(&Arc::new(Registry::new())).run(&script).unwrap_err().to_string();
            assert!(error.contains("and got"), "{script}: {error}");
        }
    }
    for line in table {
        assert!(docs.contains(&line), "docs/SCRIPTS.md lacks\n{line}");
    }
}

#[test]
fn the_module_has_two_names_and_handles_have_a_text() {
    let script = r#"let q = runtime::sync::Queue("jobs"); q.put(1); [sync::Queue("jobs").size(), `${q}`, type_of(q)]"#;
    assert_answers(script, r#"[1, "queue \"jobs\"", "Queue"]"#);
}

#[test]
fn debug_is_a_name_for_a_field_and_a_function_as_ever() {
    let printed = Arc::new(Mutex::new(String::new()));
    let mut engine = engine(&Arc::new(Registry::new()));
    let to = Arc::clone(&printed);
    engine.on_debug(move |text, _, _| to.lock().unwrap().push_str(text));
    engine.run(r#"let config = #{debug: "on"}; debug(config.debug)"#).unwrap();
    assert_eq!(*printed.lock().unwrap(), r#""on""#);
}

#[test]
fn a_value_that_was_put_is_not_what_its_putter_still_has() {
    let script = r#"
        let list = [1, [2], #{deep: [3]}];
        let q = sync::Queue("q"); let s = sync::Shared("s", list);
        q.put(list);
        let captured = list; let change = || { captured.push(9); captured[1].push(9) };
        s.set(captured);
        change.call(); list.push(4); list[2].deep.push(5);
        let seen = s.get(); seen.push(6);
        [q.get(), s.get(), list.len()]"#;
    let value = r#"[1, [2], #{"deep": [3]}]"#;
    assert_answers(script, &format!("[{value}, {value}, 4]"));
}

/// Rhai itself passes no such thing, a host may.
#[test]
fn what_is_shared_with_the_host_is_copied_as_well() {
    let mut shared = rhai::Dynamic::from(5_i64).into_shared();
    let list = rhai::Dynamic::from(vec![shared.clone()]);
    let value = Value::try_from(list).unwrap();
    *shared.write_lock::<i64>().unwrap() = 6;
    assert_eq!(value.into_dynamic().to_string(), "[5]");
}

#[test]
fn an_update_that_fails_replaces_nothing_and_its_error_comes_through() {
    let script = r#"
        let s = sync::Shared("s", 5);
        let told = ();
        try { s.update(|v| { if v == 5 { throw "no" } v }) } catch (error) { told = error }
        [told, s.get()]"#;
    assert_answers(script, r#"["no", 5]"#);
}

/// It would change, and begin anew, for ever.
#[test]
fn an_update_does_not_change_its_own_variable_in_another_way() {
    let script = r#"
        let told = [];
        for change in [|s| s.set(1), |s| s.update(|v| v)] {
            try { sync::Shared("s", 0).update(|v| { change.call(sync::Shared("s")); v }) }
            catch (error) { told += error }
        }
        sync::Shared("s").update(|v| sync::Shared("other", 5).update(|w| w + 1) + v);
        told + [sync::Shared("s").get()]"#;
    let why =
        "it is being updated by this very script: the function gives the new value as its result";
    let answers = eval(script);
    let answers: Vec<_> = answers.iter().map(ToString::to_string).collect();
    assert_eq!(
        answers,
        [
            format!(r#"shared "s": set: {why}"#),
            format!(r#"shared "s": update: {why}"#),
            "6".to_owned()
        ]
    );
}

/// Nothing that the monitor would call a problem.
#[test]
fn a_queue_that_is_there_is_taken_as_it_is_without_a_refusal() {
    let registry = Arc::new(Registry::new());
    registry.queue::<Value>("jobs", 5).unwrap();
    let mut engine = Engine::new();
    let limits = Limits { maxsize: Some(100), ..Limits::default() };
    Environment::new(Arc::clone(&registry)).with_limits(limits).register(&mut engine);
    assert_eq!(engine.eval::<i64>(r#"sync::Queue("jobs").capacity()"#).unwrap(), 5);
    assert_eq!(engine.eval::<i64>(r#"sync::Queue("new").capacity()"#).unwrap(), 100);
    assert!(registry.refusals().is_empty());
}

#[test]
fn an_error_of_a_function_of_the_host_stays_what_it_is() {
    let mut engine = engine(&Arc::new(Registry::new()));
    engine.register_fn("start", |_: rhai::Dynamic| -> Result<(), Box<rhai::EvalAltResult>> {
        Err("the pool is full".into())
    });
    let error = engine.run(r#"start(sync::Queue("jobs"))"#).unwrap_err();
    assert!(error.to_string().contains("the pool is full"), "{error}");
}

#[test]
fn names_are_listed_with_their_kinds() {
    let script = r#"
        sync::Queue("jobs"); sync::Atomic("hits"); sync::Shared("jobs"); sync::WaitGroup("all");
        sync::names().map(|row| row.kind + " " + row.name)"#;
    assert_answers(script, r#"["atomic hits", "shared jobs", "wait group all", "queue jobs"]"#);
}

/// Sixteen environments, each in a thread of its own, with ten thousand operations of each kind.
#[test]
fn sixteen_environments_lose_nothing() {
    const ENVIRONMENTS: i64 = 16;
    let registry = Arc::new(Registry::new());
    let script = r#"
        let hits = sync::Atomic("hits"); let sum = sync::Shared("sum", 0);
        let jobs = sync::Queue("jobs", 100); let done = sync::WaitGroup("done");
        let got = 0;
        for n in 0..10000 {
            hits.add();
            sum.update(|s| s + n % 3);
            if putter { jobs.put(number * 10000 + n) } else { got += jobs.get() }
        }
        done.done();
        got"#;
    registry.wait_group("done").add(ENVIRONMENTS);
    let got: i64 = thread::scope(|threads| {
        let environments: Vec<_> = (0..ENVIRONMENTS)
            .map(|number| {
                let engine = engine(&registry);
                threads.spawn(move || {
                    let mut scope = rhai::Scope::new();
                    scope.push("number", number / 2).push("putter", number % 2 == 0);
                    engine.eval_with_scope::<i64>(&mut scope, script).unwrap()
                })
            })
            .collect();
        registry.wait_group("done").wait();
        environments.into_iter().map(|environment| environment.join().unwrap()).sum()
    });
    let items = ENVIRONMENTS / 2 * 10_000;
    assert_eq!(got, items * (items - 1) / 2, "each item once");
    assert_eq!(registry.atomic("hits", 0).get(), ENVIRONMENTS * 10_000);
    let sum = registry.shared("sum", Value::from(0)).unwrap().get();
    assert_eq!((*sum).clone().into_dynamic().as_int(), Ok(ENVIRONMENTS * 9_999));
    assert_eq!(registry.queue::<Value>("jobs", 0).unwrap().size(), 0);
}

/// The observer is told the script's line and not ours, and a thread that waits, although it polls a future.
#[test]
fn who_waits_is_told_with_the_line_of_the_script() {
    let registry = Arc::new(Registry::new());
    let jobs = registry.queue::<Value>("jobs", 0).unwrap();
    let getter = {
        let engine = engine(&registry);
        let mut ast = engine.compile("let jobs = sync::Queue(\"jobs\");\nlet made = sync::Atomic(\"made\");\n\njobs.get()").unwrap();
        ast.set_source("jobs.rhai");
        thread::spawn(move || engine.eval_ast::<i64>(&ast).unwrap())
    };
    let waiter = loop {
        if let Some(waiter) = jobs.inspect().waiters.into_iter().next() {
            break waiter;
        }
        thread::sleep(Duration::from_millis(1));
    };
    assert_eq!((waiter.location.to_string().as_str(), waiter.is_task), ("jobs.rhai:4", false));
    assert_eq!(registry.atomic("made", 0).inspect().created_at.to_string(), "jobs.rhai:2");
    jobs.put(Value::from(7)).unwrap();
    assert_eq!(getter.join().unwrap(), 7);
}

#[test]
fn a_script_without_a_name_has_that_of_its_environment() {
    let registry = Arc::new(Registry::new());
    let mut engine = Engine::new();
    Environment::new(Arc::clone(&registry)).with_script("nameless.rhai").register(&mut engine);
    engine.run(r#"sync::Atomic("a")"#).unwrap();
    assert_eq!(registry.atomic("a", 0).inspect().created_at.to_string(), "nameless.rhai:1");
}
