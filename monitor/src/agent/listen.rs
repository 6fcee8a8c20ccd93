//! The socket and the thread that accepts on it.

use super::values::Blocked;
use super::{MAX_VIEWERS, Source, session};
use crate::clock::unix_us;
use crate::discover::{remove_if_stale, shown, with_path};
use crate::wire::{ErrorCode, ErrorFrame, Frame, encode};
use std::fs;
use std::io::{self, Write};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A running agent. Dropping it closes all connections, ends its threads and removes the socket file.
///
/// A process that was forked off the host has no agent, as it has none of its threads: there, dropping this does nothing.
#[derive(Debug)]
pub struct Agent {
    /// The process that it runs in.
    pid: u32,
    path: PathBuf,
    /// Device and inode of the socket file we made: only that one is removed in the end.
    file: (u64, u64),
    listener: UnixListener,
    viewers: Arc<Viewers>,
    thread: Option<JoinHandle<()>>,
}

/// The connections there are, so that they can be counted and, in the end, closed.
#[derive(Debug, Default)]
struct Viewers {
    stopping: AtomicBool,
    open: Mutex<Vec<(u64, UnixStream)>>,
    /// What they found out together: values that are not to be asked for.
    blocked: Arc<Blocked>,
}

impl Viewers {
    fn open(&self) -> MutexGuard<'_, Vec<(u64, UnixStream)>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a connection off the list when its thread ends, also by a panic.
struct Slot {
    viewers: Arc<Viewers>,
    number: u64,
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.viewers.open().retain(|(number, _)| *number != self.number);
    }
}

impl Agent {
    pub(super) fn start(source: Source, path: &Path) -> io::Result<Agent> {
        let listener = bind(path)?;
        // Everything that can fail after the bind takes the file away again: an Agent exists from here on.
        let found = fs::symlink_metadata(path)?;
        let mut agent = Agent {
            pid: std::process::id(),
            path: path.to_owned(),
            file: (found.dev(), found.ino()),
            listener,
            viewers: Arc::default(),
            thread: None,
        };
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
        let listener = agent.listener.try_clone()?;
        let viewers = Arc::clone(&agent.viewers);
        let start = Start::now();
        let thread = thread::Builder::new()
            .name("syncmon-agent".to_owned())
            .spawn(move || accept(&listener, &viewers, &source, start))?;
        agent.thread = Some(thread);
        Ok(agent)
    }

    /// The socket's path.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        if self.pid != std::process::id() {
            // The socket, its connections and the thread are those of the process that we were forked off: to shut them down
            // would do so there. And what becomes of a handle to a thread that is not there is not defined.
            std::mem::forget(self.thread.take());
            return;
        }
        self.viewers.stopping.store(true, Ordering::Release);
        // Wakes the accepting thread. Linux does it through shutdown; where a listener cannot be shut down,
        // a connection to ourselves does it.
        if let Ok(listener) = self.listener.try_clone() {
            let _ = UnixStream::from(OwnedFd::from(listener)).shutdown(Shutdown::Both);
        }
        let still_ours = fs::symlink_metadata(&self.path)
            .is_ok_and(|found| (found.dev(), found.ino()) == self.file);
        if still_ours {
            if !cfg!(target_os = "linux") {
                let _ = UnixStream::connect(&self.path);
            }
            let _ = fs::remove_file(&self.path);
        }
        for (_, viewer) in self.viewers.open().iter() {
            let _ = viewer.shutdown(Shutdown::Both);
        }
        // The accepting thread touches nothing of the host's, so it ends at once. The viewers' threads are not
        // joined: one of them might be inspecting, and dropping an agent must not wait for the host.
        if let Some(thread) = self.thread.take().filter(|_| still_ours || cfg!(target_os = "linux"))
        {
            let _ = thread.join();
        }
    }
}

/// When the agent began, by the clock that ages are measured with and by the one that people read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    pub(super) at: Instant,
    pub(super) unix_us: u64,
}

impl Start {
    pub(super) fn now() -> Self {
        Start { at: Instant::now(), unix_us: unix_us() }
    }
}

fn bind(path: &Path) -> io::Result<UnixListener> {
    let refused = match UnixListener::bind(path) {
        Ok(listener) => return Ok(listener),
        Err(error) => error,
    };
    if refused.kind() != io::ErrorKind::AddrInUse {
        return Err(with_path(path, "cannot be listened on", &refused));
    }
    if remove_if_stale(path)? {
        return UnixListener::bind(path)
            .map_err(|error| with_path(path, "cannot be listened on", &error));
    }
    let reason =
        format!("{} is in use: a live process answers there, or it is not a socket", shown(path));
    Err(io::Error::new(io::ErrorKind::AddrInUse, reason))
}

fn accept(listener: &UnixListener, viewers: &Arc<Viewers>, source: &Source, start: Start) {
    let mut number = 0;
    while !viewers.stopping.load(Ordering::Acquire) {
        let stream = match listener.accept() {
            Ok((stream, _)) => stream,
            // Out of file descriptors, most likely: they are the host's, so wait for better times.
            Err(_) if !viewers.stopping.load(Ordering::Acquire) => {
                thread::sleep(Duration::from_millis(100));
                continue;
            }
            Err(_) => return,
        };
        number += 1;
        // A viewer that cannot be served is dropped, which closes its connection; the host is not troubled.
        let _ = admit(stream, number, viewers, source, start);
    }
}

fn admit(
    stream: UnixStream,
    number: u64,
    viewers: &Arc<Viewers>,
    source: &Source,
    start: Start,
) -> io::Result<()> {
    let mut open = viewers.open();
    if open.len() >= MAX_VIEWERS {
        drop(open);
        return turn_away(&stream);
    }
    open.push((number, stream.try_clone()?));
    drop(open);
    let slot = Slot { viewers: Arc::clone(viewers), number };
    let source = source.clone();
    thread::Builder::new().name("syncmon-viewer".to_owned()).spawn(move || {
        let slot = slot;
        // The Agent may have closed all connections just before this one was on the list.
        if !slot.viewers.stopping.load(Ordering::Acquire) {
            session::run(&stream, &source, start, &slot.viewers.blocked);
        }
        let _ = stream.shutdown(Shutdown::Both);
    })?;
    Ok(())
}

fn turn_away(mut stream: &UnixStream) -> io::Result<()> {
    let message = format!(
        "{MAX_VIEWERS} viewers are connected already, which is as many as this agent serves"
    );
    let frame = Frame::Error(ErrorFrame { code: ErrorCode::Busy, message });
    // A fresh connection has room for one line, so this does not block.
    stream.set_nonblocking(true)?;
    stream.write_all(&encode(&frame))
}
