//! Bytes as what comes over a monitor's socket.
//!
//! The first byte chooses the limit of a line and the size of the chunks in which the rest arrives; as a
//! digit or letter it keeps the corpus readable.

use std::fmt::Debug;

use syncmon::wire::{
    LineBuffer, LineTooLong, REQUEST_LIMIT, WireError, decode_frame, decode_request, encode,
};

const LIMITS: [usize; 5] = [REQUEST_LIMIT, 0, 1, 16, 100];

/// Reads `data` the way an agent and a viewer would.
///
/// # Panics
///
/// If decoding panics, if a decoded value does not survive being encoded, if the lines depend on how the
/// bytes arrive, or if more than a line of the limit is held.
pub fn wire(data: &[u8]) {
    decode(data);
    let Some((&choice, stream)) = data.split_first() else { return };
    let limit = LIMITS[usize::from(choice) % LIMITS.len()];
    let chunk = 2 + usize::from(choice) % 13;

    let (lines, end) = split(stream.chunks(1), limit);
    assert_split(stream, limit, &lines, end);
    for size in [chunk, stream.len().max(1)] {
        let (others, other_end) = split(stream.chunks(size), limit);
        assert_eq!(other_end, end, "whether a line is too long depends on the chunks");
        match end {
            Ok(()) => assert_eq!(others, lines, "the lines depend on the chunks"),
            // The chunk with the line that is too long may have begun with others.
            Err(_) => assert!(lines.starts_with(&others), "the lines depend on the chunks"),
        }
    }
    lines.iter().for_each(|line| decode(line));
}

/// The lines that come out of a buffer, and whether the stream went on to its end.
fn split<'a>(
    chunks: impl Iterator<Item = &'a [u8]>,
    limit: usize,
) -> (Vec<Vec<u8>>, Result<(), LineTooLong>) {
    let mut buffer = LineBuffer::new(limit);
    let mut lines = Vec::new();
    let mut unfinished = 0;
    for chunk in chunks {
        if let Err(error) = buffer.push(chunk) {
            assert!(buffer.is_empty(), "held after the stream lost its place");
            return (lines, Err(error));
        }
        while let Some(line) = buffer.next_line() {
            lines.push(line);
        }
        unfinished = match chunk.iter().rposition(|&byte| byte == b'\n') {
            Some(end) => chunk.len() - end - 1,
            None => unfinished + chunk.len(),
        };
        assert_eq!(buffer.is_empty(), unfinished == 0);
        assert!(unfinished <= limit, "{unfinished} bytes held");
    }
    (lines, Ok(()))
}

/// `lines` are those of the stream up to the first that is too long.
fn assert_split(stream: &[u8], limit: usize, lines: &[Vec<u8>], end: Result<(), LineTooLong>) {
    let mut expected: Vec<&[u8]> = stream.split(|&byte| byte == b'\n').collect();
    if let Some(long) = expected.iter().position(|line| line.len() > limit) {
        expected.truncate(long);
        assert_eq!(end, Err(LineTooLong { limit }));
    } else {
        // What follows the last newline is no line yet.
        expected.pop();
        assert_eq!(end, Ok(()));
    }
    assert_eq!(lines, expected);
}

fn decode(line: &[u8]) {
    assert_survives(line, decode_request, encode);
    assert_survives(line, decode_frame, encode);
}

/// What can be decoded is written as one line that decodes to the same.
fn assert_survives<T: Debug + PartialEq>(
    line: &[u8],
    decode: impl Fn(&[u8]) -> Result<T, WireError>,
    encode: impl Fn(&T) -> Vec<u8>,
) {
    match decode(line) {
        Ok(value) => {
            let written = encode(&value);
            let (last, text) = written.split_last().expect("a line has a newline");
            assert!(*last == b'\n' && !text.contains(&b'\n'), "not one line: {value:?}");
            assert_eq!(decode(text).as_ref(), Ok(&value));
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
