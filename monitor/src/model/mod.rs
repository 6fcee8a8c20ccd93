//! What a viewer knows of a host: no terminal, no socket, no clock. Time comes in as an argument.
//!
//! [`Store`] takes in the frames and keeps one [`Entry`] a primitive, each with a short history.
//! [`arrange`] says which of them to show and in what order, [`arrange_waits`] the same of those
//! who are blocked. [`find_problems`] says what looks wrong.

mod entry;
mod filter;
mod history;
mod places;
mod problems;
mod sides;
pub(crate) mod sites;
mod sort;
mod store;
mod threads;
mod track;
mod waits;

pub use entry::Entry;
pub use filter::{Field, Filter, FilterError, parse_time};
pub use history::{KEPT, Ticks};
pub use problems::{Problem, Rule, Thresholds, find_problems};
pub use sides::SeenThere;
pub use sort::{Sort, SortKey};
pub use store::Store;
pub use threads::{ThreadSeen, arrange_threads};
pub use track::{Chart, Window};
pub use waits::{Wait, WaitAt, WaitId, WaitKey, WaitSort, arrange_waits, count_waits};

/// The positions of the entries that pass the filter, in the order asked for.
///
/// ```
/// use syncmon::model::{Filter, Sort, Store, arrange};
/// assert!(arrange(&Store::default(), &Filter::default(), Sort::default()).is_empty());
/// ```
pub fn arrange(store: &Store, filter: &Filter, sort: Sort) -> Vec<usize> {
    let (entries, ticks) = (store.entries(), store.ticks());
    let by_id = store.by_id().iter().copied();
    let mut order: Vec<usize> = if filter.is_empty() {
        by_id.collect()
    } else {
        // In the order in which they are in memory, where their names are as well: of many, next to none is in the cache.
        let accepted: Vec<bool> =
            entries.iter().map(|entry| filter.accepts(entry, ticks)).collect();
        by_id.filter(|at| accepted[*at]).collect()
    };
    sort.sort(&mut order, store);
    order
}
