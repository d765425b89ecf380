//! Segment probabilities of customers, nothing else: what a comparison of two models needs.

use ndarray::Array2;

use super::Scorer;
use crate::rows::CustomerBlock;

/// Segment probabilities of the rows of a block.
#[derive(Clone, Debug)]
pub struct Probabilities {
    /// `(n, K)`, rows sum to 1 where [`Probabilities::known`] is set and are 0 elsewhere.
    pub table: Array2<f32>,
    /// The row may be profiled, and the model found an answer or a signal it knows.
    pub known: Vec<bool>,
}

impl Probabilities {
    /// The likeliest segment of a row; among equals the first. `None` where nothing is known.
    #[must_use]
    pub fn likeliest(&self, row: usize) -> Option<usize> {
        if !self.known[row] {
            return None;
        }
        let classes = self.table.row(row);
        (0..classes.len()).reduce(|best, class| if classes[class] > classes[best] { class } else { best })
    }
}

impl Scorer {
    /// Probability of each segment for each row of `block`; the same numbers scoring decides by.
    #[must_use]
    pub fn probabilities(&self, block: &CustomerBlock) -> Probabilities {
        let n = block.len();
        let mut found = Probabilities { table: Array2::zeros((n, self.tables.classes)), known: vec![false; n] };
        self.each_tile(block, |work, tile| {
            for (r, row) in tile.believed() {
                if tile.known.own() || work.signals_known[r] > 0 || self.tables.whole {
                    found.known[row] = true;
                    found.table.row_mut(row).assign(&work.signal_posterior.classes.column(r));
                }
            }
        });
        found
    }
}
