//! The table of groups.

use serde::Serialize;

use super::super::input::ReportInput;
use super::super::pyramid::contrast;
use super::super::words::{anchor, count, money, percent, unit};
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
#[derive(Debug, Serialize)]
pub(super) struct GroupRow {
    id: String,
    anchor: Option<String>,
    name: String,
    size: String,
    share: String,
    /// Length of the bar, 0–100 of the largest group.
    bar: String,
    /// `up`, `down`, `level` or `new`.
    trend: &'static str,
    trend_word: String,
    /// Points of the sparkline; absent before the third night.
    spark: Option<String>,
    value: String,
    wants: String,
    fails: String,
    reach: String,
    sure: String,
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
    let (trend, trend_word) = trend(input, group);
    let not_shown = |text: String| if shown { text } else { "too few to show".to_owned() };
    GroupRow {
        id: group.id.clone(),
        anchor: is_segment.then(|| anchor(&group.id)),
        name: if is_segment { group.name.clone() } else { "In no group".to_owned() },
        size: count(profile.size),
        share: profile.share.map_or_else(String::new, |share| percent(share.value)),
        bar: unit(profile.size as f64 / largest as f64 * 100.0),
        trend,
        trend_word,
        spark: spark(input, group),
        value: not_shown(
            profile.value_mean.map_or_else(|| "not known".to_owned(), |mean| money(mean.value, input.currency)),
        ),
        wants: if is_segment { not_shown(wants(input, group)) } else { String::new() },
        fails: if is_segment { not_shown(fails(input, group)) } else { String::new() },
        reach: count(profile.reach.any),
        sure: profile.mean_probability.map_or_else(|| "not known".to_owned(), in_ten),
    }
}

/// A probability as “8 in 10”.
pub(super) fn in_ten(probability: f64) -> String {
    format!("{:.0} in 10", (probability * 10.0).clamp(0.0, 10.0))
}

/// What the company calls an element, else its name.
pub(super) fn called(input: &ReportInput<'_>, element: ElementId) -> String {
    let element = input.catalogue.element(element);
    element.item().unwrap_or_else(|| element.name()).to_owned()
}

fn joined(names: Vec<String>, none: &str) -> String {
    if names.is_empty() { none.to_owned() } else { names.join(", ") }
}

/// What is wanted more than by the others, surely; else what it may be.
fn wants(input: &ReportInput<'_>, group: &SegmentNight) -> String {
    let mut found: Vec<_> = (group.profile.elements.iter())
        .filter_map(|element| Some((contrast(element, Aspect::Importance)?.d, element.element)))
        .filter(|(d, _)| d.value > 0.0 && input.is_sure(*d))
        .collect();
    found.sort_by(|a, b| b.0.value.total_cmp(&a.0.value).then(a.1.cmp(&b.1)));
    let asked = group.profile.elements.iter().any(|element| element.importance.is_some());
    let none = if asked { "like everybody" } else { "not asked" };
    joined(found.into_iter().take(named(input)).map(|(_, element)| called(input, element)).collect(), none)
}

/// What is surely wanted more than it is delivered; where wants were not asked, what is served worse than elsewhere.
fn fails(input: &ReportInput<'_>, group: &SegmentNight) -> String {
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
    let none = if asked { "nothing for sure" } else { "not asked" };
    if !asked {
        return none.to_owned();
    }
    joined(found.into_iter().take(named(input)).map(|(_, element)| called(input, element)).collect(), none)
}

/// How the size moved since the oldest night kept, or the newest where there is but one.
fn trend(input: &ReportInput<'_>, group: &SegmentNight) -> (&'static str, String) {
    let past = input.history.long_ago().or(input.history.before());
    let Some(then) = past.and_then(|night| night.groups.get(&group.id)?.size) else {
        return ("new", if past.is_none() { "first night".to_owned() } else { "new".to_owned() });
    };
    let (now, then) = (group.profile.size as f64, then as f64);
    let change = now - then;
    if change.abs() <= (ROOTS * then.max(now).sqrt()).max(PART * then) {
        return ("level", "steady".to_owned());
    }
    let part = percent(change.abs() / then.max(1.0));
    if change > 0.0 { ("up", format!("up {part}")) } else { ("down", format!("down {part}")) }
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
