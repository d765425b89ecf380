//! Too few people behind a figure: it goes, and with it whatever would give it back.

use super::sums::{HEAD, Moments, ProfileSums, ScoreSums};
use crate::rows::N_RATINGS;

/// Empties every figure of `groups` that rests on fewer than `min_cell` customers and returns the sums over everybody.
///
/// A figure left out of a group is left out of the total as well, unless the groups that lost it hold `min_cell`
/// customers between them.
///
/// METHOD: complementary suppression. A total over all groups minus the groups shown would give back what was hidden;
/// usually a second group pays for that with its own figure. Here the total pays: it does without at most
/// `min_cell − 1` customers, and every group large enough keeps its figures. Source: our judgment after the
/// thresholds and the rule of secondary suppression in `docs/domain.md#small-cells`.
pub(super) fn withhold(groups: &mut [ProfileSums], min_cell: u64) -> ProfileSums {
    let mut everyone = ProfileSums::zero();
    for group in groups.iter() {
        everyone.merge(group.clone());
    }
    {
        let mut columns: Vec<_> = groups.iter_mut().map(|group| group.figures_mut().moments).collect();
        for total in everyone.figures_mut().moments {
            let cells: Vec<&mut Moments> = columns.iter_mut().filter_map(Iterator::next).collect();
            withhold_figure(cells, total, min_cell);
        }
    }
    for indicator in 0..N_RATINGS {
        withhold_scores(groups, &mut everyone.scores, indicator, min_cell);
    }
    everyone
}

/// Which of the cells are too small, and whether the total can keep them.
fn small(counts: impl Iterator<Item = i128>, min_cell: u64) -> (Vec<bool>, bool) {
    let least = i128::from(min_cell) * HEAD;
    let counts: Vec<i128> = counts.collect();
    let hidden: i128 = counts.iter().filter(|n| **n < least).sum();
    (counts.iter().map(|n| *n < least).collect(), hidden >= least)
}

/// Empties one figure where it is small, in the groups and as far as needed in their total; see [`withhold`].
pub(crate) fn withhold_figure(cells: Vec<&mut Moments>, total: &mut Moments, min_cell: u64) {
    let (small, kept) = small(cells.iter().map(|cell| cell.n), min_cell);
    for (cell, _) in cells.into_iter().zip(small).filter(|(_, small)| *small) {
        if !kept {
            *total = total.without(cell);
        }
        *cell = Moments::default();
    }
}

fn withhold_scores(groups: &mut [ProfileSums], total: &mut ScoreSums, indicator: usize, min_cell: u64) {
    let (small, kept) = small(groups.iter().map(|group| group.scores.n[indicator]), min_cell);
    for (group, _) in groups.iter_mut().zip(small).filter(|(_, small)| *small) {
        for (cell, total) in group.scores.column_mut(indicator).into_iter().zip(total.column_mut(indicator)) {
            if !kept {
                *total = total.wrapping_sub(*cell);
            }
            *cell = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(satisfied: &[i64]) -> ProfileSums {
        let mut sums = ProfileSums::zero();
        for &x in satisfied {
            sums.members.add(65_536, 0);
            sums.satisfaction.add(65_536, x);
        }
        sums
    }

    #[test]
    fn a_small_cell_goes_and_the_total_does_without_it() {
        let mut groups = vec![group(&[700; 30]), group(&[100; 5]), group(&[900; 30])];
        let everyone = withhold(&mut groups, 20);
        assert_eq!(groups[1].satisfaction, Moments::default());
        assert_eq!(everyone.satisfaction.count(), 60);
        assert_eq!(everyone.satisfaction.mean(100.0), Some(8.0));
        assert_eq!((everyone.members.count(), groups[1].members.count()), (65, 5));
    }

    #[test]
    fn cells_that_are_many_together_stay_in_the_total() {
        let mut groups = vec![group(&[700; 15]), group(&[100; 15]), group(&[900; 30])];
        let everyone = withhold(&mut groups, 20);
        assert_eq!((groups[0].satisfaction.n, groups[1].satisfaction.n), (0, 0));
        assert_eq!(everyone.satisfaction.count(), 60);
    }

    #[test]
    fn scores_are_withheld_like_everything_else() {
        let mut groups = vec![group(&[700; 30]), group(&[100; 5])];
        for (g, n) in [(0, 30), (1, 5)] {
            groups[g].scores.n[3] = n * HEAD;
            groups[g].scores.w[3] = n * 65_536;
            groups[g].scores.wx[3] = n * 65_536 * 500;
        }
        let everyone = withhold(&mut groups, 20);
        assert_eq!(groups[1].scores.figures(3), None);
        assert!((groups[0].scores.figures(3).unwrap().mean - 5.0).abs() < 1e-12);
        assert_eq!(everyone.scores.n[3], 30 * HEAD);
    }
}
