//! All cells in the order in which they run, and how a filter chooses among them.

use crate::sample::Cell;
use crate::{atomic, queue, registry, shared, wait_group};

/// Every cell.
pub(crate) fn all() -> Vec<Cell> {
    let mut cells = atomic::cells();
    cells.extend(queue::cells());
    cells.extend(shared::cells());
    cells.extend(wait_group::cells());
    cells.extend(registry::cells());
    cells
}

/// The cells whose names contain one of the texts, or all if there is no text.
///
/// # Errors
///
/// A message with near names, if no name contains any of them.
pub(crate) fn choose(cells: Vec<Cell>, filter: &[String]) -> Result<Vec<Cell>, String> {
    if filter.is_empty() {
        return Ok(cells);
    }
    let matches = |cell: &Cell| filter.iter().any(|text| cell.name.contains(text.trim()));
    if cells.iter().any(matches) {
        return Ok(cells.into_iter().filter(matches).collect());
    }
    let names: Vec<&str> = cells.iter().map(|cell| cell.name.as_str()).collect();
    Err(format!(
        "no cell's name contains {}\nnear names: {}\n--list shows all {}",
        filter.iter().map(|text| format!("{text:?}")).collect::<Vec<_>>().join(" or "),
        nearest(&names, &filter[0]).join(", "),
        names.len(),
    ))
}

/// The five names that are most like the text.
fn nearest<'a>(names: &[&'a str], text: &str) -> Vec<&'a str> {
    let likeness = |name: &str| {
        let parts = name.split('/').chain([name]);
        parts.map(|part| strsim::jaro_winkler(part, text)).fold(0.0, f64::max)
    };
    let mut names = names.to_vec();
    names.sort_by(|a, b| likeness(b).total_cmp(&likeness(a)));
    names.truncate(5);
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(names: &[&str]) -> Vec<Cell> {
        names.iter().map(|name| Cell::new("", (*name).to_owned(), &[], Vec::new())).collect()
    }

    fn chosen(filter: &[&str]) -> Result<Vec<String>, String> {
        let filter: Vec<String> = filter.iter().map(|text| (*text).to_owned()).collect();
        let names = ["queue/bounded-1/1p1c", "queue/bounded-100/4p1c", "shared/get/1r"];
        choose(cells(&names), &filter)
            .map(|cells| cells.into_iter().map(|cell| cell.name).collect())
    }

    #[test]
    fn no_filter_chooses_every_cell() {
        assert_eq!(chosen(&[]).unwrap().len(), 3);
    }

    #[test]
    fn alternatives_are_joined_and_keep_the_order_of_the_cells() {
        assert_eq!(chosen(&["shared", "1p1c"]).unwrap(), ["queue/bounded-1/1p1c", "shared/get/1r"]);
    }

    #[test]
    fn a_filter_that_matches_nothing_names_its_neighbours() {
        let message = chosen(&["bouded-100"]).unwrap_err();
        assert!(message.contains("\"bouded-100\""), "{message}");
        assert!(message.contains("near names: queue/bounded-100/4p1c"), "{message}");
    }

    #[test]
    fn names_of_cells_are_unique() {
        let mut names: Vec<String> = all().into_iter().map(|cell| cell.name).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn we_stand_first_in_every_cell_and_nobody_stands_twice() {
        for cell in all() {
            let mut names: Vec<&str> = cell.contestants.iter().map(|one| one.name).collect();
            assert_eq!(names[0], crate::sample::OURS, "{}", cell.name);
            assert!(!cell.contestants[0].is_yardstick, "{}", cell.name);
            names.sort_unstable();
            assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{}: {names:?}", cell.name);
        }
    }
}
