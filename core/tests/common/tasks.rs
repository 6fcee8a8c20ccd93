//! The least that it takes to run a future, and to look at it while it is pending.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use super::{Random, catch};

/// A waker that counts how often it was woken.
#[derive(Debug, Default)]
pub(crate) struct CountingWaker(AtomicUsize);

impl CountingWaker {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    pub(crate) fn waker(self: &Arc<Self>) -> Waker {
        Arc::clone(self).into()
    }
}

impl Wake for CountingWaker {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// What the panic of a [`bad_waker`] says.
pub(crate) const IN_A_WAKER: &str = "in a waker";

struct Bad;

impl Wake for Bad {
    fn wake(self: Arc<Self>) {
        panic!("{IN_A_WAKER}");
    }
}

/// A waker that panics.
pub(crate) fn bad_waker() -> Waker {
    Arc::new(Bad).into()
}

/// Runs something that may wake tasks with bad wakers. `None` if it did, and was left by a panic.
pub(crate) fn despite_bad_wakers<R>(f: impl FnOnce() -> R) -> Option<R> {
    match catch(f) {
        Ok(result) => Some(result),
        Err(caught) => {
            assert_eq!(caught.message, IN_A_WAKER, "{caught:?}");
            None
        }
    }
}

/// Polls with a waker that wakes nobody.
pub(crate) fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

pub(crate) fn poll_with<F: Future>(
    future: Pin<&mut F>,
    waker: &Arc<CountingWaker>,
) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(&waker.waker()))
}

/// Polls, and drops the future if it is pending: after a while, often when it has been woken meanwhile.
pub(crate) fn poll_and_drop<F: Future>(
    future: F,
    waker: &Waker,
    random: &mut Random,
) -> Option<F::Output> {
    let mut future = Box::pin(future);
    if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(waker)) {
        return Some(output);
    }
    (0..random.below(4)).for_each(|_| thread::yield_now());
    // A wake-up that it had goes to the next in line, who may have a bad waker.
    let _ = despite_bad_wakers(|| drop(future));
    None
}

/// Forgets a future as [`std::mem::forget`] does, but for a note of where it is: so nobody takes it for a leak.
pub(crate) fn forget<F: Future + Unpin>(future: Pin<Box<F>>) {
    static FORGOTTEN: Mutex<Vec<AtomicPtr<()>>> = Mutex::new(Vec::new());
    let future = Box::into_raw(Pin::into_inner(future)).cast();
    FORGOTTEN.lock().unwrap().push(AtomicPtr::new(future));
}

/// One task on the calling thread. It sleeps on a condition variable, so that the thread's park token
/// stays out of the picture.
#[derive(Default)]
struct Alarm {
    rung: Mutex<bool>,
    condvar: Condvar,
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        *self.rung.lock().unwrap() = true;
        self.condvar.notify_one();
    }
}

pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let alarm = Arc::new(Alarm::default());
    let waker = Waker::from(Arc::clone(&alarm));
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        let mut rung = alarm.rung.lock().unwrap();
        while !*rung {
            rung = alarm.condvar.wait(rung).unwrap();
        }
        *rung = false;
    }
}
