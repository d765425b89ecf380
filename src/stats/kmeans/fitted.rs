//! A fitted partition, and whose row a row is.

use linfa::traits::{Predict, PredictInplace};
use ndarray::{Array1, Array2, ArrayView2};

use super::error::KmeansError;
use super::lloyd::{Run, Termination};
use super::params::KmeansParams;
use super::points::Points;
use super::tiles::Tiles;
use crate::stats::observed::Observed;
use linfa::ParamGuard;

/// Centroids and how well they fit the rows they were learned on.
#[derive(Clone, Debug, PartialEq)]
pub struct KmeansFit {
    /// `(k, j)`.
    pub centroids: Array2<f64>,
    /// `Σ weight · Σ_observed (x − c)²` to the own centroid: the total, over observed cells only.
    pub inertia: f64,
    /// Sum of the weights of the rows of each cluster.
    pub sizes: Vec<f64>,
    /// Iterations of the run that won.
    pub iterations: usize,
    /// Why it stopped.
    pub termination: Termination,
}

/// The two nearest centroids of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nearest {
    /// The nearest; ties go to the lower cluster.
    pub label: usize,
    /// Partial distance to it: `√(J/|O| · Σ_O (x − c)²)` over the observed columns `O` of `J`, so that rows with many and
    /// with few observed cells compare (Dixon 1979, IEEE Transactions on Systems, Man and Cybernetics 9).
    pub distance: f64,
    /// The second nearest and its distance; `None` with one cluster.
    pub second: Option<(usize, f64)>,
}

impl KmeansFit {
    pub(super) fn from_run(tiles: &Tiles, run: Run) -> Self {
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
    pub fn learn(points: &Array2<f64>, k: usize, starts: usize, seed: u64) -> Result<Self, KmeansError> {
        let params = KmeansParams::new(k).starts(starts).seed(seed).check()?;
        params.fit_points(&Points::complete(points.view())?)
    }

    /// Clusters.
    #[must_use]
    pub fn n_clusters(&self) -> usize {
        self.centroids.nrows()
    }

    /// Nearest centroid of each row of a complete table `(n, j)`; ties go to the lower cluster.
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
    #[must_use]
    pub fn assign_points(&self, points: &Points) -> Vec<Option<usize>> {
        let centroids: Vec<f64> = self.centroids.iter().copied().collect();
        let run = Run::at(points.tiles(), centroids);
        let labels: Vec<usize> = run.nearest.iter().map(|(label, _)| *label).collect();
        points.spread(&labels)
    }

    /// The two nearest centroids of each row; `None` for a row without an observed cell.
    #[must_use]
    pub fn nearest(&self, data: &Observed) -> Vec<Option<Nearest>> {
        nearest(data, self.centroids.view())
    }
}

/// Lowest of some distances and its place; ties go to the earlier.
fn lowest(distances: impl Iterator<Item = f64>) -> Option<(usize, f64)> {
    distances.enumerate().reduce(|best, next| if next.1 < best.1 { next } else { best })
}

/// The two nearest of `centroids` `(k, j)`, `k >= 1`, for each row of `data`; `None` for a row without an observed cell.
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
    fn predict_inplace<'a>(&'a self, x: &'a Array2<f64>, y: &mut Array1<usize>) {
        *y = Array1::from_vec(self.assign(x.view()));
    }

    fn default_target(&self, x: &Array2<f64>) -> Array1<usize> {
        Array1::zeros(x.nrows())
    }
}

impl PredictInplace<Observed, Array1<Option<usize>>> for KmeansFit {
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
