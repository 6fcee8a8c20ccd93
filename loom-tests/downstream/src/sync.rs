//! The standard library's types, or loom's, which a model can follow: the rest of this crate imports them from here.
//! named-sync needs no such switch; it has it inside.

#[cfg(loom)]
pub(crate) use loom::{
    cell::UnsafeCell,
    sync::{Arc, atomic::AtomicPtr},
    thread::{self, JoinHandle},
};
#[cfg(not(loom))]
pub(crate) use std::{
    sync::{Arc, atomic::AtomicPtr},
    thread::{self, JoinHandle},
};

pub(crate) use std::sync::atomic::Ordering;

/// The standard library's cell behind the interface of loom's.
#[cfg(not(loom))]
pub(crate) struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

#[cfg(not(loom))]
impl<T> UnsafeCell<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(std::cell::UnsafeCell::new(value))
    }

    pub(crate) fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        f(self.0.get())
    }
}
