//! Settings of the mixture: unchecked, then checked.

use linfa::ParamGuard;

use super::error::MixtureParamError;
use super::kernel::MAX_FACTORS;
use crate::observed::Observed;

/// Most classes a model may have.
pub(crate) const MAX_CLASSES: usize = 64;

/// Starts tried by default. METHOD: splits and merges lead out of poor valleys, so a few starts do; on simulated bases
/// six starts with them ended at the likelihood that 60 without them did not always reach.
pub(crate) const DEFAULT_STARTS: usize = 8;

/// Rounds of splits and merges by default.
pub(crate) const DEFAULT_ROUNDS: usize = 4;

/// Iterations after which a fit stops, converged or not.
pub(crate) const DEFAULT_MAX_ITERATIONS: usize = 300;

/// Gain in mean log likelihood per row under which a fit counts as converged.
pub(crate) const DEFAULT_TOLERANCE: f64 = 1e-5;

/// Share of an indicator's variance its own part never falls below. Our judgment:
/// `docs/method.md#floor-of-the-own-variance`.
pub(crate) const PSI_FLOOR: f64 = 0.02;

/// Most of an indicator's variance that [`own_floors`] asks for.
pub(crate) const MOST_FLOOR: f64 = 0.5;

/// Smallest uniqueness of each column: 2 % of its variance, and the square of half a step of its scale.
///
/// METHOD: with less own spread than half a step, the mixture takes single answers for groups: on a five-point scale it
/// cut "everybody who said 2 to the first question". Two neighboring answers two standard deviations apart make no two
/// humps.
///
/// # Examples
/// By hand: answers 1 to 5 have variance 2 and steps of 1, and (1/2)² = 0.25 lies between 2 % and half of the variance.
///
/// ```
/// use ndarray::array;
/// use valueseg_stats::mixture::own_floors;
/// use valueseg_stats::observed::Observed;
///
/// let data = Observed::complete(array![[1.0], [2.0], [3.0], [4.0], [5.0]])?;
/// assert_eq!(own_floors(&data), [0.25]);
/// # Ok::<(), valueseg_stats::observed::ObservedError>(())
/// ```
#[must_use]
pub fn own_floors(data: &Observed) -> Vec<f64> {
    let variance = data.column_moments().spread.mapv(|s| s * s);
    let steps = data.steps();
    let floor = |(v, step): (&f64, &f64)| (step * step / 4.0).min(MOST_FLOOR * v).max(PSI_FLOOR * v).max(1e-6);
    variance.iter().zip(&steps).map(floor).collect()
}

/// Weight of the pull of class means toward the indicator's overall mean, in observations.
///
/// METHOD: one answer's worth; it only matters for an indicator that hardly anybody of a class answered.
pub(crate) const MEAN_PULL: f64 = 1.0;

/// Checked settings: the only ones that can fit.
#[derive(Clone, Debug, PartialEq)]
pub struct FactorMixtureValidParams {
    classes: usize,
    factors: usize,
    starts: usize,
    rounds: usize,
    max_iterations: usize,
    tolerance: f64,
    seed: u64,
    nested: bool,
}

impl FactorMixtureValidParams {
    /// Number of classes.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Number of common factors; 0 = the indicators of a class are independent.
    #[must_use]
    pub fn factors(&self) -> usize {
        self.factors
    }

    /// Number of starts, at least 1; the best by likelihood is kept.
    #[must_use]
    pub fn starts(&self) -> usize {
        self.starts
    }

    /// Most rounds of splits and merges after the starts.
    #[must_use]
    pub fn rounds(&self) -> usize {
        self.rounds
    }

    /// Most iterations of the final fit.
    #[must_use]
    pub fn max_iterations(&self) -> usize {
        self.max_iterations
    }

    /// Gain in mean log likelihood per row under which the fit stops.
    #[must_use]
    pub fn tolerance(&self) -> f64 {
        self.tolerance
    }

    /// Seed of the starts.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Whether a fit is held against all smaller models.
    #[must_use]
    pub fn nests(&self) -> bool {
        self.nested
    }

    /// The same settings for as many classes and factors.
    pub(super) fn sized(&self, classes: usize, factors: usize) -> Self {
        Self { classes, factors, ..self.clone() }
    }
}

/// Unchecked settings of a [`super::FactorMixture`]; each setter takes and returns them.
#[derive(Clone, Debug, PartialEq)]
pub struct FactorMixtureParams(FactorMixtureValidParams);

impl FactorMixtureParams {
    /// Settings for `classes` classes and `factors` common factors, everything else at its default.
    ///
    /// # Examples
    /// One class without a factor is a normal distribution: for 1, 2, 3 and 6 `norm.logpdf(x, 3, sqrt(3.5)).sum()` of
    /// scipy 1.17.1 is −8.18128007, and `GaussianMixture(1).bic` of scikit-learn 1.9.1 is 19.13514886.
    ///
    /// ```
    /// use linfa::prelude::*;
    /// use ndarray::array;
    /// use valueseg_stats::mixture::FactorMixtureParams;
    /// use valueseg_stats::observed::Observed;
    ///
    /// let data = DatasetBase::new(Observed::complete(array![[1.0], [2.0], [3.0], [6.0]])?, ());
    /// let fit = FactorMixtureParams::new(1, 0).fit(&data)?;
    /// assert!((fit.mixture.means[(0, 0)] - 3.0).abs() < 1e-5 && (fit.mixture.uniqueness[0] - 3.5).abs() < 1e-4);
    /// assert!((fit.log_likelihood + 8.181_280).abs() < 1e-4 && (fit.bic - 19.135_149).abs() < 1e-4);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(classes: usize, factors: usize) -> Self {
        Self(FactorMixtureValidParams {
            classes,
            factors,
            starts: DEFAULT_STARTS,
            rounds: DEFAULT_ROUNDS,
            max_iterations: DEFAULT_MAX_ITERATIONS,
            tolerance: DEFAULT_TOLERANCE,
            seed: 0,
            nested: true,
        })
    }

    /// Sets the number of starts, at least 1.
    ///
    /// # Examples
    /// By hand: no start is no fit.
    ///
    /// ```
    /// use linfa::ParamGuard;
    /// use valueseg_stats::mixture::{FactorMixtureParams, MixtureParamError};
    ///
    /// assert_eq!(FactorMixtureParams::new(3, 1).starts(5).check()?.starts(), 5);
    /// let refused = FactorMixtureParams::new(3, 1).starts(0).check();
    /// assert!(matches!(refused, Err(MixtureParamError::Effort { starts: 0, .. })));
    /// # Ok::<(), MixtureParamError>(())
    /// ```
    #[must_use]
    pub fn starts(mut self, starts: usize) -> Self {
        self.0.starts = starts;
        self
    }

    /// Sets the most rounds of splits and merges after the starts; each is made only if the one before helped.
    ///
    /// # Examples
    /// By hand: the start has two classes in the first of three lumps, at 1, 7 and 13. Without a round of splits and
    /// merges it stays there, and the variance is far above the 2/3 within a lump.
    ///
    /// ```
    /// use linfa::ParamGuard;
    /// use ndarray::{Array1, Array2, array};
    /// use valueseg_stats::mixture::{FactorMixture, FactorMixtureParams, Ground};
    /// use valueseg_stats::observed::Observed;
    ///
    /// let rows = Array2::from_shape_fn((9, 2), |(i, j)| [1.0, -1.0][j] * (6 * (i / 3) + i % 3) as f64);
    /// let data = Observed::try_new(rows, Array2::from_elem((9, 2), true), Array1::from_elem(9, 1e4))?;
    /// let means = array![[0.5, -0.5], [1.5, -1.5], [10.0, -10.0]];
    /// let (class_weights, loadings) = (array![0.2, 0.2, 0.6], Array2::zeros((2, 0)));
    /// let start = FactorMixture { class_weights, means, loadings, uniqueness: array![1.0, 1.0] };
    /// let found = FactorMixtureParams::new(3, 0).rounds(0).check()?.improve(&Ground::new(data), start)?;
    /// assert!(found.uniqueness[0] > 5.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn rounds(mut self, rounds: usize) -> Self {
        self.0.rounds = rounds;
        self
    }

    /// Sets the most iterations of the final fit, at least 1.
    ///
    /// # Examples
    /// By hand: two classes that both start in the middle are not apart after two iterations.
    ///
    /// ```
    /// use linfa::ParamGuard;
    /// use ndarray::{Array2, array};
    /// use valueseg_stats::mixture::{FactorMixture, FactorMixtureParams, EmTermination};
    /// use valueseg_stats::observed::Observed;
    ///
    /// let data = Observed::complete(array![[0.0], [1.0], [2.0], [8.0], [9.0], [10.0]])?;
    /// let (class_weights, means, loadings) = (array![0.5, 0.5], array![[4.0], [5.0]], Array2::zeros((1, 0)));
    /// let start = FactorMixture { class_weights, means, loadings, uniqueness: array![1.0] };
    /// let fit = FactorMixtureParams::new(2, 0).max_iterations(2).check()?.fit_from(&data, start);
    /// assert_eq!((fit.iterations, fit.termination), (2, EmTermination::IterationLimit));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn max_iterations(mut self, max_iterations: usize) -> Self {
        self.0.max_iterations = max_iterations;
        self
    }

    /// Sets the gain in mean log likelihood per row, > 0, under which the fit stops.
    ///
    /// # Examples
    /// By hand: a tolerance has to be a finite number above 0.
    ///
    /// ```
    /// use linfa::ParamGuard;
    /// use valueseg_stats::mixture::{FactorMixtureParams, MixtureParamError};
    ///
    /// assert_eq!(FactorMixtureParams::new(3, 1).tolerance(1e-7).check()?.tolerance(), 1e-7);
    /// let refused = FactorMixtureParams::new(3, 1).tolerance(0.0).check();
    /// assert_eq!(refused, Err(MixtureParamError::Tolerance { got: 0.0 }));
    /// # Ok::<(), MixtureParamError>(())
    /// ```
    #[must_use]
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.0.tolerance = tolerance;
        self
    }

    /// Sets the seed of the starts: the same seed and rows give the same result.
    ///
    /// # Examples
    /// By hand: the seed that was given.
    ///
    /// ```
    /// use linfa::ParamGuard;
    /// use valueseg_stats::mixture::FactorMixtureParams;
    ///
    /// assert_eq!(FactorMixtureParams::new(3, 1).seed(42).check()?.seed(), 42);
    /// # Ok::<(), valueseg_stats::mixture::MixtureParamError>(())
    /// ```
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.0.seed = seed;
        self
    }

    /// Sets whether a fit also starts from the solutions with a class or a factor less, which are found the same way, so
    /// that no smaller model fits better than a larger one: the default. It costs `classes · (factors + 1)` fits instead
    /// of one.
    ///
    /// # Examples
    /// By hand: two lumps; three classes fit them at least as well as two.
    ///
    /// ```
    /// use linfa::prelude::*;
    /// use ndarray::Array2;
    /// use valueseg_stats::mixture::FactorMixtureParams;
    /// use valueseg_stats::observed::Observed;
    ///
    /// let rows = Array2::from_shape_fn((60, 2), |(i, j)| (i % 2 * 9) as f64 + ((i * (j + 3)) % 7) as f64);
    /// let data = DatasetBase::new(Observed::complete(rows)?, ());
    /// let fit = |k| FactorMixtureParams::new(k, 0).nested(true).fit(&data).map(|fit| fit.log_likelihood);
    /// assert!(fit(3)? >= fit(2)? && fit(2)? > fit(1)? + 10.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn nested(mut self, nested: bool) -> Self {
        self.0.nested = nested;
        self
    }
}

impl ParamGuard for FactorMixtureParams {
    type Checked = FactorMixtureValidParams;
    type Error = MixtureParamError;

    fn check_ref(&self) -> Result<&Self::Checked, Self::Error> {
        let p = &self.0;
        if !(1..=MAX_CLASSES).contains(&p.classes) {
            return Err(MixtureParamError::Classes { got: p.classes, most: MAX_CLASSES });
        }
        if p.factors > MAX_FACTORS {
            return Err(MixtureParamError::Factors { got: p.factors, most: MAX_FACTORS });
        }
        let tolerable = p.tolerance.is_finite() && p.tolerance > 0.0;
        if !tolerable {
            return Err(MixtureParamError::Tolerance { got: p.tolerance });
        }
        if p.starts == 0 || p.max_iterations == 0 {
            return Err(MixtureParamError::Effort { starts: p.starts, iterations: p.max_iterations });
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
    fn no_class_is_refused() {
        assert!(matches!(FactorMixtureParams::new(0, 0).check(), Err(MixtureParamError::Classes { got: 0, .. })));
    }

    #[test]
    fn more_factors_than_there_is_room_for_are_refused() {
        assert!(matches!(FactorMixtureParams::new(2, 17).check(), Err(MixtureParamError::Factors { got: 17, .. })));
    }

    #[test]
    fn a_tolerance_of_nan_does_not_walk_through() {
        let params = FactorMixtureParams::new(2, 0).tolerance(f64::NAN);
        assert!(matches!(params.check(), Err(MixtureParamError::Tolerance { .. })));
    }

    #[test]
    fn no_start_is_refused() {
        assert!(matches!(FactorMixtureParams::new(2, 0).starts(0).check(), Err(MixtureParamError::Effort { .. })));
    }
}
