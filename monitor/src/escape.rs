//! Text from somewhere else, made safe to print.
//!
//! Names, values and thread names come from anywhere, and a terminal obeys what it is sent. Whatever
//! could move the cursor, colour the screen or turn the reading direction round is written as Rust would
//! write it in a string literal. A backslash is doubled, so two different names never look the same.

use std::borrow::Cow;

/// `text` with control characters, direction overrides and line separators escaped.
///
/// Used by the screen, by text reports and by error messages. JSON does not need it: JSON has its own.
///
/// ```
/// use syncmon::escape::escape;
/// assert_eq!(escape("jobs"), "jobs");
/// assert_eq!(escape("a\u{1b}[2Jb\n"), r"a\u{1b}[2Jb\n");
/// assert_eq!(escape(r"C:\tmp"), r"C:\\tmp");
/// ```
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(needs_escape) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if needs_escape(c) {
            safe.extend(c.escape_default());
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// Whether a terminal or a reader's eye could be misled by this character.
fn needs_escape(c: char) -> bool {
    c == '\\'
        || c.is_control() // C0, DEL and C1
        || matches!(c,
            '\u{061c}' | '\u{200b}'..='\u{200f}'    // marks that turn or hide, zero-width joiners
            | '\u{2028}'..='\u{202e}'               // line and paragraph separators, embeddings, overrides
            | '\u{2060}'..='\u{206f}'               // word joiner, isolates, deprecated format characters
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}') // byte order mark, interlinear annotation
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_are_borrowed_unchanged() {
        for name in ["jobs", "größe", "任務", "a b", "", "\"quoted\""] {
            assert!(matches!(escape(name), Cow::Borrowed(same) if same == name));
        }
    }

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        let everything: String = ('\0'..=char::MAX).collect();
        let safe = escape(&everything);
        assert!(!safe.chars().any(char::is_control));
        for c in ['\u{1b}', '\u{9b}', '\u{202e}', '\u{2066}', '\u{2069}', '\u{2028}', '\u{7f}'] {
            assert!(!safe.contains(c), "{c:?} was left as it is");
        }
    }

    #[test]
    fn different_names_stay_different() {
        assert_ne!(escape("\u{1b}"), escape(r"\u{1b}"));
    }
}
