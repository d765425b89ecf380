//! `segment_elements`: one element in one segment.

use super::column::ColumnType as T;
use super::table::{About, Columns, ELEMENT_ID, SEGMENT_ID, TableSource};
use super::{Cell, TableId};
use crate::catalogue::{ElementId, Level};
use crate::model::segment::drivers::{ElementDriver, Kano, Quadrant, StatedDerived};
use crate::model::segment::{ElementProfile, SegmentNights};

/// An element in a segment.
#[derive(Clone, Copy, Debug)]
pub struct SegmentElementRow<'a> {
    segment_id: &'a str,
    element: &'a ElementProfile,
    level: Level,
    /// Of the first outcome of which something is said, if enough customers stand behind it.
    driver: Option<&'a ElementDriver>,
}

/// Rows of `segment_elements`, with drivers of at least `min_cell` customers; `level` gives the level of an element.
#[must_use]
pub fn segment_element_rows(
    night: &SegmentNights,
    min_cell: u64,
    level: impl Fn(ElementId) -> Level,
) -> Vec<SegmentElementRow<'_>> {
    let mut rows = Vec::new();
    for segment in night.groups() {
        rows.extend(segment.profile.elements.iter().map(|element| SegmentElementRow {
            segment_id: &segment.id,
            element,
            level: level(element.element),
            driver: segment.drivers.of_element(element.element, min_cell),
        }));
    }
    rows
}

impl TableSource for SegmentElementRow<'_> {
    type Value = Cell;

    const ABOUT: About = About::new(TableId::SegmentElements, "segment_elements", "segment × element");

    fn columns(t: &mut Columns<Self>) {
        figures(t);
        comparisons(t);
    }
}

fn figures(t: &mut Columns<SegmentElementRow<'_>>) {
    t.key("segment_id", T::Category, SEGMENT_ID, |r| r.segment_id);
    t.key("element_id", T::Category, ELEMENT_ID, |r| r.element.element.slug());
    t.filled(
        "level",
        T::Category,
        "Level of the pyramid: `functional`, `emotional`, `life_changing`, `social_impact`.",
        |r| r.level.slug(),
    );
    t.estimate("importance", "Mean importance score, 0–10; null = not known or withheld.", |r| r.element.importance);
    t.estimate("fulfillment", "Mean fulfillment score, 0–10; null = not known or withheld.", |r| {
        r.element.fulfillment
    });
    t.estimate(
        "gap",
        "Standardized importance minus standardized fulfillment; > 0 = wanted more than delivered; null = one \
             of the two is not known.",
        |r| r.element.gap,
    );
    t.maybe(
        "high_share",
        T::Float64,
        "Share of the segment's fulfillment answers of 8 or more, 0–1; null = too few.",
        |r| r.element.high_share.map(|share| share.value),
    );
    t.maybe("high_share_low", T::Float64, "Lower end of its 95 % Wilson interval; null as `high_share`.", |r| {
        r.element.high_share.map(|share| share.low)
    });
    t.maybe("high_share_high", T::Float64, "Upper end of its 95 % Wilson interval; null as `high_share`.", |r| {
        r.element.high_share.map(|share| share.high)
    });
    t.filled(
        "delivered",
        T::Category,
        "`yes`, `no`, `uncertain` (interval spans one half) or `unknown` (too few answers).",
        |r| r.element.delivered.slug(),
    );
}

fn comparisons(t: &mut Columns<SegmentElementRow<'_>>) {
    t.estimate("importance_difference", "Segment minus the rest on importance, Cohen's d; null = not known.", |r| {
        r.element.importance_difference.map(|contrast| contrast.d)
    });
    t.maybe(
        "importance_p_adjusted",
        T::Float64,
        "Benjamini–Hochberg adjusted p of it; null = not known, or importance shaped the segments (circular).",
        |r| r.element.importance_difference.and_then(|contrast| contrast.p_adjusted),
    );
    t.estimate("fulfillment_difference", "Segment minus the rest on fulfillment, Cohen's d; null = not known.", |r| {
        r.element.fulfillment_difference.map(|contrast| contrast.d)
    });
    t.maybe(
        "fulfillment_p_adjusted",
        T::Float64,
        "Benjamini–Hochberg adjusted p of it; null = not known, or fulfillment shaped the segments (circular).",
        |r| r.element.fulfillment_difference.and_then(|contrast| contrast.p_adjusted),
    );
    t.estimate(
        "derived_importance",
        "Share of what all elements explain of recommendation (else satisfaction, connection, spending) that \
             goes with this one, 0–1; null = not known.",
        |r| r.driver.map(|driver| driver.share),
    );
    t.maybe(
        "kano_class",
        T::Category,
        "`must_be`, `performance`, `delight` or `indifferent`; null = not known.",
        |r| r.driver.and_then(|driver| driver.kano).map(Kano::slug),
    );
    t.maybe(
        "stated_derived",
        T::Category,
        "Stated against derived importance: `lead`, `given`, `hidden` or `leave`; null = one of the two is \
             not known.",
        |r| r.driver.and_then(|driver| driver.stated).map(StatedDerived::slug),
    );
    t.maybe(
        "quadrant",
        T::Category,
        "`fix_first`, `keep`, `overdone` or `watch`: derived importance against fulfillment; null = not known.",
        |r| r.driver.and_then(|driver| driver.quadrant).map(Quadrant::slug),
    );
    t.filled("importance_answers", T::Int64, "Importance answers given in the segment.", |r| {
        r.element.importance_answers
    });
    t.filled("fulfillment_answers", T::Int64, "Fulfillment answers given in the segment.", |r| {
        r.element.fulfillment_answers
    });
    t.filled("suppressed", T::Bool, "A figure was withheld because too few people stand behind it.", |r| {
        r.element.suppressed
    });
}
