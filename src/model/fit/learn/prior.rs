//! Nobody was asked: importance as the catalogue reads it from signals, and segments cut on that.

use ndarray::{Array2, Axis};

use super::super::FitRequest;
use super::super::error::ModelError;
use super::super::evidence::outcome::Outcomes;
use super::super::evidence::prepare::Prepared;
use super::super::evidence::ratings::Evidence;
use crate::rows::{Aspect, N_RATINGS};
use valueseg_catalogue::N_ELEMENTS;
use valueseg_stats::observed::Observed;

/// Share of a catalogue loading that counts as the correlation of signal and rating.
///
/// METHOD: the loadings are our judgment, not measured; database variables predict attitudes poorly
/// (`docs/domain.md#typing-people-who-were-not-asked`), so the word "strong" (0.6) is read as a correlation of 0.3.
pub(in crate::fit) const TRUST: f64 = 0.5;

/// Mean and spread of a rating nobody gave, on 0–10. Our judgment: the middle of the scale, and the spread usual in surveys.
pub(in crate::fit) const CENTER: f64 = 5.0;
/// See [`CENTER`].
pub(in crate::fit) const SPREAD: f64 = 2.0;

/// Elements read from at least this many signals' worth of customers, else there is nothing to cut on.
const LEAST_ELEMENTS: usize = 2;

/// Catalogue loadings as correlations, `[60][p]`; signals that are not read have none.
pub(in crate::fit) fn loadings(request: &FitRequest<'_>, prepared: &Prepared) -> Vec<Vec<f64>> {
    let mut out = vec![vec![0.0; request.signal_ids.len()]; N_RATINGS];
    for (s, id) in request.signal_ids.iter().enumerate() {
        let Some(signal) = request.catalogue.signal(id) else { continue };
        if prepared.lines[s].line.is_none() {
            continue;
        }
        for (aspect, named) in [(Aspect::Importance, signal.importance()), (Aspect::Fulfillment, signal.fulfillment())]
        {
            for (element, loading) in named {
                out[aspect.indicator(*element)][s] = TRUST * loading;
            }
        }
    }
    out
}

/// Elements whose importance some signal speaks of.
fn readable(loadings: &[Vec<f64>]) -> Vec<usize> {
    (0..N_ELEMENTS).filter(|e| loadings[*e].iter().any(|l| *l != 0.0)).collect()
}

/// Number of elements whose importance some signal speaks of.
pub(in crate::fit) fn readable_elements(request: &FitRequest<'_>, prepared: &Prepared) -> usize {
    readable(&loadings(request, prepared)).len()
}

/// Whether signals can stand in for answers.
pub(in crate::fit) fn possible(request: &FitRequest<'_>, prepared: &Prepared) -> bool {
    request.settings.cut_on != Some(Aspect::Fulfillment)
        && readable(&loadings(request, prepared)).len() >= LEAST_ELEMENTS
}

/// One signal's say on a rating: weight `ρ/(1−ρ²)` on its score, and precision `ρ²/(1−ρ²)` added.
pub(crate) fn say(loading: f64) -> (f64, f64) {
    let rest = 1.0 - loading * loading;
    (loading / rest, loading * loading / rest)
}

/// Prior importance of everybody in the sample, `(N, readable elements)`, standardized; customers without any of an
/// element's signals are absent there.
///
/// METHOD: with rating `t ~ N(0, 1)` and signals `z = ρt + √(1−ρ²)·e`, independent given t,
/// `E[t | z] = Σ aᵢzᵢ / (1 + Σ aᵢρᵢ)`, `aᵢ = ρᵢ/(1−ρᵢ²)`, with variance `1 / (1 + Σ aᵢρᵢ)`.
pub(in crate::fit) fn evidence(prepared: &Prepared, loadings: &[Vec<f64>]) -> Result<Evidence, ModelError> {
    let elements = readable(loadings);
    let signals = &prepared.base_signals;
    let shape = (signals.n_rows(), elements.len());
    let mut values = Array2::zeros(shape);
    let mut present = Array2::from_elem(shape, false);
    for row in 0..signals.n_rows() {
        for (at, element) in elements.iter().enumerate() {
            // Starts at the prior t ~ N(0, 1): mean 0 with precision 1.
            let (mut sum, mut precision) = (0.0, 1.0);
            for (s, loading) in loadings[*element].iter().enumerate() {
                if *loading != 0.0 && signals.present()[(row, s)] {
                    let (weight, adds) = say(*loading);
                    sum += weight * signals.values()[(row, s)];
                    precision += adds;
                    present[(row, at)] = true;
                }
            }
            values[(row, at)] = sum / precision;
        }
    }
    // Customers without any such signal say nothing about segments.
    let told: Vec<usize> = (0..shape.0).filter(|row| present.row(*row).iter().any(|p| *p)).collect();
    let weights = signals.weights().select(Axis(0), &told);
    let table = Observed::try_new(values.select(Axis(0), &told), present.select(Axis(0), &told), weights)?;
    // Expectations vary less the fewer signals speak; standardized, no element counts more for being talked of more.
    let data = table.standardized(&table.column_moments());
    // No outcomes: what people do is what the segments are cut on.
    Ok(Evidence { ratings: data.n_columns(), data, predicted: 0.0, rows: told, outcomes: Outcomes::default() })
}
