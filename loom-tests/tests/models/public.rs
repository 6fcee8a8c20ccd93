//! What is public is the same as in a normal build. Models do not find that out: loom asks of what its threads share
//! to be neither `Send` nor `Sync`, but a program that is built for its models may.

use std::panic::{RefUnwindSafe, UnwindSafe};

use named_sync_loom::{
    Atomic, GetFuture, Inspection, PutFuture, Queue, Registry, Shared, WaitFuture, WaitGroup,
    WaitGroupGuard,
};

#[test]
fn handles_and_registries_are_shared_by_threads() {
    fn shared<T: Send + Sync + UnwindSafe + RefUnwindSafe>() {}
    shared::<Registry>();
    shared::<Atomic>();
    shared::<Shared<u32>>();
    shared::<WaitGroup>();
    shared::<WaitGroupGuard>();
    shared::<Queue<u32>>();
}

#[test]
fn futures_and_inspections_go_from_thread_to_thread() {
    fn sent<T: Send>() {}
    sent::<GetFuture<'static, u32>>();
    sent::<PutFuture<'static, u32>>();
    sent::<WaitFuture<'static>>();
    sent::<Inspection>();
}
