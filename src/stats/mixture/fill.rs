//! A complete table from one with holes: expected values under factor analysis.

use ndarray::{Array1, Array2};
use rayon::prelude::*;

use super::em::{Limits, run, tiles_of};
use super::fit::free_rule;
use super::fitted::FactorMixture;
use super::init::model_from;
use super::kernel::{Kernel, TilePosterior};
use crate::stats::observed::Observed;

/// Iterations of the factor model that fills gaps.
const ITERATIONS: usize = 25;

/// Factor analysis used to fill gaps.
///
/// METHOD: k-means needs complete rows. With the column mean in the gaps it separates those who answered from those who did
/// not (`docs/method.md#trap-1-filling-gaps-with-the-mean`); the expected value given what the same person did answer
/// does not.
#[derive(Clone, Debug)]
pub struct FactorFill {
    model: FactorMixture,
}

impl FactorFill {
    /// Learns `q` factors of a standardized table.
    #[must_use]
    pub fn learn(data: &Observed, q: usize) -> Self {
        let q = q.min(data.n_columns() / 2);
        let start = model_from(data, Array2::ones((data.n_rows(), 1)).view(), q, 1.0);
        let limits = Limits { iterations: ITERATIONS, tolerance: 1e-4 };
        Self { model: run(&tiles_of(data), None, start, &free_rule(data, q), limits).model }
    }

    /// Expected value of every cell, observed or not, given the observed cells of its row: `(n, j)`.
    #[must_use]
    pub fn expected(&self, data: &Observed) -> Array2<f64> {
        let kernel = Kernel::new(&self.model);
        let tiles = tiles_of(data);
        let parts: Vec<Vec<Array1<f64>>> = tiles
            .par_iter()
            .map(|tile| {
                let mut out = TilePosterior::new(1, self.model.n_factors());
                kernel.posterior(tile, None, &mut out);
                let row = |r: usize| {
                    let factors: Array1<f64> = out.factors.column(r).mapv(f64::from);
                    &self.model.means.row(0) + &self.model.loadings.dot(&factors)
                };
                (0..tile.rows).map(row).collect()
            })
            .collect();
        let mut all = Array2::zeros((data.n_rows(), data.n_columns()));
        for (row, values) in parts.into_iter().flatten().enumerate() {
            all.row_mut(row).assign(&values);
        }
        all
    }

    /// The observed values, with expected values in the gaps: `(n, j)`.
    #[must_use]
    pub fn fill(&self, data: &Observed) -> Array2<f64> {
        let mut all = self.expected(data);
        for ((cell, value), present) in all.iter_mut().zip(&data.values()).zip(&data.present()) {
            if *present {
                *cell = *value;
            }
        }
        all
    }
}
