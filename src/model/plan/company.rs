//! What the company mends and keeps: product, price and service, once for all groups it touches.

use serde_json::{Value, json};

use valueseg_catalogue::{Catalogue, ElementId, Play, PlayChannel, PlayKind, PlaySubject};

use super::appraisal::Appraisal;
use super::evidence::ElementCase;
use super::line::better;
use super::measure::{MetricReading, Subject, ahead, best_segment};
use super::settings::PlanSettings;
use super::types::{LineScope, PassedOver, Plan, PlanLine};
use crate::rows::thousands;
use crate::segment::SegmentNights;

/// Most lines that keep what is good.
const MAX_HOLD: usize = 3;

/// An element to be mended or kept in one segment.
pub(super) struct ElementDemand<'a> {
    pub(super) kind: PlayKind,
    pub(super) case: ElementCase<'a>,
    /// Why, one sentence about the segment.
    pub(super) because: String,
    /// Quality below its floor: before everything else.
    pub(super) gate: bool,
    /// How much it is missed, times what the drivers say of it.
    pub(super) strength: f64,
    /// The segment misses nothing more.
    pub(super) first: bool,
}

/// One element in all segments that ask for it.
struct Merged<'d, 'a> {
    kind: PlayKind,
    element: ElementId,
    demands: Vec<&'d ElementDemand<'a>>,
}

impl Merged<'_, '_> {
    fn gate(&self) -> bool {
        self.demands.iter().any(|demand| demand.gate)
    }

    fn people(&self) -> u64 {
        self.demands.iter().map(|demand| demand.case.segment.profile.size).sum()
    }

    /// What some group misses most.
    fn first_of_some_group(&self) -> bool {
        self.kind == PlayKind::Fix && self.demands.iter().any(|demand| demand.first)
    }

    /// People × what is missed × what the drivers say.
    fn priority(&self) -> f64 {
        self.demands.iter().map(|demand| demand.case.segment.profile.size as f64 * demand.strength).sum()
    }

    /// The group's own sentence, or one that counts the groups and then lets each speak.
    fn because(&self) -> String {
        if let [only] = self.demands.as_slice() {
            return only.because.clone();
        }
        let mut demands = self.demands.clone();
        demands.sort_by(|a, b| b.gate.cmp(&a.gate).then(b.strength.total_cmp(&a.strength)));
        let others: Vec<String> = demands[1..].iter().map(|other| format!("“{}”", other.case.segment.name)).collect();
        format!(
            "It touches {} customers in {} groups, “{}” most: {} Likewise, though less, in {}.",
            thousands(self.people()),
            demands.len(),
            demands[0].case.segment.name,
            demands[0].because,
            others.join(", ")
        )
    }

    /// The line: its metric is that of the touched segment which is worst off.
    fn line(&self, play: &Play, channel: PlayChannel, shop: &Company<'_>) -> PlanLine {
        let reading = |demand: &ElementDemand| {
            let case = &demand.case;
            MetricReading::of(play.metric(), Subject { segment: case.segment, element: Some(case.element), need: None })
        };
        // A mean over groups is nobody's figure.
        let worst = self.demands.iter().filter_map(|demand| Some((reading(demand), reading(demand).baseline()?)));
        let better = better(shop.catalogue, play);
        let worst = worst.reduce(|worst, next| if ahead(worst.1, next.1, better) { next } else { worst });
        let case = &self.demands[0].case;
        let subject = Subject { segment: case.segment, element: Some(case.element), need: None };
        let best = best_segment(shop.night, play.metric(), better, subject);
        let goal = worst.and_then(|(reading, _)| reading.goal(best, better, shop.settings.plausible_effect));
        let groups: Vec<Value> = self.demands.iter().map(|demand| demand.case.json()).collect();
        PlanLine {
            scope: LineScope::Company,
            segments: self.demands.iter().map(|demand| demand.case.segment.id.clone()).collect(),
            people: self.people(),
            baseline: worst.map(|(_, value)| value),
            target: goal.as_ref().map(|goal| goal.target),
            target_reason: goal.map(|goal| goal.reason).unwrap_or_default(),
            evidence: json!({ "element": self.element.slug(), "people": self.people(), "groups": groups }),
            because: self.because(),
            ..PlanLine::of_play(shop.catalogue, play, channel)
        }
    }
}

/// What the company's plan is made from.
pub(super) struct Company<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) settings: &'a PlanSettings,
    pub(super) night: &'a SegmentNights,
}

impl Company<'_> {
    /// The plan: quality below its floor, then what each group misses most, then what is missed besides, each by people × how
    /// much × what goes with it, then what to keep.
    pub(super) fn plan(&self, judged: &[Appraisal<'_>]) -> Plan {
        let mut merged = merge(judged);
        // What some group misses most is in, whatever the number of lines: a small group is not outvoted.
        let rank_of = |m: &Merged| (m.kind == PlayKind::Hold, !m.gate(), !m.first_of_some_group());
        merged.sort_by(|a, b| {
            let order = rank_of(a).cmp(&rank_of(b)).then(b.priority().total_cmp(&a.priority()));
            order.then(a.element.cmp(&b.element))
        });
        let (mut lines, mut passed_over, mut held): (Vec<PlanLine>, Vec<PassedOver>, usize) = Default::default();
        for one in &merged {
            let keep = one.kind == PlayKind::Hold;
            // What is mended in one group is not kept as it is in another.
            let settled = lines.iter().any(|line| line.subject == one.element.slug());
            if keep && (settled || held == MAX_HOLD) {
                continue;
            }
            let Some((play, channel)) = self.play(one.kind, one.element) else { continue };
            let room = lines.len() < self.settings.max_lines as usize;
            if !(room || one.first_of_some_group()) {
                if !keep {
                    passed_over.push(self.later(one, lines.len()));
                }
                continue;
            }
            held += usize::from(keep);
            lines.push(one.line(play, channel, self));
        }
        Plan {
            segment_id: "ALL".to_owned(),
            segment_name: "The company".to_owned(),
            lines,
            service: None,
            retired: Vec::new(),
            company_lines: Vec::new(),
            passed_over,
            not_assessed: Vec::new(),
        }
    }

    fn later(&self, one: &Merged, before: usize) -> PassedOver {
        let name = self.catalogue.element(one.element).said();
        let why = format!("“{name}” is missed by {} customers; {before} others come first.", thousands(one.people()));
        PassedOver { subject: one.element.slug().to_owned(), why }
    }

    /// The first play for an element with a channel that addresses nobody.
    fn play(&self, kind: PlayKind, element: ElementId) -> Option<(&Play, PlayChannel)> {
        let plays = self.catalogue.plays_for(kind, PlaySubject::Element(element));
        plays.into_iter().find_map(|play| {
            let open = play.channels().iter().copied().find(|channel| !channel.needs_consent());
            open.map(|channel| (play, channel))
        })
    }
}

/// Demands of the same kind on the same element, in catalogue order.
fn merge<'d, 'a>(judged: &'d [Appraisal<'a>]) -> Vec<Merged<'d, 'a>> {
    let mut merged: Vec<Merged<'d, 'a>> = Vec::new();
    for demand in judged.iter().flat_map(|judged| &judged.demands) {
        let (kind, element) = (demand.kind, demand.case.id());
        match merged.iter_mut().find(|one| one.kind == kind && one.element == element) {
            Some(one) => one.demands.push(demand),
            None => merged.push(Merged { kind, element, demands: vec![demand] }),
        }
    }
    merged
}
