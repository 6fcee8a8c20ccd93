//! What the models share: threads, payloads that are counted, and an executor that loom can follow.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use loom::cell::UnsafeCell;
use loom::sync::{Condvar, Mutex};
use loom::thread::JoinHandle;
use named_sync_loom::{Queue, Shared};

pub(crate) use crate::explore::Bound::{
    Complete, CompleteInFull, CompleteUnlessQuick, FewPreemptions, ForNoReason, Preemptions,
    ReclaimingAtOnce, ReclaimingAtOnceInFull, Twice,
};
pub(crate) use crate::explore::{failing_models, models};

/// Shares a handle among the threads of a model. `std`'s counter is not a scheduling point, so it costs no
/// executions; the main thread joins all others and drops the last one.
pub(crate) fn share<T>(handle: T) -> Arc<T> {
    Arc::new(handle)
}

/// An unbounded queue that is empty, in front of the first slot of a segment. Where its first segment is not what a model
/// is about, it need not explore how that comes.
pub(crate) fn unbounded_in_use() -> Queue<u32> {
    let queue = Queue::unbounded();
    for _ in 0..2 {
        queue.put(0).unwrap();
        queue.get().unwrap();
    }
    queue
}

/// How many threads this execution has begun, but for the first. Not modelled.
static STARTED: AtomicUsize = AtomicUsize::new(0);

/// Runs `f` on a thread of its own.
pub(crate) fn start<R: 'static>(f: impl FnOnce() -> R + 'static) -> JoinHandle<R> {
    STARTED.fetch_add(1, Ordering::Relaxed);
    loom::thread::spawn(f)
}

/// How many threads there were since the last call.
pub(crate) fn take_threads() -> usize {
    1 + STARTED.swap(0, Ordering::Relaxed)
}

/// Runs `f` with a shared handle on a thread of its own.
pub(crate) fn spawn<T, R>(handle: &Arc<T>, f: impl FnOnce(&T) -> R + 'static) -> JoinHandle<R>
where
    T: 'static,
    R: 'static,
{
    let handle = Arc::clone(handle);
    start(move || f(&handle))
}

/// A putter that has to wait for room, and what is got then.
pub(crate) fn a_putter_that_waits() -> [u32; 2] {
    let queue = share(Queue::bounded(1));
    queue.put(0).unwrap();
    let putter = spawn(&queue, |queue| queue.put(1).unwrap());
    let first = queue.get().unwrap();
    putter.join().unwrap();
    [first, queue.get().unwrap()]
}

/// Makes this many hazard slots, as if as many threads had read before. Nobody makes another one then, which would take
/// part in everything else; models of the making are apart from those that begin with this.
pub(crate) fn make_slots(number: u32) {
    let shared = Shared::new(());
    // Each reading within another one takes a slot of its own.
    fn read_within(shared: &Shared<()>, more: u32) {
        if more > 0 {
            shared.read(|()| read_within(shared, more - 1));
        }
    }
    read_within(&shared, number);
}

/// A plain variable: loom reports it when an access does not happen before the next one.
pub(crate) struct Plain(UnsafeCell<u32>);

// SAFETY: this is the point of it: loom checks the accesses.
unsafe impl Sync for Plain {}
// SAFETY: as above.
unsafe impl Send for Plain {}

impl Plain {
    pub(crate) fn new(value: u32) -> Self {
        Self(UnsafeCell::new(value))
    }

    pub(crate) fn get(&self) -> u32 {
        // SAFETY: loom stops the execution if this races.
        self.0.with(|value| unsafe { *value })
    }

    pub(crate) fn set(&self, value: u32) {
        // SAFETY: loom stops the execution if this races.
        self.0.with_mut(|cell| unsafe { *cell = value });
    }
}

/// A payload that counts its drops, and whose drop loom sees as a write: who reads it must be done before.
pub(crate) struct Counted {
    number: Plain,
    drops: Arc<AtomicUsize>,
}

impl Counted {
    pub(crate) fn new(number: u32, drops: &Arc<AtomicUsize>) -> Self {
        Self { number: Plain::new(number), drops: Arc::clone(drops) }
    }

    pub(crate) fn number(&self) -> u32 {
        self.number.get()
    }
}

impl std::fmt::Debug for Counted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Counted({})", self.number())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.number.set(u32::MAX);
        self.drops.fetch_add(1, Ordering::Relaxed);
    }
}

/// A waker that a thread can sleep on.
#[derive(Default)]
pub(crate) struct Alarm {
    rung: Mutex<bool>,
    condvar: Condvar,
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        *self.rung.lock().unwrap() = true;
        self.condvar.notify_one();
    }
}

impl Alarm {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self::default())
    }

    pub(crate) fn has_rung(&self) -> bool {
        *self.rung.lock().unwrap()
    }

    pub(crate) fn sleep(&self) {
        let mut rung = self.rung.lock().unwrap();
        while !*rung {
            rung = self.condvar.wait(rung).unwrap();
        }
        *rung = false;
    }
}

/// Polls once with a waker that nobody listens to.
pub(crate) fn poll_once<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls once with the alarm's waker.
pub(crate) fn poll_with<F: Future + Unpin>(alarm: &Arc<Alarm>, future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(&Waker::from(Arc::clone(alarm))))
}

/// Polls with the alarm's waker until the future is ready, sleeping in between.
pub(crate) fn finish<F: Future + Unpin>(alarm: &Arc<Alarm>, mut future: F) -> F::Output {
    loop {
        if let Poll::Ready(output) = poll_with(alarm, &mut future) {
            return output;
        }
        alarm.sleep();
    }
}

/// Runs a future on this thread.
pub(crate) fn block_on<F: Future + Unpin>(future: F) -> F::Output {
    finish(&Alarm::new(), future)
}
