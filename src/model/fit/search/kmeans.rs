//! K-means on a table with gaps.

use linfa::ParamGuard;

use super::super::error::ModelError;
use super::effort::Look;
use super::table::{Reading, Worktable};
use valueseg_stats::kmeans::{KmeansError, KmeansFit, KmeansParams};
use valueseg_stats::mixture::MixtureError;

/// Centroids, and how the table was read that they lie in.
#[derive(Clone, Debug)]
pub(super) struct Centroids {
    pub(super) fit: KmeansFit,
    pub(super) reading: Reading,
}

impl Centroids {
    /// Best of the starts; of as many segments as there are different rows where that is fewer than `k`.
    pub(super) fn of(table: &Worktable, reading: Reading, k: usize, look: Look) -> Result<Self, ModelError> {
        let points = table.points(reading);
        let params = KmeansParams::new(k.min(points.n_distinct()).max(1)).starts(look.starts).seed(look.seed);
        let fit = params.check().map_err(KmeansError::from).and_then(|params| params.fit_points(points));
        Ok(Self { fit: fit.map_err(MixtureError::Start)?, reading })
    }

    /// The same run to the end on all rows of another table.
    pub(super) fn go_on(&self, table: &Worktable) -> Result<Self, ModelError> {
        let params = KmeansParams::new(self.fit.n_clusters()).check().map_err(KmeansError::from);
        let centroids = self.fit.centroids.view();
        let fit = params.and_then(|params| params.fit_from(table.points(self.reading), centroids));
        Ok(Self { fit: fit.map_err(MixtureError::Start)?, reading: self.reading })
    }

    /// The nearest centroid of each row.
    pub(super) fn labels(&self, table: &Worktable) -> Vec<usize> {
        self.fit.assign(table.reading(self.reading))
    }
}
