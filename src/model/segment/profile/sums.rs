//! Integer sums: what a group of customers adds up to, exact whatever the order.

use valueseg_catalogue::NeedTier;

use crate::rows::{N_RATINGS, NEED_MAPS, POSTERIOR_STEPS};

/// Weight 1 as an integer: weights are kept in steps of 2⁻¹⁶.
pub(crate) const WEIGHT_ONE: f64 = 65_536.0;

/// Scores, ratings and probabilities are kept in steps of 0.01, 0.01 and 0.0001.
pub(crate) const CENTI: f64 = 100.0;

/// Steps per unit of a probability or of relative importance.
pub(crate) const FINE: f64 = 10_000.0;

/// One customer in steps: a customer counts in every segment by probability, so customers are counted in steps of 0.0001.
pub(crate) const HEAD: i128 = POSTERIOR_STEPS as i128;

/// Steps per unit of money.
pub(crate) const MONEY: f64 = 10_000.0;

/// Largest order value of one customer, either way, in units of money: what 64 bits hold in [`MONEY`] steps. A single
/// amount beyond 7·10¹³ is refused where it is read (R0110), so this is the sum of thirteen of the largest there are.
///
/// METHOD (our judgment): room for the smallest units of money in use, the rial and the dong, and for any customer. A sum
/// beyond it is left out like one that is not known, and counted and told as such.
pub(crate) const MONEY_MAX: f64 = 9e14;

/// Bits of a square that the lower of its two sums takes.
const LOW_BITS: u32 = 64;

/// Values below this, squared and times a weight below 2³², stay below 2⁶².
const SMALL: i64 = 1 << 15;

/// A row weight as an integer, at least 1 and below 2³²: weights from 0.00002 to 65,535 are told apart.
pub(crate) fn weight_steps(weight: f64) -> u32 {
    // `as` saturates and turns NaN to 0, so no weight can break the pass.
    ((weight * WEIGHT_ONE).round() as u32).max(1)
}

/// A value as a whole number of steps, the nearest; a cast, because rounding is a call on the plainest of processors.
pub(crate) fn steps(value: f64, per_unit: f64) -> i64 {
    let steps = value * per_unit;
    (steps + 0.5_f64.copysign(steps)) as i64
}

/// Money as a whole number of steps; `None` = too large to be added up.
pub(crate) fn money_steps(value: f64) -> Option<i64> {
    (value.abs() <= MONEY_MAX).then(|| steps(value, MONEY))
}

/// What a customer counts for in a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Part {
    /// The customer in steps of 0.0001: the probability of the group, [`HEAD`] for a whole customer.
    pub(crate) head: u16,
    /// Row weight times the probability, in steps of the weight.
    pub(crate) w: u32,
    /// Row weight.
    pub(crate) row: u32,
}

impl From<u32> for Part {
    /// A customer of weight `w` who is in the group for sure.
    fn from(w: u32) -> Self {
        Self { head: POSTERIOR_STEPS, w, row: w }
    }
}

/// Weighted sums of one quantity over the customers who have it. Weights and values are integers in steps.
///
/// A customer who is in the group with probability `p` counts as `p` customers: `w·p` in all sums, and `w·(w·p)` in that of
/// squared weights, so that the sums of all segments are exactly those of everybody.
///
/// INVARIANT: no sum runs out of bits with 2³⁰ customers of any weights (below 2³²) and values (below 2⁶³): Σw·x takes
/// 125, and of Σw·x² the lower half 126 and the upper half 124. Beyond, sums wrap rather than panic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moments {
    /// Customers, in steps of 0.0001.
    pub(crate) n: i128,
    /// Σw.
    pub(crate) w: i128,
    /// Σw².
    pub(crate) w2: i128,
    /// Σw·x.
    pub(crate) wx: i128,
    /// Σw·(x² mod 2⁶⁴): all of Σw·x² where no |x| is 2³² or more, as all but money is.
    pub(crate) wxx: i128,
    /// Σw·⌊x²/2⁶⁴⌋: the rest of Σw·x².
    pub(crate) wxx_high: i128,
    /// The most that one customer adds to Σw·x, sign aside; of groups taken apart again, at most this.
    pub(crate) top: i128,
}

impl Moments {
    /// Adds what a customer with value `x`, in steps, counts for in the group; a weight in steps is a whole customer.
    pub(crate) fn add(&mut self, part: impl Into<Part>, x: i64) {
        let part = part.into();
        let w = u64::from(part.w);
        self.n += i128::from(part.head);
        self.w += i128::from(w);
        self.w2 = self.w2.wrapping_add(i128::from(w * u64::from(part.row)));
        // Everything but money is so small that its products fit a machine word: the same sums, several times faster.
        if (0..SMALL).contains(&x) {
            let wx = w * x.unsigned_abs();
            self.wx = self.wx.wrapping_add(i128::from(wx));
            self.wxx = self.wxx.wrapping_add(i128::from(wx * x.unsigned_abs()));
            self.top = self.top.max(i128::from(wx));
            return;
        }
        let (w, x) = (i128::from(w), i128::from(x));
        self.wx = self.wx.wrapping_add(w * x);
        let square = x * x;
        self.wxx = self.wxx.wrapping_add(w * (square & ((1 << LOW_BITS) - 1)));
        self.wxx_high = self.wxx_high.wrapping_add(w * (square >> LOW_BITS));
        self.top = self.top.max((w * x).abs());
    }

    /// The same customers taken for `effect` times fewer, with all that they say; see
    /// [`FitError`](crate::fit::FitError).
    pub(crate) fn worth_less(&mut self, effect: f64) {
        self.w2 = (self.w2 as f64 * effect).round() as i128;
    }

    /// The same customers taken for no more than `most` effective ones.
    pub(crate) fn at_most(&mut self, most: f64) {
        let effective = self.effective_n();
        if most > 0.0 && effective > most {
            self.worth_less(effective / most);
        }
    }

    /// Adds the sums of other customers.
    pub(crate) fn merge(&mut self, other: &Self) {
        let mut other = *other;
        for (mine, theirs) in self.cells_mut().into_iter().zip(other.cells_mut()) {
            *mine = mine.wrapping_add(*theirs);
        }
        self.wxx_high = self.wxx_high.wrapping_add(other.wxx_high);
        self.top = self.top.max(other.top);
    }

    /// Σw·x².
    pub(crate) fn squares(&self) -> f64 {
        self.wxx as f64 + self.wxx_high as f64 * 2f64.powi(LOW_BITS as i32)
    }

    /// Sets Σw·x² to the nearest whole number.
    pub(crate) fn set_squares(&mut self, squares: f64) {
        let unit = 2f64.powi(LOW_BITS as i32);
        // Small sums stay in one piece, as `add` makes them.
        self.wxx_high = if squares.abs() < 2f64.powi(120) { 0 } else { (squares / unit).trunc() as i128 };
        self.wxx = (squares - self.wxx_high as f64 * unit).round() as i128;
    }

    fn cells_mut(&mut self) -> [&mut i128; 5] {
        [&mut self.n, &mut self.w, &mut self.w2, &mut self.wx, &mut self.wxx]
    }

    /// The sums that noise follows from.
    pub(crate) fn cells(&self) -> [i128; 5] {
        [self.n, self.w, self.w2, self.wx, self.wxx.wrapping_add(self.wxx_high << LOW_BITS)]
    }

    /// These customers without those of a part of them.
    pub(crate) fn without(mut self, part: &Self) -> Self {
        let mut part = *part;
        for (mine, theirs) in self.cells_mut().into_iter().zip(part.cells_mut()) {
            *mine = mine.wrapping_sub(*theirs);
        }
        self.wxx_high = self.wxx_high.wrapping_sub(part.wxx_high);
        self
    }

    /// Customers, to the nearest whole one.
    pub(crate) fn count(&self) -> u64 {
        heads(self.n)
    }

    /// Customers.
    pub(crate) fn customers(&self) -> f64 {
        self.n as f64 / HEAD as f64
    }

    /// Σw as it was given.
    pub(crate) fn weight(&self) -> f64 {
        self.w as f64 / WEIGHT_ONE
    }

    /// Weighted mean in units of `per_unit` steps; `None` without customers.
    pub(crate) fn mean(&self, per_unit: f64) -> Option<f64> {
        (self.w > 0).then(|| self.wx as f64 / self.w as f64 / per_unit)
    }

    /// Weighted variance around the mean, ≥ 0, not corrected for the sample size; `None` without customers.
    pub(crate) fn variance(&self, per_unit: f64) -> Option<f64> {
        (self.w > 0).then(|| {
            let (w, mean) = (self.w as f64, self.wx as f64 / self.w as f64);
            (self.squares() / w - mean * mean).max(0.0) / (per_unit * per_unit)
        })
    }

    /// As many customers of equal value would make as uneven a sum: 1 over the sum of squared shares; `None` where the
    /// sum is not positive. Source: the inverse of the index of Herfindahl and Hirschman.
    pub(crate) fn equal_sharers(&self) -> Option<f64> {
        let (sum, squares, w) = (self.wx as f64, self.squares(), self.w as f64);
        (sum > 0.0 && squares > 0.0).then(|| sum * sum / squares * (self.customers() / w))
    }

    /// Effective number of customers (Kish); 0 without customers.
    pub(crate) fn effective_n(&self) -> f64 {
        valueseg_stats::interval::effective_n(self.w as f64, self.w2 as f64).unwrap_or(0.0)
    }
}

/// Customers counted in steps, to the nearest whole one.
pub(crate) fn heads(steps: i128) -> u64 {
    u64::try_from((steps + HEAD / 2) / HEAD).unwrap_or(0)
}

/// Weighted sums of the scores of all 60 indicators, column by column as the pass fills them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ScoreSums {
    /// Customers scored, in steps of 0.0001.
    pub(super) n: [i128; N_RATINGS],
    /// Σw.
    pub(super) w: [i128; N_RATINGS],
    /// Σw·x, x the score in steps of 0.01.
    pub(super) wx: [i128; N_RATINGS],
    /// Σw·x².
    pub(super) wxx: [i128; N_RATINGS],
    /// Σw·se², se the standard error in steps of 0.01; 0 for the customer's own answers.
    pub(super) wee: [i128; N_RATINGS],
}

/// Scores of one indicator, as real numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ScoreFigures {
    /// Customers scored.
    pub(super) n: f64,
    /// Weighted mean score.
    pub(super) mean: f64,
    /// Variance between customers' scores, ≥ 0.
    pub(super) between: f64,
    /// Mean squared standard error of the scores, ≥ 0.
    pub(super) error: f64,
}

impl ScoreSums {
    fn zero() -> Self {
        let none = [0; N_RATINGS];
        Self { n: none, w: none, wx: none, wxx: none, wee: none }
    }

    /// The five sums of one indicator.
    pub(super) fn column_mut(&mut self, indicator: usize) -> [&mut i128; 5] {
        [
            &mut self.n[indicator],
            &mut self.w[indicator],
            &mut self.wx[indicator],
            &mut self.wxx[indicator],
            &mut self.wee[indicator],
        ]
    }

    /// Figures of one indicator; `None` if nobody is scored on it.
    pub(super) fn figures(&self, indicator: usize) -> Option<ScoreFigures> {
        let part = Moments {
            n: self.n[indicator],
            w: self.w[indicator],
            w2: 0,
            wx: self.wx[indicator],
            wxx: self.wxx[indicator],
            ..Moments::default()
        };
        Some(ScoreFigures {
            n: part.customers(),
            mean: part.mean(CENTI)?,
            between: part.variance(CENTI)?,
            error: self.wee[indicator] as f64 / part.w as f64 / (CENTI * CENTI),
        })
    }
}

impl ScoreFigures {
    /// Variance of the true values: between the scores, plus what the scores miss.
    ///
    /// METHOD: an inferred score is an expectation, so scores vary less than the values they stand for; the law of
    /// total variance puts back the mean squared standard error. Own answers have none and are left as they are.
    pub(super) fn variance(&self) -> f64 {
        self.between + self.error
    }
}

/// Need tiers of a group of customers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TierSums {
    /// Of the customers whose tiers have probabilities: that the tier is the one to serve next, in steps of 0.0001.
    pub(super) need: [Moments; NeedTier::COUNT],
    /// Fulfillment by tier, in steps of 0.01.
    pub(super) fulfillment: [Moments; NeedTier::COUNT],
    /// Relative importance by tier, in steps of 0.0001.
    pub(super) importance: [Moments; NeedTier::COUNT],
    /// Under each plausible need map Σw of the customers whose tier to serve next is this one; of those who answered, or, where nobody was
    /// asked, of all.
    pub(super) maps: [[i128; NeedTier::COUNT]; NEED_MAPS],
}

impl TierSums {
    /// Variance over the maps of the share of a tier among those who have one; 0 where maps say nothing.
    pub(super) fn spread_of_maps(&self, tier: NeedTier) -> f64 {
        let having = self.maps.iter().map(|map| (map[tier.index()] as f64, map.iter().sum::<i128>() as f64));
        let shares: Vec<f64> = having.filter(|(_, any)| *any > 0.0).map(|(of_tier, any)| of_tier / any).collect();
        let n = shares.len() as f64;
        if n < 2.0 {
            return 0.0;
        }
        let mean = shares.iter().sum::<f64>() / n;
        shares.iter().map(|share| (share - mean).powi(2)).sum::<f64>() / (n - 1.0)
    }

    pub(super) fn moments_mut(&mut self) -> impl Iterator<Item = &mut Moments> {
        self.apart().0
    }

    /// Shares and means, and the sums by map.
    fn apart(&mut self) -> (impl Iterator<Item = &mut Moments>, &mut [[i128; NeedTier::COUNT]; NEED_MAPS]) {
        let Self { need, fulfillment, importance, maps } = self;
        (need.iter_mut().chain(fulfillment).chain(importance), maps)
    }
}

/// Everything a group of customers adds up to. In a segment every customer counts by the probability of being in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ProfileSums {
    /// All customers of the group; `x` is 1.
    pub(super) members: Moments,
    /// Customers on the list of the group: those the rule put there.
    pub(super) listed: i128,
    /// Σw²·p·(1 − p) over the customers, p the probability of being in the group in steps of 0.0001.
    pub(super) doubt: i128,
    /// Of those on the list, the probability of their likeliest segment, in steps of 0.0001.
    pub(super) probability: Moments,
    /// Customers with any importance answer, with any fulfillment answer, and with either; `x` unused.
    pub(super) respondents: [Moments; 3],
    /// Scores by indicator.
    pub(super) scores: ScoreSums,
    /// Own answers by indicator; `x` is 1 for a high answer.
    pub(super) answers: [Moments; N_RATINGS],
    /// Own answers by indicator, in steps of 0.01.
    pub(super) ratings: [Moments; N_RATINGS],
    /// `x` is 1 for a promoter (9–10).
    pub(super) promoters: Moments,
    /// `x` is 1 for a detractor (0–6).
    pub(super) detractors: Moments,
    /// Satisfaction, in steps of 0.01.
    pub(super) satisfaction: Moments,
    /// `x` is 1 for a high answer.
    pub(super) good_brand: Moments,
    /// Order value, in steps of 0.0001.
    pub(super) value: Moments,
    /// Need tiers of all customers, and of those with answers of their own.
    pub(super) tiers: [TierSums; 2],
    /// Customers reachable: any, then by channel in the order of [`super::CONSENT_CHANNELS`], then held out though
    /// reachable.
    pub(super) reach: [i128; 7],
}

/// [`ProfileSums`] taken apart.
pub(super) struct ProfileSumsParts<'a, M: Iterator<Item = &'a mut Moments>> {
    /// Shares and means of everything but scores.
    pub(super) moments: M,
    /// Scores.
    pub(super) scores: &'a mut ScoreSums,
    members: &'a mut Moments,
    respondents: &'a mut [Moments; 3],
    counts: [&'a mut i128; 2],
    maps: [&'a mut [[i128; NeedTier::COUNT]; NEED_MAPS]; 2],
    reach: &'a mut [i128; 7],
}

impl ProfileSums {
    /// Sums over nobody.
    pub(super) fn zero() -> Self {
        let none = Moments::default();
        Self {
            members: none,
            listed: 0,
            doubt: 0,
            probability: none,
            respondents: [none; 3],
            scores: ScoreSums::zero(),
            answers: [none; N_RATINGS],
            ratings: [none; N_RATINGS],
            promoters: none,
            detractors: none,
            satisfaction: none,
            good_brand: none,
            value: none,
            tiers: [TierSums::default(); 2],
            reach: [0; 7],
        }
    }

    /// All integers in a fixed order, which is the order in bytes.
    pub(super) fn cells_mut(&mut self) -> impl Iterator<Item = &mut i128> {
        let ProfileSumsParts { moments, scores, members, respondents, counts, maps, reach } = self.figures_mut();
        moments
            .chain([members])
            .chain(respondents)
            .flat_map(Moments::cells_mut)
            .chain(&mut scores.n)
            .chain(&mut scores.w)
            .chain(&mut scores.wx)
            .chain(&mut scores.wxx)
            .chain(&mut scores.wee)
            .chain(counts)
            .chain(maps.into_iter().flatten().flatten())
            .chain(reach)
    }

    /// The sums apart: those that become published figures, and the plain counts.
    pub(super) fn figures_mut(&mut self) -> ProfileSumsParts<'_, impl Iterator<Item = &mut Moments>> {
        let [all, own] = &mut self.tiers;
        let (all, all_maps) = all.apart();
        let (own, own_maps) = own.apart();
        let moments = [&mut self.probability, &mut self.promoters, &mut self.detractors]
            .into_iter()
            .chain([&mut self.satisfaction, &mut self.good_brand, &mut self.value])
            .chain(&mut self.answers)
            .chain(&mut self.ratings)
            .chain(all)
            .chain(own);
        ProfileSumsParts {
            moments,
            scores: &mut self.scores,
            members: &mut self.members,
            respondents: &mut self.respondents,
            counts: [&mut self.listed, &mut self.doubt],
            maps: [all_maps, own_maps],
            reach: &mut self.reach,
        }
    }

    /// Adds the sums of other customers.
    pub(super) fn merge(&mut self, mut other: Self) {
        for (mine, theirs) in self.cells_mut().zip(other.cells_mut()) {
            *mine = mine.wrapping_add(*theirs);
        }
        self.members.top = self.members.top.max(other.members.top);
        for (mine, theirs) in self.figures_mut().moments.zip(other.figures_mut().moments) {
            mine.top = mine.top.max(theirs.top);
            mine.wxx_high = mine.wxx_high.wrapping_add(theirs.wxx_high);
        }
    }

    /// The same customers, whose answers are taken for `effect` times fewer: see [`FitError`](crate::fit::FitError).
    pub(super) fn worth_less(&mut self, effect: f64) {
        let answers = [&mut self.promoters, &mut self.detractors, &mut self.satisfaction, &mut self.good_brand];
        (answers.into_iter())
            .chain(&mut self.respondents)
            .chain(&mut self.answers)
            .chain(&mut self.ratings)
            .chain(self.tiers[1].moments_mut())
            .for_each(|moments| moments.worth_less(effect));
    }

    /// Customers with a score on an indicator.
    pub(super) fn scored(&self, indicator: usize) -> u64 {
        heads(self.scores.n[indicator])
    }

    /// These customers without those of `part`, who must be among them.
    pub(super) fn without(&self, part: &Self) -> Self {
        let (mut rest, mut part) = (self.clone(), part.clone());
        for (mine, theirs) in rest.cells_mut().zip(part.cells_mut()) {
            *mine = mine.wrapping_sub(*theirs);
        }
        for (mine, theirs) in rest.figures_mut().moments.zip(part.figures_mut().moments) {
            mine.wxx_high = mine.wxx_high.wrapping_sub(theirs.wxx_high);
        }
        rest
    }
}
