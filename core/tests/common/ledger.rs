//! Accounts for payloads: each is dropped exactly once, wherever it ends up.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// How many payloads there are, by putter and sequence number, and how often each was dropped.
#[derive(Debug)]
pub(crate) struct Ledger {
    drops: Vec<Vec<AtomicU32>>,
    made: AtomicU64,
    dropped: AtomicU64,
}

/// A payload that tells its ledger when it is dropped.
#[derive(Debug)]
pub(crate) struct Tracked {
    pub(crate) putter: usize,
    pub(crate) sequence: usize,
    ledger: Arc<Ledger>,
}

impl Ledger {
    /// A ledger for so many payloads of each of so many putters.
    pub(crate) fn new(putters: usize, each: usize) -> Arc<Self> {
        let column = || (0..each).map(|_| AtomicU32::new(0)).collect();
        let drops = (0..putters).map(|_| column()).collect();
        Arc::new(Self { drops, made: AtomicU64::new(0), dropped: AtomicU64::new(0) })
    }

    pub(crate) fn payload(self: &Arc<Self>, putter: usize, sequence: usize) -> Tracked {
        self.made.fetch_add(1, Ordering::Relaxed);
        Tracked { putter, sequence, ledger: Arc::clone(self) }
    }

    pub(crate) fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }

    /// How many payloads exist now.
    pub(crate) fn alive(&self) -> u64 {
        self.made() - self.dropped.load(Ordering::Relaxed)
    }

    /// Call it when nobody can hold a payload any more: every one that was made is gone, and none was
    /// dropped twice.
    pub(crate) fn assert_settled(&self) {
        for (putter, column) in self.drops.iter().enumerate() {
            for (sequence, drops) in column.iter().enumerate() {
                let drops = drops.load(Ordering::Relaxed);
                assert!(drops <= 1, "payload {sequence} of {putter} was dropped {drops} times");
            }
        }
        assert_eq!(self.alive(), 0, "payloads that were never dropped");
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        self.ledger.dropped.fetch_add(1, Ordering::Relaxed);
        self.ledger.drops[self.putter][self.sequence].fetch_add(1, Ordering::Relaxed);
    }
}
