//! `moves`: customers who entered, left or changed a segment, or were held back from it.

use datafusion::arrow::array::ArrayRef;

use super::TableId;
use super::arrays::{category, texts, whole};
use super::column::ColumnType as T;
use super::table::{About, CUSTOMER_ID, Columns, TableSource, columns};
use crate::model::rows::{MoveEvent, MoveReason, Moved};

/// A customer who moved.
#[derive(Clone, Debug)]
pub struct MoveRow {
    /// The customer.
    pub customer_id: String,
    /// What happened.
    pub moved: Moved,
    /// How long the segment has led that the customer is held back from; `None` = not pending.
    pub nights_pending: Option<u32>,
}

/// Rows encoded at once.
#[derive(Clone, Copy)]
pub(in crate::tables) struct MoveRows<'a> {
    /// The rows.
    pub(in crate::tables) rows: &'a [MoveRow],
    /// Ids of segments by their place.
    pub(in crate::tables) segments: &'a ArrayRef,
}

impl<'a> MoveRows<'a> {
    fn moved(self) -> impl Iterator<Item = &'a Moved> {
        self.rows.iter().map(|row| &row.moved)
    }
}

impl TableSource for MoveRows<'_> {
    type Value = ArrayRef;

    const ABOUT: About = About::new(TableId::Moves, "moves", "customer who moved");

    fn columns(t: &mut Columns<Self>) {
        t.key("customer_id", T::Text, CUSTOMER_ID, |r| texts(r.rows.iter().map(|row| &row.customer_id)));
        columns! { t, r =>
            /// `enter`, `move`, `exit` or `held`.
            filled "event": Category =
                category(&texts(MoveEvent::ALL.map(MoveEvent::slug)), r.moved().map(|moved| Some(moved.event as i32)));
            /// Segment of the night before; null = none.
            maybe "from_segment_id": Category = category(r.segments, r.moved().map(|moved| moved.from.map(i32::from)));
            /// Segment of tonight; null = none.
            maybe "to_segment_id": Category = category(r.segments, r.moved().map(|moved| moved.to.map(i32::from)));
            /// `answers`, `behavior`, `model`, `consent`, `inactive` or `new`.
            filled "reason": Category =
                category(
                    &texts(MoveReason::ALL.map(MoveReason::slug)),
                    r.moved().map(|moved| Some(moved.reason as i32)),
                );
            /// Nights the new segment has led so far; null = not pending.
            maybe "nights_pending": Int32 = whole(r.rows.iter().map(|row| row.nights_pending));
        }
    }
}
