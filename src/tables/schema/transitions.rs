//! `transitions`: how many went from where to where.

use std::collections::BTreeMap;

use super::table::{About, Columns, TableSource, columns};
use super::{Cell, TableId};
use crate::model::rows::{SegmentNames, SegmentPlace};
use crate::model::segment::flows::Flows;

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

    /// Its word in tables: the id of a segment, `NONE` or `OUT`.
    #[must_use]
    pub fn word(self, names: &SegmentNames) -> &str {
        match self {
            Self::Segment(place) => names.ids().get(usize::from(place)).map_or("OUT", String::as_str),
            Self::Nowhere => "NONE",
            Self::Out => "OUT",
        }
    }
}

/// Ways since an earlier night.
#[derive(Clone, Copy, Debug)]
pub struct Since<'a> {
    /// Nights between then and now.
    pub nights: u32,
    /// Who went where.
    pub flows: &'a Flows<Whereabouts>,
}

/// A way between two segments.
#[derive(Clone, Copy, Debug)]
pub struct TransitionRow<'a> {
    from: &'a str,
    to: &'a str,
    nights: u32,
    customers: Option<u64>,
    share: Option<f64>,
    share_by_noise: Option<f64>,
}

/// Rows of `transitions`: the counts of each horizon; `noise` holds what drawing tonight's labels from their
/// probabilities would move, in parts of [`NOISE_STEPS`].
///
/// METHOD: an upper bound. A customer's label is not drawn anew every night; what moves beyond this share cannot be noise.
#[must_use]
pub fn transition_rows<'a>(
    horizons: &[Since<'_>],
    noise: &Flows<Whereabouts>,
    names: &'a SegmentNames,
    min_cell: u64,
) -> Vec<TransitionRow<'a>> {
    let mut at: BTreeMap<Whereabouts, u64> = BTreeMap::new();
    for since in horizons.iter().filter(|since| since.nights == 1) {
        since.flows.iter().for_each(|(_, to, customers)| *at.entry(*to).or_default() += customers);
    }
    let by_noise = |from: &Whereabouts, to: &Whereabouts| {
        let members = at.get(from).copied().filter(|members| from != to && *members >= min_cell)?;
        Some((noise.count(from, to) as f64 / NOISE_STEPS / members as f64 * 100.0).round() / 100.0)
    };
    let mut rows = Vec::new();
    for since in horizons {
        rows.extend(since.flows.published(min_cell).into_iter().map(|flow| TransitionRow {
            from: flow.from.word(names),
            to: flow.to.word(names),
            nights: since.nights,
            customers: flow.customers,
            share: flow.share,
            share_by_noise: by_noise(&flow.from, &flow.to).filter(|_| since.nights == 1),
        }));
    }
    rows
}

impl TableSource for TransitionRow<'_> {
    type Value = Cell;

    const ABOUT: About = About::new(TableId::Transitions, "transitions", "segment then × segment now × horizon");

    fn columns(t: &mut Columns<Self>) {
        columns! { t, r =>
            /// Segment then, `NONE` = no segment, `OUT` = not scored then.
            key "from_segment_id": Category = r.from;
            /// Segment tonight, `NONE` = no segment, `OUT` = not scored any more.
            key "to_segment_id": Category = r.to;
            /// Nights between then and now: 1 or 30.
            key "horizon_days": Int32 = r.nights;
            /// Customers who took this way; null = withheld, too few.
            people_or_null "customers" = r.customers;
            /// Share of those in `from_segment_id` then, 0–1, to the hundredth; null as `customers`.
            maybe "share": Float64 = r.share;
            /// Share of tonight's members that would be in `to_segment_id` if labels were drawn from their
            /// probabilities: what moves beyond it is no label noise, 0–1; null = not estimated: stays, and other
            /// horizons than a night.
            maybe "share_by_noise": Float64 = r.share_by_noise;
            /// The count was withheld because too few people stand behind it.
            filled "suppressed": Bool = r.customers.is_none();
        }
    }
}
