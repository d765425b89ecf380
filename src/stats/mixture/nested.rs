//! One fit held against all smaller ones: a larger model never fits worse.
//!
//! ```text
//! fit(K, q) = likeliest of   own starts,
//!                            EM from fit(K − 1, q) with a class cut in two,   EM from fit(K, q − 1) with a further factor,
//!                            both of these written as the larger model
//! ```
//!
//! Smaller fits are made by the same rule from the same seed, so each is what it would be if it were asked for alone.

use super::em::EmRun;
use super::error::MixtureError;
use super::fit::{Ground, best_of};
use super::fitted::{FactorMixture, Fitted};
use super::moves::short;
use super::params::FactorMixtureValidParams;
use super::warm::{Halves, classes_by_size, embedded, merged, pairs_by_overlap, with_factors};
use crate::draw::mixed_seed;
use crate::observed::Observed;

/// Classes that are tried to be cut in two.
const CUTS: usize = 4;

/// Pairs of classes that are tried as one.
const PAIRS: usize = 3;

/// The fit of `params` on `data`, starts made on `ground`.
pub(super) fn fit(params: &FactorMixtureValidParams, data: &Observed, ground: &Ground) -> Result<Fitted, MixtureError> {
    // With a factor less, by classes; then this row's.
    let mut above: Vec<Fitted> = Vec::new();
    for q in 0..=params.factors() {
        let mut row: Vec<Fitted> = Vec::with_capacity(params.classes());
        for k in 1..=params.classes() {
            let sized = params.sized(k, q);
            let mut best = sized.alone(data, ground)?;
            if let Some(smaller) = row.last() {
                best = likelier(best, sized.fit_from(data, sized.split_start(ground, &smaller.mixture)?));
                best = at_least(best, data, smaller);
            }
            if let Some(smaller) = above.get(k - 1) {
                best = likelier(best, sized.fit_from(data, with_factors(ground.data(), &smaller.mixture, q)));
                best = at_least(best, data, smaller);
            }
            row.push(best);
        }
        above = row;
    }
    Ok(above.pop().expect("at least one class"))
}

fn likelier(a: Fitted, b: Fitted) -> Fitted {
    if b.log_likelihood > a.log_likelihood { b } else { a }
}

/// `best`, or `smaller` written as a model of its size where that is likelier.
pub(super) fn at_least(best: Fitted, data: &Observed, smaller: &Fitted) -> Fitted {
    if best.log_likelihood >= smaller.log_likelihood {
        return best;
    }
    let mixture = embedded(&smaller.mixture, best.mixture.n_classes(), best.mixture.n_factors());
    // The same density, so the same likelihood but for the last digits.
    let log_likelihood = smaller.log_likelihood;
    let bic = -2.0 * log_likelihood + mixture.n_parameters() as f64 * data.total_weight().ln();
    Fitted { mixture, log_likelihood, bic, ..smaller.clone() }
}

impl FactorMixtureValidParams {
    /// `smaller`, which has fewer classes and as many factors, with classes cut in two until there are as many as these
    /// settings ask for: of some classes the one whose halves are likeliest after a few iterations.
    fn split_start(&self, ground: &Ground, smaller: &FactorMixture) -> Result<FactorMixture, MixtureError> {
        let rule = ground.rule(self.factors());
        let mut model = smaller.clone();
        while model.n_classes() < self.classes() {
            let given = model.probabilities(ground.data());
            let mut tries: Vec<EmRun> = Vec::new();
            for class in classes_by_size(&given).into_iter().take(CUTS) {
                let seed = mixed_seed(self.seed(), (3_000 + 100 * model.n_classes() + class) as u64);
                if let Some(halves) = Halves::of(ground.data(), &model, &given, class, seed)? {
                    tries.push(short(ground, halves.apart(&model, class), &rule));
                }
            }
            let next = best_of(tries).map(|run| run.model);
            model = next.unwrap_or_else(|| embedded(&model, model.n_classes() + 1, model.n_factors()));
        }
        Ok(model)
    }

    /// EM on the ground's table from the solution `smaller` of fewer classes and as many factors, with the class cut in
    /// two that gains most; never less likely than `smaller`.
    ///
    /// # Errors
    /// [`MixtureError::Start`] if k-means fails.
    ///
    /// # Examples
    /// By hand: three lumps of variance 2/3 at 1, 7 and 13 and one class for the last two. Cut in two, it is all three.
    ///
    /// ```
    /// use linfa::ParamGuard;
    /// use ndarray::{Array1, Array2, array};
    /// use valueseg_stats::mixture::{FactorMixture, FactorMixtureParams, Ground};
    /// use valueseg_stats::observed::Observed;
    ///
    /// let rows = Array2::from_shape_fn((12, 2), |(i, j)| [1.0, -1.0][j] * (6 * (i / 4) + i % 4) as f64);
    /// let ground = Ground::new(Observed::try_new(rows, Array2::from_elem((12, 2), true), Array1::from_elem(12, 1e4))?);
    /// let (class_weights, loadings) = (array![0.3, 0.7], Array2::zeros((2, 0)));
    /// let means = array![[1.0, -1.0], [10.0, -10.0]];
    /// let two = FactorMixture { class_weights, means, loadings, uniqueness: array![5.0, 5.0] };
    /// let two = FactorMixtureParams::new(2, 0).check()?.go_on(&ground, two);
    /// let three = FactorMixtureParams::new(3, 0).check()?.from_fewer_classes(&ground, &two)?;
    /// assert!((three.mixture.uniqueness[0] - 1.25).abs() < 1e-2 && three.log_likelihood > two.log_likelihood);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_fewer_classes(&self, ground: &Ground, smaller: &Fitted) -> Result<Fitted, MixtureError> {
        let start = self.split_start(ground, &smaller.mixture)?;
        Ok(at_least(self.go_on(ground, start), ground.data(), smaller))
    }

    /// EM on the ground's table from the solution `smaller` of as many classes and fewer factors, with those factors more
    /// that are left in its residuals; never less likely than `smaller`.
    ///
    /// # Examples
    /// By hand: two columns that are alike but for ±1 have a common factor, and no class is needed to see it.
    ///
    /// ```
    /// use linfa::ParamGuard;
    /// use ndarray::Array2;
    /// use valueseg_stats::mixture::{FactorMixtureParams, Ground};
    /// use valueseg_stats::observed::Observed;
    ///
    /// let rows = Array2::from_shape_fn((60, 2), |(i, j)| i as f64 / 3.0 + [1.0, -1.0][(i + j) % 2]);
    /// let ground = Ground::new(Observed::complete(rows)?);
    /// let none = FactorMixtureParams::new(1, 0).check()?.from_partition(&ground, &[0; 60]);
    /// let one = FactorMixtureParams::new(1, 1).check()?.from_fewer_factors(&ground, &none);
    /// assert!(one.log_likelihood > none.log_likelihood + 50.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn from_fewer_factors(&self, ground: &Ground, smaller: &Fitted) -> Fitted {
        let start = with_factors(ground.data(), &smaller.mixture, self.factors());
        at_least(self.go_on(ground, start), ground.data(), smaller)
    }

    /// EM on the ground's table from the solution `larger` of one class more, with the two classes as one that lose least
    /// by it.
    ///
    /// # Panics
    /// If `larger` has a single class.
    ///
    /// # Examples
    /// By hand: two classes in one lump are one, with the mean (1 + 2 + 3 + 6)/4 = 3 and the variance (4 + 1 + 0 + 9)/4 = 3.5.
    ///
    /// ```
    /// use linfa::ParamGuard;
    /// use ndarray::{Array2, array};
    /// use valueseg_stats::mixture::{FactorMixture, FactorMixtureParams, Ground};
    /// use valueseg_stats::observed::Observed;
    ///
    /// let ground = Ground::new(Observed::complete(array![[1.0], [2.0], [3.0], [6.0]])?);
    /// let (class_weights, means, loadings) = (array![0.5, 0.5], array![[2.0], [4.0]], Array2::zeros((1, 0)));
    /// let two = FactorMixture { class_weights, means, loadings, uniqueness: array![2.0] };
    /// let one = FactorMixtureParams::new(1, 0).check()?.from_more_classes(&ground, &two).mixture;
    /// assert!((one.means[(0, 0)] - 3.0).abs() < 1e-5 && (one.uniqueness[0] - 3.5).abs() < 1e-4);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn from_more_classes(&self, ground: &Ground, larger: &FactorMixture) -> Fitted {
        let rule = ground.rule(self.factors());
        let pairs = pairs_by_overlap(&larger.probabilities(ground.data()));
        let tries: Vec<EmRun> =
            pairs.into_iter().take(PAIRS).map(|pair| short(ground, merged(larger, pair), &rule)).collect();
        let start = best_of(tries).expect("a larger model has two classes");
        self.go_on(ground, start.model)
    }
}
