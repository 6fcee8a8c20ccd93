//! The part that runs inside the host: a thread that answers viewers.
//!
//! ```text
//! syncmon-agent           accepts; at most MAX_VIEWERS connections, the next one is told "busy"
//!   ├─ syncmon-viewer     one thread a connection: reads a line, has the registry looked at, answers
//!   │    └─ syncmon-looker     looks, and is left alone if the `Debug` of a value keeps it
//!   └─ syncmon-viewer
//! ```
//!
//! # What it may cost the host
//!
//! Without a viewer: one sleeping thread. With one: an inspection of the registry for each question, and
//! no viewer is answered more often than every 20 ms however fast it asks. Lines are bounded, reads and
//! writes have deadlines, and nothing is kept for a viewer but what it was told last. The agent only reads.
//!
//! It takes no part in what the host waits for, so it answers while every other thread is stuck.

mod answer;
mod changes;
mod listen;
mod looker;
mod rows;
mod session;
mod values;

pub use listen::Agent;

use crate::discover;
use named_sync::Registry;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// How many viewers are served at once.
pub const MAX_VIEWERS: usize = 8;

/// A registry that an agent can go on reading for as long as it runs: the global one, or an `Arc` of one's own.
#[derive(Clone, Debug)]
pub struct Source(Held);

#[derive(Clone)]
enum Held {
    Static(&'static Registry),
    Owned(Arc<Registry>),
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Held::Static(_) => "Static",
            Held::Owned(_) => "Owned",
        })
    }
}

impl Source {
    fn registry(&self) -> &Registry {
        match &self.0 {
            Held::Static(registry) => registry,
            Held::Owned(registry) => registry,
        }
    }
}

impl From<&'static Registry> for Source {
    fn from(registry: &'static Registry) -> Self {
        Source(Held::Static(registry))
    }
}

impl From<Arc<Registry>> for Source {
    fn from(registry: Arc<Registry>) -> Self {
        Source(Held::Owned(registry))
    }
}

impl From<&Arc<Registry>> for Source {
    fn from(registry: &Arc<Registry>) -> Self {
        Source(Held::Owned(Arc::clone(registry)))
    }
}

/// Starts the agent where `syncmon` looks for it: `<pid>.sock` in [`discover::socket_dir`].
///
/// Keep what is returned for as long as viewers shall be answered; dropping it ends the agent and removes
/// the socket.
///
/// ```no_run
/// let _agent = syncmon::agent::serve(named_sync::global())?;
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// If the socket directory is refused (the error names it and its owner), or a live process already
/// answers on that socket, or the thread cannot be started.
pub fn serve(registry: impl Into<Source>) -> io::Result<Agent> {
    let dir = discover::socket_dir()?;
    discover::prepare_dir(&dir)?;
    serve_at(registry, discover::socket_path(&dir, std::process::id()))
}

/// Serves a viewer over each stream that it is given, until either end of that is closed.
#[cfg(feature = "viewer")]
pub(crate) fn serve_streams(
    source: Source,
) -> impl Fn(std::os::unix::net::UnixStream) -> io::Result<()> + Send {
    let (start, blocked) = (listen::Start::now(), Arc::default());
    move |stream| {
        let (source, blocked) = (source.clone(), Arc::clone(&blocked));
        let thread = std::thread::Builder::new().name("syncmon-viewer".to_owned());
        thread.spawn(move || session::run(&stream, &source, start, &blocked)).map(drop)
    }
}

/// Starts the agent on a socket of your choice.
///
/// The socket gets mode 0600. The directory is yours to protect: it is not checked.
///
/// ```no_run
/// use std::sync::Arc;
/// let registry = Arc::new(named_sync::Registry::new());
/// let _agent = syncmon::agent::serve_at(&registry, "/run/myservice/sync.sock")?;
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// As [`serve`]. A socket file that nobody answers on is replaced; any other file is left alone and refused.
pub fn serve_at(registry: impl Into<Source>, path: impl AsRef<Path>) -> io::Result<Agent> {
    Agent::start(registry.into(), path.as_ref())
}
