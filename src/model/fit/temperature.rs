//! How far the evidence of each block is believed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::stored::stored;

/// What the log odds that a block of indicators gives are divided by: 1 = taken at their word, 2 = half believed.
///
/// ```text
/// log p_k − log p_l = log π_k/π_l + (signals' log odds)/T_signals + (answers' log odds)/T_answers
/// ```
///
/// METHOD: signals are counts with many zeros and depend on each other in more ways than a few common factors, so the
/// model takes them for more independent witnesses than they are and is too sure. Dividing their log odds by one number
/// mends that (Guo et al. 2017, ICML 34) and keeps every indicator's share in a decision exact and additive. Signals have
/// the same temperature whether or not the customer also answered: they are no better witnesses beside answers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Temperature {
    /// Divides the log odds that signals give, > 0.
    pub signals: f64,
    /// Divides the log odds that own answers give, > 0.
    pub answers: f64,
}

impl Default for Temperature {
    fn default() -> Self {
        Self { signals: 1.0, answers: 1.0 }
    }
}

impl Temperature {
    /// Whether the evidence is taken at its word.
    #[must_use]
    pub fn is_neutral(&self) -> bool {
        *self == Self::default()
    }

    /// The temperatures as they will be read back from a file.
    pub(crate) fn stored(self) -> Self {
        Self { signals: stored(self.signals), answers: stored(self.answers) }
    }

    /// Whether both are finite and above 0.
    pub(crate) fn is_possible(self) -> bool {
        [self.signals, self.answers].iter().all(|t| t.is_finite() && *t > 0.0)
    }
}
