//! Results as tables: Markdown, which reads well on a screen too.
//!
//! Each section has one table per column of its cells: rows are cells, columns are contestants. The first of them
//! also says who the best peer is, and how far we are ahead of it.

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, Table};

use super::targets::Target;
use crate::results::{CellResult, Results};
use crate::sample::{Column, Unit};

/// Cells that are shown together.
pub(crate) struct Section<'a> {
    pub(crate) title: &'static str,
    cells: Vec<&'a CellResult>,
}

/// The sections, in the order in which they were run.
pub(crate) fn sections(results: &Results) -> Vec<Section<'_>> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    for cell in &results.cells {
        match sections.iter_mut().find(|section| section.title == cell.section) {
            Some(section) => section.cells.push(cell),
            None => sections.push(Section { title: cell.section, cells: vec![cell] }),
        }
    }
    sections
}

impl Section<'_> {
    /// One table for each column.
    pub(crate) fn tables(&self) -> Vec<Table> {
        let columns = self.cells[0].columns;
        columns.iter().enumerate().map(|(index, column)| self.table(index, column)).collect()
    }

    fn table(&self, index: usize, column: &Column) -> Table {
        let mut names: Vec<&str> = Vec::new();
        for contestant in self.cells.iter().flat_map(|cell| &cell.contestants) {
            if !names.contains(&contestant.name) {
                names.push(contestant.name);
            }
        }
        let mut header = vec![column.label.to_owned()];
        header.extend(names.iter().map(|name| (*name).to_owned()));
        if index == 0 {
            header.extend(["best peer".to_owned(), "best peer / ours".to_owned()]);
        }
        let rows = self.cells.iter().map(|cell| {
            let mut row = vec![cell.name.clone()];
            row.extend(names.iter().map(|name| match cell.median_of(name, index) {
                Some(figure) => show(figure, column.unit),
                None => "-".to_owned(),
            }));
            if index == 0 {
                row.push(cell.best_peer().map_or("-".to_owned(), |peer| peer.0.to_owned()));
                row.push(cell.ratio().map_or("-".to_owned(), |ratio| format!("{ratio:.2}")));
            }
            row
        });
        table(header, rows, 1)
    }
}

/// The verdicts.
pub(crate) fn targets(targets: &[Target]) -> Table {
    let header = ["target", "required", "measured", "verdict"].map(str::to_owned).to_vec();
    let rows = targets.iter().map(|target| {
        let verdict = target.verdict.to_string();
        vec![target.what.clone(), target.required.clone(), target.measured.clone(), verdict]
    });
    table(header, rows, usize::MAX)
}

/// A table whose columns from `numbers` on are aligned to the right.
fn table(header: Vec<String>, rows: impl Iterator<Item = Vec<String>>, numbers: usize) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header(header).add_rows(rows);
    for column in table.column_iter_mut().skip(numbers) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// A figure with about three significant digits.
fn show(figure: f64, unit: Unit) -> String {
    let figure = match unit {
        Unit::Bytes if figure >= 1024.0 * 1024.0 => {
            return format!("{} MiB", digits(figure / 1024.0 / 1024.0));
        }
        Unit::Bytes if figure >= 1024.0 => return format!("{} KiB", digits(figure / 1024.0)),
        _ => figure,
    };
    digits(figure)
}

fn digits(figure: f64) -> String {
    match figure.abs() {
        magnitude if magnitude < 10.0 => format!("{figure:.2}"),
        magnitude if magnitude < 100.0 => format!("{figure:.1}"),
        _ => format!("{figure:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_three_digits_and_bytes_have_a_unit() {
        assert_eq!(show(9.876, Unit::Nanoseconds), "9.88");
        assert_eq!(show(98.76, Unit::Nanoseconds), "98.8");
        assert_eq!(show(98_765.4, Unit::Nanoseconds), "98765");
        assert_eq!(show(64.0 * 1024.0, Unit::Bytes), "64.0 KiB");
        assert_eq!(show(-1.0, Unit::Bytes), "-1.00");
    }
}
