//! What the evidence says of one segment: what to mend, what to keep, what to lead with, and what speaks against it.

use valueseg_catalogue::{Catalogue, ElementId, PlayKind, PlaySubject};

use super::company::ElementDemand;
use super::evidence::{AskedAspects, ElementCase};
use super::settings::PlanSettings;
use super::triggers::{self, MAX_LEAD, PriceStance, TriggerVerdict, price, quality};
use super::types::PassedOver;
use super::weigh::DerivedWeight;
use crate::segment::{SegmentNight, SegmentNights};

/// Judges segments.
#[derive(Clone, Copy)]
pub(super) struct Appraiser<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) settings: &'a PlanSettings,
    pub(super) night: &'a SegmentNights,
    pub(super) asked: AskedAspects,
}

/// What the evidence says of one segment.
pub(super) struct Appraisal<'a> {
    pub(super) segment: &'a SegmentNight,
    /// Quality lies below its floor: nothing is advertised until it is mended.
    pub(super) gated: bool,
    /// What the company is to mend or keep for it.
    pub(super) demands: Vec<ElementDemand<'a>>,
    /// What to lead with, strongest first.
    pub(super) leads: Vec<ElementCase<'a>>,
    pub(super) price: PriceStance,
    pub(super) passed_over: Vec<PassedOver>,
    /// Plays whose condition read an absent value, and which.
    pub(super) missing: Vec<(String, String)>,
}

impl Appraisal<'_> {
    /// The missing value of all plays of a kind about a subject.
    pub(super) fn note(&mut self, catalogue: &Catalogue, kind: PlayKind, subject: PlaySubject, what: &str) {
        let plays = catalogue.plays_for(kind, subject);
        self.missing.extend(plays.into_iter().map(|play| (play.id().to_owned(), what.to_owned())));
    }
}

/// Elements a condition fired for, with its strength, strongest first.
type Fired = Vec<(ElementId, f64)>;

impl<'a> Appraiser<'a> {
    /// What the evidence says of `segment`.
    pub(super) fn segment(&self, segment: &'a SegmentNight) -> Appraisal<'a> {
        let mut judged = Appraisal {
            segment,
            gated: false,
            demands: Vec::new(),
            leads: Vec::new(),
            price: PriceStance::of(&self.case(segment, price()), self.settings),
            passed_over: Vec::new(),
            missing: Vec::new(),
        };
        let gate = self.fired(&mut judged, PlayKind::Fix, Some(quality()), triggers::quality_gate);
        let mut fix = self.fired(&mut judged, PlayKind::Fix, None, triggers::fix);
        fix.retain(|(element, _)| *element != quality() || gate.is_empty());
        let mut lead = self.fired(&mut judged, PlayKind::Lead, None, triggers::lead);
        let mended = |element: ElementId| fix.iter().chain(&gate).any(|(other, _)| *other == element);
        lead.retain(|(element, _)| !mended(*element));
        for (element, _) in lead.split_off(lead.len().min(MAX_LEAD)) {
            let name = self.case(segment, element).name();
            let why = format!("{name} could lead as well; {MAX_LEAD} others come first.");
            judged.passed_over.push(PassedOver { subject: element.slug().to_owned(), why });
        }
        let mut hold = self.fired(&mut judged, PlayKind::Hold, None, triggers::hold);
        hold.retain(|(element, _)| !mended(*element) && lead.iter().all(|(led, _)| led != element));
        hold.truncate(1);

        judged.gated = !gate.is_empty();
        let demand = |kind: PlayKind, gate: bool, (element, strength): (ElementId, f64)| {
            let case = self.case(segment, element);
            let floor = self.settings.quality_floor;
            let because = if gate { case.because_of_gate(floor) } else { case.because_of(kind) };
            ElementDemand { kind, case, because, gate, strength, first: false }
        };
        let fixes = gate.into_iter().map(|fired| demand(PlayKind::Fix, true, fired));
        let fixes = fixes.chain(fix.into_iter().map(|fired| demand(PlayKind::Fix, false, fired)));
        judged.demands = fixes.chain(hold.into_iter().map(|fired| demand(PlayKind::Hold, false, fired))).collect();
        if let Some(first) = judged.demands.iter_mut().find(|demand| demand.kind == PlayKind::Fix && !demand.gate) {
            first.first = true;
        }
        judged.leads = lead.into_iter().map(|(element, _)| self.case(segment, element)).collect();
        judged
    }

    fn case(&self, segment: &'a SegmentNight, element: ElementId) -> ElementCase<'a> {
        ElementCase {
            catalogue: self.catalogue,
            segment,
            element: segment.profile.element(element),
            asked: self.asked,
            derived: DerivedWeight::of(segment, &self.night.everyone, element),
        }
    }

    /// Asks a condition of one element or of all, notes what could not be judged and what was passed over, and returns what
    /// fires.
    fn fired(
        &self,
        judged: &mut Appraisal<'a>,
        kind: PlayKind,
        only: Option<ElementId>,
        condition: fn(&ElementCase, &PlanSettings) -> TriggerVerdict,
    ) -> Fired {
        let mut fired: Fired = Vec::new();
        for element in ElementId::all().filter(|element| only.is_none_or(|only| only == *element)) {
            match condition(&self.case(judged.segment, element), self.settings) {
                TriggerVerdict::Fires(strength) => fired.push((element, strength)),
                TriggerVerdict::Quiet => {}
                TriggerVerdict::Against(why) => {
                    judged.passed_over.push(PassedOver { subject: element.slug().to_owned(), why });
                }
                TriggerVerdict::Missing(what) => {
                    judged.note(self.catalogue, kind, PlaySubject::Element(element), what);
                }
            }
        }
        // Ties in catalogue order, so that a plan does not hang on the order of work.
        fired.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        fired
    }
}
