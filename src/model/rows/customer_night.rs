//! What a night says of a customer beyond scores and segment.

use super::relationship::Relationship;
use super::rfm::RfmGroup;
use super::stay::Stay;

/// The stay in the segment and the relationship, of one customer on one night.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CustomerNight {
    /// Since when, where before, what is pending, what happened.
    pub stay: Stay,
    /// What the rules say.
    pub relationship: Relationship,
    /// Good against bad experiences at the configured ratio; `None` = no experience is known.
    pub balance: Option<f32>,
    /// Good experiences that would bring the balance back to 0; `None` as `balance`.
    pub debt: Option<u32>,
    /// Chance of falling a stage of the arc within the nights configured; `None` = too little was observed yet.
    pub slide_risk: Option<f32>,
    /// Ready-made group by recency, frequency and value of orders; `None` = nobody's orders are known, or not scored.
    pub rfm: Option<RfmGroup>,
}
