//! The M-step: sums over rows that can be merged, and the small ridge system of each indicator they lead to.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView1};

use super::coarse::Blur;
use super::fitted::FactorMixture;
use super::kernel::{TilePosterior, packed};
use super::tile::{LANES, TILE, Tile};
use crate::dense::Cholesky;

/// Sums over rows that hold everything an M-step needs. Merging is exact addition in the order of the tiles.
#[derive(Clone, Debug)]
pub(super) struct Moments {
    /// `(j, K + K·q + q(q+1)/2)` over rows that observed j: `Σ w r_k`, `Σ w r_k m_k`, `Σ w E[u uᵀ]` packed.
    second: Array2<f64>,
    /// `(j, K + q)` over rows that observed j: `Σ w r_k v`, `Σ w v E[u]`.
    cross: Array2<f64>,
    /// The first part of `second` over all rows: `(K + K·q + q(q+1)/2,)`.
    all: Array1<f64>,
    /// `Σ w log p(v)`.
    pub(super) log_likelihood: f64,
    /// `Σ w`.
    pub(super) weight: f64,
}

/// Room for the products of one tile.
pub(super) struct Workspace {
    pub(super) posterior: TilePosterior,
    second: Array2<f32>,
    cross: Array2<f32>,
    second_sum: Array2<f32>,
    cross_sum: Array2<f32>,
}

impl Workspace {
    pub(super) fn new(k: usize, q: usize, j: usize) -> Self {
        let width = k + k * q + packed(q, 0);
        Self {
            posterior: TilePosterior::new(k, q),
            second: Array2::zeros((width, TILE)),
            cross: Array2::zeros((k + q, TILE)),
            second_sum: Array2::zeros((j, width)),
            cross_sum: Array2::zeros((j, k + q)),
        }
    }
}

impl Moments {
    /// Sums of one tile whose posterior stands in `work`.
    pub(super) fn of_tile(tile: &Tile, k: usize, q: usize, work: &mut Workspace) -> Self {
        fill_products(tile, k, q, work);
        general_mat_mul(1.0, &tile.present, &work.second.t(), 0.0, &mut work.second_sum);
        general_mat_mul(1.0, &tile.values, &work.cross.t(), 0.0, &mut work.cross_sum);
        let weights = &tile.weights;
        let log_likelihood = work.posterior.log_likelihood.iter().zip(weights).take(tile.rows);
        Self {
            second: work.second_sum.mapv(f64::from),
            cross: work.cross_sum.mapv(f64::from),
            all: work.second.rows().into_iter().map(lane_sum).collect(),
            log_likelihood: log_likelihood.map(|(l, w)| f64::from(*l) * f64::from(*w)).sum(),
            weight: weights.iter().map(|w| f64::from(*w)).sum(),
        }
    }

    /// Adds the sums of the next tile.
    pub(super) fn merge(mut self, other: &Self) -> Self {
        self.second += &other.second;
        self.cross += &other.cross;
        self.all += &other.all;
        self.log_likelihood += other.log_likelihood;
        self.weight += other.weight;
        self
    }

    /// `Σ w log p(v)` under `model`, the one the sums were made with, with the part of answers on few steps.
    pub(super) fn log_likelihood_of(&self, model: &FactorMixture, blur: &Blur) -> f64 {
        let k = model.n_classes();
        let answered = |c: usize| self.second.row(c).iter().take(k).sum::<f64>();
        let coarse = |c: usize| answered(c) * blur.of_answer(c, model.uniqueness[c]);
        self.log_likelihood + (0..model.n_indicators()).map(coarse).sum::<f64>()
    }

    /// Updates class weights, and of the indicators that `free` marks also means, loadings and uniqueness; `squares`
    /// are those of [`squares`].
    pub(super) fn update(&self, model: &mut FactorMixture, rule: &MStep, squares: &Array1<f64>) {
        let k = model.n_classes();
        if rule.update_classes {
            let total: f64 = self.all.iter().take(k).sum::<f64>() + k as f64 * rule.class_pull;
            for class in 0..k {
                model.class_weights[class] = (self.all[class] + rule.class_pull) / total;
            }
        }
        for c in 0..model.n_indicators() {
            if rule.free[c] {
                self.update_indicator(model, c, rule, squares[c]);
            }
        }
    }

    /// Solves the ridge system of indicator `c` for `(μ_1c … μ_Kc, λ_c)`.
    fn update_indicator(&self, model: &mut FactorMixture, c: usize, rule: &MStep, square: f64) {
        let (k, q) = (model.n_classes(), model.n_factors());
        let sums = self.second.row(c);
        let weight: f64 = sums.iter().take(k).sum();
        let good = weight > 0.0;
        if !good {
            return;
        }
        let loads: Vec<usize> = (0..q).filter(|a| rule.loads[(c, *a)]).collect();
        let size = k + loads.len();
        let overall = self.cross.row(c).iter().take(k).sum::<f64>() / weight;
        let mut system = Array2::zeros((size, size));
        let mut rhs = vec![0.0; size];
        for class in 0..k {
            system[(class, class)] = sums[class] + rule.mean_pull;
            rhs[class] = self.cross[(c, class)] + rule.mean_pull * overall;
            for (at, a) in loads.iter().enumerate() {
                system[(k + at, class)] = sums[k + class * q + a];
            }
        }
        for (at, a) in loads.iter().enumerate() {
            for (bt, b) in loads.iter().enumerate().take(at + 1) {
                system[(k + at, k + bt)] = sums[k + k * q + packed(*a, *b)];
            }
            system[(k + at, k + at)] += rule.loading_pull;
            rhs[k + at] = self.cross[(c, k + a)];
        }
        // An indicator whose system has no solution stays as it is for this step.
        let Some(factor) = Cholesky::try_new(system.view()) else { return };
        // `rhs` is about to be overwritten, and ψ needs the sums without the pulls.
        let data_rhs: Vec<f64> =
            (0..size).map(|i| if i < k { self.cross[(c, i)] } else { self.cross[(c, k + loads[i - k])] }).collect();
        factor.solve(&mut rhs);
        // ψ = mean squared residual under the posterior: Σwv² − 2θ·b + θᵀAθ with A, b free of the pulls.
        let mut explained = 0.0;
        for i in 0..size {
            explained += 2.0 * rhs[i] * data_rhs[i];
            for j in 0..size {
                let (hi, lo) = if i >= j { (i, j) } else { (j, i) };
                let mut a = system[(hi, lo)];
                if i == j {
                    a -= if i < k { rule.mean_pull } else { rule.loading_pull };
                }
                explained -= rhs[i] * rhs[j] * a;
            }
        }
        model.means.column_mut(c).iter_mut().zip(&rhs).for_each(|(to, from)| *to = *from);
        model.loadings.row_mut(c).fill(0.0);
        for (at, a) in loads.iter().enumerate() {
            model.loadings[(c, *a)] = rhs[k + at];
        }
        // What an answer on few steps leaves open is the indicator's own.
        let psi = (square - explained) / weight + rule.blur.variance[c];
        model.uniqueness[c] = if psi.is_finite() { psi.max(rule.psi_floor[c]) } else { rule.psi_floor[c] };
    }

    /// Brings the factors back to mean 0 and covariance I within classes, absorbing the change in means and loadings:
    /// the likelihood stays, the next steps are longer.
    ///
    /// Source: parameter-expanded EM, Liu, Rubin and Wu (1998), Biometrika 85.
    pub(super) fn expand(&self, model: &mut FactorMixture) {
        let (k, q) = (model.n_classes(), model.n_factors());
        if q == 0 {
            return;
        }
        let mut shift = Array2::<f64>::zeros((k, q));
        let mut total = 0.0;
        for class in 0..k {
            let weight = self.all[class];
            total += weight;
            let good = weight > 1.0;
            if good {
                for a in 0..q {
                    shift[(class, a)] = self.all[k + class * q + a] / weight;
                }
            }
        }
        // The factors' covariance within classes; its root goes into the loadings, so ΛΛᵀ keeps what it stands for.
        let mut within = Array2::<f64>::zeros((q, q));
        for a in 0..q {
            for b in 0..=a {
                let mut sum = self.all[k + k * q + packed(a, b)];
                for class in 0..k {
                    sum -= self.all[class] * shift[(class, a)] * shift[(class, b)];
                }
                within[(a, b)] = sum / total;
                within[(b, a)] = within[(a, b)];
            }
        }
        let Some(root) = Cholesky::try_new(within.view()) else { return };
        // Means first: the shift is in units of the old loadings.
        model.means += &shift.dot(&model.loadings.t());
        model.loadings = model.loadings.dot(&root.lower());
    }
}

/// What an M-step may change, and how strongly it is pulled toward plain values.
#[derive(Clone, Debug)]
pub(super) struct MStep {
    /// Per indicator: whether its parameters are updated.
    pub(super) free: Vec<bool>,
    /// `(j, q)`: which loadings may differ from 0.
    pub(super) loads: Array2<bool>,
    /// Whether class weights are updated.
    pub(super) update_classes: bool,
    /// Observations' worth of pull of class means to the overall mean.
    pub(super) mean_pull: f64,
    /// Ridge on loadings, in observations of a standard factor.
    pub(super) loading_pull: f64,
    /// Customers' worth of pull of class weights to equal shares.
    pub(super) class_pull: f64,
    /// Per indicator: smallest uniqueness.
    pub(super) psi_floor: Vec<f64>,
    /// Per indicator: what few steps leave open.
    pub(super) blur: Blur,
}

/// Sum of a tile's row in eight running sums, which the compiler can keep in one register.
fn lane_sum(row: ArrayView1<'_, f32>) -> f64 {
    let mut sums = [0.0f32; LANES];
    let cells = row.to_slice().expect("tile rows are contiguous");
    for lane in cells.chunks_exact(LANES) {
        sums.iter_mut().zip(lane).for_each(|(sum, x)| *sum += x);
    }
    sums.iter().map(|sum| f64::from(*sum)).sum()
}

/// `(j,)`: `Σ w v²` over all tiles; the one sum that no iteration changes.
pub(super) fn squares(tiles: &[Tile]) -> Array1<f64> {
    let j = tiles.first().map_or(0, |tile| tile.values.nrows());
    let mut sums = Array1::<f64>::zeros(j);
    for tile in tiles {
        for (sum, row) in sums.iter_mut().zip(tile.values.rows()) {
            let products: Array1<f32> = row.iter().zip(&tile.weights).map(|(v, w)| w * v * v).collect();
            *sum += lane_sum(products.view());
        }
    }
    sums
}

/// `w r_k`, `w r_k m_k`, `w E[u uᵀ]` and `w E[u]` of each row, indicator-major like the tile.
fn fill_products(tile: &Tile, k: usize, q: usize, work: &mut Workspace) {
    let Workspace { posterior, second, cross, .. } = work;
    let weights = tile.weights.as_slice().expect("weights are contiguous");
    let classes = posterior.classes.as_slice().expect("tile arrays are contiguous");
    let factors = posterior.factors.as_slice().expect("tile arrays are contiguous");
    let covariance = posterior.covariance.as_slice().expect("tile arrays are contiguous");
    let second = second.as_slice_mut().expect("tile arrays are contiguous");
    let (linear, outer) = second.split_at_mut((k + k * q) * TILE);
    let (by_class, scaled) = linear.split_at_mut(k * TILE);
    let cross = cross.as_slice_mut().expect("tile arrays are contiguous");
    let (cross_classes, cross_factors) = cross.split_at_mut(k * TILE);

    for (to, given) in by_class.chunks_exact_mut(TILE).zip(classes.chunks_exact(TILE)) {
        each(to, |r| given[r] * weights[r]);
    }
    cross_classes.copy_from_slice(by_class);
    for (to, given) in outer.chunks_exact_mut(TILE).zip(covariance.chunks_exact(TILE)) {
        each(to, |r| given[r] * weights[r]);
    }
    cross_factors.fill(0.0);
    for class in 0..k {
        let weighted = &by_class[class * TILE..(class + 1) * TILE];
        let own = class * q * TILE..(class + 1) * q * TILE;
        let (means, scaled) = (&factors[own.clone()], &mut scaled[own]);
        for a in 0..q {
            let (mean, to) = (&means[a * TILE..(a + 1) * TILE], &mut scaled[a * TILE..(a + 1) * TILE]);
            each(to, |r| weighted[r] * mean[r]);
            let sum = &mut cross_factors[a * TILE..(a + 1) * TILE];
            sum.iter_mut().zip(to.iter()).for_each(|(sum, x)| *sum += x);
            for b in 0..=a {
                let other = &means[b * TILE..(b + 1) * TILE];
                let at = packed(a, b) * TILE;
                let sum = &mut outer[at..at + TILE];
                sum.iter_mut().zip(to.iter().zip(other)).for_each(|(sum, (x, y))| *sum += x * y);
            }
        }
    }
}

/// Sets each cell of a tile's row to `f(place)`.
#[inline]
fn each(cells: &mut [f32], f: impl Fn(usize) -> f32) {
    for (r, cell) in cells.iter_mut().enumerate().take(TILE) {
        *cell = f(r);
    }
}
