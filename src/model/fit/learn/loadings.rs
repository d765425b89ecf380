//! What the catalogue says about signals, beside what customers answered.

use super::super::FitRequest;
use super::super::evidence::prepare::{Prepared, first_column};
use super::super::report::{LearnedLoading, LoadingVerdict, SignalUse};
use super::measure::Measured;
use crate::rows::Aspect;
use valueseg_catalogue::N_ELEMENTS;
use valueseg_stats::observed::Observed;

/// Answers behind a learned loading, below which it is not worth printing.
const LEAST_ANSWERS: u64 = 50;

/// Standard errors from 0 beyond which a sign counts as known.
const KNOWN_SIGN: f64 = 2.0;

/// Every loading of the catalogue with enough answers to check it, in the order of signals, aspects and elements.
///
/// METHOD: correlation of the normal score with the rating centered within the person, because generous raters would
/// else agree with everything; its standard error is that of a correlation near 0, `1/√n`.
pub(in crate::fit) fn learned(request: &FitRequest<'_>, prepared: &Prepared) -> Vec<LearnedLoading> {
    let mut out = Vec::new();
    let centered = [Aspect::Importance, Aspect::Fulfillment].map(|aspect| centered(prepared, aspect));
    for (s, id) in request.signal_ids.iter().enumerate() {
        let Some(signal) = request.catalogue.signal(id) else { continue };
        if prepared.lines[s].line.is_none() {
            continue;
        }
        for (aspect, table) in [Aspect::Importance, Aspect::Fulfillment].into_iter().zip(&centered) {
            let named = match aspect {
                Aspect::Importance => signal.importance(),
                Aspect::Fulfillment => signal.fulfillment(),
            };
            for (element, catalogue) in named {
                let (answers, learned) = correlation(prepared, table, s, element.index());
                if answers < LEAST_ANSWERS {
                    continue;
                }
                let standard_error = 1.0 / (answers as f64).sqrt();
                out.push(LearnedLoading {
                    signal: id.clone(),
                    element: *element,
                    aspect,
                    catalogue: *catalogue,
                    learned,
                    standard_error,
                    answers,
                    verdict: verdict(*catalogue, learned, standard_error),
                });
            }
        }
    }
    out
}

fn verdict(catalogue: f64, learned: f64, standard_error: f64) -> LoadingVerdict {
    if learned.abs() < KNOWN_SIGN * standard_error {
        LoadingVerdict::Unclear
    } else if learned * catalogue > 0.0 {
        LoadingVerdict::Confirmed
    } else {
        LoadingVerdict::WrongSign
    }
}

/// The 30 ratings of an aspect, centered within each person.
fn centered(prepared: &Prepared, aspect: Aspect) -> Observed {
    let columns: Vec<usize> = (first_column(aspect)..first_column(aspect) + N_ELEMENTS).collect();
    let axis = ndarray::Axis(1);
    let values = prepared.ratings.values().select(axis, &columns);
    let present = prepared.ratings.present().select(axis, &columns);
    let part = Observed::try_new(values, present, prepared.ratings.weights().clone());
    part.expect("columns of a checked table").row_centered()
}

/// Answers with a known signal, and the weighted correlation over them (0 without spread).
fn correlation(prepared: &Prepared, ratings: &Observed, signal: usize, element: usize) -> (u64, f64) {
    let signals = &prepared.respondent_signals;
    let (mut n, mut w, mut x1, mut y1, mut xx, mut yy, mut xy) = (0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    for row in 0..ratings.n_rows() {
        if ratings.present()[(row, element)] && signals.present()[(row, signal)] {
            let (x, y) = (signals.values()[(row, signal)], ratings.values()[(row, element)]);
            let weight = ratings.weights()[row];
            n += 1;
            w += weight;
            x1 += weight * x;
            y1 += weight * y;
            xx += weight * x * x;
            yy += weight * y * y;
            xy += weight * x * y;
        }
    }
    // Scores and ratings are near mean 0 and spread 1, so sums of squares lose no digits that matter.
    let spread = (xx - x1 * x1 / w) * (yy - y1 * y1 / w);
    let known = w > 0.0 && spread > 0.0;
    (n, if known { (xy - x1 * y1 / w) / spread.sqrt() } else { 0.0 })
}

/// How far each signal is known and how much of it lies between segments.
pub(in crate::fit) fn uses(request: &FitRequest<'_>, prepared: &Prepared, measured: &Measured) -> Vec<SignalUse> {
    let n = prepared.base_signals.n_rows().max(1) as f64;
    request
        .signal_ids
        .iter()
        .enumerate()
        .map(|(s, id)| {
            let means = measured.signals.means.column(s);
            // Variance between segments and within them, of the signal as the model has it.
            let overall = means.dot(&measured.weights);
            let between = means.iter().zip(&measured.weights).map(|(m, w)| w * (m - overall).powi(2)).sum::<f64>();
            let loadings = measured.signals.loadings.row(s);
            let total = between + measured.signals.uniqueness[s] + loadings.dot(&loadings);
            let known = prepared.base_signals.present().column(s).iter().filter(|p| **p).count() as f64 / n;
            SignalUse { signal: id.clone(), known, between: if total > 0.0 { between / total } else { 0.0 } }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loading_is_judged_by_its_sign_only_when_the_sign_is_known() {
        assert_eq!(verdict(0.6, 0.3, 0.1), LoadingVerdict::Confirmed);
        assert_eq!(verdict(0.6, 0.1, 0.1), LoadingVerdict::Unclear);
        assert_eq!(verdict(0.6, -0.3, 0.1), LoadingVerdict::WrongSign);
        assert_eq!(verdict(-0.3, -0.3, 0.1), LoadingVerdict::Confirmed);
    }
}
