//! The memory of nodes in a model: which address comes next must not depend on the allocator.

#[path = "../../core/src/sync/reused.rs"]
mod reused;

use reused::{allocate, deallocate};

/// Addresses of numbers and of pairs that are allocated and freed, as the steps say.
fn addresses() -> Vec<usize> {
    let mut addresses = Vec::new();
    let mut noted = |memory: *mut u64| {
        addresses.push(memory.addr());
        memory
    };
    let (one, two) = (noted(allocate(1)), noted(allocate(2)));
    // SAFETY: each comes from `allocate`, and is freed once.
    unsafe {
        let pair = allocate([3_u64, 4]);
        assert_eq!((deallocate(one), deallocate(pair), deallocate(two)), (1, [3, 4], 2));
        // What others allocate makes no difference.
        let other = Box::new(5_u64);
        let (three, four) = (noted(allocate(6)), noted(allocate(7)));
        drop(other);
        assert_eq!((deallocate(three), deallocate(four)), (6, 7));
    }
    addresses
}

#[test]
fn what_was_freed_last_is_used_first() {
    let first = addresses();
    assert_eq!([first[2], first[3]], [first[1], first[0]], "the last one first, by its layout");
    // Later executions begin with what the first one left.
    let second = addresses();
    assert_eq!([second[2], second[3]], [second[1], second[0]]);
    assert_ne!(second[0], second[1]);
}
