//! Reading a recording.

use crate::model::{Rule, Store, Thresholds, find_problems};
use crate::wire::{Changes, Frame, Hello, RowId, WireError, decode_frame};
use std::collections::HashSet;
use std::fmt;
use std::io;
use std::path::Path;
use std::time::Duration;

/// Why a file is no recording that can be shown.
#[derive(Debug)]
pub enum ReadError {
    /// It cannot be read.
    Io(io::Error),
    /// There is no greeting and no answer in it.
    Empty,
    /// A line is not what an agent says: its number, and what is wrong with it.
    Line(usize, WireError),
    /// A line comes before the greeting: its number.
    NoGreeting(usize),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Io(error) => error.fmt(f),
            ReadError::Empty => f.write_str("nothing is recorded in it"),
            ReadError::Line(line, error) => {
                let error = error.to_string();
                write!(
                    f,
                    "line {line} is no line of a recording: {}",
                    crate::escape::escape(&error)
                )
            }
            ReadError::NoGreeting(line) => {
                write!(f, "line {line} comes before the greeting of a host: is it a recording?")
            }
        }
    }
}

impl std::error::Error for ReadError {}

/// Something that the host said at one moment.
#[derive(Clone, Debug)]
pub(super) enum Said {
    /// The beginning of a conversation.
    Greeting(Hello),
    /// A whole answer.
    Answer(Vec<Changes>),
}

/// What a host said, each thing with its time since the beginning.
#[derive(Clone, Debug)]
pub struct Recording {
    pub(super) said: Vec<(Duration, Said)>,
    pub(super) problems: Vec<Duration>,
    cut: usize,
}

impl Recording {
    /// Reads a file. What a crash has cut off is left out.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is not a recording.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        Self::read(&std::fs::read(path).map_err(ReadError::Io)?)
    }

    /// Understands the bytes of a file.
    ///
    /// # Errors
    ///
    /// If they are not a recording.
    pub fn read(bytes: &[u8]) -> Result<Self, ReadError> {
        let mut reader = Reader::default();
        let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
        for (place, line) in lines.iter().enumerate() {
            if line.is_empty() {
                continue;
            }
            match decode_frame(line) {
                Ok(frame) => reader.take(frame, place + 1)?,
                // Cut off: the end of the file, or of what another recorder had written before.
                Err(_) if is_cut(line, &lines[place + 1..]) => reader.cut += 1,
                Err(error) => return Err(ReadError::Line(place + 1, error)),
            }
        }
        if !reader.said.iter().any(|(_, said)| matches!(said, Said::Answer(_))) {
            return Err(ReadError::Empty);
        }
        let problems = problems(&reader.said, Thresholds::default());
        Ok(Recording { said: reader.said, problems, cut: reader.cut })
    }

    /// The same with other limits for what is a problem.
    pub fn with_thresholds(self, thresholds: Thresholds) -> Self {
        Recording { problems: problems(&self.said, thresholds), ..self }
    }

    /// How long it is.
    pub fn length(&self) -> Duration {
        self.said.last().map_or(Duration::ZERO, |(at, _)| *at)
    }

    /// When problems began.
    pub fn problems(&self) -> &[Duration] {
        &self.problems
    }

    /// How many lines were left out because they had been cut off.
    pub fn cut(&self) -> usize {
        self.cut
    }
}

/// How every line of a recording begins.
const BEGINNING: &[u8] = b"{\"type\":\"";

/// Whether it is plausible that the line was cut off: it begins as they all do, and nothing or a greeting comes next.
fn is_cut(line: &[u8], rest: &[&[u8]]) -> bool {
    let common = line.len().min(BEGINNING.len());
    if line[..common] != BEGINNING[..common] {
        return false;
    }
    let next = rest.iter().find(|line| !line.is_empty());
    next.is_none_or(|line| matches!(decode_frame(line), Ok(Frame::Hello(_))))
}

#[derive(Default)]
struct Reader {
    said: Vec<(Duration, Said)>,
    /// Of an answer that is not complete.
    pages: Vec<Changes>,
    /// The host's clock at the first answer of the conversation, and the time of the recording then.
    zero: Option<(u64, Duration)>,
    greeted: bool,
    cut: usize,
}

impl Reader {
    fn now(&self) -> Duration {
        self.said.last().map_or(Duration::ZERO, |(at, _)| *at)
    }

    fn take(&mut self, frame: Frame, line: usize) -> Result<(), ReadError> {
        match frame {
            Frame::Hello(hello) => {
                self.greeted = true;
                self.zero = None;
                self.pages.clear();
                self.said.push((self.now(), Said::Greeting(hello)));
            }
            Frame::Changes(_) if !self.greeted => return Err(ReadError::NoGreeting(line)),
            Frame::Changes(page) => {
                let (at_us, more) = (page.at_us, page.more);
                self.pages.push(page);
                if !more {
                    let (zero_us, since) = *self.zero.get_or_insert((at_us, self.now()));
                    let at = since + Duration::from_micros(at_us.saturating_sub(zero_us));
                    let answer = Said::Answer(std::mem::take(&mut self.pages));
                    self.said.push((at.max(self.now()), answer));
                }
            }
            // The agent refused something; there is nothing to show.
            Frame::Error(_) => {}
        }
        Ok(())
    }
}

/// The moments at which there is a problem that was not there before.
fn problems(said: &[(Duration, Said)], thresholds: Thresholds) -> Vec<Duration> {
    let mut store = Store::default();
    let mut present = HashSet::new();
    let mut begun = Vec::new();
    for (at, said) in said {
        match said {
            Said::Greeting(_) => store = Store::default(),
            Said::Answer(pages) => {
                pages.iter().for_each(|page| store.apply(page.clone()));
                let found = find_problems(&store, thresholds);
                let ids: HashSet<(Rule, RowId)> =
                    found.into_iter().map(|problem| (problem.rule, problem.on)).collect();
                if !ids.is_subset(&present) {
                    begun.push(*at);
                }
                present = ids;
            }
        }
    }
    begun
}
