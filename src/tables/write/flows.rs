//! `transitions` and `arc_transitions`: how many went from where to where.

use std::collections::BTreeMap;

use super::{Row, TableRows, WriteError};
use crate::model::rows::{ArcStage, SegmentNames, SegmentPlace};
use crate::model::segment::flows::Flows;
use crate::tables::schema::TableId;

/// Parts of a customer in counts of what uncertain labels would move.
pub const NOISE_STEPS: f64 = 1e6;

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

/// `transitions`: the counts of each horizon in nights; `noise` holds what drawing tonight's labels from their probabilities
/// would move, in parts of [`NOISE_STEPS`].
///
/// METHOD: an upper bound. A customer's label is not drawn anew every night; what moves beyond this share cannot be noise.
///
/// # Errors
/// None for counts as documented.
pub fn transitions_table(
    flows: &[(u32, &Flows<Whereabouts>)],
    noise: &Flows<Whereabouts>,
    (names, min_cell): (&SegmentNames, u64),
) -> Result<TableRows, WriteError> {
    let mut table = TableRows::new(TableId::Transitions);
    let mut at: BTreeMap<Whereabouts, u64> = BTreeMap::new();
    for (_, flows) in flows.iter().filter(|(horizon, _)| *horizon == 1) {
        flows.iter().for_each(|(_, to, customers)| *at.entry(*to).or_default() += customers);
    }
    let by_noise = |from: &Whereabouts, to: &Whereabouts| {
        let members = at.get(from).copied().filter(|members| from != to && *members >= min_cell)?;
        Some(noise.count(from, to) as f64 / NOISE_STEPS / members as f64)
    };
    for (horizon, flows) in flows {
        for flow in flows.published(min_cell) {
            table.push(
                Row::new()
                    .set("from_segment_id", flow.from.word(names))
                    .set("to_segment_id", flow.to.word(names))
                    .set("horizon_days", *horizon)
                    .set("customers", flow.customers)
                    .set("share", flow.share)
                    .set("share_by_noise", by_noise(&flow.from, &flow.to).filter(|_| *horizon == 1))
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
