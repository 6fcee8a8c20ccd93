//! What the screen shows, without a screen: for scripts, logs and scrapers.

mod json;
mod openmetrics;
mod table;
mod text;

pub use json::{hosts as hosts_json, snapshot as snapshot_json};
pub use openmetrics::snapshot as snapshot_openmetrics;
pub use text::{hosts as hosts_text, snapshot as snapshot_text};

#[cfg(test)]
mod tests;
