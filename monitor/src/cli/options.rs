//! Options that several commands have, and the configuration that they count more than.

use super::Failure;
use clap::ValueEnum;
use std::path::PathBuf;
use std::time::Duration;
use syncmon::config::{self, Config};
use syncmon::model::Thresholds;
use syncmon::view::{Palette, Symbols};
use syncmon::viewer::Settings;

/// What to do otherwise than the configuration has it.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "What is a problem")]
pub(super) struct Limits {
    /// Something that stands still for so long while somebody waits for it [default: 4s]
    #[arg(long, value_name = "TIME", value_parser = syncmon::model::parse_time)]
    stalled: Option<Duration>,
    /// A put or a wait that takes so long, though things move [default: 1m]
    #[arg(long, value_name = "TIME", value_parser = syncmon::model::parse_time)]
    long_wait: Option<Duration>,
    /// A queue that grows for so long without getting any shorter [default: 30s]
    #[arg(long, value_name = "TIME", value_parser = syncmon::model::parse_time)]
    rising: Option<Duration>,
    /// A configuration other than the user's own; /dev/null for none
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    config: Option<PathBuf>,
}

/// The same for what has a screen.
#[derive(Debug, clap::Args)]
pub(super) struct Looks {
    #[command(flatten)]
    limits: Limits,
    /// auto, ansi, dark, light or plain
    #[arg(long, value_name = "NAME", value_parser = theme, help_heading = "Configuration")]
    theme: Option<ThemeName>,
    /// What pictures are made of
    #[arg(long, value_enum, help_heading = "Configuration")]
    symbols: Option<SymbolsName>,
}

/// A theme; `auto` is none.
type ThemeName = Option<Palette>;

fn theme(text: &str) -> Result<ThemeName, String> {
    config::parse_theme(text)
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SymbolsName {
    /// What the locale allows
    Auto,
    /// Blocks, arrows and dots
    Unicode,
    /// Signs that every terminal has
    Ascii,
}

impl Limits {
    /// The configuration, with these in the place of its own.
    pub(super) fn config(&self) -> Result<Config, Failure> {
        let mut config = Config::load(self.config.as_deref())
            .map_err(|error| Failure::Usage(error.to_string()))?;
        let Thresholds { stalled_us, long_us, rising_us } = &mut config.thresholds;
        for (asked, us) in
            [(self.stalled, stalled_us), (self.long_wait, long_us), (self.rising, rising_us)]
        {
            if let Some(time) = asked {
                *us = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
            }
        }
        Ok(config)
    }
}

impl Looks {
    pub(super) fn config(&self) -> Result<Config, Failure> {
        let mut config = self.limits.config()?;
        if let Some(theme) = self.theme {
            config.theme = theme;
        }
        match self.symbols {
            None => {}
            Some(SymbolsName::Auto) => config.symbols = None,
            Some(SymbolsName::Unicode) => config.symbols = Some(Symbols::Unicode),
            Some(SymbolsName::Ascii) => config.symbols = Some(Symbols::Ascii),
        }
        Ok(config)
    }

    pub(super) fn settings(&self) -> Result<Settings, Failure> {
        Ok(self.config()?.settings())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Cli;
    use super::*;
    use clap::Parser;

    #[test]
    fn what_is_a_problem_is_the_same_for_programs_and_for_people() {
        let thresholds = |args: &[&str]| {
            let args = ["syncmon", "--config=/dev/null"].iter().chain(args);
            Cli::parse_from(args).looks.config().unwrap().thresholds
        };
        assert_eq!(thresholds(&[]), Thresholds::default());
        let Thresholds { stalled_us, long_us, rising_us } =
            thresholds(&["--stalled", "500ms", "--long-wait=2m", "4711"]);
        assert_eq!((stalled_us, long_us, rising_us), (500_000, 120_000_000, 30_000_000));
    }

    #[test]
    fn what_is_asked_for_counts_more_than_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        let text = "[problems]\nstalled = '9s'\nrising = '8s'\n[screen]\ntheme = 'dark'\nsymbols = 'ascii'";
        std::fs::write(&path, text).unwrap();
        let config = |args: &[&str]| {
            let named = ["syncmon", "--config", path.to_str().unwrap()];
            Cli::parse_from(named.iter().chain(args)).looks.config().unwrap()
        };
        let file = config(&[]);
        assert_eq!((file.thresholds.stalled_us, file.theme), (9_000_000, Some(Palette::Dark)));
        let asked = config(&["--stalled=1s", "--theme=auto", "--symbols=unicode"]);
        let Thresholds { stalled_us, rising_us, .. } = asked.thresholds;
        assert_eq!((stalled_us, rising_us), (1_000_000, 8_000_000));
        assert_eq!((asked.theme, asked.symbols), (None, Some(Symbols::Unicode)));
    }
}
