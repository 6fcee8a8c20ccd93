//! The one chart: what an item costs in each blocking queue, ours against the peers.
//!
//! A row for each cell, on a logarithmic scale, because cells are up to four orders of magnitude apart. Ours is the
//! filled disc, the best peer the ring, and the other peers small ticks; a line joins ours and the best peer.

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::element::{Circle, PathElement, Rectangle, Text};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::queue::is_blocking_scenario;
use crate::results::{CellResult, Results};
use crate::sample::OURS;

const WIDTH: u32 = 900;
const ROW: u32 = 22;
/// Title and legend.
const ABOVE: u32 = 78;
/// The axis.
const BELOW: u32 = 56;
const LEFT: i32 = 210;
const RIGHT: i32 = 70;

const INK: RGBColor = RGBColor(0x22, 0x2b, 0x36);
const GRID: RGBColor = RGBColor(0xe3, 0xe7, 0xec);
const BAND: RGBColor = RGBColor(0xf6, 0xf8, 0xfa);
const US: RGBColor = RGBColor(0xd9, 0x48, 0x0f);
const BEST: RGBColor = RGBColor(0x1c, 0x5f, 0xb0);
const OTHERS: RGBColor = RGBColor(0xa3, 0xad, 0xb8);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Failure = Box<dyn std::error::Error>;

/// The chart, as SVG.
///
/// # Errors
///
/// A message, if no blocking queue was measured.
pub(crate) fn svg(results: &Results) -> Result<String, String> {
    let cells = results.cells.iter().filter(|cell| is_blocking_scenario(cell.section));
    let rows: Vec<Row> = cells.filter_map(Row::of).collect();
    if rows.is_empty() {
        return Err("the chart shows blocking queues, and none was run".to_owned());
    }
    let mut svg = String::new();
    draw(&rows, &mut svg).map_err(|error| format!("cannot draw the chart: {error}"))?;
    Ok(svg)
}

/// What a row shows.
struct Row {
    label: String,
    ours: f64,
    best: f64,
    others: Vec<f64>,
}

impl Row {
    fn of(cell: &CellResult) -> Option<Self> {
        let (best_peer, best) = cell.best_peer()?;
        let others = cell.peers(0).into_iter().filter(|peer| peer.0 != best_peer);
        let label = cell.name.trim_start_matches("queue/").replace('/', "  ");
        let ours = cell.median_of(OURS, 0)?;
        Some(Self { label, ours, best, others: others.map(|peer| peer.1).collect() })
    }

    fn figures(&self) -> impl Iterator<Item = f64> {
        self.others.iter().copied().chain([self.ours, self.best])
    }
}

fn draw(rows: &[Row], svg: &mut String) -> Result<(), Failure> {
    let bottom = ABOVE + rows.len() as u32 * ROW;
    let area = SVGBackend::with_string(svg, (WIDTH, bottom + BELOW)).into_drawing_area();
    area.fill(&WHITE)?;
    let scale = scale(rows);
    grid(&area, &scale, bottom as i32)?;
    heading(&area)?;
    for (index, row) in rows.iter().enumerate() {
        draw_row(&area, row, index, &scale)?;
    }
    area.present()?;
    Ok(())
}

/// Nanoseconds to pixels: from the power of ten below the least figure to above the greatest.
struct Scale {
    least: i32,
    greatest: i32,
    axis: RangedCoordf64,
}

fn scale(rows: &[Row]) -> Scale {
    let figures = || rows.iter().flat_map(Row::figures);
    let least = figures().fold(f64::INFINITY, f64::min).log10().floor();
    let greatest = figures().fold(0.0, f64::max).log10().ceil().max(least + 1.0);
    Scale { least: least as i32, greatest: greatest as i32, axis: (least..greatest).into() }
}

impl Scale {
    fn x(&self, ns: f64) -> i32 {
        self.axis.map(&ns.log10(), (LEFT, WIDTH as i32 - RIGHT))
    }
}

fn grid(area: &Area<'_>, scale: &Scale, bottom: i32) -> Result<(), Failure> {
    let top = ABOVE as i32;
    for power in scale.least..=scale.greatest {
        let ns = 10_f64.powi(power);
        let x = scale.x(ns);
        area.draw(&PathElement::new([(x, top), (x, bottom)], GRID.stroke_width(1)))?;
        area.draw(&text(&format!("{ns}"), (x, bottom + 8), 13, INK, HPos::Center, VPos::Top))?;
    }
    let middle = (LEFT + WIDTH as i32 - RIGHT) / 2;
    let axis = "ns per item, logarithmic; less is better";
    area.draw(&text(axis, (middle, bottom + 30), 13, INK, HPos::Center, VPos::Top))?;
    Ok(())
}

fn heading(area: &Area<'_>) -> Result<(), Failure> {
    let title = "Blocking queues: what an item costs";
    area.draw(&text(title, (16, 16), 20, INK, HPos::Left, VPos::Top))?;
    let y = 56;
    area.draw(&Circle::new((LEFT, y), 6, US.filled()))?;
    area.draw(&text(OURS, (LEFT + 14, y), 14, INK, HPos::Left, VPos::Center))?;
    area.draw(&Circle::new((LEFT + 130, y), 5, BEST.stroke_width(2)))?;
    area.draw(&text("best peer", (LEFT + 144, y), 14, INK, HPos::Left, VPos::Center))?;
    area.draw(&tick((LEFT + 250, y)))?;
    area.draw(&text("other peers", (LEFT + 260, y), 14, INK, HPos::Left, VPos::Center))?;
    let right = WIDTH as i32 - 12;
    area.draw(&text("best / ours", (right, y), 13, INK, HPos::Right, VPos::Center))?;
    Ok(())
}

fn draw_row(area: &Area<'_>, row: &Row, index: usize, scale: &Scale) -> Result<(), Failure> {
    let top = (ABOVE + index as u32 * ROW) as i32;
    let y = top + ROW as i32 / 2;
    if index.is_multiple_of(2) {
        let corners = [(8, top), (LEFT - 8, top + ROW as i32)];
        area.draw(&Rectangle::new(corners, BAND.filled()))?;
    }
    area.draw(&text(&row.label, (LEFT - 14, y), 13, INK, HPos::Right, VPos::Center))?;
    for &other in &row.others {
        area.draw(&tick((scale.x(other), y)))?;
    }
    let (ours, best) = (scale.x(row.ours), scale.x(row.best));
    let ahead = row.best >= row.ours;
    let colour = if ahead { US } else { BEST };
    area.draw(&PathElement::new([(ours, y), (best, y)], colour.stroke_width(2)))?;
    area.draw(&Circle::new((ours, y), 6, US.filled()))?;
    area.draw(&Circle::new((best, y), 5, BEST.stroke_width(2)))?;
    let ratio = format!("{:.2}", row.best / row.ours);
    area.draw(&text(&ratio, (WIDTH as i32 - 12, y), 13, colour, HPos::Right, VPos::Center))?;
    Ok(())
}

fn tick((x, y): (i32, i32)) -> PathElement<(i32, i32)> {
    PathElement::new([(x, y - 5), (x, y + 5)], OTHERS.stroke_width(2))
}

fn text<'a>(
    words: &'a str,
    place: (i32, i32),
    size: u32,
    colour: RGBColor,
    horizontal: HPos,
    vertical: VPos,
) -> Text<'a, (i32, i32), &'a str> {
    let style = ("sans-serif", size).into_font().color(&colour);
    Text::new(words, place, style.pos(Pos::new(horizontal, vertical)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::{ContestantResult, Figures};
    use crate::sample::PER_ITEM;

    #[test]
    fn the_chart_names_what_it_shows_as_text() {
        let one = |name, ns| {
            let figures = vec![Figures::of(vec![ns])];
            ContestantResult { name, is_yardstick: false, figures }
        };
        let cell = CellResult {
            name: "queue/bounded-100/1p1c".to_owned(),
            section: "Queue, blocking",
            columns: &PER_ITEM,
            rounds: 1,
            contestants: vec![one(OURS, 10.0), one("kanal", 15.0), one("flume", 90.0)],
        };
        let svg = svg(&Results { cells: vec![cell], ..Results::default() }).unwrap();
        for words in ["bounded-100  1p1c", "named-sync", "best peer", "1.50", "ns per item"] {
            assert!(svg.contains(words), "{words} is missing");
        }
    }

    #[test]
    fn a_chart_of_nothing_is_refused() {
        assert!(svg(&Results::default()).unwrap_err().contains("none was run"));
    }
}
