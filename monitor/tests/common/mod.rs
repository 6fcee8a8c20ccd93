//! What several test programs need.
#![allow(dead_code)] // Each of them uses a part.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// A directory that only we may enter.
pub(crate) fn private_dir() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
    dir
}

/// Waits for something that other threads or processes will bring about.
pub(crate) fn eventually(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < deadline, "never happened: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The program, with its sockets in a directory of the test's.
pub(crate) fn syncmon(sockets: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_syncmon"));
    command.env("NAMED_SYNC_DIR", sockets);
    // Nor is the configuration that of whoever runs the tests.
    command.env("XDG_CONFIG_HOME", sockets);
    command
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The standard output of a command that must succeed.
pub(crate) fn stdout(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{:?}: {}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    text(&output.stdout)
}

/// A tree with everything in it that is easily counted wrongly.
pub(crate) fn odd_tree(root: &Path) {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let deep = root.join("a directory/with  blanks/-rf");
    fs::create_dir_all(&deep).unwrap();
    fs::create_dir(root.join("empty directory")).unwrap();
    let write = |path: PathBuf, text: &[u8]| fs::write(path, text).unwrap();
    write(root.join("empty"), b"");
    write(root.join("no newline at the end"), b"one two");
    write(root.join("only newlines"), b"\n\n\n");
    write(root.join("white space"), b" \t\x0b\x0c\r\n leading and  trailing \t\n");
    write(root.join("windows"), b"one\r\ntwo\r\n");
    write(deep.join("*?[x]'\"\\$HOME"), b"odd name\n");
    write(deep.join("new\nline and \x1b[31mred"), b"another odd name\n");
    write(deep.join(OsStr::from_bytes(b"not utf-8 \xff\xfe")), b"bytes\n");
    write(deep.join("long"), &b"a line of seven words, no more\n".repeat(50_000));
    write(deep.join("one word"), &vec![b'x'; 200_000]);
    std::os::unix::fs::symlink("long", deep.join("a link to a file")).unwrap();
    std::os::unix::fs::symlink("..", deep.join("a link to a directory")).unwrap();
    std::os::unix::fs::symlink("nowhere", deep.join("a dangling link")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(root.join("socket")).unwrap();
    assert!(Command::new("mkfifo").arg(root.join("pipe")).status().unwrap().success());
}
