//! The numbers that a filter can ask for.

use crate::model::{Entry, Ticks};
use crate::wire::State;

/// A number of a row. Rows that do not have it pass no comparison with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Items in a queue.
    Depth,
    /// The bound of a queue.
    Capacity,
    /// How full a bounded queue is, in percent.
    Fill,
    /// Items that ever went into a queue.
    Puts,
    /// Items that ever came out of it.
    Gets,
    /// Outstanding `done` of a wait group.
    Count,
    /// The number in an atomic.
    Value,
    /// How many times a shared value was replaced.
    Version,
    /// Changes a second, as the column says it.
    Rate,
    /// How many are blocked, in any operation.
    Waiters,
    /// How many are blocked in `put`.
    Putters,
    /// How many are blocked in `get`.
    Getters,
    /// For how long the one who waits longest has been blocked.
    Wait,
}

/// What is written behind a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    /// `k`, `M`, `G`, or nothing.
    Count,
    /// `%`, or nothing.
    Percent,
    /// `us`, `ms`, `s`, `m`, `h`.
    Time,
}

impl Field {
    /// All of them, each with the word for it.
    pub const ALL: [(&'static str, Field); 13] = [
        ("depth", Field::Depth),
        ("capacity", Field::Capacity),
        ("fill", Field::Fill),
        ("puts", Field::Puts),
        ("gets", Field::Gets),
        ("count", Field::Count),
        ("value", Field::Value),
        ("version", Field::Version),
        ("rate", Field::Rate),
        ("waiters", Field::Waiters),
        ("putters", Field::Putters),
        ("getters", Field::Getters),
        ("wait", Field::Wait),
    ];

    pub(super) fn named(word: &str) -> Option<Field> {
        Self::ALL.iter().find(|(name, _)| *name == word).map(|(_, field)| *field)
    }

    pub(super) fn measure(self) -> Measure {
        match self {
            Field::Fill => Measure::Percent,
            Field::Wait => Measure::Time,
            _ => Measure::Count,
        }
    }

    /// The row's number, in thousandths of one, of a percent, or of a microsecond.
    pub(super) fn of(self, entry: &Entry, ticks: &Ticks) -> Option<i128> {
        let row = entry.row();
        let whole = |number: u64| Some(i128::from(number) * 1000);
        let part = |number: f64| Some((number * 1000.0).round() as i128);
        match (self, &row.state) {
            (Field::Depth, State::Queue { size, .. }) => whole(*size),
            (Field::Capacity, State::Queue { capacity, .. }) => whole((*capacity)?),
            (Field::Fill, _) => part(entry.fill()? * 100.0),
            (Field::Puts, State::Queue { puts, .. }) => whole(*puts),
            (Field::Gets, State::Queue { gets, .. }) => whole(*gets),
            (Field::Count, State::WaitGroup { count, .. }) => whole((*count).into()),
            (Field::Value, State::Atomic { value }) => Some(i128::from(*value) * 1000),
            (Field::Version, State::Shared { version, .. }) => whole(*version),
            (Field::Rate, _) => part(entry.rate(ticks)?),
            (Field::Waiters, _) => whole(row.blocked_count()),
            (Field::Putters, _) => whole(row.putters),
            (Field::Getters, _) => whole(row.getters),
            (Field::Wait, _) => whole(entry.longest_us(ticks.now_us())?),
            _ => None,
        }
    }
}

impl Measure {
    /// What the text after the digits multiplies them by, or which texts there are.
    pub(super) fn unit(self, text: &str) -> Result<i128, &'static str> {
        let units: &[(&str, i128)] = match self {
            Measure::Count => &[("", 1), ("k", 1000), ("M", 1_000_000), ("G", 1_000_000_000)],
            Measure::Percent => &[("", 1), ("%", 1)],
            Measure::Time => &[
                ("us", 1),
                ("µs", 1),
                ("ms", 1000),
                ("s", 1_000_000),
                ("m", 60_000_000),
                ("h", 3_600_000_000),
            ],
        };
        let known = units.iter().find(|(unit, _)| *unit == text);
        known.map(|(_, times)| *times).ok_or(match self {
            Measure::Count => "k, M, G or nothing",
            Measure::Percent => "% or nothing",
            Measure::Time => "us, ms, s, m or h",
        })
    }
}
