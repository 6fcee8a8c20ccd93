//! What the user wants otherwise than others.

use crate::keys::Keymap;
use crate::model::Thresholds;
use crate::view::{Columns, Theme};

/// What can be chosen. By default, what most want and the environment has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What is a problem.
    pub thresholds: Thresholds,
    /// Colours and signs.
    pub theme: Theme,
    /// The columns of the table of primitives.
    pub columns: Columns,
    /// Which key means what.
    pub keymap: Keymap,
    /// Whether the mouse is taken from the terminal.
    pub mouse: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            thresholds: Thresholds::default(),
            theme: Theme::from_env(),
            columns: Columns::default(),
            keymap: Keymap::default(),
            mouse: true,
        }
    }
}
