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

mod atomic;
mod backoff;
mod error;
mod hazard;
mod identity;
mod inspect;
mod pad;
mod parker;
mod patience;
mod queue;
mod registry;
mod shared;
mod sync;
mod wait;
mod wait_group;
mod zeroed;

pub use atomic::Atomic;
pub use error::{
    CapacityError, Closed, GetTimeoutError, NameError, PutTimeoutError, TryGetError, TryPutError,
    WaitGroupError, WaitTimeout,
};
pub use inspect::{Inspection, Kind, Operation, State, VALUE_LIMIT, Waiter};
pub use queue::{GetFuture, Iter, PutFuture, Queue, TryIter};
pub use registry::{Registry, global};
pub use shared::Shared;
pub use wait_group::{WaitFuture, WaitGroup, WaitGroupGuard};

/// Control of the virtual clock by which timeouts expire in a model, and of how much of it loom explores.
#[cfg(all(loom, feature = "loom"))]
pub use sync::{advance_clock, glance_first, watch_loads};

#[cfg(all(loom, feature = "loom", mutants))]
pub use sync::spurious;

/// Control of the virtual clock by which timeouts expire.
#[cfg(named_sync_shuttle)]
pub use sync::advance_clock;

/// Whether this build runs on loom's types, so that a model explores the primitives too. A model of your own
/// asserts this, lest it explores nothing.
///
/// ```
/// assert!(!named_sync::MODEL_CHECKED, "this is a normal build");
/// ```
pub const MODEL_CHECKED: bool = sync::MODEL_CHECKED;
