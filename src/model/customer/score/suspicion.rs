//! Answers that are not believed: given as if at random, or one and the same to everything.
//!
//! METHOD: a respondent is careless or is not, so their answers say all they say, or nothing about wants. Whoever is more
//! likely careless is read by signals alone; what the answers of everybody else say is left as it is, though some of it
//! may be chance too. With the answers of a usual survey hardly anybody is in between. Where the fit weighs people by their
//! probability of care, one customer's reasons have to add up.

use super::tiles::{AnswerTables, Work};
use crate::fit::{Carelessness, Measurement};
use crate::rows::CustomerBlock;
use valueseg_stats::mixture::{LEAST_ANSWERS, TILE};

/// What careless answers look like, laid out for scoring.
#[derive(Clone, Debug)]
pub(super) struct Suspicion {
    /// ln ε/(1 − ε); `None` = nobody is suspected of answering anything.
    log_odds: Option<f32>,
    /// Logarithm of the width of each rating of the span.
    log_widths: Vec<f32>,
    /// 1 for a rating that people are judged by.
    judged: Vec<f32>,
    /// What one and the same answer to everything is.
    known: Carelessness,
}

impl Suspicion {
    /// `None` where nobody is suspected of anything.
    pub(super) fn of(m: &Measurement, span: std::ops::Range<usize>) -> Option<Self> {
        let known: &Carelessness = &m.carelessness;
        if known.is_empty() {
            return None;
        }
        let width = |j: usize| known.log_widths.get(j).copied().flatten();
        Some(Self {
            log_odds: (known.share > 0.0).then(|| (known.share / (1.0 - known.share)).ln() as f32),
            log_widths: span.clone().map(|j| width(j).unwrap_or(0.0) as f32).collect(),
            judged: span.map(|j| f32::from(u8::from(known.judged >> j & 1 == 1))).collect(),
            known: Carelessness { straight: known.straight & m.asked, ..known.clone() },
        })
    }

    /// Which rows of a tile gave answers that are not believed. The rows are typed already, by the tables at `at`.
    pub(super) fn rows(
        &self,
        answers: &AnswerTables,
        work: &Work,
        block: &CustomerBlock,
        rows: &[usize],
        at: usize,
    ) -> [bool; TILE] {
        let mut found = [false; TILE];
        for (r, row) in rows.iter().enumerate() {
            found[r] = self.is_random(answers, work, r, at) || self.known.is_straight(block, *row);
        }
        found
    }

    fn is_random(&self, answers: &AnswerTables, work: &Work, r: usize, at: usize) -> bool {
        let Some(log_odds) = self.log_odds else { return false };
        let (mut given, mut uniform) = (0.0, 0.0);
        for (c, (width, judged)) in self.log_widths.iter().zip(&self.judged).enumerate() {
            let present = work.ratings.present[(c, r)];
            given += present * judged;
            uniform -= present * width;
        }
        given >= LEAST_ANSWERS as f32 && log_odds + uniform > answers.log_likelihood(&work.rating_posteriors[at], r)
    }
}
