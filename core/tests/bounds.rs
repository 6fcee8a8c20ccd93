//! What may go to another thread, and what may not. Both directions are checked by the compiler: this file
//! does not compile if a bound is missing or too generous.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

use std::cell::Cell;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use std::sync::MutexGuard;
use std::thread;

use named_sync::{
    Atomic, CapacityError, Closed, GetFuture, Inspection, NameError, PutFuture, Queue, Registry,
    Shared, TryPutError, WaitFuture, WaitGroup, WaitGroupGuard,
};

macro_rules! assert_is {
    ($type:ty: $($bound:tt)+) => {
        const _: fn() = || {
            fn is<T: $($bound)+>() {}
            is::<$type>();
        };
    };
}

/// If the type has the trait, both impls apply, and which one is meant can not be inferred.
macro_rules! assert_is_not {
    ($type:ty: $bound:path) => {
        const _: fn() = || {
            struct HasIt;
            trait Either<A> {
                fn which() {}
            }
            impl<T: ?Sized> Either<()> for T {}
            impl<T: ?Sized + $bound> Either<HasIt> for T {}
            let _ = <$type as Either<_>>::which;
        };
    };
}

/// May be sent, but not shared.
type SendOnly = Cell<i32>;
/// May be shared, but not sent.
type SyncOnly = MutexGuard<'static, i32>;
type Neither = Rc<i32>;

assert_is!(Atomic: Send + Sync + UnwindSafe + RefUnwindSafe + Unpin);
assert_is!(WaitGroup: Send + Sync + UnwindSafe + RefUnwindSafe + Unpin);
assert_is!(WaitGroupGuard: Send + Sync + UnwindSafe + RefUnwindSafe + Unpin);
assert_is!(Registry: Send + Sync + UnwindSafe + RefUnwindSafe + Unpin);
assert_is!(Inspection: Send + Sync + UnwindSafe + RefUnwindSafe);
assert_is!(NameError: Send + Sync + UnwindSafe);
assert_is!(CapacityError: Send + Sync + UnwindSafe);

// A queue hands each item to one thread, so that it asks for `Send` alone.
assert_is!(Queue<i32>: Send + Sync + Unpin);
assert_is!(Queue<SendOnly>: Send + Sync + UnwindSafe + RefUnwindSafe);
assert_is_not!(Queue<SyncOnly>: Send);
assert_is_not!(Queue<SyncOnly>: Sync);
assert_is_not!(Queue<Neither>: Send);
assert_is_not!(Queue<Neither>: Sync);

// A shared value is read by many threads and dropped by any of them.
assert_is!(Shared<i32>: Send + Sync + UnwindSafe + RefUnwindSafe + Unpin);
assert_is_not!(Shared<SendOnly>: Send);
assert_is_not!(Shared<SendOnly>: Sync);
assert_is_not!(Shared<SyncOnly>: Send);
assert_is_not!(Shared<SyncOnly>: Sync);
assert_is_not!(Shared<Neither>: Send);
assert_is_not!(Shared<Neither>: Sync);
assert_is_not!(Shared<SendOnly>: UnwindSafe);
assert_is_not!(Shared<SendOnly>: RefUnwindSafe);

// A future that gets holds no item, one that puts does.
assert_is!(GetFuture<'static, i32>: Send + Sync + Unpin);
assert_is!(GetFuture<'static, SendOnly>: Send + Sync + Unpin);
assert_is_not!(GetFuture<'static, SyncOnly>: Send);
assert_is_not!(GetFuture<'static, SyncOnly>: Sync);
assert_is_not!(GetFuture<'static, Neither>: Send);
assert_is_not!(GetFuture<'static, Neither>: Sync);
assert_is!(PutFuture<'static, i32>: Send + Sync + Unpin);
assert_is!(PutFuture<'static, SendOnly>: Send + Unpin);
assert_is_not!(PutFuture<'static, SendOnly>: Sync);
assert_is_not!(PutFuture<'static, SyncOnly>: Send);
assert_is_not!(PutFuture<'static, Neither>: Send);
assert_is_not!(PutFuture<'static, Neither>: Sync);
assert_is!(PutFuture<'static, std::marker::PhantomPinned>: Unpin);
assert_is!(WaitFuture<'static>: Send + Sync + Unpin);

// An error is as free as the item in it.
assert_is!(Closed<SendOnly>: Send);
assert_is_not!(Closed<Neither>: Send);
assert_is_not!(TryPutError<Neither>: Send);

#[test]
fn a_queue_carries_what_can_be_sent_and_not_shared() {
    let queue = Queue::bounded(1);
    let item = thread::scope(|scope| {
        scope.spawn(|| queue.put(Cell::new(7)).unwrap());
        queue.get()
    });
    assert_eq!(item.map(Cell::into_inner), Some(7));
}

#[test]
fn a_queue_on_one_thread_carries_anything() {
    let (queue, local) = (Queue::unbounded(), Rc::new(7));
    queue.put(Rc::clone(&local)).unwrap();
    drop(queue);
    assert_eq!(Rc::strong_count(&local), 1);
}
