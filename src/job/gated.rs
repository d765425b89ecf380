//! What gates found, of inputs and of a scored night.

use crate::job::quality::note;
use crate::tables::schema::QualityRow;

/// What the gates found: one row a check, and the reasons to hold the night.
#[derive(Clone, Default)]
pub(super) struct Gated {
    /// Rows for the `quality` table.
    pub(super) checks: Vec<QualityRow>,
    /// Reasons in plain words; empty = the night may be published.
    pub(super) reasons: Vec<String>,
}

impl Gated {
    /// Both together.
    pub(super) fn and(mut self, mut other: Self) -> Self {
        self.checks.append(&mut other.checks);
        self.reasons.append(&mut other.reasons);
        self
    }

    /// A check with its limit; a miss is a reason.
    pub(super) fn gate(&mut self, input: &str, check_id: &str, value: f64, limit: f64, rows: u64, message: String) {
        let failed = value > limit;
        self.checks.push(QualityRow {
            severity: "gate".to_owned(),
            status: if failed { "fail" } else { "ok" }.to_owned(),
            value: Some(value),
            limit: Some(limit),
            rows: Some(rows),
            ..note(input, check_id, message.clone())
        });
        if failed {
            self.reasons.push(message);
        }
    }
}
