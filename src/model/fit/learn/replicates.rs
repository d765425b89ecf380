//! The fit repeated without some of the respondents, group by group: see [`FitError`].

use ndarray::{Array1, Array2, Axis};
use rayon::prelude::*;

use super::super::evidence::prepare::Prepared;
use super::super::fit_error::FitError;
use super::super::measurement::mean_step;
use super::assemble::shares;
use super::measure::Measured;
use super::signals::SignalLearner;
use crate::rows::CustomerBlock;
use valueseg_stats::draw::mixed_seed;
use valueseg_stats::observed::Observed;

/// Groups of respondents left out in turn.
const GROUPS: usize = 20;

/// Steps of EM of each replicate.
const STEPS: usize = 3;

/// Largest rate of convergence that is extrapolated: beyond, what is left of the way is a guess.
const LARGEST_RATE: f64 = 0.9;

/// Respondents the fit is repeated on. METHOD: a variance is known well enough from 4,000; it is then that of all by their
/// number.
const MOST_RESPONDENTS: usize = 4_000;

/// Customers who were not asked, on whom replicates are compared: the same ones in all, so their draw hardly matters.
const MOST_UNASKED: usize = 2_000;

/// Least share that people without answers start from.
const LEAST_SHARE: f64 = 1e-4;

/// Largest effect that is believed.
const MOST_EFFECT: f64 = 20.0;

/// What the fit is repeated on.
pub(super) struct Refits<'a> {
    pub(super) prepared: &'a Prepared,
    pub(super) base: &'a CustomerBlock,
    pub(super) learner: &'a SignalLearner,
    pub(super) seed: u64,
}

/// What is compared between replicates.
#[derive(Clone, Debug)]
struct Found {
    /// `(K,)` shares of everybody.
    shares: Array1<f64>,
    /// `(K·60,)` class means of ratings, standardized.
    means: Array1<f64>,
}

impl Refits<'_> {
    /// Errors of `measured`; `misfit` is what the typing check knows. `None` with too few respondents to leave any out.
    pub(super) fn error(&self, measured: &Measured, misfit: Vec<f64>) -> Option<FitError> {
        let k = measured.weights.len();
        if k == 1 {
            return Some(FitError::none(1));
        }
        let all = self.prepared.ratings.n_rows();
        let rows = spread(all, MOST_RESPONDENTS);
        if rows.len() < 2 * GROUPS {
            return None;
        }
        let respondents = Respondents {
            ratings: self.prepared.ratings.select(&rows),
            signals: self.prepared.respondent_signals.select(&rows),
        };
        let (unasked, asked_share) = self.unasked();
        let group_of = |at: usize| (mixed_seed(self.seed ^ 0x5EED, rows[at] as u64) % GROUPS as u64) as usize;
        let first = measured.probabilities(Some(&respondents.ratings), &respondents.signals);
        let walk = |left_out: Option<usize>| {
            let kept: Vec<usize> = (0..rows.len()).filter(|at| Some(group_of(*at)) != left_out).collect();
            let given = first.select(Axis(0), &kept);
            self.walk(measured, &respondents.select(&kept), given, (&unasked, asked_share))
        };
        let whole = walk(None);
        // In the order of the groups, whichever thread is done first.
        let without: Vec<Vec<Found>> = (0..GROUPS).into_par_iter().map(|group| walk(Some(group))).collect();
        let scale = rows.len() as f64 / all as f64;
        let shares = variances(&whole, &without, |found| &found.shares) * scale;
        let means = variances(&whole, &without, |found| &found.means);
        Some(FitError {
            groups: GROUPS as u64,
            share: shares.mapv(f64::sqrt).to_vec(),
            misfit: misfit.into_iter().map(|off| off * (1.0 - asked_share)).collect(),
            effect: effects(measured, &respondents, &first, (&means, scale)),
        })
    }

    /// Signals of customers without answers, and the share of the base that answered.
    fn unasked(&self) -> (Observed, f64) {
        // Without signals nothing is known of them, and they have no share in anything.
        if self.prepared.base_signals.n_columns() == 0 {
            return (self.prepared.base_signals.select(&[]), 1.0);
        }
        let rows = self.prepared.silent_rows(self.base);
        let weights = self.prepared.base_signals.weights();
        let of_silent: f64 = rows.iter().map(|row| weights[*row]).sum();
        let asked = 1.0 - of_silent / weights.sum().max(f64::MIN_POSITIVE);
        let some: Vec<usize> = spread(rows.len(), MOST_UNASKED).into_iter().map(|at| rows[at]).collect();
        (self.prepared.base_signals.select(&some), asked)
    }

    /// [`STEPS`] steps of EM from `measured` on `respondents`, whose classes it takes to be `given`, and what each came to.
    fn walk(
        &self,
        measured: &Measured,
        respondents: &Respondents,
        mut given: Array2<f64>,
        (unasked, asked): (&Observed, f64),
    ) -> Vec<Found> {
        let mut model = measured.clone();
        let rows: Vec<usize> = (0..respondents.ratings.n_rows()).collect();
        (0..STEPS)
            .map(|_| {
                let weights = shares(&given, respondents.ratings.weights(), &rows);
                let ratings = model.relearned(&respondents.ratings, &respondents.signals, given.view());
                let signals = self.learner.relearn(&respondents.signals, given.view(), &weights, &model.signals);
                model = Measured { weights, ratings, signals, ..model.clone() };
                given = model.probabilities(Some(&respondents.ratings), &respondents.signals);
                let mut shares = mean_of(&given, respondents.ratings.weights()) * asked;
                if unasked.n_rows() > 0 {
                    let typed = model.probabilities(None, unasked);
                    let found = mean_of(&typed, unasked.weights());
                    // A step of EM for the shares they start from, too: those rest on the same respondents.
                    if let Some(prior) = &mut model.unasked {
                        prior.shares = found.iter().map(|share| share.max(LEAST_SHARE)).collect();
                    }
                    shares = shares + found * (1.0 - asked);
                }
                Found { shares, means: model.ratings.means.iter().copied().collect() }
            })
            .collect()
    }
}

/// The respondents as numbers.
struct Respondents {
    ratings: Observed,
    signals: Observed,
}

impl Respondents {
    fn select(&self, rows: &[usize]) -> Self {
        Self { ratings: self.ratings.select(rows), signals: self.signals.select(rows) }
    }
}

/// At most `most` of `n` rows, evenly spread.
fn spread(n: usize, most: usize) -> Vec<usize> {
    if n <= most { (0..n).collect() } else { (0..most).map(|i| i * n / most).collect() }
}

/// Weighted mean of the rows.
fn mean_of(table: &Array2<f64>, weights: &Array1<f64>) -> Array1<f64> {
    table.t().dot(weights) / weights.sum().max(f64::MIN_POSITIVE)
}

/// Jackknife variance of what `pick` gives, each replicate taken as far as its steps would lead.
///
/// METHOD: with `D_t` the distance of a replicate from the whole sample after step `t` and `Δ_t = D_t − D_{t−1}`, EM
/// converges linearly, `Δ_{t+1} ≈ ρ·Δ_t`, so `D_∞ ≈ D_T + Δ_T·ρ/(1 − ρ)`; one ρ for all replicates, by least squares.
/// `Var = (G − 1)/G · Σ_g (D_g − D̄)²`.
fn variances(whole: &[Found], without: &[Vec<Found>], pick: impl Fn(&Found) -> &Array1<f64>) -> Array1<f64> {
    let distance = |walk: &[Found], step: usize| pick(&walk[step]) - pick(&whole[step]);
    let moved = |walk: &[Found], step: usize| distance(walk, step) - distance(walk, step - 1);
    let last = STEPS - 1;
    let (mut product, mut square) = (0.0, 0.0);
    for walk in without {
        let (one, next) = (moved(walk, last - 1), moved(walk, last));
        product += one.dot(&next);
        square += one.dot(&one);
    }
    let rate = if square > 0.0 { (product / square).clamp(0.0, LARGEST_RATE) } else { 0.0 };
    let ends: Vec<Array1<f64>> =
        without.iter().map(|walk| distance(walk, last) + moved(walk, last) * (rate / (1.0 - rate))).collect();
    let groups = ends.len() as f64;
    let mean = ends.iter().fold(Array1::zeros(pick(&whole[last]).len()), |sum: Array1<f64>, end| sum + end) / groups;
    let squares = ends.iter().fold(Array1::zeros(mean.len()), |sum: Array1<f64>, end| {
        let off = end - &mean;
        sum + &off * &off
    });
    squares * ((groups - 1.0) / groups)
}

/// Of each segment the median over ratings of the variance of its mean in the replicates, over that of the mean of as many
/// sure members: `Var·n/σ²`, `n` the answers of its members by probability, `σ² = ψ + λ·λ`. `respondents` are a part
/// `scale` of all. The rounding of stored means is added, as that of an even spread within a step.
fn effects(
    measured: &Measured,
    respondents: &Respondents,
    given: &Array2<f64>,
    (variances, scale): (&Array1<f64>, f64),
) -> Vec<f64> {
    let (k, columns) = measured.ratings.means.dim();
    let present = respondents.ratings.present();
    let weighted = given * &respondents.ratings.weights().view().insert_axis(Axis(1));
    let answers = weighted.t().dot(&present.mapv(|is| f64::from(u8::from(is))));
    let members = weighted.sum_axis(Axis(0));
    (0..k)
        .map(|class| {
            let rounded = mean_step(members[class] / scale).powi(2) / 12.0;
            let mut found: Vec<f64> = (0..columns)
                .filter(|j| answers[(class, *j)] > 1.0)
                .map(|j| {
                    let common: f64 = measured.ratings.loadings.row(j).iter().map(|l| l * l).sum();
                    let own = measured.ratings.uniqueness[j] + common;
                    answers[(class, j)] * (variances[class * columns + j] + rounded / scale) / own
                })
                .collect();
            found.sort_by(f64::total_cmp);
            found.get(found.len() / 2).map_or(1.0, |effect| effect.clamp(1.0, MOST_EFFECT))
        })
        .collect()
}
