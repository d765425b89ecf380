//! A table of numbers of which many are absent, with row weights: what every estimator here works on.

use std::cmp::Ordering;

use linfa::dataset::Records;
use ndarray::{Array1, Array2, ArrayView2, Axis, concatenate};

/// Distinct values above which a column counts as measured without steps.
pub const MOST_STEPS: usize = 21;

/// What is wrong with a table that [`Observed::try_new`] or [`Observed::beside`] refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ObservedError {
    /// Values, presence and weights do not describe the same table.
    #[error("values are {values:?}, presence is {present:?} and there are {weights} weights")]
    Shape {
        /// Shape of the values.
        values: (usize, usize),
        /// Shape of the presence mask.
        present: (usize, usize),
        /// Number of weights.
        weights: usize,
    },
    /// A value that is marked present is NaN or infinite.
    #[error("row {row}, column {column}: {value} is not a finite number")]
    NotFinite {
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        column: usize,
        /// The value that stands there.
        value: f64,
    },
    /// A weight is not a finite number above 0.
    #[error("row {row}: weight {value} is not a finite number above 0")]
    Weight {
        /// Row, from 0.
        row: usize,
        /// The weight that stands there.
        value: f64,
    },
}

/// A table `(n, j)` of which any cell may be absent. Present cells are finite, absent cells hold 0 and are never
/// read as a value, weights are finite and above 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    values: Array2<f64>,
    present: Array2<bool>,
    weights: Array1<f64>,
}

impl Observed {
    /// Makes a table of `values` and `present`, both `(n, j)`, and `n` weights. What stands in an absent cell does
    /// not matter.
    ///
    /// # Errors
    /// [`ObservedError`] unless shapes agree, present values are finite and weights are finite and above 0.
    ///
    /// # Examples
    /// By hand: of column 0 the cells 1 and 5 are known, with weights 1 and 2: mean (1 + 2·5)/3 = 11/3.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::observed::Observed;
    ///
    /// let values = array![[1.0, 4.0], [f64::NAN, 6.0], [5.0, 8.0]];
    /// let present = array![[true, true], [false, true], [true, true]];
    /// let table = Observed::try_new(values, present, array![1.0, 1.0, 2.0])?;
    /// assert_eq!(table.values()[(1, 0)], 0.0);
    /// assert!((table.column_moments().mean[0] - 11.0 / 3.0).abs() < 1e-12);
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    pub fn try_new(
        mut values: Array2<f64>,
        present: Array2<bool>,
        weights: Array1<f64>,
    ) -> Result<Self, ObservedError> {
        if values.dim() != present.dim() || values.nrows() != weights.len() {
            let (values, present) = (values.dim(), present.dim());
            return Err(ObservedError::Shape { values, present, weights: weights.len() });
        }
        for ((at, value), is) in values.indexed_iter_mut().zip(&present) {
            // INVARIANT: an absent cell holds 0, so masked sums need no branch.
            if !is {
                *value = 0.0;
            } else if !value.is_finite() {
                return Err(ObservedError::NotFinite { row: at.0, column: at.1, value: *value });
            }
        }
        for (row, &value) in weights.iter().enumerate() {
            let good = value.is_finite() && value > 0.0;
            if !good {
                return Err(ObservedError::Weight { row, value });
            }
        }
        Ok(Self { values, present, weights })
    }

    /// A table without an absent cell and with all weights 1.
    ///
    /// # Errors
    /// As [`Observed::try_new`].
    ///
    /// # Examples
    /// By hand: two rows of weight 1 weigh 2.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::observed::{Observed, ObservedError};
    ///
    /// let table = Observed::complete(array![[1.0, 2.0], [3.0, 4.0]])?;
    /// assert_eq!((table.n_rows(), table.n_columns(), table.total_weight()), (2, 2, 2.0));
    /// let refused = Observed::complete(array![[f64::NAN]]);
    /// assert!(matches!(refused, Err(ObservedError::NotFinite { row: 0, column: 0, .. })));
    /// # Ok::<(), ObservedError>(())
    /// ```
    pub fn complete(values: Array2<f64>) -> Result<Self, ObservedError> {
        let present = Array2::from_elem(values.dim(), true);
        let weights = Array1::ones(values.nrows());
        Self::try_new(values, present, weights)
    }

    /// Number of rows `n`.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.values.nrows()
    }

    /// Number of columns `j`.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        self.values.ncols()
    }

    /// The values `(n, j)`, in the units they came in; 0 where absent.
    #[must_use]
    pub fn values(&self) -> ArrayView2<'_, f64> {
        self.values.view()
    }

    /// Which cells were observed, `(n, j)`.
    #[must_use]
    pub fn present(&self) -> ArrayView2<'_, bool> {
        self.present.view()
    }

    /// Row weights `(n)`, finite and above 0.
    #[must_use]
    pub fn weights(&self) -> &Array1<f64> {
        &self.weights
    }

    /// Sum of the row weights.
    #[must_use]
    pub fn total_weight(&self) -> f64 {
        self.weights.sum()
    }

    /// The table with weights that sum to Kish's effective number of rows, `(Σw)²/Σw²`, at the same ratios: a weight is not a
    /// second witness. Weights multiplied by a constant give the same weights to the last bit.
    ///
    /// Source: Kish (1965), *Survey Sampling*, section 11.7.
    ///
    /// # Examples
    /// By hand: 1, 1 and 2 are worth 4²/6 = 8/3 rows; 12 and 12 two.
    ///
    /// ```
    /// use ndarray::{Array2, array};
    /// use valueseg_stats::observed::Observed;
    ///
    /// let of = |weights: ndarray::Array1<f64>| {
    ///     let n = weights.len();
    ///     Observed::try_new(Array2::zeros((n, 1)), Array2::from_elem((n, 1), true), weights)
    /// };
    /// assert!((of(array![1.0, 1.0, 2.0])?.effective().total_weight() - 8.0 / 3.0).abs() < 1e-6);
    /// assert_eq!(of(array![12.0, 12.0])?.effective().weights(), &array![1.0, 1.0]);
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    #[must_use]
    pub fn effective(&self) -> Self {
        let most = self.weights.iter().copied().fold(0.0, f64::max);
        // INVARIANT: 32 bits of a ratio forget the last digits, which a constant factor changes by rounding; no ratio is 0.
        let ratios = self.weights.mapv(|w| f64::from((w / most) as f32).max(f64::from(f32::MIN_POSITIVE)));
        let (sum, squares) = (ratios.sum(), ratios.mapv(|r| r * r).sum());
        let weights = if squares > 0.0 { ratios * (sum / squares) } else { ratios };
        Self { weights, ..self.clone() }
    }

    /// The rows at `rows`, in that order (a row may be asked for twice).
    ///
    /// # Examples
    /// By hand: row 2, then row 0 twice.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::observed::Observed;
    ///
    /// let table = Observed::complete(array![[1.0], [2.0], [3.0]])?;
    /// assert_eq!(table.select(&[2, 0, 0]).values(), array![[3.0], [1.0], [1.0]]);
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        Self {
            values: self.values.select(Axis(0), rows),
            present: self.present.select(Axis(0), rows),
            weights: self.weights.select(Axis(0), rows),
        }
    }

    /// This table with `counts` (one a row, all >= 0) in the place of the weights, without the rows of count 0: a
    /// bootstrap sample.
    ///
    /// # Panics
    /// If there are not as many counts as rows, which is an error of the caller.
    ///
    /// # Examples
    /// By hand: counts 3, 0 and 1 leave rows 0 and 2, of total weight 4 and mean (3·1 + 1·5)/4 = 2.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::observed::Observed;
    ///
    /// let sample = Observed::complete(array![[1.0], [3.0], [5.0]])?.counted(&[3.0, 0.0, 1.0]);
    /// assert_eq!((sample.n_rows(), sample.total_weight()), (2, 4.0));
    /// assert_eq!(sample.column_moments().mean[0], 2.0);
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    #[must_use]
    pub fn counted(&self, counts: &[f64]) -> Self {
        assert_eq!(counts.len(), self.n_rows(), "a count for each row");
        let rows: Vec<usize> = (0..counts.len()).filter(|row| counts[*row] > 0.0).collect();
        let mut out = self.select(&rows);
        out.weights = rows.iter().map(|row| counts[*row]).collect();
        out
    }

    /// Compares two rows by what was answered and how, not by their weights. A negative zero is a zero.
    ///
    /// # Examples
    /// By hand: (1, 2) comes before (1, 3).
    ///
    /// ```
    /// use std::cmp::Ordering;
    /// use ndarray::array;
    /// use valueseg_stats::observed::Observed;
    ///
    /// let table = Observed::complete(array![[1.0, 2.0], [1.0, 3.0]])?;
    /// assert_eq!(table.compare_rows(0, 1), Ordering::Less);
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    #[must_use]
    pub fn compare_rows(&self, a: usize, b: usize) -> Ordering {
        for c in 0..self.n_columns() {
            let by_value = (self.values[(a, c)] + 0.0).total_cmp(&(self.values[(b, c)] + 0.0));
            // Present comes before absent.
            let order = self.present[(b, c)].cmp(&self.present[(a, c)]).then(by_value);
            if order != Ordering::Equal {
                return order;
            }
        }
        Ordering::Equal
    }

    /// The rows that hold an observed cell, ordered by what they hold, then by weight: the same customers in whatever
    /// order the table has them.
    ///
    /// # Examples
    /// By hand: 1 before 2 before 7; the row that knows nothing is left out.
    ///
    /// ```
    /// use ndarray::{Array1, array};
    /// use valueseg_stats::observed::Observed;
    ///
    /// let present = array![[true], [true], [false], [true]];
    /// let table = Observed::try_new(array![[7.0], [1.0], [0.0], [2.0]], present, Array1::ones(4))?;
    /// assert_eq!(table.order_of_content(), [1, 3, 0]);
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    #[must_use]
    pub fn order_of_content(&self) -> Vec<usize> {
        let mut order: Vec<usize> =
            (0..self.n_rows()).filter(|row| self.present.row(*row).iter().any(|is| *is)).collect();
        let by_weight = |a: usize, b: usize| self.weights[a].total_cmp(&self.weights[b]);
        // INVARIANT: the row number decides last, so no two rows compare equal and the order is one, stable sort or
        // not.
        order.sort_unstable_by(|a, b| self.compare_rows(*a, *b).then_with(|| by_weight(*a, *b)).then(a.cmp(b)));
        order
    }

    /// This table with the columns of `other` appended; weights stay those of `self`.
    ///
    /// # Errors
    /// [`ObservedError::Shape`] unless both have the same number of rows.
    ///
    /// # Examples
    /// By hand: one column and one column are two.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::observed::Observed;
    ///
    /// let both = Observed::complete(array![[1.0], [2.0]])?.beside(&Observed::complete(array![[5.0], [6.0]])?)?;
    /// assert_eq!(both.values(), array![[1.0, 5.0], [2.0, 6.0]]);
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    pub fn beside(&self, other: &Self) -> Result<Self, ObservedError> {
        let shape = || ObservedError::Shape {
            values: self.values.dim(),
            present: other.values.dim(),
            weights: self.weights.len(),
        };
        Ok(Self {
            values: concatenate(Axis(1), &[self.values.view(), other.values.view()]).map_err(|_| shape())?,
            present: concatenate(Axis(1), &[self.present.view(), other.present.view()]).map_err(|_| shape())?,
            weights: self.weights.clone(),
        })
    }

    /// Weighted mean and standard deviation (divisor: sum of weights) of each column over its present cells, and the
    /// weight behind them. A column nobody answered has mean 0, deviation 0, weight 0.
    ///
    /// # Examples
    /// `average([1, 3, 5], weights=[1, 1, 2])` of numpy 2.4.6 is 3.5; the root of the weighted mean of squares around
    /// it is 1.65831240.
    ///
    /// ```
    /// use ndarray::{Array2, array};
    /// use valueseg_stats::observed::Observed;
    ///
    /// let present = Array2::from_elem((3, 1), true);
    /// let moments = Observed::try_new(array![[1.0], [3.0], [5.0]], present, array![1.0, 1.0, 2.0])?.column_moments();
    /// assert_eq!((moments.weight[0], moments.mean[0]), (4.0, 3.5));
    /// assert!((moments.spread[0] - 1.658_312_40).abs() < 1e-8);
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    #[must_use]
    pub fn column_moments(&self) -> ColumnMoments {
        let j = self.n_columns();
        let mut weight = Array1::<f64>::zeros(j);
        let mut mean = Array1::<f64>::zeros(j);
        let mut spread = Array1::<f64>::zeros(j);
        for ((values, present), &w) in self.values.rows().into_iter().zip(self.present.rows()).zip(&self.weights) {
            for c in 0..j {
                if present[c] {
                    weight[c] += w;
                    mean[c] += w * values[c];
                }
            }
        }
        for c in 0..j {
            if weight[c] > 0.0 {
                mean[c] /= weight[c];
            }
        }
        // A second pass, around the mean: the difference of two large sums of squares would lose a small spread.
        for ((values, present), &w) in self.values.rows().into_iter().zip(self.present.rows()).zip(&self.weights) {
            for c in 0..j {
                if present[c] {
                    spread[c] += w * (values[c] - mean[c]).powi(2);
                }
            }
        }
        for c in 0..j {
            if weight[c] > 0.0 {
                spread[c] = (spread[c] / weight[c]).sqrt();
            }
        }
        ColumnMoments { weight, mean, spread }
    }

    /// Width of a step of each column's scale: the median gap between neighboring distinct values where there are at
    /// most [`MOST_STEPS`] of them, else 0, for a column measured without steps.
    ///
    /// # Examples
    /// By hand: answers 0, 2.5, 5, 7.5 and 10 are 2.5 apart; a constant has no step.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::observed::Observed;
    ///
    /// let table = Observed::complete(array![[0.0, 3.0], [2.5, 3.0], [10.0, 3.0], [7.5, 3.0], [5.0, 3.0]])?;
    /// assert_eq!(table.steps(), array![2.5, 0.0]);
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    #[must_use]
    pub fn steps(&self) -> Array1<f64> {
        (0..self.n_columns())
            .map(|c| {
                let mut distinct: Vec<f64> = Vec::new();
                for (value, present) in self.values.column(c).iter().zip(self.present.column(c)) {
                    if *present && let Err(at) = distinct.binary_search_by(|known| known.total_cmp(value)) {
                        // One value too many for a scale with steps; the rest of the column need not be read.
                        if distinct.len() == MOST_STEPS {
                            return 0.0;
                        }
                        distinct.insert(at, *value);
                    }
                }
                let mut gaps: Vec<f64> = distinct.windows(2).map(|w| w[1] - w[0]).collect();
                gaps.sort_by(f64::total_cmp);
                gaps.get(gaps.len() / 2).copied().unwrap_or(0.0)
            })
            .collect()
    }

    /// The table with each present cell moved and scaled by its column: `(v − mean) / spread`. A column without
    /// spread becomes 0.
    ///
    /// # Examples
    /// `StandardScaler().fit_transform([[1], [3], [5]])` of scikit-learn 1.9.1: −1.22474487, 0 and 1.22474487.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::observed::Observed;
    ///
    /// let table = Observed::complete(array![[1.0], [3.0], [5.0]])?;
    /// let scaled = table.standardized(&table.column_moments());
    /// assert!((scaled.values()[(2, 0)] - 1.224_744_87).abs() < 1e-8);
    /// assert_eq!(scaled.values()[(1, 0)], 0.0);
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    #[must_use]
    pub fn standardized(&self, moments: &ColumnMoments) -> Self {
        let mut out = self.clone();
        for (mut values, present) in out.values.rows_mut().into_iter().zip(self.present.rows()) {
            for c in 0..values.len() {
                if present[c] {
                    let spread = moments.spread[c];
                    values[c] = if spread > 0.0 { (values[c] - moments.mean[c]) / spread } else { 0.0 };
                }
            }
        }
        out
    }

    /// The table with each row moved so that its present cells have mean 0.
    ///
    /// METHOD: centering within the person takes out scale use and halo together with the content of the mean
    /// (Rudnev 2021); it is a start and a rival here, never the final model.
    ///
    /// # Examples
    /// By hand: the mean of 1 and 4 is 2.5; the absent cell stays 0.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::observed::Observed;
    ///
    /// let present = array![[true, true, false]];
    /// let table = Observed::try_new(array![[1.0, 4.0, 9.0]], present, array![1.0])?;
    /// assert_eq!(table.row_centered().values(), array![[-1.5, 1.5, 0.0]]);
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    #[must_use]
    pub fn row_centered(&self) -> Self {
        let mut out = self.clone();
        for (mut values, present) in out.values.rows_mut().into_iter().zip(self.present.rows()) {
            let n = present.iter().filter(|p| **p).count();
            if n > 0 {
                let mean = values.sum() / n as f64;
                values.iter_mut().zip(present).filter(|(_, p)| **p).for_each(|(v, _)| *v -= mean);
            }
        }
        out
    }
}

impl Records for Observed {
    type Elem = f64;

    fn nsamples(&self) -> usize {
        self.n_rows()
    }

    fn nfeatures(&self) -> usize {
        self.n_columns()
    }
}

/// Weighted first and second moments of each column.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnMoments {
    /// `(j)`: sum of the weights of the rows that have the column, ≥ 0.
    pub weight: Array1<f64>,
    /// `(j)`: weighted mean, in the unit of the column; 0 where nobody has it.
    pub mean: Array1<f64>,
    /// `(j)`: weighted standard deviation (divisor: sum of weights), in the unit of the column; 0 where nobody has it.
    pub spread: Array1<f64>,
}

#[cfg(test)]
mod tests;
