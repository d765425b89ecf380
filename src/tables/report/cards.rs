//! One card per group: what stands out, what lacks, what it is worth, how sure that is.

use serde::Serialize;

use super::input::ReportInput;
use super::needs::{NeedBars, longest_share, need_bars};
use super::pyramid::{Pyramid, contrast, pyramid};
use super::words::{anchor, count, decimal, difference, how_much, many, percent, points, score, share, signed};
use super::worth::Worth;
use crate::model::rows::{Aspect, Estimate};
use crate::model::segment::{Delivered, ElementProfile, SegmentNight, Trace};

/// Standardized difference from which an element stands out. Source: Cohen's "small" effect.
const STANDS_OUT: f64 = 0.2;

/// A group as the page shows it.
#[derive(Debug, Serialize)]
pub(super) struct Card {
    id: String,
    anchor: String,
    name: String,
    description: String,
    size: String,
    share: String,
    suppressed: bool,
    stands_out: Vec<Point>,
    stands_out_none: &'static str,
    lacks: Vec<Point>,
    lacks_none: &'static str,
    traces: Vec<Did>,
    facts: Vec<Fact>,
    needs: Option<NeedBars>,
    pyramid: Option<Pyramid>,
}

/// A finding: what, in words, and the figures behind the words.
#[derive(Debug, Serialize)]
struct Point {
    what: String,
    words: String,
    figures: String,
    sure: &'static str,
}

/// Something members do more or less than others.
#[derive(Debug, Serialize)]
struct Did {
    what: String,
    words: &'static str,
    figures: String,
}

#[derive(Debug, Serialize)]
struct Fact {
    label: &'static str,
    value: String,
    note: String,
}

/// Cards in segment order.
pub(super) fn cards(input: &ReportInput<'_>) -> Vec<Card> {
    input.night.segments.iter().map(|segment| card(input, segment)).collect()
}

fn card(input: &ReportInput<'_>, segment: &SegmentNight) -> Card {
    let details = !segment.profile.suppressed;
    let (stands_out, stands_out_none) = if details { stands_out(input, segment) } else { (Vec::new(), "") };
    let (lacks, lacks_none) = if details { lacks(input, segment) } else { (Vec::new(), "") };
    Card {
        id: segment.id.clone(),
        anchor: anchor(&segment.id),
        name: segment.name.clone(),
        description: segment.description.clone(),
        size: many(segment.profile.size, "customer", "customers"),
        share: share(segment.profile.share),
        suppressed: segment.profile.suppressed,
        stands_out,
        stands_out_none,
        lacks,
        lacks_none,
        traces: if details { traces(&segment.traces) } else { Vec::new() },
        facts: if details { facts(input, segment) } else { Vec::new() },
        needs: details.then(|| need_bars(segment, longest_share(input))).flatten(),
        pyramid: if details { pyramid(input, segment) } else { None },
    }
}

/// What members do, in words.
fn traces(traces: &[Trace]) -> Vec<Did> {
    let did = |trace: &Trace| Did {
        what: trace.name.clone(),
        words: if trace.difference > 0.0 { "higher than most" } else { "lower than most" },
        figures: format!("{} standard deviations from the mean customer", signed(trace.difference, 1)),
    };
    traces.iter().map(did).collect()
}

/// Up to three elements on which the group lies above the rest: the sure ones first, then the unsure ones, said to be so.
fn stands_out(input: &ReportInput<'_>, segment: &SegmentNight) -> (Vec<Point>, &'static str) {
    let Some(aspect) = input.shown() else {
        return (Vec::new(), "Not known: how groups differ could not be measured.");
    };
    let (verb, more) = match aspect {
        Aspect::Importance => ("matters", "more than to others"),
        Aspect::Fulfillment => ("is rated", "better than by others"),
    };
    let above = |element: &ElementProfile| contrast(element, aspect).map(|c| c.d).filter(|d| d.value >= STANDS_OUT);
    let mut found: Vec<_> =
        segment.profile.elements.iter().filter_map(|element| Some((above(element)?, element))).collect();
    // What is sure comes before what is large.
    found.sort_by(|a, b| {
        let sure = input.is_sure(b.0).cmp(&input.is_sure(a.0));
        sure.then(b.0.value.total_cmp(&a.0.value)).then(a.1.element.cmp(&b.1.element))
    });
    let points = found.into_iter().take(3).map(|(d, element)| Point {
        what: input.catalogue.element(element.element).name().to_owned(),
        words: format!("{verb} {} {more}", how_much(d.value)),
        figures: difference(Some(d)),
        sure: sure_word(input, d),
    });
    (points.collect(), "Nothing stands out: a typical group.")
}

fn sure_word(input: &ReportInput<'_>, d: Estimate) -> &'static str {
    if input.is_sure(d) { "sure" } else { "unsure" }
}

/// Up to two elements that the group wants more than it gets; where only fulfillment is known, on which it is served
/// worse than the rest.
fn lacks(input: &ReportInput<'_>, segment: &SegmentNight) -> (Vec<Point>, &'static str) {
    let not_asked = input.night.everyone.profile.elements.iter().all(|element| element.fulfillment_answers == 0);
    // Fulfillment is inferred of everybody once a model is there; where nobody was asked it is no ground for a finding.
    let elements = || segment.profile.elements.iter().filter(|element| !element.suppressed && !not_asked);
    if elements().any(|element| element.gap.is_some()) {
        let wanting = |element: &ElementProfile| {
            element.gap.filter(|gap| gap.value > 0.0 && gap.low > 0.0 && element.delivered != Delivered::Yes)
        };
        let mut found: Vec<_> = elements().filter_map(|element| Some((wanting(element)?, element))).collect();
        found.sort_by(|a, b| b.0.value.total_cmp(&a.0.value).then(a.1.element.cmp(&b.1.element)));
        let points = found.into_iter().take(2).map(|(gap, element)| Point {
            what: input.catalogue.element(element.element).name().to_owned(),
            words: "is wanted more than it is delivered".to_owned(),
            figures: format!("gap {}{}", difference(Some(gap)), high_share(element)),
            sure: "sure",
        });
        return (points.collect(), "Nothing is wanted surely more than it is delivered.");
    }
    if elements().any(|element| element.fulfillment_difference.is_some()) {
        let mut found: Vec<_> = elements()
            .filter_map(|element| Some((contrast(element, Aspect::Fulfillment)?.d, element)))
            .filter(|(d, _)| d.value <= -STANDS_OUT && d.high < 0.0)
            .collect();
        found.sort_by(|a, b| a.0.value.total_cmp(&b.0.value).then(a.1.element.cmp(&b.1.element)));
        let points = found.into_iter().take(2).map(|(d, element)| Point {
            what: input.catalogue.element(element.element).name().to_owned(),
            words: format!("is rated {} worse than by others", how_much(d.value)),
            figures: format!("{}{}", difference(Some(d)), high_share(element)),
            sure: sure_word(input, d),
        });
        return (points.collect(), "Nothing is served surely worse than elsewhere.");
    }
    (Vec::new(), "Not known: nobody was asked how well the elements are delivered.")
}

fn high_share(element: &ElementProfile) -> String {
    element.high_share.map_or_else(String::new, |high| {
        format!("; {} rate it high, of {}", percent(high.value), many(element.fulfillment_answers, "answer", "answers"))
    })
}

fn facts(input: &ReportInput<'_>, segment: &SegmentNight) -> Vec<Fact> {
    let reach = &segment.profile.reach;
    let worth = Worth::of(&segment.profile, input.currency);
    let mut facts = vec![
        Fact { label: "Value in a year", value: worth.figure, note: worth.note },
        Fact {
            label: "Would recommend (NPS)",
            value: points(segment.profile.nps),
            note: many(segment.profile.nps_answers, "answer", "answers"),
        },
        Fact { label: "Satisfaction, 0–10", value: score(segment.profile.satisfaction), note: String::new() },
        Fact { label: "Say “a good brand”", value: share(segment.profile.good_brand), note: String::new() },
        Fact {
            label: "Answered the survey",
            value: count(segment.profile.respondents),
            note: segment.profile.mean_probability.map_or_else(String::new, |p| {
                format!("members belong here with a probability of {} on average", percent(p))
            }),
        },
        Fact {
            label: "Within reach",
            value: count(reach.any),
            note: format!(
                "e-mail {}, text {}, push {}, phone {}, post {}; {} held out",
                count(reach.email),
                count(reach.sms),
                count(reach.push),
                count(reach.phone),
                count(reach.post),
                count(reach.held_out),
            ),
        },
    ];
    facts.extend(segment.profile.detectable_effect.map(|effect| Fact {
        label: "A test here can show",
        value: format!("a change of {} or more", percent(effect)),
        note: "of a response rate of 10\u{a0}%".to_owned(),
    }));
    facts.extend(segment.jaccard.map(|jaccard| Fact {
        label: "Found again in resamples",
        value: found_again(jaccard),
        note: String::new(),
    }));
    facts
}

/// Jaccard in words, by the customary bands 0.60, 0.75 and 0.85.
fn found_again(jaccard: f64) -> String {
    let word = match jaccard {
        j if j >= 0.85 => "very stable",
        j if j >= 0.75 => "stable",
        j if j >= 0.60 => "doubtful",
        _ => "unstable",
    };
    format!("{} ({word})", decimal(jaccard, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stability_is_told_in_bands() {
        assert_eq!(found_again(0.9), "0.90 (very stable)");
        assert_eq!(found_again(0.59), "0.59 (unstable)");
    }
}
