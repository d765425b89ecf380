//! `rejected/rows`: rows that were not accepted and cells that were left absent. The place is named, the value is not.

use std::collections::BTreeSet;

use serde::Serialize;

use super::column::ColumnType as T;
use super::table::{About, Columns, TableSource};
use super::{Cell, TableId};

/// A fault of an input row or cell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RejectedRow {
    /// Canonical table the row was read for.
    pub input_table: String,
    /// Source the row comes from; empty = not told.
    pub source: String,
    /// Input file, relative to the configuration; empty = not told.
    pub file: String,
    /// Row or line in that file, 1 = first; 0 = not told.
    pub row_number: u64,
    /// Column at fault; empty = the row as a whole.
    pub column_name: String,
    /// Code of the rule broken.
    pub code: String,
    /// `row` or `cell`.
    pub scope: String,
    /// What was found, as a kind of value.
    pub kind: String,
}

/// The rows; the same finding told twice is written once.
#[must_use]
pub fn distinct_rejected(rejected: &[RejectedRow]) -> BTreeSet<&RejectedRow> {
    rejected.iter().collect()
}

impl TableSource for &RejectedRow {
    type Value = Cell;

    const ABOUT: About = About::private(
        TableId::RejectedRows,
        "rejected_rows",
        "rejected/rows.parquet",
        "fault of an input row or cell",
    );

    fn columns(t: &mut Columns<Self>) {
        t.key("input_table", T::Category, "Canonical table the row was read for.", |r| &r.input_table);
        t.key("source", T::Category, "Source the row comes from; empty = made by SQL that does not say.", |r| {
            &r.source
        });
        t.key("file", T::Text, "Input file, relative to the configuration; empty as `source`.", |r| &r.file);
        t.key("row_number", T::Int64, "Row or line in that file, 1 = first; 0 = not told.", |r| r.row_number);
        t.key("column_name", T::Category, "Column at fault; empty = the row as a whole.", |r| &r.column_name);
        t.key("code", T::Category, "Code of the rule broken.", |r| &r.code);
        t.key(
            "scope",
            T::Category,
            "What it cost: `row` = the row was rejected, `cell` = the cell alone is absent.",
            |r| &r.scope,
        );
        t.filled("kind", T::Category, "What was found, as a kind of value, never the value itself.", |r| &r.kind);
    }
}
