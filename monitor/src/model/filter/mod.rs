//! Which rows to show: the language of the filter.
//!
//! | term | passes |
//! | --- | --- |
//! | `jobs` | names that contain it, in any case unless it has capitals |
//! | `"two words"`, `"kind:x"` | the same for any text |
//! | `/^job-\d+$/` | names that match the regular expression |
//! | `kind:queue` | one kind; the beginning of the word will do |
//! | `type:String`, `thread:worker-3`, `at:src/pool.rs` | element types, threads or tasks that are blocked on it, and lines that created it or block on it, that contain the text |
//! | `depth>100`, `fill>=80%`, `wait>2s` | numbers, see [`Field`]; with `>`, `>=`, `<`, `<=`, `=`, `!=` |
//! | `!term` | what the term does not pass |
//!
//! Terms are separated by spaces; a row is shown if it passes all of them.

mod field;
mod parse;
mod term;

pub use field::Field;
pub use parse::{FilterError, parse_time};

use super::{Entry, Ticks};
use crate::wire::Blocked;
use term::Term;

/// The text of a filter, and what it means.
///
/// While the text is not right, for instance half typed, the terms before the mistake are applied.
///
/// ```
/// use syncmon::model::Filter;
/// let mut filter = Filter::new("kind:queue wait>2");
/// assert_eq!(filter.error().unwrap().to_string(), "2 of what? us, ms, s, m or h");
/// filter.push('s');
/// assert!(filter.error().is_none());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Filter {
    text: String,
    terms: Vec<Term>,
    error: Option<FilterError>,
}

impl Filter {
    /// A filter for this text.
    pub fn new(text: impl Into<String>) -> Self {
        let mut filter = Filter { text: text.into(), ..Filter::default() };
        filter.understand();
        filter
    }

    fn understand(&mut self) {
        (self.terms, self.error) = parse::parse(&self.text);
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is wrong with the text, if anything is.
    pub fn error(&self) -> Option<&FilterError> {
        self.error.as_ref()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether the entry is shown now.
    pub fn accepts(&self, entry: &Entry, ticks: &Ticks) -> bool {
        self.terms.iter().all(|term| term.accepts(entry, ticks))
    }

    /// Whether this blocked call is shown: what is said of threads, lines and waits is said of this one then.
    pub fn accepts_wait(&self, entry: &Entry, blocked: &Blocked, ticks: &Ticks) -> bool {
        self.terms.iter().all(|term| term.accepts_wait(entry, blocked, ticks))
    }

    /// Adds a character at the end.
    pub fn push(&mut self, c: char) {
        self.text.push(c);
        self.understand();
    }

    /// Takes the last character away.
    pub fn pop(&mut self) {
        self.text.pop();
        self.understand();
    }

    /// Passes everything again.
    pub fn clear(&mut self) {
        *self = Filter::default();
    }
}

#[cfg(test)]
mod tests;
