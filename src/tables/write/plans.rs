//! `plans`: every line of every plan, the neutral one included.

use super::{Row, TableRows, WriteError};
use crate::model::plan::{Plan, PlanLine, PlanSet};
use crate::tables::schema::TableId;

/// `plans`, the neutral plan under the segment id `NONE`.
///
/// # Errors
/// [`WriteError::Column`] for a number beyond the range of its column.
pub fn plans_table(set: &PlanSet) -> Result<TableRows, WriteError> {
    let mut table = TableRows::new(TableId::Plans);
    for plan in set.plans.iter().chain([&set.neutral]) {
        for line in &plan.lines {
            table.push(row(plan, line, &set.catalogue_version))?;
        }
    }
    Ok(table)
}

fn row(plan: &Plan, line: &PlanLine, catalogue_version: &str) -> Row {
    Row::new()
        .set("segment_id", &plan.segment_id)
        .set("rank", line.rank)
        .set("play_id", &line.play_id)
        .set("kind", &line.kind)
        .set("subject", &line.subject)
        .set("action", &line.action)
        .set("channel", &line.channel)
        .set("message_angle", &line.message_angle)
        .set("proof_needed", &line.proof_needed)
        .set("avoid", &line.avoid)
        .set("owner", &line.owner)
        .set("window_days", line.window_days)
        .set("metric", &line.metric)
        .set("baseline", line.baseline)
        .set("target", line.target)
        .set("evidence", line.evidence.to_string())
        .set("because", &line.because)
        .set("reach", line.reach)
        .set("held_out", line.held_out)
        .set_estimate(["expected_gain", "expected_gain_low", "expected_gain_high"], line.expected_gain)
        .set("detectable_effect", line.detectable_effect)
        .set("testable", line.testable)
        .set("catalogue_version", catalogue_version)
}
