//! What a group wants, and where the company fails it.

use serde::{Deserialize, Serialize};

use super::super::front::called;
use super::super::input::ReportInput;
use super::super::pyramid::contrast;
use super::super::said::{Saying, told};
use super::super::words::{how_much, percent};
use super::none;
use crate::catalogue::ElementId;
use crate::model::rows::{Aspect, Estimate};
use crate::model::segment::{Delivered, ElementProfile, SegmentNight};

/// Standardized difference from which an element stands out. Source: Cohen's "small" effect.
const STANDS_OUT: f64 = 0.2;

/// Wants and failures named on a page.
const WANTS: usize = 3;
const FAILURES: usize = 2;

/// Findings, or why there are none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Findings {
    points: Vec<Point>,
    none: Saying,
}

impl Default for Findings {
    fn default() -> Self {
        Self { points: Vec::new(), none: none() }
    }
}

impl Findings {
    fn of(points: Vec<Point>, none: &str) -> Self {
        Self { points, none: told(none) }
    }
}

/// A finding: an element, what is said of it, and whether chance could have made it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Point {
    what: String,
    words: Saying,
    /// How many rate it high; absent where it is not known.
    high: Option<Saying>,
    sure: bool,
}

/// Up to three elements on which the group lies above the rest: the sure ones first, then the unsure ones, said to be so.
pub(super) fn stands_out(input: &ReportInput<'_>, segment: &SegmentNight) -> Findings {
    let Some(aspect) = input.shown() else { return Findings::of(Vec::new(), "found.not_measured") };
    let above = |element: &ElementProfile| contrast(element, aspect).map(|c| c.d).filter(|d| d.value >= STANDS_OUT);
    let mut found: Vec<_> =
        segment.profile.elements.iter().filter_map(|element| Some((above(element)?, element))).collect();
    // What is sure comes before what is large.
    found.sort_by(|a, b| {
        let sure = input.is_sure(b.0).cmp(&input.is_sure(a.0));
        sure.then(b.0.value.total_cmp(&a.0.value)).then(a.1.element.cmp(&b.1.element))
    });
    let points = found.into_iter().take(WANTS).map(|(d, element)| {
        let key = match aspect {
            Aspect::Importance => format!("found.matters_{}", how_much(d.value)),
            Aspect::Fulfillment => format!("found.better_{}", how_much(d.value)),
        };
        point(input, element.element, told(&key), None, input.is_sure(d))
    });
    Findings::of(points.collect(), "found.typical")
}

/// Up to two elements that the group wants more than it gets; where only fulfillment is known, on which it is served worse
/// than the rest.
pub(super) fn lacks(input: &ReportInput<'_>, segment: &SegmentNight) -> Findings {
    let not_asked = input.night.everyone.profile.elements.iter().all(|element| element.fulfillment_answers == 0);
    // Fulfillment is inferred of everybody once a model is there; where nobody was asked it is no ground for a finding.
    let elements = || segment.profile.elements.iter().filter(|element| !element.suppressed && !not_asked);
    if elements().any(|element| element.gap.is_some()) {
        let wanting = |element: &ElementProfile| {
            element.gap.filter(|gap| gap.value > 0.0 && gap.low > 0.0 && element.delivered != Delivered::Yes)
        };
        let mut found: Vec<_> = elements().filter_map(|element| Some((wanting(element)?, element))).collect();
        found.sort_by(|a, b| b.0.value.total_cmp(&a.0.value).then(a.1.element.cmp(&b.1.element)));
        let points = found
            .into_iter()
            .take(FAILURES)
            .map(|(_, element)| point(input, element.element, told("found.short"), element.high_share, true));
        return Findings::of(points.collect(), "found.nothing_short");
    }
    if elements().any(|element| element.fulfillment_difference.is_some()) {
        let mut found: Vec<_> = elements()
            .filter_map(|element| Some((contrast(element, Aspect::Fulfillment)?.d, element)))
            .filter(|(d, _)| d.value <= -STANDS_OUT && d.high < 0.0)
            .collect();
        found.sort_by(|a, b| a.0.value.total_cmp(&b.0.value).then(a.1.element.cmp(&b.1.element)));
        let points = found.into_iter().take(FAILURES).map(|(d, element)| {
            let words = told(&format!("found.worse_{}", how_much(d.value)));
            point(input, element.element, words, element.high_share, input.is_sure(d))
        });
        return Findings::of(points.collect(), "found.nothing_worse");
    }
    Findings::of(Vec::new(), "found.not_asked")
}

fn point(input: &ReportInput<'_>, element: ElementId, words: Saying, high: Option<Estimate>, sure: bool) -> Point {
    let high = high.map(|high| told("found.high").with("share", percent(high.value)));
    Point { what: called(input, element), words, high, sure }
}
