//! The chosen mixture, looked for harder and run to the end on all rows.

use linfa::ParamGuard;

use super::super::error::ModelError;
use super::super::evidence::evidence::Evidence;
use super::super::settings::FitSettings;
use super::cut::likelier;
use super::quick::FINAL_ROUNDS;
use crate::stats::mixture::{
    FactorMixture, FactorMixtureParams, FactorMixtureValidParams, Fitted, Ground, MixtureError,
};

/// Gain in mean log likelihood per row under which the chosen solution counts as converged, and above [`FEW_ROWS`] rows,
/// where a row counts less.
const FINE: f64 = 1e-5;
/// See [`FINE`].
const COARSE: f64 = 3e-5;
/// See [`FINE`].
const FEW_ROWS: usize = 5_000;

/// Iterations of a solution that is compared with another.
const ITERATIONS: usize = 12;

/// `model` after splits and merges, as long as they help.
pub(in crate::model::fit) fn improved(
    ground: &Ground,
    settings: &FitSettings,
    model: &FactorMixture,
) -> Result<Fitted, ModelError> {
    let params = params(settings, model)?;
    Ok(params.fit_from(ground.data(), params.improve(ground, model.clone())?))
}

/// The likelier of `model` and what a search from the beginning finds, both after splits and merges.
pub(in crate::model::fit) fn searched(
    ground: &Ground,
    settings: &FitSettings,
    model: &FactorMixture,
) -> Result<Fitted, ModelError> {
    let params = params(settings, model)?;
    let other = params.fit_from(ground.data(), params.explore(ground)?);
    Ok(likelier(improved(ground, settings, model)?, other))
}

fn params(settings: &FitSettings, model: &FactorMixture) -> Result<FactorMixtureValidParams, ModelError> {
    let params = FactorMixtureParams::new(model.n_classes(), model.n_factors())
        .starts(settings.starts)
        .rounds(FINAL_ROUNDS)
        .max_iterations(ITERATIONS)
        .tolerance(1e-4)
        .seed(settings.seed.wrapping_add(FINAL_ROUNDS as u64));
    Ok(params.check().map_err(MixtureError::from)?)
}

/// EM from `start` to convergence on all rows of the evidence.
pub(in crate::model::fit) fn on_all_rows(
    evidence: &Evidence,
    settings: &FitSettings,
    start: FactorMixture,
) -> Result<Fitted, ModelError> {
    let tolerance = if evidence.data.n_rows() <= FEW_ROWS { FINE } else { COARSE };
    let params = FactorMixtureParams::new(start.n_classes(), start.n_factors()).tolerance(tolerance);
    let params = params.seed(settings.seed).check().map_err(MixtureError::from)?;
    Ok(params.fit_from(&evidence.data, start))
}
