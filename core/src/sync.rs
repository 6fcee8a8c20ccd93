//! The one door to the platform: atomics, locks, cells, threads and time.
//!
//! Everything else in this crate imports from here, so that a build with `--cfg loom` and the feature
//! `loom` runs the very same algorithms on loom's types. Public signatures are not affected: they name
//! the standard library's `Arc`, `Duration` and `Instant` in both builds. The package
//! `named-sync-shuttle-tests` compiles them on [shuttle](https://docs.rs/shuttle)'s types, with
//! `--cfg named_sync_shuttle`, which is not for users.
//!
//! All three offer the same names. What differs is said where it differs:
//!
//! | name | normal build | under loom | under shuttle |
//! | --- | --- | --- | --- |
//! | atomics | the platform's | loom's, watched for accesses that loom would overlook | shuttle's, sequentially consistent |
//! | [`fence`] | the platform's | loom's, tried in every order with the others | nothing |
//! | [`Deadline`] | an instant | a point on a virtual clock that the model moves | as under loom |
//! | [`allocate`] | a box | what was freed last, so that executions can be replayed | as under loom |
//! | [`SEGMENT`] | 63 slots | 2 slots, so that small models cross a boundary | 3 slots |
//! | [`FIRST_SEGMENT`], [`SEGMENTS`] | 64 buckets, 40 segments | 2 buckets, 2 segments | 2 buckets, 4 segments |
//! | [`HashState`] | randomly keyed | fixed key: loom replays executions | as under loom |

#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "this is the file that the ban points to"
)]

pub(crate) use std::cell::{Cell, RefCell};
pub(crate) use std::sync::Arc as StdArc;
pub(crate) use std::sync::atomic::Ordering;
pub(crate) use std::thread::{Thread, current as current_thread, panicking};
pub(crate) use std::time::{Duration, Instant};

#[cfg_attr(all(loom, feature = "loom"), path = "sync/model.rs")]
#[cfg_attr(named_sync_shuttle, path = "sync/shuttle.rs")]
#[cfg_attr(not(any(all(loom, feature = "loom"), named_sync_shuttle)), path = "sync/platform.rs")]
mod imp;

#[cfg(any(all(loom, feature = "loom"), named_sync_shuttle))]
mod clock;
#[cfg_attr(not(mutants), path = "sync/sound.rs")]
pub(crate) mod fault;
mod lock;
#[cfg(all(loom, feature = "loom"))]
#[cfg_attr(not(mutants), path = "sync/as_asked.rs")]
mod mutants;
#[cfg(any(all(loom, feature = "loom"), named_sync_shuttle))]
mod reused;
#[cfg(all(loom, feature = "loom", mutants))]
pub mod spurious;
#[cfg(all(loom, feature = "loom"))]
mod steps;
#[cfg(all(loom, feature = "loom"))]
mod watched;

pub(crate) use fault::fault;
pub(crate) use imp::*;
pub(crate) use lock::*;

#[cfg(all(loom, feature = "loom"))]
pub use imp::{advance_clock, glance_first, reclaim_in_one_step, watch_loads};

#[cfg(named_sync_shuttle)]
pub use imp::advance_clock;

/// The platform's clock. Not modelled: it only tells observers since when somebody waits.
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Whether this build runs on loom's types, or on shuttle's.
pub(crate) const MODEL_CHECKED: bool = cfg!(any(all(loom, feature = "loom"), named_sync_shuttle));
