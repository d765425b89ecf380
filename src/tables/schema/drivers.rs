//! `drivers`: what an outcome goes with.

use super::column::ColumnType as T;
use super::table::{About, Columns, ELEMENT_ID, SEGMENT_ID, TableSource, columns};
use super::{Cell, TableId};
use crate::model::segment::SegmentNights;
use crate::model::segment::drivers::{ElementDriver, Explained, Outcome};

/// An element behind an outcome in a segment.
#[derive(Clone, Copy, Debug)]
pub struct DriverRow<'a> {
    segment_id: &'a str,
    outcome: Outcome,
    explained: &'a Explained,
    driver: &'a ElementDriver,
    /// Enough customers stand behind it.
    shown: bool,
}

/// Rows of `drivers`: everybody and the segments, each outcome of which something is said, each element. Of an outcome of
/// which nothing is said there is no row; why is among the limits of the night. Figures of fewer than `min_cell`
/// customers are withheld.
#[must_use]
pub fn driver_rows(night: &SegmentNights, min_cell: u64) -> Vec<DriverRow<'_>> {
    let mut rows = Vec::new();
    for group in night.groups() {
        for outcome in &group.drivers.outcomes {
            let Ok(explained) = &outcome.result else { continue };
            rows.extend(explained.elements.iter().map(|driver| DriverRow {
                segment_id: &group.id,
                outcome: outcome.outcome,
                explained,
                driver,
                shown: driver.answers >= min_cell,
            }));
        }
    }
    rows
}

impl TableSource for DriverRow<'_> {
    type Value = Cell;

    const ABOUT: About = About::new(TableId::Drivers, "drivers", "segment × outcome × element");

    fn columns(t: &mut Columns<Self>) {
        t.key("segment_id", T::Category, SEGMENT_ID, |r| r.segment_id);
        columns! { t, r =>
            /// `recommend`, `satisfaction`, `connection` (fully connected or not) or `value_365d`.
            key "outcome": Category = r.outcome.slug();
        }
        t.key("element_id", T::Category, ELEMENT_ID, |r| r.driver.element.slug());
        columns! { t, r =>
            /// Share of what all elements explain that goes with this one, 0–1; in a segment drawn toward everybody's;
            /// null = withheld.
            estimate "derived_importance" = r.shown.then_some(r.driver.share);
            /// Variance of the outcome that goes with all elements, 0–1; null = withheld.
            maybe "r_squared": Float64 = r.shown.then_some(r.explained.r_squared.value);
            /// 1 = more of it goes with more of the outcome, −1 = with less; null = unclear.
            maybe "direction": Int32 = r.driver.direction.filter(|_| r.shown).map(i64::from);
            /// Customers with both the outcome and the element; null = withheld.
            people_or_null "answers" = r.shown.then_some(r.driver.answers);
            /// A figure was withheld because too few people stand behind it.
            filled "suppressed": Bool = !r.shown;
        }
    }
}
