//! The dual run: what k-means on raw ratings would have cut.

use ndarray::{Array2, s};

use super::super::error::ModelError;
use super::super::evidence::ratings::Evidence;
use super::effort::Look;
use super::table::Worktable;
use super::way::Way;
use valueseg_stats::agreement::weighted_adjusted_rand_index;
use valueseg_stats::matching::Overlap;
use valueseg_stats::mixture::likeliest;
use valueseg_stats::observed::Observed;

/// Starts of k-means.
const STARTS: usize = 20;

/// The chosen segments beside those of k-means on raw ratings.
#[derive(Clone, Copy, Debug)]
pub(in crate::fit) struct Dual {
    /// Adjusted Rand index of the two.
    pub(in crate::fit) agreement: f64,
    /// Share of people who would be in another segment, segments matched as well as can be.
    pub(in crate::fit) moved: f64,
}

/// Holds the segments `given` of the evidence's rows against k-means on raw ratings, as many segments.
///
/// METHOD: raw standardized ratings without signals, each gap filled with the rating's mean: what a hurried analyst would
/// do, on the same sample of rows as all candidates.
pub(in crate::fit) fn run(evidence: &Evidence, given: &Array2<f64>, seed: u64) -> Result<Dual, ModelError> {
    let own = s![.., ..evidence.ratings];
    let present = Array2::from_elem((evidence.data.n_rows(), evidence.ratings), true);
    let ratings = evidence.data.values().slice(own).to_owned();
    let data = Observed::try_new(ratings, present, evidence.data.weights().clone())?;
    // The screened rows, by carrying the row's place along as the row it stands for.
    let numbered = Evidence { data, rows: (0..evidence.rows.len()).collect(), ..evidence.clone() }.screen();
    let weights = numbered.data.weights().to_vec();
    let table = Worktable::new(numbered.data, evidence.ratings);
    let raw = Way::Kmeans.explore(&table, given.ncols(), Look::of_starts(STARTS, seed))?.labels(&table);
    let chosen: Vec<usize> = numbered.rows.iter().map(|row| likeliest(given.row(*row))).collect();
    let agreement = weighted_adjusted_rand_index(&chosen, &raw, &weights);
    Ok(Dual { agreement, moved: moved(&chosen, &raw, given.ncols(), &weights) })
}

/// Share of the weight that lies outside the best one-to-one matching of two partitions into at most `k` segments each.
fn moved(a: &[usize], b: &[usize], k: usize, weights: &[f64]) -> f64 {
    let overlap = Overlap::of(a, b, weights, (k, k));
    let partners = overlap.partners();
    let stay: f64 = partners.iter().enumerate().filter_map(|(a, b)| Some(overlap.both(a, (*b)?))).sum();
    (1.0 - stay / overlap.total()).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_names_move_nobody_and_a_weight_counts_as_often_as_it_says() {
        assert_eq!(moved(&[0, 0, 1, 2], &[2, 2, 0, 1], 3, &[1.0; 4]), 0.0);
        // Best matching 0→0, 1→1: the third row, weight 3 of 8, is elsewhere.
        let share = moved(&[0, 0, 0, 1], &[0, 0, 1, 1], 2, &[2.0, 1.0, 3.0, 2.0]);
        assert!((share - 3.0 / 8.0).abs() < 1e-12);
    }
}
