//! The parts of a fit put together: partition, measurement, checks, report, model.

use ndarray::{Array1, Array2, Axis};

use super::super::FitRequest;
use super::super::error::ModelError;
use super::super::evidence::level;
use super::super::evidence::outcome::Outcomes;
use super::super::evidence::prepare::{Prepared, first_column};
use super::super::evidence::ratings::Evidence;
use super::super::fitted::{Model, Parts};
use super::super::measurement::{BlockModel, Measurement};
use super::super::report::{CutOn, FitReport, HeldContrast};
use super::super::search::Method;
use super::super::search::held::HeldRating;
use super::super::search::{Found, dual, patterns, search};
use super::super::settings::FitSettings;
use super::super::stored::{coarse, stored};
use super::super::typing::TypingCheck;
use super::super::unasked::UnaskedPrior;
use super::check::{self, Checked};
use super::measure::{Measured, learn_ratings, rating_factors, silent_ratings};
use super::replicates::Refits;
use super::rules::rules;
use super::signals::SignalLearner;
use super::typing::{Crossed, questions};
use super::within::Respondents;
use super::{loadings, prior};
use crate::rows::{Aspect, N_RATINGS};
use valueseg_catalogue::ElementId;

/// Most factors of the ratings in the measurement model.
const MAX_RATING_FACTORS: usize = 6;

/// Spreads by which one respondent of one answer would move a difference: the scale of ratings in spreads of two.
const MOST_OF_ONE: f64 = 5.0;

/// Widest steps of a difference, in spreads.
const WIDEST_STEP: f64 = 0.1;

/// A model cut on the ratings of `aspect`.
pub(in crate::fit) fn surveyed(
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
    let learner = learner.trusting(request, prepared, &measured);
    let measured = measured.with_signals(prepared, &learner);
    let crossed = Crossed::of(request, prepared, &measured, &learner);
    let measured = measured.tempered_by(crossed.as_ref());
    let (signals, n) = (&prepared.respondent_signals, prepared.ratings.n_rows());
    let alone = match &crossed {
        Some(crossed) => crossed.alone_of_all(&measured.weights, n),
        None => measured.probabilities(None, signals),
    };
    let known = measured.probabilities(Some(&prepared.ratings), signals);
    let respondents = Respondents { ratings: &prepared.ratings, signals, known: known.view(), alone: alone.view() };
    let measured = measured.learned_from(&respondents);
    let crossed = crossed.map(|crossed| crossed.with_answers_of(request, prepared, &measured));
    let measured = measured.tempered_by(crossed.as_ref());
    // Last of what changes the model, so that everything below speaks of segments by their final places.
    let order = order_by_size(prepared, &measured);
    let (measured, found) = (measured.reordered(&order), found.reordered(&order));
    let crossed = crossed.map(|crossed| crossed.reordered(&order));
    let misfit = crossed.as_ref().map_or_else(|| vec![0.0; order.len()], Crossed::misfit);
    let typing = crossed.and_then(|crossed| crossed.check());
    let alone = alone.select(Axis(1), &order);
    let checked = check::held_out(prepared, &measured, alone.view(), request.settings.seed);
    let report = Reporter { request, prepared, evidence: &evidence, found: &found, measured: &measured };
    let mut report = report.surveyed(aspect, &checked, typing)?;
    let (base, seed) = (&request.sample.base, request.settings.seed);
    report.fit_error = Refits { prepared, base, learner: &learner, seed }.error(&measured, misfit);
    let measurement =
        Measurement { se_factor: checked.se_factor.clone().map(stored_all), ..measurement(prepared, &measured) };
    let suspicion = measurement.carelessness.doubted(
        &prepared.ratings,
        &prepared.believed,
        &measurement.ratings.mixture(&measurement.weights),
    );
    let measurement = Measurement { carelessness: suspicion, ..measurement };
    // These need the finished measurement, so they come after the rest of the report.
    report.rules = rules(request, prepared, Some(aspect), &measured, &measurement);
    report.questions = questions(request, prepared, aspect, &measured, &measurement);
    finish(request, prepared, aspect.into(), measurement, report)
}

/// A model cut on importance as the catalogue reads it from signals.
pub(in crate::fit) fn unsurveyed(request: &FitRequest<'_>, prepared: &Prepared) -> Result<Model, ModelError> {
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
        unasked: measured.unasked.as_ref().map(UnaskedPrior::stored),
        carelessness: prepared.carelessness.clone(),
        links: measured.links.stored(&measured.weights, prepared.ratings.n_rows()),
        se_factor: [vec![1.0; N_RATINGS], vec![1.0; N_RATINGS]],
        temperature: measured.temperature.stored(),
        prior: None,
    }
}

fn stored_all(values: Vec<f64>) -> Vec<f64> {
    values.into_iter().map(stored).collect()
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
            measurement_factors: [self.measured.own_factors(), self.measured.signals.n_factors()],
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

    fn surveyed(
        &self,
        aspect: Aspect,
        checked: &Checked,
        typing: Option<TypingCheck>,
    ) -> Result<FitReport, ModelError> {
        let dual = dual::run(self.evidence, &self.found.given, self.request.settings.seed)?;
        let mut report = FitReport {
            agreement_with_raw: Some(dual.agreement),
            moved_with_raw: Some(dual.moved),
            segment_levels: level::segment_levels(self.evidence, &self.found.given),
            level_share: level::level_share(self.evidence, &self.found.given),
            held_contrasts: self.held_contrasts(aspect),
            held_out: checked.held_out.clone(),
            typing,
            loadings: loadings::learned(self.request, self.prepared),
            ..self.base()
        };
        report.limits = super::limits::surveyed(self.request, self.prepared, &report);
        Ok(report)
    }

    /// What sets each segment apart in people it was not found on, of the elements that stood out at least once.
    fn held_contrasts(&self, aspect: Aspect) -> Vec<Vec<HeldContrast>> {
        let columns = &self.prepared.aspect(aspect).columns;
        let sizes = self.found.given.sum_axis(Axis(0));
        let of = |segment: usize, rating: usize, held: HeldRating| {
            let answers = sizes[segment] * self.prepared.answers[columns[rating]] as f64
                / self.prepared.ratings.n_rows().max(1) as f64;
            // As coarse as means: one respondent's answer moves it by no step.
            let d = coarse(held.d, answers, MOST_OF_ONE, WIDEST_STEP);
            let element = ElementId::from_index(columns[rating] - first_column(aspect))?;
            (held.kept > 0.0).then_some(HeldContrast { element, d, kept: held.kept })
        };
        let rows = self.found.held.iter().enumerate();
        rows.map(|(segment, row)| {
            row.iter().enumerate().filter_map(|(rating, held)| of(segment, rating, (*held)?)).collect()
        })
        .collect()
    }

    fn unsurveyed(&self) -> FitReport {
        let mut report = FitReport { respondents: 0, ..self.base() };
        report.limits = super::limits::unsurveyed(self.request, self.prepared, &report);
        report
    }
}
