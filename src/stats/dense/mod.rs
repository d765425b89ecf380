//! Small dense linear algebra: Cholesky, its solves, and the eigen-decomposition of a symmetric matrix.
//!
//! Matrices here have at most a few hundred rows, so plain loops over `f64` are as fast as anything else and give the
//! same bits everywhere.

mod eigen;

use ndarray::{Array1, Array2, ArrayView2};

pub use eigen::{SymmetricEigen, symmetric_eigen, symmetric_eigenvalues};

/// The lower Cholesky factor `L` of a symmetric positive definite matrix, `A = L·Lᵀ`.
#[derive(Clone, Debug)]
pub struct Cholesky {
    lower: Array2<f64>,
}

impl Cholesky {
    /// Factorizes `a` (n × n, only the lower triangle is read); `None` unless it is positive definite.
    ///
    /// # Examples
    /// `linalg.cholesky([[4, 2], [2, 5]])` of numpy 2.4.6 is `[[2, 0], [1, 2]]`.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::dense::Cholesky;
    ///
    /// let factor = Cholesky::try_new(array![[4.0, 2.0], [2.0, 5.0]].view()).unwrap();
    /// assert_eq!(factor.lower(), array![[2.0, 0.0], [1.0, 2.0]]);
    /// assert!(Cholesky::try_new(array![[1.0, 2.0], [2.0, 1.0]].view()).is_none());
    /// ```
    #[must_use]
    pub fn try_new(a: ArrayView2<'_, f64>) -> Option<Self> {
        let n = a.nrows();
        let mut lower = Array2::zeros((n, n));
        for i in 0..n {
            for j in 0..=i {
                let mut sum = a[(i, j)];
                for t in 0..j {
                    sum -= lower[(i, t)] * lower[(j, t)];
                }
                if i == j {
                    // Not written as `sum <= 0`: NaN has to be refused too.
                    let positive = sum.is_finite() && sum > 0.0;
                    if !positive {
                        return None;
                    }
                    lower[(i, i)] = sum.sqrt();
                } else {
                    lower[(i, j)] = sum / lower[(j, j)];
                }
            }
        }
        Some(Self { lower })
    }

    /// The factor `L` (n × n), 0 above the diagonal.
    #[must_use]
    pub fn lower(&self) -> ArrayView2<'_, f64> {
        self.lower.view()
    }

    /// `x` with `A·x = b`, written over `b` (length n).
    ///
    /// # Examples
    /// By hand: 4·0.75 + 2·2.5 = 8 and 2·0.75 + 5·2.5 = 14.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::dense::Cholesky;
    ///
    /// let mut b = [8.0, 14.0];
    /// Cholesky::try_new(array![[4.0, 2.0], [2.0, 5.0]].view()).unwrap().solve(&mut b);
    /// assert_eq!(b, [0.75, 2.5]);
    /// ```
    pub fn solve(&self, b: &mut [f64]) {
        self.forward(b);
        self.backward(b);
    }

    /// `y` with `L·y = b`, written over `b`: the whitened vector, whose squared length is `bᵀA⁻¹b`.
    ///
    /// # Examples
    /// By hand, L = `[[2, 0], [1, 2]]`: 2·4 = 8 and 1·4 + 2·5 = 14. The squared length 4² + 5² = 41 is bᵀA⁻¹b = 8·0.75
    /// + 14·2.5.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::dense::Cholesky;
    ///
    /// let mut b = [8.0, 14.0];
    /// Cholesky::try_new(array![[4.0, 2.0], [2.0, 5.0]].view()).unwrap().forward(&mut b);
    /// assert_eq!(b, [4.0, 5.0]);
    /// ```
    pub fn forward(&self, b: &mut [f64]) {
        for i in 0..b.len() {
            let mut sum = b[i];
            for t in 0..i {
                sum -= self.lower[(i, t)] * b[t];
            }
            b[i] = sum / self.lower[(i, i)];
        }
    }

    /// `x` with `Lᵀ·x = b`, written over `b`.
    ///
    /// # Examples
    /// By hand, Lᵀ = `[[2, 1], [0, 2]]`: 2·0.75 + 1·2.5 = 4 and 2·2.5 = 5.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::dense::Cholesky;
    ///
    /// let mut b = [4.0, 5.0];
    /// Cholesky::try_new(array![[4.0, 2.0], [2.0, 5.0]].view()).unwrap().backward(&mut b);
    /// assert_eq!(b, [0.75, 2.5]);
    /// ```
    pub fn backward(&self, b: &mut [f64]) {
        let n = b.len();
        for i in (0..n).rev() {
            let mut sum = b[i];
            for t in i + 1..n {
                sum -= self.lower[(t, i)] * b[t];
            }
            b[i] = sum / self.lower[(i, i)];
        }
    }

    /// Logarithm of the determinant, `ln |A|`.
    ///
    /// # Examples
    /// By hand: 4·5 − 2·2 = 16.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::dense::Cholesky;
    ///
    /// let factor = Cholesky::try_new(array![[4.0, 2.0], [2.0, 5.0]].view()).unwrap();
    /// assert!((factor.log_determinant() - 16f64.ln()).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn log_determinant(&self) -> f64 {
        2.0 * self.lower.diag().iter().map(|d| d.ln()).sum::<f64>()
    }
}

/// Solves `(A + ridge·I)·x = b` for every column of `b` (n × m), `A` symmetric and at least semidefinite; `None` if
/// even so it is not positive definite.
///
/// # Examples
/// By hand: with ridge 1 the diagonal (1, 3) becomes (2, 4), and b = (2, 4) gives (1, 1).
///
/// ```
/// use ndarray::array;
/// use valueseg_stats::dense::ridge_solve;
///
/// let x = ridge_solve(array![[1.0, 0.0], [0.0, 3.0]].view(), array![[2.0], [4.0]].view(), 1.0).unwrap();
/// assert!(x.iter().all(|x| (x - 1.0).abs() < 1e-12));
/// ```
#[must_use]
pub fn ridge_solve(a: ArrayView2<'_, f64>, b: ArrayView2<'_, f64>, ridge: f64) -> Option<Array2<f64>> {
    let mut with_ridge = a.to_owned();
    with_ridge.diag_mut().iter_mut().for_each(|d| *d += ridge);
    let factor = Cholesky::try_new(with_ridge.view())?;
    let mut out = b.to_owned();
    for mut column in out.columns_mut() {
        let mut x = column.to_vec();
        factor.solve(&mut x);
        column.assign(&Array1::from(x));
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn cholesky_of_a_matrix_worked_by_hand() {
        let factor = Cholesky::try_new(array![[4.0, 2.0], [2.0, 5.0]].view()).unwrap();
        assert_eq!(factor.lower(), array![[2.0, 0.0], [1.0, 2.0]]);
        let mut b = [8.0, 14.0];
        factor.solve(&mut b);
        assert!((b[0] - 0.75).abs() < 1e-12 && (b[1] - 2.5).abs() < 1e-12);
        assert!((factor.log_determinant() - 16f64.ln()).abs() < 1e-12);
    }

    #[test]
    fn a_matrix_that_is_not_positive_definite_has_no_factor() {
        assert!(Cholesky::try_new(array![[1.0, 2.0], [2.0, 1.0]].view()).is_none());
        assert!(Cholesky::try_new(array![[f64::NAN]].view()).is_none());
    }
}
