//! The lines themselves: [`Request`] from viewer to agent, [`Frame`] from agent to viewer.

use super::{MAJOR, MINOR, PROTOCOL, Refused, Row, RowId};
use serde::{Deserialize, Serialize};

/// A line from a viewer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Request {
    /// Comes first: which protocol the viewer speaks.
    Hello(HelloRequest),
    /// Asks for what changed after generation `since`; 0 asks for everything.
    Changes {
        /// The generation of the last answer the viewer has taken in.
        since: u64,
    },
}

/// The viewer's half of the greeting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelloRequest {
    /// [`PROTOCOL`].
    pub protocol: String,
    /// [`MAJOR`] of the viewer.
    pub major: u32,
}

impl HelloRequest {
    /// The greeting of this version of the crate.
    pub fn current() -> Self {
        HelloRequest { protocol: PROTOCOL.to_owned(), major: MAJOR }
    }
}

/// A line from an agent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Frame {
    /// Who the host is; answers a hello.
    Hello(Hello),
    /// One page of rows; answers a request for changes.
    Changes(Changes),
    /// What was wrong with the last line.
    Error(ErrorFrame),
}

/// The agent's half of the greeting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// [`PROTOCOL`].
    pub protocol: String,
    /// [`MAJOR`] of the agent.
    pub major: u32,
    /// [`MINOR`] of the agent.
    #[serde(default)]
    pub minor: u32,
    /// The host's process id.
    pub pid: u32,
    /// The host's program name, without its directory.
    pub program: String,
    /// The version of the library in the host.
    #[serde(default)]
    pub library: String,
    /// When the agent was started: microseconds since 1970, by the host's clock. Tells one run from the next.
    pub started_us: u64,
    /// How long the agent has been up, in microseconds.
    pub uptime_us: u64,
}

impl Hello {
    /// A greeting of this version of the crate.
    pub fn current(pid: u32, program: String, started_us: u64, uptime_us: u64) -> Self {
        Hello {
            protocol: PROTOCOL.to_owned(),
            major: MAJOR,
            minor: MINOR,
            pid,
            program,
            library: env!("CARGO_PKG_VERSION").to_owned(),
            started_us,
            uptime_us,
        }
    }
}

/// One page of what changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// When the agent looked: its uptime in microseconds. Every age in `rows` is an age at this moment.
    pub at_us: u64,
    /// What to ask for next.
    pub generation: u64,
    /// Whether this is everything there is, so that rows not mentioned are gone.
    #[serde(default, skip_serializing_if = "is_false")]
    pub full: bool,
    /// Whether another page of this generation follows.
    #[serde(default, skip_serializing_if = "is_false")]
    pub more: bool,
    /// Rows that are new or differ from what was sent last.
    #[serde(default)]
    pub rows: Vec<Row>,
    /// Rows that are no longer there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<RowId>,
    /// Who was refused a name, if that is not what was sent last; of a full answer, if there is anybody. It is on the
    /// last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Vec<Refused>>,
    /// How long the agent took to look and to find out all this, in microseconds; on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took_us: Option<u64>,
}

/// Why a line was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorFrame {
    /// For programs.
    pub code: ErrorCode,
    /// For people.
    pub message: String,
}

/// The reasons an agent has for refusing a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorCode {
    /// Not a request of this protocol. The connection stays open.
    BadRequest,
    /// Another protocol, or another major version. The connection is closed.
    Version,
    /// A line longer than [`REQUEST_LIMIT`](super::REQUEST_LIMIT). The connection is closed.
    TooLong,
    /// As many viewers as the agent serves are connected already. The connection is closed.
    Busy,
    /// A reason that a newer agent has.
    #[serde(other)]
    Unknown,
}

fn is_false(flag: &bool) -> bool {
    !flag
}
