//! The tables of the file, as they are read.

use super::{Config, Part};
use crate::clock::micros;
use crate::keys::Keymap;
use crate::model::{Thresholds, parse_time};
use crate::view::{Column, Columns, Palette, Symbols};
use ratatui::style::Color;
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
pub(super) struct File {
    problems: Problems,
    screen: Screen,
    #[serde(alias = "colors")]
    colours: Parts,
    keys: Keys,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Problems {
    #[serde(deserialize_with = "time")]
    stalled: u64,
    #[serde(deserialize_with = "time")]
    long_wait: u64,
    #[serde(deserialize_with = "time")]
    rising: u64,
}

impl Default for Problems {
    fn default() -> Self {
        let Thresholds { stalled_us, long_us, rising_us } = Thresholds::default();
        Problems { stalled: stalled_us, long_wait: long_us, rising: rising_us }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Screen {
    #[serde(deserialize_with = "theme")]
    theme: Option<Palette>,
    #[serde(deserialize_with = "symbols")]
    symbols: Option<Symbols>,
    #[serde(deserialize_with = "columns")]
    columns: Columns,
    mouse: bool,
}

impl Default for Screen {
    fn default() -> Self {
        Screen { theme: None, symbols: None, columns: Columns::default(), mouse: true }
    }
}

#[derive(Default)]
struct Parts(Vec<(Part, Option<Color>)>);

#[derive(Default)]
struct Keys(Keymap);

impl From<File> for Config {
    fn from(file: File) -> Self {
        let Problems { stalled, long_wait, rising } = file.problems;
        let Screen { theme, symbols, columns, mouse } = file.screen;
        Config {
            thresholds: Thresholds { stalled_us: stalled, long_us: long_wait, rising_us: rising },
            theme,
            colours: file.colours.0,
            symbols,
            columns,
            keymap: file.keys.0,
            mouse,
        }
    }
}

/// A time in microseconds, from a text such as `4s`.
fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let text = String::deserialize(deserializer)?;
    let time = parse_time(&text).map_err(D::Error::custom)?;
    Ok(micros(time))
}

fn theme<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Palette>, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_theme(&text).map_err(D::Error::custom)
}

/// A theme by its name; `auto` is none.
pub fn parse_theme(text: &str) -> Result<Option<Palette>, String> {
    if text == "auto" {
        return Ok(None);
    }
    let named = Palette::ALL.into_iter().find(|palette| palette.name() == text);
    named
        .map(Some)
        .ok_or_else(|| format!("there is no theme `{text}`: auto, ansi, dark, light or plain"))
}

fn symbols<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Symbols>, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "auto" => Ok(None),
        "unicode" => Ok(Some(Symbols::Unicode)),
        "ascii" => Ok(Some(Symbols::Ascii)),
        text => Err(D::Error::custom(format!("no symbols `{text}`: auto, unicode or ascii"))),
    }
}

fn columns<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Columns, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    let column = |name: &String| {
        let found = Column::ALL.into_iter().find(|column| column.name() == name);
        found.ok_or_else(|| {
            let all = Column::ALL.map(Column::name).join(", ");
            D::Error::custom(format!("there is no column `{name}`: the columns are {all}"))
        })
    };
    let columns = names.iter().map(column).collect::<Result<Vec<Column>, _>>()?;
    Ok(if columns.is_empty() { Columns::default() } else { Columns::these(columns) })
}

impl<'de> Deserialize<'de> for Parts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let named = BTreeMap::<String, String>::deserialize(deserializer)?;
        let part = |(name, colour): (String, String)| {
            let part = Part::ALL.into_iter().find(|(_, part, _)| *part == name);
            let (part, ..) = part.ok_or_else(|| {
                let all = Part::ALL.map(|(_, name, _)| name).join(", ");
                D::Error::custom(format!("nothing is called `{name}`; colours have {all}"))
            })?;
            if colour == "none" {
                return Ok((part, None));
            }
            let parsed = colour.parse().map_err(|_| {
                let kinds =
                    "a name such as \"light blue\", a number up to 255, \"#rrggbb\" or \"none\"";
                D::Error::custom(format!("`{colour}` is no colour: {kinds}"))
            })?;
            Ok((part, Some(parsed)))
        };
        named.into_iter().map(part).collect::<Result<_, _>>().map(Parts)
    }
}

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wanted = BTreeMap::<String, Vec<String>>::deserialize(deserializer)?;
        let wanted =
            wanted.iter().map(|(name, keys)| (name.as_str(), keys.iter().map(String::as_str)));
        Keymap::default().with(wanted).map(Keys).map_err(D::Error::custom)
    }
}
