//! What a pass over all customers leaves behind of plays and the program: whole numbers, which merge exactly.

use std::collections::BTreeMap;

use super::experiment::{EffectMetric, EffectRole, Experiments};
use super::finding::ControlKind;
use super::interaction::PairSums;
use super::lottery::TrialArm;
use super::outcome::{Counted, Window};
use super::whole_sums::WholeSums;
use crate::rows::{History, PartialState, PlayContact, SegmentPlace, Vocabulary, Word};

/// Microseconds in a day.
const DAY: i64 = 86_400_000_000;

/// Days that histories reach back.
const HISTORY_DAYS: i32 = 365;

/// Steps of an amount on the logarithm that are told apart where it is capped: one in a hundred.
const CAP_STEPS: f64 = 100.0;

/// Where a customer belonged when the lot fell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EffectGroup {
    /// A segment.
    Segment(SegmentPlace),
    /// No segment: the neutral plan.
    Neutral,
    /// Not known: the lot fell elsewhere.
    Unknown,
}

/// What the ledger says of one customer and one play.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Enrollment {
    /// Place in [`Experiments`].
    pub play: u16,
    /// Where the customer belonged then.
    pub group: EffectGroup,
    /// What the lot decided.
    pub arm: TrialArm,
    /// Share of the other arm that was drawn then, 0–1.
    pub share: f64,
    /// The night of the lot, days since 1970.
    pub assigned: i32,
}

/// A block of customers, as far as effects ask.
pub struct EffectRows<'a> {
    /// What they did.
    pub histories: &'a [History],
    /// What the ledger says of each.
    pub enrolled: &'a [Vec<Enrollment>],
    /// Whether each may be counted: whoever must not be profiled is not.
    pub counts: &'a [bool],
    /// Words of the histories.
    pub words: &'a Vocabulary,
}

/// Customers of one lot: a play, a group, a kind of control, a share drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LotKey {
    pub(super) play: u16,
    pub(super) kind: ControlKind,
    pub(super) group: EffectGroup,
    /// Bits of the share of the control; `None` = not known.
    pub(super) share: Option<u64>,
}

/// Counts of a lot; of two arms, the treated first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LotCounts {
    pub(super) assigned: [u64; 2],
    pub(super) matured: [u64; 2],
    /// Matured customers who were reached.
    pub(super) reached: [u64; 2],
    /// Customers by the day of their lot, both arms.
    pub(super) days: BTreeMap<i32, u64>,
}

/// Sums of a metric over the customers of a lot; of two arms, the treated first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LotSums {
    /// Outcome, and the same before the lot.
    pub(super) plain: [WholeSums; 2],
    /// Outcome, and whether reached.
    pub(super) reached: [WholeSums; 2],
    /// Outcome in the first and in the last third of the window.
    pub(super) early: [WholeSums; 2],
    pub(super) late: [WholeSums; 2],
    /// Before the lot, of all assigned.
    pub(super) before: WholeSums,
    /// Matured customers with an outcome that is not 0.
    pub(super) events: [u64; 2],
}

/// What the pass leaves behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EffectState {
    pub(super) lots: BTreeMap<LotKey, LotCounts>,
    pub(super) sums: BTreeMap<(LotKey, EffectMetric), LotSums>,
    /// Amounts above 0 before the lot, by play and hundredth of the logarithm: what the cap is read from.
    pub(super) amounts: BTreeMap<u16, BTreeMap<i32, u64>>,
    /// Of two plays with a control of their own, what the first is for.
    pub(super) pairs: BTreeMap<(u16, u16), PairSums>,
}

impl PartialState for EffectState {
    fn merge(&mut self, other: Self) {
        for (key, counts) in other.lots {
            self.lots.entry(key).or_default().merge(&counts);
        }
        for (key, sums) in other.sums {
            self.sums.entry(key).or_default().merge(&sums);
        }
        for (plays, sums) in other.pairs {
            self.pairs.entry(plays).or_default().merge(&sums);
        }
        for (play, amounts) in other.amounts {
            let own = self.amounts.entry(play).or_default();
            amounts.into_iter().for_each(|(step, n)| *own.entry(step).or_default() += n);
        }
    }
}

impl LotCounts {
    pub(super) fn merge(&mut self, other: &Self) {
        for arm in 0..2 {
            self.assigned[arm] += other.assigned[arm];
            self.matured[arm] += other.matured[arm];
            self.reached[arm] += other.reached[arm];
        }
        other.days.iter().for_each(|(day, n)| *self.days.entry(*day).or_default() += n);
    }
}

impl LotSums {
    pub(super) fn merge(&mut self, other: &Self) {
        for arm in 0..2 {
            self.plain[arm].merge(&other.plain[arm]);
            self.reached[arm].merge(&other.reached[arm]);
            self.early[arm].merge(&other.early[arm]);
            self.late[arm].merge(&other.late[arm]);
            self.events[arm] += other.events[arm];
        }
        self.before.merge(&other.before);
    }

    fn mature(&mut self, arm: usize, counted: Counted, reached: bool) {
        self.plain[arm].add(counted.after, counted.before);
        self.reached[arm].add(counted.after, i64::from(reached));
        self.early[arm].add(counted.early, 0);
        self.late[arm].add(counted.late, 0);
        self.events[arm] += u64::from(counted.after != 0);
    }
}

/// The pass: what it knows of plays, and when the night ends.
#[derive(Clone, Debug)]
pub struct EffectFold {
    experiments: Experiments,
    /// Most that one customer counts in money, in hundredths of the currency, by place of the play; not there = not frozen
    /// yet.
    caps: BTreeMap<u16, i64>,
    /// Share drawn as control where the lot fell elsewhere.
    outside: Option<f64>,
    /// First moment after the night, microseconds since 1970, and its day.
    end: i64,
    today: i32,
}

/// One lot of one customer, with its window.
struct Lot {
    key: LotKey,
    arm: usize,
    start: i64,
    day: i32,
    reached: bool,
}

impl EffectFold {
    /// A pass over the night whose end is `end`. `caps` are in the currency, by play.
    #[must_use]
    pub fn new(
        experiments: Experiments,
        caps: &BTreeMap<String, f64>,
        outside: Option<f64>,
        end: i64,
        today: i32,
    ) -> Self {
        let place = |(play, cap): (&String, &f64)| {
            Some((experiments.place(play)?, (cap * super::outcome::CENTS).round() as i64))
        };
        let caps = caps.iter().filter_map(place).collect();
        Self { experiments, caps, outside, end, today }
    }

    /// The plays.
    #[must_use]
    pub fn experiments(&self) -> &Experiments {
        &self.experiments
    }

    /// Adds a block.
    pub fn fold(&self, state: &mut EffectState, rows: &EffectRows<'_>) {
        let places = self.experiments.all().iter().enumerate();
        let named: BTreeMap<Word, u16> =
            places.filter_map(|(place, own)| Some((rows.words.find(&own.play)?, place as u16))).collect();
        for (row, history) in rows.histories.iter().enumerate() {
            if !rows.counts[row] {
                continue;
            }
            let lots: Vec<Lot> = self.drawn_here(&rows.enrolled[row], history, &named).collect();
            for lot in &lots {
                self.add(state, lot, history);
                self.add_pairs(state, lot, &lots, history);
            }
            let here = |play: u16| rows.enrolled[row].iter().any(|own| own.play == play);
            for lot in self.drawn_elsewhere(history, &named).filter(|lot| !here(lot.key.play)) {
                self.add(state, &lot, history);
            }
        }
    }

    /// Lots of the ledger.
    fn drawn_here<'a>(
        &'a self,
        enrolled: &'a [Enrollment],
        history: &'a History,
        named: &'a BTreeMap<Word, u16>,
    ) -> impl Iterator<Item = Lot> + 'a {
        enrolled.iter().filter_map(move |own| {
            // Windows begin when the night of the lot ends.
            let start = self.end - i64::from(self.today - own.assigned) * DAY;
            let program = own.play == 0;
            let touched = history.plays.iter().filter(|contact| contact.at >= start && contact.reached);
            let reached = touched.filter(|contact| program || named.get(&contact.play) == Some(&own.play)).count() > 0;
            let kind = if program { ControlKind::ProgramHoldout } else { ControlKind::OwnControl };
            let arm = usize::from(own.arm != TrialArm::Treated);
            self.lot(own.play, kind, own.group, Some(own.share.to_bits()), arm, start, reached)
        })
    }

    /// Lots that fell elsewhere: the first contact of each play says which arm.
    fn drawn_elsewhere<'a>(
        &'a self,
        history: &'a History,
        named: &'a BTreeMap<Word, u16>,
    ) -> impl Iterator<Item = Lot> + 'a {
        let mut first: BTreeMap<u16, &PlayContact> = BTreeMap::new();
        for contact in &history.plays {
            if let Some(play) = named.get(&contact.play) {
                let earlier = |own: &&PlayContact| (own.at, own.treated) <= (contact.at, contact.treated);
                if first.get(play).is_none_or(|own| !earlier(own)) {
                    first.insert(*play, contact);
                }
            }
        }
        first.into_iter().filter_map(move |(play, contact)| {
            let of_play = history.plays.iter().filter(|other| named.get(&other.play) == Some(&play));
            let reached = of_play.filter(|other| other.reached).count() > 0;
            let share = self.outside.map(f64::to_bits);
            let arm = usize::from(!contact.treated);
            self.lot(play, ControlKind::OutsideControl, EffectGroup::Unknown, share, arm, contact.at, reached)
        })
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of a key, each of its own type")]
    fn lot(
        &self,
        play: u16,
        kind: ControlKind,
        group: EffectGroup,
        share: Option<u64>,
        arm: usize,
        start: i64,
        reached: bool,
    ) -> Option<Lot> {
        let window = self.experiments.get(play)?.window_days;
        let age = ((self.end - start) / DAY) as i32;
        // What lies before the window must be in the histories as well.
        let seen = start <= self.end && age + window <= HISTORY_DAYS;
        let key = LotKey { play, kind, group, share };
        seen.then_some(Lot { key, arm, start, day: self.today - age, reached })
    }

    /// Adds what a play is for to its pairs with the other plays of the customer whose windows overlap its own.
    fn add_pairs(&self, state: &mut EffectState, lot: &Lot, lots: &[Lot], history: &History) {
        let length = |lot: &Lot| self.experiments.get(lot.key.play).map_or(0, |own| i64::from(own.window_days) * DAY);
        let own = length(lot);
        let drawn = |lot: &Lot| lot.key.kind == ControlKind::OwnControl;
        let beside = |other: &&Lot| {
            let overlap = other.start < lot.start + own && other.start + length(other) > lot.start;
            drawn(other) && other.key.play != lot.key.play && overlap
        };
        let metric = self.experiments.get(lot.key.play).and_then(|own| own.counted.first());
        let metric = metric.filter(|(metric, role)| *role == EffectRole::Primary && metric.is_share());
        let Some((metric, _)) = metric.filter(|_| drawn(lot) && lot.start + own <= self.end) else { return };
        let mut others = lots.iter().filter(beside).peekable();
        if others.peek().is_none() {
            return;
        }
        let Some(counted) = (Window { start: lot.start, length: own }).counted(*metric, history, None) else { return };
        for other in others {
            let pair = state.pairs.entry((lot.key.play, other.key.play)).or_default();
            pair.add(lot.arm, other.arm, counted.after);
        }
    }

    fn add(&self, state: &mut EffectState, lot: &Lot, history: &History) {
        let Some(experiment) = self.experiments.get(lot.key.play) else { return };
        let window = Window { start: lot.start, length: i64::from(experiment.window_days) * DAY };
        let matured = lot.start + window.length <= self.end;
        let counts = state.lots.entry(lot.key).or_default();
        counts.assigned[lot.arm] += 1;
        *counts.days.entry(lot.day).or_default() += 1;
        if matured {
            counts.matured[lot.arm] += 1;
            counts.reached[lot.arm] += u64::from(lot.reached);
        }
        for (metric, _) in &experiment.counted {
            let cap = if metric.is_share() { None } else { Some(self.caps.get(&lot.key.play).copied()) };
            let Some(counted) = window.counted(*metric, history, cap.flatten()) else { continue };
            let sums = state.sums.entry((lot.key, *metric)).or_default();
            sums.before.add(counted.before, 0);
            // Money is not counted before its cap is frozen.
            if matured && cap.is_none_or(|cap| cap.is_some()) {
                sums.mature(lot.arm, counted, lot.reached);
            }
            if !metric.is_share() && counted.before > 0 {
                let step = ((counted.before as f64).ln() * CAP_STEPS).round() as i32;
                *state.amounts.entry(lot.key.play).or_default().entry(step).or_default() += 1;
            }
        }
    }
}

impl EffectState {
    /// The cap of a play: the amount that one in a thousand of those who spent anything before the lot exceeds, in the
    /// currency; `None` = too few spent.
    ///
    /// METHOD: of amounts above 0, and of days before the lot: a quantile of everybody is 0 where few buy, and one of the
    /// window would depend on what the play did. Source: Statsig and `GrowthBook` cap alike; 99.9 % as Statsig.
    pub(super) fn cap(&self, play: u16) -> Option<f64> {
        /// Amounts of which one is the thousandth part.
        const FEWEST: u64 = 1_000;
        let amounts = self.amounts.get(&play)?;
        let total: u64 = amounts.values().sum();
        let above = total / FEWEST;
        if above == 0 {
            return None;
        }
        let mut left = above;
        let step = amounts.iter().rev().find(|(_, n)| {
            let here = left < **n;
            left = left.saturating_sub(**n);
            here
        })?;
        Some(((f64::from(*step.0) / CAP_STEPS).exp() / super::outcome::CENTS * 100.0).round() / 100.0)
    }
}
