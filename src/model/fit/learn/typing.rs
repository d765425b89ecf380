//! Respondents typed by models that had not seen them: what the typing check and the temperatures are learned from.

use ndarray::{Array1, Array2, Axis};

use super::super::FitRequest;
use super::super::evidence::prepare::Prepared;
use super::super::measurement::Measurement;
use super::super::temperature::Temperature;
use super::super::typing::{OwnAnswersCheck, QuestionBasis, QuestionReport, TypedRows, TypingCheck};
use super::super::unasked::UnaskedPrior;
use super::measure::Measured;
use super::signals::{FOLDS, SignalLearner, any, cross_typed};
use crate::rows::Aspect;
use valueseg_catalogue::N_ELEMENTS;
use valueseg_stats::calibration::{ClassEvidence, Reliability};
use valueseg_stats::class_shift::{ClassShares, class_tilt};
use valueseg_stats::draw::mixed_seed;
use valueseg_stats::observed::Observed;

/// Expected calibration error up to which probabilities are left as they are. Our judgment:
/// `docs/method.md#calibration-bar`.
const TOLERATED_ERROR: f64 = 0.03;

/// Turns in which temperature and tilt are sought.
const TURNS: usize = 2;

/// Spread that constants of log odds are expected to have: a segment is hardly claimed twice as often as it is, or half.
/// Our judgment; it counts for four respondents.
const TILT_SPREAD: f64 = 0.5;

/// Answers from which a respondent's can be split in halves.
const LEAST_ANSWERS: usize = 6;

/// Respondents of that kind from which the temperature of answers is looked at.
const LEAST_SPLIT: usize = 100;

/// Log densities of respondents and of those who were not asked; all tables are `(rows, K)`.
#[derive(Clone, Debug)]
pub(in crate::fit) struct Crossed {
    /// Respondents with a known signal.
    rows: Vec<usize>,
    /// Their weights.
    weights: Vec<f64>,
    /// Log shares of the segments without the respondent's fold, and the tilt.
    prior: Array2<f64>,
    /// `(K,)` what mends claims of the signals: [`UnaskedPrior::tilt`].
    tilt: Array1<f64>,
    /// By signals, learned without the respondent's fold.
    signals: Array2<f64>,
    /// By all answers.
    answers: Array2<f64>,
    /// By half of the answers.
    half: Array2<f64>,
    /// Places of those with enough answers to split.
    split: Vec<usize>,
    unasked: Unasked,
    /// `(K,)` shares among customers without answers.
    shares: Array1<f64>,
    /// Share of everybody who has none.
    part: f64,
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
    pub(in crate::fit) fn of(
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
        let counts = ratings.present().map_axis(Axis(1), |row| row.iter().filter(|p| **p).count());
        let mut crossed = Self {
            weights: rows.iter().map(|r| signals.weights()[*r]).collect(),
            prior: prior.select(Axis(0), &rows),
            signals: typed.select(Axis(0), &rows),
            half: Array2::zeros((0, k)),
            answers: Array2::zeros((0, k)),
            split: (0..rows.len()).filter(|r| counts[*r] >= LEAST_ANSWERS).collect(),
            unasked: Unasked::of(request, prepared, measured),
            tilt: Array1::zeros(k),
            shares: measured.weights.clone(),
            part: part_without_answers(request, prepared),
            temperature: Temperature::default(),
            rows,
        };
        crossed.take_answers(request, prepared, measured);
        // Signals first: the temperature of answers is sought beside signals that are believed no more than they should be.
        crossed.mend_signals();
        crossed.temperature.answers = crossed.answer_temperature();
        crossed.find_shares(measured);
        Some(crossed)
    }

    /// The same people held against their answers as `measured` reads them, whose signals are read as before.
    pub(in crate::fit) fn with_answers_of(
        mut self,
        request: &FitRequest<'_>,
        prepared: &Prepared,
        measured: &Measured,
    ) -> Self {
        self.take_answers(request, prepared, measured);
        self.temperature.answers = self.answer_temperature();
        self
    }

    fn take_answers(&mut self, request: &FitRequest<'_>, prepared: &Prepared, measured: &Measured) {
        let ratings = prepared.ratings.select(&self.rows);
        let signals = prepared.respondent_signals.select(&self.rows);
        self.answers = measured.answer_densities(&ratings, &signals);
        self.half = measured.answer_densities(&halved(&ratings, request.settings.seed), &signals);
    }

    /// `(n, K)` probabilities by signals alone of all `n` respondents, by models that have not seen them; the shares
    /// `weights` for those without a signal.
    pub(in crate::fit) fn alone_of_all(&self, weights: &Array1<f64>, n: usize) -> Array2<f64> {
        let mut all = Array2::from_shape_fn((n, weights.len()), |(_, k)| weights[k]);
        for (row, p) in self.rows.iter().zip(self.alone(self.temperature.signals).rows()) {
            all.row_mut(*row).assign(&p);
        }
        all
    }

    /// How far signals and answers are to be believed.
    pub(in crate::fit) fn temperature(&self) -> Temperature {
        self.temperature
    }

    /// Where probabilities start from when signals are read.
    pub(in crate::fit) fn unasked(&self) -> UnaskedPrior {
        UnaskedPrior { shares: self.shares.to_vec(), tilt: self.tilt.to_vec(), part: self.part }
    }

    /// The same with the segments in the order `order`.
    pub(in crate::fit) fn reordered(&self, order: &[usize]) -> Self {
        let pick = |table: &Array2<f64>| table.select(Axis(1), order);
        Self {
            prior: pick(&self.prior),
            signals: pick(&self.signals),
            answers: pick(&self.answers),
            half: pick(&self.half),
            tilt: self.tilt.select(Axis(0), order),
            shares: self.shares.select(Axis(0), order),
            unasked: Unasked {
                prior: pick(&self.unasked.prior),
                signals: pick(&self.unasked.signals),
                ..self.unasked.clone()
            },
            ..self.clone()
        }
    }

    /// The check.
    pub(in crate::fit) fn check(&self) -> Option<TypingCheck> {
        let alone = self.alone(self.temperature.signals);
        let known = self.known(self.temperature);
        let untilted = &self.prior - &self.tilt;
        let at_its_word = ClassEvidence { prior: untilted.view(), evidence: self.signals.view() }.at(1.0);
        let untempered = reliability(&at_its_word, &known, &self.weights).error()?;
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
    pub(in crate::fit) fn misfit(&self) -> Vec<f64> {
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

    /// Finds the temperature and the tilt of the signals.
    ///
    /// METHOD: temperature and tilt are sought in turn, each by the log loss of the answers. Both are taken unless they print
    /// worse probabilities than none by more than is tolerated; then the temperature alone where it mends something.
    fn mend_signals(&mut self) {
        let witness = self.answers.view();
        let alone = self.alone_evidence().best_temperature(witness, &self.weights);
        let (mut temperature, mut tilt) = (alone, Array1::zeros(self.prior.ncols()));
        for _ in 0..TURNS {
            let logs = &self.prior + &(&self.signals / temperature);
            tilt = class_tilt(logs.view(), witness, &self.weights, TILT_SPREAD);
            let prior = &self.prior + &tilt;
            let evidence = ClassEvidence { prior: prior.view(), evidence: self.signals.view() };
            temperature = evidence.best_temperature(witness, &self.weights);
        }
        let at = |temperature: f64, tilt: &Array1<f64>| {
            let prior = &self.prior + tilt;
            ClassEvidence { prior: prior.view(), evidence: self.signals.view() }.at(temperature)
        };
        // What is right is judged with signals believed as far as is best: at their word they would confirm themselves.
        let best = &self.prior + &tilt + &self.signals / temperature;
        let known = ClassEvidence { prior: best.view(), evidence: witness }.at(1.0);
        let error = |temperature: f64, tilt: &Array1<f64>| {
            reliability(&at(temperature, tilt), &known, &self.weights).error().unwrap_or(1.0)
        };
        let nothing = Array1::zeros(tilt.len());
        if error(temperature, &tilt) <= error(1.0, &nothing).max(TOLERATED_ERROR) {
            self.temperature.signals = temperature;
            self.prior += &tilt;
            self.tilt = tilt;
        } else {
            self.temperature.signals = chosen(alone, |temperature| Some(error(temperature, &nothing)));
        }
    }

    /// Finds the shares among people without answers, whose probabilities start from them.
    ///
    /// METHOD: what the same search finds among respondents by signals alone is set against their shares by everything, so
    /// that what signals get wrong about both cancels.
    fn find_shares(&mut self, measured: &Measured) {
        let evidence = |signals: &Array2<f64>| signals / self.temperature.signals + &self.tilt;
        let start = measured.weights.view();
        let here = ClassShares::likeliest(evidence(&self.signals).view(), &self.weights, start);
        let there = ClassShares::likeliest(evidence(&self.unasked.signals).view(), &self.unasked.weights, start);
        let moved = here.moved_to(&there);
        let shares = &measured.weights * &moved / &here.shares;
        self.shares = &shares / shares.sum();
        let logs = self.shares.mapv(f64::ln) + &self.tilt;
        self.unasked.prior = Array2::from_shape_fn(self.unasked.signals.dim(), |(_, k)| logs[k]);
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
        let mean = |of: fn(&valueseg_stats::calibration::ReliabilityBin) -> f64| {
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
        let mut rows = prepared.silent_rows(&request.sample.base);
        rows.retain(|row| any(&prepared.base_signals, *row));
        let signals = prepared.base_signals.select(&rows);
        let log_shares = measured.log_prior(false, true);
        Self {
            weights: signals.weights().to_vec(),
            prior: Array2::from_shape_fn((rows.len(), log_shares.len()), |(_, k)| log_shares[k]),
            signals: measured.signals.log_densities(&signals),
        }
    }
}

/// Share of everybody without own answers that the model knows, by weight.
fn part_without_answers(request: &FitRequest<'_>, prepared: &Prepared) -> f64 {
    let base = &request.sample.base;
    prepared.silent_rows(base).into_iter().map(|row| base.weight[row]).sum::<f64>() / base.weight.iter().sum::<f64>()
}

/// What the fit says about the questionnaire; `measured` and `measurement` are the same model.
pub(in crate::fit) fn questions(
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

/// About half of each row's cells, drawn by a hash of (seed, row, column); the two answers to one element go together.
fn halved(ratings: &Observed, seed: u64) -> Observed {
    let present = Array2::from_shape_fn(ratings.present().dim(), |(row, column)| {
        let item = (row * N_ELEMENTS + column % N_ELEMENTS) as u64;
        ratings.present()[(row, column)] && mixed_seed(seed ^ 0x4A1F, item) & 1 == 0
    });
    Observed::try_new(ratings.values().to_owned(), present, ratings.weights().clone())
        .expect("cells of a checked table")
}
