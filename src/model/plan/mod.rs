//! What should be done for a segment? Ranked lines, each with its evidence, its owner and its test.
//!
//! Each segment is judged by the whole evidence (`appraisal`): what it wants more than others, what it misses, what drivers
//! say goes with an outcome, its need tier and its place on the arc. What product, price and service lack or keep is stated
//! once for all groups it touches (`company`); what can be sent or said to a group's customers follows for each
//! (`campaign`), with the test that can tell whether it worked (`trial`). What the evidence speaks for and is not done
//! is told with the reason, and no line stands that another line or the evidence contradicts (`consistency`).

#[cfg(test)]
mod alive_tests;
mod appraisal;
mod arc;
mod campaign;
mod care;
mod company;
mod consistency;
mod draw;
mod ease;
mod evidence;
mod learn;
mod line;
mod measure;
mod need;
mod next;
mod serve;
mod settings;
#[cfg(test)]
mod tests;
mod trial;
mod triggers;
mod types;
mod weigh;
mod wording;

pub use draw::{DrawnStep, FreshArm, KnownArm, LotOwner, NightDraw};
pub use next::{NextPlays, NextReason, NextStep, Prospect};
pub use types::{AgentRight, Contradiction, LineScope, PassedOver, Plan, PlanLine, PlanSet, ServicePart, TrialDesign};

use crate::segment::SegmentNights;
use valueseg_catalogue::Catalogue;

use self::appraisal::{Appraisal, Appraiser};
use self::campaign::Campaigns;
use self::company::Company;
use self::evidence::AskedAspects;
use self::line::DraftedLine;

pub use settings::{PlanSettings, PlanSettingsError};

/// Plans of a night: the company's, one for each segment in order, and a neutral one for everybody without a segment.
///
/// The company's lines: quality where the whole interval of its high share lies below the floor; then what is wanted more
/// than by the rest (d) or more than delivered (gap) and low, by people × how much × what drivers say; then what matters and
/// is served well, to be kept.
///
/// A segment's lines, each kind by the strength of its evidence with ties in catalogue order:
///
/// 1. lead: wanted more than by the rest, delivered credibly, and not more than goes with the outcome; at most three, no
///    delicate element, none that is low; none while quality is below its floor;
/// 2. need: the tier most members are surely to be served on next;
/// 3. arc: the step from the stage at which most members surely are;
/// 4. plays for everybody, only where there are fewer than three lines, the company's for these customers included.
///
/// Where only fulfillment was asked, "wanted more" is replaced by "served differently", and the lines say so. Where
/// nobody was asked, lines are hypotheses and say so. A discount is ruled out in spoken lines where price surely does not
/// lead.
#[must_use]
pub fn plan(night: &SegmentNights, catalogue: &Catalogue, settings: &PlanSettings) -> PlanSet {
    let asked = AskedAspects::of(night);
    let appraiser = Appraiser { catalogue, settings, night, asked };
    let judged: Vec<Appraisal<'_>> = night.segments.iter().map(|segment| appraiser.segment(segment)).collect();
    let mut company = Company { catalogue, settings, night }.plan(&judged);
    ease::add(&mut company, night, catalogue, settings);
    let campaigns = Campaigns { catalogue, settings, night, asked };
    let mut drafted: Vec<Vec<DraftedLine>> = Vec::new();
    let mut plans: Vec<Plan> = Vec::new();
    for judged in judged {
        let touching = company.touching(&judged.segment.id);
        let (lines, plan) = campaigns.segment(judged, touching);
        drafted.push(lines);
        plans.push(plan);
    }
    let (lines, mut neutral) = campaigns.neutral(&night.unassigned);
    drafted.push(lines);
    let settled = trial::settled(drafted, settings);
    for (plan, lines) in plans.iter_mut().chain([&mut neutral]).zip(settled) {
        plan.lines = lines;
    }
    let set = PlanSet {
        company,
        plans,
        neutral,
        contradictions: Vec::new(),
        catalogue_version: catalogue.version().to_owned(),
    };
    consistency::checked(set, night, asked, settings).ranked().in_own_words(catalogue)
}
