//! `arc_transitions`: how many went up and down the relationship arc since the night before.

use super::table::{About, Columns, TableSource, columns};
use super::{Cell, TableId};
use crate::model::rows::ArcStage;
use crate::model::segment::flows::Flows;

/// A way along the arc.
#[derive(Clone, Copy, Debug)]
pub struct ArcTransitionRow {
    from: ArcStage,
    to: ArcStage,
    trouble: bool,
    customers: Option<u64>,
}

/// Rows of `arc_transitions`: ways of people who were not in trouble on the night before, and of those who were.
#[must_use]
pub fn arc_transition_rows(calm: &Flows<ArcStage>, troubled: &Flows<ArcStage>, min_cell: u64) -> Vec<ArcTransitionRow> {
    let mut rows = Vec::new();
    for (flows, trouble) in [(calm, false), (troubled, true)] {
        let published = flows.published(min_cell).into_iter();
        rows.extend(published.map(|flow| ArcTransitionRow {
            from: flow.from,
            to: flow.to,
            trouble,
            customers: flow.customers,
        }));
    }
    rows
}

impl TableSource for ArcTransitionRow {
    type Value = Cell;

    const ABOUT: About = About::new(TableId::ArcTransitions, "arc_transitions", "stage then × stage now × trouble");

    fn columns(t: &mut Columns<Self>) {
        columns! { t, r =>
            /// Stage of the relationship arc on the night before, 0–5.
            key "from_stage": Int32 = u32::from(r.from.number());
            /// Stage tonight, 0–5.
            key "to_stage": Int32 = u32::from(r.to.number());
            /// Something was in disorder on the night before: an open complaint, a broken promise, or more bad than
            /// good.
            key "trouble": Bool = r.trouble;
            /// Customers who took this way; null = withheld, too few.
            people_or_null "customers" = r.customers;
            /// The count was withheld because too few people stand behind it.
            filled "suppressed": Bool = r.customers.is_none();
        }
    }
}
