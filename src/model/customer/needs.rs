//! Which need should the brand serve next? Need tiers of one customer, from element scores.
//!
//! The tier is one of *this brand's* service to a need; it says nothing about what a person's life lacks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::{Catalogue, ElementId, Level, N_ELEMENTS, NeedTier};
use crate::codes::{Code, Coded};

use crate::model::rows::{Aspect, CustomerNeeds, NeedState};

const TIERS: usize = NeedTier::COUNT;

/// Weight of a tier in the soft order, lowest tier first, raised to `5·lambda`. Our judgment.
const ORDER: [f64; TIERS] = [1.00, 0.95, 0.90, 0.85, 0.80];

/// A tier is named only if it leads the next by at least this share of the range between the tiers. Our judgment.
pub const MIN_MARGIN: f32 = 0.15;

/// With more tiers uncovered than this, a customer's needs are undetermined. Our judgment.
pub const MAX_UNCOVERED: u32 = 2;

/// Points of importance that span the whole relative importance from 0 to 1: the means of tiers rarely lie more than
/// two points from a person's own mean. Our judgment.
pub(in crate::model) const IMPORTANCE_SPAN: f32 = 4.0;

/// How the tier to serve next is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NeedMethod {
    /// The lowest tier served below the threshold; growth if all are served. Maslow's own wording, a strict order.
    LowestUnsatisfied,
    /// The tier with the largest gap, weighed by importance and a soft order.
    #[default]
    WeightedGap,
    /// The tier that matters most, whatever its service.
    ImportanceOnly,
}

/// How need tiers are computed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NeedSettings {
    /// How the tier to serve next is chosen.
    pub method: NeedMethod,
    /// Fulfillment from which a tier counts as served, above 0 and at most 10.
    pub tau: f64,
    /// Strength of the order of tiers in the weighted gap, 0 (none) to 1 (strong).
    pub lambda: f64,
    /// Share of a tier's weight that must be scored for the tier to take part, above 0 and at most 1.
    pub min_coverage: f64,
}

impl Default for NeedSettings {
    fn default() -> Self {
        Self { method: NeedMethod::default(), tau: 7.0, lambda: 0.3, min_coverage: 0.5 }
    }
}

/// A setting of the need tiers that cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NeedSettingsError {
    /// The threshold is not above 0 and at most 10.
    #[error("needs.tau = {got}: expected a number above 0 and at most 10")]
    Tau {
        /// Value given.
        got: f64,
    },
    /// The strength of the order is not within 0–1.
    #[error("needs.lambda = {got}: expected a number from 0 to 1")]
    Lambda {
        /// Value given.
        got: f64,
    },
    /// The coverage is not above 0 and at most 1.
    #[error("needs.min_coverage = {got}: expected a number above 0 and at most 1")]
    MinCoverage {
        /// Value given.
        got: f64,
    },
}

impl Coded for NeedSettingsError {
    fn code(&self) -> Code {
        Code::NeedSetting
    }
}

impl NeedSettings {
    /// Refuses settings outside their ranges.
    pub fn check(&self) -> Result<(), NeedSettingsError> {
        if !(self.tau > 0.0 && self.tau <= 10.0) {
            return Err(NeedSettingsError::Tau { got: self.tau });
        }
        if !(0.0..=1.0).contains(&self.lambda) {
            return Err(NeedSettingsError::Lambda { got: self.lambda });
        }
        if !(self.min_coverage > 0.0 && self.min_coverage <= 1.0) {
            return Err(NeedSettingsError::MinCoverage { got: self.min_coverage });
        }
        Ok(())
    }
}

/// Assesses customers' need tiers: weights laid out once, nothing allocated per customer.
#[derive(Clone, Debug)]
pub struct NeedAssessor {
    /// Elements of each level, as bits.
    levels: [u64; Level::ALL.len()],
    method: NeedMethod,
    tau: f32,
    /// Soft order, `pi_t`.
    order: [f32; TIERS],
    /// Least weight that must be scored, by tier.
    least: [f32; TIERS],
    /// `(30, 5)`, rows padded to the width of a vector register.
    weights: [[f32; 8]; N_ELEMENTS],
}

/// One aspect of a customer seen by tier.
#[derive(Clone, Copy)]
struct Tiers {
    /// Weighted mean score; unspecified where nothing of the tier is scored.
    mean: [f32; TIERS],
    /// Weight scored.
    weight: [f32; TIERS],
    /// Bit `t`: enough of tier `t` is scored.
    covered: u32,
}

impl NeedAssessor {
    /// Lays out the need map of `catalogue` for `settings`.
    pub fn new(catalogue: &Catalogue, settings: NeedSettings) -> Result<Self, NeedSettingsError> {
        settings.check()?;
        let map = catalogue.needs();
        let mut weights = [[0.0f32; 8]; N_ELEMENTS];
        for element in ElementId::all() {
            for (slot, w) in weights[element.index()].iter_mut().zip(map.weights(element)) {
                *slot = w as f32;
            }
        }
        let mut levels = [0u64; Level::ALL.len()];
        for (mask, level) in levels.iter_mut().zip(Level::ALL) {
            let members = ElementId::all().filter(|element| catalogue.element(*element).level() == level);
            *mask = members.fold(0, |mask, element| mask | 1 << element.index());
        }
        Ok(Self {
            levels,
            method: settings.method,
            tau: settings.tau as f32,
            order: ORDER.map(|base| base.powf(TIERS as f64 * settings.lambda) as f32),
            // A hair less than the exact product, so that half the weight is half in single precision too.
            least: NeedTier::ALL.map(|tier| (map.mass(tier) * settings.min_coverage * 0.99999) as f32),
            weights,
        })
    }

    /// Need tiers of one customer.
    ///
    /// `scores` are 30 importances, then 30 fulfillments, 0–10; bit `i` of `scored` says that `scores[i]` exists. With
    /// `w` the need map and sums over what is scored, `F_t = Σ w·fulfillment / Σ w`,
    /// `I_t = ½ + (Σ w·importance / Σ w − mean importance)/4` within 0–1:
    ///
    /// * weighted gap: `G_t = I_t·max(0, tau − F_t)·pi_t`, the tier with the largest; growth if every measured lower
    ///   tier reaches `tau` and `I_growth > ½`; balanced if there is neither a gap nor that pull. Without importance
    ///   scores all `I_t` count the same, and nothing is known to pull;
    /// * lowest unsatisfied: the first tier with `F_t < tau`, else growth;
    /// * importance only: the tier with the largest `I_t`. What the brand serves is not known then, so a tier is
    ///   named but the state stays [`NeedState::Undetermined`]. This method also stands in when fulfillment is not
    ///   scored.
    ///
    /// A tier takes part when at least `min_coverage` of its weight is scored; with more than [`MAX_UNCOVERED`] tiers
    /// out, or a lead below [`MIN_MARGIN`] of the range, the result is undetermined and names no tier.
    ///
    /// METHOD: tier scores of thinly covered customers should be drawn toward their segment. Scores arrive here
    /// after the measurement model has done that, item by item, so it is not done twice.
    ///
    /// Source: our judgment after Maslow, as a lens with a soft order (`docs/domain.md#need-tier-to-serve-next`).
    ///
    /// # Panics
    /// If `scores` holds fewer than 60 numbers.
    #[must_use]
    pub fn assess(&self, scores: &[f32], scored: u64) -> CustomerNeeds {
        let (importance, fulfillment) = scores[..2 * N_ELEMENTS].split_at(N_ELEMENTS);
        let served = self.tiers(fulfillment, scored >> N_ELEMENTS);
        let wanted = self.relative(importance, scored & Aspect::Importance.mask());
        let (knows_served, knows_wanted) = (enough(served.covered), enough(wanted.covered));

        let mut needs = match (self.method, knows_served, knows_wanted) {
            (NeedMethod::LowestUnsatisfied, true, _) => self.lowest_unsatisfied(&served),
            (NeedMethod::WeightedGap, true, true) => self.weighted_gap(&served, Some(&wanted)),
            (NeedMethod::WeightedGap, true, false) => self.weighted_gap(&served, None),
            (_, _, true) => most_important(&wanted),
            _ => CustomerNeeds::UNDETERMINED,
        };
        for t in 0..TIERS {
            needs.fulfillment[t] = (served.weight[t] > 0.0).then(|| hundredths(served.mean[t]));
        }
        if needs.tier.is_some() || needs.state != NeedState::Undetermined {
            needs.probabilities = Some(NeedTier::ALL.map(|tier| f32::from(u8::from(needs.tier == Some(tier)))));
        }
        needs.levels = self.levels.map(|level| mean_of(fulfillment, scored >> N_ELEMENTS & level));
        needs
    }

    /// Relative importance `I_t` of each tier, 0–1 with ½ the customer's own mean; `None` where too little of the tier
    /// is scored. Arguments as in [`NeedAssessor::assess`].
    ///
    /// METHOD: a constant added to every importance changes nothing, so generous raters do not seem to need more.
    ///
    /// # Panics
    /// If `scores` holds fewer than 30 numbers.
    #[must_use]
    pub fn importance(&self, scores: &[f32], scored: u64) -> [Option<f32>; TIERS] {
        let wanted = self.relative(&scores[..N_ELEMENTS], scored & Aspect::Importance.mask());
        std::array::from_fn(|t| (wanted.covered >> t & 1 == 1).then_some(wanted.mean[t]))
    }

    /// Weighted means by tier over the elements whose bit is set among the lowest 30.
    fn tiers(&self, scores: &[f32], scored: u64) -> Tiers {
        let (mut sum, mut weight) = ([0.0f32; 8], [0.0f32; 8]);
        if scored == 0 {
            return Tiers { mean: [0.0; TIERS], weight: [0.0; TIERS], covered: 0 };
        }
        for (e, (row, &score)) in self.weights.iter().zip(scores).enumerate() {
            // All ones where the element is scored: no branch, and whatever stands in an absent cell becomes 0.
            let here = ((scored >> e & 1) as u32).wrapping_neg();
            let (x, one) = (f32::from_bits(score.to_bits() & here), f32::from_bits(1.0f32.to_bits() & here));
            for t in 0..8 {
                sum[t] += row[t] * x;
                weight[t] += row[t] * one;
            }
        }
        let mut tiers = Tiers { mean: [0.0; TIERS], weight: [0.0; TIERS], covered: 0 };
        for t in 0..TIERS {
            tiers.weight[t] = weight[t];
            if weight[t] > 0.0 {
                tiers.mean[t] = sum[t] / weight[t];
                tiers.covered |= u32::from(weight[t] >= self.least[t]) << t;
            }
        }
        tiers
    }

    fn relative(&self, importance: &[f32], scored: u64) -> Tiers {
        let mut tiers = self.tiers(importance, scored);
        let n = scored.count_ones() as f32;
        let total: f32 = importance.iter().enumerate().map(|(e, &x)| if scored >> e & 1 == 1 { x } else { 0.0 }).sum();
        for mean in &mut tiers.mean {
            *mean = if n > 0.0 { (0.5 + (*mean - total / n) / IMPORTANCE_SPAN).clamp(0.0, 1.0) } else { 0.5 };
        }
        tiers
    }

    fn weighted_gap(&self, served: &Tiers, wanted: Option<&Tiers>) -> CustomerNeeds {
        let covered = served.covered & wanted.map_or(u32::MAX, |w| w.covered);
        if !enough(covered) {
            return CustomerNeeds::UNDETERMINED;
        }
        let growth = NeedTier::Growth.index();
        let lower_served = (0..growth).all(|t| covered >> t & 1 == 0 || served.mean[t] >= self.tau);
        let pull = wanted.is_some_and(|w| covered >> growth & 1 == 1 && w.mean[growth] > 0.5);
        if lower_served && pull {
            return CustomerNeeds {
                tier: Some(NeedTier::Growth),
                state: NeedState::Growth,
                ..CustomerNeeds::UNDETERMINED
            };
        }
        let gap = |t: usize| wanted.map_or(0.5, |w| w.mean[t]) * (self.tau - served.mean[t]).max(0.0) * self.order[t];
        let Some(top) = Top::of(covered, gap) else { return CustomerNeeds::UNDETERMINED };
        if top.best.1 <= 0.0 {
            return CustomerNeeds { state: NeedState::Balanced, ..CustomerNeeds::UNDETERMINED };
        }
        top.needs(NeedState::Deficit)
    }

    fn lowest_unsatisfied(&self, served: &Tiers) -> CustomerNeeds {
        let mut open = NeedTier::ALL
            .into_iter()
            .filter(|tier| served.covered >> tier.index() & 1 == 1 && served.mean[tier.index()] < self.tau);
        match open.next() {
            Some(tier) => CustomerNeeds {
                tier: Some(tier),
                state: NeedState::Deficit,
                runner_up: open.next(),
                ..CustomerNeeds::UNDETERMINED
            },
            None => {
                CustomerNeeds { tier: Some(NeedTier::Growth), state: NeedState::Growth, ..CustomerNeeds::UNDETERMINED }
            }
        }
    }
}

/// The two largest values over the covered tiers and the smallest; ties go to the lower tier.
struct Top {
    best: (NeedTier, f32),
    second: (NeedTier, f32),
    least: f32,
}

impl Top {
    fn of(covered: u32, value: impl Fn(usize) -> f32) -> Option<Self> {
        let (mut best, mut second, mut least) = (None, None, f32::INFINITY);
        for tier in NeedTier::ALL.into_iter().filter(|tier| covered >> tier.index() & 1 == 1) {
            let v = value(tier.index());
            least = least.min(v);
            if best.is_none_or(|(_, b)| v > b) {
                second = best;
                best = Some((tier, v));
            } else if second.is_none_or(|(_, s)| v > s) {
                second = Some((tier, v));
            }
        }
        Some(Self { best: best?, second: second?, least })
    }

    /// The best tier in `state`, or undetermined where it does not lead clearly; a runner-up must exceed 0.
    fn needs(&self, state: NeedState) -> CustomerNeeds {
        let lead = self.best.1 - self.second.1;
        let clear = lead > 0.0 && lead >= MIN_MARGIN * (self.best.1 - self.least);
        if !clear {
            return CustomerNeeds::UNDETERMINED;
        }
        let runner_up = (self.second.1 > 0.0).then_some(self.second.0);
        CustomerNeeds { tier: Some(self.best.0), state, runner_up, ..CustomerNeeds::UNDETERMINED }
    }
}

fn most_important(wanted: &Tiers) -> CustomerNeeds {
    let Some(top) = Top::of(wanted.covered, |t| wanted.mean[t]) else { return CustomerNeeds::UNDETERMINED };
    top.needs(NeedState::Undetermined)
}

fn enough(covered: u32) -> bool {
    covered.count_ones() + MAX_UNCOVERED >= TIERS as u32
}

/// Mean of the scores whose bits are set, in steps of 0.01; `None` where none is.
fn mean_of(scores: &[f32], set: u64) -> Option<f32> {
    let (mut bits, mut sum) = (set, 0.0f32);
    while bits != 0 {
        sum += scores[bits.trailing_zeros() as usize];
        bits &= bits - 1;
    }
    (set != 0).then(|| hundredths(sum / set.count_ones() as f32))
}

/// A score of 0–10 in steps of 0.01; a cast, because rounding is a call on the plainest of processors.
fn hundredths(score: f32) -> f32 {
    (score * 100.0 + 0.5) as u32 as f32 / 100.0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: u64 = (1 << 60) - 1;

    fn assessor(method: NeedMethod) -> NeedAssessor {
        NeedAssessor::new(&Catalogue::embedded(), NeedSettings { method, ..NeedSettings::default() }).unwrap()
    }

    fn element(slug: &str) -> usize {
        ElementId::parse(slug).unwrap().index()
    }

    /// 30 importances, 30 fulfillments, with the exceptions named.
    fn scores(importance: f32, fulfillment: f32) -> [f32; 60] {
        std::array::from_fn(|i| if i < 30 { importance } else { fulfillment })
    }

    #[test]
    fn equal_gaps_go_to_the_lowest_tier_by_the_soft_order() {
        // G_t = ½·(7 − 5)·pi_t with pi = (1, .95, .9, .85, .8)^1.5: 1, .926, .854, .784, .716;
        // the lead .074 is 26 % of the range .284.
        let needs = assessor(NeedMethod::WeightedGap).assess(&scores(5.0, 5.0), ALL);
        assert_eq!((needs.tier, needs.state), (Some(NeedTier::Physiological), NeedState::Deficit));
        assert_eq!(needs.runner_up, Some(NeedTier::Safety));
        assert_eq!(needs.fulfillment, [Some(5.0); 5]);
    }

    #[test]
    fn without_an_order_equal_gaps_name_no_tier() {
        let settings = NeedSettings { lambda: 0.0, ..NeedSettings::default() };
        let needs = NeedAssessor::new(&Catalogue::embedded(), settings).unwrap().assess(&scores(5.0, 5.0), ALL);
        assert_eq!((needs.tier, needs.state), (None, NeedState::Undetermined));
    }

    #[test]
    fn a_well_served_customer_is_balanced_unless_growth_pulls() {
        let assessor = assessor(NeedMethod::WeightedGap);
        let mut s = scores(5.0, 9.0);
        assert_eq!(assessor.assess(&s, ALL).state, NeedState::Balanced);
        assert_eq!(assessor.assess(&s, ALL).tier, None);
        s[element("self_actualization")] = 9.0;
        let needs = assessor.assess(&s, ALL);
        assert_eq!((needs.tier, needs.state), (Some(NeedTier::Growth), NeedState::Growth));
    }

    #[test]
    fn the_lowest_unsatisfied_tier_is_found_by_hand_worked_means() {
        // Elements with at least half their weight on safety at 3, the rest at 9:
        // safety (2.5·9 + 7.1·3)/9.6 = 4.56, physiological (3.2·9 + 1.5·3)/4.7 = 7.09, both by the need map.
        let catalogue = Catalogue::embedded();
        let mut s = scores(5.0, 9.0);
        for e in ElementId::all().filter(|e| catalogue.needs().weight(*e, NeedTier::Safety) >= 0.5) {
            s[30 + e.index()] = 3.0;
        }
        let needs = assessor(NeedMethod::LowestUnsatisfied).assess(&s, ALL);
        assert_eq!((needs.tier, needs.state), (Some(NeedTier::Safety), NeedState::Deficit));
        assert_eq!(needs.runner_up, None);
        assert_eq!((needs.fulfillment[0], needs.fulfillment[1]), (Some(7.09), Some(4.56)));
        let served = assessor(NeedMethod::LowestUnsatisfied).assess(&scores(5.0, 9.0), ALL);
        assert_eq!((served.tier, served.state), (Some(NeedTier::Growth), NeedState::Growth));
    }

    #[test]
    fn without_fulfillment_the_tier_wanted_most_is_named_and_no_deficit_claimed() {
        let mut s = scores(5.0, f32::MAX);
        for slug in ["affiliation_belonging", "connects", "nostalgia"] {
            s[element(slug)] = 10.0;
        }
        let needs = assessor(NeedMethod::WeightedGap).assess(&s, Aspect::Importance.mask());
        assert_eq!((needs.tier, needs.state), (Some(NeedTier::Belonging), NeedState::Undetermined));
        assert_eq!(needs.fulfillment, [None; 5]);
    }

    #[test]
    fn without_importance_all_tiers_count_the_same() {
        let mut s = scores(f32::MAX, 6.0);
        for slug in ["affiliation_belonging", "connects", "nostalgia"] {
            s[30 + element(slug)] = 1.0;
        }
        let needs = assessor(NeedMethod::WeightedGap).assess(&s, Aspect::Fulfillment.mask());
        assert_eq!((needs.tier, needs.state), (Some(NeedTier::Belonging), NeedState::Deficit));
    }

    #[test]
    fn a_handful_of_scores_determines_nothing_and_nothing_is_invented() {
        let few = 1u64 << (30 + element("affiliation_belonging"));
        let needs = assessor(NeedMethod::WeightedGap).assess(&scores(5.0, 2.0), few);
        assert_eq!((needs.tier, needs.state), (None, NeedState::Undetermined));
        assert_eq!(needs.fulfillment, [None, None, Some(2.0), Some(2.0), None]);
        assert_eq!(assessor(NeedMethod::WeightedGap).assess(&scores(5.0, 2.0), 0).fulfillment, [None; 5]);
    }

    #[test]
    fn settings_out_of_range_are_refused_and_not_a_number_too() {
        let with = |f: fn(&mut NeedSettings)| {
            let mut settings = NeedSettings::default();
            f(&mut settings);
            settings.check()
        };
        assert_eq!(with(|_| ()), Ok(()));
        assert!(matches!(with(|s| s.tau = f64::NAN), Err(NeedSettingsError::Tau { .. })));
        assert!(matches!(with(|s| s.tau = 11.0), Err(NeedSettingsError::Tau { .. })));
        assert!(matches!(with(|s| s.lambda = -0.1), Err(NeedSettingsError::Lambda { .. })));
        assert!(matches!(with(|s| s.min_coverage = 0.0), Err(NeedSettingsError::MinCoverage { .. })));
    }

    proptest! {
        #[test]
        fn a_constant_added_to_every_importance_changes_nothing(
            raw in proptest::collection::vec(0u8..=80, 60), scored in 0u64..(1 << 60), shift in 1u8..20,
        ) {
            let assessor = assessor(NeedMethod::WeightedGap);
            let plain: Vec<f32> = raw.iter().map(|x| f32::from(*x) / 8.0).collect();
            let more = f32::from(shift) / 8.0;
            let shifted: Vec<f32> =
                plain.iter().enumerate().map(|(i, x)| if i < 30 { x + more } else { *x }).collect();
            let (a, b) = (assessor.importance(&plain, scored), assessor.importance(&shifted, scored));
            for (a, b) in a.into_iter().zip(b) {
                prop_assert_eq!(a.is_some(), b.is_some());
                prop_assert!(a.zip(b).is_none_or(|(a, b)| (a - b).abs() < 1e-5));
            }
        }

        #[test]
        fn a_tier_lies_within_the_scores_it_was_made_of(
            raw in proptest::collection::vec(0u8..=100, 60), scored in 0u64..(1 << 60),
        ) {
            let s: Vec<f32> = raw.iter().map(|x| f32::from(*x) / 10.0).collect();
            let needs = assessor(NeedMethod::WeightedGap).assess(&s, scored);
            for f in needs.fulfillment.into_iter().flatten() {
                prop_assert!((0.0..=10.0).contains(&f));
            }
            prop_assert!(needs.tier.is_some() || needs.runner_up.is_none());
            prop_assert!(needs.tier.is_none() || needs.tier != needs.runner_up);
        }
    }
}
