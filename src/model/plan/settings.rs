//! When a play fires, and how far a plan goes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::segment::profile::DEFAULT_MIN_CELL;
use valueseg_codes::{Code, Coded};

/// Thresholds of the plan. All defaults are our judgment, except the quality floor (Bain's cut).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PlanSettings {
    /// Share of high quality answers, 0–1, below which mending quality comes before anything else.
    pub quality_floor: f64,
    /// Standardized difference from the rest from which an element counts as wanted more, above 0.
    pub min_difference: f64,
    /// Standardized gap between wanting and getting from which an element counts as missed, above 0.
    pub min_gap: f64,
    /// Mean fulfillment, 0–10, from which a company may speak about an element; or the "delivered" rule.
    #[serde(alias = "credible_fulfilment")]
    pub credible_fulfillment: f64,
    /// Mean fulfillment, 0–10, below which an element is low: never spoken about, mended where wanted.
    #[serde(alias = "low_fulfilment")]
    pub low_fulfillment: f64,
    /// Largest relative effect that is plausible: a line that can detect only more is not testable. Above 0.
    pub plausible_effect: f64,
    /// Share of members at one stage of the relationship arc, 0–1, from which on, at the low end of its interval, a plan speaks of
    /// the step from it.
    pub arc_share: f64,
    /// Share of members a need tier sets the tone for, 0–1, at the low end of its interval: what it would have if all five
    /// were alike.
    pub need_share: f64,
    /// Share of the plausible need maps, above 0.5 and at most 1, that have to put a need tier first for it to drive a line;
    /// more than half of them with a weaker and with a stronger order of tiers.
    pub need_maps: f64,
    /// Share of members with an open matter of one kind, 0–1, from which on, at the low end of its interval, a plan has a line
    /// about it.
    pub open_share: f64,
    /// Share of those who want a motivator, 0–1, below which, at the high end of its interval, too few are helped with it.
    pub helped_floor: f64,
    /// Most lines of a plan, 1–20.
    pub max_lines: u32,
    /// Whether the company has explicit consent to speak about sensitive elements.
    pub sensitive_allowed: bool,
    /// Fewest people a sentence may count; set by `[privacy] min_cell`.
    #[serde(skip)]
    pub min_cell: u64,
}

impl Default for PlanSettings {
    fn default() -> Self {
        Self {
            quality_floor: 0.5,
            min_difference: 0.3,
            min_gap: 0.3,
            credible_fulfillment: 6.5,
            low_fulfillment: 6.0,
            plausible_effect: 0.30,
            arc_share: 0.25,
            need_share: 0.2,
            need_maps: 0.75,
            open_share: 0.01,
            helped_floor: 0.5,
            max_lines: 8,
            sensitive_allowed: false,
            min_cell: DEFAULT_MIN_CELL,
        }
    }
}

/// A threshold of the plan that cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("plan.{key} = {got}: expected {expected}")]
#[non_exhaustive]
pub struct PlanSettingsError {
    /// Key at fault.
    pub key: &'static str,
    /// Value given.
    pub got: f64,
    /// What would do.
    pub expected: &'static str,
}

impl Coded for PlanSettingsError {
    fn code(&self) -> Code {
        Code::PlanSetting
    }
}

impl PlanSettings {
    /// Refuses thresholds outside their ranges, and a credible fulfillment below the low one.
    pub fn check(&self) -> Result<(), PlanSettingsError> {
        let positive = "a number above 0";
        let on_scale = "a number from 0 to 10, low_fulfillment not above credible_fulfillment";
        let scale_ok = |x: f64| (0.0..=10.0).contains(&x) && self.low_fulfillment <= self.credible_fulfillment;
        let checks = [
            ("quality_floor", self.quality_floor, (0.0..=1.0).contains(&self.quality_floor), "a share from 0 to 1"),
            ("min_difference", self.min_difference, self.min_difference > 0.0, positive),
            ("min_gap", self.min_gap, self.min_gap > 0.0, positive),
            ("credible_fulfillment", self.credible_fulfillment, scale_ok(self.credible_fulfillment), on_scale),
            ("low_fulfillment", self.low_fulfillment, scale_ok(self.low_fulfillment), on_scale),
            ("plausible_effect", self.plausible_effect, self.plausible_effect > 0.0, positive),
            ("arc_share", self.arc_share, (0.0..=1.0).contains(&self.arc_share), "a share from 0 to 1"),
            ("need_share", self.need_share, (0.0..=1.0).contains(&self.need_share), "a share from 0 to 1"),
            ("need_maps", self.need_maps, self.need_maps > 0.5 && self.need_maps <= 1.0, "a share above 0.5"),
            ("open_share", self.open_share, (0.0..=1.0).contains(&self.open_share), "a share from 0 to 1"),
            ("helped_floor", self.helped_floor, (0.0..=1.0).contains(&self.helped_floor), "a share from 0 to 1"),
            ("max_lines", f64::from(self.max_lines), (1..=20).contains(&self.max_lines), "a number from 1 to 20"),
        ];
        match checks.into_iter().find(|(_, _, ok, _)| !ok) {
            Some((key, got, _, expected)) => Err(PlanSettingsError { key, got, expected }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_pass_and_what_is_no_number_does_not() {
        assert_eq!(PlanSettings::default().check(), Ok(()));
        let with = |f: fn(&mut PlanSettings)| {
            let mut settings = PlanSettings::default();
            f(&mut settings);
            settings.check().unwrap_err().key
        };
        assert_eq!(with(|s| s.quality_floor = 1.5), "quality_floor");
        assert_eq!(with(|s| s.min_difference = f64::NAN), "min_difference");
        assert_eq!(with(|s| s.min_gap = 0.0), "min_gap");
        assert_eq!(with(|s| s.low_fulfillment = 7.0), "credible_fulfillment");
        assert_eq!(with(|s| s.arc_share = 25.0), "arc_share");
        assert_eq!(with(|s| s.need_share = f64::NAN), "need_share");
        assert_eq!(with(|s| s.need_maps = 0.5), "need_maps");
        assert_eq!(with(|s| s.open_share = 2.0), "open_share");
        assert_eq!(with(|s| s.helped_floor = f64::NAN), "helped_floor");
        assert_eq!(with(|s| s.max_lines = 0), "max_lines");
    }
}
