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

    /// Tells of a check that holds nothing back, and that fewer than `least` people are behind, only that they are fewer;
    /// none at all are told alike.
    pub(super) fn few_untold(&mut self, check_id: &str, least: u64, what: &str) {
        let few = |check: &&mut QualityRow| check.check_id == check_id && check.rows.is_some_and(|rows| rows < least);
        for check in self.checks.iter_mut().filter(few).filter(|check| check.status == "ok") {
            (check.value, check.rows) = (None, None);
            check.message = format!("fewer than {least} customers {what}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_change_is_told_only_where_it_holds_the_night() {
        let mut gated = Gated::default();
        for (id, people) in [("a", 3), ("b", 3), ("c", 30)] {
            let limit = if id == "b" { 0.0 } else { 0.5 };
            gated.gate("night", id, 0.01 * people as f64, limit, people, format!("{people} moved"));
            gated.few_untold(id, 20, "moved");
        }
        let messages: Vec<&str> = gated.checks.iter().map(|check| check.message.as_str()).collect();
        assert_eq!(messages, ["fewer than 20 customers moved", "3 moved", "30 moved"]);
        assert_eq!((gated.checks[0].value, gated.checks[0].rows), (None, None));
        assert_eq!(gated.reasons, ["3 moved"]);
    }
}
