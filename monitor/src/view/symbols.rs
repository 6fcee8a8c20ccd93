//! The signs that pictures are made of: blocks and arrows, or ASCII for terminals that have none.

use crate::keys::Key;
use crate::text::{self, Marks};
use crossterm::event::KeyCode;
use std::borrow::Cow;

/// Which signs there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Symbols {
    /// Blocks, arrows and dots.
    #[default]
    Unicode,
    /// Nothing that a terminal of 1970 has not. (Names are what they are.)
    Ascii,
}

impl Symbols {
    /// As the environment has it: ASCII if the locale names another encoding than UTF-8, or on the Linux console, whose
    /// font has no blocks.
    pub fn from_env() -> Self {
        let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let locale = set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG"));
        Self::of(locale.as_deref(), set("TERM").as_deref())
    }

    /// Without a locale there is UTF-8: in containers it is not set, and what shows them understands it.
    fn of(locale: Option<&str>, term: Option<&str>) -> Self {
        let is_utf8 = |locale: &str| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        };
        if locale.is_some_and(|locale| !is_utf8(locale)) || term == Some("linux") {
            Symbols::Ascii
        } else {
            Symbols::Unicode
        }
    }

    fn marks(self) -> &'static Marks {
        match self {
            Symbols::Unicode => &Marks::UNICODE,
            Symbols::Ascii => &Marks::ASCII,
        }
    }

    /// One of the two.
    pub(super) fn or<T>(self, unicode: T, ascii: T) -> T {
        match self {
            Symbols::Unicode => unicode,
            Symbols::Ascii => ascii,
        }
    }

    /// [`text::clip`] with the mark that there is.
    pub(super) fn clip(self, text: &str, room: usize) -> Cow<'_, str> {
        self.marks().clip(text, room)
    }

    /// [`text::clip_start`] with the mark that there is.
    pub(super) fn clip_start(self, text: &str, room: usize) -> Cow<'_, str> {
        self.marks().clip_start(text, room)
    }

    /// [`text::bar`] of what there is.
    pub(super) fn bar(self, fill: f64, room: usize) -> String {
        self.marks().bar(fill, room)
    }

    /// [`text::spark`] of what there is.
    pub(super) fn spark(self, levels: impl IntoIterator<Item = u64>, top: Option<u64>) -> String {
        self.marks().spark(levels, top)
    }

    /// The lines of a chart of what there is, the highest first.
    pub(super) fn chart(self, levels: &[u64], top: u64, lines: usize) -> Vec<String> {
        self.marks().chart(levels, top, lines)
    }

    /// [`text::age`], with `us` for microseconds.
    pub(super) fn age(self, us: u64) -> String {
        let age = text::age(us);
        self.or(age.clone(), age.replace('µ', "u"))
    }

    /// A key on the screen: arrows as such.
    pub(crate) fn key(self, key: Key) -> String {
        let arrow = match (self, key) {
            (Symbols::Unicode, Key::Plain(KeyCode::Up)) => "↑",
            (Symbols::Unicode, Key::Plain(KeyCode::Down)) => "↓",
            (Symbols::Unicode, Key::Plain(KeyCode::Left)) => "←",
            (Symbols::Unicode, Key::Plain(KeyCode::Right)) => "→",
            _ => return key.to_string(),
        };
        arrow.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_that_has_no_blocks_gets_none() {
        let of = |locale, term| Symbols::of(locale, term);
        assert_eq!(of(Some("en_US.UTF-8"), Some("xterm")), Symbols::Unicode);
        assert_eq!(of(Some("C.utf8"), None), Symbols::Unicode);
        assert_eq!(of(None, None), Symbols::Unicode);
        assert_eq!(of(Some("C"), Some("xterm")), Symbols::Ascii);
        assert_eq!(of(Some("de_DE.ISO-8859-1"), None), Symbols::Ascii);
        assert_eq!(of(Some("en_US.UTF-8"), Some("linux")), Symbols::Ascii);
    }

    #[test]
    fn in_ascii_everything_is() {
        let symbols = Symbols::Ascii;
        let all = [
            symbols.clip("a long text", 6).into_owned(),
            symbols.clip_start("a long text", 6).into_owned(),
            symbols.bar(0.4, 9),
            symbols.spark(0..=8, Some(8)),
            symbols.age(12),
            symbols.key(Key::Plain(KeyCode::Left)),
        ];
        assert_eq!(all, ["a lon~", "~ text", "###=.....", " .:-=+*#@", "12us", "Left"]);
        assert_eq!(symbols.bar(0.001, 3), "=..", "something is not nothing");
    }
}
