//! Checks on answers the model has not seen: how well scores, their errors and the typing hold.

use ndarray::{Array2, ArrayView2, Axis};
use rayon::prelude::*;

use super::super::evidence::prepare::{Prepared, first_column};
use super::super::report::HeldOut;
use super::measure::Measured;
use super::within::{Respondents, less_told};
use crate::rows::{Aspect, N_RATINGS};
use valueseg_catalogue::N_ELEMENTS;
use valueseg_stats::draw::mixed_seed;
use valueseg_stats::mixture::{FactorMixture, Kernel, TILE, Tile, TilePosterior};
use valueseg_stats::observed::Observed;

/// One in how many answers is hidden.
const HIDDEN_ONE_IN: u64 = 10;

/// Rows that answers are hidden in at most.
const CHECK_ROWS: usize = 4_000;

/// Hidden answers of an aspect from which standard errors are adjusted.
const LEAST_HIDDEN: usize = 100;

/// Hidden answers of one rating from which it has a factor of its own. Our judgment: with fewer the ninth tenth of its
/// errors is one or two answers.
const LEAST_HIDDEN_OF_ITEM: usize = 20;

/// Variance of the logarithm of the 90 % quantile of |z| over n cases, times n, if errors are normal:
/// `0.9·0.1/(f²·q²)` with density `f = 2φ(1.645) = 0.206` and `q = 1.645`.
const QUANTILE_VARIANCE: f64 = 0.78;

/// Folds in which all answers of respondents are hidden.
const FOLDS: usize = 5;

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
pub(in crate::fit) struct Hidden {
    /// Row.
    pub(in crate::fit) row: usize,
    /// Rating, `0..60`.
    pub(in crate::fit) column: usize,
    /// Standardized answer.
    pub(in crate::fit) value: f64,
}

/// A predicted answer.
#[derive(Clone, Copy, Debug)]
pub(in crate::fit) struct Prediction {
    /// Expected standardized answer.
    pub(in crate::fit) mean: f64,
    /// Variance of the predictive distribution.
    pub(in crate::fit) variance: f64,
}

/// Hides one answer in ten, drawn by a hash of (seed, row, column).
pub(in crate::fit) fn hide(ratings: &Observed, seed: u64) -> (Observed, Vec<Hidden>) {
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
pub(in crate::fit) fn predict(
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
pub(in crate::fit) struct Checked {
    pub(in crate::fit) held_out: Vec<HeldOut>,
    /// `[without own answers, with][60]`.
    pub(in crate::fit) se_factor: [Vec<f64>; 2],
}

/// Hides answers, learns the ratings anew without them and predicts them: once one answer in ten, from the customer's
/// other answers and signals, and again until enough were predicted to know the intervals' coverage well; once all
/// answers of a fold of respondents, from signals alone.
///
/// `alone` are class probabilities `(n, K)` of all respondents by signals, by models that have not seen them.
pub(in crate::fit) fn held_out(
    prepared: &Prepared,
    measured: &Measured,
    alone: ArrayView2<'_, f64>,
    seed: u64,
) -> Checked {
    // What nobody gave with care cannot be foretold, and need not be.
    let (believed, n) = (&prepared.believed, prepared.believed.len());
    let rows: Vec<usize> = if n <= CHECK_ROWS {
        believed.clone()
    } else {
        (0..CHECK_ROWS).map(|i| believed[i * n / CHECK_ROWS]).collect()
    };
    let part = Part {
        ratings: prepared.ratings.select(&rows),
        signals: prepared.respondent_signals.select(&rows),
        alone: alone.select(Axis(0), &rows),
        prepared,
        measured,
    };
    let given = part.ratings.present().iter().filter(|p| **p).count() as u64;
    let rounds = (ENOUGH_HIDDEN * HIDDEN_ONE_IN / given.max(1)).clamp(1, MAX_ROUNDS);
    // Collected in the order of rounds and folds, so that sums have the same bits at any number of threads.
    let with: Vec<Vec<Case>> =
        (0..rounds).into_par_iter().map(|round| part.beside_others(mixed_seed(seed, round))).collect();
    let without: Vec<Vec<Case>> = (0..FOLDS).into_par_iter().map(|fold| part.by_signals(fold)).collect();
    let cases = [without.concat(), with.concat()];
    let mut held_out = Vec::new();
    for aspect in ASPECTS {
        for (known, cases) in cases.iter().enumerate() {
            let own: Vec<Case> = cases.iter().filter(|c| aspect.mask() >> c.column & 1 == 1).copied().collect();
            if own.len() >= LEAST_HIDDEN {
                held_out.push(summary(aspect, known == 1, &own));
            }
        }
    }
    Checked { held_out, se_factor: cases.map(|cases| se_factors(&cases)) }
}

/// Rows that answers are hidden in.
struct Part<'a> {
    ratings: Observed,
    signals: Observed,
    /// `(n, K)` class probabilities by signals alone, of models that have not seen the row.
    alone: Array2<f64>,
    prepared: &'a Prepared,
    measured: &'a Measured,
}

impl Part<'_> {
    /// Predictions of the answers hidden by `seed`, from all other answers and signals.
    fn beside_others(&self, seed: u64) -> Vec<Case> {
        let (kept, mut hidden) = hide(&self.ratings, seed);
        // The rival is the mean of the answers left, which knows no hidden answer either.
        let means = kept.column_moments().mean;
        // The classes must not know the hidden answers either.
        let given = self.measured.probabilities(Some(&kept), &self.signals);
        let (ratings, signals) = (&kept, &self.signals);
        let respondents = Respondents { ratings, signals, known: given.view(), alone: self.alone.view() };
        let blind = self.measured.learned_from(&respondents);
        let classes = blind.probabilities(Some(&kept), signals);
        let told = match &blind.links.beside {
            Some(link) => link.told(signals.values()),
            None => Array2::zeros(kept.values().dim()),
        };
        let block = blind.links.beside.as_ref().map_or(blind.ratings.clone(), |l| l.given_signals(&blind.ratings));
        // What signals say is taken out of answers, and put back to what is predicted.
        hidden.iter_mut().for_each(|h| h.value -= told[(h.row, h.column)]);
        let predicted = predict(&block, &less_told(&kept, &told), classes.view(), &hidden);
        let cases = hidden.iter().zip(predicted).map(|(h, p)| {
            let told = told[(h.row, h.column)];
            let (answer, p) = (Hidden { value: h.value + told, ..*h }, Prediction { mean: p.mean + told, ..p });
            Case::of(&answer, p, self.prepared, means[h.column])
        });
        cases.collect()
    }

    /// Predictions from signals alone of all answers of the respondents of a fold, learned from all others.
    fn by_signals(&self, fold: usize) -> Vec<Case> {
        let (inside, outside): (Vec<usize>, Vec<usize>) = (0..self.ratings.n_rows()).partition(|r| r % FOLDS == fold);
        if inside.is_empty() || outside.is_empty() {
            return Vec::new();
        }
        let (ratings, signals) = (self.ratings.select(&outside), self.signals.select(&outside));
        let means = ratings.column_moments().mean;
        let known = self.measured.probabilities(Some(&ratings), &signals);
        let alone = self.alone.select(Axis(0), &outside);
        let respondents =
            Respondents { ratings: &ratings, signals: &signals, known: known.view(), alone: alone.view() };
        let blind = self.measured.learned_from(&respondents);
        let (held, classes) = (self.ratings.select(&inside), self.alone.select(Axis(0), &inside));
        let [mean, variance] = blind.by_signals(&self.signals.select(&inside), &classes);
        let present = held.present();
        let given = present.indexed_iter().filter(|(_, is)| **is).map(|(at, _)| at);
        let case = |at: (usize, usize)| {
            let hidden = Hidden { row: inside[at.0], column: at.1, value: held.values()[at] };
            let prediction = Prediction { mean: mean[at], variance: variance[at] };
            Case::of(&hidden, prediction, self.prepared, means[at.1])
        };
        given.map(case).collect()
    }
}

/// One hidden answer on the scale of answers.
#[derive(Clone, Copy, Debug)]
struct Case {
    /// Rating, `0..60`.
    column: usize,
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
        Self {
            column: h.column,
            error: answer - published,
            error_of_mean: spread * (h.value - mean),
            se: spread * p.variance.sqrt(),
        }
    }
}

/// Factor that makes 90 % intervals cover 90 % of the cases; 1 without any.
fn se_factor<'a>(cases: impl Iterator<Item = &'a Case>) -> f64 {
    let mut ratios: Vec<f64> = cases.map(|c| c.error.abs() / c.se).collect();
    if ratios.is_empty() {
        return 1.0;
    }
    ratios.sort_by(f64::total_cmp);
    let at = ((ratios.len() as f64 * 0.9).ceil() as usize).clamp(1, ratios.len()) - 1;
    (ratios[at] / Z90).clamp(SE_FACTORS.0, SE_FACTORS.1)
}

/// `[60]` factors on standard errors, rating by rating; the aspect's own factor for all where it was asked too little.
///
/// METHOD: one factor for 30 ratings leaves those with long tails short of 90 %. A rating's own factor is a sample quantile,
/// whose logarithm has variance [`QUANTILE_VARIANCE`]/n; it is drawn toward the aspect's factor by empirical Bayes (Efron and
/// Morris 1975, JASA 70), the more so the less its ratings differ beyond that noise.
fn se_factors(cases: &[Case]) -> Vec<f64> {
    let mut factors = vec![1.0; N_RATINGS];
    for aspect in ASPECTS {
        let columns = first_column(aspect)..first_column(aspect) + N_ELEMENTS;
        let own: Vec<&Case> = cases.iter().filter(|c| columns.contains(&c.column)).collect();
        if own.len() < LEAST_HIDDEN {
            continue;
        }
        let common = se_factor(own.iter().copied()).ln();
        factors[columns.clone()].fill(common.exp());
        let items: Vec<ItemFactor> = columns
            .filter_map(|column| {
                let own: Vec<&Case> = own.iter().copied().filter(|c| c.column == column).collect();
                let variance = QUANTILE_VARIANCE / own.len() as f64;
                let log = se_factor(own.iter().copied()).ln();
                (own.len() >= LEAST_HIDDEN_OF_ITEM).then_some(ItemFactor { column, log, variance })
            })
            .collect();
        let spread = spread_beyond_noise(&items, common);
        for item in items {
            let own = spread / (spread + item.variance);
            factors[item.column] = (common + own * (item.log - common)).exp();
        }
    }
    factors
}

/// Logarithm of a rating's own factor, and the variance of its sampling noise.
struct ItemFactor {
    column: usize,
    log: f64,
    variance: f64,
}

/// Variance of the ratings' factors around the common one less their noise, not below 0; ratings count by their precision.
fn spread_beyond_noise(items: &[ItemFactor], common: f64) -> f64 {
    let weight: f64 = items.iter().map(|item| 1.0 / item.variance).sum();
    let beyond = |item: &ItemFactor| ((item.log - common).powi(2) - item.variance) / item.variance;
    if weight > 0.0 { (items.iter().map(beyond).sum::<f64>() / weight).max(0.0) } else { 0.0 }
}

fn summary(aspect: Aspect, own_answers_known: bool, cases: &[Case]) -> HeldOut {
    let n = cases.len() as f64;
    let rmse = |of: &dyn Fn(&Case) -> f64| (cases.iter().map(|c| of(c).powi(2)).sum::<f64>() / n).sqrt();
    // Coverage is judged on cases that did not set the factors: odd ones by even ones and the other way round.
    let half = |odd: usize| -> Vec<Case> { cases.iter().copied().skip(odd).step_by(2).collect() };
    let covered = |odd: usize| {
        let factors = se_factors(&half(1 - odd));
        half(odd).iter().filter(|c| c.error.abs() <= Z90 * factors[c.column] * c.se).count()
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
