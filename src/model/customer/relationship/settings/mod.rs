//! Every threshold of the relationship lens: `[relationship]` of the configuration.

mod behavior;
mod bounds;
mod ratio;
mod reading;
mod stages;

pub use behavior::{AnticipationSettings, BalanceSettings, ClosenessSettings, ConsistencySettings, LoyaltySettings};
pub use bounds::RelationshipSettingsError;
pub use ratio::{BalanceRatio, SAYING_RATIO};
pub use reading::{RegularitySettings, SuspectSettings};
pub use stages::{ArcSettings, ConnectionSettings};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Settings of the relationship lens. Answers and ratings are on 0–10 throughout, whatever scale they were asked on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RelationshipSettings {
    /// Stages of emotional connection.
    pub connection: ConnectionSettings,
    /// Stages of the relationship arc.
    pub arc: ArcSettings,
    /// Consistency of journey, feeling and promises.
    pub consistency: ConsistencySettings,
    /// Good against bad experiences.
    pub balance: BalanceSettings,
    /// Types of loyalty.
    pub loyalty: LoyaltySettings,
    /// The level of relationship that suits.
    pub closeness: ClosenessSettings,
    /// What to deliver next, and who is about to slide.
    pub anticipation: AnticipationSettings,
    /// Cuts behind the comparison with published regularities.
    pub regularities: RegularitySettings,
    /// When to doubt a figure.
    pub suspect: SuspectSettings,
}

impl RelationshipSettings {
    /// Refuses settings outside their ranges. Whether the key motivators are in the catalogue is checked when a
    /// [`RelationshipAssessor`](super::RelationshipAssessor) is made.
    ///
    /// # Errors
    /// [`RelationshipSettingsError::Setting`] for the first one that is.
    pub fn check(&self) -> Result<(), RelationshipSettingsError> {
        self.connection.check()?;
        self.arc.check()?;
        self.consistency.check()?;
        self.balance.check()?;
        self.loyalty.check()?;
        self.closeness.check()?;
        self.anticipation.check()?;
        self.regularities.check()?;
        self.suspect.check()
    }
}

#[cfg(test)]
mod tests;
