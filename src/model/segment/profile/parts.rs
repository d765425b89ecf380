//! A customer taken apart: how much of it counts in each segment.

use super::sums::Part;
use crate::rows::{POSTERIOR_STEPS, ScoredBlock};

/// Parts of one customer, used again for the next.
#[derive(Clone, Debug)]
pub(crate) struct CustomerParts {
    /// `K` segments, then the group of those of whom no probability is known.
    parts: Vec<Part>,
}

impl CustomerParts {
    pub(crate) fn new(segments: usize) -> Self {
        Self { parts: vec![Part::default(); segments + 1] }
    }

    /// Takes customer `row` of weight `weight` apart by the probabilities of its segments; whoever has none is in the
    /// segment assigned, or in the last group. All parts together are exactly the customer.
    pub(crate) fn share_out(&mut self, scored: &ScoredBlock, row: usize, weight: u32) {
        let probabilities = scored.posteriors.row(row);
        let last = self.parts.len() - 1;
        self.parts.fill(Part::default());
        let (mut left, mut top) = (weight, 0);
        for (k, p) in probabilities.iter().enumerate().take(last).filter(|(_, p)| **p > 0) {
            // To the nearest step, and never more than is left.
            let steps = u64::from(POSTERIOR_STEPS);
            let w = (u64::from(weight) * u64::from(*p) + steps / 2) / steps;
            let w = u32::try_from(w).unwrap_or(left).min(left);
            self.parts[k] = Part { head: *p, w, row: weight };
            left -= w;
            top = if *p > self.parts[top].head || top == k { k } else { top };
        }
        if self.parts[top].head == 0 {
            let group = scored.assignments[row].segment.map_or(last, usize::from);
            self.parts[group] = Part::from(weight);
        } else {
            self.parts[top].w += left;
        }
    }

    /// The groups the customer counts in, each with its part.
    pub(crate) fn of_groups(&self) -> impl Iterator<Item = (usize, Part)> {
        self.parts.iter().copied().enumerate().filter(|(_, part)| part.head > 0)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use proptest::prelude::*;

    use super::*;
    use crate::rows::Assignment;

    fn scored(posteriors: &[u16], segment: Option<u8>) -> ScoredBlock {
        let assignment = Assignment { segment, ..Assignment::undecided(None) };
        let posteriors = Array2::from_shape_vec((1, posteriors.len()), posteriors.to_vec()).unwrap();
        ScoredBlock { assignments: vec![assignment], posteriors, ..ScoredBlock::unscored(1) }
    }

    fn parts(scored: &ScoredBlock, weight: u32) -> Vec<(usize, u16, u32)> {
        let mut parts = CustomerParts::new(3);
        parts.share_out(scored, 0, weight);
        parts.of_groups().map(|(group, part)| (group, part.head, part.w)).collect()
    }

    #[test]
    fn a_customer_counts_in_each_segment_by_probability() {
        let row = scored(&[1_000, 7_000, 2_000], None);
        // A tenth of 65,536 is 6,553.6, seven tenths are 45,875.2 and a fifth is 13,107.2; together they are all of it.
        assert_eq!(parts(&row, 65_536), [(0, 1_000, 6_554), (1, 7_000, 45_875), (2, 2_000, 13_107)]);
    }

    #[test]
    fn who_has_no_probabilities_is_in_the_segment_assigned_or_in_the_last_group() {
        assert_eq!(parts(&scored(&[0, 0, 0], None), 9), [(3, 10_000, 9)]);
        assert_eq!(parts(&scored(&[], Some(2)), 9), [(2, 10_000, 9)]);
    }

    proptest! {
        #[test]
        fn parts_add_up_to_the_customer(a in 0u16..=10_000, b in 0u16..=10_000, weight in 1u32..=u32::MAX) {
            let (low, high) = (a.min(b), a.max(b));
            let row = scored(&[low, high - low, 10_000 - high], None);
            let found = parts(&row, weight);
            prop_assert_eq!(found.iter().map(|part| u64::from(part.2)).sum::<u64>(), u64::from(weight));
            prop_assert_eq!(found.iter().map(|part| u32::from(part.1)).sum::<u32>(), 10_000);
        }
    }
}
