//! A fitted partition, and whose row a row is.

use linfa::traits::{Predict, PredictInplace};
use ndarray::{Array1, Array2, ArrayView2};

use super::error::KmeansError;
use super::lloyd::{LloydRun, LloydTermination};
use super::params::KmeansParams;
use super::points::Points;
use super::tiles::Tiles;
use crate::observed::Observed;
use linfa::ParamGuard;

/// Centroids and how well they fit the rows they were learned on.
#[derive(Clone, Debug, PartialEq)]
pub struct KmeansFit {
    /// `(k, j)`: centroid of each cluster, in the units of the table; clusters by falling weight after a fit of many
    /// starts.
    pub centroids: Array2<f64>,
    /// `Σ weight · Σ_observed (x − c)²` of all rows to their own centroid, ≥ 0, in squared units of the table; absent
    /// cells add nothing.
    pub inertia: f64,
    /// `(k)`: sum of the weights of each cluster's rows, ≥ 0.
    pub sizes: Vec<f64>,
    /// Iterations of the run that is the result, ≥ 0; those of the starts before it are not counted.
    pub iterations: usize,
    /// How that run ended.
    pub termination: LloydTermination,
}

/// The two nearest centroids of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nearest {
    /// The nearest, `0..k`; ties go to the lower cluster.
    pub label: usize,
    /// Partial distance to it: `√(J/|O| · Σ_O (x − c)²)` over the observed columns `O` of `J`, so that rows with many
    /// and with few observed cells compare (Dixon 1979, IEEE Transactions on Systems, Man and Cybernetics 9).
    pub distance: f64,
    /// The second nearest and its distance; `None` with one cluster.
    pub second: Option<(usize, f64)>,
}

impl KmeansFit {
    pub(super) fn from_run(tiles: &Tiles, run: LloydRun) -> Self {
        let columns = tiles.n_columns();
        let k = run.centroids.len() / columns.max(1);
        let sizes = {
            let mut sizes = vec![0.0; k];
            run.nearest.iter().zip(tiles.weights()).for_each(|((label, _), weight)| sizes[*label] += weight);
            sizes
        };
        let centroids = Array2::from_shape_vec((k, columns), run.centroids).expect("k centroids of a number a column");
        Self { centroids, inertia: run.inertia, sizes, iterations: run.iterations, termination: run.termination }
    }

    /// Best of `starts` starts on a complete table `(n, j)`, all rows of weight 1.
    ///
    /// # Errors
    /// [`KmeansError`] if a setting makes no sense, a value is not a finite number or there are fewer different rows
    /// than clusters.
    ///
    /// # Examples
    /// By hand: the pairs at 0 and at 10 are 2 apart each, so every row is 1 from its centroid: inertia 4·1² = 4.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::kmeans::KmeansFit;
    ///
    /// let rows = array![[0.0, 0.0], [0.0, 2.0], [10.0, 0.0], [10.0, 2.0]];
    /// let fit = KmeansFit::learn(&rows, 2, 8, 1)?;
    /// assert_eq!((fit.inertia, fit.n_clusters()), (4.0, 2));
    /// assert_eq!(fit.centroids, array![[0.0, 1.0], [10.0, 1.0]]);
    /// # Ok::<(), valueseg_stats::kmeans::KmeansError>(())
    /// ```
    pub fn learn(points: &Array2<f64>, k: usize, starts: usize, seed: u64) -> Result<Self, KmeansError> {
        let params = KmeansParams::new(k).starts(starts).seed(seed).check()?;
        params.fit_points(&Points::complete(points.view())?)
    }

    /// Number of clusters.
    #[must_use]
    pub fn n_clusters(&self) -> usize {
        self.centroids.nrows()
    }

    /// Nearest centroid of each row of a complete table `(n, j)`; ties go to the lower cluster.
    ///
    /// # Examples
    /// By hand: 4 is nearer to 0 than to 10, and 5 is as far from both.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::kmeans::KmeansFit;
    ///
    /// let fit = KmeansFit::learn(&array![[0.0], [0.0], [10.0]], 2, 8, 1)?;
    /// assert_eq!(fit.assign(array![[4.0], [5.0], [6.0]].view()), [0, 0, 1]);
    /// # Ok::<(), valueseg_stats::kmeans::KmeansError>(())
    /// ```
    #[must_use]
    pub fn assign(&self, points: ArrayView2<'_, f64>) -> Vec<usize> {
        points
            .rows()
            .into_iter()
            .map(|row| {
                let distances = self
                    .centroids
                    .rows()
                    .into_iter()
                    .map(|centroid| row.iter().zip(centroid).map(|(x, c)| (x - c) * (x - c)).sum::<f64>());
                lowest(distances).map_or(0, |(label, _)| label)
            })
            .collect()
    }

    /// Nearest centroid of each prepared row; `None` for a row without an observed cell.
    ///
    /// # Examples
    /// By hand: 4 is nearer to 0 than to 10; the row that knows nothing has no cluster.
    ///
    /// ```
    /// use ndarray::{Array1, array};
    /// use valueseg_stats::kmeans::{KmeansFit, Points};
    /// use valueseg_stats::observed::Observed;
    ///
    /// let fit = KmeansFit::learn(&array![[0.0], [0.0], [10.0]], 2, 8, 1)?;
    /// let present = array![[true], [false], [true]];
    /// let data = Observed::try_new(array![[4.0], [0.0], [9.0]], present, Array1::ones(3))?;
    /// assert_eq!(fit.assign_points(&Points::new(&data)), [Some(0), None, Some(1)]);
    /// # Ok::<(), valueseg_stats::kmeans::KmeansError>(())
    /// ```
    #[must_use]
    pub fn assign_points(&self, points: &Points) -> Vec<Option<usize>> {
        let centroids: Vec<f64> = self.centroids.iter().copied().collect();
        let run = LloydRun::at(points.tiles(), centroids);
        let labels: Vec<usize> = run.nearest.iter().map(|(label, _)| *label).collect();
        points.spread(&labels)
    }

    /// The two nearest centroids of each row; `None` for a row without an observed cell.
    ///
    /// # Examples
    /// By hand: 4 is 4 from the centroid at 0 and 6 from the one at 10.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::kmeans::KmeansFit;
    /// use valueseg_stats::observed::Observed;
    ///
    /// let fit = KmeansFit::learn(&array![[0.0], [0.0], [10.0]], 2, 8, 1)?;
    /// let found = fit.nearest(&Observed::complete(array![[4.0]])?)[0].unwrap();
    /// assert_eq!((found.label, found.distance, found.second), (0, 4.0, Some((1, 6.0))));
    /// # Ok::<(), valueseg_stats::kmeans::KmeansError>(())
    /// ```
    #[must_use]
    pub fn nearest(&self, data: &Observed) -> Vec<Option<Nearest>> {
        nearest(data, self.centroids.view())
    }
}

/// Lowest of some distances and its place; ties go to the earlier.
fn lowest(distances: impl Iterator<Item = f64>) -> Option<(usize, f64)> {
    distances.enumerate().reduce(|best, next| if next.1 < best.1 { next } else { best })
}

/// The two nearest of `centroids` `(k, j)`, `k >= 1`, for each row of `data`; `None` for a row without an observed
/// cell.
///
/// # Examples
/// `nan_euclidean_distances([[1, nan]], [[4, 100], [0, 0]])` of scikit-learn 1.9.1, which scales partial distances the
/// same way: 4.24264069 and 1.41421356.
///
/// ```
/// use ndarray::array;
/// use valueseg_stats::kmeans::nearest;
/// use valueseg_stats::observed::Observed;
///
/// let data = Observed::try_new(array![[1.0, 0.0]], array![[true, false]], array![1.0])?;
/// let found = nearest(&data, array![[4.0, 100.0], [0.0, 0.0]].view())[0].unwrap();
/// assert!(found.label == 1 && (found.distance - 1.414_213_56).abs() < 1e-8);
/// assert!((found.second.unwrap().1 - 4.242_640_69).abs() < 1e-8);
/// # Ok::<(), valueseg_stats::observed::ObservedError>(())
/// ```
#[must_use]
pub fn nearest(data: &Observed, centroids: ArrayView2<'_, f64>) -> Vec<Option<Nearest>> {
    let (values, present) = (data.values(), data.present());
    values
        .rows()
        .into_iter()
        .zip(present.rows())
        .map(|(values, present)| {
            let observed = present.iter().filter(|is| **is).count();
            if observed == 0 {
                return None;
            }
            // The same for every centroid of a row: it changes distances, never the label.
            let scale = present.len() as f64 / observed as f64;
            let mut best: Option<(usize, f64)> = None;
            let mut second: Option<(usize, f64)> = None;
            for (label, centroid) in centroids.rows().into_iter().enumerate() {
                let cells = values.iter().zip(present).zip(centroid).filter(|((_, is), _)| **is);
                let squared: f64 = cells.map(|((x, _), c)| (x - c) * (x - c)).sum();
                let found = Some((label, (squared * scale).sqrt()));
                if best.is_none_or(|(_, least)| (squared * scale).sqrt() < least) {
                    (best, second) = (found, best);
                } else if second.is_none_or(|(_, least)| (squared * scale).sqrt() < least) {
                    second = found;
                }
            }
            best.map(|(label, distance)| Nearest { label, distance, second })
        })
        .collect()
}

impl PredictInplace<Array2<f64>, Array1<usize>> for KmeansFit {
    /// Nearest centroid of each row of a complete table; ties go to the lower cluster.
    ///
    /// # Examples
    /// By hand: 4 is nearer to 0 than to 10, 6 to 10.
    ///
    /// ```
    /// use linfa::prelude::*;
    /// use ndarray::{Array1, array};
    /// use valueseg_stats::kmeans::KmeansFit;
    ///
    /// let fit = KmeansFit::learn(&array![[0.0], [0.0], [10.0]], 2, 8, 1)?;
    /// let labels: Array1<usize> = fit.predict(&array![[4.0], [6.0]]);
    /// assert_eq!(labels, array![0, 1]);
    /// # Ok::<(), valueseg_stats::kmeans::KmeansError>(())
    /// ```
    fn predict_inplace<'a>(&'a self, x: &'a Array2<f64>, y: &mut Array1<usize>) {
        *y = Array1::from_vec(self.assign(x.view()));
    }

    fn default_target(&self, x: &Array2<f64>) -> Array1<usize> {
        Array1::zeros(x.nrows())
    }
}

impl PredictInplace<Observed, Array1<Option<usize>>> for KmeansFit {
    /// Nearest centroid of each row; `None` for a row without an observed cell.
    ///
    /// # Examples
    /// By hand: the second row knows nothing and has no cluster.
    ///
    /// ```
    /// use linfa::prelude::*;
    /// use ndarray::{Array1, array};
    /// use valueseg_stats::kmeans::KmeansFit;
    /// use valueseg_stats::observed::Observed;
    ///
    /// let fit = KmeansFit::learn(&array![[0.0], [0.0], [10.0]], 2, 8, 1)?;
    /// let data = Observed::try_new(array![[6.0], [0.0]], array![[true], [false]], array![1.0, 1.0])?;
    /// let labels: Array1<Option<usize>> = fit.predict(&data);
    /// assert_eq!(labels, array![Some(1), None]);
    /// # Ok::<(), valueseg_stats::kmeans::KmeansError>(())
    /// ```
    fn predict_inplace<'a>(&'a self, x: &'a Observed, y: &mut Array1<Option<usize>>) {
        *y = self.nearest(x).into_iter().map(|found| found.map(|n| n.label)).collect();
    }

    fn default_target(&self, x: &Observed) -> Array1<Option<usize>> {
        Array1::from_elem(x.n_rows(), None)
    }
}

impl Predict<&Observed, Array1<Option<usize>>> for KmeansFit {
    fn predict(&self, x: &Observed) -> Array1<Option<usize>> {
        let mut labels = self.default_target(x);
        self.predict_inplace(x, &mut labels);
        labels
    }
}
