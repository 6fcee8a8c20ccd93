//! What goes wrong without one of the core's safeguards, and which model notices. Each of these models passes with it:
//! that is a test of its own.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::process::fails_with_fault;

// What loom says first when it finds one of these.
const ASLEEP_FOR_EVER: &str = "deadlock; threads =";
const NOBODY_GETS_ON: &str = "Model exceeded maximum number of branches";
const RACE: &str = "Causality violation: ";
const NOT_EXPECTED: &str = "is none of the expected";

macro_rules! controls {
    ($( $(#[$meta:meta])* $name:ident ( $fault:literal, $model:literal, $reason:expr ) )*) => {
        pub(super) const NAMES: &[&str] = &[$($fault),*];

        mod without {
            use super::*;

            $(
                $(#[$meta])*
                #[test]
                fn $name() {
                    fails_with_fault($model, $fault, $reason);
                }
            )*
        }
    };
}

controls! {
    /// I2: between the last look and the entry into the list the condition may change.
    the_look_after_entering_the_list(
        "skip-the-recheck", "bounded::a_get_wakes_a_blocked_putter", ASLEEP_FOR_EVER
    )

    /// I3: a wake-up that was given to somebody who gave up.
    the_forwarding_of_a_wake_up(
        "keep-the-wake-up", "cancel::the_wake_of_a_dropped_get_future_reaches_the_next", ASLEEP_FOR_EVER
    )

    /// I4.
    the_bit_of_those_who_still_wait(
        "clear-the-bit-early", "bounded::one_putter_and_two_getters_lose_nothing", ASLEEP_FOR_EVER
    )

    /// I1, as observers rely on it.
    the_bit_by_which_observers_find_those_who_still_wait(
        "clear-the-bit-early", "observer::whoever_stays_in_line_is_told_whatever_happens_meanwhile",
        "not all who stay are told"
    )

    /// I7.
    the_wake_up_of_everybody_at_the_close(
        "close-wakes-one", "close::close_wakes_two_blocked_getters_of_a_bounded_queue", ASLEEP_FOR_EVER
    )

    the_change_before_the_notification(
        "notify-first", "bounded::a_get_wakes_a_blocked_putter", ASLEEP_FOR_EVER
    )

    /// I5.
    the_lap_of_a_slot(
        "lap-off-by-one", "bounded::one_putter_and_one_getter_pass_two_laps_through_one_slot", NOBODY_GETS_ON
    )

    /// I13.
    the_look_at_the_slots_of_a_segment_that_is_freed(
        "free-a-segment-early", "unbounded::a_segment_is_used_again_only_when_nobody_is_in_it", RACE
    )

    /// I21.
    the_one_first_segment(
        "put-another-first-segment", "unbounded::two_putters_make_the_first_segment", RACE
    )

    /// I21.
    the_head_that_leaves_the_start_after_the_tail(
        "head-leaves-the-start-first", "unbounded::a_getter_waits_at_the_start_until_there_is_an_item", "is older than `head`"
    )

    /// I8: the stamps of a segment's last use say nothing of this one.
    the_number_of_a_segments_use(
        "any-use-will-do", "unbounded::a_late_putter_keeps_a_segment_that_was_used_before", RACE
    )

    /// I10.
    the_look_at_who_reads_a_value_that_is_freed(
        "free-a-value-early", "shared::a_get_against_a_set_never_tears", RACE
    )

    /// I14.
    the_second_look_of_a_reader(
        "read-without-a-second-look", "shared::a_get_against_a_set_never_tears", RACE
    )

    /// I16.
    the_look_at_who_reads_a_name_that_is_freed(
        "free-a-name-early", "registry::a_look_up_against_a_remove_reads_no_freed_entry", RACE
    )

    /// I18.
    the_look_whether_names_have_changed(
        "believe-in-old-names", "observer::an_observer_against_a_removal_looks_at_nothing_that_was_freed",
        "assertion `left == right` failed"
    )

    /// I19.
    the_look_at_the_other_end_of_a_queue_that_is_not_empty(
        "look-at-one-end-only", "observer::gets_during_a_look_are_told_then_or_the_next_time", NOT_EXPECTED
    )

    the_second_look_at_those_who_were_told_to_wait(
        "settle-with-waiters-told", "observer::who_leaves_after_a_look_is_told_no_more",
        "told to wait, and is gone"
    )

    the_second_look_at_a_word_that_says_that_somebody_waits(
        "settle-with-the-bit-set",
        "observer::who_comes_after_another_has_left_during_a_look_is_told",
        "waits, and is not told"
    )

    /// I16.
    the_reading_of_an_observer(
        "look-without-a-reading", "observer::an_observer_against_a_removal_looks_at_nothing_that_was_freed", RACE
    )

    /// I15.
    the_look_under_the_lock_before_a_name_is_made(
        "make-a-name-twice", "registry::two_who_ask_for_one_name_get_one_object", NOT_EXPECTED
    )

    the_single_step_of_an_update(
        "update-in-two-steps", "atomic::two_updates_are_both_kept", NOT_EXPECTED
    )

    /// I9.
    the_next_generation_of_a_wait_group(
        "same-generation", "wait_group::a_waiter_is_released_by_its_own_zero_although_the_next_round_has_begun",
        ASLEEP_FOR_EVER
    )

    /// I3.
    the_one_result_of_a_get_that_times_out(
        "time-out-with-an-item", "cancel::a_get_that_times_out_and_is_woken_at_once_has_one_result", "delivered once"
    )

    the_return_of_what_was_rejected(
        "lose-the-rejected", "close::a_batch_that_races_with_close_is_delivered_or_given_back", NOT_EXPECTED
    )
}

#[test]
fn every_fault_of_the_core_has_a_control() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src")];
    let mut named = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = fs::read_to_string(&path).unwrap();
                let names =
                    text.split("fault!(\"").skip(1).map(|rest| rest.split('"').next().unwrap());
                named.extend(names.map(str::to_owned));
            }
        }
    }
    assert_eq!(named, NAMES.iter().map(|&name| name.to_owned()).collect());
}
