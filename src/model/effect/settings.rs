//! How effects are measured.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use valueseg_codes::{Code, Coded};

/// Chance of a false "worked" or "harmed" on any night before the verdict, over all nights together.
///
/// METHOD (our judgment): the five percent of a play are split. One half of one percent is spent on being able to stop on
/// any night, the rest on the day of the verdict; their sum bounds the total. The split keeps 79 % of the power of a fixed
/// test where an always-valid test alone keeps 51 %.
pub(super) const ANY_NIGHT_ALPHA: f64 = 0.005;

/// Chance of a false "worked" or "harmed" on the day of the verdict.
pub(super) const VERDICT_ALPHA: f64 = 0.045;

/// A sample ratio less probable than this is not chance. Source: the threshold of `GrowthBook` and Eppo.
pub(super) const UNEVEN_P: f64 = 0.001;

/// Largest share of those kept out who got the play all the same. Our judgment.
pub(super) const MOST_CROSSED: f64 = 0.05;

/// Fewest customers of each arm who did what is counted, for a figure to be told. Our judgment.
pub(super) const LEAST_EVENTS: u64 = 30;

/// Part of the plan from which on a night may stop a play. Our judgment: the sequence is asymptotic.
pub(super) const EARLIEST_LOOK: f64 = 0.10;

/// Days without a new customer after which an experiment is closed. Our judgment.
pub(super) const CLOSED_AFTER_DAYS: i32 = 30;

/// Days after which those kept out and the others have lived apart for so long that they should be drawn anew. Our judgment; Braze
/// advises a quarter, Statsig three to six months.
pub(super) const LONGEST_EPOCH_DAYS: i32 = 180;

/// Settings of `[effects]`. All defaults are our judgment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EffectSettings {
    /// Share of those next for a play who go without while it is being learned whether it works, 0.05–0.95.
    pub control_share: f64,
    /// The same once it worked, kept for ever to see it fade, 0.02–0.95.
    pub proven_share: f64,
    /// Smallest relative change that is worth having: an interval that lies within it is "no difference". Above 0.
    pub worth_having: f64,
    /// Share drawn as control where plays were tried elsewhere, by `arm` of `treatments`, 0.01–0.99. Absent: not known, and
    /// whether as many are in each arm as were drawn is not checked.
    pub outside_control: Option<f64>,
    /// Plays that stay whatever was found of them: a person's word against the figures.
    pub keep_on: BTreeSet<String>,
}

impl Default for EffectSettings {
    fn default() -> Self {
        Self {
            control_share: 0.50,
            proven_share: 0.10,
            worth_having: 0.10,
            outside_control: None,
            keep_on: BTreeSet::new(),
        }
    }
}

/// A setting of effects that cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("effects.{key} = {got}: expected {expected}")]
#[non_exhaustive]
pub struct EffectSettingsError {
    /// Key at fault.
    pub key: &'static str,
    /// Value given.
    pub got: f64,
    /// What would do.
    pub expected: &'static str,
}

impl Coded for EffectSettingsError {
    fn code(&self) -> Code {
        Code::PlanSetting
    }
}

impl EffectSettings {
    /// Refuses shares and thresholds outside their ranges.
    ///
    /// # Errors
    /// [`EffectSettingsError`] for the first one that is.
    pub fn check(&self) -> Result<(), EffectSettingsError> {
        let outside = self.outside_control.unwrap_or(0.5);
        let checks = [
            ("control_share", self.control_share, (0.05..=0.95).contains(&self.control_share), "0.05 to 0.95"),
            ("proven_share", self.proven_share, (0.02..=0.95).contains(&self.proven_share), "0.02 to 0.95"),
            ("worth_having", self.worth_having, self.worth_having > 0.0, "a number above 0"),
            ("outside_control", outside, (0.01..=0.99).contains(&outside), "0.01 to 0.99"),
        ];
        match checks.into_iter().find(|(_, _, ok, _)| !ok) {
            Some((key, got, _, expected)) => Err(EffectSettingsError { key, got, expected }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_pass_and_what_is_no_share_does_not() {
        assert_eq!(EffectSettings::default().check(), Ok(()));
        let with = |f: fn(&mut EffectSettings)| {
            let mut settings = EffectSettings::default();
            f(&mut settings);
            settings.check().unwrap_err().key
        };
        assert_eq!(with(|s| s.control_share = f64::NAN), "control_share");
        assert_eq!(with(|s| s.proven_share = 0.0), "proven_share");
        assert_eq!(with(|s| s.worth_having = 0.0), "worth_having");
        assert_eq!(with(|s| s.outside_control = Some(1.0)), "outside_control");
    }
}
