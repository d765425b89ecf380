//! `rejected/rows`: rows that were not accepted and cells that were left absent. The place is named, the value is not.

use std::collections::BTreeSet;

use serde::Serialize;

use super::table::{About, Columns, TableSource, columns};
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
        columns! { t, r =>
            /// Canonical table the row was read for.
            key "input_table": Category = &r.input_table;
            /// Source the row comes from; empty = made by SQL that does not say.
            key "source": Category = &r.source;
            /// Input file, relative to the configuration; empty as `source`.
            key "file": Text = &r.file;
            /// Row or line in that file, 1 = first; 0 = not told.
            key "row_number": Int64 = r.row_number;
            /// Column at fault; empty = the row as a whole.
            key "column_name": Category = &r.column_name;
            /// Code of the rule broken.
            key "code": Category = &r.code;
            /// What it cost: `row` = the row was rejected, `cell` = the cell alone is absent.
            key "scope": Category = &r.scope;
            /// What was found, as a kind of value, never the value itself.
            filled "kind": Category = &r.kind;
        }
    }
}
