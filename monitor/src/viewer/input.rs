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
    /// It has another size, of which nobody has heard yet.
    resized: bool,
    /// How often is to be looked for more than what was read last.
    looks: u8,
}

/// If the processor is taken away in the wrong moment, crossterm finds nothing though there is something.
const LOOKS: u8 = 2;

impl Input {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Input { size: terminal::size()?, resized: false, looks: 0 })
    }

    /// Waits until there is something, for so long at most.
    pub(super) fn wait(&mut self, at_most: Duration) -> io::Result<()> {
        let stdin = io::stdin();
        if !stdin.is_terminal() {
            // Then crossterm reads another one, which it opened itself.
            self.looks = if event::poll(at_most)? { LOOKS } else { 0 };
            return Ok(());
        }
        if self.looks > 0 {
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
        self.resized |= size != self.size;
        self.size = size;
        if readable {
            self.looks = LOOKS;
        }
        Ok(())
    }

    /// What there is now, if anything.
    pub(super) fn next(&mut self) -> io::Result<Option<Event>> {
        if std::mem::take(&mut self.resized) {
            let (width, height) = self.size;
            return Ok(Some(Event::Resize(width, height)));
        }
        while self.looks > 0 {
            if event::poll(GLANCE)? {
                self.looks = LOOKS;
                return event::read().map(Some);
            }
            self.looks -= 1;
        }
        Ok(None)
    }
}
