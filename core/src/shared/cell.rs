//! The shared variable's algorithm: the current value in a node of its own, replaced as a whole, and old nodes
//! that wait until nobody reads them any more.
//!
//! ```text
//!   current ──►┌────────────────┐        retired ──►┌────────────────┐      ┌────────────────┐
//!              │ value, version │                   │ value, version ├─────►│ value, version ├──► ∅
//!              └────────────────┘                   └────────────────┘      └────────────────┘
//! ```
//!
//! I10: a node is read only by a thread that announced its address and then saw it as `current` (I14), until
//! the announcement ends. It is freed by the one thread that took it out of the retired list, after a look at all
//! slots that did not find its address. Nothing in a node changes after it became current, but for its link in the
//! retired list.
//!
//! I11: a writer announces the node that it replaces, like a reader. So its exchange of `current` succeeds only
//! if nobody has replaced the value in between: the address can not have been freed and used for another node.
//!
//! I20: who has made a node current stores its version into `latest` then. Each version is stored once, so what an
//! observer finds there never is what it was before: it need not look at the node, and announces nothing.
//!
//! Whoever retires a node collects: frees all retired nodes that nobody reads. A reader that finds retired nodes
//! when it leaves does so too. So an old value goes when its last reader leaves, but for one case: the reader
//! leaves just when a collector has seen it and has not yet put the node back into the list. The collector looks
//! again after putting it back. Should the reader's leaving not be visible even then, the node stays until the
//! variable is used or dropped the next time. (To exclude this would take a second fence in each reading.)

use std::convert::Infallible;
use std::mem::ManuallyDrop;
use std::ptr;

use crate::hazard::{self, Reading};
use crate::sync::{
    self, AtomicPtr, AtomicU64, Ordering, StdArc, allocate, deallocate, fault, in_the_step_before,
    reclaiming,
};

#[cfg(all(loom, feature = "loom"))]
use crate::sync::UnsafeCell;

pub(super) struct Cell<T> {
    current: AtomicPtr<Node<T>>,
    /// Nodes that were current once, linked by `next_retired`.
    retired: AtomicPtr<Node<T>>,
    /// A version that was current, for observers (I20).
    latest: AtomicU64,
}

pub(super) struct Node<T> {
    pub(super) value: StdArc<T>,
    pub(super) version: u64,
    /// Belongs to whoever retires the node, or took it out of the list.
    next_retired: *mut Node<T>,
    /// Read by every reader, written by the one who frees the node: so loom, which does not watch plain
    /// memory, reports a reader that comes too late.
    #[cfg(all(loom, feature = "loom"))]
    tombstone: UnsafeCell<()>,
}

// SAFETY: the values are shared between threads by reference and by `Arc`, and dropped by any of them, which
// `T: Send + Sync` allows. Nodes are shared as I10 says.
unsafe impl<T: Send + Sync> Send for Cell<T> {}
// SAFETY: as above.
unsafe impl<T: Send + Sync> Sync for Cell<T> {}

impl<T> Node<T> {
    /// A node of its own, as [`allocate`] gives it.
    fn make(value: StdArc<T>, version: u64) -> *mut Self {
        allocate(Self {
            value,
            version,
            next_retired: ptr::null_mut(),
            #[cfg(all(loom, feature = "loom"))]
            tombstone: UnsafeCell::new(()),
        })
    }
}

/// The word under which a node is announced: its address, which is even.
fn word<T>(node: *const Node<T>) -> u64 {
    node.addr() as u64
}

impl<T> Cell<T> {
    pub(super) fn new(value: T) -> Self {
        let node = Node::make(StdArc::new(value), 0);
        Self {
            current: AtomicPtr::new(node),
            retired: AtomicPtr::new(ptr::null_mut()),
            latest: AtomicU64::new(0),
        }
    }

    /// Calls `f` with the current node.
    #[inline]
    pub(super) fn read<R>(&self, f: impl FnOnce(&Node<T>) -> R) -> R {
        let visit = Visit::begin(self);
        // SAFETY: announced and seen as current, until `visit` ends (I10).
        let node = unsafe { &*visit.node };
        #[cfg(all(loom, feature = "loom"))]
        let result = node.tombstone.with(|_| f(node));
        #[cfg(not(all(loom, feature = "loom")))]
        let result = f(node);
        // Not left to the end of the scope: the drop of a value that is freed may panic, and what is being returned by
        // then is leaked (<https://github.com/rust-lang/rust/issues/47949>).
        drop(visit);
        result
    }

    /// Where it can be seen whether the value was replaced.
    pub(super) fn latest(&self) -> &AtomicU64 {
        &self.latest
    }

    /// Has the current node brought into the cache.
    pub(super) fn fetch_ahead(&self) {
        // Relaxed: not followed.
        sync::fetch_ahead(self.current.load(Ordering::Relaxed));
    }

    /// Replaces the value by `make` of it, repeatedly if others get in between. From the second time on `make`
    /// also gets back what it had made.
    pub(super) fn replace(&self, mut make: impl FnMut(&StdArc<T>, Option<StdArc<T>>) -> StdArc<T>) {
        let Ok(()) = self.try_replace(|old, rejected| Ok::<_, Infallible>(make(old, rejected)));
    }

    /// As [`replace`](Self::replace), until `make` fails: then nothing is stored.
    pub(super) fn try_replace<E>(
        &self,
        mut make: impl FnMut(&StdArc<T>, Option<StdArc<T>>) -> Result<StdArc<T>, E>,
    ) -> Result<(), E> {
        let mut visit = Visit::begin(self);
        let mut rejected = None;
        loop {
            let old = visit.node;
            let (new, version) = {
                // SAFETY: announced and seen as current, until `visit` ends or goes on to another node (I10).
                let old = unsafe { &*old };
                #[cfg(all(loom, feature = "loom"))]
                old.tombstone.with(|_| ());
                let version = old.version + 1;
                (Node::make(make(&old.value, rejected.take())?, version), version)
            };
            // ORDERING: Release publishes the node to the Acquire in `look_again`. Failure is Relaxed, as
            // that looks anew. The exchange can not be deceived: `old` is announced (I11).
            match self.current.compare_exchange(old, new, Ordering::Release, Ordering::Relaxed) {
                // The end of our visit collects.
                Ok(_) => {
                    // ORDERING: Release pairs with the fence in `Reading::begin`, with which an inspection begins that follows a
                    // look at this word: it tells this version or a later one (I20).
                    in_the_step_before(|| self.latest.store(version, Ordering::Release));
                    reclaiming(|| self.retire(Chain::of(old)));
                    return Ok(());
                }
                Err(newer) => {
                    visit.go_on_to(newer);
                    // SAFETY: it was made above, and nobody else has seen it.
                    rejected = Some(unsafe { deallocate(new) }.value);
                }
            }
        }
    }

    /// Puts nodes that are no longer current into the retired list.
    fn retire(&self, chain: Chain<T>) {
        let (first, last) = chain.into_ends();
        // Relaxed: a stale value is found out by the exchange.
        let mut head = self.retired.load(Ordering::Relaxed);
        loop {
            // SAFETY: the chain is ours until the exchange, and nobody reads the link of a node (I10).
            unsafe { (*last).next_retired = head };
            // ORDERING: Release pairs with the fence after the exchange in `collect`: the links, and that the nodes are not current.
            match self.retired.compare_exchange(head, first, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return,
                Err(newer) => head = newer,
            }
        }
    }

    /// Frees the retired nodes that nobody reads.
    #[cold]
    fn collect(&self) {
        loop {
            // Relaxed: the fence in `announced`, before anything is looked at, acquires what `retire` released.
            let mut list = Chain(self.retired.swap(ptr::null_mut(), Ordering::Relaxed));
            if list.0.is_null() {
                return;
            }
            let announced = hazard::announced();
            let (mut old, mut kept, mut kept_words) = (Chain::empty(), Chain::empty(), Vec::new());
            while let Some(node) = list.pop() {
                if announced.contains(&word(node)) && !fault!("free-a-value-early") {
                    kept.push(node);
                    kept_words.push(word(node));
                } else {
                    #[cfg(all(loom, feature = "loom"))]
                    // SAFETY: alive, as it is freed below.
                    unsafe { &*node }.tombstone.with_mut(|_| ());
                    old.push(node);
                }
            }
            if !kept.0.is_null() {
                self.retire(kept);
            }
            // The values' drops are user code: nothing of ours is under way any more.
            drop(old);
            if !left_meanwhile(&kept_words) {
                return;
            }
        }
    }
}

/// Whether one of these, which were announced, is so no more. Its reader may have left while we had the node in
/// our hands, and so have found nothing to collect.
fn left_meanwhile(words: &[u64]) -> bool {
    if words.is_empty() {
        return false;
    }
    let is_over = || {
        let announced = hazard::announced();
        words.iter().any(|word| !announced.contains(word))
    };
    if is_over() {
        return true;
    }
    if sync::MODEL_CHECKED {
        return false;
    }
    hazard::let_readers_leave();
    is_over()
}

/// A reading of one variable. However it ends, whatever became old meanwhile is looked after.
struct Visit<'a, T> {
    cell: &'a Cell<T>,
    node: *mut Node<T>,
    /// Ended in the drop.
    reading: ManuallyDrop<Reading>,
}

impl<'a, T> Visit<'a, T> {
    #[inline]
    fn begin(cell: &'a Cell<T>) -> Self {
        // Relaxed: not followed before the second look.
        let node = cell.current.load(Ordering::Relaxed);
        let reading = ManuallyDrop::new(Reading::begin(word(node)));
        let mut visit = Self { cell, node, reading };
        visit.look_again();
        visit
    }

    /// Goes on to the node which `current` was found to point to.
    #[cold]
    fn go_on_to(&mut self, node: *mut Node<T>) {
        self.node = node;
        self.reading.announce(word(node));
        self.look_again();
    }

    /// Looks whether the announced node is still current, and goes on to others until one is.
    #[inline]
    fn look_again(&mut self) {
        loop {
            // ORDERING: pairs with the Release in `replace`: the node is initialised. The first look does not see to
            // that: a node that was replaced since may have had the same address.
            let again = self.cell.current.load(Ordering::Acquire);
            let again = if fault!("read-without-a-second-look") { self.node } else { again };
            let is_current = again == self.node;
            // Even if they are equal: the former pointer may be one to a node that is no more.
            self.node = again;
            if is_current {
                return;
            }
            self.reading.announce(word(again));
        }
    }
}

impl<T> Drop for Visit<'_, T> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: `reading` is not used after this.
        unsafe { ManuallyDrop::drop(&mut self.reading) };
        reclaiming(|| {
            // Relaxed: a hint; see the top of this file for what happens if it is stale.
            if !self.cell.retired.load(Ordering::Relaxed).is_null() {
                self.cell.collect();
            }
        });
    }
}

impl<T> Drop for Cell<T> {
    fn drop(&mut self) {
        // Relaxed, both: we are alone.
        let current = self.current.load(Ordering::Relaxed);
        let retired = Chain(self.retired.load(Ordering::Relaxed));
        // If a value's drop panics, the others are dropped all the same.
        drop((Chain::of(current), retired));
    }
}

/// Nodes that belong to us alone but for readers, linked by `next_retired`. Dropped, it frees them: then there
/// must be no readers.
struct Chain<T>(*mut Node<T>);

impl<T> Chain<T> {
    fn empty() -> Self {
        Self(ptr::null_mut())
    }

    fn of(node: *mut Node<T>) -> Self {
        let mut chain = Self::empty();
        chain.push(node);
        chain
    }

    fn push(&mut self, node: *mut Node<T>) {
        // SAFETY: whoever calls this owns the node but for readers, who do not look at the link (I10).
        unsafe { (*node).next_retired = self.0 };
        self.0 = node;
    }

    fn pop(&mut self) -> Option<*mut Node<T>> {
        if self.0.is_null() {
            return None;
        }
        let node = self.0;
        // SAFETY: the nodes of a chain are alive, and their links are its own.
        self.0 = unsafe { (*node).next_retired };
        Some(node)
    }

    /// The first and the last node of a chain that is not empty. They are the caller's now.
    fn into_ends(self) -> (*mut Node<T>, *mut Node<T>) {
        let first = self.0;
        std::mem::forget(self);
        let mut last = first;
        loop {
            // SAFETY: as in `pop`.
            let next = unsafe { (*last).next_retired };
            if next.is_null() {
                return (first, last);
            }
            last = next;
        }
    }
}

impl<T> Drop for Chain<T> {
    fn drop(&mut self) {
        while let Some(node) = self.pop() {
            // If the value's drop panics, the rest goes while the panic does.
            let rest = Chain(std::mem::replace(&mut self.0, ptr::null_mut()));
            // SAFETY: every node came from `Node::make`, is in one chain, and has no readers (I10).
            drop(unsafe { deallocate(node) });
            self.0 = rest.0;
            std::mem::forget(rest);
        }
    }
}
