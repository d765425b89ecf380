//! What to deliver next.

use rand::SeedableRng as _;
use rand_xoshiro::Xoshiro256PlusPlus;
use twox_hash::XxHash64;

use crate::rows::{Aspect, N_RATINGS, NextNeed, NextNeeds, ScoredBlock};
use valueseg_catalogue::{ElementId, N_ELEMENTS};
use valueseg_stats::draw::{mixed_seed, normal};

/// Mean and standard deviation of each score over the base, importance of the 30 elements and then fulfillment, 0–10. A
/// deviation that is not positive = the score is not compared.
pub type Standards = [(f64, f64); N_RATINGS];

/// Draws for each customer.
const DRAWS: usize = 32;

/// Banks of draws, of which a customer's id picks one.
const BANKS: usize = 64;

/// Seeds of the banks and of the hash that picks one. Fixed: what is next does not change with the seed of a fit.
const SEEDS: (u64, u64) = (0x0E17, 0x5E1E);

/// What the next need is told by, beside the scores.
#[derive(Clone, Debug)]
pub(super) struct Yardstick {
    standards: Standards,
    /// Derived importance by segment, the last for everybody; empty = not known, all elements count alike.
    derived: Vec<[f64; N_ELEMENTS]>,
    /// Bit `e` set: element `e` is never named.
    masked: u32,
    /// Least probability of an element that is told.
    least: f64,
    /// Standard normal numbers by bank and element.
    banks: Vec<[[f32; DRAWS]; N_ELEMENTS]>,
}

/// An element that takes part, in deviations of the base.
#[derive(Clone, Copy)]
struct Gap {
    element: ElementId,
    mean: f32,
    error: f32,
}

impl Yardstick {
    /// Draws the errors of a night. `least` is the least probability of an element that is told.
    pub(super) fn new(standards: &Standards, derived: Vec<[f64; N_ELEMENTS]>, masked: u32, least: f64) -> Self {
        let banks = (0..BANKS).map(|bank| {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(mixed_seed(SEEDS.0, bank as u64));
            std::array::from_fn(|_| std::array::from_fn(|_| normal(&mut rng) as f32))
        });
        Self { standards: *standards, derived, masked, least, banks: banks.collect() }
    }

    /// The element with the largest `gap × derived importance`, where it is likely enough to be that; else the two
    /// likeliest. Elements take part that were scored on both aspects and may be named; ties go to the earlier element.
    ///
    /// `gap = z_importance − z_fulfillment`, each z the difference from the base's mean in standard deviations of the base,
    /// its standard error `√(se²_importance/sd² + se²_fulfillment/sd²)`. An element is next in a draw where its product is
    /// the largest and above 0; its probability is the share of draws it is next in. Our judgment.
    ///
    /// METHOD: importance and fulfillment are compared as places in the base, not as points: they are different questions
    /// with different levels. A score whose error is as wide as the base says nothing about the person and takes no part.
    /// Gaps are drawn with errors that are each element's own: what errors have in common moves all gaps alike and decides
    /// nothing between elements.
    pub(super) fn next(&self, id: &str, scored: &ScoredBlock, row: usize) -> NextNeeds {
        let weights = self.weights(scored.assignments[row].segment);
        let bank = &self.banks[(XxHash64::oneshot(SEEDS.1, id.as_bytes()) % BANKS as u64) as usize];
        // Places count from 1: 0 is no element.
        let (mut best, mut place) = ([0.0f32; DRAWS], [0.0f32; DRAWS]);
        let mut gaps = [None; N_ELEMENTS];
        for element in ElementId::all().filter(|element| self.may_be_told(*element)) {
            let Some(gap) = self.gap(scored, row, element) else { continue };
            let e = element.index();
            gaps[e] = Some(gap);
            let weight = weights.map_or(1.0, |weights| weights[e]) as f32;
            for (d, normal) in bank[e].iter().enumerate() {
                let pull = weight * (gap.mean + gap.error * normal);
                let ahead = pull > best[d];
                best[d] = if ahead { pull } else { best[d] };
                place[d] = if ahead { e as f32 + 1.0 } else { place[d] };
            }
        }
        let mut counts = [0u32; N_ELEMENTS + 1];
        place.iter().for_each(|at| counts[*at as usize] += 1);
        let need = |e: usize| {
            let gap = gaps[e].filter(|_| counts[e + 1] > 0)?;
            let probability = counts[e + 1] as f32 / DRAWS as f32;
            Some(NextNeed { element: gap.element, gap: gap.mean, probability })
        };
        let largest = |except: Option<usize>| {
            let rest = (0..N_ELEMENTS).filter(|e| Some(*e) != except);
            rest.reduce(|best, e| if counts[e + 1] > counts[best + 1] { e } else { best }).unwrap_or(0)
        };
        let first = largest(None);
        match need(first) {
            // A wish that is expected to be met already is no need, however wide its error.
            Some(next) if f64::from(next.probability) >= self.least && next.gap > 0.0 => {
                NextNeeds { told: Some(next), candidates: [None; 2] }
            }
            next => NextNeeds { told: None, candidates: [next, need(largest(Some(first)))] },
        }
    }

    /// Whether an element may be named and both aspects of it can be compared in this base at all.
    fn may_be_told(&self, element: ElementId) -> bool {
        let compared = |aspect: Aspect| self.standards[aspect.indicator(element)].1 > 0.0;
        self.masked >> element.index() & 1 == 0 && compared(Aspect::Importance) && compared(Aspect::Fulfillment)
    }

    /// An element's gap and its error; `None` where one of the scores says nothing.
    fn gap(&self, scored: &ScoredBlock, row: usize, element: ElementId) -> Option<Gap> {
        let read = |aspect: Aspect| self.read(scored, row, aspect.indicator(element));
        let (wanted, wanted_error) = read(Aspect::Importance)?;
        let (given, given_error) = read(Aspect::Fulfillment)?;
        let error = wanted_error.hypot(given_error);
        Some(Gap { element, mean: (wanted - given) as f32, error: error as f32 })
    }

    /// Place in the base and its error, in standard deviations of the base.
    fn read(&self, scored: &ScoredBlock, row: usize, at: usize) -> Option<(f64, f64)> {
        let (mean, sd) = self.standards[at];
        let error = f64::from(scored.standard_errors[[row, at]]);
        let usable = scored.scored[row] >> at & 1 == 1 && sd > 0.0 && sd.is_finite() && error < sd;
        usable.then(|| ((f64::from(scored.scores[[row, at]]) - mean) / sd, error / sd))
    }

    /// Weights of a segment, or of everybody where it has none.
    fn weights(&self, segment: Option<u8>) -> Option<&[f64; N_ELEMENTS]> {
        let last = self.derived.len().checked_sub(1)?;
        let place = segment.map_or(last, |segment| usize::from(segment).min(last));
        self.derived.get(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One person; each entry an element with importance, fulfillment and the standard error of both.
    fn person(scores: &[(usize, f32, f32, f32)]) -> ScoredBlock {
        let mut scored = ScoredBlock::unscored(1);
        for &(element, importance, fulfillment, error) in scores {
            for (at, score) in [(element, importance), (N_ELEMENTS + element, fulfillment)] {
                scored.scores[[0, at]] = score;
                scored.standard_errors[[0, at]] = error;
                scored.scored[0] |= 1 << at;
            }
        }
        scored
    }

    fn yardstick() -> Yardstick {
        Yardstick::new(&[(5.0, 2.0); N_RATINGS], Vec::new(), 0, 0.5)
    }

    fn next(yardstick: &Yardstick, scored: &ScoredBlock) -> Option<(usize, f32)> {
        yardstick.next("somebody", scored, 0).told.map(|need| (need.element.index(), need.gap))
    }

    #[test]
    fn the_widest_gap_in_deviations_of_the_base_comes_first() {
        let scored = person(&[(3, 9.0, 5.0, 0.0), (7, 9.0, 3.0, 0.0), (9, 2.0, 9.0, 0.0)]);
        assert_eq!(next(&yardstick(), &scored), Some((7, 3.0)));
        let mut narrow = yardstick();
        narrow.standards[3] = (5.0, 0.5);
        assert_eq!(next(&narrow, &scored), Some((3, 8.0)), "importance of element 3 hardly differs between people");
    }

    #[test]
    fn without_a_positive_gap_or_both_scores_there_is_no_need() {
        assert_eq!(next(&yardstick(), &ScoredBlock::unscored(1)), None);
        assert_eq!(next(&yardstick(), &person(&[(0, 7.0, 7.0, 0.0), (1, 3.0, 9.0, 0.0)])), None);
        let mut half = person(&[(0, 9.0, 1.0, 0.0)]);
        half.scored[0] = 1;
        assert_eq!(next(&yardstick(), &half), None, "fulfillment is not scored");
        let mut flat = yardstick();
        flat.standards[0] = (9.0, 0.0);
        assert_eq!(next(&flat, &person(&[(0, 9.0, 1.0, 0.0)])), None, "everybody gave the same");
    }

    #[test]
    fn the_chance_of_an_element_is_that_of_the_larger_of_two_normal_gaps() {
        // Gaps 2 and 1.5 with errors of √2·1/2 each: the first is larger with Φ(.5/1) = .6915, and both are below 0 in
        // 2 of 10,000 at most. Over 4,000 people the draws of all banks: a standard error of .0102.
        let scored = person(&[(3, 9.0, 5.0, 1.0), (7, 8.0, 5.0, 1.0)]);
        let yardstick = Yardstick { least: 0.0, ..yardstick() };
        let told = (0..4_000).filter_map(|i| yardstick.next(&format!("{i}"), &scored, 0).told);
        let chances =
            told.map(|need| if need.element.index() == 3 { need.probability } else { 1.0 - need.probability });
        let mean = chances.sum::<f32>() / 4_000.0;
        assert!((mean - 0.6915).abs() < 0.04, "{mean}");
    }

    #[test]
    fn where_no_element_is_likely_enough_the_two_likeliest_are_candidates() {
        // Three gaps of one size, each unsure: none is next in half of the draws of most people.
        let scored = person(&[(3, 8.0, 5.0, 1.5), (7, 8.0, 5.0, 1.5), (9, 8.0, 5.0, 1.5)]);
        let yardstick = yardstick();
        let next: Vec<NextNeeds> = (0..200).map(|i| yardstick.next(&format!("{i}"), &scored, 0)).collect();
        let open: Vec<_> = next.iter().filter(|next| next.told.is_none()).collect();
        assert!(open.len() > 150, "{}", open.len());
        for next in open {
            let [Some(first), Some(second)] = next.candidates else { panic!("{next:?}") };
            assert!(first.probability >= second.probability && first.probability < 0.5);
        }
    }

    #[test]
    fn a_score_as_unsure_as_the_base_takes_no_part() {
        assert_eq!(yardstick().next("somebody", &person(&[(3, 9.0, 5.0, 2.0)]), 0), NextNeeds::default());
        let scored = person(&[(3, 9.0, 5.0, 0.0), (7, 10.0, 1.0, 2.0)]);
        assert_eq!(next(&yardstick(), &scored), Some((3, 2.0)));
    }

    #[test]
    fn derived_importance_is_that_of_the_segment_or_of_everybody() {
        let mut scored = person(&[(3, 9.0, 5.0, 0.0), (7, 9.0, 3.0, 0.0)]);
        let (mut segment, mut everybody) = ([0.01; N_ELEMENTS], [0.01; N_ELEMENTS]);
        segment[3] = 0.5;
        everybody[7] = 0.5;
        let yardstick = Yardstick { derived: vec![segment, everybody], ..yardstick() };
        assert_eq!(next(&yardstick, &scored), Some((7, 3.0)), "no segment");
        scored.assignments[0].segment = Some(0);
        assert_eq!(next(&yardstick, &scored), Some((3, 2.0)));
        scored.assignments[0].segment = Some(1);
        assert_eq!(next(&yardstick, &scored), Some((7, 3.0)), "a segment without weights of its own");
    }

    #[test]
    fn a_masked_element_is_never_named() {
        let scored = person(&[(3, 9.0, 5.0, 0.0), (29, 9.0, 3.0, 0.0)]);
        assert_eq!(next(&Yardstick { masked: 1 << 29, ..yardstick() }, &scored), Some((3, 2.0)));
        assert_eq!(next(&Yardstick { masked: u32::MAX, ..yardstick() }, &scored), None);
    }

    #[test]
    fn of_equal_pulls_the_earlier_element_is_named() {
        assert_eq!(next(&yardstick(), &person(&[(9, 9.0, 5.0, 0.0), (4, 9.0, 5.0, 0.0)])), Some((4, 2.0)));
    }
}
