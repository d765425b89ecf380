//! The E-step, for a tile of rows at a time: the same code fits a model and types every customer of the base.
//!
//! With observed set `O` of a row (Woodbury, so only q × q algebra):
//!
//! ```text
//! P   = I_q + Λ_Oᵀ Ψ_O⁻¹ Λ_O
//! m_k = P⁻¹ Λ_Oᵀ Ψ_O⁻¹ (v_O − μ_kO)
//! log p(v_O | k) = −½ [ Σ_O log 2πψ + log|P| + (v_O−μ_kO)ᵀ Ψ_O⁻¹ (v_O−μ_kO) − (v_O−μ_kO)ᵀ Ψ_O⁻¹ Λ_O m_k ]
//! ```
//!
//! Every sum over `O` is linear in the row's presence mask or in its masked values, so a tile needs two matrix
//! products with tables made once per parameter set; what is left per row runs in lanes of [`LANES`] rows. Each
//! row's result depends on that row alone, not on its neighbors or its place in the tile.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView2, s};

use super::fitted::FactorMixture;
use super::softmax::normalize;
use super::tile::{LANES, TILE, Tile};

/// Most common factors a model may have.
pub const MAX_FACTORS: usize = 16;

/// Entries of a packed lower triangle of [`MAX_FACTORS`] rows.
const MAX_TRIANGLE: usize = MAX_FACTORS * (MAX_FACTORS + 1) / 2;

/// Pivots multiplied before a logarithm is taken: few enough that the product stays far from overflow.
const PIVOTS_PER_LOG: usize = 4;

type TileLane = [f32; LANES];

/// Place of `(i, j)`, `j <= i`, in a packed lower triangle.
pub(super) const fn packed(i: usize, j: usize) -> usize {
    i * (i + 1) / 2 + j
}

/// A [`FactorMixture`] made ready for the E-step: the tables of its two matrix products.
#[derive(Clone, Debug)]
pub struct Kernel {
    classes: usize,
    factors: usize,
    /// Rows: packed `λ_a λ_b / ψ`, then `μ_k λ_a / ψ` (class by class), `μ_k² / ψ`, and `log 2πψ`.
    mask_table: Array2<f32>,
    /// Rows: `λ_a / ψ`, then `μ_k / ψ`.
    value_table: Array2<f32>,
    inverse_psi: Vec<f32>,
    log_class: Vec<f32>,
}

/// What [`Kernel::posterior`] finds out about the rows of a tile; column `r` of each array is row `r`.
#[derive(Clone, Debug)]
pub struct TilePosterior {
    /// Products of the mask table; its rows `q(q+1)/2 ..` are `Λ_Oᵀ Ψ_O⁻¹ μ_kO`, class by class.
    projections: Array2<f32>,
    value_products: Array2<f32>,
    /// `(K, TILE)`: log densities of each class up to a part common to all classes.
    pub scores: Array2<f32>,
    /// `(K, TILE)`: class probabilities, 0–1, sum 1 over the classes of a row.
    pub classes: Array2<f32>,
    /// `(K·q, TILE)`: factor means in each class, class by class.
    pub factors: Array2<f32>,
    /// `(q(q+1)/2, TILE)`: packed lower triangle of `P⁻¹`, the factors' covariance.
    pub covariance: Array2<f32>,
    /// What all classes' log densities have in common, and after [`Kernel::posterior`] the log likelihood of each row
    /// (with given classes their expected log density).
    pub log_likelihood: Array1<f32>,
}

impl TilePosterior {
    /// Room for the results of one tile under models of `classes` classes and `factors` factors; all 0.
    #[must_use]
    pub fn new(classes: usize, factors: usize) -> Self {
        let triangle = packed(factors, 0);
        Self {
            projections: Array2::zeros((triangle + classes * factors + classes + 1, TILE)),
            value_products: Array2::zeros((factors + classes, TILE)),
            scores: Array2::zeros((classes, TILE)),
            classes: Array2::zeros((classes, TILE)),
            factors: Array2::zeros((classes * factors, TILE)),
            covariance: Array2::zeros((triangle, TILE)),
            log_likelihood: Array1::zeros(TILE),
        }
    }

    /// Factor `a` of `Λ_Oᵀ Ψ_O⁻¹ μ_kO` for the row at `row`: what the reasons are made of.
    ///
    /// # Examples
    /// By hand, one indicator with λ = 2, ψ = 4 and μ = 3: 2·3/4 = 1.5.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::mixture::{FactorMixture, Kernel, Tile, TilePosterior};
    /// use valueseg_stats::observed::Observed;
    ///
    /// let (class_weights, means, loadings) = (array![1.0], array![[3.0]], array![[2.0]]);
    /// let kernel = Kernel::new(&FactorMixture { class_weights, means, loadings, uniqueness: array![4.0] });
    /// let mut out = TilePosterior::new(1, 1);
    /// kernel.evidence(&Tile::of_rows(&Observed::complete(array![[7.0]])?, 0), &mut out);
    /// assert_eq!(out.projected_mean(0, 0, 1, 0), 1.5);
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    #[must_use]
    pub fn projected_mean(&self, class: usize, a: usize, factors: usize, row: usize) -> f32 {
        self.projections[(packed(factors, 0) + class * factors + a, row)]
    }
}

impl Kernel {
    /// Makes the tables of `model`, which has at most [`MAX_FACTORS`] factors.
    #[must_use]
    pub fn new(model: &FactorMixture) -> Self {
        let (classes, j, factors) = (model.n_classes(), model.n_indicators(), model.n_factors());
        let triangle = packed(factors, 0);
        let mut mask_table = Array2::zeros((triangle + classes * factors + classes + 1, j));
        let mut value_table = Array2::zeros((factors + classes, j));
        for c in 0..j {
            let psi = model.uniqueness[c];
            for a in 0..factors {
                let scaled = model.loadings[(c, a)] / psi;
                value_table[(a, c)] = scaled as f32;
                for b in 0..=a {
                    mask_table[(packed(a, b), c)] = (scaled * model.loadings[(c, b)]) as f32;
                }
                for k in 0..classes {
                    mask_table[(triangle + k * factors + a, c)] = (scaled * model.means[(k, c)]) as f32;
                }
            }
            for k in 0..classes {
                let mean = model.means[(k, c)];
                value_table[(factors + k, c)] = (mean / psi) as f32;
                mask_table[(triangle + classes * factors + k, c)] = (mean * mean / psi) as f32;
            }
            mask_table[(triangle + classes * factors + classes, c)] = (std::f64::consts::TAU * psi).ln() as f32;
        }
        Self {
            classes,
            factors,
            mask_table,
            value_table,
            inverse_psi: model.uniqueness.iter().map(|p| (1.0 / p) as f32).collect(),
            log_class: model.class_weights.iter().map(|w| w.max(f64::MIN_POSITIVE).ln() as f32).collect(),
        }
    }

    /// `(K)`: logarithms of the class weights, `ln π_k`.
    ///
    /// # Examples
    /// By hand: ln ¼ = −1.386294.
    ///
    /// ```
    /// use ndarray::{Array2, array};
    /// use valueseg_stats::mixture::{FactorMixture, Kernel};
    ///
    /// let (class_weights, means, loadings) = (array![0.25, 0.75], array![[0.0], [3.0]], Array2::zeros((1, 0)));
    /// let kernel = Kernel::new(&FactorMixture { class_weights, means, loadings, uniqueness: array![1.0] });
    /// assert!((kernel.log_class()[0] + 1.386_294).abs() < 1e-6);
    /// ```
    #[must_use]
    pub fn log_class(&self) -> &[f32] {
        &self.log_class
    }

    /// Fills `out` for the rows of `tile`. With `given` (`(K, TILE)`), class probabilities are taken from there and
    /// only the factors are worked out.
    ///
    /// # Examples
    /// By hand, one indicator with λ = 2, ψ = 4, μ = 3 and the value 7: P = 1 + 2²/4 = 2, so the factor has mean (2·(7
    /// − 3)/4)/2 = 1 and variance 1/2; `norm.logpdf(7, 3, sqrt(8))` of scipy 1.17.1 is −2.95865930.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::mixture::{FactorMixture, Kernel, Tile, TilePosterior};
    /// use valueseg_stats::observed::Observed;
    ///
    /// let (class_weights, means, loadings) = (array![1.0], array![[3.0]], array![[2.0]]);
    /// let kernel = Kernel::new(&FactorMixture { class_weights, means, loadings, uniqueness: array![4.0] });
    /// let mut out = TilePosterior::new(1, 1);
    /// kernel.posterior(&Tile::of_rows(&Observed::complete(array![[7.0]])?, 0), None, &mut out);
    /// assert!((out.factors[(0, 0)] - 1.0).abs() < 1e-6 && (out.covariance[(0, 0)] - 0.5).abs() < 1e-6);
    /// assert!((out.log_likelihood[0] + 2.958_659_3).abs() < 1e-5);
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    pub fn posterior(&self, tile: &Tile, given: Option<ArrayView2<'_, f32>>, out: &mut TilePosterior) {
        self.evidence(tile, out);
        for (mut scores, prior) in out.scores.rows_mut().into_iter().zip(&self.log_class) {
            scores += *prior;
        }
        match given {
            None => normalize(&out.scores, &mut out.classes, &mut out.log_likelihood),
            Some(given) => {
                out.classes.assign(&given);
                for (scores, given) in out.scores.rows().into_iter().zip(given.rows()) {
                    for ((sum, s), g) in out.log_likelihood.iter_mut().zip(scores).zip(given) {
                        *sum += s * g;
                    }
                }
            }
        }
    }

    /// Everything but the class probabilities: factors, their covariance, and the classes' log densities without the
    /// class weights. Rows after the last, up to the next whole lane, hold finite numbers of no meaning.
    ///
    /// # Examples
    /// By hand, one indicator, no factor, ψ = 1, means 0 and 3, value 1: −½·(1 − 0)² and −½·(1 − 3)² are 1.5 apart.
    ///
    /// ```
    /// use ndarray::{Array2, array};
    /// use valueseg_stats::mixture::{FactorMixture, Kernel, Tile, TilePosterior};
    /// use valueseg_stats::observed::Observed;
    ///
    /// let (class_weights, means, loadings) = (array![0.5, 0.5], array![[0.0], [3.0]], Array2::zeros((1, 0)));
    /// let kernel = Kernel::new(&FactorMixture { class_weights, means, loadings, uniqueness: array![1.0] });
    /// let mut out = TilePosterior::new(2, 0);
    /// kernel.evidence(&Tile::of_rows(&Observed::complete(array![[1.0]])?, 0), &mut out);
    /// assert!((out.scores[(0, 0)] - out.scores[(1, 0)] - 1.5).abs() < 1e-6);
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    pub fn evidence(&self, tile: &Tile, out: &mut TilePosterior) {
        let used = tile.rows.next_multiple_of(LANES);
        let window = s![.., ..used];
        let (present, values) = (tile.present.slice(window), tile.values.slice(window));
        // All rows at once: what depends on which cells are present, and what depends on their values.
        general_mat_mul(1.0, &self.mask_table, &present, 0.0, &mut out.projections.slice_mut(window));
        general_mat_mul(1.0, &self.value_table, &values, 0.0, &mut out.value_products.slice_mut(window));
        out.log_likelihood.fill(0.0);
        for (row, inverse) in values.rows().into_iter().zip(&self.inverse_psi) {
            for (sum, v) in out.log_likelihood.iter_mut().zip(row) {
                *sum += v * v * inverse;
            }
        }
        for at in (0..used).step_by(LANES) {
            self.lanes(at, out);
        }
    }

    /// Solves the q × q systems of [`LANES`] rows from row `at` on.
    fn lanes(&self, at: usize, out: &mut TilePosterior) {
        let (k, q) = (self.classes, self.factors);
        let triangle = packed(q, 0);
        let mut inverse = [[0.0; LANES]; MAX_TRIANGLE];
        for (i, entry) in inverse.iter_mut().enumerate().take(triangle) {
            *entry = load(&out.projections, i, at);
        }
        let log_determinant = invert(&mut inverse, q);
        for (i, entry) in inverse.iter().enumerate().take(triangle) {
            store(&mut out.covariance, i, at, entry);
        }
        let mut evidence = [[0.0; LANES]; MAX_FACTORS];
        for (a, entry) in evidence.iter_mut().enumerate().take(q) {
            *entry = load(&out.value_products, a, at);
        }
        for class in 0..k {
            let mut difference = evidence;
            for (a, entry) in difference.iter_mut().enumerate().take(q) {
                let mean = load(&out.projections, triangle + class * q + a, at);
                each(entry, |l, x| x - mean[l]);
            }
            // −½ of (v−μ)ᵀΨ⁻¹(v−μ) less its part along the factors. Σ v²/ψ is the same for all classes and comes in at
            // the end.
            let mut score = load(&out.projections, triangle + k * q + class, at);
            let cross = load(&out.value_products, q + class, at);
            each(&mut score, |l, x| x - 2.0 * cross[l]);
            for a in 0..q {
                let mut mean = [0.0; LANES];
                for (b, d) in difference.iter().enumerate().take(q) {
                    let p = &inverse[if b <= a { packed(a, b) } else { packed(b, a) }];
                    each(&mut mean, |l, x| x + p[l] * d[l]);
                }
                each(&mut score, |l, x| x - difference[a][l] * mean[l]);
                store(&mut out.factors, class * q + a, at, &mean);
            }
            each(&mut score, |_, x| -0.5 * x);
            store(&mut out.scores, class, at, &score);
        }
        let log_psi = load(&out.projections, triangle + k * q + k, at);
        for l in 0..LANES {
            let sum = out.log_likelihood[at + l] + log_psi[l] + log_determinant[l];
            out.log_likelihood[at + l] = -0.5 * sum;
        }
    }
}

/// Applies `f(lane, value)` to each lane.
#[inline]
fn each(lane: &mut TileLane, f: impl Fn(usize, f32) -> f32) {
    for (l, x) in lane.iter_mut().enumerate() {
        *x = f(l, *x);
    }
}

#[inline]
fn load(from: &Array2<f32>, row: usize, at: usize) -> TileLane {
    let cells = from.as_slice().expect("tile arrays are contiguous");
    let start = row * TILE + at;
    cells[start..start + LANES].try_into().expect("a lane has LANES cells")
}

#[inline]
fn store(to: &mut Array2<f32>, row: usize, at: usize, lane: &TileLane) {
    let cells = to.as_slice_mut().expect("tile arrays are contiguous");
    let start = row * TILE + at;
    cells[start..start + LANES].copy_from_slice(lane);
}

/// Turns the packed lower triangle `M` into that of `(I + M)⁻¹` and returns `ln |I + M|`.
fn invert(matrix: &mut [TileLane; MAX_TRIANGLE], q: usize) -> TileLane {
    let mut log_determinant = [0.0; LANES];
    let mut product = [1.0; LANES];
    let mut inverse_diagonal = [[0.0; LANES]; MAX_FACTORS];
    for i in 0..q {
        for j in 0..=i {
            let mut sum = matrix[packed(i, j)];
            if i == j {
                each(&mut sum, |_, x| x + 1.0);
            }
            for t in 0..j {
                let (a, b) = (matrix[packed(i, t)], matrix[packed(j, t)]);
                each(&mut sum, |l, x| x - a[l] * b[l]);
            }
            if i == j {
                // INVARIANT: I + ΛᵀΨ⁻¹Λ has eigenvalues >= 1, so its pivots do; rounding may take a hair off.
                each(&mut sum, |_, x| x.max(0.5));
                each(&mut product, |l, x| x * sum[l]);
                if i % PIVOTS_PER_LOG == PIVOTS_PER_LOG - 1 || i == q - 1 {
                    each(&mut log_determinant, |l, x| x + product[l].ln());
                    product = [1.0; LANES];
                }
                each(&mut inverse_diagonal[i], |l, _| 1.0 / sum[l].sqrt());
            } else {
                let d = inverse_diagonal[j];
                each(&mut sum, |l, x| x * d[l]);
            }
            matrix[packed(i, j)] = sum;
        }
    }
    // L⁻¹, column by column, in place of L.
    for j in 0..q {
        matrix[packed(j, j)] = inverse_diagonal[j];
        for i in j + 1..q {
            let mut sum = [0.0; LANES];
            for t in j..i {
                let (a, b) = (matrix[packed(i, t)], matrix[packed(t, j)]);
                each(&mut sum, |l, x| x - a[l] * b[l]);
            }
            let d = inverse_diagonal[i];
            each(&mut sum, |l, x| x * d[l]);
            matrix[packed(i, j)] = sum;
        }
    }
    // (L⁻¹)ᵀ·L⁻¹: entry (i, j) needs rows >= i only, so it can be written from the top.
    for i in 0..q {
        for j in 0..=i {
            let mut sum = [0.0; LANES];
            for t in i..q {
                let (a, b) = (matrix[packed(t, i)], matrix[packed(t, j)]);
                each(&mut sum, |l, x| x + a[l] * b[l]);
            }
            matrix[packed(i, j)] = sum;
        }
    }
    log_determinant
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    /// Two classes, one factor, three indicators.
    fn model() -> FactorMixture {
        FactorMixture {
            class_weights: array![0.25, 0.75],
            means: array![[1.0, 0.0, -1.0], [-0.5, 0.5, 0.0]],
            loadings: array![[0.8], [0.5], [-0.3]],
            uniqueness: array![0.5, 0.7, 0.9],
        }
    }

    /// Density of a normal vector with the model's covariance over the observed cells, by plain determinants.
    fn density(model: &FactorMixture, class: usize, cells: &[(usize, f64)]) -> f64 {
        let n = cells.len();
        let covariance = Array2::from_shape_fn((n, n), |(a, b)| {
            let (i, j) = (cells[a].0, cells[b].0);
            let own = if i == j { model.uniqueness[i] } else { 0.0 };
            model.loadings[(i, 0)] * model.loadings[(j, 0)] + own
        });
        let factor = crate::dense::Cholesky::try_new(covariance.view()).unwrap();
        let mut white: Vec<f64> = cells.iter().map(|(c, v)| v - model.means[(class, *c)]).collect();
        factor.forward(&mut white);
        let square: f64 = white.iter().map(|x| x * x).sum();
        -0.5 * (square + factor.log_determinant() + n as f64 * std::f64::consts::TAU.ln())
    }

    #[test]
    fn probabilities_and_likelihood_are_those_of_the_written_out_normal_density() {
        let model = model();
        let rows = [vec![(0, 1.2), (1, 0.3), (2, -0.4)], vec![(1, -0.7)], vec![], vec![(0, -1.0), (2, 2.0)]];
        let mut tile = Tile::empty(3);
        tile.rows = rows.len();
        for (r, cells) in rows.iter().enumerate() {
            tile.weights[r] = 1.0;
            for (c, v) in cells {
                tile.present[(*c, r)] = 1.0;
                tile.values[(*c, r)] = *v as f32;
            }
        }
        let mut out = TilePosterior::new(2, 1);
        Kernel::new(&model).posterior(&tile, None, &mut out);
        for (r, cells) in rows.iter().enumerate() {
            let joint: Vec<f64> = (0..2).map(|k| model.class_weights[k].ln() + density(&model, k, cells)).collect();
            let total = joint.iter().map(|j| j.exp()).sum::<f64>();
            assert!((f64::from(out.log_likelihood[r]) - total.ln()).abs() < 1e-5, "row {r}");
            for k in 0..2 {
                let expected = joint[k].exp() / total;
                assert!((f64::from(out.classes[(k, r)]) - expected).abs() < 1e-5, "row {r} class {k}");
            }
        }
    }

    #[test]
    fn a_row_is_judged_alike_wherever_it_stands() {
        let model = model();
        let mut tile = Tile::empty(3);
        tile.rows = TILE;
        for r in 0..TILE {
            for c in 0..3 {
                tile.present[(c, r)] = f32::from((r + c) % 3 != 0);
                tile.values[(c, r)] = tile.present[(c, r)] * ((r * 7 + c * 5) % 13) as f32 / 6.0;
            }
        }
        let mut whole = TilePosterior::new(2, 1);
        Kernel::new(&model).posterior(&tile, None, &mut whole);
        for r in [0, 5, 100, 255] {
            let mut alone = Tile::empty(3);
            alone.rows = 1;
            alone.present.column_mut(0).assign(&tile.present.column(r));
            alone.values.column_mut(0).assign(&tile.values.column(r));
            let mut out = TilePosterior::new(2, 1);
            Kernel::new(&model).posterior(&alone, None, &mut out);
            for k in 0..2 {
                assert_eq!(out.classes[(k, 0)].to_bits(), whole.classes[(k, r)].to_bits());
            }
        }
    }
}
