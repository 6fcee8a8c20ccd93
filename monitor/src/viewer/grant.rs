//! What the app cannot do itself: the clipboard is the terminal's, and files are the system's.

use crate::app::Wish;
use crate::escape::escape;
use crossterm::clipboard::CopyToClipboard;
use crossterm::execute;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Does it, and says what became of it.
pub(super) fn grant(wish: Wish) -> String {
    match wish {
        Wish::Copy(line) => {
            // The terminal says nothing, also if it does not do it.
            match execute!(io::stdout(), CopyToClipboard::to_clipboard_from(&line)) {
                Ok(()) => format!("copied: {line}"),
                Err(error) => format!("not copied: {error}"),
            }
        }
        Wish::Write(name, text) => match write(Path::new(&name), &text) {
            Ok(()) => format!("written: {}", escape(&name)),
            Err(error) => format!("{}: {error}", escape(&name)),
        },
    }
}

/// A new file, for its owner alone: values may be nobody else's business.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_file_is_for_its_owner_alone_and_none_is_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("picture.json");
        let name = path.to_str().unwrap().to_owned();
        let said = grant(Wish::Write(name.clone(), "{}".to_owned()));
        assert_eq!(said, format!("written: {name}"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "{}");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let said = grant(Wish::Write(name.clone(), "another".to_owned()));
        assert!(said.starts_with(&format!("{name}: ")), "{said}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "{}");
    }
}
