//! Where in the store each primitive is, found by what makes it the same one.

use super::entry::Entry;
use crate::wire::RowId;
use hashbrown::HashTable;
use std::hash::{BuildHasher, RandomState};

/// It keeps no ids, as those are in the entries: each call is given the entries as they are before the change.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    table: HashTable<Place>,
    /// Names may come from untrusted input.
    hasher: RandomState,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    /// Of the id, which need not be looked at again when the table grows.
    hash: u64,
    at: usize,
}

impl Place {
    fn is_of(&self, hash: u64, id: &RowId, entries: &[Entry]) -> bool {
        self.hash == hash && entries[self.at].row().id == *id
    }
}

impl Places {
    /// The places of all of these.
    pub(super) fn of(entries: &[Entry]) -> Self {
        let mut places = Self::default();
        for (at, entry) in entries.iter().enumerate() {
            places.insert(&entry.row().id, at);
        }
        places
    }

    pub(super) fn get(&self, id: &RowId, entries: &[Entry]) -> Option<usize> {
        let hash = self.hasher.hash_one(id);
        self.table.find(hash, |place| place.is_of(hash, id, entries)).map(|place| place.at)
    }

    /// Enters one that is not there.
    pub(super) fn insert(&mut self, id: &RowId, at: usize) {
        let hash = self.hasher.hash_one(id);
        self.table.insert_unique(hash, Place { hash, at }, |place| place.hash);
    }

    /// Forgets one, whose place the last of the entries takes. Where that is is returned.
    pub(super) fn swap_remove(&mut self, id: &RowId, entries: &[Entry]) -> Option<usize> {
        let hash = self.hasher.hash_one(id);
        let entry = self.table.find_entry(hash, |place| place.is_of(hash, id, entries)).ok()?;
        let (Place { at, .. }, _) = entry.remove();
        let last = entries.len() - 1;
        let hash = self.hasher.hash_one(&entries[last].row().id);
        if let Some(place) = self.table.find_mut(hash, |place| place.at == last) {
            place.at = at;
        }
        Some(at)
    }
}
