//! One page for each group: who they are, what they want, where the company fails them, what to do, say and leave, who came and
//! went, how close they are, and the lines of their plan.

mod bond;
mod facts;
mod findings;
mod marks;
mod moves;

use serde::{Deserialize, Serialize};

use super::front::{Trend, trend};
use super::input::ReportInput;
use super::plan_view::{LineView, PlanView, plan_of};
use super::pyramid::{Pyramid, pyramid};
use super::quantity::Quantity;
use super::said::Saying;
use super::words::{anchor, count, percent, plainly, share, stem};
use crate::model::segment::SegmentNight;
use bond::{Bond, bond};
use facts::{Fact, facts};
use findings::{Findings, lacks, stands_out};
use marks::{Mark, marks};
use moves::{Moves, moves};

/// A group, as its page and its card in the report show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GroupPage {
    pub(super) id: String,
    pub(super) anchor: String,
    /// Name of its files, without their ending.
    pub(super) stem: String,
    name: String,
    /// Who they are, in a sentence.
    portrait: String,
    size: Quantity,
    share: Quantity,
    share_range: Quantity,
    asked: Quantity,
    trend: Trend,
    /// Too few to be shown in detail.
    suppressed: bool,
    wants: Findings,
    fails: Findings,
    marks: Vec<Mark>,
    /// The first line of the plan that is sent, else the first of all.
    advice: Option<LineView>,
    reach: Reached,
    pub(super) moves: Moves,
    pub(super) pyramid: Option<Pyramid>,
    pub(super) bond: Option<Bond>,
    plan: PlanView,
    /// Further figures, for the appendix.
    facts: Vec<Fact>,
}

/// How many can be reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Reached {
    any: Quantity,
    email: Quantity,
    sms: Quantity,
    push: Quantity,
    phone: Quantity,
    post: Quantity,
    held_out: Quantity,
}

/// Groups in the order of the model.
pub(super) fn groups(input: &ReportInput<'_>) -> Vec<GroupPage> {
    input.night.segments.iter().map(|segment| page(input, segment)).collect()
}

fn page(input: &ReportInput<'_>, segment: &SegmentNight) -> GroupPage {
    let (profile, shown) = (&segment.profile, !segment.profile.suppressed);
    let plan = input.plans.plans.iter().find(|plan| plan.segment_id == segment.id);
    let plan = plan.map(|plan| plan_of(input, plan)).unwrap_or_default();
    let reach = &profile.reach;
    GroupPage {
        id: segment.id.clone(),
        anchor: anchor(&segment.id),
        stem: stem(&segment.id),
        name: segment.name.clone(),
        portrait: portrait(&segment.description),
        size: count(profile.size),
        share: profile.share.map_or(Quantity::UNKNOWN, |share| percent(share.value)),
        share_range: share(profile.share),
        asked: count(profile.respondents),
        trend: trend(input, segment),
        suppressed: !shown,
        wants: if shown { stands_out(input, segment) } else { Findings::default() },
        fails: if shown { lacks(input, segment) } else { Findings::default() },
        marks: if shown { marks(input, segment) } else { Vec::new() },
        advice: advice(&plan),
        reach: Reached {
            any: count(reach.any),
            email: count(reach.email),
            sms: count(reach.sms),
            push: count(reach.push),
            phone: count(reach.phone),
            post: count(reach.post),
            held_out: count(reach.held_out),
        },
        moves: moves(input, segment),
        pyramid: if shown { pyramid(input, segment) } else { None },
        bond: shown.then(|| bond(input, segment)),
        facts: if shown { facts(input, segment) } else { Vec::new() },
        plan,
    }
}

/// What a description says first: the rest are its figures, which stand elsewhere on the page.
fn portrait(description: &str) -> String {
    let first = plainly(description).split(". ").next().unwrap_or_default().trim_end_matches('.').to_owned();
    if first.is_empty() { first } else { first + "." }
}

fn advice(plan: &PlanView) -> Option<LineView> {
    let sent = plan.lines.iter().find(|line| line.scope == "campaign");
    sent.or(plan.lines.first()).cloned()
}

/// A text of the texts by its key, where a structure has none by default.
fn none() -> Saying {
    super::said::plain("")
}
