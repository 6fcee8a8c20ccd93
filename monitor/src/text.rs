//! Numbers, times and names in the room there is.

use std::borrow::Cow;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How many columns a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// What stands for what was cut, and what bars and lines are made of.
#[derive(Debug)]
pub(crate) struct Marks {
    cut: char,
    /// Of a bar: what is full, in how many parts a cell is, and what is empty.
    full: char,
    parts: &'static [char],
    empty: char,
    levels: [char; 8],
}

/// `text` in at most `room` columns, with `…` where it was cut.
///
/// ```
/// use syncmon::text::clip;
/// assert_eq!(clip("jobs", 4), "jobs");
/// assert_eq!(clip("jobs to do", 5), "jobs…");
/// assert_eq!(clip("任務任務", 6), "任務…");
/// ```
pub fn clip(text: &str, room: usize) -> Cow<'_, str> {
    Marks::UNICODE.clip(text, room)
}

/// The end of `text` in at most `room` columns: of a path the end says most.
///
/// ```
/// use syncmon::text::clip_start;
/// assert_eq!(clip_start("src/demo/job.rs:12", 10), "…job.rs:12");
/// ```
pub fn clip_start(text: &str, room: usize) -> Cow<'_, str> {
    Marks::UNICODE.clip_start(text, room)
}

/// A number in at most `room` columns: exact if it fits, else shortened with a unit, never with lost digits.
///
/// ```
/// use syncmon::text::number;
/// assert_eq!(number(1_234_567, 7), "1234567");
/// assert_eq!(number(1_234_567, 6), "~1.23M");
/// assert_eq!(number(-9_223_372_036_854_775_808, 8), "~-9.22E");
/// ```
pub fn number(value: i128, room: usize) -> String {
    let exact = value.to_string();
    if exact.len() <= room { exact } else { format!("~{}", short(value as f64)) }
}

/// A rate: `0`, `0.4`, `12`, `3.41k`.
///
/// ```
/// use syncmon::text::rate;
/// assert_eq!([rate(0.0), rate(0.44), rate(12.3), rate(3412.0)], ["0", "0.4", "12", "3.41k"]);
/// ```
pub fn rate(per_second: f64) -> String {
    if per_second <= 0.0 {
        "0".to_owned()
    } else if per_second < 9.95 {
        format!("{per_second:.1}")
    } else {
        short(per_second)
    }
}

/// Three digits and a unit.
fn short(value: f64) -> String {
    let mut scaled = value;
    let mut units = ["", "k", "M", "G", "T", "P", "E", "Z"].into_iter();
    let mut unit = units.next().unwrap_or_default();
    while scaled.abs() >= 999.5 {
        let Some(next) = units.next() else { break };
        unit = next;
        scaled /= 1000.0;
    }
    let decimals = match scaled.abs() {
        _ if unit.is_empty() => 0,
        small if small < 9.995 => 2,
        medium if medium < 99.95 => 1,
        _ => 0,
    };
    format!("{scaled:.decimals$}{unit}")
}

/// How long, in at most six columns: `850µs`, `12ms`, `3.4s`, `2m05s`, `1h02m`, `3d04h`.
///
/// ```
/// use syncmon::text::age;
/// assert_eq!([age(850), age(12_900), age(3_450_000), age(125_000_000)], ["850µs", "12ms", "3.4s", "2m05s"]);
/// assert_eq!([age(3_720_000_000), age(273_600_000_000)], ["1h02m", "3d04h"]);
/// ```
pub fn age(us: u64) -> String {
    let seconds = us / 1_000_000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match us {
        0..1_000 => format!("{us}µs"),
        1_000..1_000_000 => format!("{}ms", us / 1000),
        // Cut, not rounded: nobody has waited for longer than we say.
        1_000_000..60_000_000 => format!("{seconds}.{}s", us / 100_000 % 10),
        _ if minutes < 60 => format!("{minutes}m{:02}s", seconds % 60),
        _ if hours < 24 => format!("{hours}h{:02}m", minutes % 60),
        _ => format!("{days}d{:02}h", hours % 24),
    }
}

/// How full, as blocks: `room` columns, in eighths.
///
/// ```
/// use syncmon::text::bar;
/// assert_eq!(bar(0.5, 4), "██░░");
/// assert_eq!(bar(0.0, 4), "░░░░");
/// assert_eq!(bar(0.01, 4), "▏░░░");
/// ```
pub fn bar(fill: f64, room: usize) -> String {
    Marks::UNICODE.bar(fill, room)
}

/// Levels as a line of blocks, the largest as high as `top` or, without one, as high as there is.
///
/// ```
/// use syncmon::text::spark;
/// assert_eq!(spark([0, 1, 4, 8], Some(8)), " ▁▄█");
/// assert_eq!(spark([0, 1, 2], None), " ▄█");
/// ```
pub fn spark(levels: impl IntoIterator<Item = u64>, top: Option<u64>) -> String {
    Marks::UNICODE.spark(levels, top)
}

impl Marks {
    pub(crate) const UNICODE: Marks = Marks {
        cut: '…',
        full: '█',
        parts: &['▏', '▎', '▍', '▌', '▋', '▊', '▉'],
        empty: '░',
        levels: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
    };

    pub(crate) const ASCII: Marks = Marks {
        cut: '~',
        full: '#',
        parts: &['='],
        empty: '.',
        levels: ['.', ':', '-', '=', '+', '*', '#', '@'],
    };

    pub(crate) fn clip<'a>(&self, text: &'a str, room: usize) -> Cow<'a, str> {
        if text.width() <= room {
            return Cow::Borrowed(text);
        }
        let mut left = room.saturating_sub(1);
        let fits = text.chars().take_while(|c| {
            let columns = c.width().unwrap_or(0);
            let fits = columns <= left;
            left = left.saturating_sub(columns);
            fits
        });
        let mut clipped: String = fits.collect();
        if room > 0 {
            clipped.push(self.cut);
        }
        Cow::Owned(clipped)
    }

    pub(crate) fn clip_start<'a>(&self, text: &'a str, room: usize) -> Cow<'a, str> {
        if text.width() <= room {
            return Cow::Borrowed(text);
        }
        let mut left = room.saturating_sub(1);
        let mut from = text.len();
        for (at, c) in text.char_indices().rev() {
            let columns = c.width().unwrap_or(0);
            if columns > left {
                break;
            }
            left -= columns;
            from = at;
        }
        let mark = (room > 0).then_some(self.cut);
        Cow::Owned(mark.into_iter().chain(text[from..].chars()).collect())
    }

    pub(crate) fn bar(&self, fill: f64, room: usize) -> String {
        // The last cell that has something in it has a part of it.
        let of_cell = self.parts.len() + 1;
        let parts = (fill.clamp(0.0, 1.0) * (room * of_cell) as f64) as usize;
        // Something is not nothing.
        let parts = if fill > 0.0 { parts.max(1).min(room * of_cell) } else { parts };
        let full = std::iter::repeat_n(self.full, parts / of_cell);
        let part = (parts % of_cell).checked_sub(1).map(|part| self.parts[part]);
        full.chain(part).chain(std::iter::repeat(self.empty)).take(room).collect()
    }

    pub(crate) fn spark(&self, levels: impl IntoIterator<Item = u64>, top: Option<u64>) -> String {
        let levels: Vec<u64> = levels.into_iter().collect();
        let top = top.unwrap_or_else(|| levels.iter().copied().max().unwrap_or(0));
        self.chart(&levels, top, 1).remove(0)
    }

    /// Levels as columns of blocks, `lines` high for the level `top`: the lines, the highest first.
    pub(crate) fn chart(&self, levels: &[u64], top: u64, lines: usize) -> Vec<String> {
        let cells = 8 * lines as u128;
        // Rounded up: something is not nothing.
        let heights = levels
            .iter()
            .map(|level| (u128::from(*level) * cells).div_ceil(u128::from(top.max(1))).min(cells));
        let heights: Vec<u128> = heights.collect();
        let line = |below: usize| {
            let cell = |height: &u128| match height.saturating_sub(8 * below as u128).min(8) {
                0 => ' ',
                height => self.levels[height as usize - 1],
            };
            heights.iter().map(cell).collect()
        };
        (0..lines).rev().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_wider_than_its_room() {
        for room in 0..12 {
            for text in [
                "",
                "plain",
                "任務任務任務",
                "e\u{301}e\u{301}e\u{301}e\u{301}",
                "mixed 任 text that is long",
            ] {
                assert!(width(&clip(text, room)) <= room, "{text:?} in {room}");
                assert!(width(&clip_start(text, room)) <= room, "{text:?} in {room}");
            }
            assert_eq!(bar(0.37, room).chars().count(), room);
        }
    }

    #[test]
    fn a_chart_is_as_high_as_its_top_and_shows_the_least_of_levels() {
        let chart = Marks::UNICODE.chart(&[0, 1, 50, 51, 100, 200], 100, 2);
        assert_eq!(chart, ["   ▁██", " ▁████"]);
        assert_eq!(Marks::ASCII.chart(&[0, u64::MAX, 1], u64::MAX, 3), [" @ ", " @ ", " @."]);
        assert_eq!(Marks::UNICODE.chart(&[5], 0, 1), ["█"]);
        assert!(Marks::UNICODE.chart(&[], 9, 0).is_empty());
    }

    #[test]
    fn a_long_age_stays_narrow() {
        for us in
            [0, 999, 1000, 999_999, 59_999_999, 3_599_999_999, 86_399_999_999, 99 * 86_400_000_000]
        {
            assert!(width(&age(us)) <= 6, "{}", age(us));
        }
    }

    #[test]
    fn a_shortened_number_never_passes_for_an_exact_one() {
        for value in
            [999_999, 1_000_000, i128::from(i64::MAX), i128::from(i64::MIN), i128::from(u64::MAX)]
        {
            let short = number(value, 5);
            assert!(short.starts_with('~') && short.len() <= 8, "{short}");
        }
        assert_eq!(number(999_950, 3), "~1.00M");
    }
}
