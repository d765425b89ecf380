//! What is said about drivers, as published.

use serde::Serialize;

use super::classify::{Kano, Quadrant, StatedDerived};
use super::outcome::Outcome;
use crate::rows::Estimate;
use valueseg_catalogue::{ElementId, NeedTier};

/// Why nothing is said about an outcome in a group.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "reason")]
#[non_exhaustive]
pub enum Refusal {
    /// Nobody has both a rating and the outcome.
    #[error("the outcome is not known of anybody who rated an element")]
    NotAsked,
    /// Too few elements were rated by enough people.
    #[error("{elements} elements were rated by enough customers with the outcome; {needed} are needed")]
    FewElements {
        /// Elements rated by enough.
        elements: usize,
        /// Elements needed.
        needed: u32,
    },
    /// Too few customers for that many elements.
    #[error("{respondents} customers have ratings and the outcome; {needed} are needed")]
    FewRespondents {
        /// Customers with a rating and the outcome.
        respondents: u64,
        /// Customers needed.
        needed: u64,
    },
    /// Too few customers with the outcome rated each element.
    #[error(
        "elements were rated by too few with the outcome: {:.0} effective customers, {needed:.0} are needed",
        .effective.floor()
    )]
    FewAnswers {
        /// Effective customers with both: harmonic mean over elements, or the least if a single element is short.
        effective: f64,
        /// As many are needed.
        needed: f64,
    },
    /// The outcome, or an element, is the same for all.
    #[error("the outcome or an element hardly varies")]
    NothingVaries,
    /// High answers to the outcome go with low ratings throughout: one of them is coded the other way round.
    #[error(
        "it goes with lower ratings of {below} of {of} elements: one of the two seems to be coded so that high is bad; turn \
         its scale"
    )]
    Turned {
        /// Elements whose ratings are the lower the higher the outcome.
        below: usize,
        /// Elements rated.
        of: usize,
    },
    /// The ratings explain no more than chance would: F test of R² at the effective number of customers, 5 %.
    #[error("the ratings go with no more of the outcome than chance would let expect")]
    NothingExplained,
}

/// One element and one outcome in one group. All of it is association.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ElementDriver {
    /// The element.
    pub element: ElementId,
    /// Derived importance: share of what all elements explain that goes with this one, 0–1; over the elements of a group
    /// shares sum to 1. In a segment it is drawn toward the whole's by [`Explained::own_voice`].
    pub share: Estimate,
    /// The same from the segment's own answers alone; equals `share` for everybody.
    pub own_share: f64,
    /// Weight ≥ 0 from own answers: part of the outcome's variance, beyond the halo where one is taken out. The exact
    /// share over all orders of entry (LMG) of at most 14 elements, else Johnson's relative weight.
    pub weight: f64,
    /// Correlation of the rating with the outcome, beyond the halo where one is taken out.
    pub correlation: Estimate,
    /// 1 = more of it goes with more of the outcome, −1 = with less; `None` = the interval of `correlation` spans 0.
    pub direction: Option<i8>,
    /// Benjamini–Hochberg adjusted p, over segments × elements of the outcome, of the share being the whole's; `None` for
    /// everybody.
    pub differs_p: Option<f64>,
    /// Customers with both the element and the outcome.
    pub answers: u64,
    /// Outcome of middling minus low raters (0–4) at the same mood, in spreads; `None` = too few low, middling or high.
    pub penalty: Option<Estimate>,
    /// Outcome of high (9–10) minus middling raters; `None` as `penalty`.
    pub reward: Option<Estimate>,
    /// Penalty–reward class; `None` = not known.
    pub kano: Option<Kano>,
    /// Stated against derived importance; `None` where importance was not asked, or the interval of `share` spans an even one.
    pub stated: Option<StatedDerived>,
    /// Derived importance against fulfillment; `None` where fulfillment has no mean, or the interval of `share` spans an even
    /// one.
    pub quadrant: Option<Quadrant>,
}

/// One need tier and one outcome in one group.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NeedDriver {
    /// The tier.
    pub tier: NeedTier,
    /// Share of what the five tiers explain that goes with this one, 0–1, by Shapley; shares sum to 1. In a segment
    /// drawn toward the whole's like those of elements.
    pub share: Estimate,
}

/// What an outcome goes with in a group.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explained {
    /// Variance of the outcome that goes with all ratings together, halo and all, 0–1.
    pub r_squared: Estimate,
    /// The same, corrected for the number of elements (Ezekiel): `1 − (1 − R²)(n − 1)/(n − p − 1)`, n the
    /// effective customers with an element and the outcome.
    pub adjusted_r_squared: f64,
    /// Part of the outcome's variance that goes with the halo, 0–1; `None` = no halo was taken out.
    pub halo: Option<f64>,
    /// How much the shares are the segment's own, 0 (the whole's) to 1 (own answers alone): mean over the elements,
    /// weighed by their shares; `None` for everybody.
    pub own_voice: Option<f64>,
    /// Elements rated by enough, in catalogue order.
    pub elements: Vec<ElementDriver>,
    /// The five tiers, bottom to top; empty where not all elements' tiers could be told apart.
    pub needs: Vec<NeedDriver>,
}

/// One outcome in one group.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OutcomeDrivers {
    /// The outcome.
    pub outcome: Outcome,
    /// Customers with at least one rating and the outcome.
    pub respondents: u64,
    /// What it goes with, or why nothing is said.
    pub result: Result<Explained, Refusal>,
}

/// One group.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct GroupDrivers {
    /// In the order of [`Outcome::ALL`]; none for the unassigned, of whom nothing is derived.
    pub outcomes: Vec<OutcomeDrivers>,
}

impl GroupDrivers {
    /// The first outcome with a result: what a single figure per element is read from.
    #[must_use]
    pub fn leading(&self) -> Option<(Outcome, &Explained)> {
        self.outcomes.iter().find_map(|o| Some((o.outcome, o.result.as_ref().ok()?)))
    }

    /// The driver of an element in the leading outcome, if at least `min_cell` customers stand behind it.
    #[must_use]
    pub fn of_element(&self, element: ElementId, min_cell: u64) -> Option<&ElementDriver> {
        let (_, explained) = self.leading()?;
        explained.elements.iter().find(|driver| driver.element == element && driver.answers >= min_cell)
    }

    /// Share of a need tier in the leading outcome; `None` = nothing is said of it.
    #[must_use]
    pub fn of_need(&self, tier: NeedTier) -> Option<Estimate> {
        let (_, explained) = self.leading()?;
        explained.needs.iter().find(|driver| driver.tier == tier).map(|driver| driver.share)
    }
}

/// Drivers of a night.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Drivers {
    /// Everybody scored who rated fulfillment.
    pub everyone: GroupDrivers,
    /// Segments in the order of the model.
    pub segments: Vec<GroupDrivers>,
}
