//! Mixtures on a table: from partitions, from starts of their own, from each other.

use linfa::ParamGuard;
use rayon::prelude::*;

use super::super::error::ModelError;
use super::effort::{Effort, Look};
use super::table::Worktable;
use valueseg_stats::draw::mixed_seed;
use valueseg_stats::kmeans::{KmeansError, KmeansParams};
use valueseg_stats::mixture::{FactorMixture, FactorMixtureParams, FactorMixtureValidParams, Fitted, MixtureError};
use valueseg_stats::observed::Observed;

/// Gain in mean log likelihood per row under which EM stops while solutions are compared.
const TOLERANCE: f64 = 1e-4;

/// The same for the chosen solution, and above [`FEW_ROWS`] rows, where a row counts less.
const FINE: f64 = 1e-5;
/// See [`FINE`].
const COARSE: f64 = 3e-5;
/// See [`FINE`].
const FEW_ROWS: usize = 5_000;

/// Iterations of a k-means that only leads to a start of the mixture.
const START_ITERATIONS: usize = 20;

/// Iterations from a neighbor at most.
const NEST_ITERATIONS: usize = 30;

/// Partitions wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    /// Places of the readings of [`valueseg_stats::mixture::Ground::readings`], a partition of each.
    pub(super) readings: &'a [usize],
    /// Starts behind a partition.
    pub(super) starts: usize,
}

/// Partitions to start a mixture of `k` classes from: of each of the readings wanted, the best of some starts of k-means.
pub(super) fn partitions(
    table: &Worktable,
    k: usize,
    wanted: &Wanted,
    seed: u64,
) -> Result<Vec<Vec<usize>>, ModelError> {
    if k == 1 {
        return Ok(vec![vec![0; table.data.n_rows()]]);
    }
    let (readings, points) = (table.ground().readings(), table.ground_points());
    wanted
        .readings
        .par_iter()
        .map(|reading| {
            let points = &points[*reading];
            let params = KmeansParams::new(k.min(points.n_distinct()).max(1))
                .starts(wanted.starts)
                .max_iterations(START_ITERATIONS)
                .seed(mixed_seed(seed, (1_000 * k + 10 * reading) as u64));
            let params = params.check().map_err(KmeansError::from);
            let fit = params.and_then(|params| params.fit_points(points)).map_err(MixtureError::Start)?;
            Ok(fit.assign(readings[*reading].view()))
        })
        .collect()
}

/// The likeliest mixture of `k` classes and `q` factors that EM reaches from partitions.
pub(super) fn from_partitions(
    table: &Worktable,
    k: usize,
    q: usize,
    from: &[Vec<usize>],
    effort: Effort,
) -> Result<Fitted, ModelError> {
    let (short, long) = (stopping(k, q, effort.short)?, stopping(k, q, effort.iterations)?);
    let ground = table.ground();
    let mut tries: Vec<Fitted> = from.par_iter().map(|labels| short.from_partition(ground, labels)).collect();
    // A stable sort: of equally likely tries the earlier partition stays first, at any number of threads.
    tries.sort_by(|a, b| b.log_likelihood.total_cmp(&a.log_likelihood));
    tries.truncate(effort.carried);
    let ends: Vec<Fitted> = tries.into_par_iter().map(|t| long.go_on(ground, t.mixture)).collect();
    Ok(ends.into_iter().reduce(likelier).expect("at least one partition is carried on"))
}

/// `smaller` with so many more classes as there are to be `k`; never less likely.
pub(super) fn from_fewer_classes(
    table: &Worktable,
    smaller: &Fitted,
    k: usize,
    seed: u64,
) -> Result<Fitted, ModelError> {
    let look = Look { iterations: NEST_ITERATIONS, ..Look::of_starts(1, seed) };
    let params = looking(k, smaller.mixture.n_factors(), look)?;
    Ok(params.from_fewer_classes(table.ground(), smaller)?)
}

/// `smaller` with so many more factors as there are to be `q`; never less likely.
pub(super) fn from_fewer_factors(table: &Worktable, smaller: &Fitted, q: usize) -> Result<Fitted, ModelError> {
    let params = stopping(smaller.mixture.n_classes(), q, NEST_ITERATIONS)?;
    Ok(params.from_fewer_factors(table.ground(), smaller))
}

/// `larger` with two of its classes as one.
pub(super) fn from_more_classes(table: &Worktable, larger: &Fitted) -> Result<Fitted, ModelError> {
    let (k, q) = (larger.mixture.n_classes() - 1, larger.mixture.n_factors());
    Ok(stopping(k, q, NEST_ITERATIONS)?.from_more_classes(table.ground(), &larger.mixture))
}

/// The best of starts of its own, after splits and merges.
pub(super) fn explored(table: &Worktable, k: usize, q: usize, look: Look) -> Result<Fitted, ModelError> {
    let (params, ground) = (looking(k, q, look)?, table.ground());
    Ok(params.fit_from(ground.data(), params.explore(ground)?))
}

/// `model` after splits and merges, as long as they help.
pub(super) fn improved(table: &Worktable, model: &FactorMixture, look: Look) -> Result<Fitted, ModelError> {
    let (params, ground) = (looking(model.n_classes(), model.n_factors(), look)?, table.ground());
    Ok(params.fit_from(ground.data(), params.improve(ground, model.clone())?))
}

/// EM from `start` to convergence on all rows of `data`.
pub(super) fn converged(data: &Observed, start: FactorMixture, seed: u64) -> Result<Fitted, ModelError> {
    let tolerance = if data.n_rows() <= FEW_ROWS { FINE } else { COARSE };
    let params = FactorMixtureParams::new(start.n_classes(), start.n_factors()).tolerance(tolerance).seed(seed);
    Ok(params.check().map_err(MixtureError::from)?.fit_from(data, start))
}

/// The likelier of two, ties to the earlier.
pub(super) fn likelier(a: Fitted, b: Fitted) -> Fitted {
    if b.log_likelihood > a.log_likelihood { b } else { a }
}

fn stopping(k: usize, q: usize, iterations: usize) -> Result<FactorMixtureValidParams, ModelError> {
    let params = FactorMixtureParams::new(k, q).max_iterations(iterations.max(1)).tolerance(TOLERANCE);
    Ok(params.check().map_err(MixtureError::from)?)
}

fn looking(k: usize, q: usize, look: Look) -> Result<FactorMixtureValidParams, ModelError> {
    let params = FactorMixtureParams::new(k, q)
        .starts(look.starts)
        .rounds(look.rounds)
        .max_iterations(look.iterations)
        .tolerance(TOLERANCE)
        .seed(look.seed);
    Ok(params.check().map_err(MixtureError::from)?)
}
