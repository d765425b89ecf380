//! Below which sizes nothing is said, and where classes are cut.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use valueseg_codes::{Code, Coded};
use valueseg_stats::drivers::penalty::Sides;

/// Thresholds of derived importance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DriverSettings {
    /// Leave the halo (what all ratings of a person share) in also with 15 elements or more: plain relative weights. Off,
    /// the default: there it is taken out. With fewer it stays in either way.
    pub keep_halo: bool,
    /// Customers with the outcome needed for each element, at least 1. Default 10: rule of thumb of 10 to 15,
    /// `docs/domain.md#derived-importance`.
    pub per_driver: u64,
    /// Least effective number of customers with both an element and the outcome (harmonic mean over the elements): below, the
    /// standard error of a single correlation is 0.1 and more. Default 100: `docs/domain.md#sample-sizes`, 100 to
    /// describe a segment.
    pub min_answers: f64,
    /// Effective customers with both an element and the outcome, in the whole, for the element to be related to it at all.
    /// Default 50: our judgment.
    pub min_pair_whole: f64,
    /// The same in a segment: one element with fewer refuses the segment. Default 20: our judgment.
    pub min_pair: f64,
    /// Fewest elements that weights are shared among, 2–30. Default 3: our judgment.
    pub min_elements: u32,
    /// Ratings up to this, on 0–10, count as low for a penalty. Default 4: `docs/domain.md#penalty-and-reward`.
    pub low_to: f64,
    /// Ratings from this on, on 0–10, above `low_to`, count as high for a reward. Default 9:
    /// `docs/domain.md#penalty-and-reward`.
    pub high_from: f64,
    /// Fewest customers with a low, a middling and a high rating each, at least 1. Default 20: our judgment.
    pub min_per_side: u32,
    /// Difference, in spreads of the outcome, below which a penalty or reward is too small to matter, above 0. Default 0.2:
    /// Cohen (1988), a small effect.
    pub smallest_effect: f64,
    /// How many times the other a penalty or reward must be for an element to be one-sided, at least 1. Default 2: our
    /// judgment; Mikulić and Prebežac (2011) cut their asymmetry index between 0.2 and 0.7, this is 1/3.
    pub one_sided: f64,
    /// Probability by chance of an R² this large from which on nothing counts as explained, above 0 and below 1. Default
    /// 0.05: convention.
    pub max_chance: f64,
}

impl Default for DriverSettings {
    fn default() -> Self {
        Self {
            keep_halo: false,
            per_driver: 10,
            min_answers: 100.0,
            min_pair_whole: 50.0,
            min_pair: 20.0,
            min_elements: 3,
            low_to: 4.0,
            high_from: 9.0,
            min_per_side: 20,
            smallest_effect: 0.2,
            one_sided: 2.0,
            max_chance: 0.05,
        }
    }
}

/// A threshold of derived importance that cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("drivers.{key} = {got}: expected {expected}")]
#[non_exhaustive]
pub struct DriverSettingsError {
    /// Key at fault.
    pub key: &'static str,
    /// Value given.
    pub got: f64,
    /// What would do.
    pub expected: &'static str,
}

impl Coded for DriverSettingsError {
    fn code(&self) -> Code {
        Code::DriverSetting
    }
}

impl DriverSettings {
    /// Refuses thresholds outside their ranges.
    ///
    /// # Errors
    /// The first key at fault, with what would do.
    pub fn check(&self) -> Result<(), DriverSettingsError> {
        let size = |x: f64| (1.0..=1e9).contains(&x);
        let (a_size, on_scale) = ("a number from 1 to 1e9", "a number from 0 to 10, low_to below high_from");
        let scale = |x: f64| (0.0..=10.0).contains(&x) && self.low_to < self.high_from;
        let elements = f64::from(self.min_elements);
        let checks = [
            ("per_driver", self.per_driver as f64, self.per_driver >= 1, "a whole number of at least 1"),
            ("min_answers", self.min_answers, size(self.min_answers), a_size),
            ("min_pair_whole", self.min_pair_whole, size(self.min_pair_whole), a_size),
            ("min_pair", self.min_pair, size(self.min_pair), a_size),
            ("min_elements", elements, (2..=30).contains(&self.min_elements), "a whole number from 2 to 30"),
            ("low_to", self.low_to, scale(self.low_to), on_scale),
            ("high_from", self.high_from, scale(self.high_from), on_scale),
            ("min_per_side", f64::from(self.min_per_side), self.min_per_side >= 1, "a whole number of at least 1"),
            ("smallest_effect", self.smallest_effect, self.smallest_effect > 0.0, "a number above 0"),
            ("one_sided", self.one_sided, self.one_sided >= 1.0, "a number of at least 1"),
            ("max_chance", self.max_chance, self.max_chance > 0.0 && self.max_chance < 1.0, "a number between 0 and 1"),
        ];
        match checks.into_iter().find(|(_, _, ok, _)| !ok) {
            Some((key, got, _, expected)) => Err(DriverSettingsError { key, got, expected }),
            None => Ok(()),
        }
    }

    /// Where a rating is low and where high.
    pub(super) fn sides(&self) -> Sides {
        Sides { low_to: self.low_to, high_from: self.high_from }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_pass_and_a_threshold_that_cannot_be_meant_is_refused_by_key() {
        assert_eq!(DriverSettings::default().check(), Ok(()));
        let refused = |f: fn(&mut DriverSettings)| {
            let mut settings = DriverSettings::default();
            f(&mut settings);
            settings.check().unwrap_err().key
        };
        assert_eq!(refused(|s| s.per_driver = 0), "per_driver");
        assert_eq!(refused(|s| s.min_answers = f64::NAN), "min_answers");
        assert_eq!(refused(|s| s.min_pair_whole = 0.0), "min_pair_whole");
        assert_eq!(refused(|s| s.min_pair = f64::INFINITY), "min_pair");
        assert_eq!(refused(|s| s.min_elements = 1), "min_elements");
        assert_eq!(refused(|s| s.low_to = 9.0), "low_to");
        assert_eq!(refused(|s| s.high_from = 11.0), "high_from");
        assert_eq!(refused(|s| s.min_per_side = 0), "min_per_side");
        assert_eq!(refused(|s| s.smallest_effect = 0.0), "smallest_effect");
        assert_eq!(refused(|s| s.one_sided = 0.5), "one_sided");
        assert_eq!(refused(|s| s.max_chance = 1.0), "max_chance");
    }
}
