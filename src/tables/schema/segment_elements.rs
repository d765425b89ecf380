//! `segment_elements`: one element in one segment.

use super::column::ColumnType as T;
use super::table::{About, Columns, ELEMENT_ID, SEGMENT_ID, TableSource, columns};
use super::{Cell, TableId};
use crate::catalogue::{ElementId, Level};
use crate::model::rows::Estimate;
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
    /// The competitor rated best on it, with the company's lead.
    rival: Option<(&'a str, Estimate)>,
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
            rival: segment.lens.rival_on(element.element),
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
    columns! { t, r =>
        /// Level of the pyramid: `functional`, `emotional`, `life_changing`, `social_impact`.
        filled "level": Category = r.level.slug();
        /// Mean importance of the members by probability, 0–10: answers of those who gave one, what the model expects of the
        /// others; null = not known or withheld.
        estimate "importance" = r.element.importance;
        /// Mean fulfillment of the same members, 0–10; null = not known or withheld.
        estimate "fulfillment" = r.element.fulfillment;
        /// Standardized importance minus standardized fulfillment; > 0 = wanted more than delivered; null = one of the
        /// two is not known.
        estimate "gap" = r.element.gap;
        /// Share of the fulfillment answers of the same members, each counted by probability, that are high, 0–1: in the upper quarter of the scale asked (4 and 5 on
        /// 1–5, 6 and 7 on 1–7, 8 and more on 0–10); null = too few.
        maybe "high_share": Float64 = r.element.high_share.map(|share| share.value);
        /// Lower end of its 95 % interval (Wilson); null as `high_share`.
        maybe "high_share_low": Float64 = r.element.high_share.map(|share| share.low);
        /// Upper end of its 95 % interval (Wilson); null as `high_share`.
        maybe "high_share_high": Float64 = r.element.high_share.map(|share| share.high);
        /// `yes`, `no`, `uncertain` (interval spans one half) or `unknown` (too few answers).
        filled "delivered": Category = r.element.delivered.slug();
    }
}

fn comparisons(t: &mut Columns<SegmentElementRow<'_>>) {
    columns! { t, r =>
        /// Segment minus the rest on importance, Cohen's d; null = not known.
        estimate "importance_difference" = r.element.importance_difference.map(|contrast| contrast.d);
        /// Benjamini–Hochberg adjusted p of it; null = not known, or importance shaped the segments (circular).
        maybe "importance_p_adjusted": Float64 =
            r.element.importance_difference.and_then(|contrast| contrast.p_adjusted);
        /// Segment minus the rest on fulfillment, Cohen's d; null = not known.
        estimate "fulfillment_difference" = r.element.fulfillment_difference.map(|contrast| contrast.d);
        /// Benjamini–Hochberg adjusted p of it; null = not known, or fulfillment shaped the segments (circular).
        maybe "fulfillment_p_adjusted": Float64 =
            r.element.fulfillment_difference.and_then(|contrast| contrast.p_adjusted);
        /// Share of what all elements explain of recommendation (else satisfaction, connection, spending) that goes
        /// with this one, 0–1; null = not known.
        estimate "derived_importance" = r.driver.map(|driver| driver.share);
        /// `must_be`, `performance`, `delight` or `indifferent`; null = not known.
        maybe "kano_class": Category = r.driver.and_then(|driver| driver.kano).map(Kano::slug);
        /// Stated against derived importance: `lead`, `given`, `hidden` or `leave`; null = one of the two is not known.
        maybe "stated_derived": Category = r.driver.and_then(|driver| driver.stated).map(StatedDerived::slug);
        /// `fix_first`, `keep`, `overdone` or `watch`: derived importance against fulfillment; null = not known.
        maybe "quadrant": Category = r.driver.and_then(|driver| driver.quadrant).map(Quadrant::slug);
        /// Competitor that is rated best against the company on how well it is delivered, by people who rated both; null =
        /// nobody did, or too few.
        maybe "rival": Category = r.rival.map(|(brand, _)| brand);
        /// Mean of the company's rating minus that competitor's, of the same people, −10..10; null as `rival`.
        estimate "rival_lead" = r.rival.map(|(_, lead)| lead);
        /// Customers who rated both, in fives; null as `rival`.
        people_or_null "rival_base" = r.rival.map(|(_, lead)| lead.n);
        /// Importance answers of the members by probability, to the nearest whole one.
        people "importance_answers" = r.element.importance_answers;
        /// Fulfillment answers of the members by probability, to the nearest whole one.
        people "fulfillment_answers" = r.element.fulfillment_answers;
        /// A figure was withheld because too few people stand behind it.
        filled "suppressed": Bool = r.element.suppressed;
    }
}
