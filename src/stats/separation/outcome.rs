//! How much of an outcome lies between groups, in sample and out of it.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::draw::mixed_seed;

/// Share of an outcome's squares below which its spread is rounding.
const ROUNDING: f64 = 1e-20;

/// Splits into halves that [`held_out_r2`] is averaged over. One split alone moves by some hundredths at some hundred
/// rows.
const SPLITS: u64 = 20;

/// An outcome beside the groups it is to be explained by, all of one length.
#[derive(Clone, Copy, Debug)]
pub struct Outcome<'a> {
    /// `(n)`: the outcome of each row, in any unit; `None` or a number that is not finite = not known.
    pub values: &'a [Option<f64>],
    /// `(n)`: the group of each row, from 0; `None` = in no group.
    pub labels: &'a [Option<usize>],
    /// `(n)`: row weights, above 0.
    pub weights: &'a [f64],
}

/// A row with outcome and group.
#[derive(Clone, Copy, Debug)]
struct Known {
    value: f64,
    label: usize,
    weight: f64,
}

impl Outcome<'_> {
    /// Rows with a finite outcome and a group, in an order of their content.
    fn known(&self) -> Vec<Known> {
        let rows = self.values.iter().zip(self.labels).zip(self.weights);
        let known = rows.filter_map(|((value, label), weight)| {
            let value = value.filter(|value| value.is_finite())?;
            Some(Known { value, label: (*label)?, weight: *weight })
        });
        let mut known: Vec<Known> = known.collect();
        // INVARIANT: an order of content, so that a seed deals the same halves whatever the order of the table.
        known.sort_by(|a, b| {
            a.label.cmp(&b.label).then(a.value.total_cmp(&b.value)).then(a.weight.total_cmp(&b.weight))
        });
        known
    }

    /// R² of the outcome between groups: between-group over total sum of squares, in `[0, 1]`; also called η².
    ///
    /// It never falls when groups are added: compare partitions by [`Outcome::held_out_r2`]. `None` if the outcome has
    /// no spread or nobody has both outcome and group.
    ///
    /// # Examples
    /// By hand, outcomes (1, 2, 3) and (5, 6, 7): 4 lies within groups and 28 around the mean of all, so R² = 1 − 4/28
    /// = 6/7. `f_oneway` of scipy 1.17.1 has F = 24 = (6/7)/(1/7)·4/1.
    ///
    /// ```
    /// use valueseg_stats::separation::Outcome;
    ///
    /// let values = [1.0, 2.0, 3.0, 5.0, 6.0, 7.0].map(Some);
    /// let labels = [0, 0, 0, 1, 1, 1].map(Some);
    /// let r2 = Outcome { values: &values, labels: &labels, weights: &[1.0; 6] }.r2().unwrap();
    /// assert!((r2 - 6.0 / 7.0).abs() < 1e-12);
    /// ```
    #[must_use]
    pub fn r2(&self) -> Option<f64> {
        let known = self.known();
        let means = Means::of(known.iter());
        let (left, total) = means.squares(known.iter());
        let spread = total > ROUNDING * size(&known);
        spread.then(|| (1.0 - left / total).clamp(0.0, 1.0))
    }

    /// R² of the outcome for rows the groups' means were not learned on: means of one half predict the other and the
    /// other way round, averaged over random halves keyed by `seed`.
    ///
    /// `1 − Σ w (y − mean of the group in the other half)² / Σ w (y − mean of the other half)²`, at most 1, around 0 or
    /// below where groups say nothing about the outcome. A group the other half has nobody of is predicted by that
    /// half's mean. `None` with fewer than four rows or without spread.
    ///
    /// METHOD: groups that were cut on answers always "explain" something in sample; the out-of-sample form (Campbell
    /// and Thompson 2008, Review of Financial Studies 21) has an expectation of at most 0 for groups without a bearing
    /// on the outcome, so numbers of groups compare. Halves do not depend on the order of the rows.
    ///
    /// # Examples
    /// By hand: where everybody of a group has the same outcome, the mean of one half predicts the other without error.
    ///
    /// ```
    /// use valueseg_stats::separation::Outcome;
    ///
    /// let labels: Vec<Option<usize>> = (0..40).map(|i| Some(i % 2)).collect();
    /// let values: Vec<Option<f64>> = (0..40).map(|i| Some([3.0, 8.0][i % 2])).collect();
    /// let outcome = Outcome { values: &values, labels: &labels, weights: &[1.0; 40] };
    /// assert_eq!(outcome.held_out_r2(7), Some(1.0));
    /// assert_eq!(Outcome { values: &values[..3], labels: &labels[..3], weights: &[1.0; 3] }.held_out_r2(7), None);
    /// ```
    #[must_use]
    pub fn held_out_r2(&self, seed: u64) -> Option<f64> {
        let known = self.known();
        if known.len() < 4 {
            return None;
        }
        let mut order: Vec<usize> = (0..known.len()).collect();
        let (mut left, mut total) = (0.0, 0.0);
        for split in 0..SPLITS {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(mixed_seed(seed, split));
            // Shuffled on from the split before: both orders are fixed by the seed.
            order.shuffle(&mut rng);
            let (one, other) = order.split_at(known.len() / 2);
            for (learned, predicted) in [(one, other), (other, one)] {
                let means = Means::of(learned.iter().map(|row| &known[*row]));
                let (l, t) = means.squares(predicted.iter().map(|row| &known[*row]));
                // METHOD: squares are summed over all halves before they are divided; a mean of ratios would be ruled
                // by halves that happen to have little spread.
                left += l;
                total += t;
            }
        }
        let spread = total > ROUNDING * size(&known);
        spread.then(|| 1.0 - left / total)
    }
}

/// `Σ weight · outcome²`.
fn size(known: &[Known]) -> f64 {
    known.iter().map(|row| row.weight * row.value.powi(2)).sum()
}

/// Mean outcome of each group and of everybody.
struct Means {
    overall: f64,
    groups: Vec<Option<f64>>,
}

impl Means {
    fn of<'a>(rows: impl Iterator<Item = &'a Known>) -> Self {
        let mut sums: Vec<(f64, f64)> = Vec::new();
        for row in rows {
            if sums.len() <= row.label {
                sums.resize(row.label + 1, (0.0, 0.0));
            }
            let sum = &mut sums[row.label];
            *sum = (sum.0 + row.weight * row.value, sum.1 + row.weight);
        }
        let all = sums.iter().fold((0.0, 0.0), |all, sum| (all.0 + sum.0, all.1 + sum.1));
        let groups = sums.into_iter().map(|(sum, n)| if n > 0.0 { Some(sum / n) } else { None }).collect();
        Self { overall: if all.1 > 0.0 { all.0 / all.1 } else { 0.0 }, groups }
    }

    /// Squares around the mean of the group, and around the mean of everybody.
    fn squares<'a>(&self, rows: impl Iterator<Item = &'a Known>) -> (f64, f64) {
        rows.fold((0.0, 0.0), |(left, total), row| {
            let mean = self.groups.get(row.label).copied().flatten().unwrap_or(self.overall);
            let squared = |from: f64| row.weight * (row.value - from).powi(2);
            (left + squared(mean), total + squared(self.overall))
        })
    }
}

#[cfg(test)]
mod tests {
    use rand::Rng;

    use super::*;

    fn some<T: Copy>(of: &[T]) -> Vec<Option<T>> {
        of.iter().map(|x| Some(*x)).collect()
    }

    #[test]
    fn r2_between_groups_worked_by_hand() {
        // Means 1.5 and 4, overall 7/3 with the weights; between 25/6, total 14/3.
        let (values, weights) = (some(&[1.0, 2.0, 4.0]), [1.0, 1.0, 1.0]);
        let outcome = Outcome { values: &values, labels: &some(&[0, 0, 1]), weights: &weights };
        assert!((outcome.r2().unwrap() - (25.0 / 6.0) / (14.0 / 3.0)).abs() < 1e-12);
    }

    #[test]
    fn an_outcome_without_spread_or_rows_explains_nothing() {
        let (values, labels, weights) = (some(&[0.1; 6]), some(&[0, 1, 0, 1, 0, 1]), [1.0; 6]);
        let flat = Outcome { values: &values, labels: &labels, weights: &weights };
        assert_eq!((flat.r2(), flat.held_out_r2(1)), (None, None));
        let nobody = Outcome { values: &[Some(f64::NAN), None], labels: &[Some(0), Some(1)], weights: &[1.0; 2] };
        assert_eq!((nobody.r2(), nobody.held_out_r2(1)), (None, None));
    }

    #[test]
    fn groups_that_say_all_or_nothing_about_an_outcome_are_told_apart_out_of_sample() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let labels: Vec<Option<usize>> = (0..400).map(|_| Some(rng.gen_range(0..8))).collect();
        let weights = vec![1.0; 400];
        let noise: Vec<Option<f64>> = (0..400).map(|_| Some(rng.gen_range(0.0..1.0))).collect();
        let empty = Outcome { values: &noise, labels: &labels, weights: &weights };
        assert!(empty.r2().unwrap() > 0.0);
        assert!(empty.held_out_r2(1).unwrap() < 0.01);
        let told: Vec<Option<f64>> = labels.iter().map(|label| label.map(|l| l as f64)).collect();
        let full = Outcome { values: &told, labels: &labels, weights: &weights };
        assert!((full.held_out_r2(1).unwrap() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn held_out_r2_does_not_depend_on_the_order_of_rows() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(2);
        let values: Vec<Option<f64>> = (0..50).map(|_| Some(rng.gen_range(0.0..1.0))).collect();
        let labels: Vec<Option<usize>> = (0..50).map(|i| Some(i % 3)).collect();
        let weights: Vec<f64> = (0..50).map(|i| 1.0 + f64::from(i % 4)).collect();
        let forward = Outcome { values: &values, labels: &labels, weights: &weights }.held_out_r2(5);
        let turned = |row: usize| 49 - row;
        let (values, labels): (Vec<_>, Vec<_>) = (0..50).map(|r| (values[turned(r)], labels[turned(r)])).unzip();
        let weights: Vec<f64> = (0..50).map(|r| weights[turned(r)]).collect();
        assert_eq!(Outcome { values: &values, labels: &labels, weights: &weights }.held_out_r2(5), forward);
    }
}
