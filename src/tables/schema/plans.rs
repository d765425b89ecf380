//! `plans`: every line of every plan, the neutral one included.

use super::column::ColumnType as T;
use super::table::{About, Columns, SEGMENT_ID, TableSource, columns};
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
        columns! { t, r =>
            /// Place of the line in its plan, 1 = first.
            key "rank": Int32 = r.line.rank;
            /// Play of the catalogue.
            filled "play_id": Category = &r.line.play_id;
            /// `lead`, `fix`, `hold`, `need`, `arc` or `neutral`.
            filled "kind": Category = &r.line.kind;
            /// What it is about: an element, a need tier, an arc step or `everyone`.
            filled "subject": Category = &r.line.subject;
            /// What to do, one sentence.
            filled "action": Text = &r.line.action;
            /// Channel to use.
            filled "channel": Category = &r.line.channel;
            /// Angle of the message.
            filled "message_angle": Text = &r.line.message_angle;
            /// Fact that has to be true before it may be said.
            filled "proof_needed": Text = &r.line.proof_needed;
            /// What not to do.
            filled "avoid": Text = &r.line.avoid;
            /// Role that owns the line.
            filled "owner": Category = &r.line.owner;
            /// Days to run before the result is read.
            filled "window_days": Int32 = r.line.window_days;
            /// What is measured.
            filled "metric": Text = &r.line.metric;
            /// Value of the metric now; null = not known.
            maybe "baseline": Float64 = r.line.baseline;
            /// Value to aim for; null = no baseline.
            maybe "target": Float64 = r.line.target;
            /// Figures the line rests on, as a JSON object.
            filled "evidence": Text = r.line.evidence.to_string();
            /// The evidence in one plain sentence.
            filled "because": Text = &r.line.because;
            /// Customers who can be reached: consented, not held out, no open case.
            people "reach" = r.line.reach;
            /// Comparable customers kept out as control.
            people "held_out" = r.line.held_out;
            /// Expected gain; null until treatments were measured.
            estimate "expected_gain" = r.line.expected_gain;
            /// Smallest relative change the test can detect (power 80 %, two-sided 5 %); null = nobody to test on.
            maybe "detectable_effect": Float64 = r.line.detectable_effect;
            /// That effect is plausible, so the line can be tested on this segment alone.
            filled "testable": Bool = r.line.testable;
            /// Version of the catalogue the play comes from.
            filled "catalogue_version": Category = r.catalogue_version;
        }
    }
}
