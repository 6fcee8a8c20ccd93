//! The named primitives of [`named_sync`] for [Rhai](https://rhai.rs) scripts: environments that share nothing else meet by
//! name, in whatever threads they run.
//!
//! ```
//! let mut engine = rhai::Engine::new();
//! named_sync_rhai::register(&mut engine, named_sync::global());
//!
//! let size = engine.eval::<i64>(
//!     r#"
//!         let jobs = sync::Queue("doc: jobs", 100);
//!         jobs.put(#{url: "/index.html", tries: 3});
//!         jobs.size()
//!     "#,
//! )?;
//! assert_eq!(size, 1);
//! # Ok::<(), Box<rhai::EvalAltResult>>(())
//! ```
//!
//! An [`Environment`] is how a host gives a script less than everything: a prefix for its names, [`Limits`], and a
//! [`Stop`] flag or a deadline that also end a call that is blocked.
//!
//! What a script can call, and what happens when it does something wrong, is told in `docs/SCRIPTS.md` in the repository,
//! and so is how to bind another engine to the same [`adapter`].

pub mod adapter;
mod glue;

pub use adapter::{
    Environment, Interrupted, Limits, Method, PrefixError, RegistryRef, Stop, Why, functions,
    methods_of,
};
pub use glue::{Value, interrupted, register};
