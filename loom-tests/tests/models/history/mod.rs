//! Whether there is an order of the operations of an execution in which each of them answers what a plain,
//! sequential thing would have answered.
//!
//! Which orders are allowed is the promise ([`Promise`]). For each kind of operation there is a model of the strictest
//! promise that it keeps, and every execution of the model is checked.

pub(crate) mod check;
mod models;
pub(crate) mod record;
pub(crate) mod spec;
