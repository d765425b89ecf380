//! Which events say how easily customers are served, and how long is waited to tell.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[service]`. Words are compared in any case; all days are our judgment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ServiceSettings {
    /// Kinds of `interactions` in which a request was refused.
    pub refused: Vec<String>,
    /// Kinds in which the customer looked for help alone.
    pub self_service: Vec<String>,
    /// Kinds in which the customer was handed on.
    pub transferred: Vec<String>,
    /// Kinds in which the customer searched and found nothing; the column `sought` may say what.
    pub searched_in_vain: Vec<String>,
    /// Days within which a contact after help sought alone, or after a case, says that it had not helped, and within which
    /// an order says that a search in vain lost nothing. At least 1.
    pub again_days: u32,
    /// Days within which a complaint must be solved to count as solved. At least 1.
    pub solved_days: u32,
    /// Days after these within which the customer is seen again, or not. At least 1.
    pub back_days: u32,
    /// Days within which a public post must be answered. At least 1.
    pub public_answer_days: u32,
}

impl Default for ServiceSettings {
    fn default() -> Self {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Self {
            refused: words(&["request_refused"]),
            self_service: words(&["faq_viewed"]),
            transferred: words(&["transferred", "transfer"]),
            searched_in_vain: words(&["search_empty"]),
            again_days: 7,
            solved_days: 14,
            back_days: 90,
            public_answer_days: 2,
        }
    }
}

impl ServiceSettings {
    /// The key of a number of days that is none.
    #[must_use]
    pub fn zero(&self) -> Option<&'static str> {
        let days = [
            ("again_days", self.again_days),
            ("solved_days", self.solved_days),
            ("back_days", self.back_days),
            ("public_answer_days", self.public_answer_days),
        ];
        days.into_iter().find(|(_, days)| *days == 0).map(|(key, _)| key)
    }
}
