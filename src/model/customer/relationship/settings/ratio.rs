//! How many good experiences a bad one weighs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Good experiences that undo a bad one after a saying of the trade, traced to R. Newell-Legner; no study was found behind
/// it (`docs/domain.md#good-and-bad-experiences`).
pub const SAYING_RATIO: f64 = 12.0;

/// Good experiences for each bad one that is left open: a number, or `"saying"`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "RatioForm", into = "RatioForm")]
#[schemars(with = "RatioForm")]
pub enum BalanceRatio {
    /// This many.
    Number(f64),
    /// [`SAYING_RATIO`].
    Saying,
}

impl BalanceRatio {
    /// The number.
    #[must_use]
    pub fn value(self) -> f64 {
        match self {
            Self::Number(number) => number,
            Self::Saying => SAYING_RATIO,
        }
    }
}

/// How a ratio is written: `5` or `"saying"`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum RatioForm {
    Word(SayingWord),
    Number(f64),
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum SayingWord {
    Saying,
}

impl From<RatioForm> for BalanceRatio {
    fn from(form: RatioForm) -> Self {
        match form {
            RatioForm::Word(SayingWord::Saying) => Self::Saying,
            RatioForm::Number(number) => Self::Number(number),
        }
    }
}

impl From<BalanceRatio> for RatioForm {
    fn from(ratio: BalanceRatio) -> Self {
        match ratio {
            BalanceRatio::Saying => Self::Word(SayingWord::Saying),
            BalanceRatio::Number(number) => Self::Number(number),
        }
    }
}
