//! How answers that nobody gave with care are known.

use serde::{Deserialize, Serialize};

use super::error::ModelError;
use super::stored::stored;
use crate::rows::{Aspect, CustomerBlock, N_RATINGS};
use valueseg_stats::mixture::FactorMixture;
use valueseg_stats::observed::Observed;

/// Answers from which one and the same to everything is no opinion. Our judgment: with six of them people who are happy
/// with everything still say so.
const LEAST_STRAIGHT: u32 = 8;

/// What careless answering looks like: any answer as likely as any other, item by item, or one answer to everything.
///
/// ```text
/// p(careless | v) = ε Π 1/width / (ε Π 1/width + (1 − ε) Σ_k π_k N(v | k))
/// ```
///
/// Source: [`Attention`](valueseg_stats::mixture::Attention), by which ε and the widths are learned.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Carelessness {
    /// ε, the share of respondents who answered anything, 0 to below 1; 0 = nobody is suspected of it.
    pub(crate) share: f64,
    /// `[60]` logarithm of the width of each rating's scale in spreads; `None` = nobody answered it in two ways. Empty where
    /// nobody is suspected of answering anything.
    pub(crate) log_widths: Vec<Option<f64>>,
    /// Ratings that people are judged by.
    pub(crate) judged: u64,
    /// Ratings where the same answer everywhere is a use of the scale.
    pub(crate) straight: u64,
}

impl Carelessness {
    /// Whether a row gave one and the same answer to all of an aspect's ratings, in each aspect it answered, and to at
    /// least [`LEAST_STRAIGHT`] in all.
    pub(crate) fn is_straight(&self, block: &CustomerBlock, row: usize) -> bool {
        (block.rated[row] & self.straight).count_ones() >= LEAST_STRAIGHT
            && [Aspect::Importance, Aspect::Fulfillment].iter().all(|aspect| {
                let mask = aspect.mask() & self.straight;
                block.rated[row] & mask == 0 || block.answers_alike(row, mask)
            })
    }

    /// Whether nobody is suspected of anything.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The numbers as they will be read back from a file.
    pub(in crate::fit) fn stored(&self) -> Self {
        let log_widths = self.log_widths.iter().map(|x| x.map(stored)).collect();
        Self { share: stored(self.share), log_widths, ..self.clone() }
    }

    /// The same, but nobody suspected of answering anything where `model`, which reads standardized `ratings`, takes more of
    /// the `believed` rows for careless than there are careless ones: then it does not know how people answer.
    pub(in crate::fit) fn doubted(&self, ratings: &Observed, believed: &[usize], model: &FactorMixture) -> Self {
        if self.share == 0.0 {
            return self.clone();
        }
        let odds = (self.share / (1.0 - self.share)).ln();
        let part = ratings.select(believed);
        let logs = model.log_likelihoods(&part);
        let (mut wrong, mut all) = (0.0, 0.0);
        for ((row, log), weight) in part.present().rows().into_iter().zip(logs).zip(part.weights()) {
            let uniform: f64 = row.iter().zip(&self.log_widths).filter(|(is, _)| **is).filter_map(|(_, w)| *w).sum();
            wrong += if odds - uniform > log { *weight } else { 0.0 };
            all += weight;
        }
        // Some of those who took care look careless by chance, as a rule fewer than there are careless.
        if wrong <= self.share * all { self.clone() } else { Self { straight: self.straight, ..Self::default() } }
    }

    /// Refuses what cannot be.
    pub(in crate::fit) fn check(&self) -> Result<(), ModelError> {
        let widths = self.log_widths.len() == if self.share > 0.0 { N_RATINGS } else { 0 };
        let finite = self.log_widths.iter().flatten().all(|x| x.is_finite());
        if widths && finite && (0.0..1.0).contains(&self.share) && (self.straight | self.judged) >> N_RATINGS == 0 {
            return Ok(());
        }
        Err(ModelError::Damaged { what: "what is known of careless answers makes no sense".to_owned() })
    }
}
