//! Threads and tasks on one queue, every operation at random: each item that went in comes out once, in the
//! order of its putter, and every payload is dropped once.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use common::{Traffic, stress};

fn all_arrive(capacity: usize, panics: bool) {
    let traffic =
        Traffic { capacity, putters: 3, getters: 3, each: 60, closes_early: false, panics };
    stress(|seed| traffic.run(seed));
}

#[test]
fn every_item_arrives_once_and_in_order_through_a_queue_of_1() {
    all_arrive(1, false);
}

#[test]
fn every_item_arrives_once_and_in_order_through_a_queue_of_2() {
    all_arrive(2, true);
}

#[test]
fn every_item_arrives_once_and_in_order_through_a_queue_of_7() {
    all_arrive(7, false);
}

#[test]
fn every_item_arrives_once_and_in_order_through_a_queue_of_100() {
    all_arrive(100, true);
}

#[test]
fn every_item_arrives_once_and_in_order_through_an_unbounded_queue() {
    all_arrive(0, true);
}

#[test]
fn many_putters_and_one_getter_agree() {
    let traffic = Traffic {
        capacity: 3,
        putters: 6,
        getters: 1,
        each: 40,
        closes_early: false,
        panics: true,
    };
    stress(|seed| traffic.run(seed));
}
