//! Memory of which the model decides when it is used again, not the allocator.
//!
//! Where addresses are compared, it makes a difference whether a new thing is at the address of a freed one. An allocator
//! decides that by all that was allocated before, in this execution and in others, also by the model checker: an
//! execution could then not be run again. Here what was freed last is used first, as allocators like to do.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::cell::RefCell;

/// What was freed and not used again, the last one last. All threads of a model are one thread of the system. What is
/// left of earlier executions makes no difference: it is as good as new.
struct Freed(Vec<(*mut u8, Layout)>);

thread_local! {
    static FREED: RefCell<Freed> = const { RefCell::new(Freed(Vec::new())) };
}

impl Drop for Freed {
    fn drop(&mut self) {
        for (memory, layout) in self.0.drain(..) {
            // SAFETY: `allocate` got it with this layout, and nobody uses it.
            unsafe { dealloc(memory, layout) };
        }
    }
}

/// Puts the value into memory of its own: the one that was freed last of those that fit.
pub(crate) fn allocate<T>(value: T) -> *mut T {
    let layout = Layout::new::<T>();
    assert!(layout.size() > 0, "it would have no address of its own");
    let freed = FREED.try_with(|freed| {
        let freed = &mut freed.borrow_mut().0;
        let place = freed.iter().rposition(|&(_, its)| its == layout)?;
        Some(freed.remove(place).0)
    });
    // SAFETY: the layout is not empty.
    let new = || unsafe { alloc(layout) };
    let memory = freed.ok().flatten().unwrap_or_else(new).cast::<T>();
    if memory.is_null() {
        handle_alloc_error(layout);
    }
    // SAFETY: memory for a `T` that nobody else has.
    unsafe { memory.write(value) };
    memory
}

/// Takes the value out of its memory, and frees that.
///
/// # Safety
///
/// It came from [`allocate`], and nobody uses it any more.
pub(crate) unsafe fn deallocate<T>(memory: *mut T) -> T {
    // SAFETY: as promised by the caller.
    let value = unsafe { memory.read() };
    let (memory, layout) = (memory.cast(), Layout::new::<T>());
    if FREED.try_with(|freed| freed.borrow_mut().0.push((memory, layout))).is_err() {
        // The thread is ending.
        // SAFETY: `allocate` got it with this layout, and nobody uses it.
        unsafe { dealloc(memory, layout) };
    }
    value
}
