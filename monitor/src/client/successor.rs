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
            (Err(error @ ClientError::Connect(..)), Some(heard)) => {
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
            // Who cannot be asked now may be about to begin: it is asked the next time.
            let Ok(greeted) = Connection::open(&socket) else { continue };
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

/// Which file is there.
fn file(path: &Path) -> Option<u64> {
    path.symlink_metadata().ok().map(|found| found.ino())
}
