use super::*;
use crate::keys::Context;
use crate::view::Column;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

const ALL: &str = r##"
[problems]
stalled = "500ms"
long_wait = "1.5m"
rising = "2h"

[screen]
theme = "light"
symbols = "ascii"
columns = ["longest", "name", "type"]
mouse = false

[colours]
title = "#102030"
dim = "none"
chart = "light blue"
bad = "208"

[keys]
freeze = ["\"", '\', "'"]
write = []
"##;

#[test]
fn nothing_said_is_what_everybody_has() {
    assert_eq!(Config::parse(""), Ok(Config::default()));
    assert_eq!(Config::parse("[screen]\n[keys]\n[problems]\n[colors]"), Ok(Config::default()));
}

#[test]
fn everything_can_be_said() {
    let config = Config::parse(ALL).unwrap();
    let Thresholds { stalled_us, long_us, rising_us } = config.thresholds;
    assert_eq!((stalled_us, long_us, rising_us), (500_000, 90_000_000, 7_200_000_000));
    let settings = config.settings();
    assert_eq!(settings.theme.symbols, Symbols::Ascii);
    let expected = Colours {
        title: Some(Color::Rgb(0x10, 0x20, 0x30)),
        dim: None,
        chart: Some(Color::LightBlue),
        bad: Some(Color::Indexed(208)),
        ..Colours::LIGHT
    };
    assert_eq!(settings.theme.colours, expected);
    let columns = [Column::Longest, Column::Name, Column::Type];
    assert_eq!(settings.columns.asked(), Some(&columns[..]));
    assert!(!settings.mouse);
    let press = |c| {
        let key = KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE);
        settings.keymap.command(Context::Table, key)
    };
    assert_eq!(
        ['"', '\\', '\'', 'f', 'w'].map(|c| press(c).is_some()),
        [true, true, true, false, false]
    );
}

#[test]
fn what_is_printed_says_the_same() {
    let long = Config {
        thresholds: Thresholds { stalled_us: 0, long_us: 1, rising_us: 9_000_000_000_000_000_001 },
        ..Config::default()
    };
    for config in [Config::default(), Config::parse(ALL).unwrap(), long] {
        let printed = config.to_toml();
        assert_eq!(Config::parse(&printed), Ok(config), "{printed}");
    }
}

#[test]
fn what_is_printed_names_everything() {
    let printed = Config::default().to_toml();
    let names = crate::keys::BINDINGS.iter().filter_map(|binding| binding.name);
    for name in names.chain(Part::ALL.map(|(_, name, _)| name)) {
        assert!(printed.contains(&format!("{name} = ")), "{name}");
    }
    assert!(printed.lines().all(|line| line.chars().count() <= 120), "{printed}");
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let wrong = |text: &str| Config::parse(text).unwrap_err();
    for (text, line, reason) in [
        ("[screen]\ncolumn = []", 2, "unknown field `column`"),
        ("screen = 3", 1, "invalid type"),
        ("[problems]\n\nstalled = '10'", 3, "10 of what? us, ms, s, m or h"),
        ("[screen]\nsymbols = 'emoji'", 2, "no symbols `emoji`: auto, unicode or ascii"),
        (
            "[screen]\ncolumns = ['kind', 'size']",
            2,
            "there is no column `size`: the columns are kind, ",
        ),
        ("[colours]\nbad = 'reddish'", 1, "`reddish` is no colour"),
        ("[colours]\nugly = 'red'", 1, "nothing is called `ugly`; colours have title, dim"),
        ("[keys]\nfreeze = ['x', 'xx']", 1, "`xx` is no key"),
        ("[keys]\nfreeze = ['s']", 1, "s is the key of both `sort` and `freeze`"),
        ("[keys]\nfreez = ['s']", 1, "there is no command `freez`"),
        ("[keys", 1, "unclosed table"),
    ] {
        let error = wrong(text);
        assert!(error.contains(&format!("line {line}")), "{text}: {error}");
        assert!(error.contains(reason), "{text}: {error}");
    }
}

#[test]
fn the_file_is_where_the_specification_has_it() {
    let path = |config: Option<&str>, home: Option<&str>| {
        path_in(|name| {
            let value = if name == "HOME" { home } else { config };
            value.map(OsString::from)
        })
    };
    assert_eq!(path(Some("/c"), Some("/h")), Some("/c/syncmon/config.toml".into()));
    assert_eq!(path(None, Some("/h")), Some("/h/.config/syncmon/config.toml".into()));
    assert_eq!(path(Some("c"), Some("/h")), Some("/h/.config/syncmon/config.toml".into()));
    assert_eq!((path(Some(""), None), path(None, Some(""))), (None, None));
}

#[test]
fn a_file_that_was_named_must_be_there() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("none.toml");
    let error = Config::load(Some(&path)).unwrap_err().to_string();
    assert!(error.ends_with("none.toml: No such file or directory (os error 2)"), "{error}");
    std::fs::write(&path, "[screen]\nmouse = 3\n").unwrap();
    let error = Config::load(Some(&path)).unwrap_err().to_string();
    assert!(error.contains("none.toml: ") && error.contains("expected a boolean"), "{error}");
    std::fs::write(&path, "[screen]\nmouse = false\n").unwrap();
    assert!(!Config::load(Some(&path)).unwrap().mouse);
}

#[test]
fn what_is_wrong_cannot_drive_the_terminal() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("config.toml");
    std::fs::write(&path, "[screen]\ntheme = 'a\\b'\n").unwrap();
    let error = Config::load(Some(&path)).unwrap_err().to_string();
    assert!(error.contains("theme = 'a\\b'\n"), "as it is written: {error}");
    for text in ["[screen]\ntheme = \"\\u001b]0;x\\u0007\"", "[screen]\ntheme = '\u{1b}[2J'"] {
        std::fs::write(&path, text).unwrap();
        let error = Config::load(Some(&path)).unwrap_err().to_string();
        assert!(error.contains("line 2"), "{error}");
        assert!(!error.chars().any(|c| c.is_control() && c != '\n'), "{error:?}");
    }
}
