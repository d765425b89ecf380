//! `segments`, `segment_elements` and `segment_needs`, from the profiles of a night.

use std::collections::BTreeMap;

use super::{Row, TableRows, WriteError};
use crate::catalogue::{ElementId, Level};
use crate::model::fit::Structure;
use crate::model::rows::Estimate;
use crate::model::segment::drivers::{ElementDriver, Kano, Quadrant, StatedDerived};
use crate::model::segment::lens::GroupLens;
use crate::model::segment::{Contrast, ElementProfile, SegmentNight, SegmentNights};
use crate::tables::schema::TableId;

/// Sizes on earlier nights: customers and share, by segment id; what was withheld then is not there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EarlierSizes {
    /// On the night before.
    pub short: BTreeMap<String, (i64, Option<f64>)>,
    /// 30 nights ago.
    pub long: BTreeMap<String, (i64, Option<f64>)>,
}

/// All groups, each with its kind.
fn groups(night: &SegmentNights) -> impl Iterator<Item = (&'static str, &SegmentNight)> {
    let segments = night.segments.iter().map(|segment| ("segment", segment));
    [("everyone", &night.everyone), ("unassigned", &night.unassigned)].into_iter().chain(segments)
}

/// `segments`.
///
/// # Errors
/// None for profiles as documented.
pub fn segments_table(night: &SegmentNights, earlier: &EarlierSizes) -> Result<TableRows, WriteError> {
    let mut table = TableRows::new(TableId::Segments);
    for (kind, segment) in groups(night) {
        let label = night.structure.filter(|_| kind == "segment");
        let row = Row::new()
            .set("segment_id", &segment.id)
            .set("kind", kind)
            .set("name", &segment.name)
            .set("description", &segment.description)
            .set("size", segment.profile.size)
            .set_estimate(["share", "share_low", "share_high"], segment.profile.share)
            .set("respondents", segment.profile.respondents)
            .set("value_total", segment.profile.value_total)
            .set("value_share", segment.profile.value_share)
            .set_estimate(["value_mean", "value_mean_low", "value_mean_high"], segment.profile.value_mean)
            .set("mean_probability", segment.profile.mean_probability)
            .set("jaccard", segment.jaccard)
            .set("label", label.map(Structure::slug))
            .set("detectable_effect", segment.profile.detectable_effect)
            .set("suppressed", segment.profile.suppressed);
        let row = with_reach(with_mix(with_outcomes(row, segment), segment), segment);
        table.push(with_lens(with_changes(row, segment, earlier), &segment.lens))?;
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
    let kind = |name: &str| group.consistency.kinds.iter().find(|(kind, _)| *kind == name).and_then(|(_, f)| f.value());
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
        .set("communication_consistency", group.consistency.promises_kept.value());
    group.arc.stages.iter().fold(row, |row, (stage, share)| row.set(ARC[usize::from(stage.number())], share.value()))
}

/// Gains since earlier nights; a segment whose size is withheld tonight has none.
fn with_changes(row: Row, segment: &SegmentNight, earlier: &EarlierSizes) -> Row {
    let change = |then: &BTreeMap<String, (i64, Option<f64>)>| {
        let (size, share) = then.get(&segment.id).filter(|_| !segment.profile.suppressed)?;
        let now = segment.profile.share.map(|share| share.value);
        Some((segment.profile.size as i64 - size, now.zip(*share).map(|(now, then)| now - then)))
    };
    let (short, long) = (change(&earlier.short), change(&earlier.long));
    row.set("size_change_1d", short.map(|change| change.0))
        .set("size_change_30d", long.map(|change| change.0))
        .set("share_change_1d", short.and_then(|change| change.1))
        .set("share_change_30d", long.and_then(|change| change.1))
}

fn with_outcomes(row: Row, segment: &SegmentNight) -> Row {
    row.set_estimate(["nps", "nps_low", "nps_high"], segment.profile.nps)
        .set("nps_answers", segment.profile.nps_answers)
        .set_estimate(["satisfaction", "satisfaction_low", "satisfaction_high"], segment.profile.satisfaction)
        .set_estimate(["good_brand_share", "good_brand_share_low", "good_brand_share_high"], segment.profile.good_brand)
}

fn with_mix(row: Row, segment: &SegmentNight) -> Row {
    const SHARES: [&str; 5] =
        ["physiological_share", "safety_share", "belonging_share", "esteem_share", "growth_share"];
    segment
        .profile
        .needs
        .iter()
        .fold(row, |row, need| row.set(SHARES[need.tier.index()], need.share.map(|share| share.value)))
}

fn with_reach(row: Row, segment: &SegmentNight) -> Row {
    row.set("reach_any", segment.profile.reach.any)
        .set("reach_email", segment.profile.reach.email)
        .set("reach_sms", segment.profile.reach.sms)
        .set("reach_push", segment.profile.reach.push)
        .set("reach_phone", segment.profile.reach.phone)
        .set("reach_post", segment.profile.reach.post)
        .set("held_out", segment.profile.reach.held_out)
}

/// `segment_elements`, with drivers of at least `min_cell` customers; `level` gives the level of an element.
///
/// # Errors
/// None for profiles as documented.
pub fn segment_elements_table(
    night: &SegmentNights,
    min_cell: u64,
    level: impl Fn(ElementId) -> Level,
) -> Result<TableRows, WriteError> {
    let mut table = TableRows::new(TableId::SegmentElements);
    for segment in night.groups() {
        for element in &segment.profile.elements {
            let row = Row::new()
                .set("segment_id", &segment.id)
                .set("element_id", element.element.slug())
                .set("level", level(element.element).slug());
            table
                .push(with_driver(element_row(row, element), segment.drivers.of_element(element.element, min_cell)))?;
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
pub fn segment_needs_table(night: &SegmentNights) -> Result<TableRows, WriteError> {
    let mut table = TableRows::new(TableId::SegmentNeeds);
    for segment in night.groups() {
        for need in &segment.profile.needs {
            let figure = |row: Row, names, estimate: Option<Estimate>| row.set_estimate(names, estimate);
            let row = Row::new().set("segment_id", &segment.id).set("need_tier", need.tier.slug());
            let row = figure(row, ["share", "share_low", "share_high"], need.share);
            let row = figure(row, ["fulfilment", "fulfilment_low", "fulfilment_high"], need.fulfilment);
            let row = figure(row, ["importance", "importance_low", "importance_high"], need.importance);
            let derived = segment.drivers.of_need(need.tier);
            table.push(figure(
                row,
                ["derived_importance", "derived_importance_low", "derived_importance_high"],
                derived,
            ))?;
        }
    }
    Ok(table)
}
