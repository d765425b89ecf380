//! Relative weights: R² divided among correlated predictors.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

use statrs::distribution::{ContinuousCDF, FisherSnedecor};

use super::error::DriversError;
use crate::dense::symmetric_eigen;

/// Directions with less than this share of the largest eigenvalue are rounding: they carry nothing and are left out.
const NEGLIGIBLE: f64 = 1e-10;

/// The uncorrelated variables nearest to `p` correlated predictors, as Johnson's weights need them.
///
/// For a correlation matrix `R = VΔVᵀ`, `Λ = VΔ^½Vᵀ` holds the correlations of the predictors with those variables.
#[derive(Clone, Debug)]
pub struct Orthogonal {
    root: Array2<f64>,
    inverse_root: Array2<f64>,
}

impl Orthogonal {
    /// Finds the uncorrelated variables for correlations `among` (p × p, symmetric, at least semidefinite: negative
    /// eigenvalues count as 0).
    ///
    /// # Examples
    /// By hand: the root of `[[1, 0.6], [0.6, 1]]`, with eigenvalues 1.6 and 0.4, gives `Λ⁻¹r` = (0.474342, 0.158114)
    /// for r = (0.5, 0.3); `linalg.solve` of numpy 2.4.6 finds the same.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::drivers::johnson::Orthogonal;
    ///
    /// let orthogonal = Orthogonal::of(array![[1.0, 0.6], [0.6, 1.0]].view());
    /// let beta = orthogonal.coefficients(array![0.5, 0.3].view());
    /// assert!((beta[0] - 0.474_342).abs() < 1e-6 && (beta[1] - 0.158_114).abs() < 1e-6);
    /// ```
    #[must_use]
    pub fn of(among: ArrayView2<'_, f64>) -> Self {
        let eigen = symmetric_eigen(among);
        let least = eigen.values.first().copied().unwrap_or(0.0) * NEGLIGIBLE;
        let with = |f: fn(f64) -> f64| {
            let scale = eigen.values.mapv(|value| if value > least { f(value) } else { 0.0 });
            (&eigen.vectors * &scale).dot(&eigen.vectors.t())
        };
        Self { root: with(f64::sqrt), inverse_root: with(|value| 1.0 / value.sqrt()) }
    }

    /// Coefficients `β = Λ⁻¹r` of the uncorrelated variables for correlations `r` with an outcome; `Σβ² = R²`.
    ///
    /// Linear in `r`.
    ///
    /// # Examples
    /// By hand: the squares sum to R² = (0.25 + 0.09 − 2·0.6·0.15)/(1 − 0.36) = 0.25.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::drivers::johnson::Orthogonal;
    ///
    /// let beta = Orthogonal::of(array![[1.0, 0.6], [0.6, 1.0]].view()).coefficients(array![0.5, 0.3].view());
    /// assert!((beta.dot(&beta) - 0.25).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn coefficients(&self, r: ArrayView1<'_, f64>) -> Array1<f64> {
        self.inverse_root.dot(&r)
    }

    /// Weights `ε_j = Σ_k λ_jk² β_k²` for coefficients `β`: each ≥ 0, their sum is `Σβ²`.
    ///
    /// # Examples
    /// By hand: squared entries of the root are 0.9 and 0.1 and squared coefficients 0.225 and 0.025, so the weights
    /// are 0.9·0.225 + 0.1·0.025 = 0.205 and 0.1·0.225 + 0.9·0.025 = 0.045.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::drivers::johnson::Orthogonal;
    ///
    /// let orthogonal = Orthogonal::of(array![[1.0, 0.6], [0.6, 1.0]].view());
    /// let weights = orthogonal.weights(orthogonal.coefficients(array![0.5, 0.3].view()).view());
    /// assert!((weights[0] - 0.205).abs() < 1e-12 && (weights[1] - 0.045).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn weights(&self, coefficients: ArrayView1<'_, f64>) -> Array1<f64> {
        let squares = coefficients.mapv(|b| b * b);
        self.root.mapv(|l| l * l).dot(&squares)
    }
}

/// R² and what each predictor contributes to it.
#[derive(Clone, Debug, PartialEq)]
pub struct RelativeWeights {
    /// `(p)`: part of the outcome's variance that goes with each predictor, ≥ 0; they sum to `r_squared`.
    pub weights: Array1<f64>,
    /// Variance of the outcome that goes with all predictors together, 0–1 for correlations of complete rows.
    pub r_squared: f64,
}

/// Johnson's relative weights of `p` predictors for an outcome.
///
/// `among` is `(p, p)`, the correlations among predictors; `with_outcome` is `(p)`. Each weight is the part of the
/// outcome's variance that goes with the predictor, alone and in what it shares with others; it says nothing about
/// what brings the outcome about.
///
/// Predictors are replaced by the uncorrelated variables nearest to them, the outcome is regressed on those, and the
/// squared coefficients are handed back by squared correlations: `ε = Λ²·(Λ⁻¹r)²`, squares element by element.
///
/// # Errors
/// [`DriversError`] unless shapes agree and all correlations lie in −1..1.
///
/// Source: Johnson, Multivariate Behavioral Research 35 (2000) 1–19; R package rwa.
///
/// # Examples
/// Johnson's formula by `linalg.eigh` and `linalg.solve` of numpy 2.4.6: 0.16017109, 0.06769075 and 0.12774299, which
/// sum to R² = 0.35560484.
///
/// ```
/// use ndarray::array;
/// use valueseg_stats::drivers::johnson::relative_weights;
///
/// let among = array![[1.0, 0.5, 0.3], [0.5, 1.0, 0.4], [0.3, 0.4, 1.0]];
/// let found = relative_weights(among.view(), array![0.5, 0.4, 0.45].view())?;
/// assert!((found.weights[0] - 0.160_171_09).abs() < 1e-8);
/// assert!((found.r_squared - 0.355_604_84).abs() < 1e-8);
/// # Ok::<(), valueseg_stats::drivers::DriversError>(())
/// ```
pub fn relative_weights(
    among: ArrayView2<'_, f64>,
    with_outcome: ArrayView1<'_, f64>,
) -> Result<RelativeWeights, DriversError> {
    check(among, with_outcome)?;
    let orthogonal = Orthogonal::of(among);
    let coefficients = orthogonal.coefficients(with_outcome);
    let weights = orthogonal.weights(coefficients.view());
    Ok(RelativeWeights { r_squared: coefficients.iter().map(|b| b * b).sum(), weights })
}

/// Probability of an R² at least this large if `p` predictors went with nothing of the outcome, at `n` (effective)
/// rows: the F test of a regression, `F = (R²/p)/((1 − R²)/(n − p − 1))`. `None` unless `n > p + 1`, `p > 0` and R² is
/// a number.
///
/// # Examples
/// R² = 0.25 of two predictors at 100 rows: `f.sf((0.25 / 2) / (0.75 / 97), 2, 97)` of scipy 1.17.1 is 8.7191e-7.
///
/// ```
/// use valueseg_stats::drivers::johnson::chance_of;
///
/// assert!((chance_of(0.25, 100.0, 2).unwrap() / 8.7191e-7 - 1.0).abs() < 1e-4);
/// assert_eq!(chance_of(0.25, 3.0, 2), None);
/// ```
#[must_use]
pub fn chance_of(r_squared: f64, n: f64, p: usize) -> Option<f64> {
    let (p, rest) = (p as f64, n - p as f64 - 1.0);
    let ok = r_squared.is_finite() && p > 0.0 && rest > 0.0 && rest.is_finite();
    if !ok {
        return None;
    }
    if r_squared >= 1.0 {
        return Some(0.0);
    }
    let f = (r_squared.max(0.0) / p) / ((1.0 - r_squared) / rest);
    Some(1.0 - FisherSnedecor::new(p, rest).ok()?.cdf(f))
}

/// Refuses what are no correlations of one set of predictors.
pub(super) fn check(among: ArrayView2<'_, f64>, with_outcome: ArrayView1<'_, f64>) -> Result<(), DriversError> {
    let p = with_outcome.len();
    if among.dim() != (p, p) {
        return Err(DriversError::Shape { among: among.dim(), with_outcome: p });
    }
    // A hair beyond 1 is rounding of a correlation, not a mistake.
    let good = |r: &f64| (-1.0 - 1e-9..=1.0 + 1e-9).contains(r);
    let bad = among.iter().copied().chain(with_outcome.iter().copied()).find(|r| !good(r));
    bad.map_or(Ok(()), |value| Err(DriversError::NotCorrelation { value }))
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn two_predictors_worked_by_hand() {
        // r12 = 0.6: eigenvalues 1.6 and 0.4, Λ has diagonal (√1.6 + √0.4)/2 = 0.948683 and off-diagonal 0.316228, so
        // squares 0.9 and 0.1. With r = (0.5, 0.3): β = Λ⁻¹r; Λ⁻¹ has diagonal (1/√1.6 + 1/√0.4)/2 = 1.185854 and
        // off-diagonal (1/√1.6 − 1/√0.4)/2 = −0.395285; β = (0.474342, 0.158114), β² = (0.225, 0.025).
        // Weights: 0.9·0.225 + 0.1·0.025 = 0.205 and 0.1·0.225 + 0.9·0.025 = 0.045; R² = 0.25.
        let got = relative_weights(array![[1.0, 0.6], [0.6, 1.0]].view(), array![0.5, 0.3].view()).unwrap();
        assert!((got.weights[0] - 0.205).abs() < 1e-12, "{got:?}");
        assert!((got.weights[1] - 0.045).abs() < 1e-12, "{got:?}");
        assert!((got.r_squared - 0.25).abs() < 1e-12, "{got:?}");
    }

    #[test]
    fn predictors_that_are_not_correlated_weigh_their_squared_correlation() {
        let r = array![0.5, -0.4, 0.1];
        let got = relative_weights(Array2::eye(3).view(), r.view()).unwrap();
        assert!((&got.weights - &r.mapv(|x| x * x)).iter().all(|d| d.abs() < 1e-12));
    }

    #[test]
    fn a_predictor_given_twice_shares_its_weight_evenly() {
        let among = array![[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        let got = relative_weights(among.view(), array![0.6, 0.6, 0.5].view()).unwrap();
        for (got, expected) in got.weights.iter().zip([0.18, 0.18, 0.25]) {
            assert!((got - expected).abs() < 1e-9, "{got} is not {expected}");
        }
        assert!((got.r_squared - 0.61).abs() < 1e-9);
    }

    #[test]
    fn four_predictors_agree_with_another_program() {
        // numpy 2.4.6, `examples/drivers/reference.py`.
        let among = array![[1.0, 0.5, 0.3, 0.2], [0.5, 1.0, 0.4, 0.1], [0.3, 0.4, 1.0, 0.6], [0.2, 0.1, 0.6, 1.0]];
        let got = relative_weights(among.view(), array![0.5, 0.4, 0.45, 0.2].view()).unwrap();
        let wanted = [0.159_606_331_758, 0.066_274_480_131, 0.119_442_714_087, 0.016_880_989_297];
        for (got, wanted) in got.weights.iter().zip(wanted) {
            assert!((got - wanted).abs() < 1e-11, "{got} is not {wanted}");
        }
    }

    #[test]
    fn the_f_test_is_that_of_the_tables() {
        // F(3, 20) has its upper 5 % point at 3.098: R² = 3F/(3F + 20) with n = 24.
        let f: f64 = 3.098_391;
        assert!((chance_of(3.0 * f / (3.0 * f + 20.0), 24.0, 3).unwrap() - 0.05).abs() < 1e-6);
        assert_eq!(chance_of(0.5, 4.0, 3), None);
        assert_eq!(chance_of(f64::NAN, 40.0, 3), None);
        assert_eq!(chance_of(1.2, 40.0, 3), Some(0.0));
    }

    #[test]
    fn what_is_no_correlation_is_refused() {
        let eye = Array2::<f64>::eye(2);
        assert!(matches!(relative_weights(eye.view(), array![0.1].view()), Err(DriversError::Shape { .. })));
        assert!(matches!(
            relative_weights(eye.view(), array![0.1, f64::NAN].view()),
            Err(DriversError::NotCorrelation { .. })
        ));
        assert!(matches!(
            relative_weights(eye.view(), array![0.1, 1.2].view()),
            Err(DriversError::NotCorrelation { .. })
        ));
    }

    /// Correlations of p + 1 variables: the last is the outcome.
    fn correlations(cells: &[f64], p: usize) -> (Array2<f64>, Array1<f64>) {
        let raw = Array2::from_shape_vec((p + 1, p + 1), cells.to_vec()).unwrap();
        let product = raw.dot(&raw.t());
        let spread = product.diag().mapv(f64::sqrt);
        let r = Array2::from_shape_fn((p + 1, p + 1), |(i, j)| product[(i, j)] / spread[i] / spread[j]);
        (r.slice(ndarray::s![..p, ..p]).to_owned(), r.slice(ndarray::s![..p, p]).to_owned())
    }

    proptest! {
        #[test]
        fn weights_are_not_negative_and_sum_to_r_squared(cells in prop::collection::vec(-1.0..1.0f64, 49)) {
            prop_assume!(cells.iter().any(|c| c.abs() > 0.2));
            let (among, with_outcome) = correlations(&cells, 6);
            let got = relative_weights(among.view(), with_outcome.view()).unwrap();
            prop_assert!((got.weights.sum() - got.r_squared).abs() < 1e-10);
            prop_assert!(got.weights.iter().all(|w| *w >= 0.0));
            prop_assert!(got.r_squared <= 1.0 + 1e-6);
        }

        #[test]
        fn the_order_of_predictors_does_not_matter(cells in prop::collection::vec(-1.0..1.0f64, 36), by in 1usize..5) {
            let (among, with_outcome) = correlations(&cells, 5);
            let at = |i: usize| (i + by) % 5;
            let moved = Array2::from_shape_fn((5, 5), |(i, j)| among[(at(i), at(j))]);
            let moved_outcome = Array1::from_shape_fn(5, |i| with_outcome[at(i)]);
            let one = relative_weights(among.view(), with_outcome.view()).unwrap();
            let other = relative_weights(moved.view(), moved_outcome.view()).unwrap();
            for i in 0..5 {
                prop_assert!((other.weights[i] - one.weights[at(i)]).abs() < 1e-7);
            }
        }
    }
}
