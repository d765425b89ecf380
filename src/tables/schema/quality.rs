//! `quality`: every check of the night.

use std::collections::BTreeMap;

use serde::Serialize;

use super::column::ColumnType as T;
use super::table::{About, Columns, TableSource};
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
        t.key("input", T::Category, "Table or source checked; `night` for checks of the whole.", |r| &r.check.input);
        t.key("check_id", T::Category, "The check.", |r| r.check_id());
        t.filled("severity", T::Category, "What a miss means: `note`, `warn` or `gate`.", |r| &r.check.severity);
        t.filled("status", T::Category, "`ok`, `note`, `warn` or `fail`.", |r| &r.check.status);
        t.maybe("value", T::Float64, "Figure checked; null = the check is not about a number.", |r| r.check.value);
        t.maybe("limit", T::Float64, "Figure it was held against; null = none.", |r| r.check.limit);
        t.maybe("rows", T::Int64, "Rows concerned; null = not counted.", |r| r.check.rows);
        t.filled("message", T::Text, "The finding in one sentence; never holds personal data.", |r| &r.check.message);
    }
}
