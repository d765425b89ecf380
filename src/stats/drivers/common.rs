//! The factor that all ratings share: its loadings, and whether it is like a halo.

use ndarray::{Array1, ArrayView2};

/// Mean squared loading from which the common factor is taken for halo. Below, there is little to take out, and where
/// the factor's link with the outcome lies could not be told. Our judgment.
pub const LEAST_COMMON: f64 = 0.1;

/// Loading that a rating of the halo has at least, and the share of the ratings that must have it. A halo colors all
/// ratings of a person; a factor that leaves a part of them alone is a theme of the others, and stays in. Our judgment.
const LEAST_LOADING: f64 = 0.2;
const LEAST_REACH: f64 = 0.9;

/// Largest loading: every rating keeps something of its own.
const MOST_LOADING: f64 = 0.95;

/// Rounds of the search for loadings; it comes to rest in ten to thirty.
const ROUNDS: usize = 100;

/// Loadings of one common factor: the `λ` that make `Σ n_ij (r_ij − λ_i λ_j)²` over `i ≠ j` least, `n` the weight of
/// each pair. `(p)`, sum ≥ 0, at most 0.95 in size.
///
/// Source: minimum residuals, Harman and Jones, Psychometrika 31 (1966), for one factor.
///
/// # Examples
/// By hand (Spearman's triad): correlations 0.72, 0.63 and 0.56 are those of loadings √(0.72·0.63/0.56) = 0.9, 0.8,
/// 0.7.
///
/// ```
/// use ndarray::{Array2, array};
/// use valueseg_stats::drivers::common::common_factor;
///
/// let r = array![[1.0, 0.72, 0.63], [0.72, 1.0, 0.56], [0.63, 0.56, 1.0]];
/// let found = common_factor(r.view(), Array2::ones((3, 3)).view());
/// assert!(found.iter().zip([0.9, 0.8, 0.7]).all(|(got, wanted)| (got - wanted).abs() < 1e-6));
/// ```
#[must_use]
pub fn common_factor(r: ArrayView2<'_, f64>, n: ArrayView2<'_, f64>) -> Array1<f64> {
    let p = r.nrows();
    // All alike and positive: the search sets out from what all ratings share, not from a contrast between them.
    let mut loadings = Array1::from_elem(p, 0.5f64);
    for _ in 0..ROUNDS {
        let mut moved = 0.0f64;
        for i in 0..p {
            let (mut up, mut down) = (0.0, 0.0);
            for j in (0..p).filter(|j| *j != i) {
                up += n[(i, j)] * r[(i, j)] * loadings[j];
                down += n[(i, j)] * loadings[j] * loadings[j];
            }
            // The least-squares loading given all others (Harman and Jones). Clamped: a Heywood case would leave the
            // rating nothing of its own, and what follows divides by that.
            let new = if down > 0.0 { (up / down).clamp(-MOST_LOADING, MOST_LOADING) } else { 0.0 };
            moved = moved.max((new - loadings[i]).abs());
            loadings[i] = new;
        }
        if moved < 1e-9 {
            break;
        }
    }
    if loadings.sum() < 0.0 { -loadings } else { loadings }
}

/// How far the factor common to all ratings is a halo.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Commonness {
    /// Mean squared loading, 0–1; a halo has at least [`LEAST_COMMON`].
    pub strength: f64,
    /// Loading, −1..1, that nine ratings in ten have at least; a halo has at least 0.2.
    pub reach: f64,
}

impl Commonness {
    /// Of loadings; nothing of a halo in two ratings or fewer.
    ///
    /// # Examples
    /// By hand: of ten loadings nine are 0.5 and one is 0.1: the mean square is (9·0.25 + 0.01)/10 = 0.226, and nine in
    /// ten reach 0.5.
    ///
    /// ```
    /// use ndarray::Array1;
    /// use valueseg_stats::drivers::common::Commonness;
    ///
    /// let mut loadings = Array1::from_elem(10, 0.5);
    /// loadings[3] = 0.1;
    /// let common = Commonness::of(&loadings);
    /// assert!((common.strength - 0.226).abs() < 1e-12 && common.reach == 0.5 && common.is_general());
    /// loadings[4] = 0.1;
    /// assert!(!Commonness::of(&loadings).is_general());
    /// ```
    #[must_use]
    pub fn of(loadings: &Array1<f64>) -> Self {
        let p = loadings.len();
        if p <= 2 {
            return Self { strength: 0.0, reach: 0.0 };
        }
        let mut falling = loadings.to_vec();
        falling.sort_by(|a, b| b.total_cmp(a));
        let last = (LEAST_REACH * p as f64).ceil() as usize;
        Self { strength: loadings.mapv(|l| l * l).mean().unwrap_or(0.0), reach: falling[last - 1] }
    }

    /// Whether the factor is strong, and common to nearly all ratings, so that it may pass for halo.
    ///
    /// # Examples
    /// By the limits, 0.1 and 0.2.
    ///
    /// ```
    /// use valueseg_stats::drivers::common::Commonness;
    ///
    /// assert!(Commonness { strength: 0.1, reach: 0.2 }.is_general());
    /// assert!(!Commonness { strength: 0.09, reach: 0.2 }.is_general());
    /// ```
    #[must_use]
    pub fn is_general(&self) -> bool {
        self.distances().iter().all(|distance| *distance >= 0.0)
    }

    /// How far strength and reach lie above what a halo has at least.
    ///
    /// # Examples
    /// By hand: 0.3 − 0.1, and 0.15 − 0.2.
    ///
    /// ```
    /// use valueseg_stats::drivers::common::Commonness;
    ///
    /// let [strength, reach] = Commonness { strength: 0.3, reach: 0.15 }.distances();
    /// assert!((strength - 0.2).abs() < 1e-12 && (reach + 0.05).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn distances(&self) -> [f64; 2] {
        [self.strength - LEAST_COMMON, self.reach - LEAST_LOADING]
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;

    #[test]
    fn the_loadings_of_one_factor_are_found() {
        let truth = array![0.9, 0.8, 0.7, 0.6, 0.5];
        let r = Array2::from_shape_fn((5, 5), |(i, j)| if i == j { 1.0 } else { truth[i] * truth[j] });
        let found = common_factor(r.view(), Array2::ones(r.dim()).view());
        assert!((&found - &truth).iter().all(|d| d.abs() < 1e-6), "{found}");
    }

    #[test]
    fn a_factor_that_leaves_more_than_one_in_ten_ratings_alone_is_not_general() {
        let of = |alone: usize| Commonness::of(&(0..20).map(|i| if i < alone { 0.1 } else { 0.7 }).collect());
        assert!(of(2).is_general());
        assert!(!of(3).is_general());
        assert!(!Commonness::of(&array![0.9, 0.9]).is_general());
    }
}
