//! Two tenants never meet, whatever their names.

use std::collections::BTreeSet;
use std::sync::Arc;

use named_sync::Registry;
use named_sync_rhai::Environment;
use proptest::prelude::*;
use rhai::{Array, Engine, Scope};

/// Names that could be taken for others: with slashes, with prefixes in them, empty, of any text.
fn name() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "[ab]{0,2}",
        Just("a/".to_owned()),
        Just("b/".to_owned()),
        Just("/".to_owned()),
        ".{0,4}"
    ];
    proptest::collection::vec(part, 0..4).prop_map(|parts| parts.concat())
}

/// Prefixes that are much alike.
fn prefix() -> impl Strategy<Value = String> {
    prop_oneof!["[ab]{1,3}", "[^/]{1,4}"].prop_map(|tenant| format!("{tenant}/"))
}

fn engine(registry: &Arc<Registry>, prefix: &str) -> Engine {
    let mut engine = Engine::new();
    let environment = Environment::new(Arc::clone(registry)).with_prefix(prefix).unwrap();
    environment.register(&mut engine);
    engine
}

/// Each of its names gets the tenant's mark in all kinds of primitives. What it sees there and in the list is returned.
fn mark_all(engine: &Engine, names: &BTreeSet<String>, mark: i64) -> (Vec<i64>, BTreeSet<String>) {
    let script = r#"
        let seen = [];
        for name in names {
            sync::Atomic(name).add(mark);
            sync::Queue(name).put(mark);
            sync::Shared(name, 0).update(|v| v + mark);
            sync::WaitGroup(name).add(mark);
        }
        for name in names {
            seen += [sync::Atomic(name).get(), sync::Shared(name).get(), sync::WaitGroup(name).count()];
            seen += [sync::Queue(name).get(), sync::Queue(name).size()];
        }
        [seen, sync::names().map(|row| row.name)]"#;
    let mut scope = Scope::new();
    let names: Array = names.iter().map(|name| name.clone().into()).collect();
    scope.push("names", names).push("mark", mark);
    let answer = engine.eval_with_scope::<Array>(&mut scope, script).unwrap();
    let [seen, listed] = <[_; 2]>::try_from(answer).unwrap();
    let seen = seen.into_typed_array::<i64>().unwrap();
    (seen, listed.into_typed_array::<String>().unwrap().into_iter().collect())
}

proptest! {
    #[test]
    fn tenants_with_any_names_neither_meet_nor_see_each_other(
        prefixes in proptest::collection::btree_set(prefix(), 2),
        first in proptest::collection::btree_set(name(), 1..5),
        second in proptest::collection::btree_set(name(), 1..5),
        hosts in name(),
    ) {
        let registry = Arc::new(Registry::new());
        registry.atomic(&hosts, 1000);
        let prefixes: Vec<_> = prefixes.into_iter().collect();
        let hosts_is = |prefix: &str| hosts.strip_prefix(prefix).map(str::to_owned);
        for (prefix, names, mark) in [(&prefixes[0], &first, 1), (&prefixes[1], &second, 10)] {
            // What the host itself gives a tenant's name is the tenant's.
            let given = hosts_is(prefix);
            let (seen, listed) = mark_all(&engine(&registry, prefix), names, mark);
            for (name, seen) in names.iter().zip(seen.chunks(5)) {
                let before = if given.as_ref() == Some(name) { 1000 } else { 0 };
                prop_assert_eq!(seen, [before + mark, mark, mark, mark, 0]);
            }
            let expected: BTreeSet<_> = names.iter().cloned().chain(given).collect();
            prop_assert_eq!(listed, expected);
        }
    }
}

#[test]
fn a_prefix_that_could_begin_another_one_is_refused() {
    for prefix in ["", "/", "tenant", "a/b/", "a//", "/a/", "a/b"] {
        let error = Environment::new(named_sync::global()).with_prefix(prefix).unwrap_err();
        assert!(error.to_string().contains(&format!("{prefix:?}")), "{error}");
    }
}
