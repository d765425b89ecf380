//! What earlier nights published, as far as a report compares tonight with it.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::stats::interval::Interval;

/// Earlier nights and the ways between the last of them and tonight. Empty on a first night.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReportHistory {
    /// Earlier nights, oldest first; tonight is not among them.
    pub nights: Vec<NightFigures>,
    /// Published ways between groups since the newest of them.
    pub moves: Vec<GroupMove>,
}

/// What one night published of its groups.
#[derive(Clone, Debug, PartialEq)]
pub struct NightFigures {
    /// The night.
    pub run_date: NaiveDate,
    /// By id: segments, `ALL`, `NONE`.
    pub groups: BTreeMap<String, GroupFigures>,
}

/// What one night published of one group; what it withheld or did not know is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GroupFigures {
    /// Customers.
    pub size: Option<u64>,
    /// Customers within reach by any channel.
    pub reach: Option<u64>,
    /// Mean value in a year, in the project's currency, with its 95 % interval.
    pub value_mean: Option<Interval>,
    /// Connection score, 0–1, with its 95 % interval.
    pub connection: Option<Interval>,
}

/// A way between two groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupMove {
    /// Group then: a segment, `NONE`, or `OUT` = not scored.
    pub from: String,
    /// Group tonight, likewise.
    pub to: String,
    /// Customers who took it; `None` = withheld, too few.
    pub customers: Option<u64>,
}

impl ReportHistory {
    /// The newest earlier night.
    #[must_use]
    pub fn before(&self) -> Option<&NightFigures> {
        self.nights.last()
    }

    /// The oldest night kept, if it is not the newest as well.
    #[must_use]
    pub fn long_ago(&self) -> Option<&NightFigures> {
        self.nights.first().filter(|_| self.nights.len() > 1)
    }

    /// Sizes of a group on the earlier nights, oldest first; `None` = withheld or not there.
    pub fn sizes(&self, group: &str) -> impl Iterator<Item = Option<u64>> {
        self.nights.iter().map(move |night| night.groups.get(group).and_then(|figures| figures.size))
    }
}
