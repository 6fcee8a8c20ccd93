//! Queues of items of which a few would fill a thread's stack.

use named_sync::Queue;

#[test]
fn an_unbounded_queue_makes_its_memory_without_the_stack() {
    // There is room for 16 such items on the stack, and a queue makes room for more at a time.
    let thread = std::thread::Builder::new().stack_size(1 << 20);
    let make = || assert!(Queue::<[u8; 1 << 16]>::unbounded().is_empty());
    thread.spawn(make).unwrap().join().unwrap();
}
