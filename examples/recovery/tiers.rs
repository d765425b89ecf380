//! Need tiers and next elements as they are, computed from all true ratings of a person.
//!
//! The rule is written down here once more, from its description (weighted gap, `tau` 7, `lambda` 0.3), so that a change of the
//! program is held against the rule and not against itself.

use valueseg::catalogue::{Catalogue, ElementId, NeedTier};

use crate::generate::{Base, ELEMENTS};

const TIERS: usize = NeedTier::COUNT;
const TAU: f64 = 7.0;
const LAMBDA: f64 = 0.3;
const ORDER: [f64; TIERS] = [1.00, 0.95, 0.90, 0.85, 0.80];
/// Lead, in parts of the range of gaps, from which a tier is named.
const LEAD: f64 = 0.15;
/// Points of importance from 0 to 1.
const SPAN: f64 = 4.0;

/// What is true of everybody.
pub(crate) struct TrueNeeds {
    /// Tier to serve next; `None` = balanced, or none leads.
    pub(crate) tiers: Vec<Option<usize>>,
    /// Element, of those that are told of customers at all, whose standardized importance exceeds its standardized
    /// fulfillment by most; `None` = none does.
    pub(crate) next: Vec<Option<usize>>,
}

impl TrueNeeds {
    /// `told` says which elements are told of customers.
    pub(crate) fn of(base: &Base, told: &[bool; ELEMENTS]) -> Self {
        let n = base.people.len();
        let map = Catalogue::embedded();
        let weights: Vec<[f64; TIERS]> = ElementId::all().map(|element| map.needs().weights(element)).collect();
        let moments: Vec<(f64, f64)> = (0..2 * ELEMENTS)
            .map(|j| {
                let mean = (0..n).map(|i| base.truth(i, j)).sum::<f64>() / n as f64;
                let variance = (0..n).map(|i| (base.truth(i, j) - mean).powi(2)).sum::<f64>() / n as f64;
                (mean, variance.sqrt().max(1e-9))
            })
            .collect();
        let rows = (0..n).map(|i| (0..2 * ELEMENTS).map(|j| base.truth(i, j)).collect::<Vec<f64>>());
        let (tiers, next) = rows.map(|row| (tier(&row, &weights), next(&row, &moments, told))).unzip();
        Self { tiers, next }
    }

    /// Share of each tier among those of a group who have one.
    pub(crate) fn shares(&self, members: impl Iterator<Item = usize>) -> [f64; TIERS] {
        let mut counts = [0.0; TIERS];
        members.filter_map(|i| self.tiers[i]).for_each(|tier| counts[tier] += 1.0);
        let all: f64 = counts.iter().sum();
        counts.map(|count| count / all.max(1.0))
    }
}

fn tier(ratings: &[f64], weights: &[[f64; TIERS]]) -> Option<usize> {
    let (importance, fulfillment) = ratings.split_at(ELEMENTS);
    let mean = |scores: &[f64], t: usize| {
        let mass: f64 = weights.iter().map(|row| row[t]).sum();
        weights.iter().zip(scores).map(|(row, score)| row[t] * score).sum::<f64>() / mass
    };
    let own = importance.iter().sum::<f64>() / ELEMENTS as f64;
    let wanted: [f64; TIERS] = std::array::from_fn(|t| (0.5 + (mean(importance, t) - own) / SPAN).clamp(0.0, 1.0));
    let served: [f64; TIERS] = std::array::from_fn(|t| mean(fulfillment, t));
    let growth = TIERS - 1;
    if served[..growth].iter().all(|f| *f >= TAU) && wanted[growth] > 0.5 {
        return Some(growth);
    }
    let gaps: [f64; TIERS] =
        std::array::from_fn(|t| wanted[t] * (TAU - served[t]).max(0.0) * ORDER[t].powf(TIERS as f64 * LAMBDA));
    let best = (0..TIERS).fold(0, |best, t| if gaps[t] > gaps[best] { t } else { best });
    let others = || (0..TIERS).filter(|t| *t != best).map(|t| gaps[t]);
    let (second, least) = (others().fold(0.0, f64::max), others().fold(f64::INFINITY, f64::min));
    let lead = gaps[best] - second;
    (lead > 0.0 && lead >= LEAD * (gaps[best] - least)).then_some(best)
}

fn next(ratings: &[f64], moments: &[(f64, f64)], told: &[bool; ELEMENTS]) -> Option<usize> {
    let standard = |j: usize| (ratings[j] - moments[j].0) / moments[j].1;
    let gaps = (0..ELEMENTS).filter(|e| told[*e]).map(|e| (e, standard(e) - standard(ELEMENTS + e)));
    let best = gaps.fold(None, |best: Option<(usize, f64)>, (e, gap)| match best {
        Some((_, most)) if gap <= most => best,
        _ => Some((e, gap)),
    });
    best.filter(|(_, gap)| *gap > 0.0).map(|(e, _)| e)
}
