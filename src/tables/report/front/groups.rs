//! The table of groups.

use serde::{Deserialize, Serialize};

use super::super::input::ReportInput;
use super::super::pyramid::contrast;
use super::super::quantity::Quantity;
use super::super::said::{Saying, plain, told};
use super::super::words::{anchor, count, money, percent, stem, unit};
use crate::catalogue::ElementId;
use crate::model::rows::Aspect;
use crate::model::segment::{Delivered, SegmentNight};

/// Elements named beside a group; of more than [`MANY`] groups one, so that the page stays one screen.
const NAMED: usize = 2;

/// Groups from which on the table is dense.
const MANY: usize = 8;

/// Whether the table is dense.
pub(super) fn is_dense(input: &ReportInput<'_>) -> bool {
    input.night.segments.len() > MANY
}

/// Elements named beside each group.
fn named(input: &ReportInput<'_>) -> usize {
    if is_dense(input) { 1 } else { NAMED }
}

/// Width and height of a sparkline.
const SPARK: [f64; 2] = [64.0, 16.0];

/// Change of size that shows: beyond so many roots of it, and so large a part of it. Our judgment.
const ROOTS: f64 = 3.0;
const PART: f64 = 0.01;

/// One group in the table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct GroupRow {
    id: String,
    anchor: Option<String>,
    /// Its own page; absent of those in no group.
    file: Option<String>,
    name: Saying,
    size: Quantity,
    share: Option<Quantity>,
    /// Length of the bar, 0–100 of the largest group.
    bar: String,
    trend: Trend,
    /// Points of the sparkline; absent before the third night.
    spark: Option<String>,
    value: Quantity,
    wants: Saying,
    fails: Saying,
    reach: Quantity,
    sure: Saying,
}

/// How a size moved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct Trend {
    /// `up`, `down`, `level` or `new`.
    way: String,
    word: Saying,
}

/// Groups in order, those without one last.
pub(super) fn rows(input: &ReportInput<'_>) -> Vec<GroupRow> {
    let all = || input.night.segments.iter().chain([&input.night.unassigned]);
    let largest = all().map(|group| group.profile.size).max().unwrap_or(1).max(1);
    let shown = all().filter(|group| group.id != "NONE" || group.profile.size > 0);
    shown.map(|group| row(input, group, largest)).collect()
}

fn row(input: &ReportInput<'_>, group: &SegmentNight, largest: u64) -> GroupRow {
    let (profile, is_segment) = (&group.profile, group.id != "NONE");
    let shown = !profile.suppressed;
    let not_shown = |text: Saying| if shown { text } else { told("figure.too_few") };
    let none = || plain("");
    GroupRow {
        id: group.id.clone(),
        anchor: is_segment.then(|| anchor(&group.id)),
        file: is_segment.then(|| format!("{}.html", stem(&group.id))),
        name: if is_segment { plain(group.name.as_str()) } else { told("who.no_group") },
        size: count(profile.size),
        share: profile.share.map(|share| percent(share.value)),
        bar: unit(profile.size as f64 / largest as f64 * 100.0),
        trend: trend(input, group),
        spark: spark(input, group),
        value: match profile.value_mean {
            _ if !shown => Quantity::Unknown { withheld: true },
            Some(mean) => money(mean.value, input.currency),
            None => Quantity::UNKNOWN,
        },
        wants: if is_segment { not_shown(wants(input, group)) } else { none() },
        fails: if is_segment { not_shown(fails(input, group)) } else { none() },
        reach: count(profile.reach.any),
        sure: profile.mean_probability.map_or_else(|| told("figure.unknown"), in_ten),
    }
}

/// A probability as “8 in 10”.
pub(in super::super) fn in_ten(probability: f64) -> Saying {
    told("sure.of_ten").with("n", format!("{:.0}", (probability * 10.0).clamp(0.0, 10.0)))
}

/// What the company calls an element, else its name.
pub(in super::super) fn called(input: &ReportInput<'_>, element: ElementId) -> String {
    let element = input.catalogue.element(element);
    element.item().unwrap_or_else(|| element.name()).to_owned()
}

fn joined(names: Vec<String>, none: &str) -> Saying {
    if names.is_empty() { told(none) } else { plain(names.join(", ")) }
}

/// What is wanted more than by the others, surely; else what it may be.
fn wants(input: &ReportInput<'_>, group: &SegmentNight) -> Saying {
    let mut found: Vec<_> = (group.profile.elements.iter())
        .filter_map(|element| Some((contrast(element, Aspect::Importance)?.d, element.element)))
        .filter(|(d, _)| d.value > 0.0 && input.is_sure(*d))
        .collect();
    found.sort_by(|a, b| b.0.value.total_cmp(&a.0.value).then(a.1.cmp(&b.1)));
    let asked = group.profile.elements.iter().any(|element| element.importance.is_some());
    let none = if asked { "who.like_everybody" } else { "who.not_asked" };
    joined(found.into_iter().take(named(input)).map(|(_, element)| called(input, element)).collect(), none)
}

/// What is surely wanted more than it is delivered; where wants were not asked, what is served worse than elsewhere.
fn fails(input: &ReportInput<'_>, group: &SegmentNight) -> Saying {
    let elements = || group.profile.elements.iter().filter(|element| !element.suppressed);
    let mut found: Vec<(f64, ElementId)> = elements()
        .filter(|element| element.delivered != Delivered::Yes)
        .filter_map(|element| Some((element.gap.filter(|gap| gap.low > 0.0)?.value, element.element)))
        .collect();
    if elements().all(|element| element.gap.is_none()) {
        let worse = |element| contrast(element, Aspect::Fulfillment).map(|c| c.d).filter(|d| d.high < 0.0);
        found = elements().filter_map(|element| Some((-worse(element)?.value, element.element))).collect();
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let asked = input.night.everyone.profile.elements.iter().any(|element| element.fulfillment_answers > 0);
    let none = if asked { "who.nothing_sure" } else { "who.not_asked" };
    if !asked {
        return told(none);
    }
    joined(found.into_iter().take(named(input)).map(|(_, element)| called(input, element)).collect(), none)
}

/// How the size moved since the oldest night kept, or the newest where there is but one.
pub(in super::super) fn trend(input: &ReportInput<'_>, group: &SegmentNight) -> Trend {
    let of = |way: &str, word: Saying| Trend { way: way.to_owned(), word };
    let past = input.history.long_ago().or(input.history.before());
    let Some(then) = past.and_then(|night| night.groups.get(&group.id)?.size) else {
        return of("new", told(if past.is_none() { "trend.first_night" } else { "trend.new" }));
    };
    let (now, then) = (group.profile.size as f64, then as f64);
    let change = now - then;
    if change.abs() <= (ROOTS * then.max(now).sqrt()).max(PART * then) {
        return of("level", told("trend.steady"));
    }
    let part = percent(change.abs() / then.max(1.0));
    if change > 0.0 {
        of("up", told("trend.up").with("part", part))
    } else {
        of("down", told("trend.down").with("part", part))
    }
}

/// Sizes of the last nights as a line; gaps are bridged, and two points make no line.
fn spark(input: &ReportInput<'_>, group: &SegmentNight) -> Option<String> {
    let sizes: Vec<Option<u64>> = input.history.sizes(&group.id).chain([Some(group.profile.size)]).collect();
    let known: Vec<(usize, f64)> =
        sizes.iter().enumerate().filter_map(|(i, size)| Some((i, (*size)? as f64))).collect();
    if known.len() < 3 {
        return None;
    }
    let (low, high) =
        known.iter().fold((f64::MAX, 0.0_f64), |(low, high), (_, size)| (low.min(*size), high.max(*size)));
    // A line that moves by less than a tenth of the size is drawn flat enough to say so.
    let (middle, span) = (f64::midpoint(low, high), (high - low).max(0.1 * high).max(1.0));
    let at = |(i, size): &(usize, f64)| {
        let x = 1.0 + *i as f64 / (sizes.len() - 1) as f64 * (SPARK[0] - 2.0);
        let y = SPARK[1] / 2.0 - (size - middle) / span * (SPARK[1] - 4.0);
        format!("{},{}", unit(x), unit(y))
    };
    Some(known.iter().map(at).collect::<Vec<_>>().join(" "))
}
