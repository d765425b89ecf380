//! Rows of the `quality` table.

use crate::tables::schema::QualityRow;

/// A row that only tells.
pub(super) fn note(input: &str, check_id: &str, message: String) -> QualityRow {
    QualityRow {
        input: input.to_owned(),
        check_id: check_id.to_owned(),
        severity: "note".to_owned(),
        status: "note".to_owned(),
        value: None,
        limit: None,
        rows: None,
        message,
    }
}
