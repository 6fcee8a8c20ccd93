//! Two designs that look right and are not, complete in themselves: what the models are there to find.

use std::collections::VecDeque;

use loom::sync::{Condvar, Mutex};

use crate::support::*;

/// A queue whose getters wait for a token that each put leaves in a place for one. Two puts that nobody has noticed in
/// between leave one token.
#[derive(Default)]
struct TokenQueue {
    items: Mutex<VecDeque<u32>>,
    token: Mutex<bool>,
    left: Condvar,
}

impl TokenQueue {
    fn put(&self, item: u32) {
        self.items.lock().unwrap().push_back(item);
        *self.token.lock().unwrap() = true;
        self.left.notify_one();
    }

    fn get(&self) -> u32 {
        loop {
            if let Some(item) = self.items.lock().unwrap().pop_front() {
                return item;
            }
            let mut token = self.token.lock().unwrap();
            while !*token {
                token = self.left.wait(token).unwrap();
            }
            *token = false;
        }
    }
}

/// A queue that is only ever closed, and wakes one of those who wait for that.
#[derive(Default)]
struct Door {
    closed: Mutex<bool>,
    changed: Condvar,
}

impl Door {
    fn wait(&self) {
        let mut closed = self.closed.lock().unwrap();
        while !*closed {
            closed = self.changed.wait(closed).unwrap();
        }
    }

    fn close(&self) {
        *self.closed.lock().unwrap() = true;
        self.changed.notify_one();
    }

    fn close_for_all(&self) {
        *self.closed.lock().unwrap() = true;
        self.changed.notify_all();
    }
}

fn two_getters(puts: u32) -> u32 {
    let queue = share(TokenQueue::default());
    let getters = [(); 2].map(|()| spawn(&queue, TokenQueue::get));
    (1..=puts).for_each(|item| queue.put(item));
    getters.map(|getter| getter.join().unwrap()).iter().sum()
}

fn two_wait(close: fn(&Door)) {
    let door = share(Door::default());
    let waiters = [(); 2].map(|()| spawn(&door, Door::wait));
    close(&door);
    for waiter in waiters {
        waiter.join().unwrap();
    }
}

mod failing {
    use super::*;

    failing_models! {
        tokens_that_merge_leave_a_getter_asleep("deadlock; threads =", Preemptions(2), [3]) { two_getters(2) }

        a_close_that_wakes_one_leaves_another_asleep("deadlock; threads =", Preemptions(2), [()]) {
            two_wait(Door::close)
        }
    }
}

models! {
    a_close_that_wakes_all_leaves_nobody_asleep(Preemptions(2), [()]) { two_wait(Door::close_for_all) }
}
