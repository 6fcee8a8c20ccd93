//! What the user wants otherwise than others, in a file. `syncmon --print-config` prints one that changes nothing.

mod file;
mod print;

pub use file::parse_theme;

use crate::escape::escape;
use crate::keys::Keymap;
use crate::model::Thresholds;
use crate::view::{Colours, Columns, Palette, Symbols, Theme};
use crate::viewer::Settings;
use ratatui::style::Color;
use std::borrow::Cow;
use std::ffi::OsString;
use std::fmt;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// What a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// What is a problem.
    pub thresholds: Thresholds,
    /// Colours; without any, what the environment has.
    pub theme: Option<Palette>,
    /// Colours that the theme is not to have.
    colours: Vec<(Part, Option<Color>)>,
    /// Signs; without any, what the environment has.
    pub symbols: Option<Symbols>,
    /// The columns of the table of primitives.
    pub columns: Columns,
    /// Which key means what.
    pub keymap: Keymap,
    /// Whether the mouse is taken from the terminal.
    pub mouse: bool,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            thresholds: Thresholds::default(),
            theme: None,
            colours: Vec::new(),
            symbols: None,
            columns: Columns::default(),
            keymap: Keymap::default(),
            mouse: true,
        }
    }
}

/// Why there is no configuration.
#[derive(Debug)]
pub enum ConfigError {
    /// It cannot be read.
    Unreadable(PathBuf, io::Error),
    /// What it says is wrong: where, and how.
    Wrong(PathBuf, String),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, reason) = match self {
            ConfigError::Unreadable(path, error) => (path, error.to_string()),
            // It has lines of the file in it, which may be any.
            ConfigError::Wrong(path, reason) => (path, tame(reason.trim_end())),
        };
        write!(f, "{}: {reason}", crate::discover::shown(path))
    }
}

impl std::error::Error for ConfigError {}

/// The lines of a text, of which those are escaped that would have a terminal do something.
fn tame(text: &str) -> String {
    let lines = text.lines().map(|line| match escape(&line.replace('\\', "")) {
        Cow::Borrowed(_) => Cow::Borrowed(line),
        Cow::Owned(_) => escape(line),
    });
    lines.collect::<Vec<_>>().join("\n")
}

impl Config {
    /// What the text of a file says.
    ///
    /// ```
    /// use syncmon::config::Config;
    /// use syncmon::view::Palette;
    /// let config = Config::parse("[screen]\ntheme = 'dark'").unwrap();
    /// assert_eq!(config.theme, Some(Palette::Dark));
    /// let error = Config::parse("[screen]\ntheme = 'pink'").unwrap_err();
    /// assert!(error.contains("line 2"), "{error}");
    /// assert!(error.contains("there is no theme `pink`: auto, ansi, dark, light or plain"), "{error}");
    /// ```
    ///
    /// # Errors
    ///
    /// What is wrong with it, and where.
    pub fn parse(text: &str) -> Result<Self, String> {
        toml::from_str::<file::File>(text).map(Config::from).map_err(|error| error.to_string())
    }

    /// Reads that file, or, if none is named, the user's if there is one.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or something in it is wrong.
    pub fn load(named: Option<&Path>) -> Result<Self, ConfigError> {
        let Some(path) = named.map(Path::to_owned).or_else(path) else {
            return Ok(Config::default());
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => Config::parse(&text).map_err(|reason| ConfigError::Wrong(path, reason)),
            // What may not be read is somebody else's, whose home is still in the environment.
            Err(error)
                if named.is_none()
                    && matches!(
                        error.kind(),
                        ErrorKind::NotFound
                            | ErrorKind::PermissionDenied
                            | ErrorKind::NotADirectory
                    ) =>
            {
                Ok(Config::default())
            }
            Err(error) => Err(ConfigError::Unreadable(path, error)),
        }
    }

    /// The file that says the same.
    pub fn to_toml(&self) -> String {
        print::print(self)
    }

    /// The same for the viewer, with what the environment has where nothing was said.
    pub fn settings(self) -> Settings {
        let mut colours = self.theme.map_or_else(Colours::from_env, Palette::colours);
        for (part, colour) in &self.colours {
            *part.of(&mut colours) = *colour;
        }
        Settings {
            thresholds: self.thresholds,
            theme: Theme { colours, symbols: self.symbols.unwrap_or_else(Symbols::from_env) },
            columns: self.columns,
            keymap: self.keymap,
            mouse: self.mouse,
        }
    }
}

/// Where the user's file is: `$XDG_CONFIG_HOME/syncmon/config.toml`, by default in `~/.config`.
pub fn path() -> Option<PathBuf> {
    path_in(|name| std::env::var_os(name))
}

fn path_in(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let absolute = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    // As the XDG base directory specification has it: a relative path is to be ignored.
    let base = absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")))?;
    Some(base.join("syncmon/config.toml"))
}

/// Something that has a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Title,
    Dim,
    Good,
    Notable,
    Bad,
    Chart,
}

impl Part {
    /// All of them, with their names and what they are.
    const ALL: [(Part, &'static str, &'static str); 6] = [
        (Part::Title, "title", "names of panes, heads of columns, keys"),
        (Part::Dim, "dim", "what need not be read"),
        (Part::Good, "good", "all is well"),
        (Part::Notable, "notable", "long waits, and what was just done"),
        (Part::Bad, "bad", "problems, and a host that is lost"),
        (Part::Chart, "chart", "bars and lines"),
    ];

    fn of(self, colours: &mut Colours) -> &mut Option<Color> {
        match self {
            Part::Title => &mut colours.title,
            Part::Dim => &mut colours.dim,
            Part::Good => &mut colours.good,
            Part::Notable => &mut colours.notable,
            Part::Bad => &mut colours.bad,
            Part::Chart => &mut colours.chart,
        }
    }
}

#[cfg(test)]
mod tests;
