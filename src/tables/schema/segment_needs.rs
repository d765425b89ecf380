//! `segment_needs`: one need tier in one segment.

use super::column::ColumnType as T;
use super::table::{About, Columns, SEGMENT_ID, TableSource, columns};
use super::{Cell, TableId};
use crate::model::rows::Estimate;
use crate::model::segment::{NeedProfile, SegmentNights};

/// A need tier in a segment.
#[derive(Clone, Copy, Debug)]
pub struct SegmentNeedRow<'a> {
    segment_id: &'a str,
    need: &'a NeedProfile,
    /// What the tier goes with, of the first outcome of which something is said.
    derived: Option<Estimate>,
}

/// Rows of `segment_needs`.
#[must_use]
pub fn segment_need_rows(night: &SegmentNights) -> Vec<SegmentNeedRow<'_>> {
    let mut rows = Vec::new();
    for segment in night.groups() {
        rows.extend(segment.profile.needs.iter().map(|need| SegmentNeedRow {
            segment_id: &segment.id,
            need,
            derived: segment.drivers.of_need(need.tier),
        }));
    }
    rows
}

impl TableSource for SegmentNeedRow<'_> {
    type Value = Cell;

    const ABOUT: About = About::new(TableId::SegmentNeeds, "segment_needs", "segment × need tier");

    fn columns(t: &mut Columns<Self>) {
        t.key("segment_id", T::Category, SEGMENT_ID, |r| r.segment_id);
        columns! { t, r =>
            /// `physiological`, `safety`, `belonging`, `esteem` or `growth`.
            key "need_tier": Category = r.need.tier.slug();
            /// Share, 0–1, of the members by probability who have a tier to serve next whose tier this is, each counted by its
            /// chance; those who answered stand for the others; null = not known.
            estimate "share" = r.need.share;
            /// Share of the plausible need maps under which the tier comes first in the segment, 0–1; null = `share` is not
            /// known, or too little is known of anybody's tier.
            maybe "first_under_maps": Float64 = r.need.agreement.map(|maps| maps.all.share());
            /// The same of the half of them in which the order of tiers is weaker than as it is set; null as it.
            maybe "first_with_weak_order": Float64 = r.need.agreement.map(|maps| maps.weak_order.share());
            /// The same of the half in which it is stronger; null as it.
            maybe "first_with_strong_order": Float64 = r.need.agreement.map(|maps| maps.strong_order.share());
            /// Mean fulfillment of the tier, 0–10; null = not known or withheld.
            estimate "fulfillment" = r.need.fulfillment;
            /// Mean importance of the tier within person, 0–1; null = not known or withheld.
            estimate "importance" = r.need.importance;
            /// Share of what the five tiers explain of the first outcome told in `drivers` that goes with this one
            /// (exact Shapley shares, drawn toward everybody's), 0–1; null = too few answers. Association, not cause.
            estimate "derived_importance" = r.derived;
        }
    }
}
