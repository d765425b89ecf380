//! What is sent or said to the customers of one segment, and how they are served.

use std::collections::BTreeSet;

use serde_json::Value;

use valueseg_catalogue::{Catalogue, NeedTier, PlayKind, PlaySubject};

use super::appraisal::Appraisal;
use super::arc;
use super::care::{CareReader, ConnectLack};
use super::evidence::{AskedAspects, ElementCase, segment_json};
use super::line::{Draft, DraftedLine, Drafting, NoLine};
use super::need::{self, NeedFinding};
use super::serve;
use super::settings::PlanSettings;
use super::triggers::{PriceStance, left_alone, may_be_spoken_of};
use super::types::{LineScope, PassedOver, Plan, ServicePart};
use crate::rows::thousands;
use crate::segment::{SegmentNight, SegmentNights};

/// Lines a plan has at least, the company's included: where evidence carries fewer, plays that suit everybody follow.
const MIN_LINES: usize = 3;

/// Makes the lines of segments.
#[derive(Clone, Copy)]
pub(super) struct Campaigns<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) settings: &'a PlanSettings,
    pub(super) night: &'a SegmentNights,
    pub(super) asked: AskedAspects,
}

/// Lines as they are found, and why others are not among them.
struct Found {
    lines: Vec<DraftedLine>,
    passed_over: Vec<PassedOver>,
    /// Why nothing may be sent; `None` = it may.
    silent: Option<&'static str>,
}

impl Found {
    fn none(silent: Option<&'static str>) -> Self {
        Self { lines: Vec::new(), passed_over: Vec::new(), silent }
    }

    /// Adds a line, or the reason why there is none.
    fn add(&mut self, subject: PlaySubject, made: Result<DraftedLine, NoLine>) {
        let subject = || subject.slug();
        match made {
            Ok(drafted) => match self.silent.filter(|_| drafted.line.scope == LineScope::Campaign) {
                Some(why) => self.passed_over.push(PassedOver { subject: subject(), why: why.to_owned() }),
                None => self.lines.push(drafted),
            },
            Err(NoLine::NoPlay) => {}
            Err(NoLine::NobodyReached) => {
                let why = "Nobody in this group has agreed to a channel it could be sent by.";
                self.passed_over.push(PassedOver { subject: subject(), why: why.to_owned() });
            }
        }
    }
}

impl Found {
    /// What is open goes before all lines, who is left in peace behind them.
    fn around(&mut self, drafting: &Drafting, care: &CareReader<'_>) {
        let mut before = Self::none(None);
        for draft in care.recover() {
            before.add(draft.subject, drafting.line(draft, None));
        }
        self.lines.splice(0..0, before.lines);
        if let Some(draft) = care.leave() {
            self.add(draft.subject, drafting.line(draft, None));
        }
    }
}

impl<'a> Campaigns<'a> {
    /// Lines of a segment, and its plan without them; `company` are the ranks of the company's lines for it.
    pub(super) fn segment(&self, mut judged: Appraisal<'a>, company: Vec<u32>) -> (Vec<DraftedLine>, Plan) {
        let segment = judged.segment;
        let drafting = self.drafting(segment, judged.price);
        let silent = if judged.gated {
            Some("Quality comes first: nothing is sent to these customers until it is above its floor.")
        } else if left_alone(segment) {
            Some("Most of these customers are to be left alone: nothing is sent to them.")
        } else {
            None
        };
        let mut found = Found::none(silent);
        for case in &judged.leads {
            found.add(PlaySubject::Element(case.id()), drafting.line(self.lead_draft(case), None));
        }
        for draft in [self.need_draft(&mut judged), self.arc_draft(&mut judged)].into_iter().flatten() {
            found.add(draft.subject, drafting.line(draft, None));
        }
        let care = CareReader { catalogue: self.catalogue, settings: self.settings, night: self.night, segment };
        let connect = self.connect_draft(&mut judged, &care);
        for draft in connect.into_iter().chain(care.thank()) {
            found.add(draft.subject, drafting.line(draft, None));
        }
        found.lines.truncate(self.settings.max_lines as usize);
        let lacking = MIN_LINES.saturating_sub(found.lines.len() + company.len());
        let mut filled = Found::none(silent);
        for drafted in self.for_everyone(&drafting) {
            filled.add(PlaySubject::Everyone, drafted);
        }
        found.lines.extend(filled.lines.into_iter().take(lacking));
        // What is open and who is left in peace is said of every group, whatever else there is to do.
        found.around(&drafting, &care);
        judged.passed_over.append(&mut found.passed_over);
        let plan = self.plan(segment, &found.lines, judged);
        (found.lines, plan)
    }

    /// Lines for customers without a segment, and their plan without them.
    pub(super) fn neutral(&self, unassigned: &'a SegmentNight) -> (Vec<DraftedLine>, Plan) {
        // Nothing is claimed of them, so nothing of prices either.
        let drafting = self.drafting(unassigned, PriceStance::LeadsOrUnknown);
        let mut found = Found::none(None);
        for drafted in self.for_everyone(&drafting) {
            found.add(PlaySubject::Everyone, drafted);
        }
        found.lines.truncate(self.settings.max_lines as usize);
        let (catalogue, settings) = (self.catalogue, self.settings);
        found.around(&drafting, &CareReader { catalogue, settings, night: self.night, segment: unassigned });
        let plan = Plan {
            segment_id: unassigned.id.clone(),
            segment_name: unassigned.name.clone(),
            lines: Vec::new(),
            service: Some(self.service(unassigned, &found.lines)),
            retired: Vec::new(),
            company_lines: Vec::new(),
            passed_over: Vec::new(),
            not_assessed: Vec::new(),
        };
        (found.lines, plan)
    }

    fn drafting(&self, segment: &'a SegmentNight, price: PriceStance) -> Drafting<'a> {
        Drafting { catalogue: self.catalogue, settings: self.settings, night: self.night, segment, price }
    }

    fn plan(&self, segment: &SegmentNight, lines: &[DraftedLine], judged: Appraisal<'_>) -> Plan {
        let Appraisal { demands, passed_over, mut missing, .. } = judged;
        // The quality gate and the ordinary fix condition read different values of the same plays: one entry is enough.
        let mut listed = BTreeSet::new();
        let done = |play: &str| {
            let by_company = demands.iter().any(|demand| {
                let plays = self.catalogue.plays_for(demand.kind, PlaySubject::Element(demand.case.id()));
                plays.iter().any(|other| other.id() == play)
            });
            by_company || lines.iter().any(|drafted| drafted.line.play_id == play)
        };
        missing.retain(|(play, _)| !done(play) && listed.insert(play.clone()));
        Plan {
            segment_id: segment.id.clone(),
            segment_name: segment.name.clone(),
            lines: Vec::new(),
            service: Some(self.service(segment, lines)),
            retired: Vec::new(),
            company_lines: Vec::new(),
            passed_over,
            not_assessed: missing,
        }
    }

    fn service(&self, segment: &SegmentNight, lines: &[DraftedLine]) -> ServicePart {
        let of_kind =
            |kind: PlayKind| lines.iter().map(|drafted| &drafted.line).filter(move |line| line.kind == kind.slug());
        let needs = of_kind(PlayKind::Need).filter_map(|line| NeedTier::parse(&line.subject));
        let open = of_kind(PlayKind::Recover).next().is_some();
        serve::part(segment, self.catalogue, self.settings, needs, open)
    }

    fn connect_draft(&self, judged: &mut Appraisal<'a>, care: &CareReader<'a>) -> Option<Draft<'a>> {
        match care.connect() {
            Ok(draft) => draft,
            Err(ConnectLack::Against(passed)) => {
                judged.passed_over.push(passed);
                None
            }
            Err(ConnectLack::Missing(what)) => {
                judged.note(self.catalogue, PlayKind::Connect, PlaySubject::Motivators, what);
                None
            }
        }
    }

    fn lead_draft<'d>(&self, case: &ElementCase<'d>) -> Draft<'d> {
        let sensitivity = self.catalogue.element(case.id()).sensitivity();
        Draft {
            kind: PlayKind::Lead,
            subject: PlaySubject::Element(case.id()),
            element: Some(case.element),
            need: None,
            because: case.because_of(PlayKind::Lead),
            evidence: case.json(),
            delicate: !may_be_spoken_of(sensitivity, self.settings),
            audience: None,
        }
    }

    fn arc_draft(&self, judged: &mut Appraisal<'a>) -> Option<Draft<'a>> {
        arc::draft(judged.segment, self.settings).unwrap_or_else(|what| {
            for step in PlaySubject::ARC_STEPS {
                judged.note(self.catalogue, PlayKind::Arc, step, what);
            }
            None
        })
    }

    fn need_draft(&self, judged: &mut Appraisal<'a>) -> Option<Draft<'a>> {
        match need::finding(judged.segment, self.settings, self.asked) {
            NeedFinding::Firm(draft) => Some(draft),
            NeedFinding::Quiet => None,
            NeedFinding::Open(passed) => {
                judged.passed_over.push(passed);
                None
            }
            NeedFinding::Missing(what) => {
                for tier in NeedTier::ALL {
                    judged.note(self.catalogue, PlayKind::Need, PlaySubject::Need(tier), what);
                }
                None
            }
        }
    }

    /// A line for each play that suits everybody.
    fn for_everyone(&self, drafting: &Drafting) -> Vec<Result<DraftedLine, NoLine>> {
        let segment = drafting.segment;
        let size = thousands(segment.profile.size);
        let plays = self.catalogue.plays_for(PlayKind::Neutral, PlaySubject::Everyone);
        let line = |play| {
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
                audience: None,
            };
            drafting.line(draft, Some(play))
        };
        plays.into_iter().map(line).collect()
    }
}
