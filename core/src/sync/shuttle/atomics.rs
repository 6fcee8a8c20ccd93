//! shuttle's atomics, whose weak exchange may fail for no reason.

use std::ops::Deref;

use super::super::Ordering;

macro_rules! atomics {
    ($($name:ident $(<$generic:ident>)? of $value:ty;)*) => {$(
        /// As shuttle's, but for the weak exchange.
        #[derive(Debug)]
        pub(crate) struct $name $(<$generic>)? (shuttle::sync::atomic::$name $(<$generic>)?);

        #[allow(dead_code, reason = "the same operations for every type")]
        impl $(<$generic>)? $name $(<$generic>)? {
            #[track_caller]
            pub(crate) const fn new(value: $value) -> Self {
                Self(shuttle::sync::atomic::$name::new(value))
            }

            pub(crate) fn compare_exchange_weak(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                if super::by_chance() {
                    // What the failed exchange read may have been what it was to replace.
                    return Err(self.0.load(failure));
                }
                self.0.compare_exchange(current, new, success, failure)
            }
        }

        impl $(<$generic>)? Deref for $name $(<$generic>)? {
            type Target = shuttle::sync::atomic::$name $(<$generic>)?;

            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }
    )*};
}

atomics! {
    AtomicI64 of i64;
    AtomicU8 of u8;
    AtomicU64 of u64;
    AtomicPtr<T> of *mut T;
}
