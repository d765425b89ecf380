//! `quality`: every check of the night.

use std::collections::BTreeMap;

use serde::Serialize;

use super::table::{About, Columns, TableSource, columns};
use super::{Cell, TableId};

/// A check of the night.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QualityRow {
    /// Table or source checked; `night` for checks of the whole.
    pub input: String,
    /// The check.
    pub check_id: String,
    /// What a miss means: `note`, `warn` or `gate`.
    pub severity: String,
    /// `ok`, `note`, `warn` or `fail`.
    pub status: String,
    /// Figure checked; `None` = the check is not about a number.
    pub value: Option<f64>,
    /// Figure it was held against.
    pub limit: Option<f64>,
    /// Rows concerned.
    pub rows: Option<u64>,
    /// The finding in one sentence, without personal data.
    pub message: String,
}

/// A check with its number among the findings of the same check about the same input.
#[derive(Clone, Copy, Debug)]
pub struct NumberedCheck<'a> {
    check: &'a QualityRow,
    finding: u32,
}

/// Rows of `quality`; a second finding of one check about one input is called `<check>#2`, a third `#3`, in the order
/// given.
#[must_use]
pub fn numbered_checks(checks: &[QualityRow]) -> Vec<NumberedCheck<'_>> {
    let mut findings = BTreeMap::new();
    let numbered = checks.iter().map(|check| {
        let finding = findings.entry((&check.input, &check.check_id)).or_insert(0u32);
        *finding += 1;
        NumberedCheck { check, finding: *finding }
    });
    numbered.collect()
}

impl NumberedCheck<'_> {
    fn check_id(self) -> String {
        let check = &self.check.check_id;
        if self.finding == 1 { check.clone() } else { format!("{check}#{}", self.finding) }
    }
}

impl TableSource for NumberedCheck<'_> {
    type Value = Cell;

    const ABOUT: About = About::new(TableId::Quality, "quality", "input × check");

    fn columns(t: &mut Columns<Self>) {
        columns! { t, r =>
            /// Table or source checked; `night` for checks of the whole.
            key "input": Category = &r.check.input;
            /// The check.
            key "check_id": Category = r.check_id();
            /// What a miss means: `note`, `warn` or `gate`.
            filled "severity": Category = &r.check.severity;
            /// `ok`, `note`, `warn` or `fail`.
            filled "status": Category = &r.check.status;
            /// Figure checked; null = the check is not about a number.
            maybe "value": Float64 = r.check.value;
            /// Figure it was held against; null = none.
            maybe "limit": Float64 = r.check.limit;
            /// Rows concerned; null = not counted.
            people_or_null "rows" = r.check.rows;
            /// The finding in one sentence; never holds personal data.
            filled "message": Text = &r.check.message;
        }
    }
}
