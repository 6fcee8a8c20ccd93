//! Every wrong call, and its exact message.

use std::sync::Arc;

use named_sync::Registry;
use named_sync_rhai::{Environment, Limits};
use rhai::{Dynamic, Engine, EvalAltResult, Position};

/// A script and what is said of it. The call that is wrong stands in the second line, at the fifth position.
const CASES: &[(&str, &str)] = &[
    // The functions of the module: how many arguments.
    ("sync::Atomic()", "sync: Atomic(name, [initial]) takes 1 to 2 arguments, and got 0"),
    (
        r#"sync::Atomic("a", 1, 2)"#,
        "sync: Atomic(name, [initial]) takes 1 to 2 arguments, and got 3",
    ),
    ("sync::Shared()", "sync: Shared(name, [initial]) takes 1 to 2 arguments, and got 0"),
    (
        r#"sync::Shared("s", 1, 2)"#,
        "sync: Shared(name, [initial]) takes 1 to 2 arguments, and got 3",
    ),
    ("sync::WaitGroup()", "sync: WaitGroup(name) takes one argument, and got 0"),
    (r#"sync::WaitGroup("w", 1)"#, "sync: WaitGroup(name) takes one argument, and got 2"),
    ("sync::Queue()", "sync: Queue(name, [maxsize]) takes 1 to 2 arguments, and got 0"),
    (r#"sync::Queue("q", 1, 2)"#, "sync: Queue(name, [maxsize]) takes 1 to 2 arguments, and got 3"),
    ("sync::names(1)", "sync: names() takes no argument, and got 1"),
    // And of which types.
    ("sync::Atomic(5)", "sync::Atomic: name must be a string, and is an i64"),
    (r#"sync::Atomic("a", "1")"#, "sync::Atomic: initial must be an integer, and is a string"),
    (r#"sync::Atomic("a", 1.5)"#, "sync::Atomic: initial must be an integer, and is a f64"),
    ("sync::Shared([], 1)", "sync::Shared: name must be a string, and is an array"),
    ("sync::WaitGroup(true)", "sync::WaitGroup: name must be a string, and is a bool"),
    ("sync::Queue(())", "sync::Queue: name must be a string, and is ()"),
    (r#"sync::Queue("q", "9")"#, "sync::Queue: maxsize must be an integer, and is a string"),
    (
        r#"sync::Queue("q", -1)"#,
        r#"queue "q": maxsize must be 0, for no bound, or more, and is -1"#,
    ),
    // Conflicts.
    (
        r#"sync::Queue("four", 5)"#,
        r#"queue "four": it has maxsize 4, not maxsize 5: ask for the same, or for 0 to take it as it is"#,
    ),
    (
        r#"sync::Queue("many", 5)"#,
        r#"queue "many": it has no bound, not maxsize 5: ask for the same, or for 0 to take it as it is"#,
    ),
    (
        r#"sync::Queue("hosts")"#,
        r#"queue "hosts": the host uses this name for values of its own type alloc::string::String: take another name"#,
    ),
    (
        r#"sync::Shared("hosts", 1)"#,
        r#"shared "hosts": the host uses this name for values of its own type i32: take another name"#,
    ),
    (
        r#"sync::Queue("new", 9223372036854775807)"#,
        r#"queue "new": maxsize 9223372036854775807 does not fit into memory"#,
    ),
    // Atomics.
    (r#"a.add("x")"#, r#"atomic "a": delta must be an integer, and is a string"#),
    ("a.add(1, 2)", r#"atomic "a": add([delta]) takes 0 to 1 arguments, and got 2"#),
    ("a.get(1)", r#"atomic "a": get() takes no argument, and got 1"#),
    ("a.set()", r#"atomic "a": set(value) takes one argument, and got 0"#),
    ("a.set(())", r#"atomic "a": value must be an integer, and is ()"#),
    // Shared variables.
    ("s.get(1)", r#"shared "s": get() takes no argument, and got 1"#),
    ("s.set()", r#"shared "s": set(value) takes one argument, and got 0"#),
    ("s.set(1, 2)", r#"shared "s": set(value) takes one argument, and got 2"#),
    ("s.update()", r#"shared "s": update(function) takes one argument, and got 0"#),
    ("s.update(5)", r#"shared "s": function must be a function, and is an i64"#),
    (
        "s.set(|| 1)",
        r#"shared "s": a function belongs to its own environment and can not be sent to others"#,
    ),
    (
        "s.set([#{q: q}])",
        r#"shared "s": a Queue belongs to its own environment and can not be sent to others"#,
    ),
    (
        "s.update(|v| a)",
        r#"shared "s": an Atomic belongs to its own environment and can not be sent to others"#,
    ),
    // Wait groups.
    (r#"w.add("x")"#, r#"wait group "w": delta must be an integer, and is a string"#),
    ("w.add(-3)", r#"wait group "w": add(-3) would take the count, which is 0, below zero"#),
    (
        "w.add(4294967296)",
        r#"wait group "w": add(4294967296) is too much for the count, which is 0"#,
    ),
    (
        "w.done()",
        r#"wait group "w": done() would take the count below zero: call add before the work begins, and done once for it"#,
    ),
    ("w.done(1)", r#"wait group "w": done() takes no argument, and got 1"#),
    ("w.count(1)", r#"wait group "w": count() takes no argument, and got 1"#),
    (r#"w.wait("x")"#, r#"wait group "w": seconds must be a number, and is a string"#),
    ("w.wait(-1)", r#"wait group "w": wait: seconds must be 0 or more, and is -1"#),
    // Queues.
    ("q.put()", r#"queue "q": put(item, [seconds]) takes 1 to 2 arguments, and got 0"#),
    ("q.put(1, 2, 3)", r#"queue "q": put(item, [seconds]) takes 1 to 2 arguments, and got 3"#),
    ("q.put(1, [])", r#"queue "q": seconds must be a number, and is an array"#),
    ("q.put(1, -0.5)", r#"queue "q": put: seconds must be 0 or more, and is -0.5"#),
    ("q.put(())", r#"queue "q": () can not be put, as it is what get gives if there is nothing"#),
    (
        "q.put(w)",
        r#"queue "q": a WaitGroup belongs to its own environment and can not be sent to others"#,
    ),
    (
        "q.try_put(())",
        r#"queue "q": () can not be put, as it is what get gives if there is nothing"#,
    ),
    ("q.try_put()", r#"queue "q": try_put(item) takes one argument, and got 0"#),
    ("q.get([])", r#"queue "q": seconds must be a number, and is an array"#),
    ("q.get(-1)", r#"queue "q": get: seconds must be 0 or more, and is -1"#),
    ("q.get(0.0/0.0)", r#"queue "q": get: seconds must be 0 or more, and is NaN"#),
    ("q.try_get(1)", r#"queue "q": try_get() takes no argument, and got 1"#),
    ("q.size(1)", r#"queue "q": size() takes no argument, and got 1"#),
    ("q.capacity(1)", r#"queue "q": capacity() takes no argument, and got 1"#),
    ("q.close(1)", r#"queue "q": close() takes no argument, and got 1"#),
    ("q.is_closed(1)", r#"queue "q": is_closed() takes no argument, and got 1"#),
    ("closed.put(1)", r#"queue "closed": put: it is closed, and takes no more items"#),
    ("closed.try_put(1)", r#"queue "closed": try_put: it is closed, and takes no more items"#),
];

/// Methods and properties that there are not, and are likely to be tried.
const LIKELY: &[(&str, &str)] = &[
    ("a.increment()", r#"atomic "a": no method "increment"; there are add, get, set"#),
    ("a.update(|n| n + 1)", r#"atomic "a": no method "update"; there are add, get, set"#),
    ("s.swap(1)", r#"shared "s": no method "swap"; there are get, set, update"#),
    ("s.add(1)", r#"shared "s": no method "add"; there are get, set, update"#),
    ("w.get()", r#"wait group "w": no method "get"; there are add, done, count, wait"#),
    (
        "q.push(1)",
        r#"queue "q": no method "push"; there are put, try_put, get, try_get, size, capacity, close, is_closed"#,
    ),
    (
        "try_recv(q)",
        r#"queue "q": no method "try_recv"; there are put, try_put, get, try_get, size, capacity, close, is_closed"#,
    ),
    ("q.size", r#"queue "q": "size" is a method, and is called with parentheses"#),
    ("w.count += 3", r#"wait group "w": "count" is a method, and is called with parentheses"#),
    ("a.value", r#"atomic "a": no property "value"; there are the methods add, get, set"#),
    (r#"s["debug"]"#, r#"shared "s": no property "debug"; there are the methods get, set, update"#),
];

/// Others, of which Rhai does not say where they are called.
const UNLIKELY: &[(&str, &str)] = &[
    ("a.fetch_and_add(1)", r#"atomic "a": no method "fetch_and_add"; there are add, get, set"#),
    ("s.replace(1)", r#"shared "s": no method "replace"; there are get, set, update"#),
    ("q.put(1, 2, 3, 4)", r#"queue "q": put(item, [seconds]) takes 1 to 2 arguments, and got 4"#),
    ("w.finish()", r#"wait group "w": no method "finish"; there are add, done, count, wait"#),
    (
        "q.append(1)",
        r#"queue "q": no method "append"; there are put, try_put, get, try_get, size, capacity, close, is_closed"#,
    ),
];

fn engine() -> Engine {
    let registry = Arc::new(Registry::new());
    registry.queue::<String>("hosts", 0).unwrap();
    registry.shared("hosts", 5).unwrap();
    let mut engine = Engine::new();
    named_sync_rhai::register(&mut engine, registry);
    engine
}

fn wrong(call: &str) -> String {
    format!(
        r#"let a = sync::Atomic("a"); let s = sync::Shared("s"); let w = sync::WaitGroup("w"); let q = sync::Queue("q"); let closed = sync::Queue("closed"); closed.close(); sync::Queue("four", 4); sync::Queue("many");
    {call};"#
    )
}

/// What a script is told, and where.
fn told(engine: &Engine, script: &str) -> (String, Position) {
    match *engine.run(script).unwrap_err() {
        EvalAltResult::ErrorRuntime(text, position) => (text.to_string(), position),
        other => panic!("{script}: {other:?}"),
    }
}

#[test]
fn every_wrong_call_is_told_what_is_wrong_with_which_primitive_and_where() {
    for (call, message) in CASES.iter().chain(LIKELY) {
        let (text, position) = told(&engine(), &wrong(call));
        assert_eq!(text, *message, "{call}");
        assert_eq!(position.line(), Some(2), "{call}");
        // Rhai's place of a method is behind the object, that of a function behind the module.
        assert!(matches!(position.position(), Some(5..=20)), "{call}: {position}");
    }
}

#[test]
fn a_method_that_there_is_not_is_answered_with_those_that_there_are() {
    for (call, message) in UNLIKELY {
        assert_eq!(told(&engine(), &wrong(call)).0, *message, "{call}");
    }
}

#[test]
fn what_a_script_defines_itself_is_no_mistake() {
    let script = r#"
        fn push(item) { this.put(item) }
        let q = sync::Queue("q");
        q.push(5);
        q.get()
    "#;
    assert_eq!(engine().eval::<i64>(script).unwrap(), 5);
}

#[test]
fn what_a_host_defines_is_no_mistake() {
    use named_sync::Queue;
    use named_sync_rhai::{Value, adapter::Handle};
    type Jobs = Handle<Queue<Value>>;

    let mut engine = engine();
    engine.register_fn("push", |queue: &mut Jobs| queue.subject());
    engine.register_fn("send", |_: Dynamic, what: Dynamic| what);
    engine.register_get("size", |queue: &mut Jobs| queue.name().to_owned());
    engine.register_get("tags", |_: &mut Jobs| vec![Dynamic::from(1), Dynamic::from(2)]);
    engine.register_fn("peek", |_: &mut Jobs| -> Result<(), Box<EvalAltResult>> {
        Err("the pool is full".into())
    });
    let q = r#"let q = sync::Queue("q"); "#;
    for (script, answer) in [
        ("q.push()", r#"queue "q""#),
        ("q.send(`a`)", "a"),
        ("send(q, `b`)", "b"),
        ("q.size", "q"),
        ("`${q.tags.len()}`", "2"),
        ("let told = ``; try { q.peek() } catch (error) { told = error } told", "the pool is full"),
    ] {
        assert_eq!(engine.eval::<String>(&format!("{q}{script}")).unwrap(), answer, "{script}");
    }
}

#[test]
fn a_mistake_can_be_caught_and_nothing_has_changed() {
    let script = r#"
        let w = sync::WaitGroup("w");
        w.add(1);
        let told = "";
        try { w.add(-2) } catch (error) { told = error }
        [told, w.count()]
    "#;
    let answer = engine().eval::<rhai::Array>(script).unwrap();
    let [told, count] = &answer[..] else { panic!() };
    assert_eq!(
        told.to_string(),
        r#"wait group "w": add(-2) would take the count, which is 1, below zero"#
    );
    assert_eq!(count.as_int(), Ok(1));
}

#[test]
fn limits_are_told_as_well() {
    let limits = Limits {
        names: Some(4),
        maxsize: Some(10),
        name_bytes: 9,
        value_bytes: 1000,
        value_depth: 3,
    };
    let registry = Arc::new(Registry::new());
    registry.queue::<named_sync_rhai::Value>("many", 0).unwrap();
    let mut engine = Engine::new();
    Environment::new(registry).with_limits(limits).register(&mut engine);
    let told = |script| told(&engine, script).0;
    let long = r#"let s = sync::Shared("s"); let t = "x"; t.pad(2000, 'x'); s.set(t)"#;
    assert_eq!(
        told(long),
        r#"shared "s": the value takes more than 1000 bytes, which is the limit"#
    );
    let deep = r#"sync::Shared("s", [[[[1]]]])"#;
    assert_eq!(
        told(deep),
        r#"shared "s": the value has arrays or maps more than 3 deep, which is the limit"#
    );
    assert_eq!(
        told(r#"sync::Queue("q", 11)"#),
        r#"queue "q": maxsize 11 is more than 10, which is the limit"#
    );
    // Without a bound of its own a queue gets the largest one, but one that is there is taken as it is.
    assert_eq!(engine.eval::<i64>(r#"sync::Queue("q").capacity()"#).unwrap(), 10);
    assert_eq!(engine.eval::<i64>(r#"sync::Queue("many").capacity()"#).unwrap(), 0);
    let long = r#"sync::Atomic("ten letters")"#;
    assert_eq!(
        told(long),
        r#"atomic "ten letters": the name is longer than 9 bytes, which is the limit"#
    );
    // What failed has no name: there is room for a fourth.
    told(r#"sync::Queue("huge", 9223372036854775807)"#);
    told(r#"sync::Shared("t", || 1)"#);
    assert_eq!(engine.eval::<i64>(r#"sync::Atomic("fourth", 3).get()"#).unwrap(), 3);
    let fifth = r#"sync::Atomic("q")"#;
    assert_eq!(
        told(fifth),
        r#"atomic "q": this environment has 4 names already, which is the limit"#
    );
    assert_eq!(engine.eval::<i64>(r#"sync::Queue("q").size()"#).unwrap(), 0);
}
