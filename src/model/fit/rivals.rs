//! K-means, as a method of its own and as the rival every mixture is held against.

use linfa::ParamGuard;
use ndarray::{Array1, Array2, Axis, s};

use super::super::error::ModelError;
use super::super::report::Candidate;
use super::super::settings::{FitSettings, Method};
use super::search::{Chosen, Evidence, Found, knocked_out};
use crate::stats::agreement::adjusted_rand_index;
use crate::stats::kmeans::KmeansFit;
use crate::stats::mixture::{FactorFill, FactorMixture, FactorMixtureParams, Ground, MixtureError, one_hot};
use crate::stats::observed::Observed;

/// Factors of the model that fills gaps for k-means.
const FILL_FACTORS: usize = 8;

/// Starts of k-means.
const STARTS: usize = 12;

/// Starts of a mixture fitted on half of the screening rows.
const HALF_STARTS: usize = 6;

/// Iterations of such a mixture at most.
const HALF_ITERATIONS: usize = 40;

/// Agreement of halves under which a mixture counts as not found again. Source: domain fact sheet 6.7.
const POOR_AGREEMENT: f64 = 0.60;

/// Agreement of halves from which segments count as found again. Source: domain fact sheet 6.7.
const STRONG_AGREEMENT: f64 = 0.80;

/// Share of the variance of the rating level between segments above which they are levels, not segments. Our judgement.
pub(super) const ONLY_LEVEL: f64 = 0.60;

/// Lead in agreement of halves by which k-means takes the place of a mixture that is not found again. Our judgement.
const CLEAR_LEAD: f64 = 0.15;

/// Turns evidence into complete points for k-means.
struct Points {
    fill: FactorFill,
    ratings: usize,
}

impl Points {
    fn learn(evidence: &Evidence) -> Self {
        Self { fill: FactorFill::learn(&evidence.data, FILL_FACTORS), ratings: evidence.ratings }
    }

    fn of(&self, data: &Observed, method: Method) -> Array2<f64> {
        let mut points = self.fill.fill(data);
        if method == Method::KmeansCentred {
            let mut ratings = points.slice_mut(s![.., ..self.ratings]);
            let means = ratings.mean_axis(Axis(1)).expect("a table has columns");
            ratings -= &means.insert_axis(Axis(1));
        }
        points
    }
}

/// K-means by `method`: as many segments as halves of the sample agree strongly on, or where they agree on none, the
/// number they agree on best.
///
/// METHOD: agreement falls with the number of segments, so asking for the best alone would always give two; more
/// segments are more use as long as they are found again.
pub(super) fn kmeans_only(evidence: &Evidence, settings: &FitSettings, method: Method) -> Result<Found, ModelError> {
    let screen = evidence.screen();
    let points = Points::learn(&screen);
    let screened = points.of(&screen.data, method);
    let mut candidates = Vec::new();
    for k in settings.counts().into_iter().filter(|k| *k == 1 || *k <= screened.nrows() / 4) {
        let fit = kmeans(&screened, k, settings.seed)?;
        let stability = if k == 1 { None } else { Some(kmeans_stability(&screened, k, settings.seed)?) };
        candidates.push(candidate(settings, evidence, &fit, (method, &screened), stability));
    }
    let agreed = |at: &usize| candidates[*at].stability.unwrap_or(0.0);
    let allowed: Vec<usize> = (0..candidates.len()).filter(|at| candidates[*at].knocked_out.is_none()).collect();
    // One segment is always found again, which says nothing: it is the answer only where nothing else is allowed.
    let strong = allowed.iter().copied().filter(|at| agreed(at) >= STRONG_AGREEMENT).max();
    let best = allowed.iter().copied().max_by(|a, b| agreed(a).total_cmp(&agreed(b)).then(b.cmp(a)));
    let chosen = strong.or(best);
    let k = chosen.map_or(1, |at| candidates[at].segments);
    let stability = chosen.and_then(|at| candidates[at].stability);
    if let Some(at) = chosen {
        candidates[at].chosen = true;
    }
    let given = labels(evidence, &points, method, &kmeans(&screened, k, settings.seed)?);
    Ok(Found { method, factors: None, given, candidates, stability })
}

/// Holds the chosen mixture against k-means with as many segments.
///
/// METHOD: the mixture stays unless halves of the sample agree poorly on it and clearly better on k-means. It models what
/// k-means cannot (scale use, halo, gaps), but on ratings without separate groups k-means was found again more
/// reliably (MODEL trap 4).
pub(super) fn compare(evidence: &Evidence, settings: &FitSettings, mixture: Chosen) -> Result<Found, ModelError> {
    let k = mixture.segments();
    if k == 1 {
        return Ok(mixture.found());
    }
    let screen = evidence.screen();
    let own = mixture_stability(&screen, &mixture.fitted.mixture, settings.seed)?;
    let q = mixture.factors();
    let mut found = mixture.found();
    for candidate in &mut found.candidates {
        if candidate.segments == k && candidate.factors == Some(q) {
            candidate.stability = Some(own);
        }
    }
    found.stability = Some(own);
    let mut best: Option<(f64, Method, usize)> = None;
    let points = Points::learn(&screen);
    for method in [Method::Kmeans, Method::KmeansCentred] {
        let screened = points.of(&screen.data, method);
        let fit = kmeans(&screened, k, settings.seed)?;
        let stability = kmeans_stability(&screened, k, settings.seed)?;
        let mut rival = candidate(settings, evidence, &fit, (method, &screened), Some(stability));
        let level = rating_level_between(&screen, &one_hot(&fit.assign(screened.view()), k));
        if level.is_some_and(|share| share > ONLY_LEVEL) {
            rival.knocked_out = Some("its segments are mostly people who rate high and people who rate low".to_owned());
        }
        let allowed = rival.knocked_out.is_none();
        found.candidates.push(rival);
        if allowed && best.is_none_or(|b| stability > b.0) {
            best = Some((stability, method, found.candidates.len() - 1));
        }
    }
    if let Some((stability, method, place)) = best
        && own < POOR_AGREEMENT
        && stability >= POOR_AGREEMENT
        && stability > own + CLEAR_LEAD
    {
        let fit = kmeans(&points.of(&screen.data, method), k, settings.seed)?;
        found.given = labels(evidence, &points, method, &fit);
        found.method = method;
        found.factors = None;
        found.stability = Some(stability);
        found.candidates.iter_mut().for_each(|c| c.chosen = false);
        found.candidates[place].chosen = true;
    }
    Ok(found)
}

/// Agreement of the segments `given` with k-means on raw ratings, gaps filled with the rating's mean: the dual run.
pub(super) fn agreement_with_raw(evidence: &Evidence, given: &Array2<f64>, seed: u64) -> Result<f64, ModelError> {
    let raw = evidence.data.values().slice(s![.., ..evidence.ratings]).to_owned();
    let screen: Vec<usize> = {
        let rows = evidence.screen().data.n_rows();
        (0..rows).map(|i| i * raw.nrows() / rows).collect()
    };
    let raw = raw.select(Axis(0), &screen);
    let fit = kmeans(&raw, given.ncols(), seed)?;
    Ok(adjusted_rand_index(&likeliest(&given.select(Axis(0), &screen)), &fit.assign(raw.view())))
}

/// Share of the variance of the respondents' own mean rating that lies between segments; `None` without spread.
pub(super) fn rating_level_between(evidence: &Evidence, given: &Array2<f64>) -> Option<f64> {
    let (values, present) = (evidence.data.values(), evidence.data.present());
    let level: Array1<f64> = (0..evidence.data.n_rows())
        .map(|i| {
            let answered = (0..evidence.ratings).filter(|c| present[(i, *c)]);
            let (sum, n) = answered.fold((0.0, 0.0), |(sum, n), c| (sum + values[(i, c)], n + 1.0));
            if n > 0.0 { sum / n } else { 0.0 }
        })
        .collect();
    let w = evidence.data.weights();
    let total = w.sum();
    let mean = level.dot(w) / total;
    let variance = level.iter().zip(w).map(|(l, w)| w * (l - mean).powi(2)).sum::<f64>() / total;
    let known = variance > 0.0;
    known.then(|| {
        let weighted = given * &w.view().insert_axis(Axis(1));
        let sizes = weighted.sum_axis(Axis(0));
        let sums = weighted.t().dot(&level);
        let between = sizes.iter().zip(&sums).filter(|(n, _)| **n > 0.0).map(|(n, s)| n * (s / n - mean).powi(2));
        (between.sum::<f64>() / total / variance).clamp(0.0, 1.0)
    })
}

/// Likeliest class of each row; ties go to the lower class.
pub(super) fn likeliest(given: &Array2<f64>) -> Vec<usize> {
    given
        .rows()
        .into_iter()
        .map(|row| {
            let mut best = 0;
            for (class, p) in row.iter().enumerate() {
                if *p > row[best] {
                    best = class;
                }
            }
            best
        })
        .collect()
}

fn labels(evidence: &Evidence, points: &Points, method: Method, fit: &KmeansFit) -> Array2<f64> {
    one_hot(&fit.assign(points.of(&evidence.data, method).view()), fit.centroids.nrows())
}

fn kmeans(points: &Array2<f64>, k: usize, seed: u64) -> Result<KmeansFit, ModelError> {
    KmeansFit::learn(points, k, STARTS, seed).map_err(|e| MixtureError::Start(e).into())
}

fn candidate(
    settings: &FitSettings,
    evidence: &Evidence,
    fit: &KmeansFit,
    (method, points): (Method, &Array2<f64>),
    stability: Option<f64>,
) -> Candidate {
    let k = fit.centroids.nrows();
    let mut sizes = vec![0usize; k];
    for label in fit.assign(points.view()) {
        sizes[label] += 1;
    }
    let share = sizes.into_iter().min().unwrap_or(0) as f64 / points.nrows().max(1) as f64;
    let respondents = share * evidence.data.n_rows() as f64;
    Candidate {
        method,
        segments: k,
        factors: None,
        rows: points.nrows() as u64,
        bic: None,
        stability,
        smallest_share: share,
        smallest_respondents: respondents,
        chosen: false,
        knocked_out: knocked_out(settings, k, share, respondents),
    }
}

/// Even and odd rows.
fn halves(n: usize) -> [Vec<usize>; 2] {
    [(0..n).step_by(2).collect(), (1..n).step_by(2).collect()]
}

/// Agreement of k-means solutions of two halves on all rows.
fn kmeans_stability(points: &Array2<f64>, k: usize, seed: u64) -> Result<f64, ModelError> {
    let [even, odd] = halves(points.nrows());
    let a = kmeans(&points.select(Axis(0), &even), k, seed)?;
    let b = kmeans(&points.select(Axis(0), &odd), k, seed)?;
    Ok(adjusted_rand_index(&a.assign(points.view()), &b.assign(points.view())))
}

/// Agreement of mixtures of two halves on all rows.
///
/// METHOD: each half takes the likelier of its own search and of EM from the solution of all rows, so that a half is not
/// called different because its search was shorter.
fn mixture_stability(screen: &Evidence, whole: &FactorMixture, seed: u64) -> Result<f64, ModelError> {
    let params = FactorMixtureParams::new(whole.n_classes(), whole.n_factors())
        .starts(HALF_STARTS)
        .rounds(0)
        .max_iterations(HALF_ITERATIONS)
        .tolerance(1e-4)
        .seed(seed);
    let params = params.check().map_err(MixtureError::from)?;
    let fitted = |rows: &Vec<usize>| -> Result<FactorMixture, ModelError> {
        let ground = Ground::new(screen.data.select(rows));
        let own = params.fit_from(ground.data(), params.explore(&ground)?);
        let other = params.fit_from(ground.data(), whole.clone());
        Ok(if own.log_likelihood > other.log_likelihood { own.mixture } else { other.mixture })
    };
    let [even, odd] = halves(screen.data.n_rows());
    let typed = |mixture: &FactorMixture| likeliest(&mixture.probabilities(&screen.data));
    Ok(adjusted_rand_index(&typed(&fitted(&even)?), &typed(&fitted(&odd)?)))
}
