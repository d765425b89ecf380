//! What the model says about its own typing, held against the truth.

use std::error::Error;

use valueseg::catalogue::Catalogue;
use valueseg::model::customer::{ApplySettings, Scorer};
use valueseg::model::fit::Model;
use valueseg::stats::matching::Overlap;

use super::Base;

/// Equal bins of probability in which claims are held against what was found.
const BINS: usize = 10;

/// Typing of the customers who were not surveyed.
pub(crate) struct Typing {
    /// Share typed right, as the model prints it.
    pub(crate) printed: f64,
    /// Share typed right, by the truth; segments are matched to hidden ones so that most customers agree.
    pub(crate) true_share: f64,
    /// Mean distance of printed probabilities from the share typed right, bin by bin, by the truth.
    pub(crate) calibration_error: f64,
    /// Share typed right by six questions, and by all, of people simulated from the model.
    pub(crate) golden: [f64; 2],
    /// Share of respondents typed right by golden questions alone: as the model claims, and as found.
    pub(crate) golden_check: Option<[f64; 2]>,
}

impl Typing {
    /// Holds the typing of `model` against the truth of `base`.
    pub(crate) fn of(base: &Base, model: &Model) -> Result<Self, Box<dyn Error>> {
        let report = model.report();
        let printed = report.typing.as_ref().ok_or("a model that was checked")?.accuracy;
        let golden = &report.questions.as_ref().ok_or("a model of answers")?.golden;
        let scorer = Scorer::new(model, &Catalogue::embedded(), ApplySettings::default())?;
        let (mut truth, mut placed, mut claimed) = (Vec::new(), Vec::new(), Vec::new());
        let mut first = 0;
        for block in &base.blocks {
            let scored = scorer.score(block);
            for (row, assignment) in scored.assignments.iter().enumerate() {
                let judged = scored.suppressed[row].is_none() && !base.surveyed[first + row];
                if let (true, Some(raw), Some(probability)) = (judged, assignment.raw, assignment.probability) {
                    truth.push(base.truth[first + row]);
                    placed.push(usize::from(raw));
                    claimed.push(f64::from(probability));
                }
            }
            first += block.len();
        }
        let hidden = base.truth.iter().max().map_or(1, |most| most + 1);
        let ones = vec![1.0; placed.len()];
        let partners = Overlap::of(&placed, &truth, &ones, (model.segments().len(), hidden)).partners();
        let right: Vec<bool> = placed.iter().zip(&truth).map(|(p, t)| partners[*p] == Some(*t)).collect();
        Ok(Self {
            printed,
            true_share: share(&right),
            calibration_error: calibration_error(&claimed, &right),
            golden: [golden.golden().ok_or("golden questions")?.accuracy, golden.all_accuracy],
            golden_check: golden.check.as_ref().map(|check| [check.claimed, check.found]),
        })
    }
}

fn share(right: &[bool]) -> f64 {
    right.iter().filter(|right| **right).count() as f64 / right.len().max(1) as f64
}

/// `Σ_b n_b/n · |mean claim in b − share right in b|` over bins `b` of the claims.
fn calibration_error(claimed: &[f64], right: &[bool]) -> f64 {
    let (mut n, mut sums) = ([0.0f64; BINS], [0.0f64; BINS]);
    for (claim, right) in claimed.iter().zip(right) {
        let bin = ((claim * BINS as f64) as usize).min(BINS - 1);
        n[bin] += 1.0;
        sums[bin] += claim - f64::from(u8::from(*right));
    }
    sums.iter().map(|sum| sum.abs()).sum::<f64>() / n.iter().sum::<f64>().max(1.0)
}
