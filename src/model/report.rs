//! What a fit tells about itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::customer::Aspect;
use super::measurement::stored;
use super::profile::Structure;
use super::rules::SegmentRule;
use super::settings::Method;
use super::typing::{QuestionReport, TypingCheck};
use crate::catalogue::ElementId;

/// What shaped the segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CutOn {
    /// Importance ratings.
    Importance,
    /// Fulfilment ratings: segments differ in how they are served, not in what they want.
    Fulfilment,
    /// Nobody was asked; importance was read from signals through the catalogue's loadings. Hypotheses.
    Prior,
}

impl CutOn {
    /// The ratings that shaped the segments; `None` = nobody was asked.
    #[must_use]
    pub fn aspect(self) -> Option<Aspect> {
        match self {
            Self::Importance => Some(Aspect::Importance),
            Self::Fulfilment => Some(Aspect::Fulfilment),
            Self::Prior => None,
        }
    }

    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Importance => "importance",
            Self::Fulfilment => "fulfilment",
            Self::Prior => "prior",
        }
    }
}

impl From<Aspect> for CutOn {
    fn from(aspect: Aspect) -> Self {
        match aspect {
            Aspect::Importance => Self::Importance,
            Aspect::Fulfilment => Self::Fulfilment,
        }
    }
}

/// One solution that was tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Candidate {
    /// How it was found.
    pub method: Method,
    /// Number of segments.
    pub segments: usize,
    /// Common factors; `None` for k-means.
    pub factors: Option<usize>,
    /// Rows it was fitted on.
    pub rows: u64,
    /// Bayesian information criterion on those rows, smaller is better, comparable only between equal rows; `None`
    /// for k-means.
    pub bic: Option<f64>,
    /// Mean adjusted Rand index between solutions of two halves of the sample; `None` = not tested.
    pub stability: Option<f64>,
    /// Share of the smallest segment.
    pub smallest_share: f64,
    /// Respondents in the smallest segment.
    pub smallest_respondents: f64,
    /// The solution used.
    pub chosen: bool,
    /// Why it could not be chosen, in words; `None` = it could.
    pub knocked_out: Option<String>,
}

/// How well answers that were hidden from the model were predicted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HeldOut {
    /// Which answers.
    pub aspect: Aspect,
    /// Whether other answers of the same customer were known; else signals alone.
    pub own_answers_known: bool,
    /// Answers predicted.
    pub answers: u64,
    /// Root mean squared error, on 0–10.
    pub rmse: f64,
    /// The same for the element's mean.
    pub rmse_of_mean: f64,
    /// Share of answers inside their 90 % interval, with the standard errors as published.
    pub coverage_90: f64,
}

/// What became of a loading of the catalogue once answers were there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LoadingVerdict {
    /// Same sign, at least two standard errors from 0.
    Confirmed,
    /// Within two standard errors of 0: the answers neither confirm nor refute it.
    Unclear,
    /// Opposite sign, at least two standard errors from 0. What was learned is used, not the catalogue.
    WrongSign,
}

/// A loading of the catalogue beside what the answers say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LearnedLoading {
    /// Signal.
    pub signal: String,
    /// Element.
    #[schemars(with = "String")]
    pub element: ElementId,
    /// Importance or fulfilment.
    pub aspect: Aspect,
    /// The catalogue's loading, -1 to 1.
    pub catalogue: f64,
    /// Correlation of the signal's normal score with the rating, centered within the person; -1 to 1.
    pub learned: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Answers behind it.
    pub answers: u64,
    /// What follows.
    pub verdict: LoadingVerdict,
}

/// What a signal contributes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SignalUse {
    /// Signal.
    pub signal: String,
    /// Share of the base for whom it is known.
    pub known: f64,
    /// Share of its variance that lies between segments, 0 = it types nobody.
    pub between: f64,
}

/// What a fit tells about itself: how segments were chosen, how sure they and the scores are, what it could not do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FitReport {
    /// Respondents whose ratings cut the segments.
    pub respondents: u64,
    /// Customers in the sample of everybody.
    pub base: u64,
    /// Answers in the sample, in the order of the 60 ratings.
    pub answers: Vec<u64>,
    /// What found the partition.
    pub method: Method,
    /// Common factors of the partition; `None` for k-means.
    pub factors: Option<usize>,
    /// Common factors of ratings and of signals in the measurement model.
    pub measurement_factors: [usize; 2],
    /// Directions in signal space that were let in while the segments were found.
    pub signal_directions: usize,
    /// Share of the answers' variance that signals predict, cross-validated.
    pub predicted_by_signals: f64,
    /// Everything tried.
    pub candidates: Vec<Candidate>,
    /// Mean adjusted Rand index between solutions of two halves of the sample; `None` = not tested.
    pub stability: Option<f64>,
    /// Agreement with k-means on raw ratings, 0 to 1: the dual run.
    pub agreement_with_raw: Option<f64>,
    /// Share of the variance of the respondents' own mean rating that lies between segments; near 1 the segments are
    /// only "people who rate high".
    pub rating_level_between: Option<f64>,
    /// Predictions of hidden answers.
    pub held_out: Vec<HeldOut>,
    /// Typing by signals alone.
    pub typing: Option<TypingCheck>,
    /// The few questions that suffice and the elements that hold the solution up; absent where nobody was asked and with
    /// one segment.
    pub questions: Option<QuestionReport>,
    /// Short rules for the segments that have one: first on ratings, then on signals.
    #[serde(default)]
    pub rules: Vec<SegmentRule>,
    /// Catalogue loadings beside learned ones; empty where nobody was asked.
    pub loadings: Vec<LearnedLoading>,
    /// Signals in the model's order.
    pub signals: Vec<SignalUse>,
    /// What a reader must know, in plain sentences.
    pub limits: Vec<String>,
}

/// Agreement of halves from which segments count as found again. Source: domain fact sheet 6.7.
const STRONG_AGREEMENT: f64 = 0.80;

impl FitReport {
    /// What the segments are as groups; `None` with one segment or where halves were not compared.
    ///
    /// METHOD: reproducible if halves of the sample agree strongly; natural if, besides, the mixture beats the continuum
    /// (one segment with as many common factors) by the information criterion; else cuts in a continuum. K-means cannot
    /// be held against the continuum, so its segments are at most reproducible.
    #[must_use]
    pub fn structure(&self) -> Option<Structure> {
        let chosen = self.candidates.iter().find(|c| c.chosen).filter(|c| c.segments > 1)?;
        let agreed = self.stability? >= STRONG_AGREEMENT;
        let criterion = |segments: usize| {
            // On the same rows: the chosen solution may have been fitted again on more.
            let rows = self.candidates.iter().filter(|c| c.bic.is_some()).map(|c| c.rows).min()?;
            let same = |c: &&Candidate| c.segments == segments && c.factors == chosen.factors && c.rows == rows;
            self.candidates.iter().find(same).and_then(|c| c.bic)
        };
        let beats = criterion(1).zip(criterion(chosen.segments)).is_some_and(|(one, several)| several < one);
        Some(match (agreed, beats) {
            (true, true) => Structure::Natural,
            (true, false) => Structure::Reproducible,
            (false, _) => Structure::Constructive,
        })
    }

    /// The report with all numbers as they will be read back from a file.
    pub(super) fn stored(mut self) -> Self {
        let keep = |x: &mut f64| *x = stored(*x);
        let keep_some = |x: &mut Option<f64>| *x = x.filter(|x| x.is_finite()).map(stored);
        keep(&mut self.predicted_by_signals);
        for candidate in &mut self.candidates {
            keep_some(&mut candidate.bic);
            keep_some(&mut candidate.stability);
            keep(&mut candidate.smallest_share);
            keep(&mut candidate.smallest_respondents);
        }
        keep_some(&mut self.stability);
        keep_some(&mut self.agreement_with_raw);
        keep_some(&mut self.rating_level_between);
        for held in &mut self.held_out {
            keep(&mut held.rmse);
            keep(&mut held.rmse_of_mean);
            keep(&mut held.coverage_90);
        }
        self.typing = self.typing.map(TypingCheck::stored);
        self.rules = self.rules.into_iter().map(SegmentRule::stored).collect();
        self.questions = self.questions.map(QuestionReport::stored);
        for loading in &mut self.loadings {
            keep(&mut loading.catalogue);
            keep(&mut loading.learned);
            keep(&mut loading.standard_error);
        }
        for signal in &mut self.signals {
            keep(&mut signal.known);
            keep(&mut signal.between);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(segments: usize, bic: f64, chosen: bool) -> Candidate {
        Candidate {
            method: Method::Mixture,
            segments,
            factors: Some(4),
            rows: 1_000,
            bic: Some(bic),
            stability: None,
            smallest_share: 0.2,
            smallest_respondents: 200.0,
            chosen,
            knocked_out: None,
        }
    }

    fn report(stability: Option<f64>, candidates: Vec<Candidate>) -> FitReport {
        FitReport {
            respondents: 1_000,
            base: 5_000,
            answers: vec![0; 60],
            method: Method::Mixture,
            factors: Some(4),
            measurement_factors: [4, 0],
            signal_directions: 0,
            predicted_by_signals: 0.0,
            candidates,
            stability,
            agreement_with_raw: None,
            rating_level_between: None,
            held_out: Vec::new(),
            typing: None,
            questions: None,
            rules: Vec::new(),
            loadings: Vec::new(),
            signals: Vec::new(),
            limits: Vec::new(),
        }
    }

    #[test]
    fn segments_are_natural_only_if_found_again_and_better_than_a_continuum() {
        let of = |stability, one, several| {
            report(stability, vec![candidate(1, one, false), candidate(3, several, true)]).structure()
        };
        assert_eq!(of(Some(0.9), 100.0, 90.0), Some(Structure::Natural));
        assert_eq!(of(Some(0.9), 90.0, 100.0), Some(Structure::Reproducible));
        assert_eq!(of(Some(0.5), 100.0, 90.0), Some(Structure::Constructive));
        assert_eq!(of(None, 100.0, 90.0), None);
    }

    #[test]
    fn one_segment_has_no_structure() {
        assert_eq!(report(Some(1.0), vec![candidate(1, 1.0, true)]).structure(), None);
    }
}
