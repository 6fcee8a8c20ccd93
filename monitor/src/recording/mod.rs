//! Recordings: what a host said, kept in a file, and shown again as if it were said now.
//!
//! A recording is the agent's side of a conversation, line by line as it came over the socket: a greeting, then the
//! changes, asked for four times a second. So every tool that reads lines of JSON reads a recording. Each line is
//! written at once: whoever crashes, the file can be read up to there.
//!
//! Recording to a file that there is goes on at its end, with another greeting.

mod player;
mod read;
mod record;

pub use player::{Player, Status};
pub use read::{ReadError, Recording};
pub use record::{Recorded, record};
