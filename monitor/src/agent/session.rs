//! One connection: a line in, an answer out, until one of them has had enough.

use super::Source;
use super::listen::Start;
use super::looker::Looker;
use super::values::Blocked;
use crate::clock::micros;
use crate::wire::{
    ErrorCode, ErrorFrame, Frame, Hello, LineBuffer, MAJOR, PROTOCOL, REQUEST_LIMIT, Request,
    decode_request, encode,
};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// For how long a viewer may be silent, or take over one line. A watching viewer asks several times a second.
const PATIENCE: Duration = Duration::from_secs(30);

/// For how long a viewer may take to read one line.
const WRITE_PATIENCE: Duration = Duration::from_secs(5);

/// No viewer is answered more often than this, unless it is a fuzzer, which could say next to nothing.
const PACE: Duration = if cfg!(fuzzing) { Duration::ZERO } else { Duration::from_millis(20) };

/// Whether the connection goes on after a line.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    Continue,
    Close,
}

/// Serves one viewer until it leaves, misbehaves or falls silent.
pub(super) fn run(stream: &UnixStream, source: &Source, start: Start, blocked: &Arc<Blocked>) {
    let looker = Looker::new(source.clone(), start.at, Arc::clone(blocked));
    let mut session = Session { start, looker, greeted: false, answered: None };
    // An error here is the viewer's end of the connection: there is nobody left to tell.
    let _ = session.converse(stream);
}

struct Session {
    start: Start,
    looker: Looker,
    greeted: bool,
    answered: Option<Instant>,
}

impl Session {
    fn converse(&mut self, stream: &UnixStream) -> io::Result<()> {
        let mut lines = LineBuffer::new(REQUEST_LIMIT);
        loop {
            let Some(bytes) = read_lines(stream, &mut lines)? else { return Ok(()) };
            if let Err(too_long) = bytes {
                return send(stream, &error(ErrorCode::TooLong, too_long.to_string()));
            }
            while let Some(line) = lines.next_line() {
                if self.answer(stream, &line)? == Next::Close {
                    return Ok(());
                }
            }
        }
    }

    fn answer(&mut self, stream: &UnixStream, line: &[u8]) -> io::Result<Next> {
        // Every line counts, the bad ones too: whatever a viewer does, it cannot keep the host busy.
        if let Some(answered) = self.answered {
            std::thread::sleep(PACE.saturating_sub(answered.elapsed()));
        }
        self.answered = Some(Instant::now());
        match decode_request(line) {
            Err(wrong) => send(stream, &error(ErrorCode::BadRequest, wrong.to_string()))?,
            Ok(Request::Hello(hello)) if hello.protocol != PROTOCOL || hello.major != MAJOR => {
                let message = format!(
                    "this host speaks {PROTOCOL} version {MAJOR}, the viewer {} version {}: use a syncmon of the host's version",
                    crate::escape::escape(&hello.protocol),
                    hello.major
                );
                send(stream, &error(ErrorCode::Version, message))?;
                return Ok(Next::Close);
            }
            Ok(Request::Hello(_)) => {
                self.greeted = true;
                let uptime = micros(self.start.at.elapsed());
                let hello =
                    Hello::current(std::process::id(), program(), self.start.unix_us, uptime);
                send(stream, &Frame::Hello(hello))?;
            }
            Ok(Request::Changes { .. }) if !self.greeted => {
                send(stream, &error(ErrorCode::BadRequest, "say hello first".to_owned()))?;
            }
            Ok(Request::Changes { since }) => {
                for page in self.looker.changes(since)? {
                    send(stream, &Frame::Changes(page))?;
                }
            }
        }
        Ok(Next::Continue)
    }
}

/// Reads until there is at least one line: `None` at the end of the stream or of our patience.
fn read_lines(
    mut stream: &UnixStream,
    lines: &mut LineBuffer,
) -> io::Result<Option<Result<(), crate::wire::LineTooLong>>> {
    let deadline = Instant::now() + PATIENCE;
    let mut chunk = [0; 1024];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(None);
        }
        stream.set_read_timeout(Some(left))?;
        let count = match stream.read(&mut chunk) {
            Ok(0) => return Ok(None),
            Ok(count) => count,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Ok(None);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let pushed = lines.push(&chunk[..count]);
        if pushed.is_err() || chunk[..count].contains(&b'\n') {
            return Ok(Some(pushed));
        }
    }
}

/// Writes one frame, all of it within [`WRITE_PATIENCE`]: a viewer that does not read is left.
fn send(mut stream: &UnixStream, frame: &Frame) -> io::Result<()> {
    let deadline = Instant::now() + WRITE_PATIENCE;
    let line = encode(frame);
    let mut rest = &line[..];
    while !rest.is_empty() {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        stream.set_write_timeout(Some(left))?;
        match stream.write(rest) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(count) => rest = &rest[count..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn error(code: ErrorCode, message: String) -> Frame {
    Frame::Error(ErrorFrame { code, message })
}

/// The name under which the host was started, without its directory.
fn program() -> String {
    let started_as = std::env::args_os().next().map(std::path::PathBuf::from);
    let name = started_as.as_deref().and_then(std::path::Path::file_name);
    name.map_or_else(|| "?".to_owned(), |name| super::rows::cut(&name.to_string_lossy()))
}
