//! `audience_changes`: who joined a list, left it, or stands there with another row.

use datafusion::arrow::array::ArrayRef;

use super::TableId;
use super::arrays::texts;
use super::audience_members::{AUDIENCE, CUSTOMER, words};
use super::column::ColumnType as T;
use super::table::{About, Columns, TableSource, columns};

/// A change of a list.
#[derive(Clone, Debug)]
pub struct AudienceChangeRow {
    /// The audience.
    pub audience: String,
    /// The customer.
    pub customer_id: String,
    /// `add`, `update` or `remove`.
    pub change: String,
    /// Why.
    pub reason: String,
}

/// Rows encoded at once.
#[derive(Clone, Copy)]
pub(in crate::tables) struct AudienceChangeRows<'a> {
    /// The rows.
    pub(in crate::tables) rows: &'a [AudienceChangeRow],
}

impl TableSource for AudienceChangeRows<'_> {
    type Value = ArrayRef;

    const ABOUT: About =
        About::new(TableId::AudienceChanges, "audience_changes", "audience × customer whose place on it changed");

    fn columns(t: &mut Columns<Self>) {
        t.key("audience", T::Category, AUDIENCE, |r| words(r.rows.iter().map(|row| Some(row.audience.as_str()))));
        t.key("customer_id", T::Text, CUSTOMER, |r| texts(r.rows.iter().map(|row| &row.customer_id)));
        columns! { t, r =>
            /// `add`, `update` or `remove`, against the last night whose upload was confirmed, else the published night before.
            /// On the first night of an audience there are no rows.
            filled "change": Category = words(r.rows.iter().map(|row| Some(row.change.as_str())));
            /// `entered`; `changed` (another cell), `columns` (all rows, because the columns are others); `left` (another segment,
            /// closeness or play), `consent`, `holdout`, `suppressed` (protected, or to be left alone), `control` (goes without by lot,
            /// drawn with another salt), `address` (none, not usable, or shared), `floor` (the list is too small), `gone` (no customer any more, or erased).
            filled "reason": Category = words(r.rows.iter().map(|row| Some(row.reason.as_str())));
        }
    }
}
