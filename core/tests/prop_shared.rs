//! A shared variable against its model: the current value and how often it was replaced. Whatever was
//! read stays what it was, and every value is dropped once.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use std::sync::Arc;

use common::{Ledger, Tracked, catch, config};
use named_sync::{Shared, State};
use proptest::collection::vec;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Op {
    Set,
    Swap,
    Update,
    UpdatePanics,
    /// An update whose closure stores another value first, `times` times: it runs again each time.
    UpdateUnderContention {
        times: usize,
    },
    /// Get, and keep what was got until a `LetGo`.
    Keep,
    LetGo {
        index: usize,
    },
    /// Read while the value that is read is replaced, and read again in there.
    ReplaceWhileReading,
    ReadPanics,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        Just(Op::Set),
        Just(Op::Swap),
        Just(Op::Update),
        Just(Op::UpdatePanics),
        (0..4usize).prop_map(|times| Op::UpdateUnderContention { times }),
        Just(Op::Keep),
        (0..4usize).prop_map(|index| Op::LetGo { index }),
        Just(Op::ReplaceWhileReading),
        Just(Op::ReadPanics),
    ]
}

struct Run {
    shared: Shared<Tracked>,
    ledger: Arc<Ledger>,
    /// How many payloads were made: the number of the newest.
    made: usize,
    current: usize,
    version: u64,
    kept: Vec<(usize, Arc<Tracked>)>,
}

impl Run {
    fn payload(&mut self) -> Tracked {
        self.made += 1;
        self.ledger.payload(0, self.made)
    }

    fn stored(&mut self) {
        self.current = self.made;
        self.version += 1;
    }

    fn step(&mut self, op: &Op) {
        let shared = self.shared.clone();
        let old = self.current;
        match *op {
            Op::Set => {
                shared.set(self.payload());
                self.stored();
            }
            Op::Swap => {
                assert_eq!(shared.swap(self.payload()).sequence, old, "the old value");
                self.stored();
            }
            Op::Update => {
                let new = shared.update(|seen| {
                    assert_eq!(seen.sequence, old);
                    self.payload()
                });
                self.stored();
                assert_eq!(new.sequence, self.current, "the new value");
            }
            Op::UpdatePanics => {
                let result = catch(|| {
                    shared.update(|_| {
                        let _half_made = self.payload();
                        panic!("in an update")
                    })
                });
                assert!(result.is_err());
            }
            Op::UpdateUnderContention { times } => {
                let mut runs = 0;
                shared.update(|seen| {
                    assert_eq!(seen.sequence, self.current, "runs again with what came between");
                    if runs < times {
                        shared.set(self.payload());
                        self.stored();
                    }
                    runs += 1;
                    self.payload()
                });
                self.stored();
                assert_eq!(runs, times + 1);
            }
            Op::Keep => self.kept.push((old, shared.get())),
            Op::LetGo { index } if index < self.kept.len() => drop(self.kept.remove(index)),
            Op::LetGo { .. } => {}
            Op::ReplaceWhileReading => shared.read(|seen| {
                assert_eq!(seen.sequence, old);
                shared.set(self.payload());
                self.stored();
                shared.read(|newer| assert_eq!(newer.sequence, self.current));
                assert_eq!(seen.sequence, old, "still what it was");
            }),
            Op::ReadPanics => assert!(catch(|| shared.read(|_| panic!("in a read"))).is_err()),
        }
    }

    fn check(&self) {
        assert_eq!(self.shared.read(|value| value.sequence), self.current);
        assert_eq!(self.shared.version(), self.version);
        let State::Shared { version, value, .. } = self.shared.inspect().state else {
            panic!("not a shared variable")
        };
        assert_eq!(version, self.version);
        assert!(value.contains(&format!("sequence: {},", self.current)), "{value}");
        for (number, value) in &self.kept {
            assert_eq!(value.sequence, *number);
        }
        // One that is current, and each of the older ones that somebody keeps: nothing lingers.
        let mut numbers: Vec<_> = self.kept.iter().map(|(number, _)| *number).collect();
        numbers.push(self.current);
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(self.ledger.alive(), numbers.len() as u64, "values that exist");
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_shared_variable_does_what_its_model_does(ops in vec(op(), 0..60)) {
        let ledger = Ledger::new(1, 400);
        let shared = Shared::new(ledger.payload(0, 0));
        let mut run =
            Run { shared, ledger: Arc::clone(&ledger), made: 0, current: 0, version: 0, kept: Vec::new() };
        for op in &ops {
            run.step(op);
            run.check();
        }
        drop(run);
        ledger.assert_settled();
    }
}
