//! A plan: ranked lines, each with what to do, for whom, on which evidence, and how to find out whether it worked.

use serde::Serialize;

/// One line of a plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlanLine {
    /// 1 = first.
    pub rank: u32,
    /// Play of the catalogue.
    pub play_id: String,
    /// `lead`, `fix`, `hold`, `need`, `arc` or `neutral`.
    pub kind: String,
    /// What it is about: an element, a need tier, an arc step (`arc_1_2`) or `everyone`.
    pub subject: String,
    /// What to do, one sentence.
    pub action: String,
    /// First channel of the play that has reach, else the play's own first channel.
    pub channel: String,
    /// Angle of the message.
    pub message_angle: String,
    /// Fact that has to be true before it may be said.
    pub proof_needed: String,
    /// What not to do.
    pub avoid: String,
    /// Who owns it (a role).
    pub owner: String,
    /// Days to run before reading the result.
    pub window_days: u32,
    /// What is measured.
    pub metric: String,
    /// Its value now; `None` = not known.
    pub baseline: Option<f64>,
    /// What to aim for: the baseline moved by the smallest detectable effect; `None` = no baseline.
    pub target: Option<f64>,
    /// Figures the line rests on: size, importance, fulfillment, difference, intervals, answers, basis.
    pub evidence: serde_json::Value,
    /// The evidence in one plain sentence.
    pub because: String,
    /// Customers who can be reached: consented, not held out, no open case.
    pub reach: u64,
    /// Comparable customers kept out as control.
    pub held_out: u64,
    /// Expected gain; always `None` until treatments were measured.
    pub expected_gain: Option<crate::model::rows::Estimate>,
    /// Smallest relative change the test can detect at power 80 %, two-sided 5 %; `None` = nobody to test on.
    pub detectable_effect: Option<f64>,
    /// Whether that effect is plausible (at most 30 % relative), so that the line can be tested on this segment alone.
    pub testable: bool,
}

/// The plan of one segment, or the neutral plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// `S01`, …, or `NONE` for the neutral plan.
    pub segment_id: String,
    /// Name of the segment.
    pub segment_name: String,
    /// Lines by rank.
    pub lines: Vec<PlanLine>,
    /// Plays that could not be judged for want of evidence (play id, what was missing).
    pub not_assessed: Vec<(String, String)>,
}

/// All plans of a night.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlanSet {
    /// One plan per segment, in segment order.
    pub plans: Vec<Plan>,
    /// For everybody without a segment.
    pub neutral: Plan,
    /// Version of the catalogue the plays come from.
    pub catalogue_version: String,
}
