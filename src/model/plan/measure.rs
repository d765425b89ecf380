//! What a line is measured by: the metric's value now, what a test of some size can see, and what to aim for.

use valueseg_catalogue::Better;
use valueseg_stats::interval::Z95;
use valueseg_stats::power::{DEFAULT_BASE_RATE, smallest_detectable_difference, smallest_detectable_rise};

use crate::rows::{Estimate, Figure};
use crate::segment::{ElementProfile, NeedProfile, SegmentNight, SegmentNights};

/// Spread of single answers on a 0–10 scale, where it is not known. Our judgment, on the wide side.
const RATING_SPREAD: f64 = 2.5;

/// Largest change of a score in points, −100 to 100, that is plausible within a test. Our judgment.
const PLAUSIBLE_POINTS: f64 = 10.0;

/// Largest change of a share that is plausible as a goal. Our judgment.
const PLAUSIBLE_SHARE: f64 = 0.10;

/// What a metric's value means for a test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct MetricReading {
    kind: ReadingKind,
    /// Share of the people tested who have a value: those who answer, where it is asked.
    answering: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum ReadingKind {
    /// A share, 0–1.
    Share(f64),
    /// A mean with the spread of single values; the change is told in its own unit relative to it.
    Mean { value: f64, spread: f64 },
    /// Points from −100 to 100 with the spread of single answers; a change is told in hundreds of points.
    Points { value: f64, spread: f64 },
    /// No value known: a response rate of [`DEFAULT_BASE_RATE`] stands in for the test.
    Nothing,
}

/// What a line is about, as far as its metric asks.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) segment: &'a SegmentNight,
    pub(super) element: Option<&'a ElementProfile>,
    pub(super) need: Option<&'a NeedProfile>,
}

/// What to aim for, and why.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Goal {
    pub(super) target: f64,
    pub(super) reason: String,
}

impl MetricReading {
    /// The metric's value of a subject.
    pub(super) fn of(metric: &str, subject: Subject) -> Self {
        let profile = &subject.segment.profile;
        let asked = |answers: u64, kind: ReadingKind| Self {
            kind,
            answering: if profile.members == 0 { 0.0 } else { (answers as f64 / profile.members as f64).min(1.0) },
        };
        // A rate is counted of those who could do it at all, such as buy again.
        let rate = |figure: Figure| figure.estimate().map(|e| asked(e.n, ReadingKind::Share(e.value)));
        let found = match metric {
            "element_high_share" => subject
                .element
                .and_then(|e| Some(asked(e.fulfillment_answers, ReadingKind::Share(e.high_share?.value)))),
            "good_brand_share" => profile.good_brand.map(|e| asked(profile.respondents, ReadingKind::Share(e.value))),
            "need_fulfillment" => {
                subject.need.and_then(|n| n.fulfillment).map(|e| asked(profile.respondents, rating(e)))
            }
            "satisfaction" => profile.satisfaction.map(|e| asked(profile.respondents, rating(e))),
            "nps" => profile.nps.map(|e| {
                let spread = spread(e, profile.nps_answers);
                asked(profile.nps_answers, ReadingKind::Points { value: e.value, spread })
            }),
            "value_per_customer" => profile.value_mean.map(|e| Self {
                kind: ReadingKind::Mean { value: e.value, spread: spread(e, profile.size) },
                answering: 1.0,
            }),
            // Asking all of them again could bring all: nobody has to answer for this to be counted.
            "answer_share" => (profile.respondents > 0).then(|| Self {
                kind: ReadingKind::Share((profile.respondents as f64 / profile.members.max(1) as f64).min(1.0)),
                answering: 1.0,
            }),
            "repeat_rate" => rate(subject.segment.lens.rates.reordered),
            "retention_rate" => rate(subject.segment.lens.rates.stayed),
            "return_rate" => rate(subject.segment.lens.rates.returned),
            "complaint_rate" => rate(subject.segment.lens.rates.complained),
            "repeat_contact_rate" => rate(subject.segment.lens.rates.recontacted),
            "promises_kept_share" => rate(subject.segment.lens.consistency.promises_kept),
            "effort" | "experience_end" => {
                subject.segment.lens.served.figure(metric).estimate().map(|e| asked(e.n, rating(e)))
            }
            "said_and_kept" => subject.element.and_then(|element| {
                let kept = subject.segment.lens.served.kept_on(element.element).estimate()?;
                Some(asked(kept.n, rating(kept)))
            }),
            // Measures of how easily customers are served go by the same names.
            measure => rate(subject.segment.lens.served.figure(measure)),
        };
        found.unwrap_or(Self { kind: ReadingKind::Nothing, answering: 1.0 })
    }

    /// The value now; `None` = not known.
    pub(super) fn baseline(&self) -> Option<f64> {
        match self.kind {
            ReadingKind::Share(value) | ReadingKind::Mean { value, .. } | ReadingKind::Points { value, .. } => {
                Some(value)
            }
            ReadingKind::Nothing => None,
        }
    }

    /// Smallest change that so many people, half of them held out by lot, can show; relative, of points in hundreds.
    ///
    /// METHOD: shares are tested from their own level, unless it is 0 or 1 or so near that no test could show more; means by
    /// the difference of two means; a metric without a known value as a response rate of one in ten. Metrics that should
    /// fall are treated as if they should rise, which asks for slightly more customers than needed. Where the metric is
    /// asked, only the share that answered so far counts.
    pub(super) fn detectable(&self, people: u64) -> Option<f64> {
        let answering = (people as f64 * self.answering) as u64;
        let (treated, control) = (answering / 2, answering - answering / 2);
        let default = || smallest_detectable_rise(DEFAULT_BASE_RATE, treated, control);
        match self.kind {
            ReadingKind::Share(value) => smallest_detectable_rise(value, treated, control).or_else(default),
            ReadingKind::Mean { value, spread } => smallest_detectable_difference(spread, treated, control)
                .filter(|_| value > 0.0)
                .map(|step| step / value),
            ReadingKind::Points { spread, .. } => {
                smallest_detectable_difference(spread, treated, control).map(|step| step / 100.0)
            }
            ReadingKind::Nothing => default(),
        }
    }

    /// The largest change that is plausible, in the unit of [`MetricReading::detectable`].
    pub(super) fn plausible(&self, plausible_effect: f64) -> f64 {
        if matches!(self.kind, ReadingKind::Points { .. }) { PLAUSIBLE_POINTS / 100.0 } else { plausible_effect }
    }

    /// People from which a plausible change shows; `None` = no number would do.
    pub(super) fn people_needed(&self, plausible_effect: f64) -> Option<u64> {
        let plausible = self.plausible(plausible_effect);
        let shows = |people: u64| self.detectable(people).is_some_and(|effect| effect <= plausible);
        let (mut low, mut high) = (0, 4);
        while !shows(high) {
            (low, high) = (high, high.checked_mul(2)?);
            if high > MOST_PEOPLE {
                return None;
            }
        }
        while high - low > 1 {
            let middle = u64::midpoint(low, high);
            if shows(middle) { high = middle } else { low = middle }
        }
        Some(high)
    }

    /// What to aim for: what the best group has, no further than a plausible change goes.
    ///
    /// METHOD (our judgment): a goal that a group of the same company has reached can be reached; what a test can see is no goal.
    pub(super) fn goal(&self, best: Option<Best<'_>>, better: Better, plausible_effect: f64) -> Option<Goal> {
        let (value, step, said) = match self.kind {
            ReadingKind::Share(value) => (value, PLAUSIBLE_SHARE.min(value.max(1.0 - value)), "10 percentage points"),
            ReadingKind::Mean { value, .. } => (value, plausible_effect * value.abs(), "a plausible size"),
            ReadingKind::Points { value, .. } => (value, PLAUSIBLE_POINTS, "10 points"),
            ReadingKind::Nothing => return None,
        };
        let Some(best) = best.filter(|best| ahead(best.value, value, better)) else {
            return Some(Goal { target: value, reason: "no other group does better: keep it".to_owned() });
        };
        let furthest = if better == Better::Higher { value + step } else { value - step };
        if ahead(best.value, furthest, better) {
            return Some(Goal {
                target: furthest,
                reason: format!("a step of {said} toward what “{}” has", best.group),
            });
        }
        Some(Goal { target: best.value, reason: format!("what “{}” has", best.group) })
    }
}

/// Whether the first value is better than the second.
pub(super) fn ahead(one: f64, other: f64, better: Better) -> bool {
    if better == Better::Higher { one > other } else { one < other }
}

/// The best of all segments on a metric, about what `subject` is about; `None` = of none is it known.
pub(super) fn best_segment<'a>(
    night: &'a SegmentNights,
    metric: &str,
    better: Better,
    subject: Subject,
) -> Option<Best<'a>> {
    let value = |segment: &SegmentNight| {
        let element = subject.element.map(|e| segment.profile.element(e.element));
        let need = subject.need.and_then(|n| segment.profile.needs.iter().find(|other| other.tier == n.tier));
        MetricReading::of(metric, Subject { segment, element, need }).baseline()
    };
    let known = night.segments.iter().filter_map(|s| Some(Best { group: &s.name, value: value(s)? }));
    known.reduce(|best, next| if ahead(next.value, best.value, better) { next } else { best })
}

/// The best group on a metric.
#[derive(Clone, Copy, Debug)]
pub(super) struct Best<'a> {
    pub(super) group: &'a str,
    pub(super) value: f64,
}

/// More people than there are.
const MOST_PEOPLE: u64 = 10_000_000_000;

fn rating(e: Estimate) -> ReadingKind {
    ReadingKind::Mean { value: e.value, spread: RATING_SPREAD }
}

/// Spread of single values, read back from the interval of their mean.
fn spread(e: Estimate, n: u64) -> f64 {
    (e.high - e.low) / 2.0 / Z95 * (n as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::fixture::{catalogue, segment};
    use valueseg_stats::interval::Interval;

    fn reading(metric: &str) -> MetricReading {
        MetricReading::of(metric, Subject { segment: &segment("S01"), element: None, need: None })
    }

    #[test]
    fn the_people_needed_are_the_fewest_that_show_a_plausible_change() {
        // By hand, 10 % against 13 %, n in each arm: 7.848880·(0.1·0.9 + 0.13·0.87)/0.03² = 1,771.2; with 1,771 treated and
        // 1,772 held out 7.848880·(0.09/1,772 + 0.1131/1,771) is below 0.03², with 1,771 in each it is not.
        let needed = reading("not_known").people_needed(0.3).unwrap();
        assert_eq!(needed, 1_771 + 1_772);
        assert!(reading("not_known").detectable(needed - 1).unwrap() > 0.3);
    }

    #[test]
    fn every_metric_of_the_catalogue_is_computed() {
        let mut segment = segment("S01");
        let half = Figure::of(300, 300, Some(Interval { value: 0.5, low: 0.4, high: 0.6 }));
        let rates = &mut segment.lens.rates;
        for figure in [&mut rates.reordered, &mut rates.stayed, &mut rates.returned, &mut rates.complained] {
            *figure = half;
        }
        rates.recontacted = half;
        segment.lens.consistency.promises_kept = half;
        let told = super::super::ease::MEASURES.map(|measure| (measure, half));
        segment.lens.served.measures = told.to_vec();
        let (element, need) = (segment.profile.elements[0].clone(), segment.profile.needs[0].clone());
        segment.lens.served.kept = vec![(element.element, half)];
        let subject = Subject { segment: &segment, element: Some(&element), need: Some(&need) };
        for metric in catalogue().metrics() {
            assert!(MetricReading::of(metric.id(), subject).baseline().is_some(), "{}", metric.id());
        }
    }

    #[test]
    fn where_a_metric_is_asked_only_those_who_answer_count() {
        // 300 of 5,000 answered: a test on 5,000 rests on 300.
        let (asked, all) = (reading("nps"), reading("value_per_customer"));
        assert!((asked.answering - 0.06).abs() < 1e-12 && (all.answering - 1.0).abs() < 1e-12);
        assert!(asked.people_needed(0.3) > all.people_needed(0.3));
    }

    #[test]
    fn the_goal_is_what_the_best_group_has_and_no_further_than_is_plausible() {
        let nps = reading("nps");
        let told = |value: Option<f64>| {
            nps.goal(value.map(|value| Best { group: "Time", value }), Better::Higher, 0.3).unwrap()
        };
        assert_eq!(told(Some(26.0)), Goal { target: 26.0, reason: "what “Time” has".to_owned() });
        assert_eq!(told(Some(60.0)).target, 30.0);
        assert_eq!(told(Some(60.0)).reason, "a step of 10 points toward what “Time” has");
        assert_eq!(told(Some(5.0)).reason, "no other group does better: keep it");
        assert_eq!(told(None).target, 20.0);
        assert_eq!(reading("not_known").goal(None, Better::Higher, 0.3), None);
    }
}
