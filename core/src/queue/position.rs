//! What the index words and the stamps of an unbounded queue say: positions in a chain of segments.

use super::word::{FLAG_BITS, FLAGS};
use crate::sync::SEGMENT;

/// Positions in a segment: its slots and the turning position.
pub(super) const LAP: u64 = SEGMENT + 1;
/// One position, in a word.
pub(super) const STEP: u64 = 1 << FLAG_BITS;
/// Where both words begin: at the turning position of a segment that never was (I21).
pub(super) const START: u64 = SEGMENT * STEP;
/// The first slot of the first segment.
pub(super) const FIRST: u64 = START + STEP;

/// The [place](place) of the last slot of a segment.
pub(super) const LAST: u64 = (SEGMENT - 1) * STEP;
/// The [place](place) of the turning position.
pub(super) const TURNING: u64 = SEGMENT * STEP;

/// The place of a word's position within its segment, in steps.
#[inline]
pub(super) fn place(word: u64) -> u64 {
    (word % (LAP * STEP)) & !FLAGS
}

/// How many items ever passed this word.
pub(super) fn count(word: u64) -> u64 {
    let position = word >> FLAG_BITS;
    (position / LAP) * SEGMENT + (position % LAP) - SEGMENT
}

/// Stamp of a slot that holds an item, in the segment in which `word` stands. Every segment that ever was has a stamp
/// of its own, so when the memory is used again, the stamps that are left in it are those of no item.
#[inline]
pub(super) fn written(word: u64) -> u64 {
    lap(word) | 1
}

/// Stamp of that slot when the item was taken out.
#[inline]
pub(super) fn consumed(word: u64) -> u64 {
    lap(word) | 2
}

/// The upper part of the word, which counts segments.
#[inline]
pub(super) fn lap(word: u64) -> u64 {
    word - word % (LAP * STEP)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_word_at_the_turning_position_counts_as_the_first_of_the_next_segment() {
        assert_eq!((count(START), count(FIRST)), (0, 0));
        let last_of_the_first = FIRST + SEGMENT * STEP;
        assert_eq!((count(last_of_the_first), count(last_of_the_first + STEP)), (SEGMENT, SEGMENT));
    }
}
