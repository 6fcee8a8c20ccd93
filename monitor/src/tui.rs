//! The monitor inside the host, for programs that own their terminal.
//!
//! The viewer talks to an agent as from outside, but over a pair of sockets that nobody else can reach: the host needs no
//! socket in the file system for it, and may have one all the same.

use crate::agent::{self, Source};
use crate::viewer::{self, Ended};
use std::io;
use std::os::unix::net::UnixStream;

/// Shows the registry on this terminal, until the user leaves with `q`, or SIGTERM, SIGHUP or SIGINT comes.
///
/// The terminal is as it was afterwards, also after an error or a panic. The panic hook that there is stays, and
/// is called for every panic: when another thread of the host panics, the screen steps aside while it runs, so that its
/// message stands on the terminal as always. Whatever else the host prints there spoils the picture until the next
/// change.
///
/// A signal that asks the process to end is returned as [`Ended::Signal`]: it is for the host to end then. A host with
/// handlers of its own for these signals calls [`run_without_signals`].
///
/// ```no_run
/// # use syncmon::viewer::Ended;
/// if let Ended::Signal(number) = syncmon::tui::run(named_sync::global())? {
///     std::process::exit(128 + number);
/// }
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// If the terminal cannot be used, or a thread cannot be started.
pub fn run(registry: impl Into<Source>) -> io::Result<Ended> {
    show(registry, true)
}

/// As [`run`], and leaves signals to the host: no handler is set or changed. If the host ends the process by one, the
/// terminal is left as it is; so it had better end the viewer before, which `q` and the end of its terminal do.
///
/// # Errors
///
/// As [`run`].
pub fn run_without_signals(registry: impl Into<Source>) -> io::Result<Ended> {
    show(registry, false)
}

fn show(registry: impl Into<Source>, ends_by_signals: bool) -> io::Result<Ended> {
    let serve = agent::serve_streams(registry.into());
    let connect = move || {
        let (ours, agents) = UnixStream::pair()?;
        serve(agents)?;
        Ok(ours)
    };
    viewer::follow(connect, ends_by_signals)
}
