//! Segment probabilities of customers, nothing else: what a comparison of two models needs.

use ndarray::Array2;

use super::Scorer;
use super::tiles::{Known, Work};
use crate::model::rows::{CustomerBlock, suppression};
use crate::stats::mixture::TILE;

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
        let mut work = Work::new(&self.tables);
        let mut queues = Known::ALL.map(|known| (known, Vec::with_capacity(TILE)));
        for row in (0..n).filter(|row| suppression(&block.flags[*row]).is_none()) {
            let (known, queue) = &mut queues[self.tables.known(block, row, &self.columns) as usize];
            queue.push(row);
            if queue.len() == TILE {
                let full = std::mem::replace(queue, Vec::with_capacity(TILE));
                self.probabilities_of(block, &full, *known, &mut work, &mut found);
            }
        }
        for (known, queue) in queues {
            self.probabilities_of(block, &queue, known, &mut work, &mut found);
        }
        found
    }

    fn probabilities_of(
        &self,
        block: &CustomerBlock,
        rows: &[usize],
        known: Known,
        work: &mut Work,
        found: &mut Probabilities,
    ) {
        if rows.is_empty() {
            return;
        }
        work.fill(&self.tables, &self.columns, block, rows, known);
        work.type_rows(&self.tables, known);
        for (r, row) in rows.iter().enumerate() {
            if known.own() || work.signals_known[r] > 0 || self.tables.whole {
                found.known[*row] = true;
                found.table.row_mut(*row).assign(&work.signal_posterior.classes.column(r));
            }
        }
    }
}
