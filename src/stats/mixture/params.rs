//! Settings of the mixture: unchecked, then checked.

use linfa::ParamGuard;

use super::error::MixtureParamError;
use super::kernel::MAX_FACTORS;
use crate::stats::observed::Observed;

/// Most classes a model may have.
pub(crate) const MAX_CLASSES: usize = 64;

/// Starts tried by default. METHOD: splits and merges lead out of poor valleys, so a few starts do; on simulated bases six
/// starts with them ended at the likelihood that 60 without them did not always reach.
pub(crate) const DEFAULT_STARTS: usize = 8;

/// Rounds of splits and merges by default.
pub(crate) const DEFAULT_ROUNDS: usize = 4;

/// Iterations after which a fit stops, converged or not.
pub(crate) const DEFAULT_MAX_ITERATIONS: usize = 300;

/// Gain in mean log likelihood per row under which a fit counts as converged.
pub(crate) const DEFAULT_TOLERANCE: f64 = 1e-5;

/// Share of an indicator's variance its own part never falls below. Our judgement:
/// `docs/method.md#floor-of-the-own-variance`.
pub(crate) const PSI_FLOOR: f64 = 0.02;

/// Most of an indicator's variance that [`own_floors`] asks for.
pub(crate) const MOST_FLOOR: f64 = 0.5;

/// Smallest uniqueness of each column: 2 % of its variance, and the square of half a step of its scale.
///
/// METHOD: with less own spread than half a step, the mixture takes single answers for groups: on a five-point scale it cut
/// "everybody who said 2 to the first question". Two neighboring answers two standard deviations apart make no two
/// humps.
#[must_use]
pub fn own_floors(data: &Observed) -> Vec<f64> {
    let variance = data.column_moments().spread.mapv(|s| s * s);
    let steps = data.steps();
    let floor = |(v, step): (&f64, &f64)| (step * step / 4.0).min(MOST_FLOOR * v).max(PSI_FLOOR * v).max(1e-6);
    variance.iter().zip(&steps).map(floor).collect()
}

/// Weight of the pull of class means towards the indicator's overall mean, in observations.
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
}

impl FactorMixtureValidParams {
    /// Classes.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Common factors.
    #[must_use]
    pub fn factors(&self) -> usize {
        self.factors
    }

    /// Starts; the best by likelihood is kept.
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
}

/// Unchecked settings of a [`super::FactorMixture`]; each setter takes and returns them.
#[derive(Clone, Debug, PartialEq)]
pub struct FactorMixtureParams(FactorMixtureValidParams);

impl FactorMixtureParams {
    /// Settings for `classes` classes and `factors` common factors, everything else at its default.
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
        })
    }

    /// Number of starts.
    #[must_use]
    pub fn starts(mut self, starts: usize) -> Self {
        self.0.starts = starts;
        self
    }

    /// Most rounds of splits and merges after the starts; each is made only if the one before helped.
    #[must_use]
    pub fn rounds(mut self, rounds: usize) -> Self {
        self.0.rounds = rounds;
        self
    }

    /// Most iterations of the final fit.
    #[must_use]
    pub fn max_iterations(mut self, max_iterations: usize) -> Self {
        self.0.max_iterations = max_iterations;
        self
    }

    /// Gain in mean log likelihood per row under which the fit stops.
    #[must_use]
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.0.tolerance = tolerance;
        self
    }

    /// Seed of the starts.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.0.seed = seed;
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
