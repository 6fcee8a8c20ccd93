//! Columns that line up, for text.

use crate::text::width;

/// Which side of its column a text keeps to.
#[derive(Clone, Copy)]
pub(super) enum Side {
    Left,
    Right,
}

/// `rows` under `head`, every column as wide as its widest cell.
pub(super) fn aligned<const N: usize>(head: [(&str, Side); N], rows: &[[String; N]]) -> String {
    let widest = |column: usize| {
        let cells = rows.iter().map(|row| width(&row[column]));
        cells.chain([width(head[column].0)]).max().unwrap_or(0)
    };
    let widths: [usize; N] = std::array::from_fn(widest);
    let mut text = String::new();
    let mut line = |cells: [&str; N]| {
        let mut line = String::new();
        for (column, cell) in cells.into_iter().enumerate() {
            let padding = " ".repeat(widths[column].saturating_sub(width(cell)));
            let (before, after) = match head[column].1 {
                Side::Left => ("", padding.as_str()),
                Side::Right => (padding.as_str(), ""),
            };
            line.extend([before, cell, after, "  "]);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    };
    line(std::array::from_fn(|column| head[column].0));
    for row in rows {
        line(std::array::from_fn(|column| row[column].as_str()));
    }
    text
}
