//! `transitions` and `arc_transitions`: how many went from where to where.

use super::{Row, TableRows, WriteError};
use crate::model::continuity::{SegmentNames, SegmentPlace};
use crate::model::flows::Flows;
use crate::model::relationship::ArcStage;
use crate::tables::schema::TableId;

/// Where a customer was, for counts of moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whereabouts {
    /// In this segment.
    Segment(SegmentPlace),
    /// Scored, in no segment.
    Nowhere,
    /// Not scored, or not there.
    Out,
}

impl Whereabouts {
    /// Of a customer with this segment, suppressed or not.
    #[must_use]
    pub fn of(segment: Option<SegmentPlace>, suppressed: bool) -> Self {
        match segment {
            _ if suppressed => Self::Out,
            Some(segment) => Self::Segment(segment),
            None => Self::Nowhere,
        }
    }

    fn word(self, names: &SegmentNames) -> String {
        match self {
            Self::Segment(place) => names.ids().get(usize::from(place)).cloned().unwrap_or_else(|| "OUT".to_owned()),
            Self::Nowhere => "NONE".to_owned(),
            Self::Out => "OUT".to_owned(),
        }
    }
}

/// `transitions`: the counts of each horizon in nights.
///
/// # Errors
/// None for counts as documented.
pub fn transitions_table(
    flows: &[(u32, &Flows<Whereabouts>)],
    names: &SegmentNames,
    min_cell: u64,
) -> Result<TableRows, WriteError> {
    let mut table = TableRows::new(TableId::Transitions);
    for (horizon, flows) in flows {
        for flow in flows.published(min_cell) {
            table.push(
                Row::new()
                    .set("from_segment_id", flow.from.word(names))
                    .set("to_segment_id", flow.to.word(names))
                    .set("horizon_days", *horizon)
                    .set("customers", flow.customers)
                    .set("share", flow.share)
                    .set("suppressed", flow.customers.is_none()),
            )?;
        }
    }
    Ok(table)
}

/// `arc_transitions`: ways along the arc since the night before, in trouble or not.
///
/// # Errors
/// None for counts as documented.
pub fn arc_transitions_table([calm, trouble]: [&Flows<ArcStage>; 2], min_cell: u64) -> Result<TableRows, WriteError> {
    let mut table = TableRows::new(TableId::ArcTransitions);
    for (flows, trouble) in [(calm, false), (trouble, true)] {
        for flow in flows.published(min_cell) {
            table.push(
                Row::new()
                    .set("from_stage", u32::from(flow.from.number()))
                    .set("to_stage", u32::from(flow.to.number()))
                    .set("trouble", trouble)
                    .set("customers", flow.customers)
                    .set("suppressed", flow.customers.is_none()),
            )?;
        }
    }
    Ok(table)
}
