//! Every regular file under a directory, as `find DIR -type f` finds them: no symbolic link is followed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What a walk comes upon.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A regular file.
    File(PathBuf),
    /// Something that could not be looked at.
    Unreadable(PathBuf),
}

/// Whether there is a directory to walk.
///
/// # Errors
///
/// An error that names `dir` and says what it is instead.
pub fn check_dir(dir: &Path) -> io::Result<()> {
    let name = crate::discover::shown(dir);
    let refuse = |reason: String| Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
    match fs::symlink_metadata(dir) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(found) if found.is_symlink() => refuse(format!(
            "{name} is a symbolic link, which is not followed: write {name}/ to mean what it points to"
        )),
        Ok(_) => refuse(format!("{name} is not a directory")),
        Err(error) => refuse(format!("{name}: {error}")),
    }
}

/// Goes through `dir` and calls `found` for each step. Directories that wait their turn are kept on a stack of
/// ours: a deep tree is no deep recursion.
pub(super) fn walk(dir: &Path, mut found: impl FnMut(Step)) {
    let mut waiting = vec![dir.to_owned()];
    while let Some(dir) = waiting.pop() {
        let entries = match fs::read_dir(&dir) {
            Ok(entries) => entries,
            Err(_) => {
                found(Step::Unreadable(dir));
                continue;
            }
        };
        for entry in entries {
            // What cannot be listed has no name of its own; its directory is named instead.
            let Ok(entry) = entry else {
                found(Step::Unreadable(dir.clone()));
                break;
            };
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => waiting.push(entry.path()),
                Ok(kind) if kind.is_file() => found(Step::File(entry.path())),
                Ok(_) => {} // Links, sockets, pipes and devices are not what is counted.
                Err(_) => found(Step::Unreadable(entry.path())),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_directory_that_vanished_is_named_and_the_walk_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        let gone = dir.path().join("gone");
        let mut steps = Vec::new();
        walk(&gone, |step| steps.push(step));
        assert_eq!(steps, [Step::Unreadable(gone)]);
    }

    #[test]
    fn links_are_neither_followed_nor_counted() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("file"), "x").unwrap();
        symlink("file", dir.path().join("to a file")).unwrap();
        symlink(".", dir.path().join("to itself")).unwrap();
        let mut steps = Vec::new();
        walk(dir.path(), |step| steps.push(step));
        assert_eq!(steps, [Step::File(dir.path().join("file"))]);
    }

    #[test]
    fn what_is_no_directory_is_refused_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        let link = dir.path().join("link");
        symlink(".", &link).unwrap();
        for (path, reason) in [
            (&file, "not a directory"),
            (&link, "symbolic link"),
            (&dir.path().join("no"), "No such"),
        ] {
            let error = check_dir(path).unwrap_err().to_string();
            assert!(error.contains(reason) && error.contains(path.to_str().unwrap()), "{error}");
        }
        check_dir(&link.join("")).expect("a link with a slash behind it is the directory");
    }
}
