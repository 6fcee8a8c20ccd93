//! What a pass found.

use crate::escape::escape;
use serde_json::json;
use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The totals of one pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Regular files found, readable or not.
    pub files: u64,
    /// Newline bytes in those that could be read.
    pub lines: u64,
    /// Words in them.
    pub words: u64,
    /// Bytes in them.
    pub bytes: u64,
    /// Files and directories that could not be read, by name.
    pub unreadable: Vec<PathBuf>,
}

impl Totals {
    /// One JSON object on one line: `files`, `lines`, `words`, `bytes`, and `unreadable`, a list of names.
    pub fn to_json(&self) -> String {
        let unreadable: Vec<String> =
            self.unreadable.iter().map(|path| name(path, str::to_owned)).collect();
        // Written out, not collected into a map, to keep the fields in this order.
        format!(
            "{{\"files\":{},\"lines\":{},\"words\":{},\"bytes\":{},\"unreadable\":{}}}\n",
            self.files,
            self.lines,
            self.words,
            self.bytes,
            json!(unreadable)
        )
    }

    /// For people.
    pub fn to_text(&self) -> String {
        let mut text = format!(
            "{} files, {} lines, {} words, {} bytes\n",
            self.files, self.lines, self.words, self.bytes
        );
        for path in &self.unreadable {
            let _ =
                writeln!(text, "could not read {}", name(path, |part| escape(part).into_owned()));
        }
        text
    }
}

/// A name of any bytes as text: what is not UTF-8 as `\xNN`.
fn name(path: &Path, valid: impl Fn(&str) -> String) -> String {
    let mut text = String::new();
    for chunk in path.as_os_str().as_bytes().utf8_chunks() {
        text.push_str(&valid(chunk.valid()));
        for byte in chunk.invalid() {
            let _ = write!(text, "\\x{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;

    #[test]
    fn names_of_any_bytes_are_told() {
        let odd = PathBuf::from(OsStr::from_bytes(b"d/\xff\x1b[2J \"q\"\n"));
        let totals = Totals { files: 1, unreadable: vec![odd], ..Totals::default() };
        let json: serde_json::Value = serde_json::from_str(&totals.to_json()).unwrap();
        assert_eq!(json["unreadable"][0], "d/\\xFF\u{1b}[2J \"q\"\n");
        assert!(!totals.to_text().contains('\u{1b}'));
        assert!(totals.to_text().contains(r"d/\xFF\u{1b}[2J"));
    }
}
