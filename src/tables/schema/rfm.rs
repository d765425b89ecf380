//! `rfm`: how much ready-made groups explain beside the segments.

use super::table::{About, Columns, TableSource, columns};
use super::{Cell, TableId};
use crate::model::segment::rfm::GroupingShare;

impl TableSource for &GroupingShare {
    type Value = Cell;

    const ABOUT: About = About::new(TableId::Rfm, "rfm", "outcome × grouping");

    fn columns(t: &mut Columns<Self>) {
        columns! { t, r =>
            /// What is explained: `bought_after` (bought in the 90 days before the night, groups as of before them),
            /// `value_after` (net order value in these days), `satisfaction`, `recommend`, or `importance` (of all elements,
            /// own answers).
            key "outcome": Category = r.outcome;
            /// `rfm`: groups by recency, frequency and value; `segments`.
            key "grouping": Category = r.grouping;
            /// Groups of `min_cell` people or more that took part.
            filled "classes": Int32 = r.classes;
        }
        t.estimate(
            "explained",
            "Share of the variance between groups, 0–1, less what their number explains by itself (ε²); null = not \
             asked, or too few.",
            |r: Self| r.share.estimate(),
        );
        columns! { t, r =>
            /// People of whom the outcome is known, in fives.
            people "base" = r.share.n();
            /// What favors the grouping in this row, in words; empty = nothing is known to.
            filled "note": Text = r.note;
        }
    }
}
