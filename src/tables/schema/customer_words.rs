//! What positions in rows of `customers` stand for.

use datafusion::arrow::array::ArrayRef;

use super::arrays::texts;
use super::sensitive::masked_names;

/// What the positions in a scored block stand for.
#[derive(Clone, Copy, Debug)]
pub struct CustomerLabels<'a> {
    /// Segment ids (`S01`, …) in the order of the model's segments, then ids of earlier ones.
    pub segments: &'a [String],
    /// Names of the model's indicators; ratings are called `importance_<element>` and `fulfillment_<element>`.
    pub indicators: &'a [String],
    /// Rating indicators that rows about customers may not name ([`super::SensitivePolicy::masked_ratings`]).
    pub masked: u64,
}

/// Names that differ from model to model.
pub(in crate::tables) struct CustomerWords {
    pub(in crate::tables) segments: ArrayRef,
    pub(in crate::tables) indicators: ArrayRef,
    /// Plays that customers may be next for; none before plans are made.
    pub(super) plays: ArrayRef,
    /// Indicators that may not be named.
    unnamed: Vec<bool>,
}

impl CustomerWords {
    pub(in crate::tables) fn new(labels: &CustomerLabels<'_>) -> Self {
        let masked = masked_names(labels.masked);
        Self {
            segments: texts(labels.segments),
            indicators: texts(labels.indicators),
            plays: texts::<&str>([]),
            unnamed: labels.indicators.iter().map(|name| masked.contains(name)).collect(),
        }
    }

    /// The same with the plays of a night.
    pub(in crate::tables) fn with_plays(self, plays: &[String]) -> Self {
        Self { plays: texts(plays), ..self }
    }

    /// Key of an indicator that may be named.
    pub(super) fn reason(&self, indicator: Option<u16>) -> Option<i32> {
        indicator.filter(|i| !self.unnamed[usize::from(*i)]).map(i32::from)
    }
}
