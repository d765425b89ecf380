//! The EM loop, free or with classes given.

use ndarray::{Array2, ArrayView2, s};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::coarse::Blur;
use super::fitted::FactorMixture;
use super::kernel::Kernel;
use super::moments::{MStep, Moments, Workspace, squares};
use super::tile::{TILE, Tile};
use crate::observed::Observed;

/// How a run of EM ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EmTermination {
    /// The gain in mean log likelihood fell below the tolerance.
    Converged,
    /// The most iterations allowed were made; what was reached is used.
    IterationLimit,
}

/// When to stop.
#[derive(Clone, Copy, Debug)]
pub(super) struct EmLimits {
    /// Most iterations.
    pub(super) iterations: usize,
    /// Gain in mean log likelihood per unit of weight under which it is converged.
    pub(super) tolerance: f64,
}

/// Where a run of EM ended.
#[derive(Clone, Debug)]
pub(super) struct EmRun {
    pub(super) model: FactorMixture,
    /// Mean log likelihood per unit of weight at the parameters before the last step.
    pub(super) mean_log_likelihood: f64,
    pub(super) iterations: usize,
    pub(super) termination: EmTermination,
}

/// Cuts a table into tiles.
pub(super) fn tiles_of(data: &Observed) -> Vec<Tile> {
    let starts: Vec<usize> = (0..data.n_rows()).step_by(TILE).collect();
    starts.into_par_iter().map(|start| Tile::of_rows(data, start)).collect()
}

/// Class probabilities `(n, K)` cut into `(K, TILE)` pieces that fit the tiles.
pub(super) fn given_tiles(given: ArrayView2<'_, f64>) -> Vec<Array2<f32>> {
    (0..given.nrows())
        .step_by(TILE)
        .map(|start| {
            let rows = TILE.min(given.nrows() - start);
            let mut piece = Array2::zeros((given.ncols(), TILE));
            for r in 0..rows {
                piece.column_mut(r).assign(&given.slice(s![start + r, ..]).mapv(|p| p as f32));
            }
            piece
        })
        .collect()
}

/// One pass: the sums of all tiles under `model`.
pub(super) fn pass(tiles: &[Tile], given: Option<&[Array2<f32>]>, model: &FactorMixture) -> Option<Moments> {
    let kernel = Kernel::new(model);
    let (k, q, j) = (model.n_classes(), model.n_factors(), model.n_indicators());
    let parts: Vec<Moments> = tiles
        .par_iter()
        .enumerate()
        .map_init(
            || Workspace::new(k, q, j),
            |work, (at, tile)| {
                kernel.posterior(tile, given.map(|g| g[at].view()), &mut work.posterior);
                Moments::of_tile(tile, k, q, work)
            },
        )
        .collect();
    let mut parts = parts.into_iter();
    let first = parts.next()?;
    // INVARIANT: tiles are added in their order, whichever thread made them: the same bits on any number of threads.
    Some(parts.fold(first, |sum, part| sum.merge(&part)))
}

/// Iterates from `model` until the gain is small or the limit is reached.
pub(super) fn run(
    tiles: &[Tile],
    given: Option<&[Array2<f32>]>,
    mut model: FactorMixture,
    rule: &MStep,
    limits: EmLimits,
) -> EmRun {
    let all_free = rule.free.iter().all(|f| *f) && rule.loads.iter().all(|l| *l);
    let squares = squares(tiles);
    let mut last = f64::NEG_INFINITY;
    for iteration in 1..=limits.iterations {
        let Some(moments) = pass(tiles, given, &model) else { break };
        let mean = moments.log_likelihood_of(&model, &rule.blur) / moments.weight;
        let gain = mean - last;
        last = mean;
        moments.update(&mut model, rule, &squares);
        // Expansion rescales all loadings and shifts all means: only where all of them may change.
        if all_free {
            moments.expand(&mut model);
        }
        // The first pass has no gain to speak of. Afterwards the sign does not matter: pulls and floors may lower the
        // likelihood by a little at rest.
        if iteration > 1 && gain.abs() < limits.tolerance {
            let termination = EmTermination::Converged;
            return EmRun { model, mean_log_likelihood: mean, iterations: iteration, termination };
        }
    }
    let (iterations, termination) = (limits.iterations, EmTermination::IterationLimit);
    EmRun { model, mean_log_likelihood: last, iterations, termination }
}

/// What to learn while the classes stay as they are.
#[derive(Clone, Debug)]
pub struct Attach {
    /// Per indicator: learn its means, loadings and uniqueness (else they stay).
    pub free: Vec<bool>,
    /// `(j, q)`: loadings that may differ from 0.
    pub loads: Array2<bool>,
    /// Observations' worth of pull of class means to the overall mean.
    pub mean_pull: f64,
    /// Ridge on loadings, in observations of a factor of variance 1.
    pub loading_pull: f64,
    /// Per indicator: smallest uniqueness, > 0, in squared units of the indicator.
    pub psi_floor: Vec<f64>,
    /// Most iterations, at least 1; the loop stops earlier when the gain per row is below 1e-4.
    pub iterations: usize,
}

/// The supervised step: with class probabilities `given` (`(n, K)`) held fixed, learns the indicators that
/// `what.free` marks, starting from `model`. Class weights stay.
///
/// # Examples
/// By hand: rows 1 and 3 are class 0 and rows 10 and 14 class 1, so the means are 2 and 12, and ψ = (1 + 1 + 4 + 4)/4.
///
/// ```
/// use ndarray::{Array2, array};
/// use valueseg_stats::mixture::{Attach, FactorMixture, attach, one_hot};
/// use valueseg_stats::observed::Observed;
///
/// let data = Observed::complete(array![[1.0], [3.0], [10.0], [14.0]])?;
/// let (class_weights, means, loadings) = (array![0.5, 0.5], Array2::zeros((2, 1)), Array2::zeros((1, 0)));
/// let model = FactorMixture { class_weights, means, loadings, uniqueness: array![1.0] };
/// let (free, loads) = (vec![true], Array2::from_elem((1, 0), false));
/// let what = Attach { free, loads, mean_pull: 0.0, loading_pull: 0.0, psi_floor: vec![0.01], iterations: 5 };
/// let found = attach(&data, one_hot(&[0, 0, 1, 1], 2).view(), model, &what);
/// assert!((found.means[(1, 0)] - 12.0).abs() < 1e-5 && (found.uniqueness[0] - 2.5).abs() < 1e-4);
/// # Ok::<(), valueseg_stats::observed::ObservedError>(())
/// ```
#[must_use]
pub fn attach(data: &Observed, given: ArrayView2<'_, f64>, model: FactorMixture, what: &Attach) -> FactorMixture {
    let rule = MStep {
        free: what.free.clone(),
        loads: what.loads.clone(),
        update_classes: false,
        mean_pull: what.mean_pull,
        loading_pull: what.loading_pull,
        class_pull: 0.0,
        psi_floor: what.psi_floor.clone(),
        // The floor of the supervised step is the caller's.
        blur: Blur::none(what.psi_floor.len()),
    };
    let limits = EmLimits { iterations: what.iterations, tolerance: 1e-4 };
    run(&tiles_of(data), Some(&given_tiles(given)), model, &rule, limits).model
}
