//! The names of one kind: a table that look-ups read without a lock, and what changes it under one.

use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::ptr;

use super::entry::Entry;
use super::removed::{self, Removed, Retired};
use super::table::{Table, Writing};
use crate::hazard::{self, Reading};
use crate::inspect::Inspection;
use crate::observer::{FETCHED_TOGETHER, Handle, each_fetched, fetch_together};
use crate::pad::Padded;
use crate::sync::{self, FIRST_SEGMENT, HashState, Mutex, StdArc, fault};

/// Buckets whose entries are found before others have the lock. It takes some microseconds, and the processor
/// fetches many of them at a time.
const FOUND_TOGETHER: u64 = if sync::MODEL_CHECKED { FIRST_SEGMENT / 2 } else { 4 * FIRST_SEGMENT };

pub(crate) struct Names<H> {
    /// Names may come from untrusted input, so the hash is keyed.
    hasher: HashState,
    table: Table<H>,
    /// Apart from what look-ups read.
    lock: Padded<Mutex<Locked<H>>>,
}

struct Locked<H> {
    writing: Writing,
    retired: Retired<H>,
}

impl<H> Default for Locked<H> {
    fn default() -> Self {
        Self { writing: Writing::default(), retired: Retired::default() }
    }
}

impl<H> Default for Names<H> {
    fn default() -> Self {
        Self { hasher: HashState::default(), table: Table::default(), lock: Padded::default() }
    }
}

impl<H> Names<H> {
    /// Nothing is hashed but one name, so no end of it needs to be marked.
    #[inline]
    fn hash(&self, name: &str) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write(name.as_bytes());
        hasher.finish()
    }

    /// What `find` makes of the handle of this name, if it is found without a lock. A miss is not final (I15).
    #[inline]
    fn look_up<R>(&self, hash: u64, name: &str, find: impl FnOnce(&H) -> R) -> Option<R> {
        let bucket = self.table.bucket_of(hash)?;
        let _reading = removed::begin_reading();
        // SAFETY: within the reading.
        let entry = unsafe { Table::find(bucket, hash, name) }?;
        Some(find(entry.handle()))
    }

    /// As `look_up`, of the table whose lock is held: a miss is the truth.
    fn look_up_locked<R>(
        &self,
        _: &Writing,
        hash: u64,
        name: &str,
        find: impl FnOnce(&H) -> R,
    ) -> Option<R> {
        let bucket = self.table.bucket_of(hash)?;
        // SAFETY: under the lock.
        let entry = unsafe { Table::find(bucket, hash, name) }?;
        Some(find(entry.handle()))
    }

    /// What `find` makes of the handle of this name. It may run under the lock and may only clone.
    pub(crate) fn get<R>(&self, name: &str, find: impl Fn(&H) -> R) -> Option<R> {
        let hash = self.hash(name);
        if let Some(found) = self.look_up(hash, name, &find) {
            return Some(found);
        }
        self.look_up_locked(&self.lock.lock().writing, hash, name, find)
    }

    #[inline]
    pub(crate) fn get_or_insert<R>(
        &self,
        name: &str,
        find: impl Fn(&H) -> R,
        make: impl FnOnce(StdArc<str>) -> H,
    ) -> R {
        let hash = self.hash(name);
        match self.look_up(hash, name, &find) {
            Some(found) => found,
            None => self.make_and_insert(hash, name, find, make),
        }
    }

    #[cold]
    fn make_and_insert<R>(
        &self,
        hash: u64,
        name: &str,
        find: impl Fn(&H) -> R,
        make: impl FnOnce(StdArc<str>) -> H,
    ) -> R {
        let name = StdArc::<str>::from(name);
        let made = make(StdArc::clone(&name));
        self.insert_hashed(hash, &name, made, find)
    }

    /// Enters the handle, unless somebody was faster: then theirs counts.
    pub(super) fn insert_or_get<R>(
        &self,
        name: &StdArc<str>,
        made: H,
        find: impl Fn(&H) -> R,
    ) -> R {
        self.insert_hashed(self.hash(name), name, made, find)
    }

    fn insert_hashed<R>(
        &self,
        hash: u64,
        name: &StdArc<str>,
        made: H,
        find: impl Fn(&H) -> R,
    ) -> R {
        let made = Entry::new(hash, name, made);
        let mut lock = self.lock.lock();
        if let Some(found) = self.look_up_locked(&lock.writing, hash, name, &find)
            && !fault!("make-a-name-twice")
        {
            drop(lock);
            // The loser's primitive may hold a user's value: it is dropped after the lock is released.
            drop(made);
            return found;
        }
        let found = find(made.handle());
        self.table.insert(&mut lock.writing, made);
        let retired = lock.retired.newest();
        drop(lock);
        if let Some(stamp) = retired {
            self.collect(stamp);
        }
        found
    }

    pub(crate) fn remove(&self, name: &str) -> bool {
        let hash = self.hash(name);
        let mut lock = self.lock.lock();
        let Some(removed) = self.table.unlink(&mut lock.writing, hash, name) else {
            return false;
        };
        let stamp = lock.retired.push(removed);
        drop(lock);
        self.collect(stamp);
        true
    }

    /// Unlinks everything.
    pub(super) fn take(&self) -> Taken<'_, H> {
        let removed = self.table.unlink_all(&mut self.lock.lock().writing);
        Taken { names: self, removed: Some(removed) }
    }

    /// Frees what was retired, up to that stamp, and is read by nobody. What is left is tried again when something is
    /// inserted or removed the next time.
    #[cold]
    fn collect(&self, stamp: u64) {
        // Those who read it now are mostly about to leave. In a model they leave whenever it makes a difference.
        let tries = if sync::MODEL_CHECKED { 1 } else { 2 };
        for number in 1..=tries {
            let oldest_reading = removed::oldest_reading();
            let mut lock = self.lock.lock();
            // What came into the list after the look may be read by those who came after it as well (I16).
            let oldest_reading =
                if fault!("free-a-name-early") { u64::MAX } else { oldest_reading };
            let unread = lock.retired.take_before(oldest_reading.min(stamp + 1));
            let is_done = lock.retired.oldest().is_none_or(|oldest| oldest > stamp);
            drop(lock);
            // The handles' drops may be user code.
            drop(unread);
            if is_done {
                return;
            }
            if number < tries {
                hazard::let_readers_leave();
            }
        }
    }

    /// Adds what is told of every primitive, ordered by name.
    pub(crate) fn inspect(&self, rows: &mut Vec<Inspection>)
    where
        H: Handle,
    {
        let Some(reading) = self.begin_reading() else { return };
        let mut found = Vec::with_capacity(self.len());
        // Mostly these can be compared without a look at anything else.
        self.for_each(&reading, |entries| {
            found.extend(entries.iter().map(|&entry| (entry.name().beginning(), entry)));
        });
        found.sort_unstable_by(|(one, entry), (other, another)| {
            one.cmp(other).then_with(|| entry.name().as_bytes().cmp(another.name().as_bytes()))
        });
        // Of one name there may be two: it was moved meanwhile, or removed and made anew. Either was there.
        found.dedup_by(|(one, entry), (other, another)| {
            one == other && entry.name().as_bytes() == another.name().as_bytes()
        });
        rows.reserve(found.len());
        let mut values = Vec::new();
        for together in found.chunks(FETCHED_TOGETHER) {
            let entries = together.iter().map(|&(_, entry)| entry);
            fetch_entries(entries.clone());
            for entry in entries {
                let (row, value) = entry.handle().inside().inspect_unwritten();
                values.extend(value.map(|value| (rows.len(), value)));
                rows.push(row);
            }
        }
        drop(reading);
        // User code, which runs in no reading.
        for (at, value) in each_fetched(&mut values, |(_, value)| value) {
            rows[at].set_text(value.text());
        }
    }

    /// All that there are, in order.
    pub(super) fn all(&self) -> Vec<String> {
        let mut names = Vec::new();
        if let Some(reading) = self.begin_reading() {
            self.for_each(&reading, |entries| {
                names.extend(entries.iter().map(|entry| entry.name().as_str().to_owned()));
            });
        }
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Shows every handle to `see`, with the hash of its name, in the order of the table.
    pub(crate) fn show_all(&self, mut see: impl FnMut(u64, &H)) -> Shown
    where
        H: Handle,
    {
        let Some(reading) = self.begin_reading() else { return Shown::default() };
        self.for_each(&reading, |entries| {
            for together in entries.chunks(FETCHED_TOGETHER) {
                fetch_entries(together.iter().copied());
                together.iter().for_each(|entry| see(entry.hash(), entry.handle()));
            }
        })
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.lock.lock().writing.names() as usize
    }

    /// A reading, unless there has never been a name.
    fn begin_reading(&self) -> Option<Reading> {
        (!self.table.is_untouched()).then(removed::begin_reading)
    }

    /// Calls `see` with some entries at a time, until it has seen all of them, in the order of the table. An entry that is
    /// moved meanwhile may be shown twice. It moves to later buckets only, so none is passed over.
    ///
    /// The lock is held while the entries of some buckets are found, and meanwhile no primitive is looked at. They are
    /// not freed before the reading ends, which began before (I16).
    fn for_each<'a>(&'a self, _: &'a Reading, mut see: impl FnMut(&[&'a Entry<H>])) -> Shown {
        let mut found: Vec<&'a Entry<H>> = Vec::new();
        let mut first: Option<(u64, u64)> = None;
        let mut bucket = 0;
        loop {
            let lock = self.lock.lock();
            let (buckets, changes) = (self.table.buckets(&lock.writing), lock.writing.changes());
            let end = buckets.min(bucket + FOUND_TOGETHER);
            if bucket == 0 {
                self.table.fetch_ahead(&lock.writing, bucket..end);
            }
            self.table.fetch_second(&lock.writing, bucket..end);
            for bucket in bucket..end {
                let chain = self.table.chain(&lock.writing, bucket).map(ptr::from_ref);
                // SAFETY: it is in the table, and our reading began before (I16).
                found.extend(chain.map(|entry| unsafe { &*entry }));
            }
            // Those that come next are under way while these are seen.
            self.table.fetch_ahead(&lock.writing, end..buckets.min(end + FOUND_TOGETHER));
            drop(lock);
            see(&found);
            found.clear();
            bucket = end;
            let (first_buckets, first_changes) = *first.get_or_insert((buckets, changes));
            if bucket == buckets {
                return Shown {
                    changes: (changes == first_changes).then_some(changes),
                    more_buckets: buckets != first_buckets,
                };
            }
        }
    }

    /// Whether the names are still those that a `show_all` showed, without a change in between (I18). What it
    /// showed is alive then, until a reading ends that began before this call (I16).
    pub(crate) fn are_as(&self, shown: Shown) -> bool {
        if self.table.is_untouched() {
            return true;
        }
        let is =
            |then| self.lock.lock().writing.changes() == then || fault!("believe-in-old-names");
        shown.changes.is_some_and(is)
    }
}

/// Has brought into the cache what an inspection of these looks at.
fn fetch_entries<'a, H: Handle + 'a>(entries: impl Iterator<Item = &'a Entry<H>> + Clone) {
    let handles = entries.map(Entry::handle);
    handles.clone().for_each(Handle::fetch_ahead);
    fetch_together(handles.map(Handle::inside));
}

/// How names were shown.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shown {
    /// How many changes of the table there had been, if all the time it was the same number.
    changes: Option<u64>,
    /// Whether names were dealt out to more buckets meanwhile: then some may have been shown twice.
    pub(crate) more_buckets: bool,
}

impl<H> fmt::Debug for Names<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.all()).finish()
    }
}

/// Everything that was in the table. Dropped, it retires it.
pub(super) struct Taken<'a, H> {
    names: &'a Names<H>,
    /// Some until the drop.
    removed: Option<Removed<H>>,
}

impl<H> Taken<'_, H> {
    pub(super) fn handles(&self) -> impl Iterator<Item = &H> {
        self.removed.iter().flat_map(Removed::handles)
    }
}

impl<H> Drop for Taken<'_, H> {
    fn drop(&mut self) {
        let Some(removed) = self.removed.take() else { return };
        let stamp = self.names.lock.lock().retired.push(removed);
        self.names.collect(stamp);
    }
}

#[cfg(all(test, not(loom)))]
#[allow(clippy::disallowed_methods, reason = "the core starts no threads, its tests do")]
mod tests;
