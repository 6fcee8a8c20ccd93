//! The few styles there are, and the signs. Without colour each style still differs by weight or reverse.

use super::Symbols;
use ratatui::style::{Color, Modifier, Style};

/// A colour for each thing that has one; none, and it is told by weight alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colours {
    /// The program's name, a pane's title, the head of a table, and keys.
    pub title: Option<Color>,
    /// What need not be read.
    pub dim: Option<Color>,
    /// All is well.
    pub good: Option<Color>,
    /// Look here.
    pub notable: Option<Color>,
    /// Something is wrong.
    pub bad: Option<Color>,
    /// Bars and lines.
    pub chart: Option<Color>,
}

impl Colours {
    /// The sixteen that the terminal has its own idea of; they suit whatever is behind them.
    pub const ANSI: Colours = Colours {
        title: Some(Color::Cyan),
        dim: Some(Color::DarkGray),
        good: Some(Color::Green),
        notable: Some(Color::Yellow),
        bad: Some(Color::Red),
        chart: Some(Color::Blue),
    };

    /// Of 256, on something dark.
    pub const DARK: Colours = Colours {
        title: Some(Color::Indexed(80)),
        dim: Some(Color::Indexed(246)),
        good: Some(Color::Indexed(114)),
        notable: Some(Color::Indexed(221)),
        bad: Some(Color::Indexed(210)),
        chart: Some(Color::Indexed(75)),
    };

    /// Of 256, on something light.
    pub const LIGHT: Colours = Colours {
        title: Some(Color::Indexed(24)),
        dim: Some(Color::Indexed(240)),
        good: Some(Color::Indexed(22)),
        notable: Some(Color::Indexed(94)),
        bad: Some(Color::Indexed(124)),
        chart: Some(Color::Indexed(26)),
    };

    /// None at all.
    pub const PLAIN: Colours =
        Colours { title: None, dim: None, good: None, notable: None, bad: None, chart: None };

    /// As the environment has it: none if `NO_COLOR` is set to anything.
    pub fn from_env() -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        if unwanted { Self::PLAIN } else { Self::ANSI }
    }
}

/// Colours that have a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Palette {
    /// [`Colours::ANSI`].
    Ansi,
    /// [`Colours::DARK`].
    Dark,
    /// [`Colours::LIGHT`].
    Light,
    /// [`Colours::PLAIN`].
    Plain,
}

impl Palette {
    /// All of them.
    pub const ALL: [Palette; 4] = [Palette::Ansi, Palette::Dark, Palette::Light, Palette::Plain];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Palette::Ansi => "ansi",
            Palette::Dark => "dark",
            Palette::Light => "light",
            Palette::Plain => "plain",
        }
    }

    /// Its colours.
    pub fn colours(self) -> Colours {
        match self {
            Palette::Ansi => Colours::ANSI,
            Palette::Dark => Colours::DARK,
            Palette::Light => Colours::LIGHT,
            Palette::Plain => Colours::PLAIN,
        }
    }
}

/// Styles by what they mean, and signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// The colours of the styles.
    pub colours: Colours,
    /// The signs.
    pub symbols: Symbols,
}

impl Theme {
    /// With the terminal's colours.
    pub const COLOUR: Theme = Theme { colours: Colours::ANSI, symbols: Symbols::Unicode };

    /// Without.
    pub const PLAIN: Theme = Theme { colours: Colours::PLAIN, symbols: Symbols::Unicode };

    /// As the environment has it; see [`Colours::from_env`] and [`Symbols::from_env`].
    pub fn from_env() -> Self {
        Theme { colours: Colours::from_env(), symbols: Symbols::from_env() }
    }

    fn fg(colour: Option<Color>) -> Style {
        colour.map_or_else(Style::new, |colour| Style::new().fg(colour))
    }

    /// The program's name, a pane's title.
    pub fn title(self) -> Style {
        Self::fg(self.colours.title).add_modifier(Modifier::BOLD)
    }

    /// The head of a table.
    pub fn head(self) -> Style {
        Self::fg(self.colours.title).add_modifier(Modifier::UNDERLINED)
    }

    /// The selected row.
    pub fn selected(self) -> Style {
        // One bar of one colour, whatever the cells on it are.
        Style::new()
            .fg(Color::Reset)
            .add_modifier(Modifier::REVERSED | Modifier::BOLD)
            .remove_modifier(Modifier::DIM)
    }

    /// What need not be read.
    pub fn dim(self) -> Style {
        match self.colours.dim {
            Some(colour) => Style::new().fg(colour),
            None => Style::new().add_modifier(Modifier::DIM),
        }
    }

    /// All is well.
    pub fn good(self) -> Style {
        Self::fg(self.colours.good)
    }

    /// Look here.
    pub fn notable(self) -> Style {
        Self::fg(self.colours.notable).add_modifier(Modifier::BOLD)
    }

    /// Something is wrong.
    pub fn bad(self) -> Style {
        Self::fg(self.colours.bad).add_modifier(Modifier::BOLD)
    }

    /// Bars and lines.
    pub fn chart(self) -> Style {
        Self::fg(self.colours.chart)
    }

    /// A key in the key bar.
    pub fn key(self) -> Style {
        self.title()
    }
}
