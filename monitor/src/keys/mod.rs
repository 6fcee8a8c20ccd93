//! Every key there is, in one list: what it does, the word in the key bar and the line in the help all come
//! from here, so they cannot drift apart.
//!
//! [`BINDINGS`] has the keys that there are by default; a [`Keymap`] those that the user wants.

mod bindings;
mod key;
mod keymap;

pub use bindings::{BINDINGS, Binding};
pub use key::{Key, NotAKey};
pub use keymap::{Bound, Keymap, KeymapError};

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
    /// Show more of the past in a chart.
    ZoomOut,
    /// Show less of it.
    ZoomIn,
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
    /// Choose columns.
    Columns,
    /// Show the selected column, or hide it.
    Toggle,
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
    /// Where columns are chosen.
    Columns,
    /// In any of them but the filter and the columns, while a recording is shown: these come first.
    Replay,
}

impl Context {
    /// All of them.
    pub const ALL: [Context; 6] = [
        Context::Table,
        Context::Filter,
        Context::Detail,
        Context::Help,
        Context::Columns,
        Context::Replay,
    ];

    /// Whether the keys of a recording come first there.
    pub fn is_behind_replay(self) -> bool {
        matches!(self, Context::Table | Context::Detail | Context::Help)
    }
}
