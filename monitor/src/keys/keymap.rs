//! The keys that the user wants.

use super::bindings::{BINDINGS, Binding};
use super::{Command, Context, Key, NotAKey};
use crate::view::Symbols;
use crossterm::event::KeyEvent;
use std::fmt;

/// A command with the keys that it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// What it is, and where.
    pub binding: &'static Binding,
    /// By which keys. None: it cannot be given.
    pub keys: Vec<Key>,
}

/// Which key means what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap(Vec<Bound>);

/// Why a command cannot have such keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeymapError {
    /// There is no such command.
    NoCommand(String),
    /// That is no key.
    NoKey(NotAKey),
    /// In one place it would mean two things.
    Twice(Key, &'static str, &'static str),
    /// It would be a letter of the filter.
    Typed(Key, &'static str),
}

impl fmt::Display for KeymapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeymapError::NoCommand(name) => {
                write!(f, "there is no command `{name}`: the commands are ")?;
                let names: Vec<&str> = BINDINGS.iter().filter_map(|binding| binding.name).collect();
                f.write_str(&names.join(", "))
            }
            KeymapError::NoKey(error) => error.fmt(f),
            KeymapError::Twice(key, one, other) => {
                write!(f, "{key} is the key of both `{one}` and `{other}`, in the same place")
            }
            KeymapError::Typed(key, name) => {
                write!(f, "`{name}` cannot have the key {key}, as that can be part of a filter")
            }
        }
    }
}

impl std::error::Error for KeymapError {}

impl From<NotAKey> for KeymapError {
    fn from(error: NotAKey) -> Self {
        KeymapError::NoKey(error)
    }
}

impl Default for Keymap {
    fn default() -> Self {
        let bound = |binding: &'static Binding| Bound { binding, keys: binding.keys.to_vec() };
        Keymap(BINDINGS.iter().map(bound).collect())
    }
}

impl Keymap {
    /// The same, but these commands have these keys, and no others.
    ///
    /// ```
    /// use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    /// use syncmon::keys::{Command, Context, Keymap};
    /// let keymap = Keymap::default().with([("freeze", ["p"])]).unwrap();
    /// let p = KeyEvent::new(KeyCode::Char('p'), KeyModifiers::NONE);
    /// assert_eq!(keymap.command(Context::Table, p), Some(Command::Freeze));
    /// let twice = Keymap::default().with([("freeze", ["s"])]).unwrap_err();
    /// assert_eq!(twice.to_string(), "s is the key of both `sort` and `freeze`, in the same place");
    /// ```
    ///
    /// # Errors
    ///
    /// If there is no such command or key, or a key would mean two things in one place.
    pub fn with<'a, K: IntoIterator<Item = &'a str>>(
        mut self,
        wanted: impl IntoIterator<Item = (&'a str, K)>,
    ) -> Result<Self, KeymapError> {
        for (name, keys) in wanted {
            let bound = self.0.iter_mut().find(|bound| bound.binding.name == Some(name));
            let bound = bound.ok_or_else(|| KeymapError::NoCommand(name.to_owned()))?;
            bound.keys = keys.into_iter().map(str::parse).collect::<Result<_, _>>()?;
        }
        self.check()?;
        Ok(self)
    }

    fn check(&self) -> Result<(), KeymapError> {
        for context in Context::ALL {
            let mut seen: Vec<(Key, &'static str)> = Vec::new();
            for bound in self.in_context(context) {
                let name = bound.binding.name.unwrap_or("quit, wherever you are");
                for key in &bound.keys {
                    if context == Context::Filter && key.is_typed() {
                        return Err(KeymapError::Typed(*key, name));
                    }
                    if let Some((_, other)) = seen.iter().find(|(other, _)| other == key) {
                        return Err(KeymapError::Twice(*key, other, name));
                    }
                    seen.push((*key, name));
                }
            }
        }
        self.check_replay()
    }

    /// While a recording is shown, its keys come first: a command must have another one then.
    fn check_replay(&self) -> Result<(), KeymapError> {
        let first: Vec<&Bound> = self.in_context(Context::Replay).collect();
        let hidden_by = |key: &Key| first.iter().find(|bound| bound.keys.contains(key));
        let others = self.0.iter().filter(|bound| {
            let contexts = bound.binding.contexts;
            !contexts.contains(&Context::Replay)
                && contexts.iter().any(|context| context.is_behind_replay())
        });
        for bound in others {
            if let (true, Some(key)) =
                (bound.keys.iter().all(|key| hidden_by(key).is_some()), bound.keys.first())
            {
                let name = |bound: &Bound| bound.binding.name.unwrap_or("quit, wherever you are");
                let other = hidden_by(key).map_or("", |bound| name(bound));
                return Err(KeymapError::Twice(*key, other, name(bound)));
            }
        }
        Ok(())
    }

    /// What a key means in a context, if anything.
    ///
    /// ```
    /// use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    /// use syncmon::keys::{Command, Context, Keymap};
    /// let q = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::NONE);
    /// let keymap = Keymap::default();
    /// assert_eq!(keymap.command(Context::Table, q), Some(Command::Quit));
    /// assert_eq!(keymap.command(Context::Filter, q), None, "it is a letter there");
    /// ```
    pub fn command(&self, context: Context, event: KeyEvent) -> Option<Command> {
        self.in_context(context)
            .find(|bound| bound.keys.iter().any(|key| key.is(event)))
            .map(|bound| bound.binding.command)
    }

    /// The commands that there are in a context.
    pub fn in_context(&self, context: Context) -> impl Iterator<Item = &Bound> {
        self.0.iter().filter(move |bound| bound.binding.contexts.contains(&context))
    }

    /// All commands.
    pub fn all(&self) -> &[Bound] {
        &self.0
    }

    /// The keys of the command that does the opposite.
    fn partner(&self, bound: &Bound) -> &[Key] {
        let partner =
            self.0.iter().find(|other| Some(other.binding.command) == bound.binding.partner);
        partner.map_or(&[], |partner| &partner.keys)
    }

    /// How its first key is written, and that of the command that does the opposite; nothing if it has none.
    pub fn label(&self, bound: &Bound, symbols: Symbols) -> String {
        let firsts = [bound.keys.first(), self.partner(bound).first()];
        let firsts: Vec<String> =
            firsts.into_iter().flatten().map(|key| symbols.key(*key)).collect();
        firsts.join(" ")
    }

    /// What it does, and its other keys; nothing if that is told elsewhere, or it has no keys.
    pub fn help(&self, bound: &Bound, symbols: Symbols) -> Option<String> {
        let help = bound.binding.help?;
        let partner = self.partner(bound);
        if bound.keys.is_empty() && partner.is_empty() {
            return None;
        }
        let others = bound.keys.iter().skip(1).chain(partner.iter().skip(1));
        let others: Vec<String> = others.map(|key| symbols.key(*key)).collect();
        if others.is_empty() {
            return Some(help.to_owned());
        }
        Some(format!("{help} (also {})", others.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::{KeyCode, KeyModifiers};

    #[test]
    fn no_key_means_two_things_in_one_context() {
        assert_eq!(Keymap::default().check(), Ok(()));
    }

    #[test]
    fn one_can_quit_from_everywhere_whatever_is_wanted() {
        let wanted = BINDINGS.iter().filter_map(|binding| Some((binding.name?, None)));
        let none = Keymap::default().with(wanted).unwrap();
        let ctrl_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        for context in Context::ALL {
            assert_eq!(none.command(context, ctrl_c), Some(Command::Quit), "{context:?}");
        }
        for name in ["sort", "pause"] {
            let error = Keymap::default().with([(name, ["Ctrl-C"])]).unwrap_err();
            assert!(matches!(error, KeymapError::Twice(Key::Ctrl('c'), _, _)), "{error}");
        }
    }

    #[test]
    fn a_command_without_a_key_left_in_a_replay_is_a_mistake() {
        let with = |name, key| Keymap::default().with([(name, [key])]).map(drop);
        assert!(matches!(with("step", "q"), Err(KeymapError::Twice(_, "step", "quit"))));
        assert!(matches!(with("sort", "["), Err(KeymapError::Twice(_, "skip-back", "sort"))));
        // There still is the arrow; and columns are chosen with the keys for that.
        assert_eq!((with("step", "j"), with("toggle", ".")), (Ok(()), Ok(())));
    }

    #[test]
    fn each_command_has_a_name_of_its_own() {
        let mut names: Vec<&str> = BINDINGS.iter().filter_map(|binding| binding.name).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!((names.len(), all), (BINDINGS.len() - 1, BINDINGS.len() - 1));
    }

    #[test]
    fn what_is_wrong_names_the_command_or_the_key() {
        let wrong = |name, key| Keymap::default().with([(name, [key])]).unwrap_err().to_string();
        assert!(
            wrong("frieze", "f")
                .starts_with("there is no command `frieze`: the commands are open, ")
        );
        assert!(wrong("freeze", "ff").starts_with("`ff` is no key"));
        assert_eq!(
            wrong("erase", "x"),
            "`erase` cannot have the key x, as that can be part of a filter"
        );
    }

    #[test]
    fn the_help_names_the_keys_that_there_are() {
        let keymap = Keymap::default().with([("up", vec!["i", "u"]), ("help", vec![])]).unwrap();
        let bound = |command| keymap.all().iter().find(|bound| bound.binding.command == command);
        let up = bound(Command::Up).unwrap();
        assert_eq!(keymap.label(up, Symbols::Unicode), "i ↓");
        assert_eq!(
            keymap.help(up, Symbols::Unicode).as_deref(),
            Some("one line up or down (also u, j)")
        );
        assert_eq!(keymap.help(bound(Command::Help).unwrap(), Symbols::Ascii), None);
    }
}
