//! A shared value whose text is still to be written.

use std::fmt::{self, Write};

use super::FETCHED_TOGETHER;
use crate::identity::fetch_counted;
use crate::inspect::VALUE_LIMIT;
use crate::panics;
use crate::sync::{self, StdArc};

/// The value of a [`Shared`](crate::Shared) at one moment, of whatever type.
///
/// Its `Display` is the value's `Debug` text, cut after [`VALUE_LIMIT`] bytes, and does not panic if the value does. It
/// runs the value's own code, which may block: see [`Observer::look_and_write`](crate::Observer::look_and_write).
pub struct SharedValue {
    name: StdArc<str>,
    value: StdArc<dyn fmt::Debug + Send + Sync>,
}

impl SharedValue {
    pub(crate) fn new(name: StdArc<str>, value: StdArc<dyn fmt::Debug + Send + Sync>) -> Self {
        Self { name, value }
    }

    /// Its text, which is user code.
    pub(crate) fn text(&self) -> String {
        debug_text(&*self.value)
    }

    /// Has brought into the cache what is read of it, and what counts those who have it.
    fn fetch(&self) {
        sync::fetch_ahead(StdArc::as_ptr(&self.value));
        fetch_counted(&self.name);
    }

    /// The name of the shared variable.
    ///
    /// ```
    /// let registry = named_sync::Registry::new();
    /// registry.shared("limit", 5).unwrap();
    /// registry.observe().look_and_write(|value| {
    ///     assert_eq!(value.name(), "limit");
    ///     value.to_string()
    /// });
    /// ```
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Takes one after the other out of what there is, and has the values that are in them brought into the cache before it is
/// their turn.
pub(crate) fn each_fetched<V>(
    all: &mut Vec<V>,
    value: impl Fn(&V) -> &SharedValue,
) -> impl Iterator<Item = V> {
    let mut rest = all.drain(..);
    let mut fetched = 0;
    std::iter::from_fn(move || {
        if fetched == 0 {
            let together = rest.as_slice().iter().take(FETCHED_TOGETHER);
            fetched = together.map(|each| value(each).fetch()).count();
        }
        fetched = fetched.saturating_sub(1);
        rest.next()
    })
}

impl fmt::Display for SharedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text())
    }
}

impl fmt::Debug for SharedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedValue").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The `Debug` text of `value`, cut after [`VALUE_LIMIT`] bytes. The value's formatting is user code: what
/// it writes beyond that is not kept, and if it panics the text says so.
pub(crate) fn debug_text(value: &dyn fmt::Debug) -> String {
    struct Limited(String);
    impl Write for Limited {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            let mut room = VALUE_LIMIT - self.0.len().min(VALUE_LIMIT);
            if text.len() <= room {
                self.0.push_str(text);
                return Ok(());
            }
            while !text.is_char_boundary(room) {
                room -= 1;
            }
            self.0.push_str(&text[..room]);
            Err(fmt::Error)
        }
    }

    let mut limited = Limited(String::new());
    match panics::caught(|| write!(limited, "{value:?}")) {
        Some(Ok(())) => {}
        Some(Err(fmt::Error)) => limited.0.push('…'),
        None => limited.0.push_str("<panicked while formatting>"),
    }
    limited.0
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_long_value_is_cut_at_a_character_boundary() {
        let text = debug_text(&"é".repeat(VALUE_LIMIT));
        assert!(text.len() <= VALUE_LIMIT + '…'.len_utf8(), "{}", text.len());
        assert!(text.starts_with("\"éé") && text.ends_with('…'), "{text}");
        assert_eq!(debug_text(&"short"), "\"short\"");
    }

    #[test]
    fn a_value_that_panics_while_formatting_is_reported_and_harms_nobody() {
        struct Bad;
        impl fmt::Debug for Bad {
            fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
                panic!("no")
            }
        }
        assert_eq!(debug_text(&Bad), "<panicked while formatting>");
    }
}
