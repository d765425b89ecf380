//! K-means, as a method of its own and as the rival every mixture is held against.

use linfa::DatasetBase;
use linfa::traits::Fit;
use ndarray::{Array2, Axis, s};

use super::super::error::ModelError;
use super::super::report::Candidate;
use super::super::settings::{FitSettings, Method, SegmentCount};
use super::search::{Chosen, Evidence, Found, knocked_out};
use crate::stats::agreement::adjusted_rand_index;
use crate::stats::kmeans::KmeansFit;
use crate::stats::mixture::{FactorFill, FactorMixtureParams, MixtureError, one_hot};
use crate::stats::observed::Observed;

/// Factors of the model that fills gaps for k-means.
const FILL_FACTORS: usize = 8;

/// Starts of k-means.
const STARTS: usize = 12;

/// Starts of a mixture fitted on half of the screening rows.
const HALF_STARTS: usize = 4;

/// Rounds of splits and merges of such a mixture.
const HALF_ROUNDS: usize = 1;

/// Agreement of halves under which a mixture counts as not found again. Source: domain fact sheet 6.7.
const POOR_AGREEMENT: f64 = 0.60;

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

/// K-means as the settings pin it: the number of segments that is found again best in halves of the sample.
pub(super) fn pinned(evidence: &Evidence, settings: &FitSettings) -> Result<Found, ModelError> {
    let screen = evidence.screen();
    let points = Points::learn(&screen);
    let screened = points.of(&screen.data, settings.method);
    let mut candidates = Vec::new();
    for k in settings.counts().into_iter().filter(|k| *k <= screened.nrows() / 4) {
        let fit = kmeans(&screened, k, settings.seed)?;
        let stability = if k == 1 { None } else { Some(kmeans_stability(&screened, k, settings.seed)?) };
        candidates.push(candidate(settings, evidence, &fit, screened.view(), stability));
    }
    let allowed: Vec<usize> = (0..candidates.len()).filter(|i| candidates[*i].knocked_out.is_none()).collect();
    // One segment is always found again, which says nothing: it is the answer only where nothing else is allowed.
    let best = allowed
        .iter()
        .copied()
        .filter(|i| candidates[*i].segments > 1 || matches!(settings.segments, SegmentCount::Exactly(_)))
        .max_by(|a, b| {
            let of = |i: &usize| candidates[*i].stability.unwrap_or(0.0);
            of(a).total_cmp(&of(b)).then(candidates[*b].segments.cmp(&candidates[*a].segments))
        })
        .or_else(|| allowed.first().copied());
    let k = best.map_or(1, |i| candidates[i].segments);
    if let Some(i) = best {
        candidates[i].chosen = true;
    }
    let stability = best.and_then(|i| candidates[i].stability);
    let given = labels(evidence, &points, settings.method, &kmeans(&screened, k, settings.seed)?);
    Ok(Found { method: settings.method, factors: None, given, candidates, stability })
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
    let own = mixture_stability(&screen, k, mixture.factors(), settings.seed)?;
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
        let mut rival = candidate(settings, evidence, &fit, screened.view(), Some(stability));
        rival.method = method;
        let allowed = rival.knocked_out.is_none();
        found.candidates.push(rival);
        if allowed && best.is_none_or(|b| stability > b.0) {
            best = Some((stability, method, found.candidates.len() - 1));
        }
    }
    if let Some((stability, method, place)) = best
        && own < POOR_AGREEMENT
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
    points: ndarray::ArrayView2<'_, f64>,
    stability: Option<f64>,
) -> Candidate {
    let k = fit.centroids.nrows();
    let mut sizes = vec![0usize; k];
    for label in fit.assign(points) {
        sizes[label] += 1;
    }
    let share = sizes.into_iter().min().unwrap_or(0) as f64 / points.nrows().max(1) as f64;
    let respondents = share * evidence.data.n_rows() as f64;
    Candidate {
        method: settings.method,
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
fn mixture_stability(screen: &Evidence, k: usize, q: usize, seed: u64) -> Result<f64, ModelError> {
    let fitted = |rows: &Vec<usize>| {
        let params = FactorMixtureParams::new(k, q)
            .starts(HALF_STARTS)
            .rounds(HALF_ROUNDS)
            .max_iterations(40)
            .tolerance(1e-4)
            .seed(seed);
        params.fit(&DatasetBase::new(screen.data.select(rows), ()))
    };
    let [even, odd] = halves(screen.data.n_rows());
    let (a, b) = (fitted(&even)?, fitted(&odd)?);
    let typed = |fit: &crate::stats::mixture::Fitted| likeliest(&fit.mixture.probabilities(&screen.data));
    Ok(adjusted_rand_index(&typed(&a), &typed(&b)))
}
