//! Keys, the mouse, and the size of the terminal.
//!
//! crossterm waits in whole milliseconds and spends the rest of the last one asking again and again. With twenty
//! waits a second that would be most of what a viewer does. So the waiting is done here.

use crossterm::event::{self, Event};
use crossterm::terminal;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use std::io::{self, IsTerminal};
use std::time::Duration;

/// How long to look for what there is. Not zero: crossterm would not look at all.
const GLANCE: Duration = Duration::from_millis(1);

pub(super) struct Input {
    size: (u16, u16),
    /// Whether there may be more than what was read last.
    more: bool,
}

impl Input {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Input { size: terminal::size()?, more: false })
    }

    /// Waits until there is something, for so long at most.
    pub(super) fn wait(&mut self, at_most: Duration) -> io::Result<()> {
        let stdin = io::stdin();
        if !stdin.is_terminal() {
            // Then crossterm reads another one, which it opened itself.
            self.more = event::poll(at_most)?;
            return Ok(());
        }
        if self.more {
            return Ok(());
        }
        let timeout = Timespec::try_from(at_most).map_err(io::Error::other)?;
        let readable = match poll(&mut [PollFd::new(&stdin, PollFlags::IN)], Some(&timeout)) {
            Ok(count) => count > 0,
            // A signal: there may be another size.
            Err(Errno::INTR) => false,
            Err(error) => return Err(error.into()),
        };
        let size = terminal::size()?;
        self.more = readable || size != self.size;
        self.size = size;
        Ok(())
    }

    /// What there is now, if anything.
    pub(super) fn next(&mut self) -> io::Result<Option<Event>> {
        if !self.more {
            return Ok(None);
        }
        self.more = event::poll(GLANCE)?;
        self.more.then(event::read).transpose()
    }
}
