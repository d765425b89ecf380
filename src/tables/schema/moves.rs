//! `moves`: customers who entered, left or changed a segment, or were held back from it.

use datafusion::arrow::array::ArrayRef;

use super::TableId;
use super::arrays::{category, texts, whole};
use super::column::ColumnType as T;
use super::table::{About, CUSTOMER_ID, Columns, TableSource};
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
        t.filled("event", T::Category, "`enter`, `move`, `exit` or `held`.", |r| {
            category(&texts(MoveEvent::ALL.map(MoveEvent::slug)), r.moved().map(|moved| Some(moved.event as i32)))
        });
        t.maybe("from_segment_id", T::Category, "Segment of the night before; null = none.", |r| {
            category(r.segments, r.moved().map(|moved| moved.from.map(i32::from)))
        });
        t.maybe("to_segment_id", T::Category, "Segment of tonight; null = none.", |r| {
            category(r.segments, r.moved().map(|moved| moved.to.map(i32::from)))
        });
        t.filled("reason", T::Category, "`answers`, `behavior`, `model`, `consent`, `inactive` or `new`.", |r| {
            category(&texts(MoveReason::ALL.map(MoveReason::slug)), r.moved().map(|moved| Some(moved.reason as i32)))
        });
        t.maybe("nights_pending", T::Int32, "Nights the new segment has led so far; null = not pending.", |r| {
            whole(r.rows.iter().map(|row| row.nights_pending))
        });
    }
}
