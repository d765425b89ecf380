//! Thresholds of the two ladders: connection and arc.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bounds::{RelationshipSettingsError, answer, count, within};
use crate::rows::HIGH;

/// Stages of emotional connection. That there are four in this order is published (Magids, Zorfas and Leemon 2015); the
/// wording and cuts behind the published figures are not public, so every cut here is our judgment
/// (`docs/domain.md#connection-stages`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ConnectionSettings {
    /// From which answer on a motivator matters to the person, 0–10. Default 7: our judgment.
    pub wanted: f64,
    /// From which answer on the company helps with it, 0–10. Default 9, the upper two answers: our judgment.
    pub helped: f64,
    /// Key motivators that must be both wanted and helped with, 1–3. Default 2: our judgment, after the published advice to
    /// aim for two or three.
    pub motivators: u32,
    /// From which answer on somebody is highly satisfied, 0–10. Default 9, the upper two answers: our judgment.
    pub satisfied: f64,
    /// From which answer on the company is seen as different from others, 0–10. Default 7.5, high on any scale: our judgment.
    pub different: f64,
    /// From which answer on it is a good brand, 0–10; for the gap between good brand and connection. Default 7.5, high on any
    /// scale: our judgment.
    pub good_brand: f64,
    /// Gap between good brand and connection, as a share, below which it is small, 0–1. Default 0.15: our judgment
    /// (`docs/domain.md#connection-gaps`).
    pub small_gap: f64,
    /// The same, above which it is large, from `small_gap` to 1. Default 0.3: our judgment
    /// (`docs/domain.md#connection-gaps`).
    pub large_gap: f64,
    /// Ids of the motivators that count. Empty, the default: all of the catalogue. The published way is to keep the two or
    /// three that set the best customers apart.
    pub key_motivators: Vec<String>,
}

impl Default for ConnectionSettings {
    fn default() -> Self {
        Self {
            wanted: 7.0,
            helped: 9.0,
            motivators: 2,
            satisfied: 9.0,
            different: HIGH,
            good_brand: HIGH,
            small_gap: 0.15,
            large_gap: 0.3,
            key_motivators: Vec::new(),
        }
    }
}

impl ConnectionSettings {
    pub(super) fn check(&self) -> Result<(), RelationshipSettingsError> {
        answer("connection.wanted", self.wanted)?;
        answer("connection.helped", self.helped)?;
        count("connection.motivators", self.motivators, 1..=3)?;
        answer("connection.satisfied", self.satisfied)?;
        answer("connection.different", self.different)?;
        answer("connection.good_brand", self.good_brand)?;
        within("connection.small_gap", self.small_gap, 0.0..=1.0)?;
        within("connection.large_gap", self.large_gap, self.small_gap..=1.0)?;
        for (place, id) in self.key_motivators.iter().enumerate() {
            if self.key_motivators[..place].contains(id) {
                let (key, expected) = ("connection.key_motivators", "each motivator once".to_owned());
                return Err(RelationshipSettingsError::Setting { key, got: format!("`{id}` twice"), expected });
            }
        }
        Ok(())
    }
}

/// Gates of the relationship arc. The stages are those of the texts that the lens follows; their gates are our judgment
/// (`docs/domain.md#the-relationship-arc`).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ArcSettings {
    /// Purchases from which on somebody came back. Default 2: our judgment.
    pub reorders: u32,
    /// Points by which the company is liked better than the best alternative, −10 to 10. Default 1: our judgment, after
    /// Dick and Basu's relative attitude (1994).
    pub preferred_lead: f64,
    /// From which answer on a key motivator is helped with enough to mean something, 0–10. Default 7.5, high on any scale: our judgment.
    pub meaning_helped: f64,
    /// From which answer on being different stands for a meaning, and for being preferred where the best alternative was
    /// not asked about, 0–10. Default 7: our judgment.
    pub different: f64,
    /// From which answer on the company is a part of who the person is, 0–10. Default 7.5, high on any scale: our judgment.
    pub self_connection: f64,
    /// From which answer on it could not be replaced, 0–10. Default 9: our judgment.
    pub irreplaceable: f64,
    /// From which answer on it would get a second chance, 0–10. Default 7.5, high on any scale: our judgment.
    pub second_chance: f64,
    /// Purchases without discount and reward that show buying at full price. Default 3: our judgment.
    pub full_price_orders: u32,
    /// Kinds of goods that show breadth, 2–8. Default 3: our judgment.
    pub categories: u32,
    /// Signs among full price, advocacy and breadth that stand for a meaning without a survey, 1–3. Default 2: our judgment.
    #[serde(alias = "behaviour_signs")]
    pub behavior_signs: u32,
    /// Below which spread of the gaps between order days, as a multiple of their mean, the rhythm is steady. Default 0.5: our
    /// judgment.
    pub regular_cv: f64,
    /// Order days needed to see a rhythm, at least 3. Default 5: our judgment.
    pub regular_orders: u32,
    /// How far spend after a grave failure may differ from spend before to count as forgiven, as a share. Default 0.2: our
    /// judgment.
    pub forgiveness_band: f64,
    /// Days of a cycle of spend. Default 60: our judgment.
    pub cycle_days: u32,
    /// Cycles before and after the failure; all of them must fit in the year that is known. Default 2: our judgment.
    pub cycles: u32,
    /// Severity from which on a complaint is grave, on the company's own scale. Default 3: our judgment.
    pub severe: f64,
    /// Days for which an open grave complaint takes one stage away. Default 180: our judgment.
    pub complaint_days: u32,
    /// Nights a stage is kept at least. Default 30: our judgment, one cycle of many trades.
    pub dwell_nights: u32,
}

impl Default for ArcSettings {
    fn default() -> Self {
        Self {
            reorders: 2,
            preferred_lead: 1.0,
            meaning_helped: HIGH,
            different: 7.0,
            self_connection: HIGH,
            irreplaceable: 9.0,
            second_chance: HIGH,
            full_price_orders: 3,
            categories: 3,
            behavior_signs: 2,
            regular_cv: 0.5,
            regular_orders: 5,
            forgiveness_band: 0.2,
            cycle_days: 60,
            cycles: 2,
            severe: 3.0,
            complaint_days: 180,
            dwell_nights: 30,
        }
    }
}

impl ArcSettings {
    pub(super) fn check(&self) -> Result<(), RelationshipSettingsError> {
        count("arc.reorders", self.reorders, 2..=100)?;
        within("arc.preferred_lead", self.preferred_lead, -10.0..=10.0)?;
        answer("arc.meaning_helped", self.meaning_helped)?;
        answer("arc.different", self.different)?;
        answer("arc.self_connection", self.self_connection)?;
        answer("arc.irreplaceable", self.irreplaceable)?;
        answer("arc.second_chance", self.second_chance)?;
        count("arc.full_price_orders", self.full_price_orders, 1..=100)?;
        count("arc.categories", self.categories, 2..=8)?;
        count("arc.behavior_signs", self.behavior_signs, 1..=3)?;
        within("arc.regular_cv", self.regular_cv, 0.01..=2.0)?;
        count("arc.regular_orders", self.regular_orders, 3..=365)?;
        within("arc.forgiveness_band", self.forgiveness_band, 0.0..=1.0)?;
        count("arc.cycles", self.cycles, 1..=6)?;
        count("arc.cycle_days", self.cycle_days, 7..=365 / 2 / self.cycles)?;
        within("arc.severe", self.severe, 0.0..=1e6)?;
        count("arc.complaint_days", self.complaint_days, 1..=365)?;
        count("arc.dwell_nights", self.dwell_nights, 0..=365)
    }
}
