//! Thresholds of what happened and what follows: consistency, balance, loyalty, closeness, anticipation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bounds::{RelationshipSettingsError, answer, count, within};
use super::ratio::{BalanceRatio, SAYING_RATIO};

/// Three kinds of consistency (Pulido, Stone and Strevel 2014); how each is measured, and from how little on, is our
/// judgment (`docs/domain.md#consistency`).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ConsistencySettings {
    /// Rated contacts and texts from which on a customer's journey is judged, at least 2. Default 3: our judgment.
    pub min_contacts: u32,
    /// Rating from which on a contact was good, 0–10. Default 7: our judgment.
    pub good_from: f64,
    /// Promises, kept or broken, from which on they are judged, at least 1. Default 3: our judgment.
    pub min_promises: u32,
    /// Dated feelings from which on a lasting feeling is judged, at least 2. Default 3: our judgment.
    pub min_moments: u32,
}

impl Default for ConsistencySettings {
    fn default() -> Self {
        Self { min_contacts: 3, good_from: 7.0, min_promises: 3, min_moments: 3 }
    }
}

impl ConsistencySettings {
    pub(super) fn check(&self) -> Result<(), RelationshipSettingsError> {
        count("consistency.min_contacts", self.min_contacts, 2..=1000)?;
        answer("consistency.good_from", self.good_from)?;
        count("consistency.min_promises", self.min_promises, 1..=1000)?;
        count("consistency.min_moments", self.min_moments, 2..=1000)
    }
}

/// Good against bad experiences (`docs/domain.md#good-and-bad-experiences`). That bad weighs more than good is well
/// supported (Baumeister and others 2001); by how much is not known for commerce.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BalanceSettings {
    /// Good experiences that undo one bad one that was left open, 1–30, or `"saying"` for 12; one that was resolved weighs a
    /// third. Default 5: Gottman (1994) on couples, never shown for customers.
    pub ratio: BalanceRatio,
    /// Days in which an experience loses half of its weight. Default 180: our judgment.
    pub half_life_days: f64,
    /// Rating from which on an experience was good, 0–10. Default 8: our judgment.
    pub good_from: f64,
    /// Rating up to which an experience was bad, below `good_from`. Default 4: our judgment.
    pub bad_to: f64,
    /// Severity above which a complaint weighs no more, at least 1: one line of a table must not outweigh a year. Default 10: our
    /// judgment.
    pub most_severity: f64,
    /// Two more ratios, 1–30, at which the share in debt is told beside the configured one. Default 3 and 12, from mild to the
    /// trade's saying: our judgment.
    pub sensitivity: [f64; 2],
    /// A complaint within as many days of the same customer's previous one is a repeated one. Default 90: our judgment.
    pub repeat_days: u32,
}

impl Default for BalanceSettings {
    fn default() -> Self {
        Self {
            ratio: BalanceRatio::Number(5.0),
            half_life_days: 180.0,
            good_from: 8.0,
            bad_to: 4.0,
            most_severity: 10.0,
            sensitivity: [3.0, SAYING_RATIO],
            repeat_days: 90,
        }
    }
}

impl BalanceSettings {
    pub(super) fn check(&self) -> Result<(), RelationshipSettingsError> {
        within("balance.ratio", self.ratio.value(), 1.0..=30.0)?;
        within("balance.half_life_days", self.half_life_days, 1.0..=3650.0)?;
        answer("balance.good_from", self.good_from)?;
        answer("balance.bad_to", self.bad_to)?;
        within("balance.most_severity", self.most_severity, 1.0..=1e6)?;
        self.sensitivity.into_iter().try_for_each(|ratio| within("balance.sensitivity", ratio, 1.0..=30.0))?;
        count("balance.repeat_days", self.repeat_days, 1..=3650)?;
        if self.bad_to < self.good_from {
            return Ok(());
        }
        let expected = format!("less than balance.good_from, {}", self.good_from);
        Err(RelationshipSettingsError::Setting { key: "balance.bad_to", got: self.bad_to.to_string(), expected })
    }
}

/// Types of loyalty: relative attitude against repeat buying after Dick and Basu (1994); the cuts, and what rewards have to
/// do with it, are our judgment (`docs/domain.md#loyalty-types`).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LoyaltySettings {
    /// Points by which the company is liked better than the best alternative, −10 to 10. Default 1: our judgment. Where the
    /// alternative was not asked about, `arc.different` decides.
    pub attitude_lead: f64,
    /// Share of spend made with rewards below which loyalty is true, 0–1. Default 0.3: our judgment.
    pub reward_true_below: f64,
    /// Share of spend made with rewards from which on it is bought, 0–1. Default 0.5: our judgment.
    pub reward_bought_from: f64,
    /// Orders a week in reward weeks over orders a week in others from which on loyalty is bought, above 1. Default 2: our
    /// judgment.
    pub week_ratio_bought: f64,
    /// Whole weeks of each kind that the ratio needs, at least 1. Default 4: our judgment.
    pub min_weeks: u32,
    /// Purchases that the ratio needs, at least 1. Default 5: our judgment.
    pub min_week_orders: u32,
    /// A week counts as one of rewards if its share of orders with a reward, over all customers, is this many times the median
    /// week's, above 1. Default 1.5: our judgment; campaigns stand out, ups and downs of the usual do not.
    pub reward_week_from: f64,
    /// Fewest orders of a week for its share to be looked at. Default 30: our judgment.
    pub reward_week_orders: u32,
}

impl Default for LoyaltySettings {
    fn default() -> Self {
        Self {
            attitude_lead: 1.0,
            reward_true_below: 0.3,
            reward_bought_from: 0.5,
            week_ratio_bought: 2.0,
            min_weeks: 4,
            min_week_orders: 5,
            reward_week_from: 1.5,
            reward_week_orders: 30,
        }
    }
}

impl LoyaltySettings {
    pub(super) fn check(&self) -> Result<(), RelationshipSettingsError> {
        within("loyalty.attitude_lead", self.attitude_lead, -10.0..=10.0)?;
        within("loyalty.reward_true_below", self.reward_true_below, 0.0..=1.0)?;
        within("loyalty.reward_bought_from", self.reward_bought_from, self.reward_true_below..=1.0)?;
        within("loyalty.week_ratio_bought", self.week_ratio_bought, 1.0..=100.0)?;
        count("loyalty.min_weeks", self.min_weeks, 1..=26)?;
        count("loyalty.min_week_orders", self.min_week_orders, 1..=1000)?;
        within("loyalty.reward_week_from", self.reward_week_from, 1.0..=100.0)?;
        count("loyalty.reward_week_orders", self.reward_week_orders, 1..=1_000_000)
    }
}

/// When the level of relationship is to leave alone (`docs/domain.md#closeness`). All of it our judgment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ClosenessSettings {
    /// Marketing contacts of a plan within `fatigue_days` from which on a customer is left alone. Default 8: our judgment.
    pub fatigue_contacts: u32,
    /// Days over which they are counted. Default 30: our judgment.
    pub fatigue_days: u32,
    /// Days for which an order that came back, or a refund, counts as an open matter. Default 14: our judgment.
    pub return_days: u32,
}

impl Default for ClosenessSettings {
    fn default() -> Self {
        Self { fatigue_contacts: 8, fatigue_days: 30, return_days: 14 }
    }
}

impl ClosenessSettings {
    pub(super) fn check(&self) -> Result<(), RelationshipSettingsError> {
        count("closeness.fatigue_contacts", self.fatigue_contacts, 1..=1000)?;
        count("closeness.fatigue_days", self.fatigue_days, 1..=365)?;
        count("closeness.return_days", self.return_days, 0..=365)
    }
}

/// What is likely to come. All of it our judgment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AnticipationSettings {
    /// Nights ahead for which the risk of a slide is told. Default 30: our judgment.
    pub horizon_nights: u32,
    /// Nights of customers seen at a stage, with or without trouble, below which no risk is told. Default 1000: our judgment.
    pub min_customer_nights: u64,
    /// Slides seen among them below which no risk is told. Default 30: our judgment.
    pub min_slides: u64,
    /// Days for which a broken promise counts as trouble. Default 60: our judgment.
    pub promise_days: u32,
    /// Probability from which the element to deliver next is named, 0.5 to 1. Default 0.5: likelier than all others
    /// together, our judgment.
    pub next_probability: f64,
}

impl Default for AnticipationSettings {
    fn default() -> Self {
        Self { horizon_nights: 30, min_customer_nights: 1000, min_slides: 30, promise_days: 60, next_probability: 0.5 }
    }
}

impl AnticipationSettings {
    pub(super) fn check(&self) -> Result<(), RelationshipSettingsError> {
        count("anticipation.horizon_nights", self.horizon_nights, 1..=365)?;
        let at_least_one = |key, got: u64| match got {
            0 => {
                let expected = "a whole number of at least 1".to_owned();
                Err(RelationshipSettingsError::Setting { key, got: "0".to_owned(), expected })
            }
            _ => Ok(()),
        };
        at_least_one("anticipation.min_customer_nights", self.min_customer_nights)?;
        at_least_one("anticipation.min_slides", self.min_slides)?;
        count("anticipation.promise_days", self.promise_days, 1..=365)?;
        within("anticipation.next_probability", self.next_probability, 0.5..=1.0)
    }
}
