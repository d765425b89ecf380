//! Many starts, few survivors, one fit.

use linfa::DatasetBase;
use linfa::traits::Fit;
use ndarray::Array2;
use rayon::prelude::*;

use super::em::{Limits, Run, given_tiles, run, tiles_of};
use super::error::MixtureError;
use super::fitted::{FactorMixture, Fitted};
use super::init::{StartPoints, kmeans_start, model_from, one_hot};
use super::kernel::Tile;
use super::moments::MStep;
use super::params::{FactorMixtureValidParams, MEAN_PULL, PSI_FLOOR};
use crate::stats::observed::Observed;

/// Iterations with the classes of the start held, so that the factors settle first.
const HELD_ITERATIONS: usize = 3;

/// Free iterations after which starts are compared.
const SHORT_ITERATIONS: usize = 12;

/// Starts kept after the short runs.
const SURVIVORS: usize = 3;

/// Further iterations of the survivors.
const MIDDLE_ITERATIONS: usize = 40;

/// Rows of the sample the starts are made and compared on.
const SCREENING_ROWS: usize = 3_000;

impl Fit<Observed, (), MixtureError> for FactorMixtureValidParams {
    type Object = Fitted;

    /// Fits the mixture: k-means starts on within-person centered, raw and factor-imputed values, short runs,
    /// survivors, then EM to convergence on all rows.
    ///
    /// # Errors
    /// [`MixtureError::TooFewRows`] if fewer rows than classes hold an observed cell.
    fn fit(&self, dataset: &DatasetBase<Observed, ()>) -> Result<Self::Object, MixtureError> {
        let data = dataset.records();
        let answered = data.present().rows().into_iter().filter(|row| row.iter().any(|p| *p)).count();
        if answered < self.classes().max(2) {
            return Err(MixtureError::TooFewRows { rows: answered, classes: self.classes() });
        }
        let screen = screening_sample(data);
        let best = self.best_start(&screen)?;
        Ok(self.fit_from(data, best))
    }
}

impl FactorMixtureValidParams {
    /// Fits by EM from `start` on all rows.
    #[must_use]
    pub fn fit_from(&self, data: &Observed, start: FactorMixture) -> Fitted {
        let limits = Limits { iterations: self.max_iterations(), tolerance: self.tolerance() };
        let rule = free_rule(data, self.factors());
        let best = run(&tiles_of(data), None, start, &rule, limits);
        finished(data, best)
    }

    /// The best of the starts after short and middle runs on `data`.
    fn best_start(&self, data: &Observed) -> Result<FactorMixture, MixtureError> {
        let starts = self.compare_starts(data)?;
        let mut starts = starts.into_iter();
        let first = starts.next().expect("checked: at least one start");
        Ok(starts.fold(first, |best, s| if s.mean_log_likelihood > best.mean_log_likelihood { s } else { best }).model)
    }

    /// All survivors of the starts, in the order of their starts.
    pub(super) fn compare_starts(&self, data: &Observed) -> Result<Vec<Run>, MixtureError> {
        let tiles = tiles_of(data);
        let rule = free_rule(data, self.factors());
        let starts = if self.classes() == 1 { 1 } else { self.starts() };
        let points = StartPoints::new(data, self.classes(), self.factors());
        let short: Result<Vec<Run>, MixtureError> = (0..starts)
            .into_par_iter()
            .map(|start| {
                let labels = kmeans_start(points.of_start(self.reading().unwrap_or(start)), self.classes(), mixed_seed(self.seed(), start as u64))?;
                Ok(from_labels(data, &tiles, &labels, self.classes(), self.factors(), &rule))
            })
            .collect();
        let mut short = short?;
        let mut order: Vec<usize> = (0..short.len()).collect();
        order.sort_by(|a, b| short[*b].mean_log_likelihood.total_cmp(&short[*a].mean_log_likelihood));
        order.truncate(SURVIVORS);
        order.sort_unstable();
        let kept: Vec<Run> = short.drain(..).enumerate().filter(|(i, _)| order.contains(i)).map(|(_, r)| r).collect();
        let limits = Limits { iterations: MIDDLE_ITERATIONS, tolerance: self.tolerance() };
        Ok(kept.into_par_iter().map(|r| run(&tiles, None, r.model, &rule, limits)).collect())
    }
}

/// Held, then short free iterations from a hard partition.
fn from_labels(data: &Observed, tiles: &[Tile], labels: &[usize], k: usize, q: usize, rule: &MStep) -> Run {
    let given = one_hot(labels, k);
    let model = model_from(data, given.view(), q, MEAN_PULL);
    let held = Limits { iterations: HELD_ITERATIONS, tolerance: 1e-4 };
    let model = if q == 0 { model } else { run(tiles, Some(&given_tiles(given.view())), model, rule, held).model };
    run(tiles, None, model, rule, Limits { iterations: SHORT_ITERATIONS, tolerance: 1e-4 })
}

/// Everything may change.
pub(super) fn free_rule(data: &Observed, q: usize) -> MStep {
    let j = data.n_columns();
    let moments = data.column_moments();
    MStep {
        free: vec![true; j],
        loads: Array2::from_elem((j, q), true),
        update_classes: true,
        mean_pull: MEAN_PULL,
        loading_pull: MEAN_PULL,
        class_pull: 1.0,
        psi_floor: moments.spread.iter().map(|s| (PSI_FLOOR * s * s).max(1e-6)).collect(),
    }
}

/// The result with its information criterion.
fn finished(data: &Observed, run: Run) -> Fitted {
    let weight = data.total_weight();
    let log_likelihood = run.mean_log_likelihood * weight;
    let bic = -2.0 * log_likelihood + run.model.n_parameters() as f64 * weight.ln();
    Fitted { mixture: run.model, log_likelihood, bic, iterations: run.iterations, termination: run.termination }
}

/// Rows spread evenly over the table: rows come in the order of ids, which says nothing about the person.
fn screening_sample(data: &Observed) -> Observed {
    let n = data.n_rows();
    if n <= SCREENING_ROWS {
        return data.clone();
    }
    let rows: Vec<usize> = (0..SCREENING_ROWS).map(|i| i * n / SCREENING_ROWS).collect();
    data.select(&rows)
}

/// A seed for work item `item`: `SplitMix64` of both, so that neighbors share nothing.
#[must_use]
pub fn mixed_seed(seed: u64, item: u64) -> u64 {
    let mut z = seed.wrapping_add(item.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
