//! What the rounds gave, and the statistics over it.

use serde::Serialize;

use crate::sample::{Column, OURS};

/// Everything that was measured.
#[derive(Default, Serialize)]
pub(crate) struct Results {
    pub(crate) cells: Vec<CellResult>,
    /// Runs of peers that did not end, and were done again.
    pub(crate) stuck: Vec<Stuck>,
}

impl Results {
    /// The cell of this name, if it was run.
    pub(crate) fn cell(&self, name: &str) -> Option<&CellResult> {
        self.cells.iter().find(|cell| cell.name == name)
    }
}

/// A run that did not end.
#[derive(Serialize)]
pub(crate) struct Stuck {
    pub(crate) cell: String,
    pub(crate) contestant: &'static str,
}

/// One cell.
#[derive(Serialize)]
pub(crate) struct CellResult {
    pub(crate) name: String,
    #[serde(skip)]
    pub(crate) section: &'static str,
    pub(crate) columns: &'static [Column],
    pub(crate) rounds: u32,
    pub(crate) contestants: Vec<ContestantResult>,
}

/// One contestant of a cell.
#[derive(Serialize)]
pub(crate) struct ContestantResult {
    pub(crate) name: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_yardstick: bool,
    /// One for each column.
    pub(crate) figures: Vec<Figures>,
}

/// One column of one contestant, over the rounds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Figures {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    /// Round by round.
    pub(crate) samples: Vec<f64>,
}

impl Figures {
    /// Of these samples, of which there is at least one.
    pub(crate) fn of(samples: Vec<f64>) -> Self {
        Self {
            median: median(&samples),
            min: samples.iter().copied().fold(f64::INFINITY, f64::min),
            max: samples.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            samples,
        }
    }
}

impl CellResult {
    /// The median of one contestant in one column.
    pub(crate) fn median_of(&self, contestant: &str, column: usize) -> Option<f64> {
        Some(self.figures_of(contestant, column)?.median)
    }

    /// The figures of one contestant in one column.
    pub(crate) fn figures_of(&self, contestant: &str, column: usize) -> Option<&Figures> {
        self.contestants.iter().find(|one| one.name == contestant)?.figures.get(column)
    }

    /// The medians of all peers in one column, with their names.
    pub(crate) fn peers(&self, column: usize) -> Vec<(&'static str, f64)> {
        let peers = self.contestants.iter().filter(|one| one.name != OURS && !one.is_yardstick);
        peers.map(|one| (one.name, one.figures[column].median)).collect()
    }

    /// The peer with the least median in the first column.
    pub(crate) fn best_peer(&self) -> Option<(&'static str, f64)> {
        self.peers(0).into_iter().min_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// Best peer over ours in the first column: above 1, we are ahead.
    pub(crate) fn ratio(&self) -> Option<f64> {
        Some(self.best_peer()?.1 / self.median_of(OURS, 0)?)
    }
}

/// The middle value; the mean of the two middle ones if the count is even.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle - 1] + sorted[middle]) / 2.0 }
}

/// The n-th root of the product of n ratios. `None` for no ratio at all.
pub(crate) fn geometric_mean(ratios: impl IntoIterator<Item = f64>) -> Option<f64> {
    let logs: Vec<f64> = ratios.into_iter().map(f64::ln).collect();
    (!logs.is_empty()).then(|| (logs.iter().sum::<f64>() / logs.len() as f64).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_ignores_the_order_and_the_outlier() {
        assert_eq!(median(&[3.0, 1000.0, 1.0]), 3.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 9.0]), 3.0);
        assert_eq!(median(&[7.0]), 7.0);
    }

    #[test]
    fn the_geometric_mean_of_a_ratio_and_its_inverse_is_one() {
        let mean = geometric_mean([4.0, 0.25]).unwrap();
        assert!((mean - 1.0).abs() < 1e-12, "{mean}");
        assert!((geometric_mean([2.0, 8.0]).unwrap() - 4.0).abs() < 1e-12);
        assert_eq!(geometric_mean([]), None);
    }

    #[test]
    fn the_ratio_is_that_of_the_best_peer_which_neither_we_nor_a_yardstick_are() {
        let contestant = |name, value| {
            let figures = vec![Figures::of(vec![value])];
            ContestantResult { name, is_yardstick: name == "yardstick", figures }
        };
        let cell = CellResult {
            name: String::new(),
            section: "",
            columns: &[],
            rounds: 1,
            contestants: vec![
                contestant(OURS, 10.0),
                contestant("a", 30.0),
                contestant("b", 20.0),
                contestant("yardstick", 5.0),
            ],
        };
        assert_eq!(cell.best_peer(), Some(("b", 20.0)));
        assert_eq!(cell.ratio(), Some(2.0));
    }
}
