//! What agent and viewer say to each other: one JSON object a line.
//!
//! ```text
//! viewer                                            agent
//!   {"type":"hello","protocol":"named-sync-monitor","major":1}
//!                                                     {"type":"hello", ... who the host is}
//!   {"type":"changes","since":0}
//!                                                     {"type":"changes","generation":1,"full":true,"rows":[...]}
//!   {"type":"changes","since":1}
//!                                                     {"type":"changes","generation":2,"rows":[...],"gone":[...]}
//! ```
//!
//! The viewer asks, the agent answers; the agent never speaks first. An answer of many rows is cut into
//! pages, all of one generation, each but the last with `"more":true`. A `since` that is not the generation
//! the agent sent last is answered with everything (`"full":true`), so a viewer that lost its place is
//! put right by its next question.
//!
//! Both directions are decoded by pure functions from bytes ([`decode_request`], [`decode_frame`]), and cut
//! into lines by [`LineBuffer`], which holds no more than its limit whatever it is fed.
//!
//! Within a major version fields are only added; a reader ignores those it does not know.

mod decode;
mod frame;
mod lines;
mod row;

pub use decode::{WireError, decode_frame, decode_request, encode};
pub use frame::{Changes, ErrorCode, ErrorFrame, Frame, Hello, HelloRequest, Request};
pub use lines::{LineBuffer, LineTooLong};
pub use row::{Blocked, CallSite, Kind, Location, Operation, Refused, Row, RowId, State};

/// The protocol's name, the first thing each side checks.
pub const PROTOCOL: &str = "named-sync-monitor";

/// The version that both sides must share.
pub const MAJOR: u32 = 1;

/// Additions within [`MAJOR`]; for information only.
pub const MINOR: u32 = 1;

/// The longest line an agent reads. Requests are tiny, and a host must not buffer for a stranger.
pub const REQUEST_LIMIT: usize = 4 * 1024;

/// The longest line a viewer reads. The agent's pages stay well below.
pub const FRAME_LIMIT: usize = 16 * 1024 * 1024;
