//! Waiting: a look before going to sleep, as there are many outside the models.

use named_sync_loom::{Queue, glance_first};

use crate::support::*;

models! {
    a_getter_looks_again_before_it_sleeps(Complete, [3]) {
        glance_first(true);
        let queue = share(Queue::bounded(2));
        let getter = spawn(&queue, |queue| queue.get().unwrap() + queue.get().unwrap());
        queue.put(1).unwrap();
        queue.put(2).unwrap();
        getter.join().unwrap()
    }

    a_putter_looks_again_before_it_sleeps(Complete, [[0, 1]]) {
        glance_first(true);
        a_putter_that_waits()
    }
}
