//! Wakers are user code: they may panic, and they may use the very primitive that wakes them.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use common::{CountingWaker, IN_A_WAKER, bad_waker, catch, poll_once, poll_with};
use named_sync::{Queue, Registry, WaitGroup};

#[test]
fn close_wakes_the_other_getters_although_a_waker_panics() {
    let queue = Queue::<u8>::unbounded();
    let good = CountingWaker::new();
    let mut first = pin!(queue.get_async());
    let mut second = pin!(queue.get_async());
    let mut third = pin!(queue.get_async());
    assert!(poll_with(first.as_mut(), &good).is_pending());
    assert!(second.as_mut().poll(&mut Context::from_waker(&bad_waker())).is_pending());
    assert!(poll_with(third.as_mut(), &good).is_pending());

    assert_eq!(catch(|| queue.close()).unwrap_err().message, IN_A_WAKER);
    assert!(queue.is_closed());
    assert_eq!(good.count(), 2);
    assert_eq!(poll_once(second), Poll::Ready(None), "woken all the same");
}

#[test]
fn close_wakes_the_putters_although_a_getters_waker_panics() {
    let queue = Queue::bounded(1);
    let good = CountingWaker::new();
    let (mut idle, mut bad_getter) = (pin!(queue.get_async()), pin!(queue.get_async()));
    assert!(poll_once(idle.as_mut()).is_pending());
    assert!(bad_getter.as_mut().poll(&mut Context::from_waker(&bad_waker())).is_pending());
    // The idle one gets the wake-up for this item and leaves it there, so that the queue stays full.
    queue.put(1).unwrap();
    let mut putter = pin!(queue.put_async(2));
    assert!(poll_with(putter.as_mut(), &good).is_pending());

    assert!(catch(|| queue.close()).is_err());
    assert_eq!(good.count(), 1);
    assert!(matches!(poll_once(putter), Poll::Ready(Err(error)) if error.into_inner() == 2));
}

#[test]
fn close_survives_a_panicking_waker_on_each_side() {
    let queue = Queue::bounded(1);
    let (mut idle, mut getter) = (pin!(queue.get_async()), pin!(queue.get_async()));
    assert!(poll_once(idle.as_mut()).is_pending());
    assert!(getter.as_mut().poll(&mut Context::from_waker(&bad_waker())).is_pending());
    queue.put(1).unwrap();
    let mut putter = pin!(queue.put_async(2));
    assert!(putter.as_mut().poll(&mut Context::from_waker(&bad_waker())).is_pending());

    assert_eq!(catch(|| queue.close()).unwrap_err().message, IN_A_WAKER);
    assert!(queue.is_closed());
    assert!(queue.inspect().waiters.is_empty());
}

#[test]
fn clear_closes_every_queue_although_wakers_panic() {
    let registry = Registry::new();
    let queues: Vec<_> =
        (0..8).map(|name| registry.queue::<u8>(&name.to_string(), 0).unwrap()).collect();
    let bad = bad_waker();
    let mut getters: Vec<_> = queues.iter().map(|queue| Box::pin(queue.get_async())).collect();
    for getter in &mut getters {
        assert!(getter.as_mut().poll(&mut Context::from_waker(&bad)).is_pending());
    }

    assert_eq!(catch(|| registry.clear()).unwrap_err().message, IN_A_WAKER);
    assert_eq!(queues.iter().filter(|queue| queue.is_closed()).count(), queues.len());
    assert!(registry.inspect().is_empty());
}

#[test]
fn an_item_is_in_the_queue_although_the_waker_of_its_getter_panics() {
    let queue = Queue::bounded(2);
    let mut getter = pin!(queue.get_async());
    assert!(getter.as_mut().poll(&mut Context::from_waker(&bad_waker())).is_pending());
    assert!(catch(|| queue.put(1)).is_err());
    assert_eq!(queue.size(), 1);
    assert_eq!(poll_once(getter), Poll::Ready(Some(1)));
}

#[test]
fn a_taken_item_reaches_its_getter_although_the_waker_of_a_putter_panics() {
    let queue = Queue::bounded(1);
    queue.put("first").unwrap();
    let mut putter = pin!(queue.put_async("second"));
    assert!(putter.as_mut().poll(&mut Context::from_waker(&bad_waker())).is_pending());
    assert_eq!(queue.get(), Some("first"), "the item is out of the queue: only the getter has it");
    assert!(poll_once(putter).is_ready(), "the room is there all the same");
    assert_eq!(queue.get(), Some("second"));
}

#[test]
fn done_releases_the_other_waiters_although_a_waker_panics() {
    let group = WaitGroup::new();
    group.add(1);
    let good = CountingWaker::new();
    let (mut first, mut second) = (pin!(group.wait_async()), pin!(group.wait_async()));
    assert!(first.as_mut().poll(&mut Context::from_waker(&bad_waker())).is_pending());
    assert!(poll_with(second.as_mut(), &good).is_pending());

    assert!(catch(|| group.done()).is_err());
    assert_eq!((group.count(), good.count()), (0, 1));
    assert!(poll_once(first).is_ready() && poll_once(second).is_ready());
}

/// A waker that looks at the queue and puts something into it: under a lock it would wait for itself.
struct Busybody {
    queue: Queue<usize>,
    wakes: AtomicUsize,
}

impl Busybody {
    fn use_it(&self) {
        let _ = format!("{:?} {:?}", self.queue, self.queue.inspect());
        let _ = self.queue.try_put(100);
        assert!(poll_once(pin!(self.queue.get_async())).is_ready(), "its own item at least");
    }
}

impl Wake for Busybody {
    fn wake(self: Arc<Self>) {
        self.wakes.fetch_add(1, Ordering::Relaxed);
        self.use_it();
    }
}

impl Drop for Busybody {
    fn drop(&mut self) {
        self.wakes.fetch_add(1, Ordering::Relaxed);
        let _ = self.queue.inspect();
    }
}

#[test]
fn a_waker_may_use_the_queue_that_wakes_it() {
    let queue = Queue::bounded(8);
    let busybody = Arc::new(Busybody { queue: queue.clone(), wakes: AtomicUsize::new(0) });
    let mut getter = pin!(queue.get_async());
    let waker = Waker::from(Arc::clone(&busybody));
    assert!(getter.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    drop(waker);
    queue.put(1).unwrap();
    assert_eq!(busybody.wakes.load(Ordering::Relaxed), 1);
    // It took item 1 and left its own.
    assert_eq!(poll_once(getter), Poll::Ready(Some(100)));
}

#[test]
fn a_waker_that_is_replaced_is_dropped_where_it_may_use_the_queue() {
    let queue = Queue::<usize>::bounded(8);
    let busybody = Arc::new(Busybody { queue: queue.clone(), wakes: AtomicUsize::new(0) });
    let watch = Arc::downgrade(&busybody);
    let mut getter = pin!(queue.get_async());
    assert!(getter.as_mut().poll(&mut Context::from_waker(&busybody.into())).is_pending());
    assert!(watch.upgrade().is_some(), "the queue holds it");
    assert!(poll_once(getter.as_mut()).is_pending());
    assert!(watch.upgrade().is_none(), "another waker took its place");
}

#[test]
fn the_last_waker_that_polled_is_the_one_that_is_woken() {
    let queue = Queue::unbounded();
    let (old, new) = (CountingWaker::new(), CountingWaker::new());
    let mut getter = pin!(queue.get_async());
    assert!(poll_with(getter.as_mut(), &old).is_pending());
    assert!(poll_with(getter.as_mut(), &new).is_pending());
    queue.put(1).unwrap();
    assert_eq!((old.count(), new.count()), (0, 1));
    assert_eq!(poll_once(getter), Poll::Ready(Some(1)));
}
