//! Where sockets live, and who may use that place.
//!
//! ```text
//! $NAMED_SYNC_DIR                  if set
//! $XDG_RUNTIME_DIR/named-sync      else, if that is set
//! /tmp/named-sync-<uid>            else
//!        └── <pid>.sock            one for each host, mode 0600
//! ```
//!
//! The directory must be a real directory, not a symbolic link, owned by this user, and closed to
//! everybody else (0700). In `/tmp` anybody could have made it first; what they could do with it is show a
//! viewer a host that does not exist, so both sides check and refuse.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

/// The directory in which this user's hosts put their sockets. Nothing is created or checked.
///
/// # Errors
///
/// If the user id is needed and cannot be found out.
pub fn socket_dir() -> io::Result<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(dir) = set("NAMED_SYNC_DIR") {
        return Ok(PathBuf::from(dir));
    }
    if let Some(runtime) = set("XDG_RUNTIME_DIR") {
        return Ok(Path::new(&runtime).join("named-sync"));
    }
    Ok(PathBuf::from(format!("/tmp/named-sync-{}", user_id()?)))
}

/// The socket of process `pid` in `dir`.
pub fn socket_path(dir: &Path, pid: u32) -> PathBuf {
    dir.join(format!("{pid}.sock"))
}

/// Makes the directory if it is not there, and checks it.
///
/// # Errors
///
/// An error that names the directory, and its owner if that is the matter.
pub fn prepare_dir(dir: &Path) -> io::Result<()> {
    match DirBuilder::new().recursive(true).mode(0o700).create(dir) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(with_path(dir, "cannot be created", &error));
        }
        _ => {}
    }
    check_dir(dir)
}

/// Checks that nobody else could have put anything into the directory.
///
/// # Errors
///
/// An error that names the directory, and its owner if that is the matter. A directory that does not exist
/// is [`io::ErrorKind::NotFound`].
pub fn check_dir(dir: &Path) -> io::Result<()> {
    // symlink_metadata: of the name itself, not of what it might point to.
    let found =
        fs::symlink_metadata(dir).map_err(|error| with_path(dir, "cannot be examined", &error))?;
    let refuse = |reason: String| {
        let reason = format!("refusing socket directory {}: {reason}", shown(dir));
        Err(io::Error::new(io::ErrorKind::PermissionDenied, reason))
    };
    if found.file_type().is_symlink() {
        return refuse(
            "it is a symbolic link (set NAMED_SYNC_DIR to the real directory)".to_owned(),
        );
    }
    if !found.is_dir() {
        return refuse("it is not a directory".to_owned());
    }
    let me = user_id()?;
    if found.uid() != me {
        return refuse(format!(
            "it is owned by uid {}, not by this process's uid {me}",
            found.uid()
        ));
    }
    if found.mode() & 0o077 != 0 {
        let mode = found.mode() & 0o777;
        return refuse(format!("its mode is {mode:04o}, open to other users (chmod 700 it)"));
    }
    Ok(())
}

/// The sockets in `dir` by process id, answered or not. A directory that does not exist has none.
///
/// # Errors
///
/// If the directory is refused by [`check_dir`] or cannot be read.
pub fn sockets_in(dir: &Path) -> io::Result<Vec<(u32, PathBuf)>> {
    match check_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        checked => checked?,
    }
    let mut sockets = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if let Some(pid) = pid_of(&entry.path()) {
            sockets.push((pid, entry.path()));
        }
    }
    sockets.sort_unstable();
    Ok(sockets)
}

/// The process id that a socket is named after, if it is.
pub(crate) fn pid_of(socket: &Path) -> Option<u32> {
    socket.file_name()?.to_str()?.strip_suffix(".sock")?.parse().ok()
}

/// Removes a socket file whose host is gone, and says whether it did.
///
/// A host is gone if the kernel refuses the connection: a stuck or stopped host still has its listener, and
/// its socket is left alone. So is everything that is not a socket.
///
/// # Errors
///
/// If the file cannot be removed.
pub fn remove_if_stale(path: &Path) -> io::Result<bool> {
    let is_socket = fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket());
    if !is_socket {
        return Ok(false);
    }
    match UnixStream::connect(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    Err(with_path(path, "cannot be removed", &error))
                }
                _ => Ok(true),
            }
        }
        _ => Ok(false),
    }
}

/// The effective user id of this process.
///
/// Without libc: Linux says it in `/proc/self/status`; elsewhere a new file tells by its owner.
fn user_id() -> io::Result<u32> {
    if let Ok(status) = fs::read_to_string("/proc/self/status") {
        let ids = status.lines().find_map(|line| line.strip_prefix("Uid:"));
        if let Some(effective) = ids.and_then(|ids| ids.split_whitespace().nth(1)?.parse().ok()) {
            return Ok(effective);
        }
    }
    let probe = std::env::temp_dir().join(format!("named-sync-uid-{}", std::process::id()));
    let made = fs::File::create_new(&probe)?;
    let owner = made.metadata().map(|made| made.uid());
    fs::remove_file(&probe)?;
    owner
}

/// A path as it may be printed.
pub(crate) fn shown(path: &Path) -> String {
    crate::escape::escape(&path.to_string_lossy()).into_owned()
}

pub(crate) fn with_path(path: &Path, what: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{} {what}: {error}", shown(path)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;

    fn private_dir() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
        dir
    }

    #[test]
    fn a_new_directory_is_closed_to_others() {
        let base = private_dir();
        let dir = base.path().join("named-sync");
        prepare_dir(&dir).unwrap();
        assert_eq!(fs::metadata(&dir).unwrap().mode() & 0o777, 0o700);
        prepare_dir(&dir).unwrap();
    }

    #[test]
    fn an_open_directory_a_link_and_a_file_are_refused_by_name() {
        let base = private_dir();
        let real = base.path().join("real");
        prepare_dir(&real).unwrap();
        let link = base.path().join("link");
        symlink(&real, &link).unwrap();
        let file = base.path().join("file");
        fs::write(&file, "").unwrap();
        let open = base.path().join("open");
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, fs::Permissions::from_mode(0o755)).unwrap();
        for (dir, reason) in [(&link, "symbolic link"), (&file, "not a directory"), (&open, "0755")]
        {
            let error = check_dir(dir).unwrap_err().to_string();
            assert!(error.contains(reason) && error.contains(dir.to_str().unwrap()), "{error}");
        }
    }

    #[test]
    fn a_directory_of_another_user_is_refused_by_path_and_owner() {
        // Root's own directory, or, seen by root, a directory given away.
        let base = private_dir();
        let dir = base.path().join("theirs");
        prepare_dir(&dir).unwrap();
        let given_away = std::os::unix::fs::chown(&dir, Some(4242), None).is_ok();
        let (dir, owner) = if given_away { (dir.as_path(), 4242) } else { (Path::new("/"), 0) };
        let error = check_dir(dir).unwrap_err().to_string();
        assert!(
            error.contains(&format!("owned by uid {owner}"))
                && error.contains(dir.to_str().unwrap()),
            "{error}"
        );
    }

    #[test]
    fn only_a_socket_that_nobody_answers_is_stale() {
        let dir = private_dir();
        let path = socket_path(dir.path(), 1);
        let listener = UnixListener::bind(&path).unwrap();
        assert!(!remove_if_stale(&path).unwrap(), "a live socket was removed");
        drop(listener);
        assert!(remove_if_stale(&path).unwrap());
        assert!(!path.exists());
        fs::write(&path, "not a socket").unwrap();
        assert!(!remove_if_stale(&path).unwrap(), "a plain file was removed");
    }

    #[test]
    fn sockets_are_found_by_pid_and_other_files_are_not() {
        let dir = private_dir();
        for name in ["12.sock", "3.sock", "x.sock", "notes.txt", "-1.sock"] {
            fs::write(dir.path().join(name), "").unwrap();
        }
        let pids: Vec<u32> =
            sockets_in(dir.path()).unwrap().into_iter().map(|(pid, _)| pid).collect();
        assert_eq!(pids, [3, 12]);
        assert!(sockets_in(&dir.path().join("absent")).unwrap().is_empty());
    }

    #[test]
    fn the_user_id_is_that_of_a_file_we_make() {
        let dir = private_dir();
        assert_eq!(user_id().unwrap(), fs::metadata(dir.path()).unwrap().uid());
    }
}
