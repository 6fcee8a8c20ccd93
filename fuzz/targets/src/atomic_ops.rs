//! Bytes as operations on an atomic, compared with a number that wraps around.
//!
//! The first byte is the initial value, a number as below, with a name if it is odd. Every further byte is one
//! operation: its low half says which, its high half is the argument: 0 to e stand for the numbers of
//! [`NUMBERS`], f for the one in the next eight bytes.
//!
//! | low half | operation |
//! | --- | --- |
//! | 0 | `add` |
//! | 1 | `set` |
//! | 2 | `swap` |
//! | 3 | `compare_exchange` of the value that is there |
//! | 4 | `compare_exchange` of the argument, whether it is there or not, by its complement |
//! | 5, 6 | `fetch_max`, `fetch_min` |
//! | 7, 8 | `update` that adds, that multiplies |
//! | 9 | `update` whose closure first adds the argument by another handle, so that it has to run again; it negates |
//! | a | as 9, but it gives back what it saw |
//! | b | `update` whose closure panics after it has set the value |
//! | c | `update` whose closure panics |
//! | d | a handle cloned |
//! | e | a handle dropped, if it is not the last |
//! | f | `inspect` and `Debug` |
//!
//! Each operation takes the next of the handles in turn; what it did is seen through all of them.

use named_sync::{Atomic, Kind, Registry, State};

use crate::bytes::{Bytes, Steps};
use crate::panics::{UserPanicked, catch_users, panic_as_user};

const NUMBERS: [i64; 15] = [
    0,
    1,
    -1,
    2,
    -2,
    3,
    10,
    i64::MAX,
    i64::MIN,
    i64::MAX - 1,
    i64::MIN + 1,
    1 << 62,
    -(1 << 62),
    1 << 32,
    0x5555_5555_5555_5555,
];

/// So many handles at most.
const HANDLES: usize = 8;

const NAME: &str = "a name";

struct Run {
    handles: Vec<Atomic>,
    is_named: bool,
    model: i64,
    turn: usize,
}

/// Runs the operations that `data` stands for.
///
/// # Panics
///
/// If the atomic does anything that the model does not.
pub fn atomic_ops(data: &[u8]) -> Steps {
    let mut steps = Steps::default();
    let mut bytes = Bytes::new(data);
    let Some((low, high)) = bytes.step() else { return steps };
    let initial = number(high, &mut bytes);
    let is_named = low % 2 == 1;
    let registry = Registry::new();
    let atomic = match is_named {
        true => registry.atomic(NAME, initial),
        false => Atomic::new(initial),
    };
    let mut run = Run { handles: vec![atomic], is_named, model: initial, turn: 0 };
    run.check();
    while let Some((operation, argument)) = bytes.step() {
        let argument = number(argument, &mut bytes);
        steps.note(operation);
        run.step(operation, argument);
        run.check();
    }
    if is_named {
        assert_eq!(registry.atomic(NAME, 0).get(), run.model, "another one of that name");
    }
    steps
}

fn number(argument: usize, bytes: &mut Bytes<'_>) -> i64 {
    NUMBERS.get(argument).copied().unwrap_or_else(|| bytes.number())
}

impl Run {
    fn step(&mut self, operation: u8, n: i64) {
        self.turn += 1;
        let turn = self.turn % self.handles.len();
        let atomic = self.handles[turn].clone();
        let old = self.model;
        match operation {
            0 => {
                self.model = old.wrapping_add(n);
                assert_eq!(atomic.add(n), self.model);
            }
            1 => {
                self.model = n;
                atomic.set(n);
            }
            2 => {
                self.model = n;
                assert_eq!(atomic.swap(n), old);
            }
            3 => {
                self.model = n;
                assert_eq!(atomic.compare_exchange(old, n), Ok(old));
            }
            4 if n == old => {
                self.model = !n;
                assert_eq!(atomic.compare_exchange(n, !n), Ok(old));
            }
            4 => assert_eq!(atomic.compare_exchange(n, !n), Err(old)),
            5 => {
                self.model = old.max(n);
                assert_eq!(atomic.fetch_max(n), old);
            }
            6 => {
                self.model = old.min(n);
                assert_eq!(atomic.fetch_min(n), old);
            }
            7 => self.update(&atomic, |seen| seen.wrapping_add(n)),
            8 => self.update(&atomic, |seen| seen.wrapping_mul(n)),
            9 => self.update_in_between(&atomic, n, i64::wrapping_neg),
            10 => self.update_in_between(&atomic, n, |seen| seen),
            11 => {
                self.model = n;
                let result = catch_users(|| atomic.update(|_| set_and_panic(&atomic, n)));
                assert_eq!(result, Err(UserPanicked));
            }
            12 => {
                let result = catch_users(|| atomic.update(|_| panic_as_user()));
                assert_eq!(result, Err(UserPanicked));
            }
            13 if self.handles.len() < HANDLES => self.handles.push(atomic),
            14 if self.handles.len() > 1 => drop(self.handles.swap_remove(turn)),
            13 | 14 => {}
            _ => self.look(&atomic),
        }
    }

    fn update(&mut self, atomic: &Atomic, f: impl Fn(i64) -> i64) {
        let old = self.model;
        self.model = f(old);
        let new = atomic.update(|seen| {
            assert_eq!(seen, old);
            f(seen)
        });
        assert_eq!(new, self.model);
    }

    /// While the closure runs for the first time, the value changes by `n`.
    fn update_in_between(&mut self, atomic: &Atomic, n: i64, f: impl Fn(i64) -> i64) {
        let old = self.model;
        let other = &self.handles[0];
        let newer = old.wrapping_add(n);
        let mut saw = Vec::new();
        let new = atomic.update(|seen| {
            if saw.is_empty() {
                other.update(|value| value.wrapping_add(n));
            }
            saw.push(seen);
            f(seen)
        });
        // A change to the value that was there is none. And it may run more often than it must.
        let (&first, again) = saw.split_first().expect("it ran");
        assert_eq!(first, old);
        assert!(n == 0 || !again.is_empty(), "stored over what it did not see");
        assert!(again.iter().all(|&seen| seen == newer), "{again:?} of {newer}");
        self.model = f(newer);
        assert_eq!(new, self.model);
    }

    fn look(&self, atomic: &Atomic) {
        let name = self.is_named.then_some(NAME);
        let inspection = atomic.inspect();
        assert_eq!(inspection.kind, Kind::Atomic);
        assert_eq!(inspection.type_name, "i64");
        assert_eq!(&*inspection.name, name.unwrap_or_default());
        assert_eq!(inspection.created_at.file(), file!());
        assert!(inspection.waiters.is_empty());
        let State::Atomic { value, .. } = inspection.state else { panic!("not an atomic") };
        assert_eq!(value, self.model);
        let text = format!("Atomic {{ name: {name:?}, value: {} }}", self.model);
        assert_eq!(format!("{atomic:?}"), text);
    }

    fn check(&self) {
        for atomic in &self.handles {
            assert_eq!(atomic.get(), self.model);
            assert_eq!(atomic.name().is_some(), self.is_named);
        }
    }
}

fn set_and_panic(atomic: &Atomic, n: i64) -> i64 {
    atomic.set(n);
    panic_as_user()
}
