//! The file that says what a configuration says, with what can be said beside it.

use super::{Config, Part};
use crate::model::Thresholds;
use crate::view::{Column, Palette, Symbols};
use std::fmt::{Display, Write};

pub(super) fn print(config: &Config) -> String {
    let mut text = String::from(
        "# syncmon reads this from $XDG_CONFIG_HOME/syncmon/config.toml, by default in ~/.config,\n\
         # or from the file that --config names. What is left out is as it is by default.\n",
    );
    let mut put = |line: &dyn Display| {
        let _ = writeln!(text, "{line}");
    };
    let Thresholds { stalled_us, long_us, rising_us } = config.thresholds;
    put(&"\n[problems]");
    put(&"# Something that stands still for so long while somebody waits for it.");
    put(&format_args!("stalled = {}", quoted(&time(stalled_us))));
    put(&"# A put or a wait that takes so long, though things move.");
    put(&format_args!("long_wait = {}", quoted(&time(long_us))));
    put(&"# A queue that grows for so long without getting any shorter.");
    put(&format_args!("rising = {}", quoted(&time(rising_us))));

    put(&"\n[screen]");
    put(
        &"# ansi (the 16 colours of the terminal), dark, light, plain; auto is ansi, or plain with NO_COLOR.",
    );
    put(&format_args!("theme = {}", quoted(config.theme.map_or("auto", Palette::name))));
    put(&"# unicode, ascii; auto is ascii if the locale is not UTF-8, or on the Linux console.");
    put(&format_args!(
        "symbols = {}",
        quoted(match config.symbols {
            None => "auto",
            Some(Symbols::Unicode) => "unicode",
            Some(Symbols::Ascii) => "ascii",
        })
    ));
    put(&format_args!(
        "# {};\n# in any order. None: those for which there is room.",
        Column::ALL.map(Column::name).join(", ")
    ));
    let columns = config.columns.asked().unwrap_or_default().iter();
    put(&format_args!("columns = {}", list(columns.map(|column| column.name().to_owned()))));
    put(&"# Whether the mouse is taken from the terminal, which then selects no text.");
    put(&format_args!("mouse = {}", config.mouse));

    put(
        &"\n# Other colours than the theme's: a name, a number up to 255, \"#rrggbb\", or \"none\".\n[colours]",
    );
    for (part, name, what) in Part::ALL {
        match config.colours.iter().find(|(other, _)| *other == part) {
            None => put(&format_args!("# {name} = \"\"  # {what}")),
            Some((_, colour)) => {
                let colour = colour.map_or("none".to_owned(), |colour| colour.to_string());
                put(&format_args!("{name} = {}  # {what}", quoted(&colour)));
            }
        }
    }

    put(&"\n# The first key of each is the one that is shown. Ctrl-C always quits.\n[keys]");
    for bound in config.keymap.all() {
        if let Some(name) = bound.binding.name {
            let keys = list(bound.keys.iter().map(ToString::to_string));
            match bound.binding.help {
                Some(help) => put(&format_args!("{name} = {keys}  # {help}")),
                None => put(&format_args!("{name} = {keys}")),
            }
        }
    }
    text
}

/// A time, in the largest unit of which it has a whole number.
fn time(us: u64) -> String {
    let units = [("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("ms", 1000)];
    let whole = units.into_iter().find(|(_, of)| us > 0 && us.is_multiple_of(*of));
    let (unit, of) = whole.unwrap_or(("us", 1));
    format!("{}{unit}", us / of)
}

fn list(texts: impl Iterator<Item = String>) -> String {
    format!("[{}]", texts.map(|text| quoted(&text)).collect::<Vec<_>>().join(", "))
}

/// A string of TOML. No text here has quotes of both kinds.
fn quoted(text: &str) -> String {
    if text.contains(['"', '\\']) { format!("'{text}'") } else { format!("\"{text}\"") }
}
