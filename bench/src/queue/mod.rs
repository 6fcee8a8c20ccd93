//! Queues: everything that puts items in at one end and takes them out at the other.

mod asynchronous;
mod baseline;
mod batch;
mod blocking;
mod channel;
mod growth;
mod latency;
mod memory;
mod peers;

pub(crate) use blocking::is_blocking_scenario;

use crate::sample::Cell;

/// The cells of all queues.
pub(crate) fn cells() -> Vec<Cell> {
    let mut cells = blocking::cells();
    cells.extend(batch::cells());
    cells.extend(asynchronous::cells());
    cells.extend(growth::cells());
    cells.extend(latency::cells());
    cells.extend(memory::cells());
    cells
}
