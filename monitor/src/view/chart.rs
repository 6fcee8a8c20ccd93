//! ```text
//!  items         64 ▁▂▄▆▇█████████▇▆▅▅▅
//!  2m00s            ███████████████████
//!                 0 ███████████████████
//!  rate/s     1.20k    ▁▂▃▃▃▃▂▁
//!                 0 ▅▇████████████▇▆▅▄▃
//! ```

use super::Theme;
use crate::model::{Chart, Entry, Ticks, Window};
use crate::text::{number, rate};
use crate::wire::{Kind, State};
use ratatui::text::{Line, Span};

/// How many lines the two charts of such a primitive have, on a screen that has so many in all for it. None if it is low.
pub(super) fn lines(kind: Kind, room: u16) -> [usize; 2] {
    let [value, rate] = match room {
        0..18 => return [0, 0],
        18..30 => [3, 2],
        _ => [6, 4],
    };
    // A shared value is no number.
    if kind == Kind::Shared { [0, value] } else { [value, rate] }
}

/// What stands before a chart: a label, the number at its top or bottom, and a space.
const LABEL: usize = 10;
const NUMBER: usize = 7;

/// What it held and what happened a second, in so many lines each, and in a screen of this width.
pub(super) fn draw(
    entry: &Entry,
    (window, lines): (Window, [usize; 2]),
    ticks: &Ticks,
    width: usize,
    theme: Theme,
) -> Option<Vec<Line<'static>>> {
    let Chart { values, rates } =
        entry.chart(window, width.saturating_sub(LABEL + NUMBER + 3), ticks)?;
    let length = theme.symbols.age(window.us());
    let (label, scale) = match &entry.row().state {
        State::Queue { capacity, .. } => ("items", from_zero(&values, *capacity)),
        State::WaitGroup { .. } => ("count", from_zero(&values, None)),
        State::Atomic { .. } => ("value", from_lowest(&values)),
        State::Shared { .. } => ("", from_zero(&values, None)),
    };
    let of = |value: i128| number(value, NUMBER);
    let part = |label, (low, high), (levels, top): (&[u64], u64), lines| {
        part([label, &length], [high, low], &theme.symbols.chart(levels, top, lines), theme)
    };
    let numbers = (of(scale.low), of(scale.high));
    let above = part(label, numbers, (&scale.levels, scale.top), lines[0]);
    // In thousandths: a rate may be less than one.
    let thousandths = |rate: &Option<f64>| rate.map_or(0, |rate| (rate * 1000.0) as u64);
    let rates: Vec<u64> = rates.iter().map(thousandths).collect();
    let top = rates.iter().copied().max().unwrap_or(0);
    let below =
        part("rate/s", ("0".to_owned(), rate(top as f64 / 1000.0)), (&rates, top), lines[1]);
    Some(above.into_iter().chain(below).collect())
}

/// What is drawn, and what stands beside it.
#[derive(Debug, PartialEq, Eq)]
struct Scale {
    levels: Vec<u64>,
    /// The level at the top.
    top: u64,
    /// The numbers at the bottom and at the top.
    low: i128,
    high: i128,
}

/// Levels above zero.
fn from_zero(values: &[Option<i64>], bound: Option<u64>) -> Scale {
    let level = |value: &Option<i64>| value.map_or(0, |value| u64::try_from(value).unwrap_or(0));
    let levels: Vec<u64> = values.iter().map(level).collect();
    let top = bound.unwrap_or_else(|| levels.iter().copied().max().unwrap_or(0));
    Scale { levels, top, low: 0, high: top.into() }
}

/// Levels above the lowest value. That is drawn as well, but lower than whatever is higher.
fn from_lowest(values: &[Option<i64>]) -> Scale {
    const PARTS: u64 = 64;
    let known = || values.iter().flatten().copied();
    let (Some(low), Some(high)) = (known().min(), known().max()) else {
        return Scale { levels: vec![0; values.len()], top: 0, low: 0, high: 0 };
    };
    let range = high.abs_diff(low);
    let parts = if range <= u64::MAX / PARTS { PARTS } else { 1 };
    let level = |value: &Option<i64>| value.map_or(0, |value| (value.abs_diff(low) * parts).max(1));
    let levels = values.iter().map(level).collect();
    Scale { levels, top: range * parts, low: low.into(), high: high.into() }
}

/// One chart, with labels at its first lines and numbers at its first and its last.
fn part(
    labels: [&str; 2],
    numbers: [String; 2],
    chart: &[String],
    theme: Theme,
) -> Vec<Line<'static>> {
    let last = chart.len().saturating_sub(1);
    let [top, bottom] = numbers;
    let line = |(at, cells): (usize, &String)| {
        let label = labels.get(at).copied().unwrap_or_default();
        let number = if at == 0 { &top } else { &bottom };
        let number = if at == 0 || at == last { number } else { "" };
        Line::from(vec![
            Span::styled(format!(" {label:<LABEL$}{number:>NUMBER$} "), theme.dim()),
            Span::styled(cells.clone(), theme.chart()),
        ])
    };
    chart.iter().enumerate().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Symbols;
    use super::*;

    #[test]
    fn a_value_is_drawn_from_the_lowest_on_and_is_never_nothing() {
        let scale = from_lowest(&[None, Some(-5), Some(-5), Some(20)]);
        assert_eq!((scale.levels, scale.top), (vec![0, 1, 1, 25 * 64], 25 * 64));
        assert_eq!((scale.low, scale.high), (-5, 20));
        assert_eq!(from_lowest(&[None]).levels, [0]);
        assert_eq!(from_lowest(&[Some(i64::MIN), Some(i64::MAX)]).top, u64::MAX);
    }

    #[test]
    fn a_flag_is_seen_to_be_set() {
        let Scale { levels, top, .. } = from_lowest(&[Some(0), Some(1), Some(0)]);
        assert_eq!(Symbols::Unicode.chart(&levels, top, 2), [" █ ", "▁█▁"]);
    }

    #[test]
    fn a_queue_is_drawn_as_a_part_of_its_bound() {
        let values = [None, Some(0), Some(3)];
        let scale = |top, high| Scale { levels: vec![0, 0, 3], top, low: 0, high };
        assert_eq!(from_zero(&values, Some(64)), scale(64, 64));
        assert_eq!(from_zero(&values, None), scale(3, 3));
    }
}
