//! An entry of a table of names: a name, its handle, and the link to the next entry of the chain.

use std::ptr;

use crate::sync::{AtomicPtr, StdArc};

#[cfg(all(loom, feature = "loom"))]
use crate::sync::UnsafeCell;

/// Nothing in an entry changes after it is in a table, but for the link (I15).
pub(super) struct Entry<H> {
    /// Of the name, in full: two names that differ are rarely compared.
    hash: u64,
    pub(super) next: AtomicPtr<Entry<H>>,
    name: Name,
    handle: H,
    /// Read by every look-up that comes by, written by the one who frees the entry: so loom, which does not watch
    /// plain memory, reports a look-up that comes too late, or before the entry was published.
    #[cfg(all(loom, feature = "loom"))]
    tombstone: UnsafeCell<()>,
}

// SAFETY: as without the tombstone. That is loom's to watch, who stops an execution in which accesses to it race.
#[cfg(all(loom, feature = "loom"))]
unsafe impl<H: Sync> Sync for Entry<H> {}

impl<H> Entry<H> {
    pub(super) fn new(hash: u64, name: &StdArc<str>, handle: H) -> Box<Self> {
        Box::new(Self {
            hash,
            next: AtomicPtr::new(ptr::null_mut()),
            name: Name::new(name),
            handle,
            #[cfg(all(loom, feature = "loom"))]
            tombstone: UnsafeCell::new(()),
        })
    }

    pub(super) fn hash(&self) -> u64 {
        self.hash
    }

    pub(super) fn name(&self) -> &Name {
        &self.name
    }

    pub(super) fn handle(&self) -> &H {
        &self.handle
    }

    /// Whether this is the entry of that name, whose hash is given.
    #[inline]
    pub(super) fn is_of(&self, hash: u64, name: &str) -> bool {
        #[cfg(all(loom, feature = "loom"))]
        self.tombstone.with(|_| ());
        self.hash == hash && self.name.as_bytes() == name.as_bytes()
    }

    /// Just before the entry is freed.
    pub(super) fn bury(&self) {
        #[cfg(all(loom, feature = "loom"))]
        self.tombstone.with_mut(|_| ());
    }
}

/// What fits into a name of the size of a long one, beside its length and the mark that says which it is.
const SHORT: usize = 22;

/// A short name stands in the entry itself: a look-up need not follow one more pointer into memory that is not in
/// the cache.
pub(super) enum Name {
    Short { length: u8, bytes: [u8; SHORT] },
    Long(StdArc<str>),
}

impl Name {
    fn new(name: &StdArc<str>) -> Self {
        let mut bytes = [0; SHORT];
        match bytes.get_mut(..name.len()) {
            Some(start) => {
                start.copy_from_slice(name.as_bytes());
                Self::Short { length: name.len() as u8, bytes }
            }
            None => Self::Long(StdArc::clone(name)),
        }
    }

    #[inline]
    pub(super) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Short { length, bytes } => &bytes[..usize::from(*length)],
            Self::Long(name) => name.as_bytes(),
        }
    }

    /// What comes first in the order of the bytes: of two names, the one that has less here is less. Two short names that
    /// have the same are the same.
    pub(super) fn beginning(&self) -> [u64; 3] {
        let (start, length) = match self {
            Self::Short { length, bytes } => (*bytes, *length),
            Self::Long(name) => {
                let start = name.as_bytes().first_chunk();
                (*start.expect("longer than a short one"), SHORT as u8 + 1)
            }
        };
        let mut bytes = [0; 24];
        bytes[..SHORT].copy_from_slice(&start);
        // After a name whose bytes are followed by zeros come those that have zeros there themselves.
        bytes[SHORT] = length;
        let word = |at: usize| u64::from_be_bytes(std::array::from_fn(|byte| bytes[8 * at + byte]));
        [word(0), word(1), word(2)]
    }

    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Short { .. } => {
                std::str::from_utf8(self.as_bytes()).expect("copied from a string as a whole")
            }
            Self::Long(name) => name,
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_name_comes_out_as_it_went_in_whatever_its_length() {
        let odd = ["", "\0", "a\0", "é\n\u{202e}", "\u{10ffff}\u{10ffff}"];
        let long = "0123456789abcdefghijklmnopqrstuvwxyz";
        let lengths = [1, SHORT - 1, SHORT, SHORT + 1, 30].map(|length| &long[..length]);
        for name in odd.into_iter().chain(lengths) {
            let entry = Entry::new(7, &StdArc::from(name), ());
            assert_eq!(entry.name().as_str(), name);
            assert!(entry.is_of(7, name));
            assert!(!entry.is_of(8, name), "another hash");
            assert!(!entry.is_of(7, &format!("{name}\0")), "a longer name");
            assert_eq!(matches!(entry.name, Name::Long(_)), name.len() > SHORT);
        }
    }

    #[test]
    fn beginnings_are_in_the_order_of_the_names() {
        let mut names: Vec<String> =
            ["", "\0", "\0\0", "a", "a\0", "a\0b", "ab", "b", "ä", "\u{10ffff}"]
                .map(String::from)
                .into();
        for length in [7, 8, 9, 16, SHORT - 1, SHORT, SHORT + 1, 40] {
            for last in ["\0", "a", "b"] {
                names.push("a".repeat(length - 1) + last);
            }
        }
        for (one, other) in names.iter().flat_map(|one| names.iter().map(move |other| (one, other)))
        {
            let [beginning, others] =
                [one, other].map(|name| Name::new(&StdArc::from(&**name)).beginning());
            if beginning != others {
                assert_eq!(beginning.cmp(&others), one.cmp(other), "{one:?} {other:?}");
            } else {
                assert!(
                    one == other || one.len() > SHORT && other.len() > SHORT,
                    "{one:?} {other:?}"
                );
            }
        }
    }

    #[test]
    fn an_entry_fits_into_a_line_of_the_cache_with_the_allocators_word() {
        assert_eq!(size_of::<Name>(), size_of::<StdArc<str>>() + 8);
        assert!(size_of::<Entry<crate::Atomic>>() <= 56);
        assert!(size_of::<Entry<Box<dyn std::any::Any>>>() <= 56);
    }
}
