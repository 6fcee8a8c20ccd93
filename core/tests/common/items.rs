//! What goes through a queue: items that know who put them, and that notice if they do not arrive whole.

use std::sync::Arc;

use super::{Ledger, Tracked};

/// Who put an item, and its number among those of that putter.
pub(crate) type Id = (usize, usize);

pub(crate) trait Item: Send + 'static {
    fn make(ledger: &Arc<Ledger>, id: Id) -> Self;

    fn id(&self) -> Id;
}

impl Item for u64 {
    fn make(_: &Arc<Ledger>, (putter, sequence): Id) -> Self {
        (putter as u64) << 32 | sequence as u64
    }

    fn id(&self) -> Id {
        ((self >> 32) as usize, (self & 0xffff_ffff) as usize)
    }
}

/// Eight cache lines, so that it is copied in many steps.
pub(crate) struct Large([u64; 64]);

impl Large {
    /// A different word in each place of each item.
    fn word(number: u64, place: usize) -> u64 {
        number.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(place as u32)
    }
}

impl Item for Large {
    fn make(ledger: &Arc<Ledger>, id: Id) -> Self {
        let number = u64::make(ledger, id);
        let mut words = std::array::from_fn(|place| Self::word(number, place));
        words[0] = number;
        Self(words)
    }

    fn id(&self) -> Id {
        let [number, rest @ ..] = &self.0;
        for (word, place) in rest.iter().zip(1..) {
            assert_eq!(*word, Self::word(*number, place), "word {place} of item {:?}", number.id());
        }
        number.id()
    }
}

impl Item for Tracked {
    fn make(ledger: &Arc<Ledger>, (putter, sequence): Id) -> Self {
        ledger.payload(putter, sequence)
    }

    fn id(&self) -> Id {
        (self.putter, self.sequence)
    }
}
