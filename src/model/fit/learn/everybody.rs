//! Too little evidence to look for segments: everybody is one group, and what would bring more is said.

use ndarray::{Array1, Array2};

use super::super::FitRequest;
use super::super::error::ModelError;
use super::super::evidence::prepare::{MIN_ITEM_ANSWERS, Prepared, straight_rows};
use super::super::fitted::Model;
use super::super::report::{CutOn, FitReport, SignalUse};
use super::super::sample::MIN_ANSWERS;
use super::super::settings::SegmentCount;
use super::assemble::{finish, measurement};
use super::measure::{Measured, learn_ratings, silent_ratings};
use super::prior;
use crate::rows::{Aspect, N_RATINGS, thousands};
use valueseg_stats::mixture::FactorMixture;

/// A model of one segment that nothing was cut on. Ratings are known to it as far as anybody gave them, those of people
/// who rated one or two elements included.
pub(in crate::fit) fn everybody(request: &FitRequest<'_>) -> Result<Model, ModelError> {
    let mut sample = request.sample.clone();
    sample.respondents = request.sample.who_rated();
    let whole = FitRequest { sample: &sample, ..*request };
    let prepared = Prepared::new(&whole)?;
    let weights = Array1::ones(1);
    let given = Array2::ones((prepared.ratings.n_rows(), 1));
    let ratings =
        if prepared.asked == 0 { silent_ratings(&weights) } else { learn_ratings(&prepared.ratings, given.view(), 0) };
    let measured = Measured::new(weights, ratings, silent_signals(request.signal_ids.len()));
    let lacking = lacking(request)?;
    let report = FitReport {
        respondents: sample.respondents.len() as u64,
        base: sample.base.len() as u64,
        answers: prepared.answers.clone(),
        choice: "There is too little evidence to look for segments.".to_owned(),
        signals: uses(request, &prepared),
        limits: lacking.clone(),
        lacking,
        ..FitReport::default()
    };
    finish(&whole, &prepared, CutOn::Nothing, measurement(&prepared, &measured), report)
}

/// Signals in one class say nothing about it.
fn silent_signals(signals: usize) -> FactorMixture {
    FactorMixture {
        class_weights: Array1::ones(1),
        means: Array2::zeros((1, signals)),
        loadings: Array2::zeros((signals, 0)),
        uniqueness: Array1::ones(signals),
    }
}

fn uses(request: &FitRequest<'_>, prepared: &Prepared) -> Vec<SignalUse> {
    let present = prepared.base_signals.present();
    let n = present.nrows().max(1) as f64;
    let known = |s: usize| present.column(s).iter().filter(|is| **is).count() as f64 / n;
    let ids = request.signal_ids.iter().enumerate();
    ids.map(|(s, id)| SignalUse { signal: id.clone(), known: known(s), between: 0.0 }).collect()
}

/// Why there are no segments, cause by cause with its count, and what would bring some.
fn lacking(request: &FitRequest<'_>) -> Result<Vec<String>, ModelError> {
    let needed = request.settings.min_respondents;
    let mut said = vec![
        "No segments were looked for: there is too little to tell customers apart by, so everybody is one \
                         group."
            .to_owned(),
    ];
    if let SegmentCount::Exactly(asked @ 2..) = request.settings.segments {
        said.push(format!("{asked} segments were asked for; there is nothing to cut them on."));
    }
    said.extend(ratings(request)?);
    said.push(wanted(needed));
    said.extend(signals(request)?);
    Ok(said)
}

/// What would bring segments before all else.
pub(super) fn wanted(needed: usize) -> String {
    format!(
        "What would bring segments: importance ratings of {MIN_ANSWERS} elements or more, better 8 to 30, from {needed} \
         customers or more (`[tables.ratings]`)."
    )
}

fn customers(n: usize) -> String {
    if n == 1 { "1 customer".to_owned() } else { format!("{} customers", thousands(n as u64)) }
}

/// What is wrong with the ratings.
fn ratings(request: &FitRequest<'_>) -> Result<Vec<String>, ModelError> {
    let (sample, needed) = (request.sample, request.settings.min_respondents);
    let (enough, barely) = (sample.respondents.len(), sample.barely.len());
    let mut said = Vec::new();
    if enough + barely == 0 {
        said.push("Nobody rated an element of value.".to_owned());
        return Ok(said);
    }
    if barely > 0 {
        said.push(format!(
            "{} rated fewer than {MIN_ANSWERS} elements: with so few, what people want cannot be told from how they use the \
             scale.",
            customers(barely)
        ));
    }
    if enough > 0 && enough < needed {
        said.push(format!(
            "{} rated {MIN_ANSWERS} elements or more where {needed} are needed (`min_respondents`).",
            customers(enough)
        ));
    }
    let prepared = Prepared::new(request)?;
    let given = |at: &usize| prepared.answers[*at] > 0;
    let few = (0..N_RATINGS).filter(|at| given(at) && prepared.answers[*at] < MIN_ITEM_ANSWERS).count();
    let same =
        (0..N_RATINGS).filter(|at| prepared.answers[*at] >= MIN_ITEM_ANSWERS && prepared.asked >> at & 1 == 0).count();
    if few > 0 && enough > 0 {
        said.push(format!("Ratings with fewer than {MIN_ITEM_ANSWERS} answers, which tell nobody apart: {few}."));
    }
    if same > 0 {
        said.push(format!("Ratings to which everybody gave the same answer, which tell nobody apart: {same}."));
    }
    let straight = [Aspect::Importance, Aspect::Fulfillment].map(|aspect| straight_rows(request.sample, aspect));
    if let Some(straight) = straight.into_iter().max().filter(|n| *n > 0) {
        said.push(format!(
            "{} of {} respondents gave the same answer to everything: that says how they use the scale, not what they want.",
            thousands(straight as u64),
            thousands(enough as u64)
        ));
    }
    Ok(said)
}

/// Why signals cannot stand in.
fn signals(request: &FitRequest<'_>) -> Result<Vec<String>, ModelError> {
    let known = |id: &&String| request.catalogue.signal(id).is_some();
    let (catalogue, own): (Vec<&String>, Vec<&String>) = request.signal_ids.iter().partition(known);
    let behavior = "orders, contacts or texts (`[tables.orders]`, `[tables.interactions]`, `[tables.feedback]`)";
    let mut said = Vec::new();
    if catalogue.is_empty() {
        said.push(format!(
            "Until then {behavior} would let importance be read from behavior, as a hypothesis: no signal of the catalogue is \
             known."
        ));
    } else if request.settings.cut_on != Some(Aspect::Fulfillment) {
        let prepared = Prepared::new(request)?;
        let varying = prepared.lines.iter().filter(|line| line.line.is_some()).count();
        let readable = prior::readable_elements(request, &prepared);
        said.push(format!(
            "Signals of the catalogue that are known: {}; signals that differ between customers: {varying}; elements whose \
             importance they speak of: {readable}, where 2 are needed. More columns or a longer time of {behavior} would say \
             more.",
            catalogue.len()
        ));
    }
    if !own.is_empty() {
        said.push(format!(
            "Signals of your own (`own_…`): {}. Nothing is known about what they have to do with wishes; they help once \
             ratings are there.",
            own.len()
        ));
    }
    Ok(said)
}
