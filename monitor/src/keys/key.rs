//! A key, and how it is written: `q`, `Enter`, `Ctrl-F`.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::fmt;
use std::str::FromStr;

/// A key, with Ctrl or without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// A key alone.
    Plain(KeyCode),
    /// A letter with Ctrl.
    Ctrl(char),
}

/// The keys that have a name.
const NAMED: &[(&str, KeyCode)] = &[
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Backspace", KeyCode::Backspace),
    ("Space", KeyCode::Char(' ')),
    ("Tab", KeyCode::Tab),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("PgUp", KeyCode::PageUp),
    ("PgDn", KeyCode::PageDown),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("Insert", KeyCode::Insert),
    ("Delete", KeyCode::Delete),
];

impl Key {
    /// Whether this is the key that was pressed.
    pub fn is(self, event: KeyEvent) -> bool {
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        let alt = event.modifiers.contains(KeyModifiers::ALT);
        match self {
            Key::Plain(code) => !ctrl && !alt && event.code == code,
            Key::Ctrl(c) => ctrl && event.code == KeyCode::Char(c),
        }
    }

    /// Whether it is part of a text that is typed.
    pub fn is_typed(self) -> bool {
        matches!(self, Key::Plain(KeyCode::Char(_)))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Ctrl(c) => write!(f, "Ctrl-{}", c.to_ascii_uppercase()),
            Key::Plain(code) => match NAMED.iter().find(|(_, named)| named == code) {
                Some((name, _)) => f.write_str(name),
                None => write!(f, "{code}"),
            },
        }
    }
}

/// A text that is no key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAKey(String);

impl fmt::Display for NotAKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no key: a key is one character, Ctrl-A to Ctrl-Z but I and M, F1 to F12",
            self.0
        )?;
        NAMED.iter().try_for_each(|(name, _)| write!(f, ", {name}"))
    }
}

impl std::error::Error for NotAKey {}

impl FromStr for Key {
    type Err = NotAKey;

    /// ```
    /// use syncmon::keys::Key;
    /// let written = |text: &str| text.parse().map(|key: Key| key.to_string());
    /// assert_eq!(written("G").as_deref(), Ok("G"));
    /// assert_eq!(written("ctrl-f").as_deref(), Ok("Ctrl-F"));
    /// assert_eq!(written("pgup").as_deref(), Ok("PgUp"));
    /// assert!(written("hyper-x").is_err());
    /// ```
    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let mut chars = text.chars();
        if let (Some(c), None) = (chars.next(), chars.next())
            && !c.is_control()
        {
            return Ok(Key::Plain(KeyCode::Char(c)));
        }
        let lower = text.to_ascii_lowercase();
        if let Some((_, code)) = NAMED.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)) {
            return Ok(Key::Plain(*code));
        }
        if let Some([letter @ b'a'..=b'z']) = lower.strip_prefix("ctrl-").map(str::as_bytes)
            // Terminals send Tab and Enter for these.
            && !matches!(letter, b'i' | b'm')
        {
            return Ok(Key::Ctrl(char::from(*letter)));
        }
        let number = lower.strip_prefix('f').and_then(|number| number.parse().ok());
        match number {
            Some(number @ 1..=12) => Ok(Key::Plain(KeyCode::F(number))),
            _ => Err(NotAKey(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_as_the_same_key() {
        let named = NAMED.iter().map(|(_, code)| Key::Plain(*code));
        let typed = "aZ/?ü ".chars().map(|c| Key::Plain(KeyCode::Char(c)));
        let others = [Key::Ctrl('c'), Key::Plain(KeyCode::F(1)), Key::Plain(KeyCode::F(12))];
        for key in named.chain(typed).chain(others) {
            assert_eq!(key.to_string().parse(), Ok(key));
        }
    }

    #[test]
    fn what_is_no_key_is_told() {
        for text in ["", "ab", "F0", "F13", "Ctrl-", "Ctrl-1", "Ctrl-I", "\t"] {
            let error = text.parse::<Key>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{text}` is no key")), "{error}");
        }
    }
}
