//! An atomic against its model: a plain `i64` with wrapping arithmetic.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use common::{catch, config};
use named_sync::{Atomic, Kind, State};
use proptest::collection::vec;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Op {
    Add(i64),
    Set(i64),
    Swap(i64),
    /// Of the value that is there, or of another.
    CompareExchange {
        hits: bool,
        current: i64,
        new: i64,
    },
    FetchMax(i64),
    FetchMin(i64),
    UpdateTimes(i64),
    UpdatePanics,
}

/// Small numbers and the ends, where arithmetic wraps.
fn number() -> impl Strategy<Value = i64> {
    prop_oneof![-3..=3i64, Just(i64::MIN), Just(i64::MAX), any::<i64>()]
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        number().prop_map(Op::Add),
        number().prop_map(Op::Set),
        number().prop_map(Op::Swap),
        (any::<bool>(), number(), number()).prop_map(|(hits, current, new)| Op::CompareExchange {
            hits,
            current,
            new
        }),
        number().prop_map(Op::FetchMax),
        number().prop_map(Op::FetchMin),
        number().prop_map(Op::UpdateTimes),
        Just(Op::UpdatePanics),
    ]
}

fn step(atomic: &Atomic, model: &mut i64, op: &Op) {
    let old = *model;
    match *op {
        Op::Add(delta) => {
            *model = old.wrapping_add(delta);
            assert_eq!(atomic.add(delta), *model, "the new value");
        }
        Op::Set(value) => {
            *model = value;
            atomic.set(value);
        }
        Op::Swap(value) => {
            *model = value;
            assert_eq!(atomic.swap(value), old, "the old value");
        }
        Op::CompareExchange { hits, current, new } => {
            let current = if hits { old } else { current };
            let expected = if current == old { Ok(old) } else { Err(old) };
            if expected.is_ok() {
                *model = new;
            }
            assert_eq!(atomic.compare_exchange(current, new), expected);
        }
        Op::FetchMax(value) => {
            *model = old.max(value);
            assert_eq!(atomic.fetch_max(value), old, "the old value");
        }
        Op::FetchMin(value) => {
            *model = old.min(value);
            assert_eq!(atomic.fetch_min(value), old, "the old value");
        }
        Op::UpdateTimes(factor) => {
            *model = old.wrapping_mul(factor);
            assert_eq!(atomic.update(|value| value.wrapping_mul(factor)), *model, "the new value");
        }
        Op::UpdatePanics => {
            assert!(catch(|| atomic.update(|_| panic!("in an update"))).is_err());
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_atomic_does_what_its_model_does(initial in number(), ops in vec(op(), 0..60)) {
        let atomic = Atomic::new(initial);
        let other_handle = atomic.clone();
        let mut model = initial;
        for op in &ops {
            step(&atomic, &mut model, op);
            assert_eq!(other_handle.get(), model);
            let inspection = atomic.inspect();
            assert_eq!(inspection.kind, Kind::Atomic);
            assert!(matches!(inspection.state, State::Atomic { value, .. } if value == model));
        }
    }
}
