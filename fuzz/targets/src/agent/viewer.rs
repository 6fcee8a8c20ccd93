//! One connection: what was said on it, and what has to come back.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::mem;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use syncmon::wire::{
    Changes, ErrorCode, FRAME_LIMIT, Frame, LineBuffer, MAJOR, PROTOCOL, REQUEST_LIMIT, Request,
    decode_frame, decode_request,
};

use super::answer::{Answer, Told};
use super::host::Host;

/// No answer takes so long.
const TIMEOUT: Duration = Duration::from_secs(20);

pub(super) struct Viewer {
    stream: UnixStream,
    /// What was said and not sent.
    unsent: Vec<u8>,
    /// The line that was said and not ended.
    line: Vec<u8>,
    heard: LineBuffer,
    /// What is still to be heard.
    owed: VecDeque<Answer>,
    is_greeted: bool,
    told: Told,
    /// After the answers that are owed the agent closes the connection.
    is_over: bool,
}

impl Viewer {
    pub(super) fn connect(path: &Path) -> Self {
        let stream = UnixStream::connect(path).expect("a connection");
        stream.set_read_timeout(Some(TIMEOUT)).expect("a timeout");
        stream.set_write_timeout(Some(TIMEOUT)).expect("a timeout");
        Self {
            stream,
            unsent: Vec::new(),
            line: Vec::new(),
            heard: LineBuffer::new(FRAME_LIMIT),
            owed: VecDeque::new(),
            is_greeted: false,
            told: Told::default(),
            is_over: false,
        }
    }

    pub(super) fn generation(&self) -> u64 {
        self.told.generation
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// The byte will be sent. If it ends a line, the line will be answered while the host is as it is now.
    pub(super) fn say(&mut self, byte: u8, host: &Host) {
        self.unsent.push(byte);
        if self.is_over {
            return;
        }
        if byte != b'\n' {
            self.line.push(byte);
            if self.line.len() > REQUEST_LIMIT {
                self.owed.push_back(Answer::Error(ErrorCode::TooLong));
                self.is_over = true;
            }
            return;
        }
        let answer = match decode_request(&mem::take(&mut self.line)) {
            Err(_) => Answer::Error(ErrorCode::BadRequest),
            Ok(Request::Hello(hello)) if hello.protocol != PROTOCOL || hello.major != MAJOR => {
                self.is_over = true;
                Answer::Error(ErrorCode::Version)
            }
            Ok(Request::Hello(_)) => {
                self.is_greeted = true;
                Answer::Hello
            }
            Ok(Request::Changes { .. }) if !self.is_greeted => Answer::Error(ErrorCode::BadRequest),
            Ok(Request::Changes { since }) => self.told.changes(since, host.registry().inspect()),
        };
        self.owed.push_back(answer);
    }

    /// Sends what was said. If the agent has left, it was about to.
    pub(super) fn send(&mut self) {
        let sent = self.stream.write_all(&mem::take(&mut self.unsent));
        assert!(sent.is_ok() || self.is_over, "the agent has left: {sent:?}");
    }

    /// Hears all that is owed.
    pub(super) fn hear(&mut self) {
        while let Some(answer) = self.owed.pop_front() {
            let first = self.frame().unwrap_or_else(|| panic!("no answer, but {answer:?} is owed"));
            let mut pages = Vec::new();
            let mut next = Some(first);
            while let Some(Frame::Changes(page)) = next {
                next = if page.more { self.frame() } else { None };
                pages.push(page);
            }
            answer.assert_is(next, &pages);
            self.told.hears(pages.last().map(|page: &Changes| page.at_us));
        }
        if self.is_over {
            assert_eq!(self.frame(), None, "the agent goes on");
        }
    }

    /// The next frame, or none if the agent has closed the connection.
    fn frame(&mut self) -> Option<Frame> {
        let mut chunk = [0; 16 * 1024];
        loop {
            if let Some(line) = self.heard.next_line() {
                let text = String::from_utf8_lossy(&line);
                return Some(decode_frame(&line).unwrap_or_else(|error| panic!("{error}: {text}")));
            }
            match (&self.stream).read(&mut chunk) {
                Ok(0) => {
                    assert!(self.heard.is_empty(), "half a frame at the end");
                    return None;
                }
                Ok(count) => self.heard.push(&chunk[..count]).expect("a frame of the usual size"),
                // It closed the connection before it had read all that was sent.
                Err(error) if error.kind() == ErrorKind::ConnectionReset && self.is_over => {
                    return None;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => panic!("{error}, and owed are {:?}", self.owed),
            }
        }
    }

    /// Says no more, and hears the last answers and the end of the stream.
    pub(super) fn leave(mut self) {
        self.send();
        let shut = self.stream.shutdown(Shutdown::Write);
        assert!(shut.is_ok() || self.is_over, "the agent has left: {shut:?}");
        self.hear();
        assert_eq!(self.frame(), None, "an answer to nothing");
    }

    /// The agent has left, perhaps before it had read the beginning of a line.
    pub(super) fn expect_end(mut self) {
        self.is_over = true;
        self.hear();
    }

    /// Hears that there are too many viewers.
    pub(super) fn expect_busy(mut self) {
        self.owed.push_back(Answer::Error(ErrorCode::Busy));
        self.is_over = true;
        self.hear();
    }
}
