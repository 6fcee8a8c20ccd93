//! What a viewer knows of a host: no terminal, no socket, no clock. Time comes in as an argument.
//!
//! [`Store`] takes in the frames and keeps one [`Entry`] a primitive, each with a short [`History`].
//! [`arrange`] says which of them to show and in what order, [`arrange_waits`] the same of those
//! who are blocked. [`find_problems`] says what looks wrong.

mod entry;
mod filter;
mod history;
mod problems;
mod sort;
mod store;
mod waits;

pub use entry::Entry;
pub use filter::{Field, Filter, FilterError, parse_time};
pub use history::{History, KEPT, Sample};
pub use problems::{Problem, Rule, Thresholds, find_problems};
pub use sort::{Sort, SortKey};
pub use store::Store;
pub use waits::{Wait, WaitAt, WaitId, WaitKey, WaitSort, arrange_waits, count_waits};

/// The positions of the entries that pass the filter, in the order asked for.
///
/// ```
/// use syncmon::model::{Filter, Sort, Store, arrange};
/// assert!(arrange(&Store::default(), &Filter::default(), Sort::default()).is_empty());
/// ```
pub fn arrange(store: &Store, filter: &Filter, sort: Sort) -> Vec<usize> {
    let entries = store.entries();
    let mut order: Vec<usize> =
        (0..entries.len()).filter(|at| filter.accepts(&entries[*at], store.at_us())).collect();
    order.sort_by(|a, b| sort.compare(&entries[*a], &entries[*b], store.at_us()));
    order
}
