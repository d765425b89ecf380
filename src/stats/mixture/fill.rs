//! A complete table from one with holes: expected values under factor analysis.

use ndarray::{Array1, Array2};
use rayon::prelude::*;

use super::em::{EmLimits, run, tiles_of};
use super::fit::free_rule;
use super::fitted::FactorMixture;
use super::init::model_from;
use super::kernel::{Kernel, TilePosterior};
use crate::observed::Observed;

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
        // Beyond about half the columns factors are not identified (Ledermann 1937, Psychometrika 2).
        let q = q.min(data.n_columns() / 2);
        let start = model_from(data, Array2::ones((data.n_rows(), 1)).view(), q, 1.0);
        let limits = EmLimits { iterations: ITERATIONS, tolerance: 1e-4 };
        Self { model: run(&tiles_of(data), None, start, &free_rule(data, q), limits).model }
    }

    /// Expected value of every cell, observed or not, given the observed cells of its row: `(n, j)`.
    ///
    /// # Examples
    /// By hand: 7 rows (1, 1), 7 (−1, −1), 3 (1, −1) and 3 (−1, 1) have variances 1 and correlation 0.4, so loadings
    /// 0.4^½. Given (1, 1) each cell is expected at 0.4·2/(1 + 0.4) = 0.571429. Row weights of 10,000 make the pulls
    /// small.
    ///
    /// ```
    /// use ndarray::{Array1, Array2};
    /// use valueseg_stats::mixture::FactorFill;
    /// use valueseg_stats::observed::Observed;
    ///
    /// let sign = |cell: bool| if cell { 1.0 } else { -1.0 };
    /// let values = Array2::from_shape_fn((20, 2), |(i, j)| sign(i % 2 == 0) * sign(j == 0 || i < 14));
    /// let data = Observed::try_new(values, Array2::from_elem((20, 2), true), Array1::from_elem(20, 1e4))?;
    /// let expected = FactorFill::learn(&data, 1).expected(&data);
    /// assert!((expected[(0, 0)] - 0.571_429).abs() < 1e-3 && (expected[(1, 1)] + 0.571_429).abs() < 1e-3);
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
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
    ///
    /// # Examples
    /// By hand: the rows of [`FactorFill::expected`] have correlation 0.4 and variances 1, so the regression puts 0.4
    /// beside 1 and −0.4 beside −1. What was observed stays.
    ///
    /// ```
    /// use ndarray::{Array1, Array2};
    /// use valueseg_stats::mixture::FactorFill;
    /// use valueseg_stats::observed::Observed;
    ///
    /// let sign = |cell: bool| if cell { 1.0 } else { -1.0 };
    /// let values = Array2::from_shape_fn((22, 2), |(i, j)| sign(i % 2 == 0) * sign(j == 0 || i < 14));
    /// let present = Array2::from_shape_fn((22, 2), |(i, j)| i < 20 || j == 0);
    /// let data = Observed::try_new(values, present, Array1::from_elem(22, 1e4))?;
    /// let filled = FactorFill::learn(&data, 1).fill(&data);
    /// assert!((filled[(20, 1)] - 0.4).abs() < 1e-3 && (filled[(21, 1)] + 0.4).abs() < 1e-3);
    /// assert_eq!((filled[(20, 0)], filled[(0, 1)]), (1.0, 1.0));
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
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
