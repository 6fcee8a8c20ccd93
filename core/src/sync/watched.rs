//! Atomics of which loom reorders every load with every change by another thread.

use std::sync::atomic::Ordering;

use super::mutants;
use super::steps::without_branches;

/// An atomic of which loom reorders every load with every change by another thread.
///
/// loom 0.7 remembers of each object only the last access. If a thread loads a word and then exchanges
/// it, its own load hides an earlier load by another thread, and loom never tries the exchange before
/// that load (<https://github.com/tokio-rs/loom/issues/166>). Lock-free code is made of such pairs.
///
/// So each thread notes its loads on an object of its own, and each change touches the notes of the
/// others: there the last access is what it has to be compared with. Notes and touches are relaxed, so
/// that they order nothing in the memory model, and have no branches of their own: what loom finds
/// through them it tries at the nearest branch before, which is the access itself.
#[derive(Debug)]
pub(crate) struct Watched<A> {
    word: A,
    /// One for each thread that a model may have.
    notes: [loom::sync::atomic::AtomicUsize; loom::MAX_THREADS],
    /// A bit for each thread that has used its note. Not modelled: it only saves touches.
    noted: std::sync::atomic::AtomicUsize,
}

static WATCHING: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(true);

/// Whether loom reorders loads with other threads' changes in all cases (the default) or only where it does
/// so by itself. For the whole process, and not to be changed while a model runs.
pub fn watch_loads(on: bool) {
    WATCHING.store(on, Ordering::Relaxed);
}

fn watching() -> bool {
    WATCHING.load(Ordering::Relaxed)
}

loom::thread_local! {
    static NUMBER: usize = number_of(loom::thread::current().id());
}

/// The number of the current thread in this execution; none while the thread's own variables are dropped.
fn thread_number() -> Option<usize> {
    NUMBER.try_with(|&number| number).ok()
}

fn number_of(id: loom::thread::ThreadId) -> usize {
    // The identifier gives its number away in no other way.
    struct Digits(usize);
    impl std::fmt::Write for Digits {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            for digit in text.bytes().filter(u8::is_ascii_digit) {
                self.0 = self.0 * 10 + usize::from(digit - b'0');
            }
            Ok(())
        }
    }
    let mut digits = Digits(0);
    std::fmt::Write::write_fmt(&mut digits, format_args!("{id:?}")).expect("digits take any text");
    digits.0
}

impl<A> Watched<A> {
    fn watch(word: A) -> Self {
        Self {
            word,
            notes: std::array::from_fn(|_| loom::sync::atomic::AtomicUsize::new(0)),
            noted: std::sync::atomic::AtomicUsize::new(0),
        }
    }

    fn read<R>(&self, access: impl FnOnce(&A) -> R) -> R {
        let result = access(&self.word);
        if !watching() {
            return result;
        }
        let Some(thread) = thread_number() else {
            return result;
        };
        self.noted.fetch_or(1 << thread, Ordering::Relaxed);
        without_branches(|| self.notes[thread].load(Ordering::Relaxed));
        result
    }

    fn change<R>(&self, access: impl FnOnce(&A) -> R) -> R {
        let result = access(&self.word);
        if !watching() {
            return result;
        }
        let ours = thread_number().map_or(0, |thread| 1 << thread);
        let others = self.noted.load(Ordering::Relaxed) & !ours;
        without_branches(|| {
            for (thread, note) in self.notes.iter().enumerate() {
                if others & (1 << thread) != 0 {
                    note.fetch_add(0, Ordering::Relaxed);
                }
            }
        });
        result
    }
}

macro_rules! watched {
    ($($name:ident $(<$generic:ident>)? of $value:ty;)*) => {$(
        pub(crate) type $name $(<$generic>)? = Watched<loom::sync::atomic::$name $(<$generic>)?>;

        #[allow(dead_code, reason = "the same operations for every type")]
        impl $(<$generic>)? $name $(<$generic>)? {
            #[track_caller]
            pub(crate) fn new(value: $value) -> Self {
                Self::watch(loom::sync::atomic::$name::new(value))
            }

            #[track_caller]
            pub(crate) fn load(&self, order: Ordering) -> $value {
                let order = mutants::order(order, 0);
                self.read(|word| word.load(order))
            }

            #[track_caller]
            pub(crate) fn store(&self, value: $value, order: Ordering) {
                let order = mutants::order(order, 0);
                self.change(|word| word.store(value, order));
            }

            #[track_caller]
            pub(crate) fn swap(&self, value: $value, order: Ordering) -> $value {
                let order = mutants::order(order, 0);
                self.change(|word| word.swap(value, order))
            }

            #[track_caller]
            pub(crate) fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                let (success, failure) = (mutants::order(success, 0), mutants::order(failure, 1));
                self.change(|word| word.compare_exchange(current, new, success, failure))
            }

            #[track_caller]
            pub(crate) fn compare_exchange_weak(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                let (success, failure) = (mutants::order(success, 0), mutants::order(failure, 1));
                #[cfg(mutants)]
                if super::spurious::happens_now(super::spurious::Event::FailedExchange) {
                    return Err(self.read(|word| word.load(failure)));
                }
                self.change(|word| word.compare_exchange_weak(current, new, success, failure))
            }
        }
    )*};
}

macro_rules! watched_arithmetic {
    ($($name:ident of $value:ty: $($operation:ident)*;)*) => {$(
        #[allow(dead_code, reason = "the same operations for every type")]
        impl $name {$(
            #[track_caller]
            pub(crate) fn $operation(&self, operand: $value, order: Ordering) -> $value {
                let order = mutants::order(order, 0);
                self.change(|word| word.$operation(operand, order))
            }
        )*}
    )*};
}

watched! {
    AtomicI64 of i64;
    AtomicU8 of u8;
    AtomicU64 of u64;
    AtomicPtr<T> of *mut T;
}

watched_arithmetic! {
    AtomicI64 of i64: fetch_add fetch_max fetch_min;
    AtomicU64 of u64: fetch_add fetch_sub fetch_and fetch_or;
}
