//! `segments`, `segment_elements` and `segment_needs`, from the profiles of a night.

use std::collections::BTreeMap;

use super::drivers::{leading, leading_needs};
use super::{Row, TableRows, WriteError};
use crate::catalogue::{ElementId, Level};
use crate::model::rows::Estimate;
use crate::model::segment::drivers::{Drivers, ElementDriver, Kano, Quadrant, StatedDerived};
use crate::model::segment::lens::{GroupLens, Lens};
use crate::model::segment::{Contrast, ElementProfile, Profiles, SegmentProfile};
use crate::tables::schema::TableId;

/// What the fit knows about the segments and the profiles do not repeat.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SolutionFacts {
    /// `natural`, `reproducible` or `constructive`; `None` = not tested.
    pub label: Option<String>,
    /// Jaccard over resamples by segment, in segment order; `None`, or a shorter list, = not measured.
    pub jaccard: Vec<Option<f64>>,
}

/// Sizes on earlier nights: customers and share, by segment id; what was withheld then is not there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EarlierSizes {
    /// On the night before.
    pub short: BTreeMap<String, (i64, Option<f64>)>,
    /// 30 nights ago.
    pub long: BTreeMap<String, (i64, Option<f64>)>,
}

/// Everybody, the unassigned, and the segments, each with its kind and place among the segments.
fn groups(profiles: &Profiles) -> impl Iterator<Item = (&'static str, Option<usize>, &SegmentProfile)> {
    let segments = profiles.segments.iter().enumerate().map(|(i, segment)| ("segment", Some(i), segment));
    [("everyone", None, &profiles.everyone), ("unassigned", None, &profiles.unassigned)].into_iter().chain(segments)
}

/// `segments`; `lens` is of the same segments.
///
/// # Errors
/// None for profiles as documented.
pub fn segments_table(
    profiles: &Profiles,
    solution: &SolutionFacts,
    (lens, earlier): (&Lens, &EarlierSizes),
) -> Result<TableRows, WriteError> {
    let mut table = TableRows::new(TableId::Segments);
    for (kind, place, segment) in groups(profiles) {
        let row = Row::new()
            .set("segment_id", &segment.segment_id)
            .set("kind", kind)
            .set("name", &segment.name)
            .set("description", &segment.description)
            .set("size", segment.size)
            .set_estimate(["share", "share_low", "share_high"], segment.share)
            .set("respondents", segment.respondents)
            .set("value_total", segment.value_total)
            .set("value_share", segment.value_share)
            .set_estimate(["value_mean", "value_mean_low", "value_mean_high"], segment.value_mean)
            .set("mean_probability", segment.mean_probability)
            .set("jaccard", place.and_then(|i| solution.jaccard.get(i).copied().flatten()))
            .set("label", place.and(solution.label.as_ref()))
            .set("detectable_effect", segment.detectable_effect)
            .set("suppressed", segment.suppressed);
        let row = with_reach(with_mix(with_outcomes(row, segment), segment), segment);
        let row = with_changes(row, segment, earlier);
        let close = lens.groups().find(|group| group.group == segment.segment_id);
        table.push(close.map_or(row.clone(), |close| with_lens(row, close)))?;
    }
    Ok(table)
}

fn with_lens(row: Row, group: &GroupLens) -> Row {
    const ARC: [&str; 6] = [
        "arc_unknown_share",
        "arc_exists_share",
        "arc_opinion_share",
        "arc_meaning_share",
        "arc_part_of_life_share",
        "arc_indispensable_share",
    ];
    let connection = &group.connection;
    let rival = group.best_rival().and_then(|rival| rival.gap.estimate());
    let kind = |name: &str| group.consistency.kinds.iter().find(|(kind, _)| *kind == name).and_then(|(_, f)| f.value);
    let row = row
        .set_estimate(
            ["connection_score", "connection_score_low", "connection_score_high"],
            connection.score().estimate(),
        )
        .set_estimate(
            ["good_brand_gap", "good_brand_gap_low", "good_brand_gap_high"],
            connection.good_brand_gap.estimate(),
        )
        .set_estimate(["competitor_gap", "competitor_gap_low", "competitor_gap_high"], rival)
        .set("journey_consistency", kind("journey"))
        .set("emotional_consistency", kind("emotional"))
        .set("communication_consistency", group.consistency.promises_kept.value);
    group.arc.stages.iter().fold(row, |row, (stage, share)| row.set(ARC[usize::from(stage.number())], share.value))
}

/// Gains since earlier nights; a segment whose size is withheld tonight has none.
fn with_changes(row: Row, segment: &SegmentProfile, earlier: &EarlierSizes) -> Row {
    let change = |then: &BTreeMap<String, (i64, Option<f64>)>| {
        let (size, share) = then.get(&segment.segment_id).filter(|_| !segment.suppressed)?;
        let now = segment.share.map(|share| share.value);
        Some((segment.size as i64 - size, now.zip(*share).map(|(now, then)| now - then)))
    };
    let (short, long) = (change(&earlier.short), change(&earlier.long));
    row.set("size_change_1d", short.map(|change| change.0))
        .set("size_change_30d", long.map(|change| change.0))
        .set("share_change_1d", short.and_then(|change| change.1))
        .set("share_change_30d", long.and_then(|change| change.1))
}

fn with_outcomes(row: Row, segment: &SegmentProfile) -> Row {
    row.set_estimate(["nps", "nps_low", "nps_high"], segment.nps)
        .set("nps_answers", segment.nps_answers)
        .set_estimate(["satisfaction", "satisfaction_low", "satisfaction_high"], segment.satisfaction)
        .set_estimate(["good_brand_share", "good_brand_share_low", "good_brand_share_high"], segment.good_brand)
}

fn with_mix(row: Row, segment: &SegmentProfile) -> Row {
    const SHARES: [&str; 5] =
        ["physiological_share", "safety_share", "belonging_share", "esteem_share", "growth_share"];
    segment.needs.iter().fold(row, |row, need| row.set(SHARES[need.tier.index()], need.share.map(|share| share.value)))
}

fn with_reach(row: Row, segment: &SegmentProfile) -> Row {
    row.set("reach_any", segment.reach.any)
        .set("reach_email", segment.reach.email)
        .set("reach_sms", segment.reach.sms)
        .set("reach_push", segment.reach.push)
        .set("reach_phone", segment.reach.phone)
        .set("reach_post", segment.reach.post)
        .set("held_out", segment.reach.held_out)
}

/// `segment_elements`; `drivers` are those of the same segments, `level` gives the level of an element.
///
/// # Errors
/// None for profiles as documented.
pub fn segment_elements_table(
    profiles: &Profiles,
    (drivers, min_cell): (&Drivers, u64),
    level: impl Fn(ElementId) -> Level,
) -> Result<TableRows, WriteError> {
    let mut table = TableRows::new(TableId::SegmentElements);
    for (_, _, segment) in groups(profiles) {
        let driver = leading((drivers, min_cell), &segment.segment_id);
        for element in &segment.elements {
            let row = Row::new()
                .set("segment_id", &segment.segment_id)
                .set("element_id", element.element.slug())
                .set("level", level(element.element).slug());
            table.push(with_driver(element_row(row, element), driver(element.element)))?;
        }
    }
    Ok(table)
}

fn with_driver(row: Row, driver: Option<&ElementDriver>) -> Row {
    row.set_estimate(
        ["derived_importance", "derived_importance_low", "derived_importance_high"],
        driver.map(|driver| driver.share),
    )
    .set("kano_class", driver.and_then(|driver| driver.kano).map(Kano::slug))
    .set("stated_derived", driver.and_then(|driver| driver.stated).map(StatedDerived::slug))
    .set("quadrant", driver.and_then(|driver| driver.quadrant).map(Quadrant::slug))
}

fn element_row(row: Row, element: &ElementProfile) -> Row {
    let difference = |contrast: Option<Contrast>| contrast.map(|contrast| contrast.d);
    let p = |contrast: Option<Contrast>| contrast.and_then(|contrast| contrast.p_adjusted);
    row.set_estimate(["importance", "importance_low", "importance_high"], element.importance)
        .set_estimate(["fulfilment", "fulfilment_low", "fulfilment_high"], element.fulfilment)
        .set_estimate(["gap", "gap_low", "gap_high"], element.gap)
        .set_estimate(["high_share", "high_share_low", "high_share_high"], element.high_share)
        .set("delivered", element.delivered.slug())
        .set_estimate(
            ["importance_difference", "importance_difference_low", "importance_difference_high"],
            difference(element.importance_difference),
        )
        .set("importance_p_adjusted", p(element.importance_difference))
        .set_estimate(
            ["fulfilment_difference", "fulfilment_difference_low", "fulfilment_difference_high"],
            difference(element.fulfilment_difference),
        )
        .set("fulfilment_p_adjusted", p(element.fulfilment_difference))
        .set("importance_answers", element.importance_answers)
        .set("fulfilment_answers", element.fulfilment_answers)
        .set("suppressed", element.suppressed)
}

/// `segment_needs`.
///
/// # Errors
/// None for profiles as documented.
pub fn segment_needs_table(profiles: &Profiles, drivers: &Drivers) -> Result<TableRows, WriteError> {
    let mut table = TableRows::new(TableId::SegmentNeeds);
    for (_, _, segment) in groups(profiles) {
        let derived = leading_needs(drivers, &segment.segment_id);
        for need in &segment.needs {
            let figure = |row: Row, names, estimate: Option<Estimate>| row.set_estimate(names, estimate);
            let row = Row::new().set("segment_id", &segment.segment_id).set("need_tier", need.tier.slug());
            let row = figure(row, ["share", "share_low", "share_high"], need.share);
            let row = figure(row, ["fulfilment", "fulfilment_low", "fulfilment_high"], need.fulfilment);
            let row = figure(row, ["importance", "importance_low", "importance_high"], need.importance);
            let derived = derived.iter().find(|driver| driver.tier == need.tier).map(|driver| driver.share);
            table.push(figure(
                row,
                ["derived_importance", "derived_importance_low", "derived_importance_high"],
                derived,
            ))?;
        }
    }
    Ok(table)
}
