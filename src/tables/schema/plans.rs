//! `plans`: every line of every plan, the neutral one included.

use super::column::ColumnType as T;
use super::table::{About, Columns, SEGMENT_ID, TableSource};
use super::{Cell, TableId};
use crate::model::plan::{Plan, PlanLine, PlanSet};

/// A line of a plan.
#[derive(Clone, Copy, Debug)]
pub struct PlanRow<'a> {
    plan: &'a Plan,
    line: &'a PlanLine,
    catalogue_version: &'a str,
}

/// Rows of `plans`, the neutral plan under the segment id `NONE`.
#[must_use]
pub fn plan_rows(set: &PlanSet) -> Vec<PlanRow<'_>> {
    let plans = set.plans.iter().chain([&set.neutral]);
    let row = |plan, line| PlanRow { plan, line, catalogue_version: &set.catalogue_version };
    plans.flat_map(|plan| plan.lines.iter().map(move |line| row(plan, line))).collect()
}

impl TableSource for PlanRow<'_> {
    type Value = Cell;

    const ABOUT: About = About::new(TableId::Plans, "plans", "segment × line of its plan");

    fn columns(t: &mut Columns<Self>) {
        t.key("segment_id", T::Category, SEGMENT_ID, |r| &r.plan.segment_id);
        t.key("rank", T::Int32, "Place of the line in its plan, 1 = first.", |r| r.line.rank);
        t.filled("play_id", T::Category, "Play of the catalogue.", |r| &r.line.play_id);
        t.filled("kind", T::Category, "`lead`, `fix`, `hold`, `need`, `arc` or `neutral`.", |r| &r.line.kind);
        t.filled(
            "subject",
            T::Category,
            "What it is about: an element, a need tier, an arc step or `everyone`.",
            |r| &r.line.subject,
        );
        t.filled("action", T::Text, "What to do, one sentence.", |r| &r.line.action);
        t.filled("channel", T::Category, "Channel to use.", |r| &r.line.channel);
        t.filled("message_angle", T::Text, "Angle of the message.", |r| &r.line.message_angle);
        t.filled("proof_needed", T::Text, "Fact that has to be true before it may be said.", |r| &r.line.proof_needed);
        t.filled("avoid", T::Text, "What not to do.", |r| &r.line.avoid);
        t.filled("owner", T::Category, "Role that owns the line.", |r| &r.line.owner);
        t.filled("window_days", T::Int32, "Days to run before the result is read.", |r| r.line.window_days);
        t.filled("metric", T::Text, "What is measured.", |r| &r.line.metric);
        t.maybe("baseline", T::Float64, "Value of the metric now; null = not known.", |r| r.line.baseline);
        t.maybe("target", T::Float64, "Value to aim for; null = no baseline.", |r| r.line.target);
        t.filled("evidence", T::Text, "Figures the line rests on, as a JSON object.", |r| r.line.evidence.to_string());
        t.filled("because", T::Text, "The evidence in one plain sentence.", |r| &r.line.because);
        t.filled("reach", T::Int64, "Customers who can be reached: consented, not held out, no open case.", |r| {
            r.line.reach
        });
        t.filled("held_out", T::Int64, "Comparable customers kept out as control.", |r| r.line.held_out);
        t.estimate("expected_gain", "Expected gain; null until treatments were measured.", |r| r.line.expected_gain);
        t.maybe(
            "detectable_effect",
            T::Float64,
            "Smallest relative change the test can detect (power 80 %, two-sided 5 %); null = nobody to test on.",
            |r| r.line.detectable_effect,
        );
        t.filled(
            "testable",
            T::Bool,
            "That effect is plausible, so the line can be tested on this segment alone.",
            |r| r.line.testable,
        );
        t.filled("catalogue_version", T::Category, "Version of the catalogue the play comes from.", |r| {
            r.catalogue_version
        });
    }
}
