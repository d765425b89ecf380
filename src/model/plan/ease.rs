//! What makes being served hard, and is surely more than it may be: lines of the company.

use serde_json::{Value, json};

use crate::catalogue::{Catalogue, EaseTopic, PlayKind, PlaySubject};

use super::evidence::{percent, segment_json};
use super::line::better;
use super::measure::{MetricReading, Subject, best_segment};
use super::settings::PlanSettings;
use super::types::{LineScope, PassedOver, Plan, PlanLine};
use crate::model::rows::{Estimate, thousands};
use crate::model::segment::{SegmentNight, SegmentNights};

/// Most lines about it: a company mends one or two of its ways at a time. Our judgment.
const MOST: usize = 2;

/// Measures the topics are read from, in the order of [`EaseTopic::ALL`].
pub(super) const MEASURES: [&str; 6] = [
    "refusal_rate",
    "failed_self_service",
    "first_contact_resolution",
    "transfer_rate",
    "public_answered",
    "search_lost",
];

/// From where on a topic is one: the whole interval of the measure must lie beyond.
struct Bound {
    measure: &'static str,
    /// Share, 0–1.
    limit: f64,
    /// Above the limit is bad; else below.
    above: bool,
    /// What the share is of.
    words: &'static str,
}

/// METHOD: 70 % of cases settled by their first contact is the middle of what service desks report (SQM Group, as reported in
/// the trade; how they count differs). All other limits are our judgment: one case in ten refused, one in seven handed on,
/// one look for help in four in vain, every second public post or search without an answer.
fn bound(topic: EaseTopic) -> Bound {
    let of = |limit, above, words| Bound { measure: MEASURES[topic as usize], limit, above, words };
    match topic {
        EaseTopic::Refusals => of(0.10, true, "of the cases end in a refusal"),
        EaseTopic::SelfService => of(0.25, true, "of the looks for help alone are followed by a contact within days"),
        EaseTopic::FirstContact => of(0.70, false, "of the cases are settled by their first contact"),
        EaseTopic::Handovers => of(0.15, true, "of the cases are handed on to somebody else"),
        EaseTopic::PublicVoice => of(0.50, false, "of what is written in public is answered in time"),
        EaseTopic::Searches => of(0.50, true, "of the searches that find nothing are followed by no order within days"),
    }
}

impl Bound {
    /// How far the whole interval lies beyond the limit; `None` = it does not.
    fn beyond(&self, share: Estimate) -> Option<f64> {
        let surely = if self.above { share.low > self.limit } else { share.high < self.limit };
        surely.then(|| (share.value - self.limit).abs())
    }

    fn because(&self, group: &SegmentNight, share: Estimate) -> String {
        let side = if self.above { "more than" } else { "fewer than" };
        format!("In “{}” {} {}, surely {side} {:.0} %.", group.name, percent(share), self.words, 100.0 * self.limit)
    }
}

/// One topic in all segments where it is one, the worst first.
struct Found<'a> {
    topic: EaseTopic,
    groups: Vec<(&'a SegmentNight, Estimate)>,
    /// People × how far beyond.
    weight: f64,
}

fn found(topic: EaseTopic, night: &SegmentNights) -> Option<Found<'_>> {
    let bound = bound(topic);
    let of = |group| -> Option<(&SegmentNight, Estimate)> {
        let group: &SegmentNight = group;
        let share = group.lens.served.figure(bound.measure).estimate()?;
        bound.beyond(share).map(|_| (group, share))
    };
    let mut groups: Vec<_> = night.segments.iter().filter_map(of).collect();
    let beyond = |share: Estimate| bound.beyond(share).unwrap_or(0.0);
    groups.sort_by(|a, b| beyond(b.1).total_cmp(&beyond(a.1)).then(a.0.id.cmp(&b.0.id)));
    let weight = groups.iter().map(|(group, share)| group.profile.size as f64 * beyond(*share)).sum();
    (!groups.is_empty()).then_some(Found { topic, groups, weight })
}

/// Adds lines about what makes being served hard, by people × how far beyond the limit; what comes later is told.
pub(super) fn add(company: &mut Plan, night: &SegmentNights, catalogue: &Catalogue, settings: &PlanSettings) {
    let mut all: Vec<Found<'_>> = EaseTopic::ALL.into_iter().filter_map(|topic| found(topic, night)).collect();
    all.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.topic.cmp(&b.topic)));
    for (place, one) in all.iter().enumerate() {
        let (group, share) = one.groups[0];
        let because = bound(one.topic).because(group, share);
        match one.line(night, catalogue, settings) {
            Some(line) if place < MOST => company.lines.push(line),
            _ => company.passed_over.push(PassedOver {
                subject: one.topic.slug().to_owned(),
                why: format!("{because} Other ways of service come first."),
            }),
        }
    }
}

impl Found<'_> {
    fn line(&self, night: &SegmentNights, catalogue: &Catalogue, settings: &PlanSettings) -> Option<PlanLine> {
        let play = *catalogue.plays_for(PlayKind::Ease, PlaySubject::Ease(self.topic)).first()?;
        let channel = play.channels().iter().copied().find(|channel| !channel.needs_consent())?;
        let ((worst, share), bound) = (self.groups[0], bound(self.topic));
        let subject = Subject { segment: worst, element: None, need: None };
        let (reading, better) = (MetricReading::of(play.metric(), subject), better(catalogue, play));
        let goal = reading.goal(best_segment(night, play.metric(), better, subject), better, settings.plausible_effect);
        let people: u64 = self.groups.iter().map(|(group, _)| group.profile.size).sum();
        let told = |(group, share): &(&SegmentNight, Estimate)| {
            let mut map = segment_json(group);
            map.insert(bound.measure.to_owned(), json!({ "value": share.value, "low": share.low, "high": share.high }));
            Value::Object(map)
        };
        let groups: Vec<Value> = self.groups.iter().map(told).collect();
        let others = match self.groups.len() - 1 {
            0 => String::new(),
            n => format!(" So it is in {n} more groups; {} customers in all.", thousands(people)),
        };
        Some(PlanLine {
            scope: LineScope::Company,
            segments: self.groups.iter().map(|(group, _)| group.id.clone()).collect(),
            people,
            baseline: reading.baseline(),
            target: goal.as_ref().map(|goal| goal.target),
            target_reason: goal.map(|goal| goal.reason).unwrap_or_default(),
            evidence: json!({ "measure": bound.measure, "limit": bound.limit, "people": people, "groups": groups }),
            because: format!("{}{others}", bound.because(worst, share)),
            ..PlanLine::of_play(catalogue, play, channel)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plan::plan;
    use crate::model::rows::Figure;
    use crate::model::segment::fixture::{catalogue, night, segment};
    use crate::stats::interval::Interval;

    fn with(id: &str, told: &[(&'static str, f64, f64, f64)]) -> SegmentNight {
        let mut one = segment(id);
        let figure = |low, value, high| Figure::of(300, 300, Some(Interval { value, low, high }));
        one.lens.served.measures =
            told.iter().map(|(measure, low, value, high)| (*measure, figure(*low, *value, *high))).collect();
        one
    }

    fn company(segments: Vec<SegmentNight>) -> Plan {
        plan(&night(segments), catalogue(), &PlanSettings::default()).company
    }

    #[test]
    fn every_topic_has_its_line_where_it_is_surely_one_and_none_where_it_only_may_be() {
        for topic in EaseTopic::ALL {
            let Bound { measure, limit, above, .. } = bound(topic);
            let away = if above { limit + 0.1 } else { limit - 0.1 };
            let sure = company(vec![with("S01", &[(measure, away - 0.05, away, away + 0.05)])]);
            let line = sure.lines.iter().find(|line| line.subject == topic.slug()).expect("a line");
            assert_eq!((line.kind.as_str(), line.metric.as_str(), line.baseline), ("ease", measure, Some(away)));
            assert_eq!((line.scope, line.reach), (LineScope::Company, None));
            let unsure = company(vec![with("S01", &[(measure, away - 0.15, away, away + 0.15)])]);
            assert!(unsure.lines.iter().all(|line| line.subject != topic.slug()), "{measure}");
        }
        assert!(company(vec![segment("S01")]).lines.iter().all(|line| line.kind != "ease"), "nobody was asked");
    }

    #[test]
    fn two_lines_are_enough_and_the_others_are_told() {
        let all = [
            ("refusal_rate", 0.28, 0.3, 0.32),
            ("failed_self_service", 0.48, 0.5, 0.52),
            ("transfer_rate", 0.18, 0.2, 0.22),
        ];
        let plan = company(vec![with("S01", &all), with("S02", &all[..1])]);
        let lines: Vec<&PlanLine> = plan.lines.iter().filter(|line| line.kind == "ease").collect();
        // 0.2 beyond in two groups, 0.25 in one, 0.05 in one
        assert_eq!(lines.iter().map(|line| line.subject.as_str()).collect::<Vec<_>>(), ["refusals", "self_service"]);
        assert_eq!(lines[0].segments, ["S01", "S02"]);
        assert!(lines[0].because.contains("30 % (28 to 32 %) of the cases end in a refusal, surely more than 10 %."));
        assert!(plan.passed_over.iter().any(|over| over.subject == "handovers"));
    }
}
