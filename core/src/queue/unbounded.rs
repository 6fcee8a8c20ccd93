//! The unbounded queue: a chain of segments, after the list channel of crossbeam
//! (<https://github.com/crossbeam-rs/crossbeam/blob/master/crossbeam-channel/src/flavors/list.rs>).
//!
//! ```text
//!   head.segment                                   tail.segment
//!       │                                              │
//!       ▼                                              ▼
//!   ┌───┬───┬───┬───┬──────┐     ┌───┬───┬───┬───┬──────┐
//!   │ - │ - │ c │ d │ next ├────►│ e │ f │   │   │ null │
//!   └───┴───┴───┴───┴──────┘     └───┴───┴───┴───┴──────┘
//!             ▲                            ▲
//!         head.index                   tail.index
//! ```
//!
//! A position is a number of which the upper part counts segments and the lower part slots, with the
//! [flags](super::word) below. Each segment has one position more than it has slots: a word that stands at
//! this *turning position* says that the thread which claimed the last slot is about to put the next
//! segment in place, or that there is no segment yet (I21).
//!
//! I8: a thread touches a segment's memory only after it claimed a slot in it and before it is done with that
//! slot: a putter by publishing the item, a getter by marking the slot as consumed, with a plain store. So once
//! every slot of a segment is consumed, nobody is in it and nobody will come.
//!
//! I21: a queue has no segment before its first put: both words begin at a turning position, in front of which there is
//! nothing. The one putter that exchanges the null in `tail` for a segment moves both words on, `tail` first.
//!
//! I13: segments that `head` has left are in the hands of the *turner*: the one getter that claimed the last
//! slot of a segment and has not yet moved `head` on. Turns follow one another. Each of them looks from `oldest`
//! on which segments are consumed by now, keeps one of those as a spare for the putters, and frees the rest.

use std::ptr;

use super::position::{FIRST, LAP, LAST, START, STEP, TURNING, consumed, count, place, written};
use super::segment::{Oldest, Segment, Spent};
use super::slot::{FullSlot, Getting, Putting};
use super::spare::{Next, Spare};
use super::word::{CLOSED, FLAGS, Miss, NoRoom, WAITERS, same_position};
use crate::backoff::Backoff;
use crate::error::TryGetError;
use crate::pad::Padded;
use crate::sync::{self, AtomicPtr, AtomicU64, Ordering, UnsafeCell, fault, fence};

pub(super) struct Unbounded<T> {
    /// Where the next item goes. Its index is written by putters, by `close`, and under the getters' lock.
    tail: Padded<Tail<T>>,
    /// Where the next item comes from. Its flags are not used: nobody waits for room.
    head: Padded<Head<T>>,
}

/// What is looked at comes first, as in the bounded queue.
#[repr(C)]
struct Tail<T> {
    end: End<T>,
    spare: Spare<T>,
}

struct Head<T> {
    end: End<T>,
    /// A position that `tail` had once: it saves getters a look at the word that the putters are changing.
    known_tail: AtomicU64,
    /// The first segment that is not yet freed (I13).
    oldest: UnsafeCell<Oldest<T>>,
}

struct End<T> {
    index: AtomicU64,
    segment: AtomicPtr<Segment<T>>,
}

// SAFETY: items move between threads, which `T: Send` allows. A `&Unbounded` never gives access to an item
// in place: a slot's cell is touched only by the putter and the getter that claimed it.
unsafe impl<T: Send> Send for Unbounded<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Unbounded<T> {}

impl<T> Unbounded<T> {
    pub(super) fn new() -> Self {
        let end = || End { index: AtomicU64::new(START), segment: AtomicPtr::new(ptr::null_mut()) };
        Self {
            tail: Padded(Tail { end: end(), spare: Spare::new() }),
            head: Padded(Head {
                end: end(),
                known_tail: AtomicU64::new(START),
                oldest: UnsafeCell::new(Oldest { segment: ptr::null_mut(), word: START }),
            }),
        }
    }

    /// Moves `head` to the segment after `current`, for the getter that claimed the last slot there (I13).
    #[cold]
    fn turn(&self, current: &Segment<T>, head: u64) {
        let next = current.wait_next();
        let spent = self.head.oldest.with_mut(|oldest| {
            // SAFETY: we are the turner: the turn before ours ended with the change of `head.index` below,
            // which we have acquired, and the next one begins after ours (I13).
            let oldest = unsafe { &mut *oldest };
            let mut spent = Spent { first: oldest.segment, end: oldest.segment };
            while !ptr::eq(oldest.segment, current) {
                // SAFETY: segments from `oldest` on are alive: only turners free them.
                let segment = unsafe { &*oldest.segment };
                if !segment.is_spent(oldest.word) && !fault!("free-a-segment-early") {
                    break;
                }
                segment.leave_for_good();
                // Relaxed: `head` passed it, so that we have acquired it by way of `head.index`.
                let next = segment.next.load(Ordering::Relaxed);
                let is_first = ptr::eq(spent.first, segment);
                *oldest = Oldest { segment: next, word: oldest.word + LAP * STEP };
                if is_first && self.tail.spare.keep(segment) {
                    spent.first = next;
                }
                spent.end = next;
            }
            spent
        });
        // ORDERING: pairs with the Acquire in `get_at`: who finds this pointer comes after our claim.
        self.head.end.segment.store(next, Ordering::Release);
        // ORDERING: hands the next segment on to other getters: an index in it comes with its pointer, and the next
        // turner with what we did to `oldest`. It hands on what we acquired by way of the index as well, of which
        // emptiness is made (see `get_at`): a store would cut that off, had we not acquired it. Nobody else changes an
        // index that stands at the turning position.
        self.head.end.index.store(head + 2 * STEP, Ordering::Release);
        // Others go on meanwhile: after a burst there may be many.
        drop(spent);
    }

    /// Tries once to claim the slot for the next item.
    #[inline(always)]
    pub(super) fn try_put(&self) -> Result<Putting<'_, T>, Miss> {
        // ORDERING: pairs with the Release in `put_last` and in `put_first`: an index in a segment comes with the pointer
        // to that segment, so that the load after this one can not give an older one.
        let tail = self.tail.end.index.load(Ordering::Acquire);
        let place = place(tail);
        if tail & CLOSED != 0 || place >= LAST {
            return Err(Miss::Hindered(tail));
        }
        self.put_at(tail, place)
    }

    /// Claims the slot at `place` of the last segment, if `tail` still stands there.
    #[inline(always)]
    fn put_at(&self, tail: u64, place: u64) -> Result<Putting<'_, T>, Miss> {
        // ORDERING: pairs with the Release in `put_last`. Who read `tail` has acquired the segment in which it stands.
        // This is about the segments after it: the claim that fills `tail`'s segment comes before the pointer to the
        // next one is stored, so if that is what we find here, our exchange comes after that claim, and fails. Were
        // this Relaxed, the exchange could be done before this load is, and succeed with the wrong segment.
        let segment = self.tail.end.segment.load(Ordering::Acquire);
        // ORDERING: success is Relaxed, as it only claims the slot; that the segment belongs to the index was
        // settled by the Acquire loads. It reads the newest word, and with it the waiter bit (I2). Failure is
        // Acquire like the first load, whose place it takes.
        let exchange = self.tail.end.index.compare_exchange_weak(
            tail,
            tail + STEP,
            Ordering::Relaxed,
            Ordering::Acquire,
        );
        match exchange {
            Ok(_) => {
                // SAFETY: the exchange proved that `tail.index` was still in the segment that we loaded, and gave
                // us one of its slots, so it lives until that slot is consumed (I8).
                let segment = unsafe { &*segment };
                segment.visit(tail);
                // SAFETY: only the exchange above moves `tail` past this slot, once; no getter touches the cell
                // before the stamp changes.
                Ok(unsafe { Putting::new(segment.slot(place), written(tail), tail & WAITERS != 0) })
            }
            Err(newer) => Err(Miss::Lost(newer)),
        }
    }

    /// Claims the last slot of the last segment, if `tail` still stands there, and puts the next segment in place,
    /// which is made before the claim, so that others need not wait for the allocator.
    fn put_last(
        &self,
        tail: u64,
        spared: &mut Option<Box<Segment<T>>>,
    ) -> Result<Putting<'_, T>, Miss> {
        let next = spared.take().map_or_else(|| self.tail.spare.next(), Next::New);
        // Relaxed: as long as `tail` stands in this segment nobody changes the pointer, and if it does not stand
        // there any more the claim fails.
        let segment = self.tail.end.segment.load(Ordering::Relaxed);
        match self.put_at(tail, LAST) {
            Ok(claim) => {
                let new = self.tail.spare.take(next, tail + 2 * STEP);
                // ORDERING: pairs with the Acquire in `put_at`: who finds this pointer comes after our claim.
                self.tail.end.segment.store(new, Ordering::Release);
                // ORDERING: both publish the new segment: to putters by way of the index, to the getter of the last
                // slot by way of `next`. In this order: an index in the new segment comes with its pointer, and with
                // the null that `take` left in its place (I17); and `next` lets `head` go on to the new segment, which it
                // must not before `tail` has, or it would look like a queue that is not empty. The index is changed by
                // addition because `close` and the getters' lock change its flags meanwhile, and because an addition
                // goes on handing on what earlier changes of the word released.
                self.tail.end.index.fetch_add(STEP, Ordering::Release);
                // SAFETY: we have claimed a slot in it, and not yet put an item there (I8).
                unsafe { &*segment }.next.store(new, Ordering::Release);
                Ok(claim)
            }
            Err(miss) => {
                if let Next::New(unused) = next {
                    *spared = Some(unused);
                }
                Err(miss)
            }
        }
    }

    /// Puts the first segment in place, and says whether it did: another putter may have been faster (I21).
    #[cold]
    fn put_first(&self, unused: &mut Option<Box<Segment<T>>>) -> bool {
        // Relaxed: not followed. Whoever comes too late need not make a segment, and only looks from then on.
        if !self.tail.end.segment.load(Ordering::Relaxed).is_null()
            && !fault!("put-another-first-segment")
        {
            return false;
        }
        let first = unused.take().unwrap_or_else(Segment::new);
        first.begin_use(FIRST);
        let first = Box::into_raw(first);
        // Relaxed, both: whoever reads the pointer has acquired it by way of an index that is moved on below.
        let exchange = self.tail.end.segment.compare_exchange(
            ptr::null_mut(),
            first,
            Ordering::Relaxed,
            Ordering::Relaxed,
        );
        if exchange.is_err() && !fault!("put-another-first-segment") {
            // SAFETY: it came from `Box::into_raw`, and nobody else has it.
            *unused = Some(unsafe { Box::from_raw(first) });
            return false;
        }
        self.head.oldest.with_mut(|oldest| {
            // SAFETY: it is the turner's, and there is none before a getter claims a slot. None does before the change of
            // `head.index` below (I21).
            unsafe { *oldest = Oldest { segment: first, word: FIRST } };
        });
        // Relaxed: comes with the index below, and is not read by who has not acquired that.
        self.head.end.segment.store(first, Ordering::Relaxed);
        // ORDERING: publishes the segment and the pointer to it to getters, `oldest` to the first turner, and a `tail` that is
        // no older than this `head` (see `get_at`): so it comes after that one, or this would look like a queue that is not
        // empty. Nobody else changes it at the turning position.
        let move_head = || self.head.end.index.store(FIRST, Ordering::Release);
        if fault!("head-leaves-the-start-first") {
            move_head();
        }
        // ORDERING: publishes the segment and the pointer to it to putters. By addition, as in `put_last`.
        self.tail.end.index.fetch_add(STEP, Ordering::Release);
        move_head();
        true
    }

    /// Goes on until a slot is claimed, unless the queue is closed. It is never full.
    #[cold]
    pub(super) fn put_after(&self, mut miss: Miss) -> Result<Putting<'_, T>, NoRoom> {
        let mut backoff = Backoff::new();
        let mut unused = None;
        loop {
            let tail = match miss {
                Miss::Hindered(tail) => tail,
                Miss::Lost(newer) => {
                    backoff.make_way();
                    newer
                }
            };
            if tail & CLOSED != 0 {
                // ORDERING: whatever gave us this word was an Acquire, and pairs with the Release of `close`.
                return Err(NoRoom::Closed);
            }
            let place = place(tail);
            let claim = if place == TURNING {
                // Unless it is ours to put the first segment in place, another putter is about to do so with the next one.
                if !same_position(tail, START) || !self.put_first(&mut unused) {
                    backoff.snooze();
                }
                // ORDERING: as in `try_put`.
                Err(Miss::Hindered(self.tail.end.index.load(Ordering::Acquire)))
            } else if place == LAST {
                self.put_last(tail, &mut unused)
            } else {
                // Not between the claim and the putting, when others may wait for us.
                unused = None;
                self.put_at(tail, place)
            };
            match claim {
                Ok(claim) => return Ok(claim),
                Err(next) => miss = next,
            }
        }
    }

    /// Tries once to claim the slot of the first item.
    #[inline(always)]
    pub(super) fn try_get(&self) -> Result<Getting<'_, T>, Miss> {
        // ORDERING: pairs with the Release in `turn` and in `put_first`.
        let head = self.head.end.index.load(Ordering::Acquire);
        let place = place(head);
        if place >= LAST {
            return Err(Miss::Hindered(head));
        }
        self.look_at_tail(head)
            .map_or_else(|| self.get_at(head, place), |_| Err(Miss::Hindered(head)))
    }

    /// The value of `tail` if `head` has come to it, so that there is no item.
    #[inline(always)]
    fn look_at_tail(&self, head: u64) -> Option<u64> {
        let known_tail = &self.head.known_tail;
        // ORDERING: pairs with the Release below: who goes by what another getter saw of `tail` must not see an
        // older `tail` later, nor must those who see what it does to `head`.
        if head < known_tail.load(Ordering::Acquire) {
            return None;
        }
        // Relaxed: `head` can not pass `tail`; see "emptiness" in docs/ALGORITHMS.md.
        let tail = self.tail.end.index.load(Ordering::Relaxed);
        let position = tail & !FLAGS;
        let ahead = position.wrapping_sub(head);
        if ahead == 0 {
            return Some(tail);
        }
        debug_assert!(position > head, "this `tail` is older than `head`");
        // What says nothing about the item after this one is not worth a store. In a model it is: with segments of two
        // slots, getters would hardly ever go by what another saw.
        if sync::MODEL_CHECKED || ahead > STEP {
            // ORDERING: pairs with the Acquire above. That an older value may replace a newer one does no harm: what
            // `tail` had passed once it has passed for ever.
            known_tail.store(position, Ordering::Release);
        }
        None
    }

    /// The same, at a turning position. Who waits there comes again and again, and leaves no note.
    fn met_tail(&self, head: u64) -> Option<u64> {
        // Relaxed: as above.
        let tail = self.tail.end.index.load(Ordering::Relaxed);
        same_position(head, tail).then_some(tail)
    }

    /// Claims the slot at `place` of the first segment, if `head` still stands there. The slot's putter has claimed
    /// it before.
    #[inline(always)]
    fn get_at(&self, head: u64, place: u64) -> Result<Getting<'_, T>, Miss> {
        let end = &self.head.end;
        // ORDERING: pairs with the Release in `turn`: as in `put_at`, a pointer that is too new makes the exchange fail.
        let segment = end.segment.load(Ordering::Acquire);
        // ORDERING: success is Release and pairs with the Acquire loads of this word: who sees `head` here
        // sees a `tail` that is no older than the one we saw, so that it can not take a stale `tail` behind
        // `head` for "not empty" and claim a slot that no item went into. Failure is Acquire like the first
        // load, whose place it takes.
        let exchange = end.index.compare_exchange_weak(
            head,
            head + STEP,
            Ordering::Release,
            Ordering::Acquire,
        );
        match exchange {
            Ok(_) => {
                // SAFETY: the exchange proved that `head.index` was still in the segment that we loaded, and gave
                // us one of its slots, so it lives until we mark that slot (I8).
                let segment = unsafe { &*segment };
                segment.visit(head);
                if place == LAST {
                    self.turn(segment, head);
                }
                let slot = segment.slot(place);
                // ORDERING: pairs with the Release in `Putting::put`, which published the item.
                let early = slot.stamp.load(Ordering::Acquire) != written(head);
                // SAFETY: only our exchange moves `head` past this slot. If the item is not yet there, the getting says
                // that it is to be waited for.
                Ok(unsafe { Getting::new(slot, consumed(head), early) })
            }
            Err(newer) => Err(Miss::Lost(newer)),
        }
    }

    /// Waits for the putter of a slot that was claimed for getting before the item was there.
    pub(super) fn wait_full(slot: &FullSlot<'_, T>) {
        slot.wait(written(slot.done()));
    }

    /// Goes on until a slot is claimed, or there is no item.
    #[cold]
    pub(super) fn get_after(&self, mut miss: Miss) -> Result<Getting<'_, T>, TryGetError> {
        let mut backoff = Backoff::new();
        loop {
            let head = match miss {
                Miss::Hindered(head) => head,
                Miss::Lost(newer) => {
                    backoff.make_way();
                    newer
                }
            };
            let place = place(head);
            let met = if place == TURNING { self.met_tail(head) } else { self.look_at_tail(head) };
            if let Some(tail) = met {
                if tail & CLOSED == 0 {
                    return Err(TryGetError::Empty);
                }
                // ORDERING: pairs with the Release of `close`.
                fence(Ordering::Acquire);
                return Err(TryGetError::Closed);
            }
            if place == TURNING {
                // Whoever claimed the last slot, or put the first segment in place, is about to move `head` on to the next one.
                backoff.snooze();
                // ORDERING: as in `try_get`.
                miss = Miss::Hindered(self.head.end.index.load(Ordering::Acquire));
                continue;
            }
            match self.get_at(head, place) {
                Ok(claim) => return Ok(claim),
                Err(next) => miss = next,
            }
        }
    }

    /// Sets the getters' bit if the queue is empty and open (I2).
    pub(super) fn arm_getters(&self) -> bool {
        // Relaxed, all three: as for the bounded queue.
        let head = self.head.end.index.load(Ordering::Relaxed);
        let tail = self.tail.end.index.load(Ordering::Relaxed);
        tail & CLOSED == 0
            && same_position(tail, head)
            && self
                .tail
                .end
                .index
                .compare_exchange(tail, tail | WAITERS, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }

    /// Clears the getters' bit (I4).
    pub(super) fn disarm_getters(&self) {
        // Relaxed: the bit is only ever acted upon under the getters' lock, which we hold.
        self.tail.end.index.fetch_and(!WAITERS, Ordering::Relaxed);
    }

    /// Closes; true for the call that did it.
    pub(super) fn close(&self) -> bool {
        // ORDERING: pairs with the Acquire behind every look at `CLOSED`.
        self.tail.end.index.fetch_or(CLOSED, Ordering::Release) & CLOSED == 0
    }

    pub(super) fn is_closed(&self) -> bool {
        // ORDERING: pairs with the Release of `close`.
        self.tail.end.index.load(Ordering::Acquire) & CLOSED != 0
    }

    /// `(puts, gets, size)`.
    pub(super) fn counts(&self) -> (u64, u64, usize) {
        // ORDERING: `head` first, and Acquire pairs with the Release with which `get_at` moves it: `tail` is then no
        // older than the one that the getter saw, and the difference not negative. So the load of `tail` is Relaxed.
        let gets = count(self.head.end.index.load(Ordering::Acquire));
        let puts = count(self.tail.end.index.load(Ordering::Relaxed));
        (puts, gets, usize::try_from(puts.saturating_sub(gets)).unwrap_or(usize::MAX))
    }

    /// The index words of `tail` and `head`.
    pub(super) fn words(&self) -> [&AtomicU64; 2] {
        [&self.tail.end.index, &self.head.end.index]
    }
}

/// Frees the segments. The items are not looked after here: [`Inner`](super::inner::Inner) has taken them out.
impl<T> Drop for Unbounded<T> {
    fn drop(&mut self) {
        self.head.oldest.with_mut(|oldest| {
            // SAFETY: we are alone.
            let first = unsafe { (*oldest).segment };
            // Every segment from there on is linked once.
            drop(Spent { first, end: ptr::null_mut() });
        });
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::sync::SEGMENT;

    #[test]
    fn counts_do_not_count_the_turning_positions() {
        let queue = Unbounded::new();
        for item in 0..5 * SEGMENT {
            assert_eq!(queue.counts(), (item, 0, item as usize));
            queue.try_put().or_else(|miss| queue.put_after(miss)).unwrap().put(item);
        }
        for item in 0..5 * SEGMENT {
            let claim = queue.try_get().or_else(|miss| queue.get_after(miss)).unwrap();
            assert_eq!(claim.full.take(), item);
            assert_eq!(queue.counts(), (5 * SEGMENT, item + 1, (5 * SEGMENT - item - 1) as usize));
        }
    }
}
