//! How need tiers are chosen, and settings that cannot be used.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use valueseg_codes::{Code, Coded};

/// Default least probability of a tier that is told of a customer. Our judgment: at 0.6 one customer in two and a half of
/// the least sure is told wrong, and no second tier can be nearly as likely.
pub const MIN_PROBABILITY: f64 = 0.6;

/// Default votes behind a row of the need map. Our judgment: the map is written in steps of a tenth, and with 20 votes a
/// weight of one half has a standard deviation of `√(½·½/21)` = 0.11.
pub const MAP_VOTES: f64 = 20.0;

/// How the tier to serve next is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NeedMethod {
    /// The lowest tier served below the threshold; growth if all are served. Maslow's own wording, a strict order.
    LowestUnsatisfied,
    /// The tier with the largest gap, weighed by importance and a soft order.
    #[default]
    WeightedGap,
    /// The tier that matters most, whatever its service.
    ImportanceOnly,
}

/// How need tiers are computed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NeedSettings {
    /// How the tier to serve next is chosen.
    pub method: NeedMethod,
    /// Fulfillment from which a tier counts as served, above 0 and at most 10.
    pub tau: f64,
    /// Strength of the order of tiers in the weighted gap, 0 (none) to 1 (strong).
    pub lambda: f64,
    /// Share of a tier's weight that must be scored for the tier to take part, above 0 and at most 1.
    pub min_coverage: f64,
    /// A tier is told of a customer from this probability on, above 0.5 and at most 1.
    pub min_probability: f64,
    /// How sure the need map is: each of its rows counts like so many votes on where an element belongs, 1 to 10,000.
    pub map_votes: f64,
}

impl Default for NeedSettings {
    fn default() -> Self {
        Self {
            method: NeedMethod::default(),
            tau: 7.0,
            lambda: 0.3,
            min_coverage: 0.5,
            min_probability: MIN_PROBABILITY,
            map_votes: MAP_VOTES,
        }
    }
}

/// A setting of the need tiers that cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NeedSettingsError {
    /// The threshold is not above 0 and at most 10.
    #[error("needs.tau = {got}: expected a number above 0 and at most 10")]
    Tau {
        /// Value given.
        got: f64,
    },
    /// The strength of the order is not within 0–1.
    #[error("needs.lambda = {got}: expected a number from 0 to 1")]
    Lambda {
        /// Value given.
        got: f64,
    },
    /// The least probability is not above one half and at most 1.
    #[error("needs.min_probability = {got}: expected a number above 0.5 and at most 1")]
    MinProbability {
        /// Value given.
        got: f64,
    },
    /// The votes behind the map are not within 1–10,000.
    #[error("needs.map_votes = {got}: expected a number from 1 to 10000")]
    MapVotes {
        /// Value given.
        got: f64,
    },
    /// The coverage is not above 0 and at most 1.
    #[error("needs.min_coverage = {got}: expected a number above 0 and at most 1")]
    MinCoverage {
        /// Value given.
        got: f64,
    },
}

impl Coded for NeedSettingsError {
    fn code(&self) -> Code {
        Code::NeedSetting
    }
}

impl NeedSettings {
    /// Refuses settings outside their ranges.
    pub fn check(&self) -> Result<(), NeedSettingsError> {
        if !(self.tau > 0.0 && self.tau <= 10.0) {
            return Err(NeedSettingsError::Tau { got: self.tau });
        }
        if !(0.0..=1.0).contains(&self.lambda) {
            return Err(NeedSettingsError::Lambda { got: self.lambda });
        }
        if !(self.min_coverage > 0.0 && self.min_coverage <= 1.0) {
            return Err(NeedSettingsError::MinCoverage { got: self.min_coverage });
        }
        if !(self.min_probability > 0.5 && self.min_probability <= 1.0) {
            return Err(NeedSettingsError::MinProbability { got: self.min_probability });
        }
        if !(1.0..=10_000.0).contains(&self.map_votes) {
            return Err(NeedSettingsError::MapVotes { got: self.map_votes });
        }
        Ok(())
    }
}
