//! The questionnaire seen from the solution: which few questions suffice, and which one holds it up.

use ndarray::{Array2, ArrayView2};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::measurement::Measurement;
use super::golden::{GoldenCheck, GoldenQuestions, QuestionSearch};
use super::hold::{ElementHold, by_answers, holds, masked};
use super::people::Source;
use crate::rows::Aspect;
use valueseg_stats::mixture::likeliest;
use valueseg_stats::observed::Observed;

/// Golden questions somebody must have answered to be a witness.
const LEAST_GOLDEN_ANSWERS: usize = 2;

/// Witnesses below which the simulation is not held against them.
const LEAST_WITNESSES: u64 = 100;

/// What a fit says about the questionnaire; absent where nobody was asked and with one segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuestionReport {
    /// The ratings cut on.
    pub aspect: Aspect,
    /// The few questions to ask.
    pub golden: GoldenQuestions,
    /// The elements by how far they hold the solution up.
    pub holds: Vec<ElementHold>,
}

impl QuestionReport {
    /// The numbers as they will be read back from a file.
    pub(crate) fn stored(self) -> Self {
        Self { golden: self.golden.stored(), holds: self.holds.into_iter().map(ElementHold::stored).collect(), ..self }
    }
}

/// What the report is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QuestionBasis<'a> {
    pub(crate) measurement: &'a Measurement,
    /// The ratings cut on.
    pub(crate) aspect: Aspect,
    /// `(n, 60)` standardized ratings of respondents.
    pub(crate) ratings: &'a Observed,
    /// `(n, K)` their probabilities by everything.
    pub(crate) known: ArrayView2<'a, f64>,
    /// `(m, K)` log probabilities by signals of customers who were not asked.
    pub(crate) by_signals: ArrayView2<'a, f64>,
    /// `[m]` their row weights.
    pub(crate) weights: &'a [f64],
    pub(crate) seed: u64,
}

impl QuestionBasis<'_> {
    /// The report; `None` with one segment or without a rating to ask.
    pub(crate) fn report(&self) -> Option<QuestionReport> {
        let m = self.measurement;
        let columns = cut_columns(m, self.aspect);
        if m.weights.len() < 2 || columns.is_empty() {
            return None;
        }
        let steps: Vec<f64> = self.ratings.steps().iter().zip(&m.spread).map(|(step, spread)| step * spread).collect();
        let source = Source {
            measurement: m,
            columns: &columns,
            steps: &steps,
            by_signals: self.by_signals.view(),
            weights: self.weights,
        };
        let search = QuestionSearch::new(source, self.seed);
        let mut golden = search.judged(search.sets(), self.seed);
        golden.check = self.check(&golden);
        Some(QuestionReport { aspect: self.aspect, golden, holds: holds(m, self.ratings, &columns) })
    }

    /// The simulation held against respondents.
    fn check(&self, golden: &GoldenQuestions) -> Option<GoldenCheck> {
        let columns: Vec<usize> = golden.golden()?.questions.iter().map(|e| self.aspect.indicator(*e)).collect();
        let answered = |row: &usize| columns.iter().filter(|c| self.ratings.present()[(*row, **c)]).count();
        let rows: Vec<usize> = (0..self.ratings.n_rows()).filter(|row| answered(row) >= LEAST_GOLDEN_ANSWERS).collect();
        let part = masked(&self.ratings.select(&rows), |_, column| columns.contains(&column));
        let typed: Array2<f64> = by_answers(self.measurement, &part);
        let (mut weight, mut claimed, mut found) = (0.0, 0.0, 0.0);
        for ((row, p), w) in rows.iter().zip(typed.rows()).zip(part.weights()) {
            let class = likeliest(p);
            weight += w;
            claimed += w * p[class];
            found += w * self.known[(*row, class)];
        }
        let enough = rows.len() as u64 >= LEAST_WITNESSES && weight > 0.0;
        enough.then(|| GoldenCheck { respondents: rows.len() as u64, claimed: claimed / weight, found: found / weight })
    }
}

/// Ratings of `aspect` that the model knows, ascending.
pub(crate) fn cut_columns(m: &Measurement, aspect: Aspect) -> Vec<usize> {
    let mask = m.asked & aspect.mask();
    (0..u64::BITS as usize).filter(|c| mask >> c & 1 == 1).collect()
}
