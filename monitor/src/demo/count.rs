//! Lines, words and bytes, as `wc` counts them.

use std::io::{self, Read};

/// What is in a text so far.
///
/// ```
/// use syncmon::demo::Count;
/// let mut count = Count::default();
/// count.feed(b"two wo");
/// count.feed(b"rds\nno newline");
/// assert_eq!((count.lines, count.words, count.bytes), (1, 4, 20));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Newline bytes.
    pub lines: u64,
    /// Runs of bytes other than ASCII white space.
    pub words: u64,
    /// Bytes.
    pub bytes: u64,
    /// Whether the text so far ends within a word.
    in_word: bool,
}

impl Count {
    /// Goes on with the next bytes of the text.
    pub fn feed(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let space = matches!(byte, b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r');
            self.words += u64::from(!space && !self.in_word);
            self.lines += u64::from(*byte == b'\n');
            self.in_word = !space;
        }
        self.bytes += bytes.len() as u64;
    }

    /// Counts all that can be read.
    ///
    /// # Errors
    ///
    /// The reader's.
    pub fn of(mut source: impl Read, buffer: &mut [u8]) -> io::Result<Count> {
        let mut count = Count::default();
        loop {
            match source.read(buffer) {
                Ok(0) => return Ok(count),
                Ok(read) => count.feed(&buffer[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_does_not_depend_on_the_buffer() {
        let text = b"\x0b one\ttwo\r\nthree\x0cfour\n\n\xff\xfe \0 last";
        for size in 1..=text.len() {
            let count = Count::of(&text[..], &mut vec![0; size]).unwrap();
            assert_eq!(
                (count.lines, count.words, count.bytes),
                (3, 7, text.len() as u64),
                "buffer of {size}"
            );
        }
        assert_eq!(Count::of(&b""[..], &mut [0; 8]).unwrap(), Count::default());
    }

    #[test]
    fn an_error_in_the_middle_is_an_error() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("broken"))
            }
        }
        assert!(Count::of((&b"some"[..]).chain(Broken), &mut [0; 8]).is_err());
    }
}
