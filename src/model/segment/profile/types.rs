//! What is known about each segment, as published: final figures only, small cells already suppressed.

use serde::Serialize;

use super::maps::MapAgreement;
use crate::rows::Estimate;
use valueseg_catalogue::{ElementId, NeedTier};

/// Whether the company delivers an element to a group: at least half of those who rated it rated it [high](crate::rows::HIGH).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivered {
    /// The whole interval of the high share lies at or above one half.
    Yes,
    /// The whole interval lies below one half.
    No,
    /// The interval spans one half.
    Uncertain,
    /// Too few answers.
    Unknown,
}

impl Delivered {
    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Uncertain => "uncertain",
            Self::Unknown => "unknown",
        }
    }
}

/// Segment minus everybody else on one element.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Contrast {
    /// Standardized difference (Cohen's d) with its 95 % interval.
    pub d: Estimate,
    /// Benjamini–Hochberg adjusted p over all segments × elements of the aspect; `None` where the aspect shaped the
    /// segments, because a test on the variables that cut them would be circular.
    pub p_adjusted: Option<f64>,
}

/// One element in one segment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ElementProfile {
    /// The element.
    pub element: ElementId,
    /// Mean importance of the members by probability, 0–10.
    pub importance: Option<Estimate>,
    /// Mean fulfillment of the members by probability, 0–10.
    pub fulfillment: Option<Estimate>,
    /// Importance minus fulfillment, both as standardized within the base; > 0 = wanted more than it is delivered.
    pub gap: Option<Estimate>,
    /// Share of the fulfillment answers of the members by probability that are [high](crate::rows::HIGH), Wilson
    /// interval.
    pub high_share: Option<Estimate>,
    /// The "delivered" rule on it.
    pub delivered: Delivered,
    /// Segment against the rest, on importance.
    pub importance_difference: Option<Contrast>,
    /// Segment against the rest, on fulfillment.
    pub fulfillment_difference: Option<Contrast>,
    /// Importance answers of the members by probability, to the nearest whole one.
    pub importance_answers: u64,
    /// Fulfillment answers of the members by probability, to the nearest whole one.
    pub fulfillment_answers: u64,
    /// A figure was withheld because too few people stand behind it.
    pub suppressed: bool,
}

/// One need tier in one segment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NeedProfile {
    /// The tier.
    pub tier: NeedTier,
    /// Share of the members by probability who have a tier to serve next whose tier this is, by the chance of each.
    pub share: Option<Estimate>,
    /// Under how many plausible need maps it comes first in the group; `None` = `share` is not known, or maps say nothing.
    pub agreement: Option<MapAgreement>,
    /// Mean fulfillment of the tier, 0–10.
    pub fulfillment: Option<Estimate>,
    /// Mean importance of the tier, 0–1 within person.
    pub importance: Option<Estimate>,
}

/// Reach of a segment by channel: consented, not suppressed, not held out, and nothing in the relationship speaks for
/// silence: no level at which people are left alone (by wish, fatigue or protection), and nothing open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reach {
    /// Customers reachable by any channel.
    pub any: u64,
    /// By e-mail.
    pub email: u64,
    /// By text message.
    pub sms: u64,
    /// By push message.
    pub push: u64,
    /// By phone.
    pub phone: u64,
    /// By post.
    pub post: u64,
    /// Customers of the segment in the hold-out who could have been reached.
    pub held_out: u64,
}

/// One segment, or everybody.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SegmentProfile {
    /// Customers on the list: those whom the rule put there. Of this profile only `size`, `mean_probability` and `reach` tell
    /// of lists.
    pub size: u64,
    /// Members by probability, to the nearest whole one; of the unassigned as many as are on no list.
    pub members: u64,
    /// Share of the customers of whom a probability is known: the sum of their probabilities; of the unassigned the share of
    /// customers on no list.
    pub share: Option<Estimate>,
    /// Members by probability who answered the ratings it was cut on.
    pub respondents: u64,
    /// Customers whose order value over 365 days is known; one too large to be added up is not among them.
    pub value_known: u64,
    /// Sum of order value over 365 days; `None` = not known of every customer of the group: the sum over part of them is
    /// no sum.
    pub value_total: Option<f64>,
    /// Share of everybody's value; `None` also where it is not known of everybody.
    pub value_share: Option<f64>,
    /// Mean value per customer with a known value.
    pub value_mean: Option<Estimate>,
    /// As many customers of equal value would make as uneven a sum; `None` = the sum is not positive, or not known.
    pub value_equal_sharers: Option<f64>,
    /// Mean probability, over the customers on the list, of the segment they are listed in.
    pub mean_probability: Option<f64>,
    /// Share of promoters (9–10) minus share of detractors (0–6), −100..100.
    pub nps: Option<Estimate>,
    /// Answers behind it.
    pub nps_answers: u64,
    /// Mean satisfaction, 0–10.
    pub satisfaction: Option<Estimate>,
    /// Share of [high](crate::rows::HIGH) answers to "a good brand".
    pub good_brand: Option<Estimate>,
    /// The 30 elements in catalogue order.
    pub elements: Vec<ElementProfile>,
    /// The five need tiers in order.
    pub needs: Vec<NeedProfile>,
    /// Reach by channel.
    pub reach: Reach,
    /// Smallest relative change of a 10 % response rate that the segment's reach and hold-out can detect (power 80 %,
    /// two-sided 5 %); `None` = nobody to test on.
    pub detectable_effect: Option<f64>,
    /// Too small to be shown in detail.
    pub suppressed: bool,
}

impl SegmentProfile {
    /// Profile of one element.
    #[must_use]
    pub fn element(&self, id: ElementId) -> &ElementProfile {
        &self.elements[id.index()]
    }
}

/// Profiles of a night.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Profiles {
    /// Everybody scored.
    pub everyone: SegmentProfile,
    /// Segments, in the order of [`crate::fit::Model::segments`].
    pub segments: Vec<SegmentProfile>,
    /// Scored customers without a segment.
    pub unassigned: SegmentProfile,
    /// Customers left out, by reason (word used in files, count).
    pub suppressed: Vec<(String, u64)>,
    /// What a reader must know: "no importance was asked", "nobody was surveyed", … Plain sentences.
    pub limits: Vec<String>,
}
