//! From sums to how much each grouping explains.

use super::super::noise::{GroupNoise, Noise, Span};
use super::super::profile::sums::{CENTI, FINE, Moments};
use super::state::{Foretold, GroupingSums, RfmState};
use crate::rows::{Estimate, Figure};
use valueseg_stats::comparison::correlation_interval;
use valueseg_stats::interval::Interval;

/// Ratings, in steps.
const RATING: Span = Span::Scale(0, 10 * CENTI as i64);

/// How much of an outcome one grouping explains.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupingShare {
    /// `bought_after`, `value_after`, `satisfaction`, `recommend` or `importance`.
    pub outcome: &'static str,
    /// `rfm` or `segments`.
    pub grouping: &'static str,
    /// Classes of `min_cell` customers or more that took part.
    pub classes: u32,
    /// Share of the variance that lies between classes, 0–1.
    pub share: Figure,
    /// What favors the grouping here, if something does.
    pub note: &'static str,
}

/// Ready-made groups beside the segments.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RfmComparison {
    /// By outcome, then grouping.
    pub shares: Vec<GroupingShare>,
}

/// The segments were cut on the very answers.
const CUT_ON: &str = "Segments are cut on these answers, so their share is not a fair one.";

/// The segments know what is to be foretold.
const LATER: &str = "Segments are tonight's: signals of the 90 days take part in typing who was not asked.";

impl RfmState {
    /// How much each grouping explains of each outcome. `by_importance`: segments were cut on importance. Classes of fewer
    /// than `min_cell` customers take no part.
    ///
    /// METHOD: `ε² = 1 − MSW/MST` (Kelley, Proceedings of the National Academy of Sciences 21, 1935): η² less what
    /// classes explain by their number alone; below 0 it is 0. Customers count in segments by probability. The interval
    /// is that of a correlation of size ε with as many customers as there are (our judgment: as if the classes were one
    /// score). Of importance the variances of all elements are added up.
    #[must_use]
    pub fn finish(&self, min_cell: u64, by_importance: bool, noise: &Noise) -> RfmComparison {
        let mut shares = Vec::new();
        let outcomes = [
            (Foretold::Bought, "bought_after", Span::Share),
            (Foretold::Value, "value_after", Span::Open),
            (Foretold::Satisfaction, "satisfaction", RATING),
            (Foretold::Recommend, "recommend", RATING),
        ];
        for (grouping, sums) in [("rfm", &self.rfm), ("segments", &self.segments)] {
            let mut noise = noise.of("explained", grouping);
            for (outcome, word, span) in outcomes {
                let ahead = matches!(outcome, Foretold::Bought | Foretold::Value);
                let note = if grouping == "segments" && ahead { LATER } else { "" };
                let columns = [sums.outcomes[outcome as usize].as_slice()];
                shares.push(share(Told { outcome: word, grouping, note }, &columns, span, min_cell, &mut noise));
            }
            let note = if grouping == "segments" && by_importance { CUT_ON } else { "" };
            let columns: Vec<&[Moments]> = sums.wants.iter().map(Vec::as_slice).collect();
            shares.push(share(Told { outcome: "importance", grouping, note }, &columns, RATING, min_cell, &mut noise));
        }
        shares.sort_by_key(|share| (share.outcome, share.grouping));
        RfmComparison { shares }
    }
}

/// What a share is called.
struct Told {
    outcome: &'static str,
    grouping: &'static str,
    note: &'static str,
}

/// Each of `columns` is an outcome by class.
fn share(told: Told, columns: &[&[Moments]], span: Span, min_cell: u64, noise: &mut GroupNoise) -> GroupingShare {
    let (mut within, mut all, mut classes, mut people, mut worth) = (0.0, 0.0, 0, 0, 0.0f64);
    for column in columns {
        let shown = column.iter().filter(|class| class.count() >= min_cell.max(2));
        let shown: Vec<Moments> = shown.map(|class| class.released(span, noise)).collect();
        let Some(split) = Split::of(&shown) else { continue };
        within += split.within;
        all += split.all;
        classes = classes.max(shown.len());
        people = people.max(split.people);
        worth = worth.max(split.worth);
    }
    let known = columns.iter().flat_map(|column| column.iter()).map(Moments::count).max().unwrap_or(0);
    let interval = (all > 0.0).then(|| explained(1.0 - within / all, worth)).flatten();
    let share = match interval {
        Some(interval) => Figure::Known(Estimate::of(interval, people)),
        None if known > 0 && classes == 0 => Figure::Withheld { n: known },
        None => Figure::Unknown { n: people },
    };
    let Told { outcome, grouping, note } = told;
    GroupingShare { outcome, grouping, classes: classes as u32, share, note }
}

/// A share of variance with its interval, that of a correlation of its root.
fn explained(share: f64, n: f64) -> Option<Interval> {
    let share = share.clamp(0.0, 1.0);
    let root = correlation_interval(share.sqrt(), n)?;
    Some(Interval { value: share, low: root.low.max(0.0).powi(2).min(share), high: root.high.powi(2).max(share) })
}

/// Mean squares of one outcome.
struct Split {
    within: f64,
    all: f64,
    people: u64,
    worth: f64,
}

impl Split {
    /// `None` with fewer than two classes, or where nothing varies.
    fn of(classes: &[Moments]) -> Option<Self> {
        let mut total = Moments::default();
        classes.iter().for_each(|class| total.merge(class));
        let n = total.effective_n();
        let (k, all) = (classes.len() as f64, total.variance(FINE)?);
        let within = classes.iter().map(|class| class.w as f64 * class.variance(FINE).unwrap_or(0.0)).sum::<f64>();
        let within = within / total.w as f64;
        // Scaled by the variance of the whole, so that outcomes of several columns count alike.
        (k >= 2.0 && n > k && all > 0.0).then(|| Self {
            within: within / all * n / (n - k),
            all: n / (n - 1.0),
            people: total.count(),
            worth: n,
        })
    }
}

/// Classes of a grouping, for the tests.
#[cfg(test)]
pub(super) fn share_of(classes: &[Moments]) -> Option<f64> {
    Split::of(classes).map(|split| 1.0 - split.within / split.all)
}

/// Every cell of both groupings.
impl GroupingSums {
    #[cfg(test)]
    pub(super) fn people(&self, outcome: Foretold) -> Vec<u64> {
        self.outcomes[outcome as usize].iter().map(Moments::count).collect()
    }
}
