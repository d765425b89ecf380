//! The five need tiers and the map from elements to them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ElementId, N_ELEMENTS};

/// A tier of needs after Maslow, read as a lens with a soft order: a higher tier is never held back only because a
/// lower one is poorly served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NeedTier {
    /// Food, rest, body, energy.
    Physiological,
    /// Protection, money security, order, predictability.
    Safety,
    /// Ties, groups, being cared for.
    Belonging,
    /// Respect, status, competence, recognition.
    Esteem,
    /// Growth and meaning, knowing, beauty, and serving others.
    Growth,
}

impl NeedTier {
    /// Number of tiers.
    pub const COUNT: usize = 5;

    /// All tiers, bottom to top.
    pub const ALL: [Self; Self::COUNT] =
        [Self::Physiological, Self::Safety, Self::Belonging, Self::Esteem, Self::Growth];

    /// Position, `0..5`, bottom to top.
    #[must_use]
    pub fn index(self) -> usize {
        match self {
            Self::Physiological => 0,
            Self::Safety => 1,
            Self::Belonging => 2,
            Self::Esteem => 3,
            Self::Growth => 4,
        }
    }

    /// The word used in configuration and files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Physiological => "physiological",
            Self::Safety => "safety",
            Self::Belonging => "belonging",
            Self::Esteem => "esteem",
            Self::Growth => "growth",
        }
    }

    /// The name people read.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Physiological => "Physiological",
            Self::Safety => "Safety",
            Self::Belonging => "Belonging",
            Self::Esteem => "Esteem",
            Self::Growth => "Growth",
        }
    }

    /// The tier with exactly this slug.
    #[must_use]
    pub fn parse(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.slug() == slug)
    }
}

/// How much of each element serves each need tier: a 30 × 5 table of weights ≥ 0 whose rows sum to 1 within 1e-9.
///
/// Source: our judgment (`data/catalogue/needs.toml`); nobody has published such weights.
#[derive(Clone, Debug, PartialEq)]
pub struct NeedMap {
    rows: [[f64; NeedTier::COUNT]; N_ELEMENTS],
}

impl NeedMap {
    /// Makes a map of rows that the caller has checked to be ≥ 0 and to sum to 1.
    pub(super) fn from_checked_rows(rows: &[[f64; NeedTier::COUNT]; N_ELEMENTS]) -> Self {
        Self { rows: *rows }
    }

    /// Weights of one element on the five tiers, in the order of [`NeedTier::ALL`].
    #[must_use]
    pub fn weights(&self, element: ElementId) -> [f64; NeedTier::COUNT] {
        self.rows[element.index()]
    }

    /// Weight of one element on one tier, 0–1.
    #[must_use]
    pub fn weight(&self, element: ElementId, tier: NeedTier) -> f64 {
        self.rows[element.index()][tier.index()]
    }

    /// Sum of a tier's weights over the 30 elements: how many elements' worth of evidence it rests on.
    #[must_use]
    pub fn mass(&self, tier: NeedTier) -> f64 {
        self.rows.iter().map(|row| row[tier.index()]).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_know_their_place_and_their_word() {
        for (place, tier) in NeedTier::ALL.into_iter().enumerate() {
            assert_eq!(tier.index(), place);
            assert_eq!(NeedTier::parse(tier.slug()), Some(tier));
            assert_eq!(serde_json::to_value(tier).unwrap(), tier.slug());
            assert_eq!(tier.name().to_lowercase(), tier.slug());
        }
        assert_eq!(NeedTier::parse("self_actualization"), None);
    }
}
