//! K-means by linfa, with its traps kept out.
//!
//! linfa counts the members of the wrong run, knows no weights and turns NaN into label 0 (peers B9). So each start is one
//! run, labels and inertia are worked out anew from the centroids, and tables come complete and finite.

use linfa::DatasetBase;
use linfa::traits::{Fit, Predict};
use linfa_clustering::{KMeans, KMeansError, KMeansInit};
use ndarray::{Array2, ArrayView2};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use super::mixture::mixed_seed;

/// Iterations of a start at most.
const MAX_ITERATIONS: u64 = 100;

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
    /// # Errors
    /// [`KMeansError`] of linfa.
    pub fn learn(points: &Array2<f64>, k: usize, starts: usize, seed: u64) -> Result<Self, KMeansError> {
        let fits: Result<Vec<Self>, KMeansError> = (0..starts.max(1))
            .into_par_iter()
            .map(|start| {
                let (_, centroids) = kmeans_once(points, k, MAX_ITERATIONS, mixed_seed(seed, start as u64))?;
                let inertia = nearest(points.view(), centroids.view()).iter().map(|(_, d)| d).sum();
                Ok(Self { centroids, inertia })
            })
            .collect();
        let mut fits = fits?.into_iter();
        let first = fits.next().expect("at least one start");
        Ok(fits.fold(first, |best, fit| if fit.inertia < best.inertia { fit } else { best }))
    }

    /// Nearest centroid of each row; ties go to the lower one.
    #[must_use]
    pub fn assign(&self, points: ArrayView2<'_, f64>) -> Vec<usize> {
        nearest(points, self.centroids.view()).into_iter().map(|(label, _)| label).collect()
    }
}

/// One k-means++ start and at most `iterations` of Lloyd: labels and centroids.
///
/// METHOD: k-means++, never k-means||, whose result in linfa varies with scheduling.
pub(super) fn kmeans_once(
    points: &Array2<f64>,
    k: usize,
    iterations: u64,
    seed: u64,
) -> Result<(Vec<usize>, Array2<f64>), KMeansError> {
    let data = DatasetBase::from(points.clone());
    let model = KMeans::params_with_rng(k, Xoshiro256PlusPlus::seed_from_u64(seed))
        .init_method(KMeansInit::KMeansPlusPlus)
        .n_runs(1)
        .max_n_iterations(iterations)
        .tolerance(1e-3)
        .fit(&data)?;
    let labels = model.predict(&data).to_vec();
    Ok((labels, model.centroids().clone()))
}

/// Nearest centroid and squared distance of each row.
fn nearest(points: ArrayView2<'_, f64>, centroids: ArrayView2<'_, f64>) -> Vec<(usize, f64)> {
    let distance = |row: ndarray::ArrayView1<'_, f64>, c: ndarray::ArrayView1<'_, f64>| {
        row.iter().zip(c).map(|(x, y)| (x - y) * (x - y)).sum::<f64>()
    };
    points
        .rows()
        .into_iter()
        .map(|row| {
            let mut best = (0, f64::INFINITY);
            for (label, centroid) in centroids.rows().into_iter().enumerate() {
                let d = distance(row, centroid);
                if d < best.1 {
                    best = (label, d);
                }
            }
            best
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
