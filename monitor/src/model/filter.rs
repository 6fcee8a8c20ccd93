//! Which rows to show.

use super::entry::Entry;

/// A substring of the name or the kind. Capital letters in it make it case-sensitive; an empty one passes all.
///
/// ```
/// use syncmon::model::Filter;
/// let filter = Filter::new("job");
/// assert!(filter.matches("my jobs") && filter.matches("JOBS") && !filter.matches("jabs"));
/// assert!(!Filter::new("Job").matches("my jobs"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    text: String,
}

impl Filter {
    /// A filter for this text.
    pub fn new(text: impl Into<String>) -> Self {
        Filter { text: text.into() }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether everything passes.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether this text contains the filter's.
    pub fn matches(&self, text: &str) -> bool {
        if self.text.chars().any(char::is_uppercase) {
            text.contains(&self.text)
        } else {
            text.to_lowercase().contains(&self.text)
        }
    }

    /// Whether the entry is shown.
    pub fn accepts(&self, entry: &Entry) -> bool {
        let id = &entry.row().id;
        self.is_empty()
            || self.matches(&id.name)
            // What is seen is what is typed: an escaped name is found by its escapes, too.
            || self.matches(&crate::escape::escape(&id.name))
            || self.matches(id.kind.label())
    }

    /// Adds a character at the end.
    pub fn push(&mut self, c: char) {
        self.text.push(c);
    }

    /// Takes the last character away.
    pub fn pop(&mut self) {
        self.text.pop();
    }

    /// Passes everything again.
    pub fn clear(&mut self) {
        self.text.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_a_substring_in_any_case_unless_it_has_capitals() {
        assert!(Filter::new("größe").matches("Die GRÖSSE GRÖßE"));
        assert!(!Filter::new("GrÖ").matches("größe"));
        assert!(Filter::new("").matches(""));
        assert!(!Filter::new("a.b").matches("axb"), "it is no pattern");
    }

    #[test]
    fn typing_and_erasing_edits_the_text() {
        let mut filter = Filter::default();
        filter.push('ä');
        filter.push('b');
        filter.pop();
        assert_eq!(filter.text(), "ä");
        filter.pop();
        filter.pop();
        assert!(filter.is_empty());
    }
}
