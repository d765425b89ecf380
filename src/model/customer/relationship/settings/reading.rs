//! How figures of the lens are read: against what was published, and when to doubt them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bounds::{RelationshipSettingsError, answer, count, within};
use crate::rows::HIGH;

/// Cuts behind "did Mori and Bain hold here?" (`docs/domain.md#published-regularities`). A figure is comparable with a
/// published one only where both were cut in the same place; other cuts are for companies that asked in another way.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RegularitySettings {
    /// From which answer to "recommend" on somebody is a promoter, 0–10. Default 9: published (Reichheld 2003).
    pub promoter_from: f64,
    /// From which answer on somebody is no longer a detractor, 0–10, not above `promoter_from`. Default 7: published (Reichheld
    /// 2003).
    pub passive_from: f64,
    /// From which rating on an element counts as high, on 0–10 after mapping. Default 7.5, the upper quarter of any scale:
    /// the published 8 of 10 (Almquist, Senior and Bloch 2016), and 4 of 5.
    pub element_high: f64,
    /// Elements that must be rated for a respondent to be counted by how many are high, 4–30. Default 4: the largest published
    /// class begins there.
    pub min_rated: u32,
    /// Up to which answer on "I usually compare" somebody rarely shops around, 0–10. Default 3: our judgment, the published
    /// question is not public.
    pub rarely_looks_to: f64,
    /// Discount to switch that counts as more than most would give, as a share: above it, 0–1. Default 0.2: published (Mori, as
    /// a trade article tells it).
    pub dear_discount: f64,
    /// Net Promoter Scores, −100 to 100, up to which the multiple of two has no meaning, at least 0. Default 1: our judgment.
    pub min_score: f64,
}

impl Default for RegularitySettings {
    fn default() -> Self {
        Self {
            promoter_from: 9.0,
            passive_from: 7.0,
            element_high: HIGH,
            min_rated: 4,
            rarely_looks_to: 3.0,
            dear_discount: 0.2,
            min_score: 1.0,
        }
    }
}

impl RegularitySettings {
    pub(super) fn check(&self) -> Result<(), RelationshipSettingsError> {
        answer("regularities.promoter_from", self.promoter_from)?;
        within("regularities.passive_from", self.passive_from, 0.0..=self.promoter_from)?;
        answer("regularities.element_high", self.element_high)?;
        count("regularities.min_rated", self.min_rated, 4..=30)?;
        answer("regularities.rarely_looks_to", self.rarely_looks_to)?;
        within("regularities.dear_discount", self.dear_discount, 0.0..=1.0)?;
        within("regularities.min_score", self.min_score, 0.0..=100.0)
    }
}

/// Figures so unlikely that the report tells to doubt the answers or the cuts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SuspectSettings {
    /// Share of those asked who are helped with what matters to them and yet not satisfied, above which, 0–1. Default 0.03: our
    /// judgment (`docs/domain.md#connection-stages`).
    pub contradictory: f64,
    /// Connection score above which, 0–1. Default 0.65: published scores lie between 0.15 and 0.6
    /// (`docs/domain.md#connection-gaps`).
    pub connected: f64,
    /// Share of customers to whom the company is indispensable, above which, 0–1. Default 0.05: our judgment, after "very few"
    /// (`docs/domain.md#the-relationship-arc`).
    pub indispensable: f64,
}

impl Default for SuspectSettings {
    fn default() -> Self {
        Self { contradictory: 0.03, connected: 0.65, indispensable: 0.05 }
    }
}

impl SuspectSettings {
    pub(super) fn check(&self) -> Result<(), RelationshipSettingsError> {
        within("suspect.contradictory", self.contradictory, 0.0..=1.0)?;
        within("suspect.connected", self.connected, 0.0..=1.0)?;
        within("suspect.indispensable", self.indispensable, 0.0..=1.0)
    }
}
