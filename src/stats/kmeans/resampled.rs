//! K-means on bootstrap samples: would the same clusters come out again?

use super::params::KmeansValidParams;
use super::points::Points;
use crate::stats::draw::mixed_seed;
use crate::stats::resample::{Resampling, Solutions};

impl KmeansValidParams {
    /// Solutions on `pairs` pairs of bootstrap samples of the rows that `points` and `resampling` were both made of: the
    /// best of the starts on each sample, all rows of the table labeled by the nearest centroid.
    ///
    /// A sample that happens to have fewer different rows than clusters gives a solution with fewer clusters.
    ///
    /// # Panics
    /// If the two were made of tables of different length, which is an error of the caller.
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
