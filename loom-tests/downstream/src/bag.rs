//! Results in no order: anybody puts one in, and somebody takes all that are there. Nobody waits.
//!
//! A stack of linked nodes, of which all are taken at once: so the newest node that a putter has seen does not go and
//! come back meanwhile.

use std::ptr;

use crate::sync::{AtomicPtr, Ordering, UnsafeCell};

pub(crate) struct Bag<T> {
    newest: AtomicPtr<Node<T>>,
}

struct Node<T> {
    /// In a cell, so that a model sees who writes it and who reads it.
    value: UnsafeCell<Option<T>>,
    older: *mut Node<T>,
}

#[cfg(not(feature = "bug-relaxed"))]
const PUBLISH: Ordering = Ordering::Release;
#[cfg(feature = "bug-relaxed")]
const PUBLISH: Ordering = Ordering::Relaxed;

// SAFETY: a value goes from the thread that puts it to the one that takes it, and nobody else sees it.
unsafe impl<T: Send> Send for Bag<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Bag<T> {}

impl<T> Bag<T> {
    pub(crate) fn new() -> Self {
        Self { newest: AtomicPtr::new(ptr::null_mut()) }
    }

    pub(crate) fn put(&self, value: T) {
        let mut older = self.newest.load(Ordering::Relaxed);
        let node = Box::into_raw(Box::new(Node { value: UnsafeCell::new(Some(value)), older }));
        // ORDERING: Release publishes the node to the Acquire in `take_all`.
        while let Err(newest) =
            self.newest.compare_exchange(older, node, PUBLISH, Ordering::Relaxed)
        {
            older = newest;
            // SAFETY: the node is ours until the exchange succeeds.
            unsafe { (*node).older = older };
        }
    }

    pub(crate) fn take_all(&self) -> Vec<T> {
        // ORDERING: Acquire pairs with the Release of every `put` since the last time: they all are read-modify-writes.
        let mut next = self.newest.swap(ptr::null_mut(), Ordering::Acquire);
        let mut values = Vec::new();
        while !next.is_null() {
            // SAFETY: `put` made it, and it is ours alone since the swap.
            let node = unsafe { Box::from_raw(next) };
            // SAFETY: as above. (Loom does not look at what is taken out by `into_inner`.)
            values.extend(node.value.with_mut(|value| unsafe { (*value).take() }));
            next = node.older;
        }
        values
    }
}

impl<T> Drop for Bag<T> {
    fn drop(&mut self) {
        self.take_all();
    }
}
