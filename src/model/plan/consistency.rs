//! Does a line contradict another line, or the figures beside it? Read from what is published, not from how it was made.

use valueseg_catalogue::{ElementId, MatterKind, PlayKind, PlaySubject};

use super::care::{met, nobodys};
use super::evidence::AskedAspects;
use super::line::NO_DISCOUNT;
use super::need::firm;
use super::settings::PlanSettings;
use super::triggers::{left_alone, price, quality};
use super::types::{Contradiction, LineScope, PassedOver, Plan, PlanLine, PlanSet};
use super::weigh::DerivedWeight;
use crate::segment::{ElementProfile, SegmentNight, SegmentNights};

/// The set without lines that are contradicted, and the contradictions told: in the set, and in the plan the line stood in.
///
/// A plan that leaves out what its own card shows as most missed gets that told too; no line is made up for it.
pub(super) fn checked(
    mut set: PlanSet,
    night: &SegmentNights,
    asked: AskedAspects,
    settings: &PlanSettings,
) -> PlanSet {
    let mut found = company_contradictions(&set.company, night);
    for (plan, segment) in set.plans.iter().zip(&night.segments) {
        let check = SegmentCheck { plan, company: &set.company, segment, settings };
        found.extend(check.contradictions(asked));
    }
    let unassigned = SegmentCheck { plan: &set.neutral, company: &set.company, segment: &night.unassigned, settings };
    found.extend(set.neutral.lines.iter().filter_map(|line| unassigned.of_line(line)));
    for contradiction in &found {
        let plans = [&mut set.company].into_iter().chain(&mut set.plans).chain([&mut set.neutral]);
        for plan in plans.filter(|plan| plan.segment_id == contradiction.segment_id) {
            let subject = plan.lines.iter().find(|line| line.play_id == contradiction.play_id);
            let subject = subject.map(|line| line.subject.clone()).unwrap_or_default();
            plan.passed_over.push(PassedOver { subject, why: contradiction.what.clone() });
            plan.lines.retain(|line| contradiction.play_id.is_empty() || line.play_id != contradiction.play_id);
        }
    }
    set.contradictions = found;
    set
}

/// A line that mends what next to nothing goes with, in every group it is for.
fn company_contradictions(company: &Plan, night: &SegmentNights) -> Vec<Contradiction> {
    let idle = |line: &&PlanLine| {
        let Some(element) = element_of(line, PlayKind::Fix).filter(|element| *element != quality()) else {
            return false;
        };
        let of = night.segments.iter().filter(|segment| line.segments.contains(&segment.id));
        let weights: Vec<_> = of.map(|segment| DerivedWeight::of(segment, &night.everyone, element)).collect();
        !weights.is_empty() && weights.iter().all(|weight| weight.is_some_and(|weight| weight.next_to_nothing()))
    };
    let idle = company.lines.iter().filter(idle);
    idle.map(|line| {
        contradiction(company, &line.play_id, "next to nothing of what customers say or spend goes with it")
    })
    .collect()
}

/// One segment's plan beside its card, its lens and the company's plan.
struct SegmentCheck<'a> {
    plan: &'a Plan,
    company: &'a Plan,
    segment: &'a SegmentNight,
    settings: &'a PlanSettings,
}

impl SegmentCheck<'_> {
    fn contradictions(&self, asked: AskedAspects) -> Vec<Contradiction> {
        let mut found: Vec<Contradiction> = self.plan.lines.iter().filter_map(|line| self.of_line(line)).collect();
        if asked.importance && asked.fulfillment {
            found.extend(self.most_missed());
        }
        found
    }

    /// What contradicts one line.
    fn of_line(&self, line: &PlanLine) -> Option<Contradiction> {
        let campaign = line.scope == LineScope::Campaign;
        let what = match () {
            () if campaign && line.reach.is_none_or(|reach| reach == 0) => "nobody in this group can be reached by it",
            () if campaign && self.gated() => "quality is below its floor in this group, and mending it comes first",
            () if campaign && left_alone(self.segment) => "most of this group is to be left alone",
            () if self.leads_overdone(line) => "it leads with what is delivered better than it is worth to them",
            () if self.mends(element_of(line, PlayKind::Lead)) => "it leads with what the company has yet to mend",
            () if campaign && line.reach > Some(self.segment.profile.reach.any) => {
                "it counts people who may not be reached"
            }
            () if campaign && is_kind(line, PlayKind::Recover) => {
                "what is open is settled by whoever serves, and not sent"
            }
            () if campaign && is_kind(line, PlayKind::Leave) => "it sends something to those who are left in peace",
            () if self.settles_nothing(line) => "nothing of the kind is open in this group",
            () if self.connects_the_met(line) => "most of those who want it are helped with it already",
            () if self.thanks_nobody(line) => "nobody in this group has lived through it",
            () if self.serves_unfirm_need(line) => "most plausible need maps do not put this tier first",
            () if self.denies_price(line) => "it rules out a discount in a group that wants fair prices most",
            () => return None,
        };
        Some(contradiction(self.plan, &line.play_id, what))
    }

    fn settles_nothing(&self, line: &PlanLine) -> bool {
        let kinds = &self.segment.lens.care.open_kinds;
        let own = |kind: MatterKind| PlaySubject::OpenMatter(kind).slug() == line.subject;
        is_kind(line, PlayKind::Recover) && kinds.iter().any(|(kind, share)| own(*kind) && nobodys(*share))
    }

    /// A motivator that a line names is met, as the card beside it says.
    fn connects_the_met(&self, line: &PlanLine) -> bool {
        let named = line.evidence["motivators"].as_array().into_iter().flatten();
        let mut named = named.filter_map(|named| named["motivator"].as_str());
        is_kind(line, PlayKind::Connect)
            && named.any(|id| self.segment.lens.motivators.iter().any(|own| own.motivator == id && met(own)))
    }

    fn thanks_nobody(&self, line: &PlanLine) -> bool {
        let mut stories = self.segment.lens.care.stories.iter();
        is_kind(line, PlayKind::Thank) && stories.any(|(kind, share)| kind.slug() == line.subject && nobodys(*share))
    }

    fn serves_unfirm_need(&self, line: &PlanLine) -> bool {
        let mut needs = self.segment.profile.needs.iter();
        is_kind(line, PlayKind::Need)
            && needs.any(|need| need.tier.slug() == line.subject && !firm(need, self.settings))
    }

    fn gated(&self) -> bool {
        let mends_quality = self.mends(Some(quality()));
        let share = self.segment.profile.element(quality()).high_share;
        mends_quality && share.is_some_and(|share| share.high < self.settings.quality_floor)
    }

    fn leads_overdone(&self, line: &PlanLine) -> bool {
        element_of(line, PlayKind::Lead).is_some_and(|element| {
            DerivedWeight::of(self.segment, self.segment, element).is_some_and(|weight| weight.overdone())
        })
    }

    fn denies_price(&self, line: &PlanLine) -> bool {
        let wanted = self.segment.profile.element(price()).importance_difference;
        let wanted = wanted.is_some_and(|c| c.d.value >= self.settings.min_difference && c.d.low > 0.0);
        wanted && line.avoid.contains(NO_DISCOUNT)
    }

    /// The company mends it for this segment.
    fn mends(&self, element: Option<ElementId>) -> bool {
        element.is_some_and(|element| {
            self.company.lines.iter().any(|line| {
                element_of(line, PlayKind::Fix) == Some(element) && line.segments.contains(&self.segment.id)
            })
        })
    }

    /// The largest sure gap of the card, if it is low and nothing in the plan speaks of it.
    fn most_missed(&self) -> Option<Contradiction> {
        let missed = |e: &&ElementProfile| {
            let wide = e.gap.is_some_and(|gap| gap.low > 0.0 && gap.value >= self.settings.min_gap);
            wide && e.fulfillment.is_some_and(|served| served.value < self.settings.low_fulfillment)
        };
        let size = |e: &&ElementProfile| e.gap.map_or(0.0, |gap| gap.value);
        let most = self.segment.profile.elements.iter().filter(missed).max_by(|a, b| size(a).total_cmp(&size(b)))?;
        let slug = most.element.slug();
        let own = self.plan.lines.iter().any(|line| line.subject == slug);
        let told = self.plan.passed_over.iter().chain(&self.company.passed_over).any(|passed| passed.subject == slug);
        let spoken_of = own || told || self.mends(Some(most.element));
        (!spoken_of).then(|| contradiction(self.plan, "", "what this group misses most is in no line"))
    }
}

fn is_kind(line: &PlanLine, kind: PlayKind) -> bool {
    line.kind == kind.slug()
}

/// The element a line of a kind is about.
fn element_of(line: &PlanLine, kind: PlayKind) -> Option<ElementId> {
    (line.kind == kind.slug()).then(|| ElementId::parse(&line.subject)).flatten()
}

fn contradiction(plan: &Plan, play: &str, what: &str) -> Contradiction {
    let what = if play.is_empty() { format!("Missing: {what}.") } else { format!("Taken out: {what}.") };
    Contradiction { segment_id: plan.segment_id.clone(), play_id: play.to_owned(), what }
}

#[cfg(test)]
mod tests {
    use super::super::plan;
    use super::super::weigh::driven;
    use super::*;
    use crate::rows::{Figure, LevelReason, RelationshipLevel};
    use crate::segment::fixture::{catalogue, element, estimate, night, segment, served, wants};
    use crate::segment::lens::MotivatorFigures;
    use valueseg_catalogue::StoryKind;
    use valueseg_stats::interval::Interval;

    const SETTINGS: fn() -> PlanSettings = PlanSettings::default;

    /// A segment that wants time and gets it, and wants order and does not get it.
    fn organizers() -> SegmentNight {
        let mut s = segment("S01");
        for (slug, d, mean) in [("saves_time", 0.9, 7.8), ("organizes", 0.8, 4.5)] {
            wants(&mut s.profile, slug, d);
            served(&mut s.profile, slug, mean);
        }
        element(&mut s.profile, "organizes").gap = Some(estimate(1.1, 0.2));
        s
    }

    /// The plans of one segment as they were made, changed by hand, and checked again beside `segment`.
    fn told(segment: SegmentNight, spoil: impl Fn(&mut PlanSet)) -> Vec<String> {
        let night = night(vec![segment]);
        let mut set = plan(&night, catalogue(), &SETTINGS());
        assert_eq!(set.contradictions, [], "as made, nothing is contradicted");
        spoil(&mut set);
        let set = checked(set, &night, AskedAspects::of(&night), &SETTINGS());
        assert!(set.contradictions.iter().all(|found| {
            let plan = set.all().find(|plan| plan.segment_id == found.segment_id);
            plan.is_some_and(|plan| plan.lines.iter().all(|line| line.play_id != found.play_id))
        }));
        set.contradictions.into_iter().map(|found| found.what).collect()
    }

    /// The line of the company about an element, as if it were a campaign of the first segment, of another kind.
    fn campaign(set: &PlanSet, kind: PlayKind, subject: &str) -> PlanLine {
        let like = set.plans[0].lines.iter().find(|line| line.scope == LineScope::Campaign).unwrap();
        PlanLine {
            kind: kind.slug().to_owned(),
            subject: subject.to_owned(),
            play_id: "spoiled".to_owned(),
            ..like.clone()
        }
    }

    #[test]
    fn nobody_is_led_with_what_is_overdone() {
        let mut s = organizers();
        s.drivers = driven(&[("quality", 0.9), ("saves_time", 0.01)], &["saves_time"]);
        let found = told(s, |set| {
            let line = campaign(set, PlayKind::Lead, "saves_time");
            set.plans[0].lines.push(line);
        });
        assert_eq!(found, ["Taken out: it leads with what is delivered better than it is worth to them."]);
    }

    #[test]
    fn nothing_is_mended_that_next_to_nothing_goes_with() {
        let plain = organizers();
        let mut s = organizers();
        s.drivers = driven(&[("quality", 0.99), ("organizes", 0.0004)], &[]);
        let mends = plan(&night(vec![plain]), catalogue(), &SETTINGS()).company.lines[0].clone();
        assert_eq!(mends.subject, "organizes");
        let found = told(s, |set| set.company.lines.push(mends.clone()));
        assert_eq!(found, ["Taken out: next to nothing of what customers say or spend goes with it."]);
    }

    #[test]
    fn what_is_missed_most_is_in_the_plan_or_told_why_not() {
        let found = told(organizers(), |set| {
            set.company.lines.clear();
        });
        assert_eq!(found, ["Missing: what this group misses most is in no line."]);
    }

    #[test]
    fn no_discount_is_ruled_out_where_fair_prices_are_wanted_most() {
        let mut s = organizers();
        wants(&mut s.profile, "reduces_cost", 1.5);
        served(&mut s.profile, "reduces_cost", 5.8);
        let found = told(s, |set| NO_DISCOUNT.clone_into(&mut set.plans[0].lines[0].avoid));
        assert_eq!(found, ["Taken out: it rules out a discount in a group that wants fair prices most."]);
    }

    #[test]
    fn nothing_is_sent_while_quality_is_below_its_floor() {
        let sent = campaign(&plan(&night(vec![organizers()]), catalogue(), &SETTINGS()), PlayKind::Arc, "arc_2_3");
        let mut s = organizers();
        element(&mut s.profile, "quality").high_share = Some(estimate(0.4, 0.05));
        let found = told(s, |set| set.plans[0].lines.push(sent.clone()));
        assert_eq!(found, ["Taken out: quality is below its floor in this group, and mending it comes first."]);
    }

    #[test]
    fn nothing_is_sent_to_those_who_are_left_alone_or_cannot_be_reached() {
        let mut s = organizers();
        let most = Figure::of(5_000, 5_000, Some(Interval { value: 0.8, low: 0.78, high: 0.82 }));
        s.lens.levels = vec![(RelationshipLevel::LeaveAlone, most)];
        let sent = campaign(&plan(&night(vec![organizers()]), catalogue(), &SETTINGS()), PlayKind::Arc, "arc_2_3");
        let found = told(s, |set| set.plans[0].lines.push(sent.clone()));
        assert_eq!(found, ["Taken out: most of this group is to be left alone."]);
        let found = told(organizers(), |set| set.plans[0].lines[0].reach = Some(0));
        assert_eq!(found, ["Taken out: nobody in this group can be reached by it."]);
    }

    #[test]
    fn nobody_is_led_with_what_the_company_has_yet_to_mend() {
        let found = told(organizers(), |set| {
            let line = campaign(set, PlayKind::Lead, "organizes");
            set.plans[0].lines.push(line);
        });
        assert_eq!(found, ["Taken out: it leads with what the company has yet to mend."]);
    }

    /// A share of the 5,000 with a half-width.
    fn share(value: f64, half: f64) -> Figure {
        Figure::of(5_000, 5_000, Some(Interval { value, low: value - half, high: value + half }))
    }

    /// A segment with open complaints, people won back, people who hear nothing, and a motivator few are helped with.
    fn lived_through() -> SegmentNight {
        let mut s = organizers();
        s.lens.care.open = share(0.04, 0.01);
        s.lens.care.open_kinds =
            vec![(MatterKind::Complaint, share(0.04, 0.01)), (MatterKind::Return, share(0.0, 0.0))];
        s.lens.care.stories = vec![(StoryKind::WonBack, share(0.1, 0.01)), (StoryKind::PromiseKept, share(0.0, 0.0))];
        s.lens.care.silence = vec![(LevelReason::OpenMatter, share(0.05, 0.01))];
        s
    }

    #[test]
    fn lines_of_care_are_held_against_the_lens() {
        let find = |set: &PlanSet, kind: PlayKind| {
            set.plans[0].lines.iter().find(|line| is_kind(line, kind)).expect("the line is there").clone()
        };
        let spoil = |change: &dyn Fn(&mut PlanLine), kind: PlayKind| {
            told(lived_through(), |set| {
                let mut line = find(set, kind);
                line.play_id = "spoiled".to_owned();
                change(&mut line);
                set.plans[0].lines.push(line);
            })
        };
        assert_eq!(
            spoil(&|line| line.subject = "open_return".to_owned(), PlayKind::Recover),
            ["Taken out: nothing of the kind is open in this group."]
        );
        let sent = |line: &mut PlanLine| (line.scope, line.reach) = (LineScope::Campaign, Some(100));
        assert_eq!(
            spoil(&sent, PlayKind::Recover),
            ["Taken out: what is open is settled by whoever serves, and not sent."]
        );
        assert_eq!(spoil(&sent, PlayKind::Leave), ["Taken out: it sends something to those who are left in peace."]);
        assert_eq!(
            spoil(&|line| line.subject = "promise_kept".to_owned(), PlayKind::Thank),
            ["Taken out: nobody in this group has lived through it."]
        );
        assert_eq!(
            spoil(&|line| line.reach = Some(4_001), PlayKind::Thank),
            ["Taken out: it counts people who may not be reached."]
        );
        assert_eq!(
            spoil(&|line| (line.kind, line.subject) = ("need".to_owned(), "safety".to_owned()), PlayKind::Leave),
            ["Taken out: most plausible need maps do not put this tier first."]
        );
    }

    #[test]
    fn nobody_is_connected_by_what_they_have() {
        let motivator = |helped: f64, spend: Figure| MotivatorFigures {
            motivator: "m_secure".to_owned(),
            wanted: share(0.6, 0.05),
            helped: share(helped, 0.05),
            spend,
        };
        let mut few = lived_through();
        few.lens.motivators = vec![motivator(0.3, Figure::default())];
        let mut night = night(vec![few]);
        night.everyone.lens.motivators = vec![motivator(0.5, share(0.2, 0.05))];
        let set = plan(&night, catalogue(), &SETTINGS());
        assert_eq!(set.contradictions, []);
        let line = set.plans[0].lines.iter().find(|line| is_kind(line, PlayKind::Connect)).expect("a sure deficit");
        assert!(
            line.because.contains("“feel secure” and 30 % (25 to 35 %) of these are helped with it"),
            "{}",
            line.because
        );
        night.segments[0].lens.motivators = vec![motivator(0.7, Figure::default())];
        let checked = checked(set, &night, AskedAspects::of(&night), &SETTINGS());
        let told: Vec<&str> = checked.contradictions.iter().map(|found| found.what.as_str()).collect();
        assert_eq!(told, ["Taken out: most of those who want it are helped with it already."]);
        assert!(
            plan(&night, catalogue(), &SETTINGS()).plans[0].lines.iter().all(|line| !is_kind(line, PlayKind::Connect))
        );
    }
}
