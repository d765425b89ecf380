//! A table made ready for k-means: equal rows merged, rows in an order that depends on their content alone.

use std::cmp::Ordering;

use ndarray::ArrayView2;

use super::error::KmeansError;
use super::fit::start_centroids;
use super::lloyd::LloydRun;
use super::tiles::Tiles;
use crate::observed::Observed;

/// Place of a row without an observed cell.
const NOWHERE: usize = usize::MAX;

/// The rows of a table `(n, j)` as k-means sees them, made once for many fits.
///
/// METHOD (our judgment): equal rows become one row with the sum of their weights, and the rows are ordered by their
/// content. So a row of weight 2 is the row twice, and the order of the input changes nothing, to the last bit, random
/// starts included. A survey of eleven yes-or-no questions shrinks to some hundred patterns on the way. Rows without an
/// observed cell are left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Points {
    tiles: Tiles,
    /// Place of each row of the table among the different rows, or [`NOWHERE`].
    places: Vec<usize>,
    /// Weight of each different row: the sum over the rows of the table that it stands for.
    weights: Vec<f64>,
}

impl Points {
    /// Prepares a table of which cells may be absent.
    ///
    /// # Examples
    /// By hand: four rows, of which two are equal and one knows nothing, are two different rows.
    ///
    /// ```
    /// use ndarray::{Array1, array};
    /// use valueseg_stats::kmeans::Points;
    /// use valueseg_stats::observed::Observed;
    ///
    /// let present = array![[true], [true], [false], [true]];
    /// let data = Observed::try_new(array![[5.0], [7.0], [0.0], [5.0]], present, Array1::ones(4))?;
    /// let points = Points::new(&data);
    /// assert_eq!((points.n_rows(), points.n_distinct()), (4, 2));
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    #[must_use]
    pub fn new(data: &Observed) -> Self {
        let order = data.order_of_content();
        let mut places = vec![NOWHERE; data.n_rows()];
        let mut firsts: Vec<usize> = Vec::new();
        let mut weights: Vec<f64> = Vec::new();
        for row in order {
            // Equal rows are neighbors in the order of content.
            if firsts.last().is_none_or(|first| data.compare_rows(*first, row) != Ordering::Equal) {
                firsts.push(row);
                weights.push(0.0);
            }
            places[row] = firsts.len() - 1;
            weights[firsts.len() - 1] += data.weights()[row];
        }
        Self { tiles: Tiles::new(data, &firsts, weights.clone()), places, weights }
    }

    /// Prepares a complete table `(n, j)`, all rows of weight 1.
    ///
    /// # Errors
    /// [`KmeansError::Table`] if a value is not a finite number.
    ///
    /// # Examples
    /// By hand: three rows of two columns, of which two are equal.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::kmeans::Points;
    ///
    /// let points = Points::complete(array![[1.0, 2.0], [1.0, 2.0], [3.0, 4.0]].view())?;
    /// assert_eq!((points.n_rows(), points.n_columns(), points.n_distinct()), (3, 2, 2));
    /// # Ok::<(), valueseg_stats::kmeans::KmeansError>(())
    /// ```
    pub fn complete(values: ArrayView2<'_, f64>) -> Result<Self, KmeansError> {
        Ok(Self::new(&Observed::complete(values.to_owned())?))
    }

    /// Number of rows of the table.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.places.len()
    }

    /// Number of columns of the table.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        self.tiles.n_columns()
    }

    /// Number of different rows with at least one observed cell.
    #[must_use]
    pub fn n_distinct(&self) -> usize {
        self.weights.len()
    }

    /// The different rows.
    pub(super) fn tiles(&self) -> &Tiles {
        &self.tiles
    }

    /// What belongs to each row of the table, given what belongs to each different row; `None` for a row without an
    /// observed cell.
    pub(super) fn spread<T: Copy>(&self, of_distinct: &[T]) -> Vec<Option<T>> {
        self.places.iter().map(|place| of_distinct.get(*place).copied()).collect()
    }

    /// The same rows with other weights: `counts` has one number >= 0 for each row of the table and replaces its
    /// weight; rows of count 0 take no part in a fit.
    ///
    /// What is fitted on the result can assign the rows of `self`.
    ///
    /// # Panics
    /// If there are not as many counts as rows, which is an error of the caller.
    ///
    /// # Examples
    /// `KMeans(2).fit([[1], [2], [6], [7]], sample_weight=[1, 1, 1, 3])` of scikit-learn 1.9.1: inertia 1.25.
    ///
    /// ```
    /// use linfa::ParamGuard;
    /// use ndarray::array;
    /// use valueseg_stats::kmeans::{KmeansParams, Points};
    ///
    /// let points = Points::complete(array![[1.0], [2.0], [6.0], [7.0], [99.0]].view())?;
    /// let sample = points.reweighted(&[1.0, 1.0, 1.0, 3.0, 0.0]);
    /// assert!((KmeansParams::new(2).check()?.fit_points(&sample)?.inertia - 1.25).abs() < 1e-12);
    /// # Ok::<(), valueseg_stats::kmeans::KmeansError>(())
    /// ```
    #[must_use]
    pub fn reweighted(&self, counts: &[f64]) -> Self {
        assert_eq!(counts.len(), self.places.len(), "a count for each row");
        let mut sums = vec![0.0; self.weights.len()];
        for (place, count) in self.places.iter().zip(counts) {
            if *place != NOWHERE {
                sums[*place] += count;
            }
        }
        let kept: Vec<usize> = (0..sums.len()).filter(|at| sums[*at] > 0.0).collect();
        let weights: Vec<f64> = kept.iter().map(|at| sums[*at]).collect();
        // A row that drops out has no place any more, as one that never held an observed cell.
        let mut moved = vec![NOWHERE; sums.len()];
        kept.iter().enumerate().for_each(|(to, from)| moved[*from] = to);
        let places = self.places.iter().map(|place| moved.get(*place).copied().unwrap_or(NOWHERE)).collect();
        Self { tiles: self.tiles.select(&kept, weights.clone()), places, weights }
    }
}

impl Points {
    /// Labels `0..k` after one short start, some possibly without a row; rows without an observed cell get label 0.
    pub(super) fn start_labels(&self, k: usize, seed: u64) -> Vec<usize> {
        let run = LloydRun::at(&self.tiles, start_centroids(&self.tiles, k, seed));
        let labels: Vec<usize> = run.nearest.iter().map(|(label, _)| *label).collect();
        self.spread(&labels).into_iter().map(|label| label.unwrap_or(0)).collect()
    }
}
