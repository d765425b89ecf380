//! From figures to classes: penalty and reward, stated and derived, importance and performance.

use serde::Serialize;

use super::settings::DriverSettings;
use crate::rows::Estimate;

/// What a low and a high rating of an element go with. Association: a class says how answers move together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kano {
    /// A low rating goes with less of the outcome, a high one with little more.
    MustBe,
    /// Low goes with less, high with more.
    Performance,
    /// A high rating goes with more of the outcome, a low one with little less.
    Delight,
    /// Neither goes with a difference that matters.
    Indifferent,
}

impl Kano {
    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::MustBe => "must_be",
            Self::Performance => "performance",
            Self::Delight => "delight",
            Self::Indifferent => "indifferent",
        }
    }

    /// The class that intervals decide; `None` = they do not.
    ///
    /// A side *matters* if its interval lies above 0 and its value is at least [`DriverSettings::smallest_effect`]; it *does not* if its
    /// interval lies below that. `contrast` is penalty minus reward. Where both matter the element is one-sided if the
    /// contrast's interval excludes 0 and one is at least [`DriverSettings::one_sided`] times the
    /// other. An element is indifferent only if both
    /// intervals lie within ± that size: one whose low ratings go with *more* of the outcome has no class.
    ///
    /// Source: penalty–reward contrasts as in `docs/domain.md#penalty-and-reward`; decisions by interval are our
    /// judgment, so that a small sample gives no class rather than a wrong one.
    pub(super) fn decide([penalty, reward, contrast]: [Estimate; 3], settings: &DriverSettings) -> Option<Self> {
        let (smallest, one_sided) = (settings.smallest_effect, settings.one_sided);
        let matters = |side: Estimate| side.low > 0.0 && side.value >= smallest;
        let not = |side: Estimate| side.high < smallest;
        let small = |side: Estimate| not(side) && side.low > -smallest;
        let more_penalty = contrast.low > 0.0 && penalty.value >= one_sided * reward.value;
        let more_reward = contrast.high < 0.0 && reward.value >= one_sided * penalty.value;
        match (matters(penalty), matters(reward)) {
            (true, _) if not(reward) || more_penalty => Some(Self::MustBe),
            (_, true) if not(penalty) || more_reward => Some(Self::Delight),
            (true, true) => Some(Self::Performance),
            (false, false) if small(penalty) && small(reward) => Some(Self::Indifferent),
            _ => None,
        }
    }
}

/// Stated against derived importance. Crosshair: the mean stated importance of the elements, and an even share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StatedDerived {
    /// Said to matter, and goes with the outcome: lead with it.
    Lead,
    /// Said to matter, hardly goes with the outcome: a given; hold the floor.
    Given,
    /// Not said to matter, yet goes with the outcome: try it in messages.
    Hidden,
    /// Neither.
    Leave,
}

impl StatedDerived {
    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Given => "given",
            Self::Hidden => "hidden",
            Self::Leave => "leave",
        }
    }

    pub(super) fn of(stated_high: bool, derived_high: bool) -> Self {
        match (stated_high, derived_high) {
            (true, true) => Self::Lead,
            (true, false) => Self::Given,
            (false, true) => Self::Hidden,
            (false, false) => Self::Leave,
        }
    }
}

/// Derived importance against fulfillment. Crosshair: an even share, and the mean fulfillment of the elements.
///
/// Source: importance–performance analysis, Martilla and James, Journal of Marketing 41 (1977).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Quadrant {
    /// Goes with the outcome, delivered worse than the rest.
    FixFirst,
    /// Goes with the outcome, delivered better than the rest.
    Keep,
    /// Hardly goes with the outcome, delivered better than the rest.
    Overdone,
    /// Hardly goes with the outcome, delivered worse than the rest.
    Watch,
}

impl Quadrant {
    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::FixFirst => "fix_first",
            Self::Keep => "keep",
            Self::Overdone => "overdone",
            Self::Watch => "watch",
        }
    }

    pub(super) fn of(derived_high: bool, served_high: bool) -> Self {
        match (derived_high, served_high) {
            (true, false) => Self::FixFirst,
            (true, true) => Self::Keep,
            (false, true) => Self::Overdone,
            (false, false) => Self::Watch,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(value: f64, half: f64) -> Estimate {
        Estimate { value, low: value - half, high: value + half, n: 400 }
    }

    fn decide(penalty: f64, reward: f64, half: f64) -> Option<Kano> {
        let sides = [penalty, reward, penalty - reward].map(|value| estimate(value, half));
        Kano::decide(sides, &DriverSettings::default())
    }

    #[test]
    fn clear_intervals_decide() {
        assert_eq!(decide(0.8, 0.05, 0.1), Some(Kano::MustBe));
        assert_eq!(decide(0.05, 0.8, 0.1), Some(Kano::Delight));
        assert_eq!(decide(0.6, 0.5, 0.1), Some(Kano::Performance));
        assert_eq!(decide(0.05, 0.0, 0.1), Some(Kano::Indifferent));
        assert_eq!(decide(0.9, 0.3, 0.1), Some(Kano::MustBe));
        assert_eq!(decide(-0.5, 0.6, 0.1), Some(Kano::Delight));
    }

    #[test]
    fn wide_intervals_decide_nothing() {
        assert_eq!(decide(0.8, 0.7, 0.9), None);
        assert_eq!(decide(0.1, 0.1, 0.3), None);
        assert_eq!(decide(0.4, 0.25, 0.3), None);
        assert_eq!(decide(-0.5, 0.0, 0.1), None);
    }

    #[test]
    fn classes_are_spelled_alike_everywhere() {
        for class in [Kano::MustBe, Kano::Performance, Kano::Delight, Kano::Indifferent] {
            assert_eq!(serde_json::to_value(class).unwrap(), class.slug());
        }
        for class in [StatedDerived::Lead, StatedDerived::Given, StatedDerived::Hidden, StatedDerived::Leave] {
            assert_eq!(serde_json::to_value(class).unwrap(), class.slug());
        }
        for class in [Quadrant::FixFirst, Quadrant::Keep, Quadrant::Overdone, Quadrant::Watch] {
            assert_eq!(serde_json::to_value(class).unwrap(), class.slug());
        }
    }
}
