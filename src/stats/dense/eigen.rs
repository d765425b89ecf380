//! Eigenvalues and eigenvectors of a symmetric matrix.

use ndarray::{Array1, Array2, ArrayView2};

/// Steps of QL for one eigenvalue after which it is taken as found; two or three are usual.
const MAX_STEPS: usize = 60;

/// Eigenvalues of a symmetric matrix in falling order and the eigenvectors, one column each.
#[derive(Clone, Debug)]
pub struct SymmetricEigen {
    /// `(n)`: eigenvalues, largest first.
    pub values: Array1<f64>,
    /// `(n, n)`: column `i` belongs to `values[i]`; its largest entry is positive, so that signs are the same always.
    pub vectors: Array2<f64>,
}

/// A symmetric matrix as `Qᵀ·T·Q`, `T` with a diagonal and one line beside it.
struct Tridiagonal {
    diagonal: Vec<f64>,
    /// `beside[i]` is between `i` and `i + 1`; the last is 0.
    beside: Vec<f64>,
    /// The rows of `Q`, `n` numbers each; none if only eigenvalues are asked for. Rows, because rotations then run along
    /// memory.
    rows: Vec<f64>,
}

/// Eigen-decomposition of the symmetric matrix `a` (n × n): Householder reflections to three diagonals, then QL steps with
/// implicit shifts.
///
/// A matrix with a cell that is not finite gives eigenvalues that are not.
///
/// Source: Golub and Van Loan, Matrix Computations, 4th ed., sections 8.3.1 to 8.3.5; the routines `tred2` and `tql2` of
/// EISPACK.
///
/// # Examples
/// By hand: `[[2, 1], [1, 2]]` stretches (1, 1) by 3 and (1, −1) by 1.
///
/// ```
/// use ndarray::array;
/// use valueseg_stats::dense::symmetric_eigen;
///
/// let eigen = symmetric_eigen(array![[2.0, 1.0], [1.0, 2.0]].view());
/// assert!((eigen.values[0] - 3.0).abs() < 1e-12 && (eigen.values[1] - 1.0).abs() < 1e-12);
/// assert!((eigen.vectors[(0, 0)] - 0.5f64.sqrt()).abs() < 1e-12);
/// ```
#[must_use]
pub fn symmetric_eigen(a: ArrayView2<'_, f64>) -> SymmetricEigen {
    let n = a.nrows();
    let scale = scale(a);
    let Tridiagonal { diagonal, rows, .. } = Tridiagonal::solved(a, scale, true);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|x, y| diagonal[*y].total_cmp(&diagonal[*x]));
    let mut vectors = Array2::zeros((n, n));
    for (to, from) in order.iter().enumerate() {
        let row = &rows[from * n..(from + 1) * n];
        // INVARIANT: an eigenvector is known up to its sign. With its largest entry positive it is one vector, and
        // factors and directions do not flip from one night to the next.
        let largest = row.iter().copied().fold(0.0, |best: f64, x| if x.abs() > best.abs() { x } else { best });
        let sign = if largest < 0.0 { -1.0 } else { 1.0 };
        vectors.column_mut(to).iter_mut().zip(row).for_each(|(cell, x)| *cell = sign * x);
    }
    SymmetricEigen { values: order.iter().map(|i| scale * diagonal[*i]).collect(), vectors }
}

/// Eigenvalues alone of the symmetric matrix `a` (n × n), largest first: those of [`symmetric_eigen`] to the bit, without
/// the work on vectors.
///
/// # Examples
/// By hand: `[[2, 1], [1, 2]]` stretches (1, 1) by 3 and (1, −1) by 1.
///
/// ```
/// use ndarray::array;
/// use valueseg_stats::dense::symmetric_eigenvalues;
///
/// let values = symmetric_eigenvalues(array![[2.0, 1.0], [1.0, 2.0]].view());
/// assert!((values[0] - 3.0).abs() < 1e-12 && (values[1] - 1.0).abs() < 1e-12);
/// ```
#[must_use]
pub fn symmetric_eigenvalues(a: ArrayView2<'_, f64>) -> Array1<f64> {
    let scale = scale(a);
    let mut values = Tridiagonal::solved(a, scale, false).diagonal;
    values.sort_by(|x, y| y.total_cmp(x));
    values.into_iter().map(|value| scale * value).collect()
}

/// What the matrix is divided by, so that no square overflows or vanishes.
fn scale(a: ArrayView2<'_, f64>) -> f64 {
    let size = a.iter().fold(0.0, |size: f64, x| size.max(x.abs()));
    if size > 0.0 && size.is_finite() { size } else { 1.0 }
}

impl Tridiagonal {
    /// `a / scale` with its eigenvalues on the diagonal; the rows of `Q` only if `vectors` are wanted.
    fn solved(a: ArrayView2<'_, f64>, scale: f64, vectors: bool) -> Self {
        let n = a.nrows();
        let mut reduced = Self::of(a.iter().map(|x| x / scale).collect(), n, vectors);
        (0..n).for_each(|at| reduced.find(at));
        reduced
    }

    /// Reflects row after row of the matrix `a`, `n` rows one after the other, onto its neighbor on the diagonal.
    fn of(mut a: Vec<f64>, n: usize, vectors: bool) -> Self {
        let mut rows = vec![0.0; if vectors { n * n } else { 0 }];
        if vectors {
            (0..n).for_each(|i| rows[i * n + i] = 1.0);
        }
        let (mut normal, mut image) = (vec![0.0; n], vec![0.0; n]);
        for k in 0..n.saturating_sub(2) {
            let below = k + 1..n;
            // The column below the diagonal is, by symmetry, the row beside it.
            normal[below.clone()].copy_from_slice(&a[k * n + k + 1..(k + 1) * n]);
            let tail: f64 = normal[k + 2..].iter().map(|x| x * x).sum();
            if tail == 0.0 {
                continue;
            }
            let length = (tail + normal[k + 1] * normal[k + 1]).sqrt();
            // Away from the first entry, so that nothing cancels.
            let onto = if normal[k + 1] > 0.0 { -length } else { length };
            normal[k + 1] -= onto;
            let twice = 2.0 / (tail + normal[k + 1] * normal[k + 1]);
            // A ← H·A·H with H = I − twice·v·vᵀ: A − v·wᵀ − w·vᵀ, w = twice·(A·v − ½ twice·(vᵀ·A·v)·v).
            image[below.clone()].fill(0.0);
            for i in below.clone() {
                add(&mut image[below.clone()], normal[i], &a[i * n + k + 1..(i + 1) * n]);
            }
            let along: f64 = normal[below.clone()].iter().zip(&image[below.clone()]).map(|(v, p)| v * p).sum();
            for i in below.clone() {
                image[i] = twice * (image[i] - 0.5 * twice * along * normal[i]);
            }
            for i in below.clone() {
                let row = &mut a[i * n + k + 1..(i + 1) * n];
                add(row, -normal[i], &image[below.clone()]);
                add(row, -image[i], &normal[below.clone()]);
            }
            a[k * n + k + 1] = onto;
            if !vectors {
                continue;
            }
            // Q ← H·Q.
            let mut product = vec![0.0; n];
            for i in below.clone() {
                add(&mut product, twice * normal[i], &rows[i * n..(i + 1) * n]);
            }
            for i in below {
                add(&mut rows[i * n..(i + 1) * n], -normal[i], &product);
            }
        }
        Self {
            diagonal: (0..n).map(|i| a[i * n + i]).collect(),
            beside: (0..n).map(|i| if i + 1 < n { a[i * n + i + 1] } else { 0.0 }).collect(),
            rows,
        }
    }

    /// Turns until `diagonal[at]` is an eigenvalue; those before it are.
    fn find(&mut self, at: usize) {
        for _ in 0..MAX_STEPS {
            let last = self.end_of_block(at);
            if last == at {
                return;
            }
            self.step(at, last);
        }
    }

    /// Last row that hangs together with row `at`.
    fn end_of_block(&self, at: usize) -> usize {
        let n = self.diagonal.len();
        let apart = |i: &usize| {
            let size = self.diagonal[*i].abs() + self.diagonal[i + 1].abs();
            self.beside[*i].abs() <= f64::EPSILON * size
        };
        (at..n.saturating_sub(1)).find(apart).unwrap_or(n.saturating_sub(1))
    }

    /// One QL step on rows `first..=last` with Wilkinson's shift: the eigenvalue of the first two rows nearer to the first.
    fn step(&mut self, first: usize, last: usize) {
        let (d, e) = (&mut self.diagonal, &mut self.beside);
        let half = (d[first + 1] - d[first]) / (2.0 * e[first]);
        let root = (half * half + 1.0).sqrt();
        let shift = d[first] - e[first] / (half + if half < 0.0 { -root } else { root });
        // The bulge that the first rotation makes is chased upward; `lost` is what the diagonal gave to its neighbor.
        let (mut chased, mut sine, mut cosine, mut lost) = (d[last] - shift, 1.0, 1.0, 0.0);
        for i in (first..last).rev() {
            let (bulge, own) = (sine * e[i], cosine * e[i]);
            let length = (bulge * bulge + chased * chased).sqrt();
            e[i + 1] = length;
            if length == 0.0 {
                // The block falls apart here.
                d[i + 1] -= lost;
                e[last] = 0.0;
                return;
            }
            (sine, cosine) = (bulge / length, chased / length);
            let rest = d[i + 1] - lost;
            let turned = (d[i] - rest) * sine + 2.0 * cosine * own;
            lost = sine * turned;
            d[i + 1] = rest + lost;
            chased = cosine * turned - own;
            if self.rows.is_empty() {
                continue;
            }
            let n = d.len();
            let (upper, lower) = self.rows[i * n..(i + 2) * n].split_at_mut(n);
            for (x, y) in upper.iter_mut().zip(lower) {
                (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
            }
        }
        d[first] -= lost;
        e[first] = chased;
        e[last] = 0.0;
    }
}

/// `to += times · what`.
fn add(to: &mut [f64], times: f64, what: &[f64]) {
    to.iter_mut().zip(what).for_each(|(to, x)| *to += times * x);
}

#[cfg(test)]
mod tests {
    use ndarray::array;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn eigenvalues_of_a_matrix_worked_by_hand() {
        let eigen = symmetric_eigen(array![[2.0, 1.0], [1.0, 2.0]].view());
        assert!((eigen.values[0] - 3.0).abs() < 1e-12 && (eigen.values[1] - 1.0).abs() < 1e-12);
        let half = 0.5f64.sqrt();
        assert!((eigen.vectors[(0, 0)] - half).abs() < 1e-12 && (eigen.vectors[(1, 0)] - half).abs() < 1e-12);
    }

    #[test]
    fn the_second_difference_of_a_line_has_the_eigenvalues_of_its_formula() {
        // 2 − 2·cos(iπ/(n + 1)), i = 1 to n.
        let n = 60;
        let cell = |(i, j): (usize, usize)| match i.abs_diff(j) {
            0 => 2.0,
            1 => -1.0,
            _ => 0.0,
        };
        let eigen = symmetric_eigen(Array2::from_shape_fn((n, n), cell).view());
        for (i, value) in eigen.values.iter().enumerate() {
            let exact = 2.0 - 2.0 * ((n - i) as f64 * std::f64::consts::PI / (n as f64 + 1.0)).cos();
            assert!((value - exact).abs() < 1e-13, "{value} {exact}");
        }
    }

    #[test]
    fn nothing_one_number_zeros_and_diagonals_are_their_own() {
        assert_eq!(symmetric_eigen(Array2::zeros((0, 0)).view()).values.len(), 0);
        assert_eq!(symmetric_eigen(array![[-4.0]].view()).values, array![-4.0]);
        assert_eq!(symmetric_eigen(Array2::zeros((3, 3)).view()).values, array![0.0, 0.0, 0.0]);
        let diagonal = Array2::from_diag(&array![1.0, 5.0, 3.0]);
        assert_eq!(symmetric_eigen(diagonal.view()).values, array![5.0, 3.0, 1.0]);
    }

    #[test]
    fn a_cell_that_is_no_number_ends_and_shows() {
        let eigen = symmetric_eigen(array![[1.0, f64::NAN, 0.0], [f64::NAN, 1.0, 2.0], [0.0, 2.0, 1.0]].view());
        assert!(eigen.values.iter().any(|x| x.is_nan()));
    }

    proptest! {
        #[test]
        fn eigenvalues_alone_are_the_same_to_the_bit(a in symmetric()) {
            prop_assert_eq!(symmetric_eigenvalues(a.view()), symmetric_eigen(a.view()).values);
        }
    }

    fn symmetric() -> impl Strategy<Value = Array2<f64>> {
        (1usize..24, 0..3i32, 1usize..24).prop_flat_map(|(n, power, rank)| {
            prop::collection::vec(-3.0..3.0f64, n * rank).prop_map(move |cells| {
                // Of less than full rank as well: eigenvalues that are the same are the hard ones.
                let raw = Array2::from_shape_vec((n, rank), cells).unwrap();
                raw.dot(&raw.t()) * 10f64.powi(40 * (power - 1))
            })
        })
    }

    proptest! {
        #[test]
        fn vectors_and_values_rebuild_the_matrix(a in symmetric()) {
            let eigen = symmetric_eigen(a.view());
            let size = a.iter().fold(0.0, |size: f64, x| size.max(x.abs()));
            let back = eigen.vectors.dot(&Array2::from_diag(&eigen.values)).dot(&eigen.vectors.t());
            prop_assert!((&back - &a).iter().all(|d| d.abs() <= 1e-12 * size));
            prop_assert!(eigen.values.windows(2).into_iter().all(|w| w[0] >= w[1]));
            let products = eigen.vectors.t().dot(&eigen.vectors) - Array2::<f64>::eye(a.nrows());
            prop_assert!(products.iter().all(|d| d.abs() <= 1e-13 * a.nrows() as f64));
        }
    }
}
