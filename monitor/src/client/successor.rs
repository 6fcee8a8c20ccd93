//! The same program, started again: it has another process id, and so another socket.

use super::{ClientError, Connection, Heard};
use crate::discover::{pid_of, sockets_in};
use crate::wire::Hello;
use std::collections::HashSet;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Where the host is, or was.
pub(super) struct Host {
    socket: PathBuf,
    /// Sockets of others who were asked already: their paths, and the files there.
    strangers: HashSet<(PathBuf, u64)>,
}

impl Host {
    pub(super) fn new(socket: PathBuf) -> Self {
        Host { socket, strangers: HashSet::new() }
    }

    /// Connects to the host, or, if its socket is gone and it was heard of, to the one that came after it.
    pub(super) fn open(
        &mut self,
        heard: Option<&Heard>,
    ) -> Result<(Connection, Hello), ClientError> {
        match (Connection::open(&self.socket), heard) {
            // A process that was forked off it may keep its socket open, and answers nobody.
            (Err(error), Some(heard))
                if matches!(error, ClientError::Connect(..)) || is_gone(&self.socket) =>
            {
                let Some((socket, greeted)) = self.successor(heard) else { return Err(error) };
                self.socket = socket;
                self.strangers.clear();
                Ok(greeted)
            }
            (opened, _) => opened,
        }
    }

    /// Of the hosts of the same program that were started after this one was last heard of, the first. One that was there
    /// before is another one, and no successor.
    fn successor(&mut self, heard: &Heard) -> Option<(PathBuf, (Connection, Hello))> {
        pid_of(&self.socket)?;
        let mut found: Option<(PathBuf, (Connection, Hello))> = None;
        for (_, socket) in sockets_in(self.socket.parent()?).ok()? {
            let Some(file) = file(&socket) else { continue };
            let asked = (socket.clone(), file);
            if socket == self.socket || self.strangers.contains(&asked) {
                continue;
            }
            let greeted = match Connection::open(&socket) {
                Ok(greeted) => greeted,
                // It may be about to begin, and is asked the next time.
                Err(ClientError::Connect(..)) => continue,
                // One that is stopped would be waited for each time.
                Err(_) => {
                    self.strangers.insert(asked);
                    continue;
                }
            };
            let hello = &greeted.1;
            if hello.program != heard.program || hello.started_us < heard.at_us {
                self.strangers.insert(asked);
            } else if found
                .as_ref()
                .is_none_or(|(_, (_, first))| hello.started_us < first.started_us)
            {
                found = Some((socket, greeted));
            }
        }
        found
    }
}

/// Whether the process is no more that a socket is named after, as far as can be known.
fn is_gone(socket: &Path) -> bool {
    let processes = Path::new("/proc");
    let is = |name: &str| processes.join(name).exists();
    is("self") && pid_of(socket).is_some_and(|pid| !is(&pid.to_string()))
}

/// Which file is there.
fn file(path: &Path) -> Option<u64> {
    path.symlink_metadata().ok().map(|found| found.ino())
}
