//! What to deliver next.

use crate::catalogue::{ElementId, N_ELEMENTS};
use crate::model::rows::{Aspect, N_RATINGS, NextNeed, ScoredBlock};

/// Mean and standard deviation of each score over the base, importance of the 30 elements and then fulfillment, 0–10. A
/// deviation that is not positive = the score is not compared.
pub type Standards = [(f64, f64); N_RATINGS];

/// What the next need is told by, beside the scores.
#[derive(Clone, Debug)]
pub(super) struct Yardstick {
    pub(super) standards: Standards,
    /// Derived importance by segment, the last for everybody; empty = not known, all elements count alike.
    pub(super) derived: Vec<[f64; N_ELEMENTS]>,
    /// Bit `e` set: element `e` is never named.
    pub(super) masked: u32,
}

impl Yardstick {
    /// The element with the largest `gap × derived importance × confidence`; `None` where no element that was scored on both
    /// aspects has a positive gap. Ties go to the earlier element.
    ///
    /// `gap = z_importance − z_fulfillment`, each z the difference from the base's mean in standard deviations of the base;
    /// confidence = product over both aspects of `max(0, 1 − standard error / sd)`. Our judgment.
    ///
    /// METHOD: importance and fulfillment are compared as places in the base, not as points: they are different questions
    /// with different levels. A score whose error is as wide as the base says nothing about the person and has no
    /// confidence.
    pub(super) fn next(&self, scored: &ScoredBlock, row: usize) -> Option<NextNeed> {
        let weights = self.weights(scored.assignments[row].segment);
        let mut best: Option<(f64, NextNeed)> = None;
        for element in ElementId::all().filter(|element| self.may_be_told(*element)) {
            let read = |aspect: Aspect| self.read(scored, row, aspect.indicator(element));
            let (Some((wanted, sure)), Some((given, surely))) = (read(Aspect::Importance), read(Aspect::Fulfillment))
            else {
                continue;
            };
            let gap = wanted - given;
            let pull = gap * weights.map_or(1.0, |weights| weights[element.index()]) * sure * surely;
            if gap > 0.0 && pull > 0.0 && best.is_none_or(|(most, _)| pull > most) {
                best = Some((pull, NextNeed { element, gap: gap as f32 }));
            }
        }
        best.map(|(_, need)| need)
    }

    /// Whether an element may be named and both aspects of it can be compared in this base at all.
    fn may_be_told(&self, element: ElementId) -> bool {
        let compared = |aspect: Aspect| self.standards[aspect.indicator(element)].1 > 0.0;
        self.masked >> element.index() & 1 == 0 && compared(Aspect::Importance) && compared(Aspect::Fulfillment)
    }

    /// Place in the base and confidence of a score.
    fn read(&self, scored: &ScoredBlock, row: usize, at: usize) -> Option<(f64, f64)> {
        let (mean, sd) = self.standards[at];
        let usable = scored.scored[row] >> at & 1 == 1 && sd > 0.0 && sd.is_finite();
        usable.then(|| {
            let score = f64::from(scored.scores[[row, at]]);
            let error = f64::from(scored.standard_errors[[row, at]]);
            ((score - mean) / sd, (1.0 - error / sd).max(0.0))
        })
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
        Yardstick { standards: [(5.0, 2.0); N_RATINGS], derived: Vec::new(), masked: 0 }
    }

    fn next(yardstick: &Yardstick, scored: &ScoredBlock) -> Option<(usize, f32)> {
        yardstick.next(scored, 0).map(|need| (need.element.index(), need.gap))
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
    fn a_narrower_gap_that_is_surer_comes_before_a_wider_guess() {
        // 2 · (1 − 0/2)² = 2 against 3 · (1 − 1/2)² = 0.75.
        let scored = person(&[(3, 9.0, 5.0, 0.0), (7, 9.0, 3.0, 1.0)]);
        assert_eq!(next(&yardstick(), &scored), Some((3, 2.0)));
        assert_eq!(next(&yardstick(), &person(&[(3, 9.0, 5.0, 2.0)])), None, "an error as wide as the base");
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
