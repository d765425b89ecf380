//! K-means by linfa, with its traps kept out.
//!
//! linfa counts the members of the wrong run, knows no weights and turns NaN into label 0 (peers B9). So each start is one
//! run, labels and inertia are worked out anew from the centroids, and tables come complete and finite.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_clustering::{KMeans, KMeansError, KMeansInit};
use ndarray::{Array2, ArrayView2, Axis};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::mixture::mixed_seed;

/// Iterations of the best start on all rows at most.
const MAX_ITERATIONS: u64 = 60;

/// Iterations of a start at most.
const START_ITERATIONS: u64 = 8;

/// Rows a start sees at least, where there are as many.
const START_ROWS: usize = 300;

/// And at least this many for each class.
const START_ROWS_PER_CLASS: usize = 30;

/// The best of several starts.
#[derive(Clone, Debug, PartialEq)]
pub struct KmeansFit {
    /// `(k, d)`.
    pub centroids: Array2<f64>,
    /// Sum of squared distances to the own centroid (the total, not linfa's mean).
    pub inertia: f64,
}

impl KmeansFit {
    /// Best of `starts` k-means++ starts on a complete, finite table `(n, d)`, `n >= k >= 1`.
    ///
    /// Starts are made on a sample of rows each and compared on all rows; the best is run on all rows.
    ///
    /// # Errors
    /// [`KMeansError`] of linfa.
    pub fn learn(points: &Array2<f64>, k: usize, starts: usize, seed: u64) -> Result<Self, KMeansError> {
        let fits: Result<Vec<Self>, KMeansError> = (0..starts.max(1))
            .into_par_iter()
            .map(|start| {
                let centroids = start_centroids(points, k, mixed_seed(seed, start as u64))?;
                Ok(Self::judged(points, centroids))
            })
            .collect();
        let mut fits = fits?.into_iter();
        let first = fits.next().expect("at least one start");
        let best = fits.fold(first, |best, fit| if fit.inertia < best.inertia { fit } else { best });
        let rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let model = KMeans::params_with_rng(k, rng)
            .init_method(KMeansInit::Precomputed(best.centroids.clone()))
            .n_runs(1)
            .max_n_iterations(MAX_ITERATIONS)
            .tolerance(1e-3)
            .fit(&DatasetBase::from(points.clone()))?;
        let done = Self::judged(points, model.centroids().clone());
        Ok(if done.inertia < best.inertia { done } else { best })
    }

    /// Centroids with the inertia they have on `points`.
    fn judged(points: &Array2<f64>, centroids: Array2<f64>) -> Self {
        let inertia = nearest(points.view(), centroids.view()).iter().map(|(_, d)| d).sum();
        Self { centroids, inertia }
    }

    /// Nearest centroid of each row; ties go to the lower one.
    #[must_use]
    pub fn assign(&self, points: ArrayView2<'_, f64>) -> Vec<usize> {
        nearest(points, self.centroids.view()).into_iter().map(|(label, _)| label).collect()
    }
}

/// One k-means++ start with a few iterations on a sample of rows drawn by `seed`: labels of all rows.
pub(super) fn kmeans_labels(points: &Array2<f64>, k: usize, seed: u64) -> Result<Vec<usize>, KMeansError> {
    let centroids = start_centroids(points, k, seed)?;
    Ok(nearest(points.view(), centroids.view()).into_iter().map(|(label, _)| label).collect())
}

/// Centroids of one start.
///
/// METHOD: k-means++, never k-means||, whose result in linfa varies with scheduling. A start only has to land in the right
/// valley, so it sees a sample, another one each time, which also makes starts more different.
fn start_centroids(points: &Array2<f64>, k: usize, seed: u64) -> Result<Array2<f64>, KMeansError> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let wanted = START_ROWS.max(START_ROWS_PER_CLASS * k);
    let sample = if points.nrows() <= wanted {
        points.clone()
    } else {
        let mut rows = rand::seq::index::sample(&mut rng, points.nrows(), wanted).into_vec();
        rows.sort_unstable();
        points.select(Axis(0), &rows)
    };
    let model = KMeans::params_with_rng(k, rng)
        .init_method(KMeansInit::KMeansPlusPlus)
        .n_runs(1)
        .max_n_iterations(START_ITERATIONS)
        .tolerance(1e-2)
        .fit(&DatasetBase::from(sample))?;
    Ok(model.centroids().clone())
}

/// Nearest centroid and squared distance of each row; ties go to the lower centroid.
///
/// `|x − c|² = |x|² − 2x·c + |c|²`, the products as one matrix product.
fn nearest(points: ArrayView2<'_, f64>, centroids: ArrayView2<'_, f64>) -> Vec<(usize, f64)> {
    let products = points.dot(&centroids.t());
    let sizes: Vec<f64> = centroids.rows().into_iter().map(|c| c.dot(&c)).collect();
    points
        .rows()
        .into_iter()
        .zip(products.rows())
        .map(|(row, products)| {
            let mut best = (0, f64::INFINITY);
            for (label, (product, size)) in products.iter().zip(&sizes).enumerate() {
                let d = size - 2.0 * product;
                if d < best.1 {
                    best = (label, d);
                }
            }
            (best.0, (best.1 + row.dot(&row)).max(0.0))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn two_lumps_worked_by_hand_are_found() {
        let points = array![[0.0, 0.0], [0.0, 2.0], [10.0, 0.0], [10.0, 2.0]];
        let fit = KmeansFit::learn(&points, 2, 8, 1).unwrap();
        assert!((fit.inertia - 4.0).abs() < 1e-6, "{}", fit.inertia);
        let labels = fit.assign(points.view());
        assert_eq!(labels[0], labels[1]);
        assert_eq!(labels[2], labels[3]);
        assert_ne!(labels[0], labels[2]);
    }

    #[test]
    fn one_cluster_is_the_mean() {
        let fit = KmeansFit::learn(&array![[1.0], [2.0], [6.0]], 1, 1, 1).unwrap();
        assert!((fit.centroids[(0, 0)] - 3.0).abs() < 0.01);
    }

    #[test]
    fn a_tie_goes_to_the_lower_label() {
        let fit = KmeansFit { centroids: array![[0.0], [2.0]], inertia: 0.0 };
        assert_eq!(fit.assign(array![[1.0]].view()), vec![0]);
    }
}
