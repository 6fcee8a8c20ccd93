//! Named synchronization primitives: a program asks a [`Registry`] for the queue `"jobs"`, and every thread,
//! async task or script environment that asks for the same name gets the same queue.
//!
//! | type | what it is |
//! | --- | --- |
//! | [`Atomic`] | an `i64` that any thread may change |
//! | [`Shared`] | a value of any type, replaced as a whole, read without waiting |
//! | [`WaitGroup`] | a count of things under way; others wait for zero |
//! | [`Queue`] | first in, first out, many to many, bounded or not, closable |
//!
//! Each comes by name from a registry or without a name from its own constructor. Operations that wait come
//! in a blocking, a timed and an async form, over one waiting mechanism. [`Registry::inspect`] shows what
//! every primitive holds and who is blocked on it, for how long, and at which line, while the host runs or
//! is stuck.
//!
//! The crate has no dependencies. Its algorithms are model-checked: see `docs/ALGORITHMS.md` in the
//! repository for the invariants, and the package `named-sync-loom-tests` for the models.
//!
//! # Example
//!
//! ```
//! use std::thread;
//!
//! let registry = named_sync::Registry::new();
//! let jobs = registry.queue::<u64>("jobs", 16)?;
//! let total = registry.atomic("total", 0);
//! let workers = registry.wait_group("workers");
//!
//! for _ in 0..4 {
//!     let (jobs, total, guard) = (jobs.clone(), total.clone(), workers.guard());
//!     thread::spawn(move || {
//!         for job in &jobs {
//!             total.add(job as i64);
//!         }
//!         drop(guard);
//!     });
//! }
//! jobs.put_many(1..=100).unwrap();
//! jobs.close();
//! workers.wait();
//! assert_eq!(total.get(), 5050);
//! # Ok::<(), named_sync::NameError>(())
//! ```
//!
//! # Panics and poisoning
//!
//! Nothing is ever poisoned. No user code (a `Drop`, a `Debug`, a waker, a closure) runs under a lock of this
//! crate, so a panic in it can leave nothing half-changed.
//!
//! # Thread parking
//!
//! Blocking operations do not use [`std::thread::park`]: the caller's park token is neither consumed nor set.
//!
//! # Model-checking your own code
//!
//! With the feature `loom` and `RUSTFLAGS="--cfg loom"` the primitives run on the types of
//! [loom](https://docs.rs/loom), so that a loom model of your code explores them along with it. One without the other
//! changes nothing; [`MODEL_CHECKED`] tells whether both are there. What is public stays the same, and names the
//! standard library's types, but for two functions more:
//!
//! - `advance_clock(by: Duration)`: in a model time is a clock that stands still, until the model moves it by this.
//!   Timeouts expire by it. Each execution begins with a clock of its own.
//! - `watch_loads(on: bool)`: whether loom orders every load of ours before and after every change of what it loads,
//!   as it does by default, or only where it does so by itself, which misses some executions and takes less time. For
//!   the whole process; not to be changed while a model runs.
//!
//! Primitives can be made and used only within a model then, and handles do not outlive the execution in which they
//! were made. How to write models, what they take, and what they can not see is told in
//! `docs/MODEL-CHECKING-YOUR-CODE.md` in the repository.

mod atomic;
mod backoff;
mod error;
mod hazard;
mod identity;
mod inspect;
mod observer;
mod pad;
mod panics;
mod parker;
mod patience;
mod queue;
mod registry;
mod shared;
mod site;
mod sync;
mod wait;
mod wait_group;
mod zeroed;

pub use atomic::Atomic;
pub use error::{
    CapacityError, Closed, GetTimeoutError, NameError, PutTimeoutError, TryGetError, TryPutError,
    WaitGroupError, WaitTimeout,
};
pub use inspect::{CallSite, Inspection, Kind, Operation, State, VALUE_LIMIT, Waiter};
pub use observer::{Gone, Look, Observer, SharedValue};
pub use queue::{GetFuture, Iter, PutFuture, Queue, TryIter};
pub use registry::{Refusal, Registry, global};
pub use shared::Shared;
pub use site::{Site, on_behalf_of};
pub use wait_group::{WaitFuture, WaitGroup, WaitGroupGuard};

#[cfg(all(loom, feature = "loom"))]
pub use sync::{advance_clock, glance_first, reclaim_in_one_step, watch_loads};

#[cfg(all(loom, feature = "loom", mutants))]
pub use sync::spurious;

/// Control of the virtual clock by which timeouts expire.
#[cfg(named_sync_shuttle)]
pub use sync::advance_clock;

/// Whether this build runs on loom's types, so that a model explores the primitives too: it was made with the feature
/// `loom` and with `--cfg loom`. A model of your own asserts this, lest it explores nothing; written as
/// `const { assert!(named_sync::MODEL_CHECKED) }` it does not even compile otherwise.
///
/// ```
/// assert!(!named_sync::MODEL_CHECKED, "this is a normal build");
/// ```
pub const MODEL_CHECKED: bool = sync::MODEL_CHECKED;
