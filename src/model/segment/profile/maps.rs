//! How firm a need tier is: under how many plausible need maps and orders of tiers it comes first in a group.

use serde::Serialize;

use super::sums::TierSums;
use crate::customer::needs::strong_order;
use crate::rows::NEED_MAPS;
use valueseg_catalogue::NeedTier;

/// Plausible need maps under which a tier comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MapCount {
    /// Maps under which it comes first.
    pub first: u32,
    /// Maps under which any tier does.
    pub of: u32,
}

impl MapCount {
    /// The share of maps, 0–1; 0 where there are none.
    #[must_use]
    pub fn share(self) -> f64 {
        if self.of == 0 { 0.0 } else { f64::from(self.first) / f64::from(self.of) }
    }
}

/// How far plausible need maps share a tier: all of them, and those in which the order of tiers (`[needs] lambda`) is weaker
/// or stronger than as it is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MapAgreement {
    /// Of all maps.
    pub all: MapCount,
    /// Of the half in which the order of tiers is weaker.
    pub weak_order: MapCount,
    /// Of the half in which it is stronger.
    pub strong_order: MapCount,
}

impl TierSums {
    /// How far the maps share a tier; `None` = they say nothing of the group.
    ///
    /// METHOD: a map counts for the tier that most of the group's customers are to be served next on under it; of equal sums
    /// the lower tier. What the map's weights leave open is seen in all of them, what the strength of the order leaves open in
    /// the two halves. Our judgment.
    pub(super) fn agreement(&self, tier: NeedTier) -> Option<MapAgreement> {
        let none = MapCount { first: 0, of: 0 };
        let mut agreement = MapAgreement { all: none, weak_order: none, strong_order: none };
        for (map, sums) in self.maps.iter().enumerate() {
            let most = sums.iter().copied().max().filter(|most| *most > 0);
            let Some(first) = most.and_then(|most| sums.iter().position(|sum| *sum == most)) else { continue };
            let half = if strong_order(map) { &mut agreement.strong_order } else { &mut agreement.weak_order };
            for count in [half, &mut agreement.all] {
                count.of += 1;
                count.first += u32::from(first == tier.index());
            }
        }
        (agreement.all.of > 0).then_some(agreement)
    }
}

const _: () = assert!(NEED_MAPS.is_multiple_of(2));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tier_that_comes_first_with_a_strong_order_alone_is_told_so() {
        let mut sums = TierSums::default();
        assert_eq!(sums.agreement(NeedTier::Safety), None, "nobody's tier is known");
        for (map, cells) in sums.maps.iter_mut().enumerate() {
            cells[NeedTier::Safety.index()] = if strong_order(map) { 7 } else { 3 };
            cells[NeedTier::Growth.index()] = 5;
        }
        let safety = sums.agreement(NeedTier::Safety).unwrap();
        assert_eq!((safety.all.first, safety.all.of), (16, 32));
        assert_eq!((safety.weak_order.first, safety.strong_order.first), (0, 16));
        assert!((safety.all.share() - 0.5).abs() < 1e-12);
        assert_eq!(sums.agreement(NeedTier::Growth).unwrap().weak_order, MapCount { first: 16, of: 16 });
    }
}
