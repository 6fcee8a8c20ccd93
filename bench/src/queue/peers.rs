//! The blocking queues: ours and the peers', each used as its documentation says.

use std::sync::mpsc;

use super::baseline;
use super::channel::{Capacity, Channel, copies};
use crate::sample::OURS;

const OPEN: &str = "nobody closes the queue or drops the other end";

/// The capacity of a queue that is bounded in the cell at hand.
fn bound(capacity: Capacity) -> usize {
    match capacity {
        Capacity::Bounded(bound) => bound,
        Capacity::Unbounded => unreachable!("this type is the bounded one of its library"),
    }
}

/// named-sync.
pub(crate) enum Ours {}

impl Channel for Ours {
    const NAME: &'static str = OURS;
    type Tx<T: Send + 'static> = named_sync::Queue<T>;
    type Rx<T: Send + 'static> = named_sync::Queue<T>;

    fn open<T: Send + 'static>(capacity: Capacity) -> (Self::Tx<T>, Self::Rx<T>) {
        let queue = match capacity {
            Capacity::Bounded(bound) => named_sync::Queue::bounded(bound),
            Capacity::Unbounded => named_sync::Queue::unbounded(),
        };
        (queue.clone(), queue)
    }

    fn receivers<T: Send + 'static>(rx: Self::Rx<T>, count: usize) -> Vec<Self::Rx<T>> {
        copies(rx, count)
    }

    #[inline]
    fn put<T: Send + 'static>(tx: &Self::Tx<T>, item: T) {
        assert!(tx.put(item).is_ok(), "{OPEN}");
    }

    #[inline]
    fn get<T: Send + 'static>(rx: &Self::Rx<T>) -> T {
        rx.get().expect(OPEN)
    }
}

/// crossbeam-channel.
pub(crate) enum Crossbeam {}

impl Channel for Crossbeam {
    const NAME: &'static str = "crossbeam";
    type Tx<T: Send + 'static> = crossbeam_channel::Sender<T>;
    type Rx<T: Send + 'static> = crossbeam_channel::Receiver<T>;

    fn open<T: Send + 'static>(capacity: Capacity) -> (Self::Tx<T>, Self::Rx<T>) {
        match capacity {
            Capacity::Bounded(bound) => crossbeam_channel::bounded(bound),
            Capacity::Unbounded => crossbeam_channel::unbounded(),
        }
    }

    fn receivers<T: Send + 'static>(rx: Self::Rx<T>, count: usize) -> Vec<Self::Rx<T>> {
        copies(rx, count)
    }

    #[inline]
    fn put<T: Send + 'static>(tx: &Self::Tx<T>, item: T) {
        assert!(tx.send(item).is_ok(), "{OPEN}");
    }

    #[inline]
    fn get<T: Send + 'static>(rx: &Self::Rx<T>) -> T {
        rx.recv().expect(OPEN)
    }
}

/// crossfire's bounded queue for many putters and many getters.
pub(crate) enum CrossfireArray {}

impl Channel for CrossfireArray {
    const NAME: &'static str = "crossfire";
    type Tx<T: Send + 'static> = crossfire::MTx<crossfire::mpmc::Array<T>>;
    type Rx<T: Send + 'static> = crossfire::MRx<crossfire::mpmc::Array<T>>;

    fn open<T: Send + 'static>(capacity: Capacity) -> (Self::Tx<T>, Self::Rx<T>) {
        crossfire::mpmc::bounded_blocking(bound(capacity))
    }

    fn receivers<T: Send + 'static>(rx: Self::Rx<T>, count: usize) -> Vec<Self::Rx<T>> {
        copies(rx, count)
    }

    #[inline]
    fn put<T: Send + 'static>(tx: &Self::Tx<T>, item: T) {
        assert!(tx.send(item).is_ok(), "{OPEN}");
    }

    #[inline]
    fn get<T: Send + 'static>(rx: &Self::Rx<T>) -> T {
        rx.recv().expect(OPEN)
    }
}

/// crossfire's unbounded queue for many putters and many getters.
pub(crate) enum CrossfireList {}

impl Channel for CrossfireList {
    const NAME: &'static str = "crossfire";
    type Tx<T: Send + 'static> = crossfire::MTx<crossfire::mpmc::List<T>>;
    type Rx<T: Send + 'static> = crossfire::MRx<crossfire::mpmc::List<T>>;

    fn open<T: Send + 'static>(capacity: Capacity) -> (Self::Tx<T>, Self::Rx<T>) {
        assert_eq!(capacity, Capacity::Unbounded);
        crossfire::mpmc::unbounded_blocking()
    }

    fn receivers<T: Send + 'static>(rx: Self::Rx<T>, count: usize) -> Vec<Self::Rx<T>> {
        copies(rx, count)
    }

    #[inline]
    fn put<T: Send + 'static>(tx: &Self::Tx<T>, item: T) {
        assert!(tx.send(item).is_ok(), "{OPEN}");
    }

    #[inline]
    fn get<T: Send + 'static>(rx: &Self::Rx<T>) -> T {
        rx.recv().expect(OPEN)
    }
}

/// kanal.
pub(crate) enum Kanal {}

impl Channel for Kanal {
    const NAME: &'static str = "kanal";
    type Tx<T: Send + 'static> = kanal::Sender<T>;
    type Rx<T: Send + 'static> = kanal::Receiver<T>;

    fn open<T: Send + 'static>(capacity: Capacity) -> (Self::Tx<T>, Self::Rx<T>) {
        match capacity {
            Capacity::Bounded(bound) => kanal::bounded(bound),
            Capacity::Unbounded => kanal::unbounded(),
        }
    }

    fn receivers<T: Send + 'static>(rx: Self::Rx<T>, count: usize) -> Vec<Self::Rx<T>> {
        copies(rx, count)
    }

    #[inline]
    fn put<T: Send + 'static>(tx: &Self::Tx<T>, item: T) {
        assert!(tx.send(item).is_ok(), "{OPEN}");
    }

    #[inline]
    fn get<T: Send + 'static>(rx: &Self::Rx<T>) -> T {
        rx.recv().expect(OPEN)
    }
}

/// flume.
pub(crate) enum Flume {}

impl Channel for Flume {
    const NAME: &'static str = "flume";
    type Tx<T: Send + 'static> = flume::Sender<T>;
    type Rx<T: Send + 'static> = flume::Receiver<T>;

    fn open<T: Send + 'static>(capacity: Capacity) -> (Self::Tx<T>, Self::Rx<T>) {
        match capacity {
            Capacity::Bounded(bound) => flume::bounded(bound),
            Capacity::Unbounded => flume::unbounded(),
        }
    }

    fn receivers<T: Send + 'static>(rx: Self::Rx<T>, count: usize) -> Vec<Self::Rx<T>> {
        copies(rx, count)
    }

    #[inline]
    fn put<T: Send + 'static>(tx: &Self::Tx<T>, item: T) {
        assert!(tx.send(item).is_ok(), "{OPEN}");
    }

    #[inline]
    fn get<T: Send + 'static>(rx: &Self::Rx<T>) -> T {
        rx.recv().expect(OPEN)
    }
}

/// async-channel, by its blocking methods.
pub(crate) enum AsyncChannel {}

impl Channel for AsyncChannel {
    const NAME: &'static str = "async-channel";
    type Tx<T: Send + 'static> = async_channel::Sender<T>;
    type Rx<T: Send + 'static> = async_channel::Receiver<T>;

    fn open<T: Send + 'static>(capacity: Capacity) -> (Self::Tx<T>, Self::Rx<T>) {
        match capacity {
            Capacity::Bounded(bound) => async_channel::bounded(bound),
            Capacity::Unbounded => async_channel::unbounded(),
        }
    }

    fn receivers<T: Send + 'static>(rx: Self::Rx<T>, count: usize) -> Vec<Self::Rx<T>> {
        copies(rx, count)
    }

    #[inline]
    fn put<T: Send + 'static>(tx: &Self::Tx<T>, item: T) {
        assert!(tx.send_blocking(item).is_ok(), "{OPEN}");
    }

    #[inline]
    fn get<T: Send + 'static>(rx: &Self::Rx<T>) -> T {
        rx.recv_blocking().expect(OPEN)
    }
}

/// The bounded channel of the standard library, for one getter.
pub(crate) enum StdSync {}

impl Channel for StdSync {
    const NAME: &'static str = "std mpsc";
    type Tx<T: Send + 'static> = mpsc::SyncSender<T>;
    type Rx<T: Send + 'static> = mpsc::Receiver<T>;

    fn open<T: Send + 'static>(capacity: Capacity) -> (Self::Tx<T>, Self::Rx<T>) {
        mpsc::sync_channel(bound(capacity))
    }

    fn receivers<T: Send + 'static>(rx: Self::Rx<T>, count: usize) -> Vec<Self::Rx<T>> {
        assert_eq!(count, 1, "std's channel has one receiver");
        vec![rx]
    }

    #[inline]
    fn put<T: Send + 'static>(tx: &Self::Tx<T>, item: T) {
        assert!(tx.send(item).is_ok(), "{OPEN}");
    }

    #[inline]
    fn get<T: Send + 'static>(rx: &Self::Rx<T>) -> T {
        rx.recv().expect(OPEN)
    }
}

/// The unbounded channel of the standard library, for one getter.
pub(crate) enum Std {}

impl Channel for Std {
    const NAME: &'static str = "std mpsc";
    type Tx<T: Send + 'static> = mpsc::Sender<T>;
    type Rx<T: Send + 'static> = mpsc::Receiver<T>;

    fn open<T: Send + 'static>(capacity: Capacity) -> (Self::Tx<T>, Self::Rx<T>) {
        assert_eq!(capacity, Capacity::Unbounded);
        mpsc::channel()
    }

    fn receivers<T: Send + 'static>(rx: Self::Rx<T>, count: usize) -> Vec<Self::Rx<T>> {
        assert_eq!(count, 1, "std's channel has one receiver");
        vec![rx]
    }

    #[inline]
    fn put<T: Send + 'static>(tx: &Self::Tx<T>, item: T) {
        assert!(tx.send(item).is_ok(), "{OPEN}");
    }

    #[inline]
    fn get<T: Send + 'static>(rx: &Self::Rx<T>) -> T {
        rx.recv().expect(OPEN)
    }
}

/// A mutex, two condition variables and a deque.
pub(crate) enum Baseline {}

impl Channel for Baseline {
    const NAME: &'static str = "mutex+condvar";
    type Tx<T: Send + 'static> = baseline::Baseline<T>;
    type Rx<T: Send + 'static> = baseline::Baseline<T>;

    fn open<T: Send + 'static>(capacity: Capacity) -> (Self::Tx<T>, Self::Rx<T>) {
        let queue = baseline::Baseline::new(match capacity {
            Capacity::Bounded(bound) => bound,
            Capacity::Unbounded => usize::MAX,
        });
        (queue.clone(), queue)
    }

    fn receivers<T: Send + 'static>(rx: Self::Rx<T>, count: usize) -> Vec<Self::Rx<T>> {
        copies(rx, count)
    }

    #[inline]
    fn put<T: Send + 'static>(tx: &Self::Tx<T>, item: T) {
        tx.put(item);
    }

    #[inline]
    fn get<T: Send + 'static>(rx: &Self::Rx<T>) -> T {
        rx.get()
    }
}

/// Calls a generic function for each blocking queue that can do the work of a cell, ours first, and collects what
/// it returns.
macro_rules! for_each_channel {
    ($capacity:expr, $getters:expr, $function:ident :: <_ $(, $more:ty)*> ($($argument:expr),*)) => {{
        use $crate::queue::peers::*;
        let one_getter = $getters == 1;
        let mut list = vec![
            $function::<Ours $(, $more)*>($($argument),*),
            $function::<Crossbeam $(, $more)*>($($argument),*),
        ];
        if $capacity == $crate::queue::channel::Capacity::Unbounded {
            list.push($function::<CrossfireList $(, $more)*>($($argument),*));
        } else {
            list.push($function::<CrossfireArray $(, $more)*>($($argument),*));
        }
        list.push($function::<Kanal $(, $more)*>($($argument),*));
        list.push($function::<Flume $(, $more)*>($($argument),*));
        list.push($function::<AsyncChannel $(, $more)*>($($argument),*));
        if one_getter && $capacity == $crate::queue::channel::Capacity::Unbounded {
            list.push($function::<Std $(, $more)*>($($argument),*));
        } else if one_getter {
            list.push($function::<StdSync $(, $more)*>($($argument),*));
        }
        list.push($function::<Baseline $(, $more)*>($($argument),*));
        list
    }};
}
pub(crate) use for_each_channel;
