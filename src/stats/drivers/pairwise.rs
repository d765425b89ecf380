//! Correlations of whoever answered both, and what to do about their noise.

use ndarray::{Array1, Array2, ArrayView2};

use super::cross::CrossSums;
use crate::dense::{Cholesky, symmetric_eigen};

/// Effective rows below which a correlation is not known. Our judgment.
pub const LEAST_ROWS: f64 = 10.0;

/// Correlations of `p` columns, each over the rows that have both.
#[derive(Clone, Debug, PartialEq)]
pub struct Pairwise {
    /// `(p, p)`: correlations −1..1, diagonal 1; 0 where not known, which `n` tells.
    pub r: Array2<f64>,
    /// `(p, p)`: effective number of rows behind each correlation; 0 where it is not known.
    pub n: Array2<f64>,
}

impl Pairwise {
    /// Correlations among `columns` of the sums, in that order.
    ///
    /// METHOD: a design in which everybody rates 12 of 30 elements leaves nobody with complete rows. Each correlation
    /// is taken over whoever has both columns, which is unbiased where the questions were dealt by lot, and costs
    /// little of the information that linear methods can use (30 × 30 correlations at 16 % of the rows each). A pair
    /// with fewer than [`LEAST_ROWS`] effective rows, or without spread, is not known.
    ///
    /// # Examples
    /// The three rows of the example of `corrcoef` ([1, 2, 3] and [2, 2, 5], 0.86602540 by numpy 2.4.6), four times
    /// each.
    ///
    /// ```
    /// use valueseg_stats::drivers::cross::CrossSums;
    /// use valueseg_stats::drivers::pairwise::Pairwise;
    ///
    /// let (mut sums, rows) = (CrossSums::new(2), [(100, 200), (200, 200), (300, 500)]);
    /// rows.iter().cycle().take(12).for_each(|(x, y)| sums.add(&[(0, *x), (1, *y)], 4_096));
    /// let found = Pairwise::of(&sums, &[0, 1]);
    /// assert!((found.r[(0, 1)] - 0.866_025_40).abs() < 1e-8);
    /// assert!((found.n[(0, 1)] - 12.0).abs() < 1e-9);
    /// ```
    #[must_use]
    pub fn of(sums: &CrossSums, columns: &[usize]) -> Self {
        let p = columns.len();
        let (mut r, mut n) = (Array2::eye(p), Array2::zeros((p, p)));
        for i in 0..p {
            for j in 0..=i {
                let pair = sums.pair(columns[i], columns[j]);
                let rows = pair.effective_n();
                if let Some(correlation) = pair.correlation().filter(|_| rows >= LEAST_ROWS) {
                    let r_ij = if i == j { 1.0 } else { correlation };
                    for at in [(i, j), (j, i)] {
                        (r[at], n[at]) = (r_ij, rows);
                    }
                }
            }
        }
        Self { r, n }
    }

    /// Correlations drawn toward `target` (p × p, diagonal 1) as far as they are noise; one that is not known becomes
    /// the target's.
    ///
    /// `r* = (1 − λ)·r + λ·t`, `λ = Σ Var(r_ij) / Σ (r_ij − t_ij)²` over known pairs, drawn in to 0–1, with
    /// `Var(r) = (1 − r²)²/(n − 1)`. With many rows λ goes to 0 and nothing is drawn.
    ///
    /// Source: Schäfer and Strimmer, Statistical Applications in Genetics and Molecular Biology 4 (2005), article 32;
    /// the variance of a correlation is the large-sample one for normal variables.
    ///
    /// # Examples
    /// By hand, r = 0.5 at 26 rows toward 0: Var(r) = 0.75²/25 = 0.0225, λ = 0.0225/0.25 = 0.09, r* = 0.91·0.5 =
    /// 0.455.
    ///
    /// ```
    /// use ndarray::Array2;
    /// use valueseg_stats::drivers::pairwise::{Pairwise, constant};
    ///
    /// let pairs = Pairwise { r: constant(2, 0.5), n: Array2::from_elem((2, 2), 26.0) };
    /// assert!((pairs.drawn_to(constant(2, 0.0).view())[(0, 1)] - 0.455).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn drawn_to(&self, target: ArrayView2<'_, f64>) -> Array2<f64> {
        let (mut noise, mut distance) = (0.0, 0.0);
        for ((i, j), &r) in self.r.indexed_iter() {
            let n = self.n[(i, j)];
            if i > j && n > 0.0 {
                noise += (1.0 - r * r).powi(2) / (n - 1.0);
                distance += (r - target[(i, j)]).powi(2);
            }
        }
        // Drawn in to 1; and 1 where no correlation is known, 0/0.
        let share = if distance > noise { noise / distance } else { 1.0 };
        Array2::from_shape_fn(self.r.dim(), |at| {
            if at.0 == at.1 {
                1.0
            } else if self.n[at] > 0.0 {
                (1.0 - share) * self.r[at] + share * target[at]
            } else {
                target[at]
            }
        })
    }

    /// Correlations as they are; one that is not known is the target's (p × p, diagonal 1).
    ///
    /// # Examples
    /// By hand: the one that is known stays, 0.5; the other becomes 0.3.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::drivers::pairwise::{Pairwise, constant};
    ///
    /// let r = array![[1.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 1.0]];
    /// let n = array![[26.0, 26.0, 0.0], [26.0, 26.0, 0.0], [0.0, 0.0, 26.0]];
    /// let filled = Pairwise { r, n }.filled_from(constant(3, 0.3).view());
    /// assert_eq!((filled[(0, 1)], filled[(0, 2)]), (0.5, 0.3));
    /// ```
    #[must_use]
    pub fn filled_from(&self, target: ArrayView2<'_, f64>) -> Array2<f64> {
        Array2::from_shape_fn(self.r.dim(), |at| if at.0 == at.1 || self.n[at] > 0.0 { self.r[at] } else { target[at] })
    }

    /// Mean of the known correlations, each weighed by its rows; 0 where none is known.
    ///
    /// # Examples
    /// By hand: (10·0.2 + 30·0.4 + 10·0.6)/50 = 0.4.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::drivers::pairwise::Pairwise;
    ///
    /// let r = array![[1.0, 0.2, 0.4], [0.2, 1.0, 0.6], [0.4, 0.6, 1.0]];
    /// let n = array![[50.0, 10.0, 30.0], [10.0, 50.0, 10.0], [30.0, 10.0, 50.0]];
    /// assert!((Pairwise { r, n }.mean() - 0.4).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn mean(&self) -> f64 {
        let (mut sum, mut weight) = (0.0, 0.0);
        for ((i, j), &r) in self.r.indexed_iter() {
            if i > j {
                sum += self.n[(i, j)] * r;
                weight += self.n[(i, j)];
            }
        }
        if weight > 0.0 { sum / weight } else { 0.0 }
    }
}

/// The matrix with diagonal 1 and `r` everywhere else.
///
/// # Examples
/// By hand: 1 on the diagonal, 0.3 elsewhere.
///
/// ```
/// use ndarray::array;
/// use valueseg_stats::drivers::pairwise::constant;
///
/// assert_eq!(constant(2, 0.3), array![[1.0, 0.3], [0.3, 1.0]]);
/// ```
#[must_use]
pub fn constant(p: usize, r: f64) -> Array2<f64> {
    Array2::from_shape_fn((p, p), |(i, j)| if i == j { 1.0 } else { r })
}

/// `r` itself if it is positive definite, else a correlation matrix near it that is.
///
/// METHOD: correlations over different rows need not fit together: some combination of columns then gets a negative
/// variance −a. What noise made negative by a it may as well have made positive by a, so all eigenvalues below a are
/// raised to a (at least 10⁻⁸), and the diagonal is set back to 1. Leaving them near 0 instead would let the noise of
/// just those directions decide a regression. Source: spectral decomposition of Rousseeuw and Molenberghs,
/// Communications in Statistics 22 (1993); the height of the floor is our judgment.
///
/// # Examples
/// `linalg.eigh` of numpy 2.4.6 finds eigenvalues −0.8, 1.9 and 1.9; with −0.8 raised to 0.8 and the diagonal set back
/// to 1 the correlations are 0.23913043 in size.
///
/// ```
/// use ndarray::array;
/// use valueseg_stats::drivers::pairwise::repaired;
///
/// let fixed = repaired(array![[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]]);
/// assert!((fixed[(0, 1)] - 0.239_130_43).abs() < 1e-8 && (fixed[(0, 2)] + 0.239_130_43).abs() < 1e-8);
/// ```
#[must_use]
pub fn repaired(r: Array2<f64>) -> Array2<f64> {
    if Cholesky::try_new(r.view()).is_some() {
        return r;
    }
    let eigen = symmetric_eigen(r.view());
    let floor = eigen.values.iter().copied().fold(0.0, f64::min).abs().max(1e-8);
    let raised = eigen.values.mapv(|value| value.max(floor));
    let back = (&eigen.vectors * &raised).dot(&eigen.vectors.t());
    let spread: Array1<f64> = back.diag().mapv(f64::sqrt);
    Array2::from_shape_fn(back.dim(), |(i, j)| {
        // Both halves from one, so that rounding cannot make the matrix lopsided.
        if i == j { 1.0 } else { back[(i.max(j), i.min(j))] / (spread[i] * spread[j]) }
    })
}

#[cfg(test)]
mod tests {
    use ndarray::array;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn correlations_are_drawn_by_their_noise() {
        // One pair, r 0.5, n 10: Var 0.5625/9 = 0.0625; distance to 0 is 0.25; λ = 0.25, so r* = 0.375.
        let pairs = Pairwise { r: constant(2, 0.5), n: constant(2, 10.0) };
        let drawn = pairs.drawn_to(Array2::eye(2).view());
        assert!((drawn[(0, 1)] - 0.375).abs() < 1e-12);
        assert_eq!(drawn[(0, 0)], 1.0);
    }

    #[test]
    fn a_pair_nobody_answered_takes_the_target() {
        let mut pairs = Pairwise { r: constant(3, 0.8), n: constant(3, 1e9) };
        for at in [(0, 2), (2, 0)] {
            (pairs.r[at], pairs.n[at]) = (0.0, 0.0);
        }
        let drawn = pairs.drawn_to(constant(3, 0.3).view());
        assert_eq!(drawn[(0, 2)], 0.3);
        assert!((drawn[(0, 1)] - 0.8).abs() < 1e-6);
        assert!((pairs.mean() - 0.8).abs() < 1e-12);
    }

    #[test]
    fn correlations_that_do_not_fit_together_are_repaired() {
        // Three columns cannot be pairwise −0.9: eigenvalues 1.9, 1.9, −0.8; all become as alike as the floor allows.
        let fixed = repaired(constant(3, -0.9));
        assert!(Cholesky::try_new(fixed.view()).is_some());
        assert!((fixed[(0, 1)] + 11.0 / 46.0).abs() < 1e-9, "{fixed}");
        let fine = array![[1.0, 0.5], [0.5, 1.0]];
        assert_eq!(repaired(fine.clone()), fine);
    }

    proptest! {
        #[test]
        fn what_was_repaired_is_a_correlation_matrix(cells in prop::collection::vec(-1.0..1.0f64, 15)) {
            let mut next = cells.into_iter();
            let mut r = Array2::eye(6);
            for i in 0..6 {
                for j in 0..i {
                    r[(i, j)] = next.next().unwrap();
                    r[(j, i)] = r[(i, j)];
                }
            }
            let fixed = repaired(r);
            prop_assert!(Cholesky::try_new(fixed.view()).is_some());
            prop_assert!(fixed.iter().all(|x| (-1.0..=1.0).contains(x)));
        }
    }
}
