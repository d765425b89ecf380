//! `open_matters`: what is open with each customer, for whoever settles it.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, TimestampMicrosecondArray};

use super::TableId;
use super::arrays::{category, floats, texts, whole};
use super::column::ColumnType as T;
use super::table::{About, Columns, TableSource, columns};
use crate::catalogue::MatterKind;
use crate::model::rows::OpenMatter;

/// A matter that is open with a customer.
#[derive(Clone, Debug)]
pub struct OpenMatterRow {
    /// The customer.
    pub customer_id: String,
    /// Place among the customer's matters, from 1: the gravest kind first, then the oldest.
    pub number: u32,
    /// What is open.
    pub matter: OpenMatter,
}

/// Rows encoded at once.
#[derive(Clone, Copy)]
pub(in crate::tables) struct OpenMatterRows<'a> {
    /// The rows.
    pub(in crate::tables) rows: &'a [OpenMatterRow],
    /// Role that settles each kind, in the order of [`MatterKind::ALL`].
    pub(in crate::tables) owners: &'a ArrayRef,
}

impl<'a> OpenMatterRows<'a> {
    fn matters(self) -> impl Iterator<Item = &'a OpenMatter> {
        self.rows.iter().map(|row| &row.matter)
    }
}

impl TableSource for OpenMatterRows<'_> {
    type Value = ArrayRef;

    const ABOUT: About = About::new(TableId::OpenMatters, "open_matters", "matter that is open with a customer");

    fn columns(t: &mut Columns<Self>) {
        t.key("customer_id", T::Text, CUSTOMER_ID_OF_MATTER, |r| texts(r.rows.iter().map(|row| &row.customer_id)));
        columns! { t, r =>
            /// Place among the customer's matters, from 1: the gravest kind first, then the oldest.
            key "matter": Int32 = whole(r.rows.iter().map(|row| Some(row.number)));
            /// `complaint` (nobody has resolved it), `promise` (was due and is not done), `return` (something came back, or
            /// money was given back, of late) or `case` (flagged as open, and nothing more is known).
            filled "kind": Category =
                category(&texts(MatterKind::ALL.map(MatterKind::slug)), r.matters().map(|m| Some(m.kind as i32)));
            /// Whole days since it began: the complaint, the day the promise was due, the order that came back; null = not
            /// known.
            maybe "days_open": Int32 = whole(r.matters().map(|m| m.days_open));
            /// How grave it is as recorded, larger is graver; null = not said.
            maybe "severity": Float32 = floats(r.matters().map(|m| m.severity));
            /// Role that settles it, as the catalogue has it; never a person.
            filled "owner": Category = category(r.owners, r.matters().map(|m| Some(m.kind as i32)));
            /// Moment by which something was promised about it; null = nothing was.
            maybe "promised_by": Timestamp =
                Arc::new(
                    r.matters()
                        .map(|m| m.promised_by)
                        .collect::<TimestampMicrosecondArray>()
                        .with_timezone("UTC"),
                ) as ArrayRef;
        }
    }
}

/// Part of the key: a customer may stand in several rows.
const CUSTOMER_ID_OF_MATTER: &str = "Opaque id of the customer as the inputs name it; rows ascend by it.";
