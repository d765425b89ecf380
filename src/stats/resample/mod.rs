//! Would the same segments come out again? Bootstrap samples, and how alike the solutions on them are.
//!
//! ```text
//! rows ─ counts of a sample ─ fit ─ labels of all rows      twice a pair
//! pair of labels ─ adjusted Rand index ─ mean over pairs    stability of the partition
//! labels v. the solution ─ Jaccard of each segment ─ mean   stability of each segment
//! ```
//!
//! Any estimator will do that fits rows with counts and then labels all rows. Sources: Dolnicar and Leisch (2010),
//! Marketing Letters 21, as `bootFlexclust` and `slswFlexclust` of the R package flexclust 1.5 do it; Hennig (2007),
//! Computational Statistics and Data Analysis 52.

mod solutions;

pub use solutions::{Agreement, JaccardBand, Solutions};

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

use crate::draw::mixed_seed;
use crate::observed::Observed;

/// Label of each row of a table, `0..k`; `None` where a row has none.
pub type Labels = Vec<Option<usize>>;

/// How bootstrap samples of the rows of a table are drawn.
///
/// METHOD: rows are drawn with replacement, with probability by weight, through their cumulative weights in an order of
/// their content. So a row of weight 2 is drawn like the row twice, and neither the order of the rows nor the number of
/// threads changes a sample. Rows without an observed cell are never drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Resampling {
    /// Rows in the order of their content.
    order: Vec<usize>,
    /// Sum of the weights up to and with each of them.
    cumulative: Vec<f64>,
    /// Weight of every row of the table, in its order.
    weights: Vec<f64>,
    draws: usize,
    seed: u64,
}

impl Resampling {
    /// Samples of the rows of `data`, of as many draws as the weights of rows with an observed cell sum to, rounded.
    ///
    /// # Examples
    /// By hand: weights 1, 2 and 4 sum to 7 draws.
    ///
    /// ```
    /// use ndarray::{Array2, array};
    /// use valueseg_stats::observed::Observed;
    /// use valueseg_stats::resample::Resampling;
    ///
    /// let present = Array2::from_elem((3, 1), true);
    /// let data = Observed::try_new(array![[1.0], [2.0], [3.0]], present, array![1.0, 2.0, 4.0])?;
    /// assert_eq!(Resampling::new(&data, 1).counts(0).iter().sum::<f64>(), 7.0);
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    #[must_use]
    pub fn new(data: &Observed, seed: u64) -> Self {
        let weights = data.weights().to_vec();
        let order = data.order_of_content();
        let mut sum = 0.0;
        let add = |row: &usize| {
            sum += weights[*row];
            sum
        };
        let cumulative: Vec<f64> = order.iter().map(add).collect();
        let draws = sum.round() as usize;
        Self { order, cumulative, weights, draws, seed }
    }

    /// Another number of draws: where weights are scaled to a base that is larger than the sample, else samples would
    /// be more alike than those of a new survey.
    ///
    /// # Examples
    /// By hand: three rows, a hundred draws.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::observed::Observed;
    /// use valueseg_stats::resample::Resampling;
    ///
    /// let resampling = Resampling::new(&Observed::complete(array![[1.0], [2.0], [3.0]])?, 1).draws(100);
    /// assert_eq!(resampling.counts(0).iter().sum::<f64>(), 100.0);
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    #[must_use]
    pub fn draws(mut self, draws: usize) -> Self {
        self.draws = draws;
        self
    }

    /// `(n)`: how often each row of the table comes in sample number `item`, whole numbers ≥ 0; the same for the same
    /// seed and number.
    ///
    /// # Examples
    /// By hand, weights 1 and 3 and 4,000 draws: the first row comes 1,000 times in the mean, with a standard deviation
    /// of √(4,000·¼·¾) = 27.4.
    ///
    /// ```
    /// use ndarray::{Array2, array};
    /// use valueseg_stats::observed::Observed;
    /// use valueseg_stats::resample::Resampling;
    ///
    /// let present = Array2::from_elem((2, 1), true);
    /// let data = Observed::try_new(array![[1.0], [2.0]], present, array![1.0, 3.0])?;
    /// let counts = Resampling::new(&data, 1).draws(4_000).counts(5);
    /// assert!((counts[0] - 1_000.0).abs() < 3.0 * 27.4);
    /// # Ok::<(), valueseg_stats::observed::ObservedError>(())
    /// ```
    #[must_use]
    pub fn counts(&self, item: u64) -> Vec<f64> {
        let mut counts = vec![0.0; self.weights.len()];
        let Some(total) = self.cumulative.last() else { return counts };
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(mixed_seed(self.seed, item));
        for _ in 0..self.draws {
            let at = rng.gen_range(0.0..1.0) * total;
            // The first row whose cumulative weight lies beyond the point; the product may round up to the total
            // itself.
            let place = self.cumulative.partition_point(|sum| *sum <= at).min(self.order.len() - 1);
            counts[self.order[place]] += 1.0;
        }
        counts
    }

    /// Solutions on `pairs` pairs of samples: `fit` gets the counts of sample number `item` and that number, which its
    /// own randomness is to be keyed with, and gives each row of the whole table its label.
    ///
    /// # Errors
    /// The first error of `fit`, by sample.
    ///
    /// # Panics
    /// If `fit` does not label every row, which is an error of the caller.
    ///
    /// # Examples
    /// Two given solutions stand for what an estimator would find on two samples: `adjusted_rand_score` of scikit-learn
    /// 1.9.1 of the two is 4/7.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::observed::Observed;
    /// use valueseg_stats::resample::Resampling;
    ///
    /// let data = Observed::complete(array![[1.0], [2.0], [3.0], [4.0]])?;
    /// let found = [[0, 0, 1, 2], [0, 0, 1, 1]];
    /// let fit = |_: &[f64], item: u64| Ok::<_, std::fmt::Error>(found[item as usize].map(Some).to_vec());
    /// let solutions = Resampling::new(&data, 1).solutions(1, fit)?;
    /// assert!((solutions.agreement().mean.unwrap() - 4.0 / 7.0).abs() < 1e-12);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn solutions<E, F>(&self, pairs: usize, fit: F) -> Result<Solutions, E>
    where
        E: Send,
        F: Fn(&[f64], u64) -> Result<Labels, E> + Sync,
    {
        let fitted: Vec<Result<Labels, E>> =
            (0..2 * pairs as u64).into_par_iter().map(|item| fit(&self.counts(item), item)).collect();
        // Errors are looked at in the order of the samples: the same one is reported on any number of threads.
        Ok(Solutions::new(fitted.into_iter().collect::<Result<_, E>>()?, self.weights.clone()))
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, Array2, array};

    use super::*;

    fn weighted(values: Array2<f64>, weights: Array1<f64>) -> Observed {
        let present = Array2::from_elem(values.dim(), true);
        Observed::try_new(values, present, weights).unwrap()
    }

    #[test]
    fn a_sample_has_as_many_draws_as_the_weights_sum_to() {
        let data = weighted(array![[1.0], [2.0], [3.0]], array![1.0, 2.0, 4.0]);
        assert_eq!(Resampling::new(&data, 1).counts(0).iter().sum::<f64>(), 7.0);
        assert_eq!(Resampling::new(&data, 1).draws(100).counts(0).iter().sum::<f64>(), 100.0);
    }

    #[test]
    fn rows_come_in_proportion_to_their_weights() {
        let data = weighted(array![[1.0], [2.0]], array![1.0, 3.0]);
        let counts = Resampling::new(&data, 1).draws(4_000).counts(5);
        // Mean 1,000, standard deviation 27.
        assert!((900.0..1_100.0).contains(&counts[0]), "{counts:?}");
    }

    #[test]
    fn the_order_of_rows_and_weight_or_repetition_change_no_sample() {
        let one = weighted(array![[5.0], [1.0], [3.0]], array![2.0, 1.0, 3.0]);
        let counts = Resampling::new(&one, 9).counts(4);
        let turned = weighted(array![[3.0], [5.0], [1.0]], array![3.0, 2.0, 1.0]);
        let of_turned = Resampling::new(&turned, 9).counts(4);
        assert_eq!(counts, vec![of_turned[1], of_turned[2], of_turned[0]]);
        let repeated = weighted(array![[3.0], [5.0], [3.0], [1.0], [5.0], [3.0]], Array1::ones(6));
        let of_repeated = Resampling::new(&repeated, 9).counts(4);
        assert_eq!(counts[0], of_repeated[1] + of_repeated[4]);
        assert_eq!(counts[2], of_repeated[0] + of_repeated[2] + of_repeated[5]);
    }

    #[test]
    fn who_answered_nothing_is_never_drawn() {
        let data = Observed::try_new(array![[1.0], [0.0]], array![[true], [false]], array![1.0, 9.0]).unwrap();
        assert_eq!(Resampling::new(&data, 1).counts(0), vec![1.0, 0.0]);
    }

    #[test]
    fn the_error_of_the_first_sample_that_fails_is_the_error() {
        let data = weighted(array![[1.0], [2.0]], array![1.0, 1.0]);
        let failing = |_: &[f64], item: u64| if item > 1 { Err(item) } else { Ok(vec![Some(0); 2]) };
        assert_eq!(Resampling::new(&data, 1).solutions(3, failing), Err(2));
    }
}
