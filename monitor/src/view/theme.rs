//! The few styles there are. Without colour each of them still differs by weight or reverse.

use ratatui::style::{Color, Modifier, Style};

/// Styles by what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    colour: bool,
}

impl Theme {
    /// With colours.
    pub const COLOUR: Theme = Theme { colour: true };

    /// Without.
    pub const PLAIN: Theme = Theme { colour: false };

    /// As the user wants it: `NO_COLOR` set to anything means none.
    pub fn from_env() -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Theme { colour: !unwanted }
    }

    fn fg(self, colour: Color) -> Style {
        if self.colour { Style::new().fg(colour) } else { Style::new() }
    }

    /// The program's name, a pane's title.
    pub fn title(self) -> Style {
        self.fg(Color::Cyan).add_modifier(Modifier::BOLD)
    }

    /// The head of a table.
    pub fn head(self) -> Style {
        self.fg(Color::Cyan).add_modifier(Modifier::UNDERLINED)
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
        if self.colour {
            Style::new().fg(Color::DarkGray)
        } else {
            Style::new().add_modifier(Modifier::DIM)
        }
    }

    /// All is well.
    pub fn good(self) -> Style {
        self.fg(Color::Green)
    }

    /// Look here.
    pub fn notable(self) -> Style {
        self.fg(Color::Yellow).add_modifier(Modifier::BOLD)
    }

    /// Something is wrong.
    pub fn bad(self) -> Style {
        self.fg(Color::Red).add_modifier(Modifier::BOLD)
    }

    /// Bars and lines.
    pub fn chart(self) -> Style {
        self.fg(Color::Blue)
    }

    /// A key in the key bar.
    pub fn key(self) -> Style {
        self.fg(Color::Cyan).add_modifier(Modifier::BOLD)
    }
}
