//! K-means in a quick search: as a method of its own, and as the rival the mixture is held against.

use linfa::ParamGuard;
use ndarray::Array2;

use super::super::error::ModelError;
use super::super::evidence::evidence::Evidence;
use super::super::evidence::level::{ONLY_LEVEL, rating_level_between};
use super::super::report::{Candidate, POOR_AGREEMENT, STRONG_AGREEMENT};
use super::super::settings::FitSettings;
use super::cut::{Cut, Way, Worktable, likelier};
use super::quick::Chosen;
use super::{Found, knocked_out};
use crate::stats::agreement::weighted_adjusted_rand_index;
use crate::stats::mixture::{FactorMixture, FactorMixtureParams, MixtureError};
use crate::stats::observed::Observed;

/// Starts of k-means.
const STARTS: usize = 12;

/// Starts of a mixture fitted on half of the screening rows.
const HALF_STARTS: usize = 3;

/// Iterations of such a mixture at most.
const HALF_ITERATIONS: usize = 40;

/// Lead in agreement of halves by which k-means takes the place of a mixture that is not found again. Our judgement.
const CLEAR_LEAD: f64 = 0.15;

/// K-means by `method`: as many segments as halves of the sample agree strongly on, or where they agree on none, the
/// number they agree on best.
///
/// METHOD: agreement falls with the number of segments, so asking for the best alone would always give two; more
/// segments are more use as long as they are found again.
pub(in crate::model::fit) fn kmeans_only(evidence: &Evidence, settings: &FitSettings) -> Result<Found, ModelError> {
    let way = Way::of_kmeans(settings.method);
    let screen = evidence.screen();
    let table = Worktable::new(screen.data, screen.ratings);
    let (mut candidates, mut cuts) = (Vec::new(), Vec::new());
    for k in settings.counts().into_iter().filter(|k| *k == 1 || *k <= table.n_distinct() / 4) {
        let cut = table.kmeans(way, k, STARTS, settings.seed)?;
        let stability = if k == 1 { None } else { Some(kmeans_stability(&table, way, k, settings.seed)?) };
        candidates.push(candidate(settings, evidence, &table, &cut, stability));
        cuts.push(cut);
    }
    let agreed = |at: &usize| candidates[*at].stability.unwrap_or(0.0);
    let allowed: Vec<usize> = (0..candidates.len()).filter(|at| candidates[*at].knocked_out.is_none()).collect();
    // One segment is always found again, which says nothing: it is the answer only where nothing else is allowed.
    let strong = allowed.iter().copied().filter(|at| agreed(at) >= STRONG_AGREEMENT).max();
    let best = allowed.iter().copied().max_by(|a, b| agreed(a).total_cmp(&agreed(b)).then(b.cmp(a)));
    let chosen = strong.or(best);
    let stability = chosen.and_then(|at| candidates[at].stability);
    let cut = match chosen {
        Some(at) => {
            candidates[at].chosen = true;
            cuts.swap_remove(at)
        }
        None => table.kmeans(way, 1, 1, settings.seed)?,
    };
    let given = on_all_rows(evidence, &table, &cut);
    let choice = "The most segments that halves of the sample agree on strongly, or else agree on best.".to_owned();
    Ok(Found { choice, stability, ..Found::new(settings.method, given, candidates) })
}

/// Holds the chosen mixture against k-means with as many segments.
///
/// METHOD: the mixture stays unless halves of the sample agree poorly on it and clearly better on k-means. It models what
/// k-means cannot (scale use, halo, gaps), but on ratings without separate groups k-means was found again more
/// reliably (`docs/method.md#trap-4-trusting-one-method`).
pub(in crate::model::fit) fn compare(
    evidence: &Evidence,
    settings: &FitSettings,
    mixture: Chosen,
) -> Result<Found, ModelError> {
    let k = mixture.segments();
    if k == 1 {
        return Ok(mixture.found());
    }
    let screen = evidence.screen();
    let table = Worktable::new(screen.data.clone(), screen.ratings);
    let own = mixture_stability(&table, &mixture.fitted.mixture, settings.seed)?;
    let q = mixture.factors();
    let mut found = mixture.found();
    for candidate in &mut found.candidates {
        if candidate.segments == k && candidate.factors == Some(q) {
            candidate.stability = Some(own);
        }
    }
    found.stability = Some(own);
    let mut best: Option<(f64, Cut, usize)> = None;
    for way in [Way::Kmeans, Way::KmeansCentred] {
        let cut = table.kmeans(way, k, STARTS, settings.seed)?;
        let stability = kmeans_stability(&table, way, k, settings.seed)?;
        let mut rival = candidate(settings, evidence, &table, &cut, Some(stability));
        let level = rating_level_between(&screen, &table.probabilities(&cut));
        if level.is_some_and(|share| share > ONLY_LEVEL) {
            rival.knocked_out = Some("its segments are mostly people who rate high and people who rate low".to_owned());
        }
        let allowed = rival.knocked_out.is_none();
        found.candidates.push(rival);
        if allowed && best.as_ref().is_none_or(|b| stability > b.0) {
            best = Some((stability, cut, found.candidates.len() - 1));
        }
    }
    if let Some((stability, cut, place)) = best
        && own < POOR_AGREEMENT
        && stability >= POOR_AGREEMENT
        && stability > own + CLEAR_LEAD
    {
        found.given = on_all_rows(evidence, &table, &cut);
        found.method = cut.way.method();
        found.factors = None;
        found.stability = Some(stability);
        "Halves of the sample agree on it clearly better than on the best mixture.".clone_into(&mut found.choice);
        found.candidates.iter_mut().for_each(|c| c.chosen = false);
        found.candidates[place].chosen = true;
    }
    Ok(found)
}

/// Probabilities of all rows of the evidence by a cut of its screened rows.
fn on_all_rows(evidence: &Evidence, table: &Worktable, cut: &Cut) -> Array2<f64> {
    table.alike(evidence.data.clone()).probabilities(cut)
}

fn candidate(
    settings: &FitSettings,
    evidence: &Evidence,
    table: &Worktable,
    cut: &Cut,
    stability: Option<f64>,
) -> Candidate {
    let k = cut.segments();
    let mut sizes = vec![0.0; k];
    for (label, weight) in table.labels(cut).into_iter().zip(table.data.weights()) {
        sizes[label] += weight;
    }
    let share = sizes.into_iter().reduce(f64::min).unwrap_or(0.0) / table.data.total_weight();
    let respondents = share * evidence.data.n_rows() as f64;
    Candidate {
        method: cut.way.method(),
        segments: k,
        rows: table.data.n_rows() as u64,
        stability,
        smallest_share: share,
        smallest_respondents: respondents,
        knocked_out: knocked_out(settings, k, share, respondents),
        ..Candidate::default()
    }
}

/// Weights of the even and of the odd rows, 0 for the others.
fn halves(data: &Observed) -> [Vec<f64>; 2] {
    [0, 1].map(|half| data.weights().iter().enumerate().map(|(i, w)| if i % 2 == half { *w } else { 0.0 }).collect())
}

/// Agreement of two partitions of the rows of `data`.
fn agreement(a: &[usize], b: &[usize], data: &Observed) -> f64 {
    weighted_adjusted_rand_index(a, b, &data.weights().to_vec())
}

/// Agreement of k-means solutions of two halves on all rows.
fn kmeans_stability(table: &Worktable, way: Way, k: usize, seed: u64) -> Result<f64, ModelError> {
    let [even, odd] = halves(&table.data);
    let cut = |half: &[f64]| table.resampled(half).kmeans(way, k, STARTS, seed);
    Ok(agreement(&table.labels(&cut(&even)?), &table.labels(&cut(&odd)?), &table.data))
}

/// Agreement of mixtures of two halves on all rows.
///
/// METHOD: each half takes the likelier of its own search and of EM from the solution of all rows, so that a half is not
/// called different because its search was shorter.
fn mixture_stability(table: &Worktable, whole: &FactorMixture, seed: u64) -> Result<f64, ModelError> {
    let params = FactorMixtureParams::new(whole.n_classes(), whole.n_factors())
        .starts(HALF_STARTS)
        .rounds(0)
        .max_iterations(HALF_ITERATIONS)
        .tolerance(1e-4)
        .seed(seed);
    let params = params.check().map_err(MixtureError::from)?;
    let fitted = |half: &[f64]| -> Result<FactorMixture, ModelError> {
        let half = table.resampled(half);
        let ground = half.ground();
        let own = params.fit_from(ground.data(), params.explore(ground)?);
        let other = params.fit_from(ground.data(), whole.clone());
        Ok(likelier(other, own).mixture)
    };
    let [even, odd] = halves(&table.data);
    let typed = |mixture: &FactorMixture| mixture.labels(&table.data);
    Ok(agreement(&typed(&fitted(&even)?), &typed(&fitted(&odd)?), &table.data))
}
