//! What a script may do with primitives, for any engine.
//!
//! An engine is bound to it by a file of glue, which turns the engine's values into a type that is [`Value`], its call
//! positions into a [`Place`], and [`Failure`]s into the engine's errors. Everything that makes the module what it is
//! stands here: which methods there are, what they take, what is a mistake and what is said of it, prefixes, limits,
//! and how a blocked call is interrupted.
//!
//! | file | what it does |
//! | --- | --- |
//! | `environment` | one isolated user of a registry: its prefix, its limits, what stops it |
//! | `limits` | how many names, how large a bound, how large a value |
//! | `methods` | what there is to be called, and with how many arguments |
//! | `handles` | the calls themselves |
//! | `value` | what crosses from one environment to another |
//! | `waiting` | a blocked call, and what ends it |
//! | `stop` | the host's flag |
//! | `mistake` | what a script did wrong, in words |

mod environment;
mod handles;
mod limits;
mod methods;
mod mistake;
mod stop;
mod value;
mod waiting;

pub use environment::{Environment, Place, PrefixError, RegistryRef};
pub use handles::{Handle, SharedFailure};
pub use limits::Limits;
pub(crate) use methods::module;
pub use methods::{Method, Operations, functions, methods_of, mistakable_for_methods_of};
pub use mistake::{Failure, Mistake};
pub use stop::Stop;
pub use value::{Unsendable, Value, Walk};
pub use waiting::{Interrupted, Why};
