//! Bytes as a recording, and what a viewer asks of the player that shows it.
//!
//! The first byte says how many steps follow, of a byte each; the rest is the file. The low half of a byte says which
//! step, its high half is the argument.
//!
//! | low half | step | argument |
//! | --- | --- | --- |
//! | 0 | time passes | how much, one of [`TIMES`] |
//! | 1 | to the next answer | |
//! | 2 | to the answer before | |
//! | 3 | forward | how much, one of [`TIMES`] |
//! | 4 | back | the same |
//! | 5 | stand still, or go on | |
//! | 6, 7 | faster, slower | |
//! | 8 | to a moment | in sixteenths of the whole |
//!
//! After each step the viewer must know what one knows that went straight to where the player is.

use std::collections::BTreeMap;
use std::time::Duration;

use syncmon::client::Event;
use syncmon::model::{Filter, Store, Thresholds, WaitSort, arrange_waits, find_problems};
use syncmon::recording::{Player, Recording};
use syncmon::wire::{Row, RowId};

use crate::bytes::{Bytes, Steps};

/// In milliseconds.
const TIMES: [u64; 16] = [
    0,
    1,
    10,
    100,
    249,
    250,
    251,
    500,
    999,
    1000,
    4000,
    10_000,
    60_000,
    3_600_000,
    1 << 40,
    1 << 50,
];

/// The most steps.
const LONGEST: usize = 64;

/// Reads a recording and plays it.
///
/// # Panics
///
/// If reading or playing panics, or if what is known depends on the way to where the player is.
pub fn recording(data: &[u8]) -> Steps {
    let mut seen = Steps::default();
    let mut bytes = Bytes::new(data);
    let count = usize::from(bytes.byte().unwrap_or(0)).min(LONGEST);
    let mut steps = Bytes::new(bytes.take(count));
    let recording = match Recording::read(bytes.take(usize::MAX)) {
        Ok(recording) => recording,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return seen;
        }
    };
    assert!(recording.problems().is_sorted());
    assert!(recording.problems().last().is_none_or(|last| *last <= recording.length()));
    let mut player = Player::new(recording.clone());
    let mut known = Store::default();
    hear(&mut known, player.pass(Duration::ZERO));
    while let Some((step, argument)) = steps.step() {
        let time = Duration::from_millis(TIMES[argument]);
        let before = player.status();
        let events = match step {
            0 => player.pass(time),
            1 => player.step(),
            2 => player.step_back(),
            3 => player.skip(time, true),
            4 => player.skip(time, false),
            5 => {
                player.pause();
                Vec::new()
            }
            6 | 7 => {
                player.accelerate(step == 6);
                Vec::new()
            }
            8 => player.seek(recording.length() / 16 * u32::try_from(argument).unwrap_or(0)),
            _ => continue,
        };
        seen.note(step);
        hear(&mut known, events);
        let status = player.status();
        assert!(status.position <= status.length);
        assert!(step != 1 || status.position >= before.position);
        assert!(step != 2 || status.position <= before.position);

        let mut straight = Player::new(recording.clone());
        let mut expected = Store::default();
        hear(&mut expected, straight.seek(status.position));
        assert_eq!(rows(&known), rows(&expected));
        assert_eq!(known.at_us(), expected.at_us());
        assert_eq!(
            find_problems(&known, Thresholds::default()),
            find_problems(&expected, Thresholds::default())
        );
        let waits = arrange_waits(&known, &Filter::default(), WaitSort::default());
        let ages = waits.iter().map(|wait| wait.look_up(&known).age_us(known.at_us()));
        assert_eq!(ages.count(), rows(&known).values().map(|row| row.blocked.len()).sum::<usize>());
    }
    seen
}

fn hear(store: &mut Store, events: Vec<Event>) {
    for event in events {
        match event {
            Event::Restarted => *store = Store::default(),
            // As the viewer does with another run of the program; here each greeting is one.
            Event::Connected(_) => *store = Store::default(),
            Event::Changes(page) => store.apply(page),
            Event::Lost { .. } => unreachable!("a recording is not lost"),
        }
    }
}

fn rows(store: &Store) -> BTreeMap<&RowId, &Row> {
    store.entries().iter().map(|entry| (&entry.row().id, entry.row())).collect()
}
