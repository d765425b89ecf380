//! What should be done for a segment? Ranked lines, each with its evidence, its owner and its test.
//!
//! The order of a plan: quality first where it is missing, then what is wanted and not delivered, then what is wanted
//! and delivered, the need tier that sets the tone, and the floor to hold. A play fires on evidence (effect, share,
//! size), never on rank alone; one whose condition read an absent value does not fire and is listed as not assessed.

mod arc;
mod evidence;
mod line;
mod measure;
mod settings;
#[cfg(test)]
mod tests;
mod triggers;
mod types;

pub use types::{Plan, PlanLine, PlanSet};

use std::collections::BTreeSet;

use serde_json::Value;

use crate::catalogue::{Catalogue, ElementId, NeedTier, PlayKind, PlaySubject};

use crate::model::rows::thousands;
use crate::model::segment::{Delivered, SegmentNight, SegmentNights};

use self::evidence::{AskedAspects, ElementCase, need_json, percent, segment_json};
use self::line::{Draft, Drafting};
use self::triggers::{MAX_FIX, MAX_LEAD, TriggerVerdict, dominant_need, may_be_spoken_of, price, quality};

pub use settings::{PlanSettings, PlanSettingsError};

/// Lines a plan has at least: where evidence carries fewer, plays that suit everybody follow.
const MIN_LINES: usize = 3;

/// Said with every line of a night on which nobody had been asked anything.
const HYPOTHESIS: &str = "A hypothesis read from behavior: nobody was asked.";

/// Plans of a night: one for each segment in order, and a neutral one for everybody without a segment.
///
/// Lines of a segment, in this order, each kind by the strength of its evidence with ties in catalogue order:
///
/// 1. the quality gate: mending quality, if the whole interval of its high share lies below the floor;
/// 2. fix: wanted more than by the rest (d) or more than delivered (gap), and low; at most three with the gate;
/// 3. lead: wanted more than by the rest and delivered credibly; at most three, no delicate element, none that is low;
/// 4. need: the tier most members are surely to be served on next;
/// 5. arc: the step from the stage at which most members surely are;
/// 6. hold: important and served well, but not special to the segment; one;
/// 7. plays for everybody, only where there are fewer than three lines.
///
/// Where only fulfillment was asked, "wanted more" is replaced by "served differently", and the lines say so. Where
/// nobody was asked, lines are hypotheses and say so. A discount is ruled out in every spoken line unless price leads.
#[must_use]
pub fn plan(night: &SegmentNights, catalogue: &Catalogue, settings: &PlanSettings) -> PlanSet {
    let planner = Planner { catalogue, settings, asked: AskedAspects::of(night) };
    PlanSet {
        plans: night.segments.iter().map(|segment| planner.segment(segment)).collect(),
        neutral: planner.neutral(&night.unassigned),
        catalogue_version: catalogue.version().to_owned(),
    }
}

#[derive(Clone, Copy)]
struct Planner<'a> {
    catalogue: &'a Catalogue,
    settings: &'a PlanSettings,
    asked: AskedAspects,
}

/// Elements for which a kind of play fired, strongest first.
type Fired = Vec<ElementId>;

impl Planner<'_> {
    fn segment(&self, segment: &SegmentNight) -> Plan {
        let mut missing = Vec::new();
        let gate = self.judge(segment, PlayKind::Fix, Some(quality()), triggers::quality_gate, &mut missing);
        let mut fix = self.judge(segment, PlayKind::Fix, None, triggers::fix, &mut missing);
        fix.retain(|element| *element != quality());
        fix.truncate(MAX_FIX - gate.len());
        let mut lead = self.judge(segment, PlayKind::Lead, None, triggers::lead, &mut missing);
        lead.retain(|element| !fix.contains(element) && !gate.contains(element));
        lead.truncate(MAX_LEAD);
        let mut hold = self.judge(segment, PlayKind::Hold, None, triggers::hold, &mut missing);
        hold.retain(|element| !fix.contains(element) && !gate.contains(element) && !lead.contains(element));
        hold.truncate(1);

        let drafting = Drafting {
            catalogue: self.catalogue,
            settings: self.settings,
            segment,
            price_leads: lead.contains(&price()),
        };
        let case = |element: ElementId| self.case(segment, element);
        let mut lines: Vec<PlanLine> = Vec::new();
        lines.extend(gate.iter().filter_map(|e| drafting.line(self.gate_draft(case(*e)), None)));
        lines.extend(fix.iter().filter_map(|e| drafting.line(self.element_draft(PlayKind::Fix, case(*e)), None)));
        lines.extend(lead.iter().filter_map(|e| drafting.line(self.element_draft(PlayKind::Lead, case(*e)), None)));
        lines.extend(self.need_draft(segment, &mut missing).and_then(|draft| drafting.line(draft, None)));
        lines.extend(self.arc_draft(segment, &mut missing).and_then(|draft| drafting.line(draft, None)));
        lines.extend(hold.iter().filter_map(|e| drafting.line(self.element_draft(PlayKind::Hold, case(*e)), None)));
        let lacking = MIN_LINES.saturating_sub(lines.len());
        lines.extend(self.everyone_lines(&drafting, lacking));
        self.finish(segment, lines, missing)
    }

    fn neutral(&self, unassigned: &SegmentNight) -> Plan {
        let drafting =
            Drafting { catalogue: self.catalogue, settings: self.settings, segment: unassigned, price_leads: false };
        let lines = self.everyone_lines(&drafting, usize::MAX);
        self.finish(unassigned, lines, Vec::new())
    }

    fn finish(&self, segment: &SegmentNight, mut lines: Vec<PlanLine>, mut missing: Vec<(String, String)>) -> Plan {
        lines.truncate(self.settings.max_lines as usize);
        for (rank, line) in (1..).zip(&mut lines) {
            line.rank = rank;
        }
        // The quality gate and the ordinary fix condition read different values of the same plays: one entry is enough.
        let mut listed = BTreeSet::new();
        missing.retain(|(play, _)| lines.iter().all(|line| line.play_id != *play) && listed.insert(play.clone()));
        Plan { segment_id: segment.id.clone(), segment_name: segment.name.clone(), lines, not_assessed: missing }
    }

    fn case<'a>(&'a self, segment: &'a SegmentNight, element: ElementId) -> ElementCase<'a> {
        ElementCase { catalogue: self.catalogue, segment, element: segment.profile.element(element), asked: self.asked }
    }

    /// Asks a condition of one element or of all, notes what could not be judged, and returns what fires.
    fn judge(
        &self,
        segment: &SegmentNight,
        kind: PlayKind,
        only: Option<ElementId>,
        condition: fn(&ElementCase, &PlanSettings) -> TriggerVerdict,
        missing: &mut Vec<(String, String)>,
    ) -> Fired {
        let mut fired: Vec<(ElementId, f64)> = Vec::new();
        for element in ElementId::all().filter(|element| only.is_none_or(|only| only == *element)) {
            match condition(&self.case(segment, element), self.settings) {
                TriggerVerdict::Fires(strength) => fired.push((element, strength)),
                TriggerVerdict::Quiet => {}
                TriggerVerdict::Missing(what) => self.note(kind, PlaySubject::Element(element), what, missing),
            }
        }
        // Ties in catalogue order, so that a plan does not hang on the order of work.
        fired.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        fired.into_iter().map(|(element, _)| element).collect()
    }

    /// Notes that the plays of a kind about a subject could not be judged.
    fn note(&self, kind: PlayKind, subject: PlaySubject, what: &str, missing: &mut Vec<(String, String)>) {
        for play in self.catalogue.plays_for(kind, subject) {
            missing.push((play.id().to_owned(), what.to_owned()));
        }
    }

    fn arc_draft(&self, segment: &SegmentNight, missing: &mut Vec<(String, String)>) -> Option<Draft<'_>> {
        arc::draft(segment, self.settings).unwrap_or_else(|what| {
            PlaySubject::ARC_STEPS.into_iter().for_each(|step| self.note(PlayKind::Arc, step, what, missing));
            None
        })
    }

    fn gate_draft<'a>(&self, case: ElementCase<'a>) -> Draft<'a> {
        let because = format!(
            "Quality comes first: only {}, below the floor of {:.0} %; while that lasts, no message makes up for it.",
            case.delivery(),
            100.0 * self.settings.quality_floor
        );
        self.draft(PlayKind::Fix, case, because)
    }

    fn element_draft<'a>(&self, kind: PlayKind, case: ElementCase<'a>) -> Draft<'a> {
        let only_served = self.asked.fulfillment && !self.asked.importance;
        let wanted = if only_served { case.served_differently() } else { case.wanted() };
        let delivery = case.delivery();
        let because = match kind {
            PlayKind::Fix => format!("{wanted}, but it is not delivered: {delivery}."),
            PlayKind::Hold if only_served => {
                format!("{} is served well and no differently than to the rest: {delivery}.", case.name())
            }
            PlayKind::Hold => format!(
                "{} matters here more than the average element, though no more than to others, and is served well: \
                 {delivery}.",
                case.name()
            ),
            _ if case.element.delivered == Delivered::Yes => format!("{wanted}, and it is delivered: {delivery}."),
            _ if case.element.delivered == Delivered::No => {
                format!("{wanted}, and it is served fairly well, though not to most: {delivery}.")
            }
            _ if self.asked.fulfillment => {
                format!("{wanted}, and it is served well enough to be believed: {delivery}.")
            }
            _ => format!("{wanted}; {delivery}, so the proof has to come from elsewhere."),
        };
        self.draft(kind, case, because)
    }

    fn draft<'a>(&self, kind: PlayKind, case: ElementCase<'a>, because: String) -> Draft<'a> {
        let sensitivity = self.catalogue.element(case.id()).sensitivity();
        Draft {
            kind,
            subject: PlaySubject::Element(case.id()),
            element: Some(case.element),
            need: None,
            because: self.said(because),
            evidence: case.json(),
            delicate: !may_be_spoken_of(sensitivity, self.settings),
        }
    }

    fn need_draft<'a>(&self, segment: &'a SegmentNight, missing: &mut Vec<(String, String)>) -> Option<Draft<'a>> {
        let (first, second) = match dominant_need(segment, self.settings) {
            Ok(found) => found?,
            Err(what) => {
                for tier in NeedTier::ALL {
                    self.note(PlayKind::Need, PlaySubject::Need(tier), what, missing);
                }
                return None;
            }
        };
        let (share, next) = (first.share?, second.share?);
        let what = match (self.asked.fulfillment, self.asked.importance) {
            (false, _) => "care most about",
            (true, false) => "are, as far as service alone can tell, to be served next on",
            (true, true) => "are to be served next on",
        };
        let because = format!(
            "{} of the members whose needs are determined {what} the {} tier; the tier after it, {}, has {:.0} %.",
            percent(share),
            first.tier.name().to_lowercase(),
            second.tier.name().to_lowercase(),
            100.0 * next.value
        );
        Some(Draft {
            kind: PlayKind::Need,
            subject: PlaySubject::Need(first.tier),
            element: None,
            need: Some(first),
            because: self.said(because),
            evidence: need_json(segment, first, self.asked),
            delicate: false,
        })
    }

    fn everyone_lines(&self, drafting: &Drafting, most: usize) -> Vec<PlanLine> {
        let segment = drafting.segment;
        let size = thousands(segment.profile.size);
        self.catalogue
            .plays_for(PlayKind::Neutral, PlaySubject::Everyone)
            .into_iter()
            .take(most)
            .filter_map(|play| {
                let because = if segment.id == "NONE" {
                    format!("For the {size} customers without a segment: it claims nothing about them.")
                } else {
                    format!("Too little sets these {size} customers apart for another line; this one suits everybody.")
                };
                let draft = Draft {
                    kind: PlayKind::Neutral,
                    subject: PlaySubject::Everyone,
                    element: None,
                    need: None,
                    because,
                    evidence: Value::Object(segment_json(segment)),
                    delicate: false,
                };
                drafting.line(draft, Some(play))
            })
            .collect()
    }

    /// The sentence, with the reservation that holds for the whole night.
    fn said(&self, because: String) -> String {
        if self.asked.nothing() { format!("{because} {HYPOTHESIS}") } else { because }
    }
}
