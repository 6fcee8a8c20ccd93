//! Writing a recording.

use crate::client::{ClientError, Connection, POLL};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What has been written.
#[derive(Debug)]
pub struct Recorded {
    /// How many lines.
    pub lines: u64,
    /// Why it ended before its time, if it did.
    pub lost: Option<ClientError>,
}

/// Writes what the host says to the end of `file`, until the host is lost or the time is over.
///
/// # Errors
///
/// If the host is not there, or the file cannot be written.
pub fn record(socket: &Path, file: File, until: Option<Duration>) -> Result<Recorded, ClientError> {
    let mut writer = Writer::at_the_end_of(file).map_err(ClientError::Record)?;
    let lines = Arc::new(AtomicU64::new(0));
    let written = Arc::clone(&lines);
    let begun = Instant::now();
    let (mut connection, _) = Connection::open_and_tell(socket, move |line| {
        // Relaxed: a number that this thread alone looks at.
        written.fetch_add(1, Ordering::Relaxed);
        writer.line(line)
    })?;
    let mut since = 0;
    let lost = loop {
        match connection.changes(since) {
            Ok(pages) => since = pages.last().map_or(since, |page| page.generation),
            Err(error @ ClientError::Record(_)) => return Err(error),
            Err(error) => break Some(error),
        }
        if until.is_some_and(|until| begun.elapsed() >= until) {
            break None;
        }
        std::thread::sleep(POLL);
    };
    Ok(Recorded { lines: lines.load(Ordering::Relaxed), lost })
}

struct Writer {
    file: File,
}

impl Writer {
    fn at_the_end_of(mut file: File) -> io::Result<Self> {
        // The last line of a recording that was cut off is ended, so that it does not spoil the next one.
        if file.seek(SeekFrom::End(0))? > 0 {
            file.seek(SeekFrom::End(-1))?;
            let mut last = [0];
            file.read_exact(&mut last)?;
            if last != *b"\n" {
                file.write_all(b"\n")?;
            }
        }
        Ok(Writer { file })
    }

    fn line(&mut self, line: &[u8]) -> io::Result<()> {
        // In one piece, so that a crash cuts at most this line.
        self.file.write_all(&[line, b"\n"].concat())
    }
}
