//! Every key there is, in one list: what it does, the word in the key bar and the line in the help all come
//! from here, so they cannot drift apart.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// One line up.
    Up,
    /// One line down.
    Down,
    /// One screen up.
    PageUp,
    /// One screen down.
    PageDown,
    /// To the first line.
    First,
    /// To the last line.
    Last,
    /// Show the selected primitive.
    Open,
    /// List all primitives.
    Primitives,
    /// List all who are blocked.
    Waiters,
    /// List what looks wrong.
    Problems,
    /// List the threads.
    Threads,
    /// Begin to type a filter.
    Filter,
    /// Order by the next key.
    Sort,
    /// Order the other way round.
    Reverse,
    /// Hold the picture, or let it go on.
    Freeze,
    /// Of a recording: stand still, or go on.
    Pause,
    /// Of a recording: the next answer.
    Step,
    /// Of a recording: the answer before.
    StepBack,
    /// Of a recording: some seconds forward.
    Skip,
    /// Of a recording: some seconds back.
    SkipBack,
    /// Of a recording: twice as fast.
    Faster,
    /// Of a recording: half as fast.
    Slower,
    /// Copy the selected line.
    Copy,
    /// Write all that is known into a file.
    Write,
    /// Take the mouse, or leave it to the terminal.
    Mouse,
    /// Show the help.
    Help,
    /// Leave the pane, or clear the filter.
    Back,
    /// Take the filter as typed.
    Accept,
    /// Take the last character of the filter away.
    Erase,
    /// Leave.
    Quit,
}

/// Where a key is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// In the table.
    Table,
    /// While a filter is typed.
    Filter,
    /// In the pane of one primitive.
    Detail,
    /// In the help.
    Help,
    /// In any of them but the filter, while a recording is shown: these come first.
    Replay,
}

/// A command and the keys for it.
#[derive(Debug)]
pub struct Binding {
    /// What it asks for.
    pub command: Command,
    keys: &'static [Key],
    contexts: &'static [Context],
    /// The keys as they are written in the bar and the help.
    pub label: &'static str,
    /// The word in the key bar; commands without one are in the help only.
    pub short: Option<&'static str>,
    /// The line in the help; of a pair (up and down) the first one's speaks for both.
    pub help: Option<&'static str>,
}

#[derive(Clone, Copy, Debug)]
enum Key {
    Plain(KeyCode),
    Ctrl(char),
}

use Context::{Detail, Filter, Help, Replay, Table};
use Key::{Ctrl, Plain};

const LISTS: &[Context] = &[Table, Detail, Help];

/// The list.
pub const BINDINGS: &[Binding] = &[
    Binding {
        command: Command::Open,
        keys: &[Plain(KeyCode::Enter), Plain(KeyCode::Char('l')), Plain(KeyCode::Right)],
        contexts: &[Table],
        label: "Enter",
        short: Some("details"),
        help: Some("details of the selected row, and who is blocked on it (also l, →)"),
    },
    Binding {
        command: Command::Primitives,
        keys: &[Plain(KeyCode::Char('1'))],
        contexts: &[Table, Detail],
        label: "1",
        short: None,
        help: Some("list the primitives"),
    },
    Binding {
        command: Command::Waiters,
        keys: &[Plain(KeyCode::Char('2'))],
        contexts: &[Table, Detail],
        label: "2",
        short: None,
        help: Some("list all who are blocked, on whatever it is"),
    },
    Binding {
        command: Command::Problems,
        keys: &[Plain(KeyCode::Char('3'))],
        contexts: &[Table, Detail],
        label: "3",
        short: None,
        help: Some("list what looks wrong"),
    },
    Binding {
        command: Command::Threads,
        keys: &[Plain(KeyCode::Char('4'))],
        contexts: &[Table, Detail],
        label: "4",
        short: None,
        help: Some("list the threads: what each is blocked on, or was last"),
    },
    Binding {
        command: Command::Filter,
        keys: &[Plain(KeyCode::Char('/'))],
        contexts: &[Table],
        label: "/",
        short: Some("filter"),
        help: Some("show only what passes: words of names, or see below"),
    },
    Binding {
        command: Command::Sort,
        keys: &[Plain(KeyCode::Char('s'))],
        contexts: &[Table],
        label: "s",
        short: Some("sort"),
        help: Some("sort by the next column"),
    },
    Binding {
        command: Command::Reverse,
        keys: &[Plain(KeyCode::Char('r'))],
        contexts: &[Table],
        label: "r",
        short: Some("reverse"),
        help: Some("sort the other way round"),
    },
    Binding {
        command: Command::Accept,
        keys: &[Plain(KeyCode::Enter)],
        contexts: &[Filter],
        label: "Enter",
        short: Some("keep filter"),
        help: Some("while typing a filter: keep it"),
    },
    Binding {
        command: Command::Erase,
        keys: &[Plain(KeyCode::Backspace), Ctrl('h')],
        contexts: &[Filter],
        label: "Backspace",
        short: Some("erase"),
        help: Some("while typing a filter: erase a character"),
    },
    Binding {
        command: Command::Back,
        keys: &[Plain(KeyCode::Esc)],
        contexts: &[Filter],
        label: "Esc",
        short: Some("clear filter"),
        help: Some("while typing a filter: clear it"),
    },
    Binding {
        command: Command::Back,
        keys: &[Plain(KeyCode::Esc)],
        contexts: &[Table],
        label: "Esc",
        short: None,
        help: Some("in the table: clear the filter"),
    },
    Binding {
        command: Command::Back,
        keys: &[
            Plain(KeyCode::Esc),
            Plain(KeyCode::Char('h')),
            Plain(KeyCode::Left),
            Plain(KeyCode::Backspace),
        ],
        contexts: &[Detail, Help],
        label: "Esc",
        short: Some("back"),
        help: Some("in details or help: back (also h, ←)"),
    },
    Binding {
        command: Command::Freeze,
        keys: &[Plain(KeyCode::Char('f')), Plain(KeyCode::Char(' '))],
        contexts: &[Table, Detail],
        label: "f",
        short: Some("freeze"),
        help: Some("hold the picture as it is, or let it go on (also Space)"),
    },
    Binding {
        command: Command::Pause,
        keys: &[Plain(KeyCode::Char(' '))],
        contexts: &[Replay],
        label: "Space",
        short: Some("pause"),
        help: Some("of a recording: stand still, or go on"),
    },
    Binding {
        command: Command::Step,
        keys: &[Plain(KeyCode::Char('.'))],
        contexts: &[Replay],
        label: ". ,",
        short: Some("step"),
        help: Some("of a recording: to the next answer of the host, or the one before"),
    },
    Binding {
        command: Command::StepBack,
        keys: &[Plain(KeyCode::Char(','))],
        contexts: &[Replay],
        label: ",",
        short: None,
        help: None,
    },
    Binding {
        command: Command::Skip,
        keys: &[Plain(KeyCode::Char(']'))],
        contexts: &[Replay],
        label: "] [",
        short: Some("10 s"),
        help: Some("of a recording: ten seconds forward or back"),
    },
    Binding {
        command: Command::SkipBack,
        keys: &[Plain(KeyCode::Char('['))],
        contexts: &[Replay],
        label: "[",
        short: None,
        help: None,
    },
    Binding {
        command: Command::Faster,
        keys: &[Plain(KeyCode::Char('+')), Plain(KeyCode::Char('='))],
        contexts: &[Replay],
        label: "+ -",
        short: Some("speed"),
        help: Some("of a recording: twice as fast, or half"),
    },
    Binding {
        command: Command::Slower,
        keys: &[Plain(KeyCode::Char('-'))],
        contexts: &[Replay],
        label: "-",
        short: None,
        help: None,
    },
    Binding {
        command: Command::Up,
        keys: &[Plain(KeyCode::Up), Plain(KeyCode::Char('k'))],
        contexts: LISTS,
        label: "↑ ↓ k j",
        short: None,
        help: Some("one line up or down"),
    },
    Binding {
        command: Command::Down,
        keys: &[Plain(KeyCode::Down), Plain(KeyCode::Char('j'))],
        contexts: LISTS,
        label: "↓ j",
        short: None,
        help: None,
    },
    Binding {
        command: Command::PageUp,
        keys: &[Plain(KeyCode::PageUp), Ctrl('b')],
        contexts: LISTS,
        label: "PgUp PgDn",
        short: None,
        help: Some("one screen up or down (also Ctrl-B, Ctrl-F)"),
    },
    Binding {
        command: Command::PageDown,
        keys: &[Plain(KeyCode::PageDown), Ctrl('f')],
        contexts: LISTS,
        label: "PgDn",
        short: None,
        help: None,
    },
    Binding {
        command: Command::First,
        keys: &[Plain(KeyCode::Home), Plain(KeyCode::Char('g'))],
        contexts: LISTS,
        label: "Home End",
        short: None,
        help: Some("to the first or the last line (also g, G)"),
    },
    Binding {
        command: Command::Last,
        keys: &[Plain(KeyCode::End), Plain(KeyCode::Char('G'))],
        contexts: LISTS,
        label: "End",
        short: None,
        help: None,
    },
    Binding {
        command: Command::Copy,
        keys: &[Plain(KeyCode::Char('y'))],
        contexts: &[Table, Detail],
        label: "y",
        short: None,
        help: Some("copy the selected line to the clipboard, if the terminal lets us"),
    },
    Binding {
        command: Command::Write,
        keys: &[Plain(KeyCode::Char('w'))],
        contexts: &[Table, Detail],
        label: "w",
        short: None,
        help: Some("write all that is known into a file here, as syncmon snapshot would"),
    },
    Binding {
        command: Command::Mouse,
        keys: &[Plain(KeyCode::Char('m'))],
        contexts: &[Table, Detail],
        label: "m",
        short: None,
        help: Some("leave the mouse to the terminal, to select text, or take it again"),
    },
    Binding {
        command: Command::Help,
        keys: &[Plain(KeyCode::Char('?')), Plain(KeyCode::F(1))],
        contexts: &[Table, Detail],
        label: "?",
        short: Some("help"),
        help: Some("this help (also F1)"),
    },
    Binding {
        command: Command::Quit,
        keys: &[Plain(KeyCode::Char('q'))],
        contexts: LISTS,
        label: "q",
        short: Some("quit"),
        help: Some("quit"),
    },
    Binding {
        command: Command::Quit,
        keys: &[Ctrl('c')],
        contexts: &[Table, Filter, Detail, Help],
        label: "Ctrl-C",
        short: None,
        help: Some("quit, wherever you are"),
    },
];

/// What a key means in a context, if anything.
///
/// ```
/// use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
/// use syncmon::keys::{Command, Context, command};
/// let q = KeyEvent::new(KeyCode::Char('q'), KeyModifiers::NONE);
/// assert_eq!(command(Context::Table, q), Some(Command::Quit));
/// assert_eq!(command(Context::Filter, q), None, "it is a letter there");
/// ```
pub fn command(context: Context, event: KeyEvent) -> Option<Command> {
    in_context(context)
        .find(|binding| binding.keys.iter().any(|key| key.is(event)))
        .map(|binding| binding.command)
}

/// The bindings that count in a context.
pub fn in_context(context: Context) -> impl Iterator<Item = &'static Binding> {
    BINDINGS.iter().filter(move |binding| binding.contexts.contains(&context))
}

impl Key {
    fn is(self, event: KeyEvent) -> bool {
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        let alt = event.modifiers.contains(KeyModifiers::ALT);
        match self {
            Plain(code) => !ctrl && !alt && event.code == code,
            Ctrl(c) => ctrl && event.code == KeyCode::Char(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things_in_one_context() {
        for context in [Table, Filter, Detail, Help, Replay] {
            let mut seen = Vec::new();
            for key in in_context(context).flat_map(|binding| binding.keys) {
                let name = format!("{key:?}");
                assert!(!seen.contains(&name), "{name} twice in {context:?}");
                seen.push(name);
            }
        }
    }

    #[test]
    fn one_can_quit_from_everywhere() {
        let ctrl_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        for context in [Table, Filter, Detail, Help] {
            assert_eq!(command(context, ctrl_c), Some(Command::Quit));
        }
    }
}
