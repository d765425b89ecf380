//! What makes being served hard, and is surely more than it may be: lines of the company.

use serde_json::{Value, json};

use valueseg_catalogue::{Catalogue, EaseTopic, ElementId, PlayKind, PlaySubject};

use super::evidence::{percent, segment_json};
use super::line::better;
use super::measure::{MetricReading, Subject, best_segment};
use super::settings::PlanSettings;
use super::types::{LineScope, PassedOver, Plan, PlanLine};
use crate::rows::{Estimate, thousands};
use crate::segment::{SegmentNight, SegmentNights};

/// Most lines about it: a company mends one or two of its ways at a time. Our judgment.
const MOST: usize = 2;

/// Measure of what is said and kept, element by element.
const KEPT: &str = "said_and_kept";

/// Measures the topics are read from, in the order of [`EaseTopic::ALL`]; metrics of the catalogue go by the same names.
pub(super) const MEASURES: [&str; 11] = [
    "refusal_rate",
    "failed_self_service",
    "first_contact_resolution",
    "transfer_rate",
    "public_answered",
    "search_lost",
    "effort",
    "same_agent",
    "back_after_solved",
    "experience_end",
    KEPT,
];

/// From where on a topic is one: the whole interval of the measure must lie beyond.
struct Bound {
    measure: &'static str,
    limit: f64,
    /// Above the limit is bad; else below.
    above: bool,
    told: Told,
}

/// How a measure is told.
enum Told {
    /// A share, 0–1; what it is of.
    Share(&'static str),
    /// A mean on 0–10; of what.
    Mean(&'static str),
    /// A difference in points of 0–10 between those who were promised an element and the others.
    Kept,
}

/// METHOD: 70 % of cases settled by their first contact is the middle of what service desks report (SQM Group, as reported in
/// the trade; how they count differs). Whoever was promised an element and feels less of it was promised too much: the limit is
/// 0. All other limits are our judgment: one case in ten refused, one in seven handed on, one look for help in four in vain,
/// every second public post or search without an answer, an ease of 6 of 10, one further contact in four with the same person,
/// every second customer back after a solved complaint, a last experience below the middle of the scale.
fn bound(topic: EaseTopic) -> Bound {
    let of = |limit, above, told| Bound { measure: MEASURES[topic as usize], limit, above, told };
    match topic {
        EaseTopic::Refusals => of(0.10, true, Told::Share("of the cases end in a refusal")),
        EaseTopic::SelfService => {
            of(0.25, true, Told::Share("of the looks for help alone are followed by a contact within days"))
        }
        EaseTopic::FirstContact => of(0.70, false, Told::Share("of the cases are settled by their first contact")),
        EaseTopic::Handovers => of(0.15, true, Told::Share("of the cases are handed on to somebody else")),
        EaseTopic::PublicVoice => of(0.50, false, Told::Share("of what is written in public is answered in time")),
        EaseTopic::Searches => {
            of(0.50, true, Told::Share("of the searches that find nothing are followed by no order within days"))
        }
        EaseTopic::Effort => of(6.0, false, Told::Mean("how easy it is to get what one came for")),
        EaseTopic::SamePerson => {
            of(0.25, false, Told::Share("of the further contacts of a case are with the person of the one before"))
        }
        EaseTopic::Recovery => of(0.50, false, Told::Share("of those whose complaint was solved are seen again")),
        EaseTopic::Endings => of(5.0, false, Told::Mean("the last rating of an experience")),
        EaseTopic::FollowThrough => of(0.0, false, Told::Kept),
    }
}

impl Bound {
    /// How far the whole interval lies beyond the limit, in parts of the scale; `None` = it does not.
    fn beyond(&self, value: Estimate) -> Option<f64> {
        let surely = if self.above { value.low > self.limit } else { value.high < self.limit };
        let scale = if matches!(self.told, Told::Share(_)) { 1.0 } else { 10.0 };
        surely.then(|| (value.value - self.limit).abs() / scale)
    }

    fn because(&self, found: &Found<'_>, catalogue: &Catalogue) -> String {
        let (group, value) = (&found.groups[0].0.name, found.groups[0].1);
        let limit = self.limit;
        match self.told {
            Told::Share(words) => {
                let side = if self.above { "more than" } else { "fewer than" };
                format!("In “{group}” {} {words}, surely {side} {:.0} %.", percent(value), 100.0 * limit)
            }
            Told::Mean(words) => {
                let Estimate { value, low, high, .. } = value;
                format!("In “{group}” {words} is {value:.1} of 10 ({low:.1} to {high:.1}), surely below {limit:.0}.")
            }
            Told::Kept => {
                let name = found.element.map_or("it", |element| catalogue.element(element).name());
                let (less, low, high) = (-value.value, -value.high, -value.low);
                format!(
                    "In “{group}” those who were promised “{name}” rate it {less:.1} points of 10 lower ({low:.1} to {high:.1}) \
                     than those who were not."
                )
            }
        }
    }
}

/// One topic in all segments where it is one, the worst first.
struct Found<'a> {
    topic: EaseTopic,
    /// What was promised, of what is said and kept.
    element: Option<ElementId>,
    groups: Vec<(&'a SegmentNight, Estimate)>,
    /// People × how far beyond.
    weight: f64,
}

/// Where the topic is one; of what is said and kept, the element on which it weighs most.
fn found(topic: EaseTopic, night: &SegmentNights) -> Option<Found<'_>> {
    if topic != EaseTopic::FollowThrough {
        return found_of(topic, None, night);
    }
    let each = ElementId::all().filter_map(|element| found_of(topic, Some(element), night));
    each.reduce(|most, next| if next.weight > most.weight { next } else { most })
}

fn found_of(topic: EaseTopic, element: Option<ElementId>, night: &SegmentNights) -> Option<Found<'_>> {
    let bound = bound(topic);
    let of = |group| -> Option<(&SegmentNight, Estimate)> {
        let group: &SegmentNight = group;
        let served = &group.lens.served;
        let figure = element.map_or_else(|| served.figure(bound.measure), |element| served.kept_on(element));
        let value = figure.estimate()?;
        bound.beyond(value).map(|_| (group, value))
    };
    let mut groups: Vec<_> = night.segments.iter().filter_map(of).collect();
    let beyond = |value: Estimate| bound.beyond(value).unwrap_or(0.0);
    groups.sort_by(|a, b| beyond(b.1).total_cmp(&beyond(a.1)).then(a.0.id.cmp(&b.0.id)));
    let weight = groups.iter().map(|(group, value)| group.profile.size as f64 * beyond(*value)).sum();
    (!groups.is_empty()).then_some(Found { topic, element, groups, weight })
}

/// Adds lines about what makes being served hard, by people × how far beyond the limit; what comes later is told.
pub(super) fn add(company: &mut Plan, night: &SegmentNights, catalogue: &Catalogue, settings: &PlanSettings) {
    let mut all: Vec<Found<'_>> = EaseTopic::ALL.into_iter().filter_map(|topic| found(topic, night)).collect();
    all.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.topic.cmp(&b.topic)));
    for (place, one) in all.iter().enumerate() {
        let because = bound(one.topic).because(one, catalogue);
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
        let (worst, bound) = (self.groups[0].0, bound(self.topic));
        let element = self.element.map(|element| worst.profile.element(element));
        let subject = Subject { segment: worst, element, need: None };
        let (reading, better) = (MetricReading::of(play.metric(), subject), better(catalogue, play));
        let goal = reading.goal(best_segment(night, play.metric(), better, subject), better, settings.plausible_effect);
        let people: u64 = self.groups.iter().map(|(group, _)| group.profile.size).sum();
        let told = |(group, value): &(&SegmentNight, Estimate)| {
            let mut map = segment_json(group);
            map.insert(bound.measure.to_owned(), json!({ "value": value.value, "low": value.low, "high": value.high }));
            Value::Object(map)
        };
        let groups: Vec<Value> = self.groups.iter().map(told).collect();
        let others = match self.groups.len() - 1 {
            0 => String::new(),
            n => format!(" So it is in {n} more groups; {} customers in all.", thousands(people)),
        };
        let mut evidence =
            json!({ "measure": bound.measure, "limit": bound.limit, "people": people, "groups": groups });
        if let (Some(element), Some(map)) = (self.element, evidence.as_object_mut()) {
            map.insert("element".to_owned(), json!(element.slug()));
        }
        Some(PlanLine {
            scope: LineScope::Company,
            segments: self.groups.iter().map(|(group, _)| group.id.clone()).collect(),
            people,
            baseline: reading.baseline(),
            target: goal.as_ref().map(|goal| goal.target),
            target_reason: goal.map(|goal| goal.reason).unwrap_or_default(),
            evidence,
            because: format!("{}{others}", bound.because(self, catalogue)),
            ..PlanLine::of_play(catalogue, play, channel)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::plan;
    use crate::rows::Figure;
    use crate::segment::fixture::{catalogue, night, segment};
    use valueseg_stats::interval::Interval;

    fn with(id: &str, told: &[(&'static str, f64, f64, f64)]) -> SegmentNight {
        let mut one = segment(id);
        let figure = |low, value, high| Figure::of(300, 300, Some(Interval { value, low, high }));
        let told = told.iter().map(|(measure, low, value, high)| (*measure, figure(*low, *value, *high)));
        let (kept, measures): (Vec<_>, Vec<_>) = told.partition(|(measure, _)| *measure == KEPT);
        one.lens.served.measures = measures;
        one.lens.served.kept =
            kept.into_iter().map(|(_, figure)| (ElementId::from_index(3).unwrap(), figure)).collect();
        one
    }

    fn company(segments: Vec<SegmentNight>) -> Plan {
        plan(&night(segments), catalogue(), &PlanSettings::default()).company
    }

    #[test]
    fn every_topic_has_its_line_where_it_is_surely_one_and_none_where_it_only_may_be() {
        for topic in EaseTopic::ALL {
            let Bound { measure, limit, above, .. } = bound(topic);
            let away: f64 = if above { limit + 0.1 } else { limit - 0.1 };
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
