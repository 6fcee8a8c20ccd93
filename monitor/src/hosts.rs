//! The hosts on this machine: who has a socket, and what they answer.

use crate::client::{self, ClientError, Snapshot};
use crate::discover::{remove_if_stale, shown, socket_dir, socket_path, sockets_in};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;

/// A host that has a socket.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its process id, by the name of the socket.
    pub pid: u32,
    /// The socket.
    pub socket: PathBuf,
    /// What it said when asked, or why it said nothing.
    pub answer: Result<Snapshot, String>,
}

/// Asks everyone who has a socket in [`socket_dir`], all at once, so that a stopped process costs its own
/// time only. Sockets of processes that are gone are removed.
///
/// # Errors
///
/// If the directory is refused or cannot be read.
pub fn find() -> io::Result<Vec<Found>> {
    let sockets = sockets_in(&socket_dir()?)?;
    Ok(thread::scope(|scope| {
        let asked: Vec<_> = sockets
            .into_iter()
            .map(|(pid, socket)| scope.spawn(move || ask(pid, socket)))
            .collect();
        asked.into_iter().filter_map(|asked| asked.join().ok().flatten()).collect()
    }))
}

fn ask(pid: u32, socket: PathBuf) -> Option<Found> {
    let answer = match client::snapshot(&socket) {
        Err(ClientError::Connect(..)) if remove_if_stale(&socket).unwrap_or(false) => return None,
        answer => answer.map_err(|error| error.to_string()),
    };
    Some(Found { pid, socket, answer })
}

/// The socket that a target means: a process id, or the path of a socket.
///
/// # Errors
///
/// An error that says what was looked for where.
pub fn resolve(target: &str) -> io::Result<PathBuf> {
    let not_found = |reason: String| Err(io::Error::new(io::ErrorKind::NotFound, reason));
    if let Ok(pid) = target.parse() {
        let dir = socket_dir()?;
        let socket = socket_path(&dir, pid);
        // Whoever may put a socket there may pretend to be the host.
        match crate::discover::check_dir(&dir) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        if !socket.exists() {
            return not_found(format!(
                "process {pid} is no host: there is no {} (`syncmon ls` lists the hosts)",
                shown(&socket)
            ));
        }
        return Ok(socket);
    }
    let path = Path::new(target);
    if !path.exists() {
        return not_found(format!(
            "{} is neither a process id nor the path of a socket (`syncmon ls` lists the hosts)",
            shown(path)
        ));
    }
    Ok(path.to_owned())
}
