//! How answers that nobody gave with care are known.

use serde::{Deserialize, Serialize};

use super::error::ModelError;
use super::stored::stored;
use crate::model::rows::{Aspect, CustomerBlock, N_RATINGS};

/// Answers from which one and the same to everything is no opinion. Our judgment: with six of them people who are happy
/// with everything still say so.
const LEAST_STRAIGHT: u32 = 8;

/// What careless answering looks like: any answer as likely as any other, item by item, or one answer to everything.
///
/// ```text
/// p(careless | v) = ε Π 1/width / (ε Π 1/width + (1 − ε) Σ_k π_k N(v | k))
/// ```
///
/// Source: [`Attention`](crate::stats::mixture::Attention), by which ε and the widths are learned.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::model) struct Carelessness {
    /// ε, the share of respondents who answered anything, 0 to below 1; 0 = nobody is suspected of it.
    pub(in crate::model) share: f64,
    /// `[60]` logarithm of the width of each rating's scale in spreads; `None` = nobody is judged by it. Empty where nobody is.
    pub(in crate::model) log_widths: Vec<Option<f64>>,
    /// Ratings where the same answer everywhere is a use of the scale.
    pub(in crate::model) straight: u64,
}

impl Carelessness {
    /// Whether a row gave one and the same answer to all of an aspect's ratings, in each aspect it answered, and to at
    /// least [`LEAST_STRAIGHT`] in all.
    pub(in crate::model) fn is_straight(&self, block: &CustomerBlock, row: usize) -> bool {
        (block.rated[row] & self.straight).count_ones() >= LEAST_STRAIGHT
            && [Aspect::Importance, Aspect::Fulfillment].iter().all(|aspect| {
                let mask = aspect.mask() & self.straight;
                block.rated[row] & mask == 0 || block.answers_alike(row, mask)
            })
    }

    /// Whether nobody is suspected of anything.
    pub(in crate::model) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The numbers as they will be read back from a file.
    pub(in crate::model::fit) fn stored(&self) -> Self {
        let log_widths = self.log_widths.iter().map(|x| x.map(stored)).collect();
        Self { share: stored(self.share), log_widths, straight: self.straight }
    }

    /// Refuses what cannot be.
    pub(in crate::model::fit) fn check(&self) -> Result<(), ModelError> {
        let widths = self.log_widths.len() == if self.share > 0.0 { N_RATINGS } else { 0 };
        let finite = self.log_widths.iter().flatten().all(|x| x.is_finite());
        if widths && finite && (0.0..1.0).contains(&self.share) && self.straight >> N_RATINGS == 0 {
            return Ok(());
        }
        Err(ModelError::Damaged { what: "what is known of careless answers makes no sense".to_owned() })
    }
}
