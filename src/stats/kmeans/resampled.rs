//! K-means on bootstrap samples: would the same clusters come out again?

use super::params::KmeansValidParams;
use super::points::Points;
use crate::draw::mixed_seed;
use crate::resample::{Resampling, Solutions};

impl KmeansValidParams {
    /// Solutions on `pairs` pairs of bootstrap samples of the rows that `points` and `resampling` were both made of:
    /// the best of the starts on each sample, all rows of the table labeled by the nearest centroid.
    ///
    /// A sample that happens to have fewer different rows than clusters gives a solution with fewer clusters.
    ///
    /// # Panics
    /// If the two were made of tables of different length, which is an error of the caller.
    ///
    /// # Examples
    /// By hand: two lumps that are a hundred times as far apart as they are wide come out of every sample that holds
    /// both, so all solutions are the same partition: adjusted Rand index and Jaccard are 1.
    ///
    /// ```
    /// use linfa::ParamGuard;
    /// use ndarray::Array2;
    /// use valueseg_stats::kmeans::{KmeansParams, Points};
    /// use valueseg_stats::observed::Observed;
    /// use valueseg_stats::resample::Resampling;
    ///
    /// let data = Observed::complete(Array2::from_shape_fn((40, 1), |(i, _)| (1_000 * (i % 2) + i / 4) as f64))?;
    /// let params = KmeansParams::new(2).starts(5).check()?;
    /// let solutions = params.solutions(&Points::new(&data), &Resampling::new(&data, 1), 3);
    /// assert_eq!(solutions.agreement().pairs, [1.0; 3]);
    /// assert_eq!(solutions.jaccard(&(0..40).map(|i| Some(i % 2)).collect::<Vec<_>>(), 2), [Some(1.0); 2]);
    /// # Ok::<(), valueseg_stats::kmeans::KmeansError>(())
    /// ```
    #[must_use]
    pub fn solutions(&self, points: &Points, resampling: &Resampling, pairs: usize) -> Solutions {
        let fit = |counts: &[f64], item: u64| -> Result<_, std::convert::Infallible> {
            let params = self.with_seed(mixed_seed(self.seed(), item));
            Ok(params.best(&points.reweighted(counts)).assign_points(points))
        };
        match resampling.solutions(pairs, fit) {
            Ok(solutions) => solutions,
            Err(never) => match never {},
        }
    }
}
