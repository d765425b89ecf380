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

/// Rows of `plans`, the company's plan under the segment id `ALL`, the neutral one under `NONE`.
#[must_use]
pub fn plan_rows(set: &PlanSet) -> Vec<PlanRow<'_>> {
    let row = |plan, line| PlanRow { plan, line, catalogue_version: &set.catalogue_version };
    set.all().flat_map(|plan| plan.lines.iter().chain(&plan.retired).map(move |line| row(plan, line))).collect()
}

impl TableSource for PlanRow<'_> {
    type Value = Cell;

    const ABOUT: About = About::new(TableId::Plans, "plans", "segment × line of its plan");

    fn columns(t: &mut Columns<Self>) {
        t.key("segment_id", T::Category, SEGMENT_ID, |r| &r.plan.segment_id);
        columns! { t, r =>
            /// Place of the line in its plan, 1 = first.
            key "rank": Int32 = r.line.rank;
            /// `company` (a change of product, price or service for everybody, under the id `ALL`), `campaign` (sent or shown to
            /// customers who can be reached) or `service` (how they are served when they come).
            filled "scope": Category = r.line.scope.slug();
            /// Groups the line is for, by id, separated by spaces.
            filled "segments": Text = r.line.segments.join(" ");
            /// Customers in these groups, or those of them whom it concerns: something open, a story, left in peace.
            people "people" = r.line.people;
            /// Play of the catalogue.
            filled "play_id": Category = &r.line.play_id;
            /// `lead`, `fix`, `hold`, `need`, `arc`, `neutral`, `recover` (settle what is open), `connect` (motivators), `thank`,
            /// `leave` (who is not to be contacted) or `ease` (being served); `retired` = it is off, and `because` says what was found.
            filled "kind": Category = &r.line.kind;
            /// What it is about: an element, a need tier, an arc step, `everyone`, a kind of open matter (`open_complaint`),
            /// `motivators`, a kind of story (`won_back`), `left_alone`, or what makes being served hard (`refusals`).
            filled "subject": Category = &r.line.subject;
            /// What the company itself calls the element: its own question or column; null = not known, or about no element.
            maybe "item": Text = r.line.item.as_deref();
            /// What to do, one sentence.
            filled "action": Text = &r.line.action;
            /// What to do about it first, on Monday, one sentence.
            filled "first_step": Text = &r.line.first_step;
            /// Subject or opening line to say to the customer; null = nobody is spoken to.
            maybe "opening": Text = Some(&r.line.opening).filter(|opening| !opening.is_empty());
            /// Work until it runs: `hours` (one person, a day at most), `days` (a few people, two weeks at most) or `weeks` (a
            /// project). Our judgment.
            filled "effort": Category = &r.line.effort;
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
            /// Value to aim for: what the best group has, no further than is plausible; null = no baseline.
            maybe "target": Float64 = r.line.target;
            /// Why that is the target; null = none.
            maybe "target_reason": Text = Some(&r.line.target_reason).filter(|reason| !reason.is_empty());
            /// Figures the line rests on, as a JSON object.
            filled "evidence": Text = r.line.evidence.to_string();
            /// The evidence in one plain sentence.
            filled "because": Text = &r.line.because;
            /// Customers who can be reached: consented, not held out, nothing open, not to be left alone, and, of a story, part of
            /// it; null = nobody is addressed.
            people_or_null "reach" = r.line.reach;
            /// Comparable customers of the standing hold-out; null = nobody is addressed.
            people_or_null "held_out" = r.line.held_out;
            /// Expected change of the metric, from what was measured of the play, drawn toward plays of its kind; null = it was never
            /// measured.
            estimate "expected_gain" = r.line.expected_gain;
            /// What was found of the play so far, in a sentence; null = nothing was measured yet.
            maybe "learned": Text = r.line.learned.as_deref();
            /// Share of those next for it who go without, drawn by lot; null = nobody does.
            maybe "control_share": Float64 = r.line.control_share;
            /// Smallest relative change the test can detect (power 80 %, two-sided 5 %), of points in hundreds; null = nobody is
            /// held out, or nobody to test on.
            maybe "detectable_effect": Float64 = r.line.detectable_effect;
            /// A control by lot shows a plausible change, in this group or in all that have the line together.
            filled "testable": Bool = r.line.testable();
            /// How it can be found out whether it worked: `own_control`, `pooled`, `before_after` or `cannot_be_told`.
            filled "trial": Category = r.line.trial.slug();
            /// Day on which the result can be read: the night, the days it runs, and as many more as its metric looks back over
            /// beyond them; null = it cannot be told with so few people.
            maybe "known_on": Date = r.line.known_on.map(|day| Cell::Day(day.to_epoch_days()));
            /// Customers within reach from which the test shows a plausible change; null = no number would, or nobody is held
            /// out.
            maybe "people_needed": Int64 = r.line.people_needed;
            /// Version of the catalogue the play comes from.
            filled "catalogue_version": Category = r.catalogue_version;
        }
    }
}
