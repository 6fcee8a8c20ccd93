//! A hash table that is read without a lock, and grows by a few buckets at a time.
//!
//! ```text
//!   segments:   0 ──►┌───┬───┬───┬───┐                                   the first segment
//!               1 ──►┌───┬───┬───┬───┐                                   each of the others holds as many
//!               2 ──►┌───┬───┬───┬───┬───┬───┬───┬───┐                   buckets as all before it
//!               3 ──► ∅                │
//!                                      ▼
//!                                    entry ──► entry ──► ∅               newest first
//! ```
//!
//! Linear hashing, after Witold Litwin (*Linear Hashing: A New Tool for File and Table Addressing*, 1980): the table
//! has any number of buckets from the first segment's on. With one more, the entries of one bucket, whose turn it is, are dealt out
//! to it and to the new one. So no insertion does more than a small, fixed amount of work, however many names there
//! are: no entry is copied, and no bucket ever moves. Segments are added when they are needed, and live as long as the
//! table.
//!
//! I15: every link, of a bucket or of an entry, leads to an entry that is older than the one it is in. Links change
//! only under the lock; when it is free, each entry of the table is in one chain, that to which its hash belongs. So a
//! walk along a chain ends, whatever happens meanwhile. It may miss an entry that is moved to another chain at that
//! moment. But what it finds it compares by name, so: *found* is the truth, *not found* has to be asked again under
//! the lock.

use std::marker::PhantomData;
use std::ops::Range;
use std::ptr;

use super::entry::Entry;
use super::removed::Removed;
use crate::observer::fetch_whole_at;
use crate::sync::{AtomicPtr, AtomicU64, FIRST_SEGMENT, Ordering, SEGMENTS};
use crate::zeroed::zeroed_slice;

/// The head of a chain.
pub(super) type Bucket<H> = AtomicPtr<Entry<H>>;

/// Buckets for each name, at least. More make chains shorter, and the table larger.
const BUCKETS_PER_NAME: u64 = 2;

/// Buckets that are added together. Those to be split are neighbours, and the processor fetches their entries, which
/// are anywhere in memory, many at a time.
const ADDED_TOGETHER: u64 = FIRST_SEGMENT;

/// When all segments are there, the table grows no more. It would need more memory than there is.
const MAX_BUCKETS: u64 = FIRST_SEGMENT << (SEGMENTS - 1);

pub(super) struct Table<H> {
    /// The number of buckets: zero, or from `FIRST_SEGMENT` on.
    buckets: AtomicU64,
    segments: [AtomicPtr<Bucket<H>>; SEGMENTS],
    owns: PhantomData<Box<Entry<H>>>,
}

/// Under the lock of a table is its number of names. Who can change the number may change the table.
#[derive(Default)]
pub(super) struct Writing {
    names: u64,
    /// How many times a name was entered or taken out.
    changes: u64,
}

impl Writing {
    pub(super) fn names(&self) -> u64 {
        self.names
    }

    pub(super) fn changes(&self) -> u64 {
        self.changes
    }
}

impl<H> Default for Table<H> {
    fn default() -> Self {
        Self {
            buckets: AtomicU64::new(0),
            segments: std::array::from_fn(|_| AtomicPtr::new(ptr::null_mut())),
            owns: PhantomData,
        }
    }
}

/// The bucket of a hash, if there are so many buckets: the last bits of the hash, as many as give a number below
/// `buckets`.
#[inline]
fn bucket_of(hash: u64, buckets: u64) -> u64 {
    let half = 1 << buckets.ilog2();
    let bucket = hash & (2 * half - 1);
    if bucket < buckets { bucket } else { bucket - half }
}

/// The segment in which a bucket is, and its place in there.
#[inline]
fn place_of(bucket: u64) -> (usize, usize) {
    if bucket < FIRST_SEGMENT {
        return (0, bucket as usize);
    }
    let level = bucket.ilog2();
    let segment = level - FIRST_SEGMENT.ilog2() + 1;
    (segment as usize, (bucket - (1 << level)) as usize)
}

/// The number of buckets in a segment.
fn length_of(segment: usize) -> usize {
    (FIRST_SEGMENT as usize) << segment.saturating_sub(1)
}

impl<H> Table<H> {
    /// The bucket in which an entry of that hash is, unless it is moved meanwhile. There is none before the first name.
    #[inline]
    pub(super) fn bucket_of(&self, hash: u64) -> Option<&Bucket<H>> {
        // ORDERING: pairs with the Release in `add_bucket`: that bucket's segment is there, and what was dealt out to
        // it.
        let buckets = self.buckets.load(Ordering::Acquire);
        if buckets == 0 {
            return None;
        }
        // SAFETY: below a number of buckets that we acquired.
        Some(unsafe { self.bucket(bucket_of(hash, buckets)) })
    }

    /// # Safety
    ///
    /// The bucket's number is below a value of `buckets` that the caller has acquired.
    #[inline]
    unsafe fn bucket(&self, bucket: u64) -> &Bucket<H> {
        let (segment, index) = place_of(bucket);
        debug_assert!(segment < SEGMENTS);
        // SAFETY: there never are more than `MAX_BUCKETS`.
        let segment = unsafe { self.segments.get_unchecked(segment) };
        // Relaxed: it was stored before the number of buckets which the caller has acquired, and never changes again.
        let first = segment.load(Ordering::Relaxed);
        debug_assert!(!first.is_null());
        // SAFETY: the segment lives as long as the table, and has such a place.
        unsafe { &*first.add(index) }
    }

    /// The entry of that name in that chain. If there is none, there may be one in the table all the same (I15).
    ///
    /// # Safety
    ///
    /// The caller holds the lock, or a reading that began before this and lasts as long as the entry is used (I16).
    #[inline]
    pub(super) unsafe fn find<'a>(
        bucket: &'a Bucket<H>,
        hash: u64,
        name: &str,
    ) -> Option<&'a Entry<H>> {
        // ORDERING: Acquire pairs with the Release in `link`: the entry is initialised, and so are all older ones, which
        // were put into the table before it.
        let mut next = bucket.load(Ordering::Acquire);
        // SAFETY: it was in a chain after our reading began, so it is not freed before that ends.
        while let Some(entry) = unsafe { next.as_ref() } {
            if entry.is_of(hash, name) {
                return Some(entry);
            }
            // Relaxed: an older entry (I15).
            next = entry.next.load(Ordering::Relaxed);
        }
        None
    }

    /// Puts the entry of a new name into the table, and lets the table grow with it.
    pub(super) fn insert(&self, writing: &mut Writing, entry: Box<Entry<H>>) {
        if self.buckets(writing) == 0 {
            self.add_bucket(0);
        }
        let bucket = self.bucket_of(entry.hash()).expect("memory for the first buckets");
        // Relaxed, both: we hold the lock, and nobody else knows the entry.
        entry.next.store(bucket.load(Ordering::Relaxed), Ordering::Relaxed);
        link(bucket, Box::into_raw(entry));

        writing.names += 1;
        writing.changes += 1;
        let wanted = writing.names.saturating_mul(BUCKETS_PER_NAME);
        if self.buckets(writing) < wanted.min(MAX_BUCKETS) {
            for _ in 0..ADDED_TOGETHER {
                self.add_bucket(self.buckets(writing));
            }
        }
    }

    /// Takes the entry of that name out of its chain.
    pub(super) fn unlink(
        &self,
        writing: &mut Writing,
        hash: u64,
        name: &str,
    ) -> Option<Removed<H>> {
        let mut from = self.bucket_of(hash)?;
        loop {
            // Relaxed: we hold the lock.
            let pointer = from.load(Ordering::Relaxed);
            // SAFETY: we hold the lock, and it is in a chain.
            let entry = unsafe { pointer.as_ref() }?;
            if entry.is_of(hash, name) {
                // Relaxed: as above.
                link(from, entry.next.load(Ordering::Relaxed));
                writing.names -= 1;
                writing.changes += 1;
                return Some(Removed::One(pointer));
            }
            from = &entry.next;
        }
    }

    /// Takes out everything.
    pub(super) fn unlink_all(&self, writing: &mut Writing) -> Removed<H> {
        writing.names = 0;
        writing.changes += 1;
        let mut chains = Vec::new();
        for bucket in 0..self.buckets(writing) {
            // SAFETY: there are so many, and we hold the lock.
            let bucket = unsafe { self.bucket(bucket) };
            // Relaxed, both: we hold the lock, and whoever finds nothing reads nothing.
            let first = bucket.load(Ordering::Relaxed);
            if !first.is_null() {
                bucket.store(ptr::null_mut(), Ordering::Relaxed);
                chains.push(first);
            }
        }
        Removed::Chains(chains)
    }

    /// Whether there has never been a name. False to those who know of one.
    pub(super) fn is_untouched(&self) -> bool {
        // Relaxed: who knows of a name has seen a later value.
        self.buckets.load(Ordering::Relaxed) == 0
    }

    pub(super) fn buckets(&self, _: &Writing) -> u64 {
        // Relaxed: we hold the lock.
        self.buckets.load(Ordering::Relaxed)
    }

    /// Has the first entry of each of these buckets brought into the cache: whoever then walks along the chains need not
    /// wait for one after the other.
    pub(super) fn fetch_ahead(&self, writing: &Writing, buckets: Range<u64>) {
        assert!(buckets.end <= self.buckets(writing));
        for bucket in buckets {
            // SAFETY: just seen, and we hold the lock.
            // Relaxed: as we hold the lock.
            fetch_whole_at(unsafe { self.bucket(bucket) }.load(Ordering::Relaxed));
        }
    }

    /// The same for the second ones, once the first are in the cache.
    pub(super) fn fetch_second(&self, writing: &Writing, buckets: Range<u64>) {
        for bucket in buckets {
            if let Some(first) = self.chain(writing, bucket).next() {
                // Relaxed: we hold the lock.
                fetch_whole_at(first.next.load(Ordering::Relaxed));
            }
        }
    }

    /// The entries of one bucket.
    pub(super) fn chain<'a>(
        &'a self,
        writing: &'a Writing,
        bucket: u64,
    ) -> impl Iterator<Item = &'a Entry<H>> {
        assert!(bucket < self.buckets(writing));
        // SAFETY: just seen, and we hold the lock.
        let mut link = unsafe { self.bucket(bucket) };
        std::iter::from_fn(move || {
            // SAFETY: as long as we hold the lock, what is in a chain stays there.
            // Relaxed: as we hold the lock.
            let entry = unsafe { link.load(Ordering::Relaxed).as_ref() }?;
            link = &entry.next;
            Some(entry)
        })
    }

    /// Adds a bucket to so many that there are, and deals out to it what belongs there. The first time it adds all of
    /// the first segment.
    fn add_bucket(&self, buckets: u64) {
        if buckets == MAX_BUCKETS || !self.has_segment_for(buckets) {
            return;
        }
        let more = if buckets == 0 { FIRST_SEGMENT } else { buckets + 1 };
        if buckets != 0 {
            self.split(buckets);
        }
        // ORDERING: Release publishes the segment, and the chain of the new bucket, to the Acquire in `bucket_of`.
        self.buckets.store(more, Ordering::Release);
    }

    /// Whether the segment of this bucket, which is the next one, is there now. If there is no memory for it, the
    /// table goes on with longer chains.
    fn has_segment_for(&self, bucket: u64) -> bool {
        let (number, index) = place_of(bucket);
        if index != 0 {
            return true;
        }
        let empty = || AtomicPtr::new(ptr::null_mut());
        // SAFETY: zero is an empty bucket: a null pointer.
        let segment: Option<Box<[Bucket<H>]>> = unsafe { zeroed_slice(length_of(number), empty) };
        let Some(segment) = segment else { return false };
        // Relaxed: the number of buckets, stored after this, publishes it.
        self.segments[number].store(Box::into_raw(segment).cast(), Ordering::Relaxed);
        true
    }

    /// Deals out the entries of one bucket, to it and to a new one.
    ///
    /// Both chains keep the order that the entries had, so links still lead to older entries only (I15). An entry
    /// that stays is never out of its chain: while it is reached through one that goes, that link is not changed.
    fn split(&self, new: u64) {
        let bit = 1 << new.ilog2();
        // SAFETY: an older bucket, and one whose segment was made under the lock, which we hold.
        let (old, new) = unsafe { (self.bucket(new - bit), self.bucket(new)) };
        // Relaxed: we hold the lock.
        let mut next = old.load(Ordering::Relaxed);
        let (mut staying, mut going) = (old, new);
        // SAFETY: we hold the lock, and it is in a chain.
        while let Some(entry) = unsafe { next.as_ref() } {
            let end = if entry.hash() & bit == 0 { &mut staying } else { &mut going };
            // Relaxed, both: we hold the lock.
            if end.load(Ordering::Relaxed) != next {
                link(end, next);
            }
            *end = &entry.next;
            next = entry.next.load(Ordering::Relaxed);
        }
        link(staying, ptr::null_mut());
        link(going, ptr::null_mut());
    }
}

/// Makes the link lead there.
fn link<H>(from: &AtomicPtr<Entry<H>>, to: *mut Entry<H>) {
    // ORDERING: Release publishes the entry to the Acquire in `find`, if the link is a bucket's.
    from.store(to, Ordering::Release);
}

impl<H> Drop for Table<H> {
    fn drop(&mut self) {
        let entries = self.unlink_all(&mut Writing::default());
        for (number, segment) in self.segments.iter().enumerate() {
            // Relaxed: we are alone.
            let first = segment.load(Ordering::Relaxed);
            if !first.is_null() {
                let buckets = ptr::slice_from_raw_parts_mut(first, length_of(number));
                // SAFETY: it came from `Box::into_raw` in `has_segment_for`, with that length.
                drop(unsafe { Box::from_raw(buckets) });
            }
        }
        // The handles' drops may be user code: nothing of ours is under way any more.
        drop(entries);
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn every_bucket_has_a_place_of_its_own_and_the_segments_are_full() {
        let mut places =
            (0..7).flat_map(|segment| (0..length_of(segment)).map(move |index| (segment, index)));
        for bucket in 0..FIRST_SEGMENT << 6 {
            assert_eq!(Some(place_of(bucket)), places.next());
        }
        assert_eq!(places.next(), None);
        assert!(place_of(MAX_BUCKETS - 1).0 < SEGMENTS);
    }

    #[test]
    fn one_more_bucket_takes_hashes_from_one_other_only() {
        let hashes = (1..500u64).map(|number| number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        for hash in hashes.chain([0, u64::MAX]) {
            for buckets in FIRST_SEGMENT..FIRST_SEGMENT << 4 {
                let (before, after) = (bucket_of(hash, buckets), bucket_of(hash, buckets + 1));
                assert!(before < buckets);
                let split = buckets - (1 << buckets.ilog2());
                assert!(after == before || (before == split && after == buckets));
            }
        }
    }
}
