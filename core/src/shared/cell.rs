//! The shared variable's algorithm: values in nodes that are never freed while the variable lives, and a
//! word in each node that says whether its value may be read, and how many are reading it.
//!
//! ```text
//!   current ──►┌───────────────────────┐      state:  63              2  1     0
//!              │ state │ value, version│             ┌──────────────────┬───────┐
//!              └───────────────────────┘             │ pins             │ phase │
//!   nodes ───► all nodes ever made, linked           └──────────────────┴───────┘
//! ```
//!
//! | phase | the node's value is | leaves it when |
//! | --- | --- | --- |
//! | `FREE` | absent | a writer claims the node |
//! | `CLAIMED` | being written or taken out by one thread | that thread is done |
//! | `LIVE` | current, or about to be, or just replaced | its replacer (or a writer that gave up) retires it |
//! | `RETIRED` | old, and still being read | the last reader unpins: one thread claims it and takes it out |
//!
//! I10: a value is read only under a pin that was taken while the node was `LIVE` and seen as `current`
//! after that. It is written or taken out only by the thread whose exchange took the node to `CLAIMED`,
//! which is possible only without pins, or before the node was ever `current` in its present life.
//!
//! I11: a pinned node that is or was `current` is not reused before the pin is gone. So a writer that pins
//! `current` and then exchanges it can not be deceived by a node that went away and came back.
//!
//! There are at most as many nodes as there were ever operations at the same time, plus two.

use std::ptr;

use crate::sync::{AtomicPtr, AtomicU64, Ordering, StdArc, UnsafeCell};

const FREE: u64 = 0;
const CLAIMED: u64 = 1;
const LIVE: u64 = 2;
const RETIRED: u64 = 3;
const PHASE: u64 = 3;
const PIN: u64 = 4;

pub(super) struct Cell<T> {
    current: AtomicPtr<Node<T>>,
    /// The newest node; each links to the one before. Nodes are only ever added.
    nodes: AtomicPtr<Node<T>>,
}

struct Node<T> {
    state: AtomicU64,
    value: UnsafeCell<Option<Value<T>>>,
    /// The node that was made before this one. Written before the node is in the list, and never after.
    older: *mut Node<T>,
}

/// What a reader finds.
pub(super) struct Value<T> {
    pub(super) value: StdArc<T>,
    pub(super) version: u64,
}

// SAFETY: the values are shared between threads by reference and by `Arc`, and dropped by any of them, which
// `T: Send + Sync` allows. Access to a node's cell is governed by I10.
unsafe impl<T: Send + Sync> Send for Cell<T> {}
// SAFETY: as above.
unsafe impl<T: Send + Sync> Sync for Cell<T> {}

impl<T> Node<T> {
    fn new(state: u64, value: Option<Value<T>>) -> *mut Self {
        Box::into_raw(Box::new(Self {
            state: AtomicU64::new(state),
            value: UnsafeCell::new(value),
            older: ptr::null_mut(),
        }))
    }

    /// Takes off one pin.
    fn unpin(&self) {
        // ORDERING: Release ends our reading of the value; pairs with the Acquire in `clean`.
        if self.state.fetch_sub(PIN, Ordering::Release) == RETIRED + PIN {
            self.clean();
        }
    }

    /// Says that the value is old. Its last reader takes it out; if there is none, we do.
    fn retire(&self) {
        // ORDERING: Release, for the writer that gives up a node which was never current: it ends our
        // writing; pairs with the Acquire in `clean`.
        if self.state.fetch_add(RETIRED - LIVE, Ordering::Release) == LIVE {
            self.clean();
        }
    }

    /// Takes the old value out and frees the node, unless somebody else has, or somebody pins it: then
    /// that one comes here when it unpins.
    fn clean(&self) {
        // ORDERING: Acquire pairs with the Release of every `unpin`: all readings are over.
        if self
            .state
            .compare_exchange(RETIRED, CLAIMED, Ordering::Acquire, Ordering::Relaxed)
            .is_err()
        {
            return;
        }
        let old = self.value.with_mut(|value| {
            // SAFETY: our exchange took the node from `RETIRED` without pins to `CLAIMED` (I10).
            unsafe { (*value).take() }
        });
        // ORDERING: Release ends our access; pairs with the Acquire in `claim`.
        self.state.fetch_sub(CLAIMED - FREE, Ordering::Release);
        // The value's own drop is user code; nothing of ours is under way any more.
        drop(old);
    }
}

impl<T> Cell<T> {
    pub(super) fn new(value: T) -> Self {
        let value = Value { value: StdArc::new(value), version: 0 };
        let node = Node::new(LIVE, Some(value));
        Self { current: AtomicPtr::new(node), nodes: AtomicPtr::new(node) }
    }

    /// Pins the current value.
    pub(super) fn pin(&self) -> Pinned<'_, T> {
        loop {
            // ORDERING: pairs with the Release in `replace` and in `claim`: the node is initialised.
            let node = self.current.load(Ordering::Acquire);
            // SAFETY: nodes live as long as the cell.
            let this = unsafe { &*node };
            // ORDERING: pairs with the Release that made the node `LIVE`. Its maker looked at `current`
            // before that: so the load below can not give anything older than what its maker saw, such as
            // this node's former life.
            let state = this.state.fetch_add(PIN, Ordering::Acquire);
            // ORDERING: the second look is Acquire and pairs with the Release in `replace`: the value that
            // we find in the node is the one with which it became current.
            if state & PHASE == LIVE && self.current.load(Ordering::Acquire) == node {
                return Pinned { node: this };
            }
            this.unpin();
        }
    }

    /// Replaces the value by `make` of it, repeatedly if others get in between, and returns the new one.
    pub(super) fn replace(&self, mut make: impl FnMut(&StdArc<T>) -> StdArc<T>) -> StdArc<T> {
        let mut draft: Option<Draft<'_, T>> = None;
        loop {
            let pinned = self.pin();
            let value =
                pinned.with(|old| Value { value: make(&old.value), version: old.version + 1 });
            let new = StdArc::clone(&value.value);
            let node = match &draft {
                Some(draft) => {
                    // The rejected value is dropped here, where nothing of ours is under way.
                    drop(draft.rewrite(value));
                    draft.node
                }
                None => draft.insert(self.draft(value)).node,
            };
            // ORDERING: Release publishes the value to the Acquire loads in `pin`. Failure is Relaxed, as the
            // next round looks anew. The exchange can not be deceived: `pinned` keeps the old node (I11).
            let exchanged = self.current.compare_exchange(
                pinned.as_ptr(),
                node,
                Ordering::Release,
                Ordering::Relaxed,
            );
            if exchanged.is_ok() {
                if let Some(draft) = draft {
                    draft.publish();
                }
                pinned.node.retire();
                return new;
            }
        }
    }

    /// Makes a node with this value that is `LIVE` but not yet current.
    fn draft(&self, value: Value<T>) -> Draft<'_, T> {
        let node = self.claim();
        // SAFETY: nodes live as long as the cell.
        let this = unsafe { &*node };
        this.value.with_mut(|cell| {
            // SAFETY: `claim` took the node to `CLAIMED` for us (I10).
            unsafe { *cell = Some(value) };
        });
        // ORDERING: pairs with the Acquire of the pin in `pin`; see there.
        this.state.fetch_add(LIVE - CLAIMED, Ordering::Release);
        Draft { node, this }
    }

    /// A node in phase `CLAIMED`: a free one, or a new one.
    fn claim(&self) -> *mut Node<T> {
        // ORDERING: pairs with the Release below: the nodes are initialised.
        let mut next = self.nodes.load(Ordering::Acquire);
        while !next.is_null() {
            // SAFETY: nodes live as long as the cell.
            let node = unsafe { &*next };
            // ORDERING: Acquire pairs with the Release in `clean`: the taking out of the former value is over.
            if node
                .state
                .compare_exchange(FREE, CLAIMED, Ordering::Acquire, Ordering::Relaxed)
                .is_ok()
            {
                return next;
            }
            next = node.older;
        }
        let new = Node::new(CLAIMED, None);
        // Relaxed: a stale value is found out by the exchange.
        let mut newest = self.nodes.load(Ordering::Relaxed);
        loop {
            // SAFETY: nobody else knows the node yet.
            unsafe { (*new).older = newest };
            // ORDERING: Release publishes the node to the Acquire above. Every later addition is a
            // read-modify-write too, so older nodes stay published.
            match self.nodes.compare_exchange_weak(
                newest,
                new,
                Ordering::Release,
                Ordering::Relaxed,
            ) {
                Ok(_) => return new,
                Err(newer) => newest = newer,
            }
        }
    }
}

impl<T> Drop for Cell<T> {
    fn drop(&mut self) {
        // Relaxed: we are alone.
        let mut next = self.nodes.load(Ordering::Relaxed);
        while !next.is_null() {
            // SAFETY: every node came from `Box::into_raw`, is in the list once, and nobody uses the cell any
            // more.
            let node = unsafe { Box::from_raw(next) };
            next = node.older;
            // If the value's drop panics, the rest of the nodes leak. There is at most one value here: all
            // others were taken out when their last reader left.
            drop(node);
        }
    }
}

/// A value that stays where it is for as long as this lives.
pub(super) struct Pinned<'a, T> {
    node: &'a Node<T>,
}

impl<T> Pinned<'_, T> {
    pub(super) fn with<R>(&self, f: impl FnOnce(&Value<T>) -> R) -> R {
        self.node.value.with(|value| {
            // SAFETY: the pin was taken while the node was `LIVE` and seen as current: nobody writes the value
            // or takes it out until we unpin (I10).
            match unsafe { &*value } {
                Some(value) => f(value),
                None => unreachable!("a live node has a value"),
            }
        })
    }

    fn as_ptr(&self) -> *mut Node<T> {
        ptr::from_ref(self.node).cast_mut()
    }
}

impl<T> Drop for Pinned<'_, T> {
    fn drop(&mut self) {
        self.node.unpin();
    }
}

/// A node that has a value and is not yet current. Dropped (when a closure panics), it is retired.
struct Draft<'a, T> {
    node: *mut Node<T>,
    this: &'a Node<T>,
}

impl<T> Draft<'_, T> {
    fn rewrite(&self, value: Value<T>) -> Option<Value<T>> {
        self.this.value.with_mut(|cell| {
            // SAFETY: the node is not yet current, so that no reader can pass the second look in `pin`, and
            // no writer but us knows it (I10).
            unsafe { (*cell).replace(value) }
        })
    }

    fn publish(self) {
        std::mem::forget(self);
    }
}

impl<T> Drop for Draft<'_, T> {
    fn drop(&mut self) {
        self.this.retire();
    }
}
