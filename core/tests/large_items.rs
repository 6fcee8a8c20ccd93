//! Queues of items of which a few would fill a thread's stack.

use named_sync::Queue;

#[test]
fn an_unbounded_queue_makes_its_memory_without_the_stack() {
    // There is room for 32 such items on the stack, and a queue makes room for more at a time.
    let thread = std::thread::Builder::new().stack_size(1 << 18);
    let put = || {
        let queue = Queue::unbounded();
        queue.put([0u8; 1 << 13]).unwrap();
        assert_eq!(queue.size(), 1);
    };
    thread.spawn(put).unwrap().join().unwrap();
}
