//! `descriptors`: who is in each segment, by what the inputs say of customers.

use super::column::ColumnType as T;
use super::table::{About, Columns, SEGMENT_ID, TableSource, columns};
use super::{Cell, TableId};
use crate::model::segment::crosstab::DescriptorCell;

impl TableSource for &DescriptorCell {
    type Value = Cell;

    const ABOUT: About = About::new(TableId::Descriptors, "descriptors", "segment × descriptor × value");

    fn columns(t: &mut Columns<Self>) {
        t.key("segment_id", T::Category, SEGMENT_ID, |r| &r.group);
        columns! { t, r =>
            /// Descriptor: a column of `customers`, `tenure_days` or `rfm_group`.
            key "descriptor": Category = &r.descriptor;
            /// Its value. One that fewer than `min_cell` customers have in all is not named.
            key "value": Text = &r.value;
            /// Members with the value, by probability, in fives; null = withheld.
            people_or_null "people" = r.people;
            /// Members of whom the descriptor is known, by probability, in fives.
            people "base" = r.share.n();
        }
        t.estimate(
            "share",
            "Share of the members of whom the descriptor is known, 0–1; null = withheld.",
            |r: Self| r.share.estimate(),
        );
        t.estimate(
            "difference",
            "Share minus that of everybody else, −1..1; null as `share`, and for everybody and the unassigned.",
            |r: Self| r.difference.estimate(),
        );
        t.estimate(
            "lift",
            "Share over that of everybody else; null as `difference`, or everybody else's is 0.",
            |r: Self| r.lift.estimate(),
        );
        columns! { t, r =>
            /// Withheld because too few people stand behind it, or behind another of the group that it would give back.
            filled "suppressed": Bool = r.share.withheld();
        }
    }
}
