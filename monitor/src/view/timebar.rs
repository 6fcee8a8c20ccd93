//! ```text
//! 12.0s ━━━━━━●───!───── 1m00s
//! ```

use super::Symbols;
use crate::clock::micros;
use crate::recording::Status;
use crate::text::width;
use std::time::Duration;

/// The least that the line between the two times may be.
const LEAST: usize = 6;

/// Where a recording is, in at most `room` columns: what was played, where problems began (`!`), and the two times.
pub(super) fn text(status: &Status, room: usize, symbols: Symbols) -> String {
    let (now, end) = (symbols.age(micros(status.position)), symbols.age(micros(status.length)));
    let line = room.saturating_sub(width(&now) + width(&end) + 2);
    if line < LEAST {
        let short = format!("{now}/{end}");
        return if width(&short) <= room { short } else { String::new() };
    }
    let place = |time: Duration| {
        let part = time.as_secs_f64() / status.length.as_secs_f64().max(f64::MIN_POSITIVE);
        ((part * (line - 1) as f64).round() as usize).min(line - 1)
    };
    let at = place(status.position);
    let (played, left) = symbols.or(('━', '─'), ('=', '-'));
    let mut cells: Vec<char> =
        (0..line).map(|cell| if cell < at { played } else { left }).collect();
    for problem in &status.problems {
        cells[place(*problem)] = '!';
    }
    cells[at] = symbols.or('●', 'o');
    format!("{now} {} {end}", cells.into_iter().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_fits_whatever_room_there_is() {
        let seconds = Duration::from_secs;
        let mut status = Status {
            position: seconds(15),
            length: seconds(60),
            problems: vec![seconds(45), seconds(60)],
            ..Status::default()
        };
        assert_eq!(
            text(&status, 22, Symbols::Unicode),
            "15.0s ━━●────!! 1m00s".replace("━━●────!!", "━━●────!─!")
        );
        for room in 0..60 {
            assert!(width(&text(&status, room, Symbols::Unicode)) <= room, "{room}");
        }
        assert_eq!(text(&status, 12, Symbols::Unicode), "15.0s/1m00s");
        status.position = seconds(60);
        assert!(text(&status, 30, Symbols::Unicode).ends_with("● 1m00s"));
        assert_eq!(text(&status, 22, Symbols::Ascii), "1m00s =======!=o 1m00s");
        // A recording of one answer has no length.
        let empty = text(&Status::default(), 22, Symbols::Unicode);
        assert!(empty.starts_with("0µs ●"), "{empty}");
    }
}
