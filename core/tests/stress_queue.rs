//! Threads and tasks on one queue, every operation at random: each item that went in comes out once, in the
//! order of its putter, and every payload is dropped once.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use common::{Item, Traffic, stress};

mod every_item_arrives_once_and_in_order {
    use super::*;

    fn all_arrive<I: Item>(capacity: usize) {
        // In every other round: a panic takes its time.
        let traffic = |panics| Traffic { capacity, closes_early: false, panics };
        stress(|seed| traffic(seed % 2 == 0).run::<I>(seed));
    }

    common::through_queues! {
        all_arrive:
        through_a_queue_of_1 = 1,
        through_a_queue_of_2 = 2,
        through_a_queue_of_7 = 7,
        through_a_queue_of_100 = 100,
        through_an_unbounded_queue = 0,
    }
}
