//! Respondents typed by models that had not seen them: what the typing check and the temperatures are learned from.

use ndarray::{Array1, Array2, Axis};
use rayon::prelude::*;

use super::super::FitRequest;
use super::super::evidence::prepare::Prepared;
use super::super::measurement::Measurement;
use super::super::temperature::Temperature;
use super::super::typing::{OwnAnswersCheck, QuestionBasis, QuestionReport, TypedRows, TypingCheck};
use super::measure::{Measured, SignalLearner};
use crate::catalogue::N_ELEMENTS;
use crate::model::rows::Aspect;
use crate::stats::calibration::{ClassEvidence, Reliability};
use crate::stats::draw::mixed_seed;
use crate::stats::observed::Observed;

/// Folds of the check.
const FOLDS: usize = 5;

/// Expected calibration error up to which probabilities are left as they are. Our judgment:
/// `docs/method.md#calibration-bar`.
const TOLERATED_ERROR: f64 = 0.03;

/// Answers from which a respondent's can be split in halves.
const LEAST_ANSWERS: usize = 6;

/// Respondents of that kind from which the temperature of answers is looked at.
const LEAST_SPLIT: usize = 100;

/// Log densities of respondents and of those who were not asked; all tables are `(rows, K)`.
#[derive(Clone, Debug)]
pub(in crate::model::fit) struct Crossed {
    /// Weights of the respondents with a known signal.
    weights: Vec<f64>,
    /// Log shares of the segments without the respondent's fold.
    prior: Array2<f64>,
    /// By signals, learned without the respondent's fold.
    signals: Array2<f64>,
    /// By all answers.
    answers: Array2<f64>,
    /// By half of the answers.
    half: Array2<f64>,
    /// Places of those with enough answers to split.
    split: Vec<usize>,
    unasked: Unasked,
    temperature: Temperature,
}

/// Customers of the base without answers, with a known signal.
#[derive(Clone, Debug)]
struct Unasked {
    weights: Vec<f64>,
    prior: Array2<f64>,
    signals: Array2<f64>,
}

impl Crossed {
    /// Types respondents in [`FOLDS`] folds and finds the temperatures; `None` without signals, with one segment or with
    /// too few respondents.
    pub(in crate::model::fit) fn of(
        request: &FitRequest<'_>,
        prepared: &Prepared,
        measured: &Measured,
        learner: &SignalLearner,
    ) -> Option<Self> {
        let signals = &prepared.respondent_signals;
        let k = measured.weights.len();
        let rows: Vec<usize> = (0..signals.n_rows()).filter(|r| any(signals, *r)).collect();
        if k < 2 || rows.len() < FOLDS * k {
            return None;
        }
        let given = measured.probabilities(Some(&prepared.ratings), signals);
        let (prior, typed) = cross_typed(signals, &given, learner, measured);
        let ratings = prepared.ratings.select(&rows);
        let answers = measured.ratings.log_densities(&ratings);
        let counts = ratings.present().map_axis(Axis(1), |row| row.iter().filter(|p| **p).count());
        let mut crossed = Self {
            weights: rows.iter().map(|r| signals.weights()[*r]).collect(),
            prior: prior.select(Axis(0), &rows),
            signals: typed.select(Axis(0), &rows),
            half: measured.ratings.log_densities(&halved(&ratings, request.settings.seed)),
            answers,
            split: (0..rows.len()).filter(|r| counts[*r] >= LEAST_ANSWERS).collect(),
            unasked: Unasked::of(request, prepared, measured),
            temperature: Temperature::default(),
        };
        // Signals first: the temperature of answers is sought beside signals that are believed no more than they should be.
        crossed.temperature.signals = crossed.signal_temperature();
        crossed.temperature.answers = crossed.answer_temperature();
        Some(crossed)
    }

    /// How far signals and answers are to be believed.
    pub(in crate::model::fit) fn temperature(&self) -> Temperature {
        self.temperature
    }

    /// The same with the segments in the order `order`.
    pub(in crate::model::fit) fn reordered(&self, order: &[usize]) -> Self {
        let pick = |table: &Array2<f64>| table.select(Axis(1), order);
        Self {
            prior: pick(&self.prior),
            signals: pick(&self.signals),
            answers: pick(&self.answers),
            half: pick(&self.half),
            unasked: Unasked {
                prior: pick(&self.unasked.prior),
                signals: pick(&self.unasked.signals),
                ..self.unasked.clone()
            },
            ..self.clone()
        }
    }

    /// The check.
    pub(in crate::model::fit) fn check(&self) -> Option<TypingCheck> {
        let alone = self.alone(self.temperature.signals);
        let known = self.known(self.temperature);
        let untempered = reliability(&self.alone(1.0), &known, &self.weights).error()?;
        let unasked = ClassEvidence { prior: self.unasked.prior.view(), evidence: self.unasked.signals.view() };
        let unasked = unasked.at(self.temperature.signals);
        let rows = TypedRows {
            alone: alone.view(),
            known: known.view(),
            weights: &self.weights,
            unasked: (unasked.view(), &self.unasked.weights),
        };
        rows.check(self.temperature, untempered, self.own_answers())
    }

    /// `(K,)` by how much the shares of those who were not asked may be off because signals are believed too much or too
    /// little, 0–1: over respondents weighted to them, the mean of what everything says of a segment minus what signals
    /// alone say, less what chance makes of it.
    ///
    /// METHOD: the correction term of the difference estimator (Cassel, Särndal and Wretman 1976) as an error instead of a
    /// correction: the model's shares rest on the same respondents already. `√max(0, m² − se²)`.
    pub(in crate::model::fit) fn misfit(&self) -> Vec<f64> {
        let (alone, known) = (self.alone(self.temperature.signals), self.known(self.temperature));
        let by_signals = ClassEvidence { prior: self.unasked.prior.view(), evidence: self.unasked.signals.view() }
            .at(self.temperature.signals);
        let rows = TypedRows {
            alone: alone.view(),
            known: known.view(),
            weights: &self.weights,
            unasked: (by_signals.view(), &self.unasked.weights),
        };
        let weights = Array1::from(rows.weights_of_unasked());
        let total = weights.sum();
        let off = &known - &alone;
        (off.columns().into_iter())
            .map(|off| {
                let mean = off.dot(&weights) / total;
                let square: f64 = off.iter().zip(&weights).map(|(x, w)| (w * (x - mean)).powi(2)).sum();
                (mean * mean - square / (total * total)).max(0.0).sqrt()
            })
            .collect()
    }

    /// `(n, K)` probabilities by signals alone, believed at `temperature`.
    fn alone(&self, temperature: f64) -> Array2<f64> {
        self.alone_evidence().at(temperature)
    }

    fn alone_evidence(&self) -> ClassEvidence<'_> {
        ClassEvidence { prior: self.prior.view(), evidence: self.signals.view() }
    }

    /// `(n, K)` probabilities by everything.
    fn known(&self, temperature: Temperature) -> Array2<f64> {
        let prior = &self.prior + &(&self.signals / temperature.signals);
        ClassEvidence { prior: prior.view(), evidence: self.answers.view() }.at(temperature.answers)
    }

    /// The temperature of the signals.
    fn signal_temperature(&self) -> f64 {
        let best = self.alone_evidence().best_temperature(self.answers.view(), &self.weights);
        // What is right is judged with signals believed as far as is best: at their word they would confirm themselves.
        let known = self.known(Temperature { signals: best, answers: 1.0 });
        let error = |temperature: f64| reliability(&self.alone(temperature), &known, &self.weights).error();
        chosen(best, error)
    }

    /// The temperature of answers: half of them, with the signals, predict the other half.
    fn answer_temperature(&self) -> f64 {
        if self.split.len() < LEAST_SPLIT {
            return 1.0;
        }
        let pick = |table: &Array2<f64>| table.select(Axis(0), &self.split);
        let prior = pick(&self.prior) + pick(&self.signals) / self.temperature.signals;
        let (half, all) = (pick(&self.half), pick(&self.answers));
        let weights: Vec<f64> = self.split.iter().map(|r| self.weights[*r]).collect();
        // The other half given this one and the class: scale use and halo, learned from this half, are in it.
        let other = &all - &half;
        let best =
            ClassEvidence { prior: prior.view(), evidence: half.view() }.best_temperature(other.view(), &weights);
        chosen(best, |temperature| self.half_reliability(temperature, best).error())
    }

    /// Reliability of probabilities by signals and half of the answers at temperature `printed`, where what is right
    /// is judged by all answers at temperature `judged`.
    fn half_reliability(&self, printed: f64, judged: f64) -> Reliability {
        let pick = |table: &Array2<f64>| table.select(Axis(0), &self.split);
        let prior = pick(&self.prior) + pick(&self.signals) / self.temperature.signals;
        let (half, all) = (pick(&self.half), pick(&self.answers));
        let alone = ClassEvidence { prior: prior.view(), evidence: half.view() }.at(printed);
        let known = ClassEvidence { prior: prior.view(), evidence: all.view() }.at(judged);
        let weights: Vec<f64> = self.split.iter().map(|r| self.weights[*r]).collect();
        reliability(&alone, &known, &weights)
    }

    fn own_answers(&self) -> Option<OwnAnswersCheck> {
        if self.split.len() < LEAST_SPLIT {
            return None;
        }
        let reliability = self.half_reliability(self.temperature.answers, self.temperature.answers);
        let total: f64 = reliability.bins.iter().map(|bin| bin.weight).sum();
        let mean = |of: fn(&crate::stats::calibration::ReliabilityBin) -> f64| {
            reliability.bins.iter().map(|bin| bin.weight * of(bin)).sum::<f64>() / total
        };
        Some(OwnAnswersCheck {
            respondents: self.split.len() as u64,
            claimed: mean(|bin| bin.claimed),
            found: mean(|bin| bin.found),
            calibration_error: reliability.error()?,
        })
    }
}

impl Unasked {
    fn of(request: &FitRequest<'_>, prepared: &Prepared, measured: &Measured) -> Self {
        let base = &request.sample.base;
        let silent = |row: &usize| base.rated[*row] & prepared.asked == 0 && any(&prepared.base_signals, *row);
        let rows: Vec<usize> = (0..base.len()).filter(silent).collect();
        let signals = prepared.base_signals.select(&rows);
        let log_shares = measured.weights.mapv(f64::ln);
        Self {
            weights: signals.weights().to_vec(),
            prior: Array2::from_shape_fn((rows.len(), log_shares.len()), |(_, k)| log_shares[k]),
            signals: measured.signals.log_densities(&signals),
        }
    }
}

/// What the fit says about the questionnaire; `measured` and `measurement` are the same model.
pub(in crate::model::fit) fn questions(
    request: &FitRequest<'_>,
    prepared: &Prepared,
    aspect: Aspect,
    measured: &Measured,
    measurement: &Measurement,
) -> Option<QuestionReport> {
    let unasked = Unasked::of(request, prepared, measured);
    let mut by_signals = ClassEvidence { prior: unasked.prior.view(), evidence: unasked.signals.view() }
        .at(measured.temperature.signals);
    by_signals.mapv_inplace(|p| p.max(f64::MIN_POSITIVE).ln());
    let known = measured.probabilities(Some(&prepared.ratings), &prepared.respondent_signals);
    let asked = QuestionBasis {
        measurement,
        aspect,
        ratings: &prepared.ratings,
        known: known.view(),
        by_signals: by_signals.view(),
        weights: &unasked.weights,
        seed: request.settings.seed,
    };
    asked.report()
}

/// Log shares and log densities by signals, `(n, K)` each, of every respondent by what was learned from the others.
fn cross_typed(
    signals: &Observed,
    given: &Array2<f64>,
    learner: &SignalLearner,
    measured: &Measured,
) -> (Array2<f64>, Array2<f64>) {
    let n = signals.n_rows();
    let folds: Vec<(Vec<usize>, Array1<f64>, Array2<f64>)> = (0..FOLDS)
        .into_par_iter()
        .map(|fold| {
            let (inside, outside): (Vec<usize>, Vec<usize>) = (0..n).partition(|row| row % FOLDS == fold);
            let (others, part) = (given.select(Axis(0), &outside), signals.select(&outside));
            let block = learner.learn(&part, others.view(), &measured.weights);
            let typed = block.log_densities(&signals.select(&inside));
            // As the model's own shares are counted: one more of each, so that no segment is impossible.
            let sums = others.t().dot(part.weights()) + 1.0;
            (inside, (&sums / sums.sum()).mapv(f64::ln), typed)
        })
        .collect();
    let mut prior = Array2::zeros(given.dim());
    let mut typed = Array2::zeros(given.dim());
    for (rows, shares, densities) in folds {
        for (row, density) in rows.into_iter().zip(densities.rows()) {
            prior.row_mut(row).assign(&shares);
            typed.row_mut(row).assign(&density);
        }
    }
    (prior, typed)
}

/// Reliability of `alone` judged by `known`.
fn reliability(alone: &Array2<f64>, known: &Array2<f64>, weights: &[f64]) -> Reliability {
    let nobody = Array2::zeros((0, alone.ncols()));
    let rows = TypedRows { alone: alone.view(), known: known.view(), weights, unasked: (nobody.view(), &[]) };
    rows.reliability(weights)
}

/// The best temperature where it mends what is off by more than is tolerated, else 1.
///
/// METHOD: one number for all cannot mend everything; where some people are typed too surely and others too shyly, it can
/// gain in log loss and still print worse probabilities. Then they stay as they are, and the check says how far off.
fn chosen(best: f64, error: impl Fn(f64) -> Option<f64>) -> f64 {
    match (error(1.0), error(best)) {
        (Some(untempered), Some(tempered)) if untempered > TOLERATED_ERROR && tempered < untempered => best,
        _ => 1.0,
    }
}

/// Whether anything is known of a row.
fn any(table: &Observed, row: usize) -> bool {
    table.present().row(row).iter().any(|p| *p)
}

/// About half of each row's cells, drawn by a hash of (seed, row, column); the two answers to one element go together.
fn halved(ratings: &Observed, seed: u64) -> Observed {
    let present = Array2::from_shape_fn(ratings.present().dim(), |(row, column)| {
        let item = (row * N_ELEMENTS + column % N_ELEMENTS) as u64;
        ratings.present()[(row, column)] && mixed_seed(seed ^ 0x4A1F, item) & 1 == 0
    });
    Observed::try_new(ratings.values().to_owned(), present, ratings.weights().clone())
        .expect("cells of a checked table")
}
