//! The viewer's end of the socket.
//!
//! [`Connection`] asks one question at a time; [`snapshot`] is one question and good-bye; [`watch`] asks
//! several times a second on a thread of its own, and comes back when the host does.

mod successor;

use crate::clock::unix_us;
use crate::discover::shown;
use crate::wire::{
    Changes, ErrorCode, ErrorFrame, FRAME_LIMIT, Frame, Hello, HelloRequest, LineBuffer, MAJOR,
    PROTOCOL, Request, Row, decode_frame, encode,
};
use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

/// How often a watching viewer asks.
pub const POLL: Duration = Duration::from_millis(250);

/// For how long an answer may take. The agent needs no lock of the host's, so it is quick or not there.
pub const PATIENCE: Duration = Duration::from_secs(2);

/// Why there is no answer.
#[derive(Debug)]
pub enum ClientError {
    /// Nobody listens there.
    Connect(PathBuf, io::Error),
    /// The connection broke, or the answer did not come in time.
    Lost(io::Error),
    /// The answer made no sense.
    Garbled(String),
    /// The agent refused, and says why.
    Refused(ErrorFrame),
    /// The other side speaks another version of the protocol.
    Version(String),
    /// What it said cannot be written down.
    Record(io::Error),
}

impl ClientError {
    /// Whether asking again could not help.
    pub fn is_final(&self) -> bool {
        match self {
            ClientError::Version(_) => true,
            ClientError::Refused(error) => error.code == ErrorCode::Version,
            _ => false,
        }
    }
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ClientError::Connect(path, error) => {
                write!(f, "cannot connect to {}: {error}", shown(path))
            }
            ClientError::Lost(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
            {
                write!(f, "no answer for {} s: the process may be stopped", PATIENCE.as_secs())
            }
            ClientError::Lost(error) if error.kind() == ErrorKind::UnexpectedEof => {
                f.write_str("the host closed the connection")
            }
            ClientError::Lost(error) => write!(f, "connection lost: {error}"),
            ClientError::Garbled(reason) => {
                write!(f, "the answer is not understood: {}", crate::escape::escape(reason))
            }
            ClientError::Refused(error) => {
                write!(f, "the host refused: {}", crate::escape::escape(&error.message))
            }
            ClientError::Version(reason) => f.write_str(reason),
            ClientError::Record(error) => write!(f, "the recording cannot be written: {error}"),
        }
    }
}

impl std::error::Error for ClientError {}

/// A greeted connection.
pub struct Connection {
    stream: UnixStream,
    lines: LineBuffer,
    listener: Listener,
}

/// Is told every line that comes, as it comes.
type Listener = Box<dyn FnMut(&[u8]) -> io::Result<()> + Send>;

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("stream", &self.stream).finish_non_exhaustive()
    }
}

impl Connection {
    /// Connects and exchanges greetings.
    ///
    /// # Errors
    ///
    /// Any [`ClientError`].
    pub fn open(path: &Path) -> Result<(Connection, Hello), ClientError> {
        Self::open_and_tell(path, |_| Ok(()))
    }

    /// As [`open`](Self::open), and tells `listener` of every line that the host sends, without its end.
    ///
    /// # Errors
    ///
    /// Any [`ClientError`]; `Record` if the listener has an error.
    pub fn open_and_tell(
        path: &Path,
        listener: impl FnMut(&[u8]) -> io::Result<()> + Send + 'static,
    ) -> Result<(Connection, Hello), ClientError> {
        let stream = UnixStream::connect(path)
            .map_err(|error| ClientError::Connect(path.to_owned(), error))?;
        Self::greet(stream, listener)
    }

    fn greet(
        stream: UnixStream,
        listener: impl FnMut(&[u8]) -> io::Result<()> + Send + 'static,
    ) -> Result<(Connection, Hello), ClientError> {
        stream.set_write_timeout(Some(PATIENCE)).map_err(ClientError::Lost)?;
        let listener = Box::new(listener);
        let mut connection = Connection { stream, lines: LineBuffer::new(FRAME_LIMIT), listener };
        match connection.ask(&Request::Hello(HelloRequest::current()))? {
            Frame::Hello(hello) if hello.protocol == PROTOCOL && hello.major == MAJOR => {
                Ok((connection, hello))
            }
            Frame::Hello(hello) => Err(ClientError::Version(format!(
                "the host speaks {} version {}, this syncmon {PROTOCOL} version {MAJOR}: use a syncmon of the host's version",
                crate::escape::escape(&hello.protocol),
                hello.major
            ))),
            _ => Err(ClientError::Garbled("no greeting".to_owned())),
        }
    }

    /// Asks for what changed since a generation; all pages of the answer.
    ///
    /// # Errors
    ///
    /// Any [`ClientError`] but `Connect`.
    pub fn changes(&mut self, since: u64) -> Result<Vec<Changes>, ClientError> {
        let mut frame = self.ask(&Request::Changes { since })?;
        let mut pages = Vec::new();
        loop {
            let Frame::Changes(page) = frame else {
                return Err(ClientError::Garbled("another answer than was asked for".to_owned()));
            };
            let more = page.more;
            pages.push(page);
            if !more {
                return Ok(pages);
            }
            frame = self.read()?;
        }
    }

    fn ask(&mut self, request: &Request) -> Result<Frame, ClientError> {
        // An agent that turned us away has written why and closed: then the write fails, and the reason is there
        // to be read.
        let written = self.stream.write_all(&encode(request));
        match (self.read(), written) {
            (Err(ClientError::Lost(_)), Err(error)) => Err(ClientError::Lost(error)),
            (answer, _) => answer,
        }
    }

    fn read(&mut self) -> Result<Frame, ClientError> {
        let deadline = Instant::now() + PATIENCE;
        let mut chunk = [0; 64 * 1024];
        loop {
            if let Some(line) = self.lines.next_line() {
                (self.listener)(&line).map_err(ClientError::Record)?;
                return match decode_frame(&line)
                    .map_err(|error| ClientError::Garbled(error.to_string()))?
                {
                    Frame::Error(error) => Err(ClientError::Refused(error)),
                    frame => Ok(frame),
                };
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(ClientError::Lost(ErrorKind::TimedOut.into()));
            }
            self.stream.set_read_timeout(Some(left)).map_err(ClientError::Lost)?;
            match self.stream.read(&mut chunk) {
                Ok(0) => return Err(ClientError::Lost(ErrorKind::UnexpectedEof.into())),
                Ok(count) => {
                    self.lines
                        .push(&chunk[..count])
                        .map_err(|error| ClientError::Garbled(error.to_string()))?;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(ClientError::Lost(error)),
            }
        }
    }
}

/// A host at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Who it is.
    pub host: Hello,
    /// When the agent looked: its uptime in microseconds.
    pub at_us: u64,
    /// All primitives, by kind and name.
    pub rows: Vec<Row>,
}

/// Connects, asks for everything, and leaves.
///
/// # Errors
///
/// Any [`ClientError`].
pub fn snapshot(path: &Path) -> Result<Snapshot, ClientError> {
    let (mut connection, host) = Connection::open(path)?;
    let pages = connection.changes(0)?;
    let at_us = pages.last().map_or(host.uptime_us, |page| page.at_us);
    let mut rows: Vec<Row> = pages.into_iter().flat_map(|page| page.rows).collect();
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(Snapshot { host, at_us, rows })
}

/// What a watch, or a recording, has to tell.
#[derive(Clone, Debug)]
pub enum Event {
    /// Everything is told again from the beginning on: a recording went back.
    Restarted,
    /// Connected, for the first time or again.
    Connected(Hello),
    /// A page of changes.
    Changes(Changes),
    /// No connection. Unless `last`, the watch goes on trying.
    Lost {
        /// Why, in words for the screen.
        reason: String,
        /// Whether the watch has given up.
        last: bool,
    },
}

/// A thread that keeps asking. Dropping this ends it.
#[derive(Debug)]
pub struct Watch {
    events: Receiver<Event>,
    stop: Arc<AtomicBool>,
}

impl Watch {
    /// What has happened since the last call, without waiting.
    pub fn events(&self) -> impl Iterator<Item = Event> + '_ {
        self.events.try_iter()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed); // Only ever read to leave a loop; nothing is published by it.
    }
}

/// Starts to watch the host behind a socket. Should it go away, it is waited for: that socket, and, if it is one that
/// hosts have by default, that of the same program when it is started again.
///
/// # Errors
///
/// If the thread cannot be started.
pub fn watch(path: PathBuf) -> io::Result<Watch> {
    let mut host = successor::Host::new(path);
    start(move |watcher| watcher.run(|last| host.open(last)))
}

/// The same over streams that somebody else connects to an agent: one, and another one whenever it breaks.
///
/// # Errors
///
/// As [`watch`].
pub fn follow(connect: impl Fn() -> io::Result<UnixStream> + Send + 'static) -> io::Result<Watch> {
    start(move |watcher| {
        watcher.run(|_| Connection::greet(connect().map_err(ClientError::Lost)?, |_| Ok(())));
    })
}

fn start(work: impl FnOnce(&Watcher) + Send + 'static) -> io::Result<Watch> {
    let (sender, events) = mpsc::channel();
    let stop = Arc::new(AtomicBool::new(false));
    let watcher = Watcher { sender, stop: Arc::clone(&stop) };
    thread::Builder::new().name("syncmon-client".to_owned()).spawn(move || work(&watcher))?;
    Ok(Watch { events, stop })
}

struct Watcher {
    sender: Sender<Event>,
    stop: Arc<AtomicBool>,
}

/// The first and the longest pause before another attempt: a host that restarts is seen at once, and a host
/// that is gone costs next to nothing.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A host that has been heard of.
struct Heard {
    program: String,
    /// The last time, in microseconds since 1970. Not by its uptime: that does not count the time that a machine sleeps.
    at_us: u64,
}

impl Watcher {
    /// `connect` is told whom we were connected to the last time.
    fn run(
        &self,
        mut connect: impl FnMut(Option<&Heard>) -> Result<(Connection, Hello), ClientError>,
    ) {
        let mut pause = FIRST_PAUSE;
        let mut heard = None;
        loop {
            let mut greeted = false;
            let connected = connect(heard.as_ref()).inspect(|_| greeted = true);
            let asked = connected.and_then(|(connection, hello)| {
                let program = hello.program.clone();
                let heard = heard.insert(Heard { program, at_us: unix_us() });
                self.ask_on(connection, hello, heard)
            });
            let Err(error) = asked else { return };
            if greeted {
                pause = FIRST_PAUSE;
            }
            let last = error.is_final();
            if !self.tell(Event::Lost { reason: error.to_string(), last }) || last {
                return;
            }
            thread::sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Asks again and again until the connection breaks; `Ok` if nobody wants to know any more.
    fn ask_on(
        &self,
        mut connection: Connection,
        hello: Hello,
        heard: &mut Heard,
    ) -> Result<(), ClientError> {
        let mut wanted = self.tell(Event::Connected(hello));
        let mut since = 0;
        while wanted {
            for page in connection.changes(since)? {
                since = page.generation;
                heard.at_us = unix_us();
                wanted &= self.tell(Event::Changes(page));
            }
            thread::sleep(POLL);
        }
        Ok(())
    }

    fn tell(&self, event: Event) -> bool {
        !self.stop.load(Ordering::Relaxed) && self.sender.send(event).is_ok()
    }
}
