//! What needs no chance: how well tiers and levels are served by the scores as they stand, and how much a tier matters.

use super::settings::{NeedSettings, NeedSettingsError};
use crate::rows::{Aspect, CustomerNeeds};
use valueseg_catalogue::{Catalogue, ElementId, Level, N_ELEMENTS, NeedTier};

pub(super) const TIERS: usize = NeedTier::COUNT;

/// With more tiers uncovered than this, a customer's needs are undetermined. Our judgment.
pub const MAX_UNCOVERED: u32 = 2;

/// Points of importance that span the whole relative importance from 0 to 1: the means of tiers rarely lie more than
/// two points from a person's own mean. Our judgment.
pub(crate) const IMPORTANCE_SPAN: f32 = 4.0;

/// Reads tiers by the catalogue's own need map: weights laid out once, nothing allocated per customer.
#[derive(Clone, Debug)]
pub struct NeedAssessor {
    /// Elements of each level, as bits.
    levels: [u64; Level::ALL.len()],
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
    ///
    /// # Errors
    /// [`NeedSettingsError`] for a setting outside its range.
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
            // A hair less than the exact product, so that half the weight is half in single precision too.
            least: NeedTier::ALL.map(|tier| (map.mass(tier) * settings.min_coverage * 0.99999) as f32),
            weights,
        })
    }

    /// How well the tiers and levels of one customer are served, nothing else said.
    ///
    /// `scores` are 30 importances, then 30 fulfillments, 0–10; bit `i` of `scored` says that `scores[i]` exists. A tier's
    /// fulfillment is `F_t = Σ w·fulfillment / Σ w` over the elements scored, with `w` the need map; a level's is the plain
    /// mean of its elements.
    ///
    /// METHOD: tier scores of thinly covered customers should be drawn toward their segment. Scores arrive here
    /// after the measurement model has done that, item by item, so it is not done twice.
    ///
    /// # Panics
    /// If `scores` holds fewer than 60 numbers.
    #[must_use]
    pub fn served(&self, scores: &[f32], scored: u64) -> CustomerNeeds {
        let fulfillment = &scores[N_ELEMENTS..2 * N_ELEMENTS];
        let served = self.tiers(fulfillment, scored >> N_ELEMENTS);
        CustomerNeeds {
            fulfillment: std::array::from_fn(|t| (served.weight[t] > 0.0).then(|| hundredths(served.mean[t]))),
            levels: self.levels.map(|level| mean_of(fulfillment, scored >> N_ELEMENTS & level)),
            ..CustomerNeeds::UNDETERMINED
        }
    }

    /// Relative importance `I_t` of each tier, 0–1 with ½ the customer's own mean: `½ + (Σ w·importance / Σ w − mean
    /// importance)/4` within 0–1; `None` where too little of the tier is scored. Arguments as in [`NeedAssessor::served`].
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

    /// Bit `t`: enough of tier `t` is scored, of the 30 elements whose bits are set.
    pub(super) fn covered(&self, elements: u32) -> u32 {
        let mut weight = [0.0f32; TIERS];
        for (e, row) in self.weights.iter().enumerate().filter(|(e, _)| elements >> e & 1 == 1) {
            debug_assert!(e < N_ELEMENTS);
            weight.iter_mut().zip(row).for_each(|(sum, w)| *sum += w);
        }
        (0..TIERS).fold(0, |mask, t| mask | u32::from(weight[t] > 0.0 && weight[t] >= self.least[t]) << t)
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
}

/// Whether tiers enough are covered.
pub(super) fn enough(covered: u32) -> bool {
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
