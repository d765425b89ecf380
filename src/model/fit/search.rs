//! How many segments, and how many common factors: candidates, judged by the Bayesian information criterion.

use linfa::DatasetBase;
use linfa::ParamGuard;
use linfa::traits::Fit;
use ndarray::{Array2, Axis};

use super::super::customer::Aspect;
use super::super::error::ModelError;
use super::super::report::Candidate;
use super::super::settings::{FitSettings, Method, SegmentCount};
use super::prepare::Prepared;
use super::rivals;
use crate::stats::mixture::{FactorMixtureParams, Fitted};
use crate::stats::observed::Observed;
use crate::stats::reduced_rank::ReducedRank;

/// Rows candidates are screened on. METHOD: enough to rank a dozen solutions; the finalists see all rows.
const SCREEN_ROWS: usize = 2_000;

/// Starts of a screened candidate.
const SCREEN_STARTS: usize = 6;

/// Iterations of a screened candidate at most.
const SCREEN_ITERATIONS: usize = 80;

/// Numbers of factors tried.
const FACTOR_STEPS: [usize; 6] = [0, 2, 4, 6, 8, 10];

/// Number of segments at which the number of factors is chosen first.
const REFERENCE_SEGMENTS: usize = 5;

/// Numbers of segments tried on all rows beyond the best of the screening.
const FINALISTS: usize = 3;

/// What the partition is found on.
#[derive(Clone, Debug)]
pub(super) struct Evidence {
    /// Standardized ratings cut on, then the signal scores that predict them: `(rows, ratings + directions)`.
    pub(super) data: Observed,
    /// Ratings among the columns.
    pub(super) ratings: usize,
    /// Share of the ratings' variance that signals predict.
    pub(super) predicted: f64,
    /// Rows of the sample (respondents, or everybody where nobody was asked) behind the rows of `data`.
    pub(super) rows: Vec<usize>,
}

impl Evidence {
    /// Ratings of `aspect` beside the signal directions that predict them.
    pub(super) fn of(prepared: &Prepared, aspect: Aspect) -> Result<Self, ModelError> {
        let ratings = prepared.cut_table(aspect)?;
        let rows = prepared.aspect(aspect).rows.clone();
        let signals = prepared.respondent_signals.values().select(Axis(0), &rows);
        let columns = ratings.n_columns();
        if signals.ncols() == 0 {
            return Ok(Self { data: ratings, ratings: columns, predicted: 0.0, rows });
        }
        // METHOD: centered answers, so that what generous raters have in common does not lead the directions.
        let found = ReducedRank::learn(signals.view(), &ratings.row_centered());
        let data = if found.directions.ncols() == 0 {
            ratings
        } else {
            ratings.beside(&Observed::complete(found.scores(signals.view()))?)?
        };
        Ok(Self { data, ratings: columns, predicted: found.predicted_share, rows })
    }

    /// Evenly spaced rows.
    pub(super) fn screen(&self) -> Self {
        let n = self.data.n_rows();
        if n <= SCREEN_ROWS {
            return self.clone();
        }
        let rows: Vec<usize> = (0..SCREEN_ROWS).map(|i| i * n / SCREEN_ROWS).collect();
        Self { data: self.data.select(&rows), ..self.clone() }
    }

    /// Signal directions among the columns.
    pub(super) fn directions(&self) -> usize {
        self.data.n_columns() - self.ratings
    }
}

/// The partition used.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) method: Method,
    pub(super) factors: Option<usize>,
    /// `(rows, K)` probabilities of the evidence's rows.
    pub(super) given: Array2<f64>,
    pub(super) candidates: Vec<Candidate>,
    pub(super) stability: Option<f64>,
}

/// Finds the partition that `settings` ask for.
pub(super) fn search(evidence: &Evidence, settings: &FitSettings) -> Result<Found, ModelError> {
    match settings.method {
        Method::Kmeans | Method::KmeansCentred => rivals::pinned(evidence, settings),
        Method::Mixture => Ok(Searcher::new(evidence, settings).mixture()?.found()),
        Method::Auto => {
            let mixture = Searcher::new(evidence, settings).mixture()?;
            rivals::compare(evidence, settings, mixture)
        }
    }
}

/// The mixture chosen, before it is held against k-means.
pub(super) struct Chosen {
    pub(super) fitted: Fitted,
    pub(super) given: Array2<f64>,
    pub(super) candidates: Vec<Candidate>,
}

impl Chosen {
    pub(super) fn segments(&self) -> usize {
        self.fitted.mixture.n_classes()
    }

    pub(super) fn factors(&self) -> usize {
        self.fitted.mixture.n_factors()
    }

    pub(super) fn found(self) -> Found {
        let factors = Some(self.factors());
        Found { method: Method::Mixture, factors, given: self.given, candidates: self.candidates, stability: None }
    }
}

struct Searcher<'a> {
    evidence: &'a Evidence,
    screen: Evidence,
    settings: &'a FitSettings,
    /// Screened solutions with their place in `candidates`.
    solutions: Vec<(usize, Fitted)>,
    candidates: Vec<Candidate>,
}

impl<'a> Searcher<'a> {
    fn new(evidence: &'a Evidence, settings: &'a FitSettings) -> Self {
        Self { evidence, screen: evidence.screen(), settings, solutions: Vec::new(), candidates: Vec::new() }
    }

    fn mixture(mut self) -> Result<Chosen, ModelError> {
        let counts: Vec<usize> =
            self.settings.counts().into_iter().filter(|k| *k <= self.screen.data.n_rows() / 2).collect();
        let counts = if counts.is_empty() { vec![1] } else { counts };
        let reference = *counts.iter().min_by_key(|k| k.abs_diff(REFERENCE_SEGMENTS)).expect("not empty");
        let most = self.settings.max_factors.min(self.evidence.data.n_columns() / 2);
        for q in FACTOR_STEPS.into_iter().filter(|q| *q <= most) {
            self.try_screened(reference, q)?;
        }
        let q = self.best(|_| true).1;
        for k in counts.iter().copied().filter(|k| *k != reference) {
            self.try_screened(k, q)?;
        }
        let (k, q) = self.best_allowed();
        if k != reference {
            for near in [q.saturating_sub(2), q + 2].into_iter().filter(|near| *near <= most && *near != q) {
                self.try_screened(k, near)?;
            }
        }
        let (k, q) = self.best_allowed();
        let start = self.screened(k, q).clone();
        self.final_fit(start, &counts)
    }

    /// Fits a candidate on the screening rows, unless it is there already.
    fn try_screened(&mut self, k: usize, q: usize) -> Result<(), ModelError> {
        if self.candidates.iter().any(|c| c.segments == k && c.factors == Some(q)) {
            return Ok(());
        }
        let params = FactorMixtureParams::new(k, q)
            .starts(SCREEN_STARTS)
            .max_iterations(SCREEN_ITERATIONS)
            .tolerance(1e-4)
            .seed(self.settings.seed);
        let fitted = params.fit(&DatasetBase::new(self.screen.data.clone(), ()))?;
        self.candidates.push(self.candidate(&fitted, self.screen.data.n_rows()));
        self.solutions.push((self.candidates.len() - 1, fitted));
        Ok(())
    }

    fn candidate(&self, fitted: &Fitted, rows: usize) -> Candidate {
        let share = fitted.mixture.class_weights.iter().copied().fold(1.0, f64::min);
        let (segments, respondents) = (fitted.mixture.n_classes(), share * self.evidence.data.n_rows() as f64);
        Candidate {
            method: Method::Mixture,
            segments,
            factors: Some(fitted.mixture.n_factors()),
            rows: rows as u64,
            bic: Some(fitted.bic),
            stability: None,
            smallest_share: share,
            smallest_respondents: respondents,
            chosen: false,
            knocked_out: knocked_out(self.settings, segments, share, respondents),
        }
    }

    /// `(segments, factors)` of the smallest criterion among those allowed by `allow`.
    fn best(&self, allow: impl Fn(&Candidate) -> bool) -> (usize, usize) {
        let screened = self.candidates.iter().filter(|c| allow(c));
        let best = screened.min_by(|a, b| a.bic.unwrap_or(f64::INFINITY).total_cmp(&b.bic.unwrap_or(f64::INFINITY)));
        best.map_or((1, 0), |c| (c.segments, c.factors.unwrap_or(0)))
    }

    /// The best that is not knocked out; if all are, the best of the fewest segments tried.
    fn best_allowed(&self) -> (usize, usize) {
        if self.candidates.iter().any(|c| c.knocked_out.is_none()) {
            return self.best(|c| c.knocked_out.is_none());
        }
        let fewest = self.candidates.iter().map(|c| c.segments).min().unwrap_or(1);
        self.best(|c| c.segments == fewest)
    }

    fn screened(&self, k: usize, q: usize) -> &Fitted {
        let at = |(place, _): &&(usize, Fitted)| {
            self.candidates[*place].segments == k && self.candidates[*place].factors == Some(q)
        };
        &self.solutions.iter().find(at).expect("a candidate has a solution").1
    }

    /// Fits the best candidate on all rows; where those are more than were screened, also its larger neighbors, which
    /// more rows may support.
    fn final_fit(mut self, start: Fitted, counts: &[usize]) -> Result<Chosen, ModelError> {
        let (k, q) = (start.mixture.n_classes(), start.mixture.n_factors());
        let all_screened = self.screen.data.n_rows() == self.evidence.data.n_rows();
        let starts = if all_screened { self.settings.starts } else { self.settings.starts.div_ceil(4) };
        let mut best = self.fit_all(k, q, starts)?;
        let mut place = self.push_full(&best);
        if !all_screened {
            for larger in counts.iter().copied().filter(|c| *c > k).take(FINALISTS) {
                let next = self.fit_all(larger, q, SCREEN_STARTS)?;
                let at = self.push_full(&next);
                if next.bic >= best.bic || self.candidates[at].knocked_out.is_some() {
                    break;
                }
                (best, place) = (next, at);
            }
        }
        self.candidates[place].chosen = true;
        let given = best.mixture.probabilities(&self.evidence.data);
        Ok(Chosen { fitted: best, given, candidates: self.candidates })
    }

    fn fit_all(&self, k: usize, q: usize, starts: usize) -> Result<Fitted, ModelError> {
        let params = FactorMixtureParams::new(k, q).starts(starts).seed(self.settings.seed);
        let checked = params.check().map_err(crate::stats::mixture::MixtureError::from)?;
        Ok(checked.fit(&DatasetBase::new(self.evidence.data.clone(), ()))?)
    }

    fn push_full(&mut self, fitted: &Fitted) -> usize {
        let rows = self.evidence.data.n_rows();
        let candidate = self.candidate(fitted, rows);
        self.candidates.push(candidate);
        self.candidates.len() - 1
    }
}

/// Why a solution may not be chosen; a pinned number of segments always may.
pub(super) fn knocked_out(settings: &FitSettings, segments: usize, share: f64, respondents: f64) -> Option<String> {
    if segments == 1 || matches!(settings.segments, SegmentCount::Exactly(_)) {
        return None;
    }
    if share < settings.min_share {
        return Some(format!(
            "its smallest segment has {:.1} % of customers, less than min_share = {:.1} %",
            100.0 * share,
            100.0 * settings.min_share
        ));
    }
    if respondents < settings.min_respondents as f64 {
        return Some(format!(
            "its smallest segment rests on {respondents:.0} respondents, less than min_respondents = {}",
            settings.min_respondents
        ));
    }
    None
}
