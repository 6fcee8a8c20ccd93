//! An allocator that keeps what is freed in a schedule until its end, filled with a pattern. So who reads it too late
//! reads no value that makes sense, and who writes it too late is found out.
//!
//! And no address comes back. Otherwise a schedule might not repeat itself: a stale announcement of a hazard slot that
//! happens to be the address of a new node keeps that node a little longer. But what goes wrong when an address comes back
//! is only seen when it does. So in every other schedule, by chance, memory is used again at once.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::slice;

struct Keeper;

#[global_allocator]
static KEEPER: Keeper = Keeper;

const FREED: u8 = 0xdd;

thread_local! {
    // All threads of a scenario run on one of the system's.
    static KEEPING: Cell<bool> = const { Cell::new(false) };
    /// Never dropped, as memory is freed to the thread's very end.
    static KEPT: RefCell<ManuallyDrop<Vec<(usize, Layout)>>> =
        const { RefCell::new(ManuallyDrop::new(Vec::new())) };
}

// SAFETY: all memory is the system allocator's, and what is freed goes back to it now or later, once.
unsafe impl GlobalAlloc for Keeper {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // Not while we keep something ourselves, which may allocate and free.
        if KEEPING.replace(false) {
            // SAFETY: it is the caller's until now, and of this size.
            unsafe { memory.write_bytes(FREED, layout.size()) };
            KEPT.with_borrow_mut(|kept| kept.push((memory.expose_provenance(), layout)));
            KEEPING.set(true);
        } else {
            // SAFETY: the caller's promise.
            unsafe { System.dealloc(memory, layout) };
        }
    }
}

/// From now on, until [`let_go`], what is freed is kept.
pub(crate) fn keep() {
    KEEPING.set(true);
}

/// Frees what was kept.
///
/// # Panics
///
/// If somebody has written to it.
pub(crate) fn let_go() {
    KEEPING.set(false);
    let mut written = 0;
    let kept = KEPT.with_borrow_mut(|kept| std::mem::take(&mut **kept));
    for (address, layout) in kept {
        let memory = std::ptr::with_exposed_provenance_mut::<u8>(address);
        // SAFETY: it was filled, and is nobody's but ours.
        let bytes = unsafe { slice::from_raw_parts(memory, layout.size()) };
        written += usize::from(bytes.iter().any(|&byte| byte != FREED));
        // SAFETY: it came from the system allocator, with this layout, and is freed nowhere else.
        unsafe { System.dealloc(memory, layout) };
    }
    assert_eq!(written, 0, "pieces of memory were written to after they were freed");
}

#[test]
fn what_is_freed_is_kept_and_filled() {
    keep();
    let value = Box::new(0x600d_u64);
    let address = (&raw const *value).expose_provenance();
    drop(value);
    assert_ne!((&raw const *Box::new(1_u64)).addr(), address, "the address came back");
    let kept = std::ptr::with_exposed_provenance::<u64>(address);
    // SAFETY: it is not yet given back to the system.
    assert_eq!(unsafe { kept.read() }, u64::from_ne_bytes([FREED; 8]));
    let_go();
}

#[test]
#[should_panic(expected = "were written to after they were freed")]
fn what_is_written_after_it_was_freed_is_found() {
    keep();
    let value = Box::new(0_u64);
    let address = (&raw const *value).expose_provenance();
    drop(value);
    // SAFETY: as above.
    unsafe { std::ptr::with_exposed_provenance_mut::<u64>(address).write(1) };
    let_go();
}
