//! Memory that need not be there before it is used.

/// So many elements that are all zero, or `None` if there is no memory for them.
///
/// They are zeroed by the allocator, which for a large number maps pages that the system provides when they are
/// touched. The types of loom and shuttle are more than their value and can not be made by zeroing memory: there `make`
/// makes them.
///
/// # Safety
///
/// Zero is a valid `T`, the one that `make` gives, and `T` is not of size zero.
#[cfg(not(any(all(loom, feature = "loom"), named_sync_shuttle)))]
pub(crate) unsafe fn zeroed_slice<T>(length: usize, _make: impl Fn() -> T) -> Option<Box<[T]>> {
    use std::alloc::{Layout, alloc_zeroed};
    const { assert!(size_of::<T>() > 0) };
    if length == 0 {
        return Some(Box::default());
    }
    let layout = Layout::array::<T>(length).ok()?;
    // SAFETY: the layout is not of size zero.
    let memory = unsafe { alloc_zeroed(layout) };
    if memory.is_null() {
        return None;
    }
    let elements = std::ptr::slice_from_raw_parts_mut(memory.cast::<T>(), length);
    // SAFETY: the memory comes from the global allocator with the layout of `[T]` of this length, is ours alone, and
    // holds valid elements: the caller's promise.
    Some(unsafe { Box::from_raw(elements) })
}

#[cfg(any(all(loom, feature = "loom"), named_sync_shuttle))]
pub(crate) unsafe fn zeroed_slice<T>(length: usize, make: impl Fn() -> T) -> Option<Box<[T]>> {
    let mut elements = Vec::new();
    elements.try_reserve_exact(length).ok()?;
    elements.extend((0..length).map(|_| make()));
    Some(elements.into_boxed_slice())
}

/// One such element, or `None` if there is no memory for it.
///
/// # Safety
///
/// As for [`zeroed_slice`].
pub(crate) unsafe fn zeroed_box<T>(make: impl Fn() -> T) -> Option<Box<T>> {
    // SAFETY: the caller's promise.
    let one = unsafe { zeroed_slice(1, make) }?;
    // SAFETY: a slice of one element has the layout of the element.
    Some(unsafe { Box::from_raw(Box::into_raw(one).cast::<T>()) })
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn it_is_as_long_as_asked_for_and_zero_or_it_is_not_there() {
        for length in [0, 1, 3, 1 << 20] {
            // SAFETY: zero is a valid number.
            let elements = unsafe { zeroed_slice(length, || 0u64) }.unwrap();
            assert!(elements.len() == length && elements.iter().all(|&element| element == 0));
        }
        // SAFETY: as above.
        assert!(unsafe { zeroed_slice(usize::MAX, || 0u64) }.is_none());
        // SAFETY: as above.
        assert_eq!(unsafe { zeroed_box(|| 0u64) }, Some(Box::new(0)));
    }
}
