//! Cutting a stream of bytes into lines without ever holding more than the limit.

use std::fmt;

/// Collects bytes and gives out complete lines.
///
/// ```text
/// bytes   │ complete line \n complete line \n │ unfinished ... │
///         0                                  ▲ unfinished     ▲ searched, when no line is left
/// ```
///
/// ```
/// use syncmon::wire::LineBuffer;
/// let mut lines = LineBuffer::new(80);
/// lines.push(b"first\nsec").unwrap();
/// assert_eq!(lines.next_line().as_deref(), Some(&b"first"[..]));
/// assert_eq!(lines.next_line(), None);
/// lines.push(b"ond\n").unwrap();
/// assert_eq!(lines.next_line().as_deref(), Some(&b"second"[..]));
/// ```
#[derive(Debug)]
pub struct LineBuffer {
    bytes: Vec<u8>,
    /// Where the line that has not ended yet begins.
    unfinished: usize,
    limit: usize,
}

/// A line went on past the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineTooLong {
    /// The limit, in bytes.
    pub limit: usize,
}

impl fmt::Display for LineTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a line is longer than {} bytes", self.limit)
    }
}

impl std::error::Error for LineTooLong {}

impl LineBuffer {
    /// A buffer for lines of at most `limit` bytes, the newline not counted.
    pub fn new(limit: usize) -> Self {
        LineBuffer { bytes: Vec::new(), unfinished: 0, limit }
    }

    /// Takes in what was read. Take all complete lines out before pushing again, and the buffer never
    /// holds more than the limit and one push.
    ///
    /// # Errors
    ///
    /// [`LineTooLong`] for a line over the limit, finished or not. All that was held is dropped then: the
    /// stream has lost its place and should be closed.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), LineTooLong> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let ends = part.ends_with(b"\n");
            let length = self.bytes.len() - self.unfinished + part.len() - usize::from(ends);
            if length > self.limit {
                *self = LineBuffer::new(self.limit);
                return Err(LineTooLong { limit: self.limit });
            }
            self.bytes.extend_from_slice(part);
            if ends {
                self.unfinished = self.bytes.len();
            }
        }
        Ok(())
    }

    /// The next complete line without its newline, if there is one.
    pub fn next_line(&mut self) -> Option<Vec<u8>> {
        // Only complete lines are searched: an unfinished one is not read again at every push.
        let end = self.bytes[..self.unfinished].iter().position(|byte| *byte == b'\n')?;
        let mut line: Vec<u8> = self.bytes.drain(..=end).collect();
        line.pop();
        self.unfinished -= end + 1;
        Some(line)
    }

    /// Whether nothing is held, not even an unfinished line.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(pushes: &[&[u8]], limit: usize) -> Result<Vec<Vec<u8>>, LineTooLong> {
        let mut buffer = LineBuffer::new(limit);
        let mut lines = Vec::new();
        for bytes in pushes {
            buffer.push(bytes)?;
            while let Some(line) = buffer.next_line() {
                lines.push(line);
            }
        }
        Ok(lines)
    }

    #[test]
    fn lines_do_not_depend_on_how_the_bytes_arrive() {
        let text = b"one\n\ntwo\nthree";
        let whole = lines(&[text], 10).unwrap();
        assert_eq!(whole, [&b"one"[..], b"", b"two"]);
        let bytewise: Vec<&[u8]> = text.chunks(1).collect();
        assert_eq!(lines(&bytewise, 10).unwrap(), whole);
    }

    #[test]
    fn the_limit_counts_the_line_without_its_newline() {
        assert!(lines(&[b"12345\n"], 5).is_ok());
        assert!(lines(&[b"123", b"45\n"], 5).is_ok());
        assert_eq!(lines(&[b"123456\n"], 5), Err(LineTooLong { limit: 5 }));
        assert_eq!(lines(&[b"123", b"456"], 5), Err(LineTooLong { limit: 5 }));
        assert!(
            lines(&[b"1234\n1234\n1234\n"], 5).is_ok(),
            "the limit is for one line, not for a push"
        );
    }

    #[test]
    fn an_endless_line_holds_no_memory() {
        let mut buffer = LineBuffer::new(1000);
        let refused = (0..1_000_000).any(|_| buffer.push(&[b'x'; 100]).is_err());
        assert!(refused);
        assert!(buffer.is_empty() && buffer.bytes.capacity() == 0);
    }
}
