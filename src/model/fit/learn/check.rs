//! Checks on answers the model has not seen: how well scores, their errors and the typing hold.

use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;

use super::super::evidence::prepare::{Prepared, first_column};
use super::super::report::HeldOut;
use super::measure::{Measured, learn_ratings};
use crate::catalogue::N_ELEMENTS;
use crate::model::rows::{Aspect, N_RATINGS};
use crate::stats::draw::mixed_seed;
use crate::stats::mixture::{FactorMixture, Kernel, TILE, Tile, TilePosterior};
use crate::stats::observed::Observed;

/// One in how many answers is hidden.
const HIDDEN_ONE_IN: u64 = 10;

/// Rows that answers are hidden in at most.
const CHECK_ROWS: usize = 4_000;

/// Hidden answers of an aspect from which standard errors are adjusted.
const LEAST_HIDDEN: usize = 100;

/// Hidden answers that are enough: coverage is then known to a third of a percentage point.
const ENOUGH_HIDDEN: u64 = 10_000;

/// Times answers are hidden at most.
const MAX_ROUNDS: u64 = 5;

/// Both aspects, in the order of the ratings.
const ASPECTS: [Aspect; 2] = [Aspect::Importance, Aspect::Fulfillment];

/// Two-sided 90 % point of the standard normal distribution.
const Z90: f64 = 1.644_853_626_951_472_2;

/// Limits of the factor on standard errors. Our judgment: beyond them something else is wrong.
const SE_FACTORS: (f64, f64) = (0.5, 2.0);

/// An answer the model does not get to see.
#[derive(Clone, Copy, Debug)]
pub(in crate::model::fit) struct Hidden {
    /// Row.
    pub(in crate::model::fit) row: usize,
    /// Rating, `0..60`.
    pub(in crate::model::fit) column: usize,
    /// Standardized answer.
    pub(in crate::model::fit) value: f64,
}

/// A predicted answer.
#[derive(Clone, Copy, Debug)]
pub(in crate::model::fit) struct Prediction {
    /// Expected standardized answer.
    pub(in crate::model::fit) mean: f64,
    /// Variance of the predictive distribution.
    pub(in crate::model::fit) variance: f64,
}

/// Hides one answer in ten, drawn by a hash of (seed, row, column).
pub(in crate::model::fit) fn hide(ratings: &Observed, seed: u64) -> (Observed, Vec<Hidden>) {
    let mut present = ratings.present().to_owned();
    let mut hidden = Vec::new();
    for ((row, column), is) in present.indexed_iter_mut() {
        if *is && mixed_seed(seed ^ 0x5EED, (row * N_RATINGS + column) as u64).is_multiple_of(HIDDEN_ONE_IN) {
            *is = false;
            hidden.push(Hidden { row, column, value: ratings.values()[(row, column)] });
        }
    }
    let kept = Observed::try_new(ratings.values().to_owned(), present, ratings.weights().clone());
    (kept.expect("cells of a checked table"), hidden)
}

/// Predicts hidden answers from the other answers in `data` with class probabilities `given`.
///
/// `E[v] = Σ_k p_k (μ_k + λ·m_k)`; `Var = ψ + λᵀP⁻¹λ + Σ_k p_k (μ_k + λ·m_k − E[v])²`.
pub(in crate::model::fit) fn predict(
    model: &FactorMixture,
    data: &Observed,
    given: ArrayView2<'_, f64>,
    hidden: &[Hidden],
) -> Vec<Prediction> {
    let (k, q) = (model.n_classes(), model.n_factors());
    let kernel = Kernel::new(model);
    let mut out = TilePosterior::new(k, q);
    let mut current = usize::MAX;
    hidden
        .iter()
        .map(|h| {
            let (tile_at, r) = (h.row / TILE, h.row % TILE);
            // Hidden answers come row by row, so each tile is computed once.
            if tile_at != current {
                current = tile_at;
                kernel.evidence(&Tile::of_rows(data, tile_at * TILE), &mut out);
            }
            let loading = model.loadings.row(h.column);
            let in_class = |class: usize| {
                let factors = (0..q).map(|a| loading[a] * f64::from(out.factors[(class * q + a, r)]));
                model.means[(class, h.column)] + factors.sum::<f64>()
            };
            let values: Vec<f64> = (0..k).map(in_class).collect();
            let mean: f64 = values.iter().zip(given.row(h.row)).map(|(v, p)| v * p).sum();
            let between: f64 = values.iter().zip(given.row(h.row)).map(|(v, p)| p * (v - mean).powi(2)).sum();
            // What is unsure within a class: the answer's own noise, and where the factors lie.
            let mut within = model.uniqueness[h.column];
            for a in 0..q {
                for b in 0..q {
                    let (hi, lo) = (a.max(b), a.min(b));
                    let covariance = f64::from(out.covariance[(hi * (hi + 1) / 2 + lo, r)]);
                    within += loading[a] * loading[b] * covariance;
                }
            }
            Prediction { mean, variance: within + between }
        })
        .collect()
}

/// What the checks found.
#[derive(Clone, Debug)]
pub(in crate::model::fit) struct Checked {
    pub(in crate::model::fit) held_out: Vec<HeldOut>,
    /// `[aspect][without own answers, with]`.
    pub(in crate::model::fit) se_factor: [[f64; 2]; 2],
}

/// Hides answers, learns the ratings anew without them and predicts them, with and without the customer's own other
/// answers; again with other answers hidden until enough were predicted to know the intervals' coverage well.
pub(in crate::model::fit) fn held_out(prepared: &Prepared, measured: &Measured, seed: u64) -> Checked {
    let n = prepared.ratings.n_rows();
    let rows: Vec<usize> =
        if n <= CHECK_ROWS { (0..n).collect() } else { (0..CHECK_ROWS).map(|i| i * n / CHECK_ROWS).collect() };
    let part = Part {
        ratings: prepared.ratings.select(&rows),
        signals: prepared.respondent_signals.select(&rows),
        prepared,
        measured,
    };
    let given = part.ratings.present().iter().filter(|p| **p).count() as u64;
    let rounds = (ENOUGH_HIDDEN * HIDDEN_ONE_IN / given.max(1)).clamp(1, MAX_ROUNDS);
    // Collected in the order of the rounds, so that sums have the same bits at any number of threads.
    let rounds: Vec<[[Vec<Case>; 2]; 2]> =
        (0..rounds).into_par_iter().map(|round| part.cases(mixed_seed(seed, round))).collect();
    let mut checked = Checked { held_out: Vec::new(), se_factor: [[1.0; 2]; 2] };
    for (place, aspect) in ASPECTS.into_iter().enumerate() {
        for known in 0..2 {
            let cases: Vec<&Case> = rounds.iter().flat_map(|round| &round[place][known]).collect();
            if cases.len() >= LEAST_HIDDEN {
                checked.se_factor[place][known] = se_factor(cases.iter().copied());
                checked.held_out.push(summary(aspect, known == 1, &cases));
            }
        }
    }
    checked
}

/// Rows that answers are hidden in.
struct Part<'a> {
    ratings: Observed,
    signals: Observed,
    prepared: &'a Prepared,
    measured: &'a Measured,
}

impl Part<'_> {
    /// Predictions of the answers hidden by `seed`: `[aspect][without own answers, with]`.
    fn cases(&self, seed: u64) -> [[Vec<Case>; 2]; 2] {
        let (kept, hidden) = hide(&self.ratings, seed);
        // The classes must not know the hidden answers either.
        let given = self.measured.probabilities(Some(&kept), &self.signals);
        let block = learn_ratings(&kept, given.view(), self.measured.ratings.n_factors());
        let blind = Measured { ratings: block, ..self.measured.clone() };
        let nothing = Observed::try_new(
            Array2::zeros(kept.values().dim()),
            Array2::from_elem(kept.values().dim(), false),
            kept.weights().clone(),
        )
        .expect("an empty table");
        // The rival is the mean of the answers left, which knows no hidden answer either.
        let means = kept.column_moments().mean;
        let predicted = |data: &Observed, classes: Array2<f64>| predict(&blind.ratings, data, classes.view(), &hidden);
        let without = predicted(&nothing, blind.probabilities(None, &self.signals));
        let with = predicted(&kept, blind.probabilities(Some(&kept), &self.signals));
        ASPECTS.map(|aspect| {
            let columns = first_column(aspect)..first_column(aspect) + N_ELEMENTS;
            [&without, &with].map(|predictions| {
                let own = hidden.iter().zip(predictions).filter(|(h, _)| columns.contains(&h.column));
                own.map(|(h, p)| Case::of(h, *p, self.prepared, means[h.column])).collect()
            })
        })
    }
}

/// One hidden answer on the scale of answers.
struct Case {
    error: f64,
    error_of_mean: f64,
    se: f64,
}

impl Case {
    fn of(h: &Hidden, p: Prediction, prepared: &Prepared, mean: f64) -> Self {
        let (center, spread) = (prepared.center[h.column], prepared.spread[h.column]);
        let answer = center + spread * h.value;
        // Judged as printed, with the ends of the scale cut off.
        let published = (center + spread * p.mean).clamp(0.0, 10.0);
        Self { error: answer - published, error_of_mean: spread * (h.value - mean), se: spread * p.variance.sqrt() }
    }
}

/// Factor that makes 90 % intervals cover 90 % of the cases.
fn se_factor<'a>(cases: impl Iterator<Item = &'a Case>) -> f64 {
    let mut ratios: Vec<f64> = cases.map(|c| c.error.abs() / c.se).collect();
    if ratios.is_empty() {
        return 1.0;
    }
    ratios.sort_by(f64::total_cmp);
    let at = ((ratios.len() as f64 * 0.9).ceil() as usize).clamp(1, ratios.len()) - 1;
    (ratios[at] / Z90).clamp(SE_FACTORS.0, SE_FACTORS.1)
}

fn summary(aspect: Aspect, own_answers_known: bool, cases: &[&Case]) -> HeldOut {
    let n = cases.len() as f64;
    let rmse = |of: &dyn Fn(&Case) -> f64| (cases.iter().map(|c| of(c).powi(2)).sum::<f64>() / n).sqrt();
    // Coverage is judged on cases that did not set the factor: odd ones by even ones and the other way round.
    let half = |odd: usize| cases.iter().copied().skip(odd).step_by(2);
    let covered = |odd: usize| {
        let factor = se_factor(half(1 - odd));
        half(odd).filter(|c| c.error.abs() <= Z90 * factor * c.se).count()
    };
    HeldOut {
        aspect,
        own_answers_known,
        answers: cases.len() as u64,
        rmse: rmse(&|c| c.error),
        rmse_of_mean: rmse(&|c| c.error_of_mean),
        coverage_90: (covered(0) + covered(1)) as f64 / n,
    }
}
