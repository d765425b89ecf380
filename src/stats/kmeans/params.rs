//! Settings of k-means: unchecked, then checked.

use linfa::ParamGuard;

use super::error::KmeansParamError;

/// Most clusters a partition may have.
pub const MAX_CLUSTERS: usize = 64;

/// Starts tried by default. METHOD: on published binary surveys only 14 to 24 of 100 single starts come within 0.1 % of
/// the best known partition, so 50 miss it less than once in a thousand tries.
pub const DEFAULT_STARTS: usize = 50;

/// Iterations after which a run stops, converged or not.
pub const DEFAULT_MAX_ITERATIONS: usize = 300;

/// How hard the best partition is looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Search {
    /// Short starts, the best few carried on by single-row transfers and crossed: near the best there is, for a
    /// solution.
    #[default]
    Thorough,
    /// The best of runs of Lloyd's iterations from random rows, as R's flexclust does it, for figures that are compared
    /// with published ones: there, ending in different local optima counts as instability, too.
    Plain,
}

/// Checked settings: the only ones that can fit.
#[derive(Clone, Debug, PartialEq)]
pub struct KmeansValidParams {
    clusters: usize,
    starts: usize,
    max_iterations: usize,
    search: Search,
    seed: u64,
}

impl KmeansValidParams {
    /// Number of clusters, 1 to [`MAX_CLUSTERS`].
    #[must_use]
    pub fn clusters(&self) -> usize {
        self.clusters
    }

    /// Number of starts, at least 1; the best by inertia is kept.
    #[must_use]
    pub fn starts(&self) -> usize {
        self.starts
    }

    /// Most iterations of a run on all rows, at least 1.
    #[must_use]
    pub fn max_iterations(&self) -> usize {
        self.max_iterations
    }

    /// How hard the best partition is looked for.
    #[must_use]
    pub fn search(&self) -> Search {
        self.search
    }

    /// Seed of the starts.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The same settings with another seed.
    ///
    /// # Examples
    /// By hand: everything but the seed stays.
    ///
    /// ```
    /// use linfa::ParamGuard;
    /// use valueseg_stats::kmeans::KmeansParams;
    ///
    /// let other = KmeansParams::new(3).seed(1).check()?.with_seed(2);
    /// assert_eq!((other.clusters(), other.seed()), (3, 2));
    /// # Ok::<(), valueseg_stats::kmeans::KmeansParamError>(())
    /// ```
    #[must_use]
    pub fn with_seed(&self, seed: u64) -> Self {
        Self { seed, ..self.clone() }
    }
}

/// Unchecked settings of k-means; each setter takes and returns them.
#[derive(Clone, Debug, PartialEq)]
pub struct KmeansParams(KmeansValidParams);

impl KmeansParams {
    /// Settings for `clusters` clusters, everything else at its default.
    ///
    /// # Examples
    /// `KMeans(2, n_init=50)` of scikit-learn 1.9.1 on (1, 1), (1, 2), (2, 1), (4, 4), (8, 8), (8, 9), (9, 8) ends at
    /// inertia 13.33333333 with centroids (2, 2) and (25/3, 25/3).
    ///
    /// ```
    /// use linfa::prelude::*;
    /// use ndarray::array;
    /// use valueseg_stats::kmeans::KmeansParams;
    ///
    /// let rows = array![[1.0, 1.0], [1.0, 2.0], [2.0, 1.0], [4.0, 4.0], [8.0, 8.0], [8.0, 9.0], [9.0, 8.0]];
    /// let fit = KmeansParams::new(2).seed(1).fit(&DatasetBase::from(rows))?;
    /// assert!((fit.inertia - 40.0 / 3.0).abs() < 1e-9);
    /// assert_eq!(fit.centroids.row(0), array![2.0, 2.0]);
    /// # Ok::<(), valueseg_stats::kmeans::KmeansError>(())
    /// ```
    #[must_use]
    pub fn new(clusters: usize) -> Self {
        Self(KmeansValidParams {
            clusters,
            starts: DEFAULT_STARTS,
            max_iterations: DEFAULT_MAX_ITERATIONS,
            search: Search::default(),
            seed: 0,
        })
    }

    /// Sets the number of starts, at least 1.
    ///
    /// # Examples
    /// By hand: no start is no fit.
    ///
    /// ```
    /// use linfa::ParamGuard;
    /// use valueseg_stats::kmeans::{KmeansParamError, KmeansParams};
    ///
    /// assert_eq!(KmeansParams::new(2).starts(7).check()?.starts(), 7);
    /// let refused = KmeansParams::new(2).starts(0).check();
    /// assert!(matches!(refused, Err(KmeansParamError::Effort { starts: 0, .. })));
    /// # Ok::<(), KmeansParamError>(())
    /// ```
    #[must_use]
    pub fn starts(mut self, starts: usize) -> Self {
        self.0.starts = starts;
        self
    }

    /// Sets the most iterations of a run on all rows, at least 1.
    ///
    /// # Examples
    /// By hand: from (0, 0.1) all rows but one go to the second cluster at first; one iteration does not settle that.
    ///
    /// ```
    /// use linfa::ParamGuard;
    /// use ndarray::array;
    /// use valueseg_stats::kmeans::{KmeansParams, Points, LloydTermination};
    ///
    /// let points = Points::complete(array![[0.0], [1.0], [8.0], [9.0]].view())?;
    /// let params = KmeansParams::new(2).max_iterations(1).check()?;
    /// let fit = params.fit_from(&points, array![[0.0], [0.1]].view())?;
    /// assert_eq!((fit.iterations, fit.termination), (1, LloydTermination::OutOfIterations));
    /// # Ok::<(), valueseg_stats::kmeans::KmeansError>(())
    /// ```
    #[must_use]
    pub fn max_iterations(mut self, max_iterations: usize) -> Self {
        self.0.max_iterations = max_iterations;
        self
    }

    /// Sets how hard the best partition is looked for.
    ///
    /// # Examples
    /// `KMeans(3, n_init=50)` of scikit-learn 1.9.1 on 0, 1, 5, 6, 12, 14: inertia 3. Fifty plain starts find it as
    /// well.
    ///
    /// ```
    /// use linfa::ParamGuard;
    /// use ndarray::array;
    /// use valueseg_stats::kmeans::{KmeansParams, Points, Search};
    ///
    /// let points = Points::complete(array![[0.0], [1.0], [5.0], [6.0], [12.0], [14.0]].view())?;
    /// for search in [Search::Thorough, Search::Plain] {
    ///     let fit = KmeansParams::new(3).search(search).check()?.fit_points(&points)?;
    ///     assert!((fit.inertia - 3.0).abs() < 1e-9);
    /// }
    /// # Ok::<(), valueseg_stats::kmeans::KmeansError>(())
    /// ```
    #[must_use]
    pub fn search(mut self, search: Search) -> Self {
        self.0.search = search;
        self
    }

    /// Sets the seed of the starts: the same seed and rows give the same result, to the last bit.
    ///
    /// # Examples
    /// By hand: the seed that was given.
    ///
    /// ```
    /// use linfa::ParamGuard;
    /// use valueseg_stats::kmeans::KmeansParams;
    ///
    /// assert_eq!(KmeansParams::new(2).seed(42).check()?.seed(), 42);
    /// # Ok::<(), valueseg_stats::kmeans::KmeansParamError>(())
    /// ```
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.0.seed = seed;
        self
    }
}

impl ParamGuard for KmeansParams {
    type Checked = KmeansValidParams;
    type Error = KmeansParamError;

    fn check_ref(&self) -> Result<&Self::Checked, Self::Error> {
        let p = &self.0;
        if !(1..=MAX_CLUSTERS).contains(&p.clusters) {
            return Err(KmeansParamError::Clusters { got: p.clusters, most: MAX_CLUSTERS });
        }
        if p.starts == 0 || p.max_iterations == 0 {
            return Err(KmeansParamError::Effort { starts: p.starts, iterations: p.max_iterations });
        }
        Ok(p)
    }

    fn check(self) -> Result<Self::Checked, Self::Error> {
        self.check_ref()?;
        Ok(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cluster_and_more_than_can_be_named_are_refused() {
        assert!(matches!(KmeansParams::new(0).check(), Err(KmeansParamError::Clusters { got: 0, .. })));
        assert!(matches!(KmeansParams::new(65).check(), Err(KmeansParamError::Clusters { got: 65, most: 64 })));
    }

    #[test]
    fn no_start_and_no_iteration_are_refused() {
        assert!(matches!(KmeansParams::new(2).starts(0).check(), Err(KmeansParamError::Effort { starts: 0, .. })));
        let params = KmeansParams::new(2).max_iterations(0);
        assert!(matches!(params.check(), Err(KmeansParamError::Effort { iterations: 0, .. })));
    }

    #[test]
    fn checked_settings_are_those_that_were_given() {
        let params = KmeansParams::new(3).starts(7).max_iterations(11).seed(5).check().unwrap();
        assert_eq!((params.clusters(), params.starts(), params.max_iterations(), params.seed()), (3, 7, 11, 5));
    }
}
