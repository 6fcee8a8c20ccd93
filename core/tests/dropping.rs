//! Items of every size are dropped once, wherever they are and whatever their drops do.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the list is for the crate's sources, tests use the platform"
)]

mod common;

use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::catch;
use named_sync::{Queue, Shared};

/// More than two segments of an unbounded queue.
const MANY: usize = 80;

fn both() -> [Queue<Noisy>; 2] {
    [Queue::bounded(MANY), Queue::unbounded()]
}

/// Counts drops, and panics in its drop if told so.
struct Noisy {
    drops: Rc<Cell<usize>>,
    panics: bool,
}

impl Drop for Noisy {
    fn drop(&mut self) {
        self.drops.set(self.drops.get() + 1);
        if self.panics {
            panic!("in a drop");
        }
    }
}

#[test]
fn a_queue_that_goes_away_drops_the_items_that_are_left() {
    for queue in both() {
        let drops = Rc::new(Cell::new(0));
        for _ in 0..MANY {
            queue.try_put(Noisy { drops: Rc::clone(&drops), panics: false }).unwrap();
        }
        let other_handle = queue.clone();
        queue.try_iter().take(5).for_each(drop);
        drop(queue);
        assert_eq!(drops.get(), 5, "there is another handle");
        drop(other_handle);
        assert_eq!(drops.get(), MANY);
    }
}

#[test]
fn an_item_that_panics_in_its_drop_takes_no_other_item_along() {
    // In the first segment, at its end, in the middle, and the very last.
    for bad in [0, 30, 31, 45, MANY - 1] {
        for queue in both() {
            let drops = Rc::new(Cell::new(0));
            for number in 0..MANY {
                queue.try_put(Noisy { drops: Rc::clone(&drops), panics: number == bad }).unwrap();
            }
            assert_eq!(catch(|| drop(queue)).unwrap_err().message, "in a drop");
            assert_eq!(drops.get(), MANY, "with number {bad} panicking");
            assert_eq!(Rc::strong_count(&drops), 1);
        }
    }
}

#[test]
fn a_ring_that_wrapped_around_drops_what_is_left_once() {
    let queue = Queue::bounded(3);
    let drops = Rc::new(Cell::new(0));
    let item = || Noisy { drops: Rc::clone(&drops), panics: false };
    for _ in 0..7 {
        queue.try_put(item()).unwrap();
        queue.try_put(item()).unwrap();
        drop(queue.try_get().unwrap());
        drop(queue.try_get().unwrap());
    }
    queue.try_put(item()).unwrap();
    queue.try_put(item()).unwrap();
    assert_eq!(drops.get(), 14);
    drop(queue);
    assert_eq!(drops.get(), 16);
}

#[test]
fn closing_drops_no_item() {
    for queue in both() {
        let drops = Rc::new(Cell::new(0));
        queue.try_put(Noisy { drops: Rc::clone(&drops), panics: false }).unwrap();
        queue.close();
        assert_eq!(drops.get(), 0);
        drop(queue);
        assert_eq!(drops.get(), 1);
    }
}

#[test]
fn items_without_a_size_are_counted_and_dropped_like_others() {
    static DROPS: AtomicUsize = AtomicUsize::new(0);
    struct Nothing;
    impl Drop for Nothing {
        fn drop(&mut self) {
            DROPS.fetch_add(1, Ordering::Relaxed);
        }
    }
    for queue in [Queue::bounded(MANY), Queue::unbounded()] {
        DROPS.store(0, Ordering::Relaxed);
        assert_eq!(queue.put_many((0..MANY).map(|_| Nothing)).unwrap(), MANY);
        assert_eq!(queue.size(), MANY);
        let taken: Vec<_> = queue.try_iter().take(50).collect();
        assert_eq!((taken.len(), DROPS.load(Ordering::Relaxed)), (50, 0));
        drop(taken);
        drop(queue);
        assert_eq!(DROPS.load(Ordering::Relaxed), MANY);
    }
}

#[test]
fn items_of_a_large_alignment_lie_where_they_must() {
    #[derive(Clone, Copy, Debug, PartialEq)]
    #[repr(align(256))]
    struct Wide([u8; 300]);
    for queue in [Queue::bounded(5), Queue::unbounded()] {
        for number in 0..40 {
            queue.put(Wide([number; 300])).unwrap();
            if number >= 4 {
                assert_eq!(queue.get(), Some(Wide([number - 4; 300])));
            }
        }
    }
}

#[test]
fn a_value_that_panics_in_its_drop_is_replaced_all_the_same() {
    let drops = Rc::new(Cell::new(0));
    let shared = Shared::new(Noisy { drops: Rc::clone(&drops), panics: true });
    assert!(catch(|| shared.set(Noisy { drops: Rc::clone(&drops), panics: false })).is_err());
    assert_eq!((shared.version(), drops.get()), (1, 1));
    assert!(!shared.get().panics);
    drop(shared);
    assert_eq!(drops.get(), 2);
}

/// The reading ends by that panic, with what it was to return in its hands.
#[test]
fn what_a_reading_returns_is_dropped_if_the_value_that_it_frees_panics() {
    let drops = Rc::new(Cell::new(0));
    let shared = Shared::new(Noisy { drops: Rc::clone(&drops), panics: true });
    let result = Rc::new(());
    let read = || {
        shared.read(|_| {
            shared.set(Noisy { drops: Rc::clone(&drops), panics: false });
            Rc::clone(&result)
        })
    };
    assert!(catch(read).is_err());
    assert_eq!((drops.get(), Rc::strong_count(&result)), (1, 1));
}

#[test]
fn an_item_may_use_its_queue_while_it_is_dropped() {
    struct Chatty(Option<Queue<Chatty>>);
    impl Drop for Chatty {
        fn drop(&mut self) {
            if let Some(queue) = self.0.take() {
                assert!(queue.try_put(Chatty(None)).is_ok());
                assert_eq!(queue.inspect().waiters.len(), 0);
            }
        }
    }
    let queue = Queue::bounded(2);
    assert!(queue.put(Chatty(Some(queue.clone()))).is_ok());
    drop(queue.get());
    assert_eq!(queue.size(), 1, "what the item put while it was dropped");
}
