//! Bytes of one line to a value and back. Pure: no socket, no clock, nothing remembered.

use super::{Changes, Frame, Request};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt;

/// A line that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireError {
    reason: String,
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a line of this protocol: {}", self.reason)
    }
}

impl std::error::Error for WireError {}

/// Reads a line from a viewer, without its newline.
///
/// # Errors
///
/// [`WireError`] for everything that is not a [`Request`]. Never panics, whatever the bytes.
///
/// ```
/// use syncmon::wire::{Request, decode_request};
/// assert_eq!(decode_request(br#"{"type":"changes","since":7}"#), Ok(Request::Changes { since: 7 }));
/// assert!(decode_request(b"GET / HTTP/1.1").is_err());
/// ```
pub fn decode_request(line: &[u8]) -> Result<Request, WireError> {
    decode(line)
}

/// Reads a line from an agent, without its newline.
///
/// # Errors
///
/// [`WireError`] for everything that is not a [`Frame`]. Never panics, whatever the bytes.
pub fn decode_frame(line: &[u8]) -> Result<Frame, WireError> {
    // As agents write it. Whatever comes in another order is read as well, but all of it is copied first, as what it is
    // may stand at its end. Here `type` is one more field that a page of changes does not know.
    if line.starts_with(br#"{"type":"changes","#) {
        return decode::<Changes>(line).map(Frame::Changes);
    }
    decode(line)
}

/// Writes a [`Request`] or a [`Frame`] as one line, newline included.
///
/// ```
/// use syncmon::wire::{Request, encode};
/// assert_eq!(encode(&Request::Changes { since: 0 }), b"{\"type\":\"changes\",\"since\":0}\n");
/// ```
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    // Our types have string keys and no fallible serializer, so this cannot fail; if a change ever made it
    // fail, an empty line is answered with an error frame by the other side, and no process goes down.
    let mut line = serde_json::to_vec(value).unwrap_or_default();
    line.push(b'\n');
    line
}

fn decode<T: DeserializeOwned>(line: &[u8]) -> Result<T, WireError> {
    serde_json::from_slice(line).map_err(|error| WireError { reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{
        Blocked, CallSite, Changes, ErrorCode, ErrorFrame, Hello, HelloRequest, Kind, Location,
        Operation, Refused, Row, RowId, State,
    };

    fn row(name: &str) -> Row {
        let location = Location { file: "src/main.rs".into(), line: 7 };
        Row {
            id: RowId {
                kind: Kind::Queue,
                name: name.into(),
                type_name: "u8".into(),
                created_at: location.clone(),
            },
            state: State::Queue { size: 1, capacity: None, puts: u64::MAX, gets: 0, closed: true },
            putters: 0,
            getters: 1,
            waiters: 0,
            blocked: vec![Blocked {
                operation: Operation::Get,
                task: true,
                thread: None,
                thread_id: "ThreadId(1)".into(),
                location: location.clone(),
                blocked_us: 5,
            }],
            call_sites: Some(vec![CallSite { location, added: 3, taken_off: 0, guards: 1 }]),
        }
    }

    #[test]
    fn every_frame_survives_the_round_trip_on_one_line() {
        let frames = [
            Frame::Hello(Hello::current(1, "host\n\u{1b}".into(), 2, 3)),
            Frame::Changes(Changes {
                at_us: 1,
                generation: 2,
                full: true,
                more: true,
                rows: vec![row("jobs\n\"\\ \u{202e}")],
                gone: vec![row("old").id],
                took_us: Some(3),
                refused: Some(vec![Refused {
                    id: row("jobs").id,
                    message: "no \n".into(),
                    location: row("jobs").id.created_at,
                    times: u64::MAX,
                    last_us: -1,
                }]),
            }),
            Frame::Error(ErrorFrame { code: ErrorCode::Busy, message: "full".into() }),
        ];
        for frame in frames {
            let line = encode(&frame);
            assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
            assert_eq!(decode_frame(&line[..line.len() - 1]).as_ref(), Ok(&frame));
        }
    }

    #[test]
    fn a_frame_may_say_anywhere_what_it_is() {
        let changes = Frame::Changes(Changes {
            generation: 2,
            rows: vec![row("jobs")],
            ..Changes::default()
        });
        let line = String::from_utf8(encode(&changes)).unwrap();
        let first = r#"{"type":"changes","#;
        assert!(line.starts_with(first));
        let end = line.trim_end().trim_end_matches('}');
        for other in [
            line.replacen(first, r#"{ "type": "changes", "#, 1),
            format!(r#"{},"type":"changes"}}"#, end.replacen(first, "{", 1)),
        ] {
            assert_eq!(decode_frame(other.as_bytes()).as_ref(), Ok(&changes), "{other}");
        }
        let without = line.replacen(r#""generation":2,"#, "", 1);
        let error = decode_frame(without.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("missing field `generation`"), "{error}");
    }

    #[test]
    fn every_request_survives_the_round_trip() {
        for request in
            [Request::Hello(HelloRequest::current()), Request::Changes { since: u64::MAX }]
        {
            assert_eq!(decode_request(&encode(&request)), Ok(request));
        }
    }

    #[test]
    fn fields_of_a_newer_minor_version_are_ignored() {
        let line = br#"{"type":"changes","since":3,"colour":"red"}"#;
        assert_eq!(decode_request(line), Ok(Request::Changes { since: 3 }));
        let line = br#"{"type":"error","code":"full_moon","message":"x"}"#;
        let Ok(Frame::Error(error)) = decode_frame(line) else {
            panic!("not read as an error frame")
        };
        assert_eq!(error.code, ErrorCode::Unknown);
    }

    #[test]
    fn garbage_is_an_error_and_deep_nesting_is_no_stack_overflow() {
        let deep = vec![b'['; 1_000_000];
        for line in [
            &b""[..],
            b"\xff\xfe",
            b"{}",
            b"null",
            b"{\"type\":\"changes\"}",
            b"{\"type\":\"changes\",\"since\":-1}",
            &deep,
        ] {
            assert!(decode_request(line).is_err());
            assert!(decode_frame(line).is_err());
        }
    }
}
