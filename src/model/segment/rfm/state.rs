//! The pass: blocks in, integer sums by class out.

use super::super::profile::parts::CustomerParts;
use super::super::profile::sums::{CENTI, Moments, Part, money_steps, steps, weight_steps};
use crate::customer::rfm::RfmCuts;
use crate::rows::{Aspect, CustomerBlock, History, Question, RfmGroup, ScoredBlock};
use valueseg_catalogue::N_ELEMENTS;

/// Days of orders that are foretold: those of a quarter, like the rates of plans. Our judgment.
const AHEAD_DAYS: i64 = 90;

/// Microseconds of these.
const AHEAD: i64 = AHEAD_DAYS * 86_400_000_000;

/// Outcomes that groups are held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Foretold {
    /// Bought in the 90 days before the night.
    Bought,
    /// Net order value in these days.
    Value,
    /// Satisfaction.
    Satisfaction,
    /// Recommendation.
    Recommend,
}

impl Foretold {
    pub(super) const ALL: [Self; 4] = [Self::Bought, Self::Value, Self::Satisfaction, Self::Recommend];
}

/// Customers of one block; row `i` of each belongs together.
#[derive(Clone, Copy, Debug)]
pub struct RfmBlock<'a> {
    /// Customers.
    pub customers: &'a CustomerBlock,
    /// Their segments; suppressed customers are left out.
    pub scored: &'a ScoredBlock,
    /// Their orders.
    pub histories: &'a [History],
}

/// Adds up outcomes by ready-made group and by segment.
#[derive(Clone, Debug)]
pub struct RfmFold {
    segments: usize,
    /// `None` = nobody bought anything: there are no groups.
    cuts: Option<RfmCuts>,
    /// The first moment after the night.
    now: i64,
}

/// Outcomes by class of one grouping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GroupingSums {
    /// By outcome, then class.
    pub(super) outcomes: [Vec<Moments>; Foretold::ALL.len()],
    /// Importance by element, then class.
    pub(super) wants: Vec<Vec<Moments>>,
}

impl GroupingSums {
    fn zero(classes: usize) -> Self {
        let none = vec![Moments::default(); classes];
        Self { outcomes: std::array::from_fn(|_| none.clone()), wants: vec![none; N_ELEMENTS] }
    }

    pub(super) fn cells_mut(&mut self) -> impl Iterator<Item = &mut Moments> {
        self.outcomes.iter_mut().chain(&mut self.wants).flatten()
    }
}

/// Integer sums of the pass.
///
/// INVARIANT: merging is exact, associative and commutative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RfmState {
    /// By ready-made group; by segment and for those of whom no probability is known.
    pub(super) rfm: GroupingSums,
    pub(super) segments: GroupingSums,
}

impl RfmState {
    /// Adds what `other` has seen.
    pub fn merge(&mut self, mut other: Self) {
        let mine = self.rfm.cells_mut().chain(self.segments.cells_mut());
        mine.zip(other.rfm.cells_mut().chain(other.segments.cells_mut())).for_each(|(mine, theirs)| mine.merge(theirs));
    }
}

impl RfmFold {
    /// A pass over customers in `segments` segments, groups being cut by `cuts`, on a night that ends at `now`.
    #[must_use]
    pub fn new(segments: usize, cuts: Option<RfmCuts>, now: i64) -> Self {
        Self { segments, cuts, now }
    }

    /// The state before the first customer; merging it changes nothing.
    #[must_use]
    pub fn zero(&self) -> RfmState {
        RfmState { rfm: GroupingSums::zero(RfmGroup::ALL.len()), segments: GroupingSums::zero(self.segments + 1) }
    }

    /// Adds a block.
    ///
    /// METHOD: what groups say of orders to come is asked of orders that came: groups as of 90 days before the night, by the
    /// cut points of the night, against what was bought since by those who were customers then. Segments are tonight's; who
    /// is typed by signals is typed by those of these 90 days too, which is to their advantage.
    ///
    /// # Panics
    /// If the parts of the block differ in length.
    pub fn fold(&self, state: &mut RfmState, block: &RfmBlock<'_>) {
        let Some(cuts) = &self.cuts else { return };
        let n = block.customers.len();
        assert!(block.scored.assignments.len() == n && block.histories.len() == n, "the parts have the same rows");
        let mut parts = CustomerParts::new(self.segments);
        for row in 0..n {
            if block.scored.suppressed[row].is_some() {
                continue;
            }
            let weight = weight_steps(block.customers.weight[row]);
            parts.share_out(block.scored, row, weight);
            let history = &block.histories[row];
            let (then, tonight) = (cuts.group(history, self.now - AHEAD), cuts.group(history, self.now));
            let one = RfmRow { block, row, outcomes: self.outcomes(block, row) };
            one.add(&mut state.rfm, |ahead| {
                std::iter::once((if ahead { then } else { tonight } as usize, Part::from(weight)))
            });
            one.add(&mut state.segments, |_| parts.of_groups());
        }
    }

    /// What is known of a customer, each in steps; `None` = not known, or was no customer yet.
    fn outcomes(&self, block: &RfmBlock<'_>, row: usize) -> [Option<i64>; Foretold::ALL.len()] {
        let (history, attitudes) = (&block.histories[row], &block.customers.attitudes);
        let since = self.now - AHEAD;
        let there = history.tenure_days.is_none_or(|days| i64::from(days) >= AHEAD_DAYS);
        let lately = || history.orders.iter().filter(|order| order.at >= since);
        let bought = lately().any(|order| order.amount.is_none_or(|amount| amount > 0.0));
        let value = lately().filter_map(|order| order.amount).sum::<f64>();
        let answer = |question| attitudes.get(row, question).map(|answer| steps(f64::from(answer), CENTI));
        [
            there.then(|| i64::from(bought)),
            there.then(|| money_steps(value)).flatten(),
            answer(Question::Satisfaction),
            answer(Question::Recommend),
        ]
    }
}

/// One customer.
struct RfmRow<'a> {
    block: &'a RfmBlock<'a>,
    row: usize,
    outcomes: [Option<i64>; Foretold::ALL.len()],
}

impl RfmRow<'_> {
    /// Adds it to the classes that `classes` says: as of 90 days ago, or as of tonight.
    fn add<I: Iterator<Item = (usize, Part)>>(&self, sums: &mut GroupingSums, classes: impl Fn(bool) -> I) {
        for (outcome, x) in Foretold::ALL.into_iter().zip(self.outcomes) {
            let Some(x) = x else { continue };
            for (class, part) in classes(matches!(outcome, Foretold::Bought | Foretold::Value)) {
                sums.outcomes[outcome as usize][class].add(part, x);
            }
        }
        // Importance stands first among the ratings, an element each.
        let mut left = self.block.customers.rated[self.row] & Aspect::Importance.mask();
        while left != 0 {
            let element = left.trailing_zeros() as usize;
            left &= left - 1;
            let x = steps(f64::from(self.block.customers.ratings[(self.row, element)]), CENTI);
            for (class, part) in classes(false) {
                sums.wants[element][class].add(part, x);
            }
        }
    }
}
