//! What a blocking queue is to the bench: two kinds of handles, of which each thread gets its own.

use std::fmt;

/// How many items a queue holds before a put waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Capacity {
    Bounded(usize),
    Unbounded,
}

impl fmt::Display for Capacity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bounded(capacity) => write!(f, "bounded-{capacity}"),
            Self::Unbounded => f.write_str("unbounded"),
        }
    }
}

/// A blocking queue. The measured loops are generic over it: no operation is called through a pointer.
///
/// A library whose bounded and unbounded queues are different types has an implementation for each, under one name.
pub(crate) trait Channel: 'static {
    const NAME: &'static str;
    type Tx<T: Send + 'static>: Clone + Send + 'static;
    type Rx<T: Send + 'static>: Send + 'static;

    fn open<T: Send + 'static>(capacity: Capacity) -> (Self::Tx<T>, Self::Rx<T>);

    /// As many handles as there are getters. A queue for one getter only is not asked for more.
    fn receivers<T: Send + 'static>(rx: Self::Rx<T>, count: usize) -> Vec<Self::Rx<T>>;

    fn put<T: Send + 'static>(tx: &Self::Tx<T>, item: T);
    fn get<T: Send + 'static>(rx: &Self::Rx<T>) -> T;
}

/// `count` handles out of one.
pub(crate) fn copies<H: Clone>(handle: H, count: usize) -> Vec<H> {
    vec![handle; count]
}

/// An item that carries a number, by which what came out is compared with what went in.
pub(crate) trait Item: Send + 'static {
    const SUFFIX: &'static str;
    fn carrying(number: u64) -> Self;
    fn number(&self) -> u64;
}

impl Item for u64 {
    const SUFFIX: &'static str = "";

    fn carrying(number: u64) -> Self {
        number
    }

    fn number(&self) -> u64 {
        *self
    }
}

/// An item of 256 bytes, all of which are written.
pub(crate) struct Large([u64; 32]);

impl Item for Large {
    const SUFFIX: &'static str = "-256B";

    fn carrying(number: u64) -> Self {
        Self([number; 32])
    }

    fn number(&self) -> u64 {
        self.0[0] ^ self.0[15] ^ self.0[31]
    }
}

/// The sum of `1..=count`.
pub(crate) fn sum_to(count: u64) -> u64 {
    count * (count + 1) / 2
}
