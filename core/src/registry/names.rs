//! The names of one kind: a table that look-ups read without a lock, and what changes it under one.

use std::fmt;
use std::hash::{BuildHasher, Hasher};

use super::entry::Entry;
use super::removed::{self, Removed, Retired};
use super::table::{Table, Writing};
use crate::hazard;
use crate::pad::Padded;
use crate::sync::{self, FIRST_SEGMENT, HashState, Mutex, StdArc, fault};

/// Buckets that an inspection copies before it lets others have the lock.
const COPIED_TOGETHER: u64 = FIRST_SEGMENT / 2;

pub(super) struct Names<H> {
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
    pub(super) fn get<R>(&self, name: &str, find: impl Fn(&H) -> R) -> Option<R> {
        let hash = self.hash(name);
        if let Some(found) = self.look_up(hash, name, &find) {
            return Some(found);
        }
        self.look_up_locked(&self.lock.lock().writing, hash, name, find)
    }

    #[inline]
    pub(super) fn get_or_insert<R>(
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

    pub(super) fn remove(&self, name: &str) -> bool {
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

    /// What `copy` makes of every entry. The lock is held for a few buckets at a time, so an entry that is moved may
    /// be copied twice. It moves to later buckets only, so none is passed over.
    fn copies<C>(&self, copy: impl Fn(&Entry<H>) -> C) -> Vec<C> {
        let mut copies = Vec::new();
        let mut bucket = 0;
        loop {
            copies.reserve(COPIED_TOGETHER as usize);
            let lock = self.lock.lock();
            let buckets = self.table.buckets(&lock.writing);
            let end = buckets.min(bucket + COPIED_TOGETHER);
            while bucket < end {
                copies.extend(self.table.chain(&lock.writing, bucket).map(&copy));
                bucket += 1;
            }
            if bucket == buckets {
                return copies;
            }
        }
    }

    /// A copy of every handle, ordered by name.
    pub(super) fn sorted(
        &self,
        clone: impl Fn(&H) -> H,
        name_of: impl Fn(&H) -> Option<&str>,
    ) -> Vec<H> {
        let mut handles = self.copies(|entry| clone(entry.handle()));
        // Of one name there may be two: it was moved meanwhile, or removed and made anew. Either was there.
        handles.sort_unstable_by(|one, other| name_of(one).cmp(&name_of(other)));
        handles.dedup_by(|one, other| name_of(one) == name_of(other));
        handles
    }
}

impl<H> fmt::Debug for Names<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names = self.copies(|entry| entry.name().to_owned());
        names.sort();
        names.dedup();
        f.debug_list().entries(names).finish()
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
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    type Number = StdArc<usize>;

    fn insert(names: &Names<Number>, name: &str, number: usize) -> Number {
        names.get_or_insert(name, Number::clone, |_| Number::new(number))
    }

    fn number(names: &Names<Number>, name: &str) -> Option<usize> {
        names.get(name, |number| **number)
    }

    /// Readers of other tests may hold back what was removed, for a moment.
    fn eventually(condition: impl Fn() -> bool) {
        for _ in 0..10_000 {
            if condition() {
                return;
            }
            sync::yield_now();
        }
        panic!("it did not come true");
    }

    #[test]
    fn a_hundred_thousand_names_are_all_found_in_short_chains() {
        const NUMBER: usize = 100_000;
        let names = Names::default();
        for number in 0..NUMBER {
            insert(&names, &format!("name {number}"), number);
        }
        for number in 0..NUMBER {
            assert_eq!(self::number(&names, &format!("name {number}")), Some(number));
        }
        assert_eq!(number(&names, "name"), None);

        let lock = names.lock.lock();
        let buckets = names.table.buckets(&lock.writing);
        let lengths: Vec<_> =
            (0..buckets).map(|bucket| names.table.chain(&lock.writing, bucket).count()).collect();
        assert_eq!(lengths.iter().sum::<usize>(), NUMBER);
        assert!((2 * NUMBER..=2 * NUMBER + 64).contains(&lengths.len()));
        // By chance a chain of 12 would be found in one of a million such tables.
        assert!(lengths.iter().all(|&length| length < 12), "{:?}", lengths.iter().max());
    }

    #[test]
    fn names_of_any_length_and_any_characters_are_told_apart() {
        let names = Names::default();
        let long = "0123456789abcdefghijklmnopqrstuvwxyz\0é";
        let ends = (0..=long.len()).filter(|&end| long.is_char_boundary(end));
        let all: Vec<&str> = ends.map(|end| &long[..end]).chain(["\0", "\0\0", "é"]).collect();
        for (number, name) in all.iter().enumerate() {
            insert(&names, name, number);
        }
        for (number, name) in all.iter().enumerate() {
            assert_eq!(self::number(&names, name), Some(number), "{name:?}");
        }
        for name in &all {
            assert!(names.remove(name) && !names.remove(name), "{name:?}");
            assert_eq!(number(&names, name), None);
        }
        assert_eq!(format!("{names:?}"), "[]");
    }

    #[test]
    fn what_is_removed_is_freed() {
        let names = Names::default();
        for round in 0..1000 {
            let old = insert(&names, "name", round);
            assert_eq!(*old, round);
            assert!(names.remove("name"));
            insert(&names, "another", round);
            assert!(names.remove("another"));
            eventually(|| {
                names.remove("another");
                insert(&names, "another", round);
                StdArc::strong_count(&old) == 1
            });
            names.remove("another");
        }
    }

    #[test]
    fn what_is_being_read_is_freed_after_that() {
        let names = Names::default();
        let old = insert(&names, "name", 1);
        let reading = removed::begin_reading();
        assert!(names.remove("name"));
        insert(&names, "another", 2);
        assert_eq!(StdArc::strong_count(&old), 2, "held back");
        drop(reading);
        eventually(|| {
            names.remove("another");
            insert(&names, "another", 3);
            StdArc::strong_count(&old) == 1
        });
    }

    #[test]
    fn clearing_takes_everything_and_the_table_goes_on() {
        let names = Names::default();
        let kept: Vec<_> =
            (0..1000).map(|number| insert(&names, &number.to_string(), number)).collect();
        let taken = names.take();
        let mut numbers: Vec<_> = taken.handles().map(|number| **number).collect();
        numbers.sort_unstable();
        assert!(numbers.into_iter().eq(0..1000));
        assert_eq!(number(&names, "7"), None);
        insert(&names, "7", 70);
        drop(taken);
        eventually(|| {
            insert(&names, "8", 80);
            names.remove("8");
            kept.iter().all(|number| StdArc::strong_count(number) == 1)
        });
        assert_eq!(number(&names, "7"), Some(70));
    }

    #[test]
    fn a_drop_that_panics_keeps_no_other_from_being_freed() {
        struct Handle(StdArc<usize>);
        impl Drop for Handle {
            fn drop(&mut self) {
                assert!(*self.0 != 3, "as the test wants it");
            }
        }
        let names = Names::default();
        let kept: Vec<_> = (0..10).map(StdArc::new).collect();
        for number in &kept {
            let handle = Handle(StdArc::clone(number));
            names.insert_or_get(&StdArc::from(number.to_string()), handle, |_| ());
        }
        let cleared = catch_unwind(AssertUnwindSafe(|| drop(names.take())));
        let dropped = catch_unwind(AssertUnwindSafe(|| drop(names)));
        assert!(cleared.is_err() ^ dropped.is_err());
        assert!(kept.iter().all(|number| StdArc::strong_count(number) == 1));
    }

    #[test]
    fn copies_are_ordered_by_name() {
        let names = Names::default();
        let text: Vec<String> = (0..500).map(|number| number.to_string()).collect();
        for name in &text {
            names.get_or_insert(name, StdArc::<str>::clone, |name| name);
        }
        let sorted = names.sorted(StdArc::<str>::clone, |name| Some(name));
        let mut expected: Vec<&str> = text.iter().map(String::as_str).collect();
        expected.sort_unstable();
        assert!(sorted.iter().map(|name| &**name).eq(expected.iter().copied()));
        assert_eq!(format!("{names:?}"), format!("{expected:?}"));
    }
}
