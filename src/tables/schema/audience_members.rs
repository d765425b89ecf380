//! `audience_members`: who is on which list, and who would be but for the lot.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Date32Array, StringDictionaryBuilder};
use datafusion::arrow::datatypes::Int32Type;

use super::TableId;
use super::arrays::texts;
use super::column::ColumnType as T;
use super::table::{About, Columns, TableSource, columns};

/// Name of the audience, part of a key.
pub(super) const AUDIENCE: &str =
    "Audience: `name` of `[[audiences]]`, or segment and play of a line of the plan; rows ascend by it.";

/// Customer of an audience, part of a key.
pub(super) const CUSTOMER: &str =
    "Opaque id of the customer as the inputs name it; within an audience rows ascend by it.";

/// Somebody on a list, or kept from it by lot.
#[derive(Clone, Debug)]
pub struct AudienceMemberRow {
    /// The audience.
    pub audience: String,
    /// The customer.
    pub customer_id: String,
    /// Segment; `None` = none.
    pub segment: Option<String>,
    /// Campaign that is next, or would be; `None` = none.
    pub play: Option<String>,
    /// Goes without by lot, and is in no file.
    pub control: bool,
    /// First night of the unbroken stay on the list, as days since 1970.
    pub assigned_at: i32,
    /// First night with these cells.
    pub changed_since: i32,
}

/// Rows encoded at once.
#[derive(Clone, Copy)]
pub(in crate::tables) struct AudienceMemberRows<'a> {
    /// The rows.
    pub(in crate::tables) rows: &'a [AudienceMemberRow],
}

/// A column of words, as a dictionary of those that are met.
pub(super) fn words<'a>(words: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    let mut builder = StringDictionaryBuilder::<Int32Type>::new();
    builder.extend(words);
    Arc::new(builder.finish())
}

impl TableSource for AudienceMemberRows<'_> {
    type Value = ArrayRef;

    const ABOUT: About = About::new(TableId::AudienceMembers, "audience_members", "audience × customer");

    fn columns(t: &mut Columns<Self>) {
        t.key("audience", T::Category, AUDIENCE, |r| words(r.rows.iter().map(|row| Some(row.audience.as_str()))));
        t.key("customer_id", T::Text, CUSTOMER, |r| texts(r.rows.iter().map(|row| &row.customer_id)));
        columns! { t, r =>
            /// Segment of tonight; null = none.
            maybe "segment_id": Category = words(r.rows.iter().map(|row| row.segment.as_deref()));
            /// Campaign that the customer is next for, or would be but for the lot; null = none.
            maybe "play_id": Category = words(r.rows.iter().map(|row| row.play.as_deref()));
            /// `treated`: the customer is in the files. `control`: would be, and goes without the play by lot; is in no file.
            filled "arm": Category = words(r.rows.iter().map(|row| Some(if row.control { "control" } else { "treated" })));
            /// First night of the unbroken stay on the list, or of going without, as told against the night that its changes are told against.
            filled "assigned_at": Date = Arc::new(r.rows.iter().map(|row| Some(row.assigned_at)).collect::<Date32Array>()) as ArrayRef;
            /// First night on which the row of the customer was as it is tonight.
            filled "changed_since": Date = Arc::new(r.rows.iter().map(|row| Some(row.changed_since)).collect::<Date32Array>()) as ArrayRef;
        }
    }
}
