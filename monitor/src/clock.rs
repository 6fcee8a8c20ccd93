//! Times in microseconds, as they travel.

use std::time::{Duration, SystemTime};

/// How long it is; what is too long is the longest.
pub(crate) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Now, since 1970.
pub(crate) fn unix_us() -> u64 {
    micros(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default())
}
