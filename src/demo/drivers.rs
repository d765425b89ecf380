//! What satisfaction and recommendation hang on: the planted weight of each element, in the base and in each segment.

use super::person::{OWN_GETS_SD, Person, Profile};
use super::profiles::{HIDDEN_SEGMENTS, TRUTH};
use crate::catalogue::N_ELEMENTS;

/// Spread, in points of an answer, of what all elements together do to an outcome.
pub const ELEMENTS_EFFECT_SD: f64 = 1.45;
/// How far a segment is used to what it gets: part of its own level, beside the base's, that satisfies nobody any more.
///
/// Calibrated once. At 0 a segment that is served badly with a few elements drags down the outcome, and all of these
/// elements seem to matter in the whole base whatever their weights: an association, but not the one that is planted.
const USED_TO: f64 = 0.7;
/// What `quality` weighs more than its rank alone would say: it leads wherever that was studied.
const QUALITY_LEAD: f64 = 0.25;
/// Elements a segment weighs more, and as many that it weighs less.
const TILTED: usize = 3;
/// What a tilted element gains, before scaling, where 1 is the weight of the first rank.
const TILT_UP: f64 = 0.25;
/// What is left of the weight of an element the segment hardly wants.
const TILT_DOWN: f64 = 0.7;
/// Position of `quality` among the elements.
pub(super) const QUALITY: usize = 10;

/// Planted weights of the elements in the outcomes: points of an answer per standard deviation of what is got.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct DriverWeights {
    /// Mean over the base, in catalogue order; all above 0, that of `quality` the largest.
    pub whole: [f64; N_ELEMENTS],
    /// By hidden segment.
    pub segments: Vec<[f64; N_ELEMENTS]>,
    #[serde(skip)]
    usual: Vec<[f64; N_ELEMENTS]>,
    #[serde(skip)]
    spread: [f64; N_ELEMENTS],
}

/// Positions of the elements, the largest value first; equal ones in catalogue order.
fn ranked(value: impl Fn(usize) -> f64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..N_ELEMENTS).collect();
    order.sort_by(|a, b| value(*b).total_cmp(&value(*a)));
    order
}

impl DriverWeights {
    /// Weights fall evenly with the rank of the element's importance in the base, so that ranks can be told apart;
    /// each segment adds [`TILT_UP`] to the three it wants most above the others and takes from the three it wants least.
    pub(super) fn new(profiles: &[Profile], shares: &[f64]) -> Self {
        let mut even = [0.0; N_ELEMENTS];
        for (place, e) in ranked(|e| TRUTH[e].importance).into_iter().enumerate() {
            even[e] = (N_ELEMENTS - place) as f64 / N_ELEMENTS as f64;
        }
        even[QUALITY] += QUALITY_LEAD;
        let mut segments: Vec<[f64; N_ELEMENTS]> = vec![even; shares.len()];
        if shares.len() == HIDDEN_SEGMENTS {
            for (s, weights) in segments.iter_mut().enumerate() {
                let order = ranked(|e| TRUTH[e].wants[s]);
                order[..TILTED].iter().for_each(|&e| weights[e] += TILT_UP);
                order[N_ELEMENTS - TILTED..].iter().for_each(|&e| weights[e] *= TILT_DOWN);
                // Nothing overtakes quality.
                let most = weights[QUALITY];
                (0..N_ELEMENTS).filter(|e| *e != QUALITY).for_each(|e| weights[e] = weights[e].min(0.95 * most));
            }
        }
        let mean = |x: &dyn Fn(usize) -> f64| shares.iter().enumerate().map(|(s, share)| share * x(s)).sum::<f64>();
        let raw: [f64; N_ELEMENTS] = std::array::from_fn(|e| mean(&|s| segments[s][e]));
        let size = raw.iter().map(|w| w * w).sum::<f64>().sqrt();
        let scale = ELEMENTS_EFFECT_SD / size;
        segments.iter_mut().flatten().for_each(|w| *w *= scale);
        let center: [f64; N_ELEMENTS] = std::array::from_fn(|e| mean(&|s| profiles[s].gets[e]));
        let used_to = |s: usize| std::array::from_fn(|e| center[e] + USED_TO * (profiles[s].gets[e] - center[e]));
        let spread = std::array::from_fn(|e| {
            let between = mean(&|s| (profiles[s].gets[e] - center[e]).powi(2));
            (between + OWN_GETS_SD * OWN_GETS_SD).sqrt()
        });
        Self { whole: raw.map(|w| w * scale), segments, usual: (0..shares.len()).map(used_to).collect(), spread }
    }

    /// `Σ w_e · (gets_e − usual_e) / sd_e` with the weights of the person's segment, the deviation of the base, and as usual
    /// what the base gets, moved by [`USED_TO`] toward what the segment gets.
    pub(super) fn effect(&self, person: &Person) -> f64 {
        let (weights, usual) = (&self.segments[person.segment], &self.usual[person.segment]);
        (0..N_ELEMENTS).map(|e| weights[e] * (person.gets[e] - usual[e]) / self.spread[e]).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::settings::DemoSettings;
    use crate::demo::world::World;

    #[test]
    fn quality_weighs_most_everywhere_and_segments_differ_in_a_few_elements() {
        let world = World::new(&DemoSettings::default()).unwrap();
        let weights = world.driver_weights();
        for row in weights.segments.iter().chain([&weights.whole]) {
            assert_eq!(ranked(|e| row[e])[0], QUALITY);
            assert!(row.iter().all(|w| *w > 0.0));
        }
        let (a, b) = (&weights.segments[0], &weights.segments[1]);
        let differing = (0..N_ELEMENTS).filter(|&e| (a[e] - b[e]).abs() > 1e-12).count();
        assert!((6..=12).contains(&differing), "{differing}");
    }

    #[test]
    fn the_elements_move_an_outcome_by_their_planted_spread_around_nothing() {
        let world = World::new(&DemoSettings::default()).unwrap();
        let effects: Vec<f64> = (0..20_000).map(|n| world.driver_weights().effect(&world.person(n))).collect();
        let mean = effects.iter().sum::<f64>() / 20_000.0;
        let sd = (effects.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 20_000.0).sqrt();
        assert!(mean.abs() < 0.15, "{mean}");
        assert!((sd / ELEMENTS_EFFECT_SD - 1.0).abs() < 0.1, "{sd}");
    }

    #[test]
    fn without_segments_there_is_one_row_of_weights() {
        let world = World::new(&DemoSettings { segments_planted: false, ..DemoSettings::default() }).unwrap();
        let weights = world.driver_weights();
        assert_eq!(weights.segments, vec![weights.whole]);
    }
}
