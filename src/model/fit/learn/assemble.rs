//! The parts of a fit put together: partition, measurement, checks, report, model.

use ndarray::{Array1, Array2, Axis};

use super::super::FitRequest;
use super::super::error::ModelError;
use super::super::evidence::level;
use super::super::evidence::outcome::Outcomes;
use super::super::evidence::prepare::Prepared;
use super::super::evidence::ratings::Evidence;
use super::super::fitted::{Model, Parts};
use super::super::measurement::{BlockModel, Measurement};
use super::super::report::{CutOn, FitReport};
use super::super::search::{Found, dual, patterns, search};
use super::super::settings::{FitSettings, Method};
use super::super::stored::stored;
use super::super::temperature::Temperature;
use super::super::typing::TypingCheck;
use super::check::{self, Checked};
use super::measure::{Measured, SignalLearner, learn_ratings, rating_factors, silent_ratings};
use super::replicates::Replicates;
use super::rules::rules;
use super::typing::{Crossed, questions};
use super::{loadings, prior};
use crate::model::rows::{Aspect, N_RATINGS};

/// Most factors of the ratings in the measurement model.
const MAX_RATING_FACTORS: usize = 6;

/// A model cut on the ratings of `aspect`.
pub(in crate::model::fit) fn surveyed(
    request: &FitRequest<'_>,
    prepared: &Prepared,
    aspect: Aspect,
) -> Result<Model, ModelError> {
    let evidence = Evidence::of(prepared, aspect)?;
    let outcomes = Outcomes::of(&request.sample.respondents, &evidence.rows, &evidence.data);
    let evidence = Evidence { outcomes, ..evidence };
    let found = match patterns::crisp(&evidence, request.settings) {
        Some(found) => found,
        None => search(&evidence, request.settings)?,
    };
    let learner = SignalLearner::new(prepared);
    let measured = measure(prepared, &evidence, &found, &learner, request.settings.seed);
    let crossed = Crossed::of(request, prepared, &measured, &learner);
    let temperature = crossed.as_ref().map_or_else(Temperature::default, Crossed::temperature);
    let measured = measured.tempered(temperature);
    // Last of what changes the model, so that everything below speaks of segments by their final places.
    let order = order_by_size(prepared, &measured);
    let (measured, found) = (measured.reordered(&order), found.reordered(&order));
    let crossed = crossed.map(|crossed| crossed.reordered(&order));
    let misfit = crossed.as_ref().map_or_else(|| vec![0.0; order.len()], Crossed::misfit);
    let typing = crossed.and_then(|crossed| crossed.check());
    let checked = check::held_out(prepared, &measured, request.settings.seed);
    let report = Reporter { request, prepared, evidence: &evidence, found: &found, measured: &measured };
    let mut report = report.surveyed(&checked, typing)?;
    let (base, seed) = (&request.sample.base, request.settings.seed);
    report.fit_error = Replicates { prepared, base, learner: &learner, seed }.error(&measured, misfit);
    let measurement =
        Measurement { se_factor: checked.se_factor.map(|row| row.map(stored)), ..measurement(prepared, &measured) };
    // These need the finished measurement, so they come after the rest of the report.
    report.rules = rules(request, prepared, Some(aspect), &measured, &measurement);
    report.questions = questions(request, prepared, aspect, &measured, &measurement);
    finish(request, prepared, aspect.into(), measurement, report)
}

/// A model cut on importance as the catalogue reads it from signals.
pub(in crate::model::fit) fn unsurveyed(request: &FitRequest<'_>, prepared: &Prepared) -> Result<Model, ModelError> {
    let loadings = prior::loadings(request, prepared);
    let evidence = prior::evidence(prepared, &loadings)?;
    // METHOD: nobody answered, so there is no scale use to model and no gap to bridge; a mixture would only find the lumps
    // of the signals. Centered within the person, because whoever is active leaves more traces of everything.
    let method = request.settings.method.or(Method::KmeansCentered);
    let found = search(&evidence, &FitSettings { method, ..request.settings.clone() })?;
    let learner = SignalLearner::new(prepared);
    let weights = shares(&found.given, prepared.base_signals.weights(), &evidence.rows);
    let labeled = prepared.base_signals.select(&evidence.rows);
    let signals = learner.learn(&labeled, found.given.view(), &weights);
    let measured = Measured::new(weights.clone(), silent_ratings(&weights), signals);
    let order = order_by_size(prepared, &measured);
    let (measured, found) = (measured.reordered(&order), found.reordered(&order));
    let mut report =
        Reporter { request, prepared, evidence: &evidence, found: &found, measured: &measured }.unsurveyed();
    let loadings = loadings.into_iter().map(|row| row.into_iter().map(stored).collect()).collect();
    let measurement = Measurement {
        center: vec![prior::CENTER; N_RATINGS],
        spread: vec![prior::SPREAD; N_RATINGS],
        asked: 0,
        prior: Some(loadings),
        ..measurement(prepared, &measured)
    };
    report.rules = rules(request, prepared, None, &measured, &measurement);
    finish(request, prepared, CutOn::Prior, measurement, report)
}

/// The supervised step, twice: what it learns the first time types everybody who answered anything, the second time
/// it learns from all of them.
fn measure(prepared: &Prepared, evidence: &Evidence, found: &Found, learner: &SignalLearner, seed: u64) -> Measured {
    let ratings = prepared.ratings.select(&evidence.rows);
    let signals = prepared.respondent_signals.select(&evidence.rows);
    let q = rating_factors(&ratings, found.given.view(), MAX_RATING_FACTORS, seed);
    let weights = shares(&found.given, prepared.ratings.weights(), &evidence.rows);
    let first = Measured::new(
        weights.clone(),
        learn_ratings(&ratings, found.given.view(), q),
        learner.learn(&signals, found.given.view(), &weights),
    );
    let mut given = first.probabilities(Some(&prepared.ratings), &prepared.respondent_signals);
    if found.way.cuts_hard() {
        // Its own rows keep their segment.
        for (at, row) in evidence.rows.iter().enumerate() {
            given.row_mut(*row).assign(&found.given.row(at));
        }
    }
    let all: Vec<usize> = (0..prepared.ratings.n_rows()).collect();
    let weights = shares(&given, prepared.ratings.weights(), &all);
    Measured::new(
        weights.clone(),
        learn_ratings(&prepared.ratings, given.view(), q),
        learner.learn(&prepared.respondent_signals, given.view(), &weights),
    )
}

/// Weighted shares of the classes; none is 0, so that no segment is impossible.
pub(super) fn shares(given: &Array2<f64>, weights: &Array1<f64>, rows: &[usize]) -> Array1<f64> {
    let w = weights.select(Axis(0), rows);
    let sums = given.t().dot(&w) + 1.0;
    let total = sums.sum();
    sums / total
}

/// A number of people that answers decide on, to the nearest five; 0 below three.
fn in_fives(people: usize) -> u64 {
    (people as u64 + 2) / 5 * 5
}

/// Classes by falling expected size in the sample of everybody; ties keep their order.
fn order_by_size(prepared: &Prepared, measured: &Measured) -> Vec<usize> {
    let sizes = if prepared.base_signals.n_columns() == 0 {
        measured.weights.clone()
    } else {
        measured.probabilities(None, &prepared.base_signals).t().dot(prepared.base_signals.weights())
    };
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by(|a, b| sizes[*b].total_cmp(&sizes[*a]));
    order
}

pub(super) fn measurement(prepared: &Prepared, measured: &Measured) -> Measurement {
    Measurement {
        weights: measured.weights.iter().map(|w| stored(*w)).collect(),
        ratings: BlockModel::of(&measured.ratings, &measured.weights, prepared.ratings.n_rows()),
        signals: BlockModel::of(&measured.signals, &measured.weights, prepared.base_signals.n_rows()),
        center: prepared.center.clone(),
        spread: prepared.spread.clone(),
        asked: prepared.asked,
        se_factor: [[1.0; 2]; 2],
        temperature: measured.temperature.stored(),
        prior: None,
    }
}

pub(super) fn finish(
    request: &FitRequest<'_>,
    prepared: &Prepared,
    cut_on: CutOn,
    measurement: Measurement,
    report: FitReport,
) -> Result<Model, ModelError> {
    Model::new(Parts {
        cut_on,
        signal_ids: request.signal_ids.to_vec(),
        lines: prepared.lines.clone(),
        measurement,
        report: report.stored(),
    })
}

/// Writes the report.
struct Reporter<'a> {
    request: &'a FitRequest<'a>,
    prepared: &'a Prepared,
    evidence: &'a Evidence,
    found: &'a Found,
    measured: &'a Measured,
}

impl Reporter<'_> {
    fn base(&self) -> FitReport {
        FitReport {
            respondents: self.evidence.rows.len() as u64,
            careless_random: in_fives(self.prepared.careless.random),
            careless_straight: in_fives(self.prepared.careless.straight),
            base: self.prepared.base_signals.n_rows() as u64,
            answers: self.prepared.answers.clone(),
            method: self.found.way.method(),
            factors: self.found.way.factors(),
            measurement_factors: [self.measured.ratings.n_factors(), self.measured.signals.n_factors()],
            signal_directions: self.evidence.directions(),
            predicted_by_signals: self.evidence.predicted,
            candidates: self.found.candidates.clone(),
            choice: self.found.choice.clone(),
            stability: self.found.stability,
            segment_stability: self.found.jaccard.clone(),
            null: self.found.null.clone(),
            patterns: self.found.patterns,
            outcomes: self.evidence.outcomes.names(),
            signals: loadings::uses(self.request, self.prepared, self.measured),
            ..FitReport::default()
        }
    }

    fn surveyed(&self, checked: &Checked, typing: Option<TypingCheck>) -> Result<FitReport, ModelError> {
        let dual = dual::run(self.evidence, &self.found.given, self.request.settings.seed)?;
        let mut report = FitReport {
            agreement_with_raw: Some(dual.agreement),
            moved_with_raw: Some(dual.moved),
            segment_levels: level::segment_levels(self.evidence, &self.found.given),
            rating_level_between: level::rating_level_between(self.evidence, &self.found.given),
            held_out: checked.held_out.clone(),
            typing,
            loadings: loadings::learned(self.request, self.prepared),
            ..self.base()
        };
        report.limits = super::limits::surveyed(self.request, self.prepared, &report);
        Ok(report)
    }

    fn unsurveyed(&self) -> FitReport {
        let mut report = FitReport { respondents: 0, ..self.base() };
        report.limits = super::limits::unsurveyed(self.request, self.prepared, &report);
        report
    }
}
