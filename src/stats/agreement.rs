//! How alike two partitions of the same customers are.

use std::collections::BTreeMap;

/// Cells of a contingency table up to which it is kept whole.
const MOST_CELLS: usize = 1 << 16;

/// Adjusted Rand index of two partitions: 1 = the same groups, about 0 = no more alike than chance.
///
/// `a` and `b` give each customer's group in either partition; labels are names only. With pairs counted in the
/// contingency table, `ARI = 2·(TP·TN − FN·FP) / ((TP+FN)(FN+TN) + (TP+FP)(FP+TN))`. Two partitions that both put
/// everybody (or nobody) together agree: 1.
///
/// Source: Hubert and Arabie (1985), J. Classification 2; the pair form is the one scikit-learn uses.
///
/// # Panics
/// If the two differ in length, which is an error of the caller.
///
/// # Examples
/// `adjusted_rand_score([0, 0, 1, 2], [0, 0, 1, 1])` of scikit-learn 1.9.1 is 0.571428571 = 4/7.
///
/// ```
/// use valueseg_stats::agreement::adjusted_rand_index;
///
/// let found = adjusted_rand_index(&[0, 0, 1, 2], &[0, 0, 1, 1]);
/// assert!((found - 4.0 / 7.0).abs() < 1e-12);
/// assert_eq!(adjusted_rand_index(&[0, 0, 1, 1], &[5, 5, 3, 3]), 1.0);
/// ```
#[must_use]
pub fn adjusted_rand_index(a: &[usize], b: &[usize]) -> f64 {
    index_of(a, b, |_| 1.0)
}

/// [`adjusted_rand_index`] of rows with weights: a row of weight 2 is the row twice, so the weights have to sum to
/// about the number of rows.
///
/// # Panics
/// If the three differ in length, which is an error of the caller.
///
/// # Examples
/// The first row stands for two, so the value is that of `adjusted_rand_score([0, 0, 1, 2], [0, 0, 1, 1])` of
/// scikit-learn 1.9.1: 4/7.
///
/// ```
/// use valueseg_stats::agreement::weighted_adjusted_rand_index;
///
/// let found = weighted_adjusted_rand_index(&[0, 1, 2], &[0, 1, 1], &[2.0, 1.0, 1.0]);
/// assert!((found - 4.0 / 7.0).abs() < 1e-12);
/// ```
#[must_use]
pub fn weighted_adjusted_rand_index(a: &[usize], b: &[usize], weights: &[f64]) -> f64 {
    assert_eq!(a.len(), weights.len(), "a weight for each customer");
    index_of(a, b, |row| weights[row])
}

fn index_of(a: &[usize], b: &[usize], weight: impl Fn(usize) -> f64) -> f64 {
    assert_eq!(a.len(), b.len(), "two partitions of the same customers");
    let table = Contingency::new(a, b, weight);
    let square = |counts: &[f64]| counts.iter().map(|c| c * c).sum::<f64>();
    let n: f64 = table.rows.iter().sum();
    let both = square(&table.cells);
    // A row makes no pair with itself: Σ c² − n counts the ordered pairs that are together in both. All four counts are
    // of ordered pairs; the factor 2 cancels in the ratio.
    let together = both - n;
    let only_b = square(&table.rows) - both;
    let only_a = square(&table.columns) - both;
    let apart = n * n - only_a - only_b - both;
    // No pair on which the two differ. Where everybody or nobody is together the ratio would be 0/0.
    if only_a == 0.0 && only_b == 0.0 {
        return 1.0;
    }
    2.0 * (together * apart - only_a * only_b)
        / ((together + only_a) * (only_a + apart) + (together + only_b) * (only_b + apart))
}

/// Weights of the groups of two partitions, and of their common parts; parts without a row may be left out.
struct Contingency {
    cells: Vec<f64>,
    rows: Vec<f64>,
    columns: Vec<f64>,
}

impl Contingency {
    fn new(a: &[usize], b: &[usize], weight: impl Fn(usize) -> f64) -> Self {
        let size = |labels: &[usize]| labels.iter().max().map_or(0, |most| most.saturating_add(1));
        let (rows, columns) = (size(a), size(b));
        // Labels are names and may be large; a whole table of them would not fit into memory.
        if rows.saturating_mul(columns) > MOST_CELLS {
            return Self::of_many(a, b, weight);
        }
        let mut table = Self { cells: vec![0.0; rows * columns], rows: vec![0.0; rows], columns: vec![0.0; columns] };
        for (row, (x, y)) in a.iter().zip(b).enumerate() {
            let w = weight(row);
            table.cells[x * columns + y] += w;
            table.rows[*x] += w;
            table.columns[*y] += w;
        }
        table
    }

    fn of_many(a: &[usize], b: &[usize], weight: impl Fn(usize) -> f64) -> Self {
        // INVARIANT: ordered maps, so that sums run in one order and equal tables give equal bits.
        let mut cells: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        let mut rows: BTreeMap<usize, f64> = BTreeMap::new();
        let mut columns: BTreeMap<usize, f64> = BTreeMap::new();
        for (row, (&x, &y)) in a.iter().zip(b).enumerate() {
            let w = weight(row);
            *cells.entry((x, y)).or_default() += w;
            *rows.entry(x).or_default() += w;
            *columns.entry(y).or_default() += w;
        }
        Self {
            cells: cells.into_values().collect(),
            rows: rows.into_values().collect(),
            columns: columns.into_values().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_are_those_of_scikit_learn() {
        // From the documentation and tests of sklearn.metrics.adjusted_rand_score 1.x.
        assert!((adjusted_rand_index(&[0, 0, 1, 1], &[0, 0, 1, 1]) - 1.0).abs() < 1e-12);
        assert!((adjusted_rand_index(&[0, 0, 1, 1], &[1, 1, 0, 0]) - 1.0).abs() < 1e-12);
        assert!((adjusted_rand_index(&[0, 0, 1, 2], &[0, 0, 1, 1]) - 0.571_428_571_428_571_4).abs() < 1e-12);
        assert!((adjusted_rand_index(&[0, 0, 1, 1], &[0, 0, 1, 2]) - 0.571_428_571_428_571_4).abs() < 1e-12);
        assert!(adjusted_rand_index(&[0, 0, 0, 0], &[0, 1, 2, 3]).abs() < 1e-12);
        assert!((adjusted_rand_index(&[0, 0, 1, 1], &[0, 1, 0, 1]) + 0.5).abs() < 1e-12);
    }

    #[test]
    fn trivial_partitions_agree_with_themselves() {
        assert!((adjusted_rand_index(&[], &[]) - 1.0).abs() < 1e-12);
        assert!((adjusted_rand_index(&[3, 3, 3], &[1, 1, 1]) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn large_labels_are_names_like_small_ones() {
        let (a, b) = ([7, 7, 900_000_000, usize::MAX], [0, 0, 1, 1]);
        assert_eq!(adjusted_rand_index(&a, &b), adjusted_rand_index(&[0, 0, 1, 2], &b));
    }

    proptest! {
        #[test]
        fn a_weight_of_two_is_the_customer_twice(rows in prop::collection::vec((0usize..4, 0usize..4, 1usize..4), 2..60)) {
            let twice: Vec<(usize, usize)> = rows.iter().flat_map(|r| std::iter::repeat_n((r.0, r.1), r.2)).collect();
            let (a, b): (Vec<usize>, Vec<usize>) = twice.into_iter().unzip();
            let (x, y): (Vec<usize>, Vec<usize>) = rows.iter().map(|r| (r.0, r.1)).unzip();
            let weights: Vec<f64> = rows.iter().map(|r| r.2 as f64).collect();
            let difference = weighted_adjusted_rand_index(&x, &y, &weights) - adjusted_rand_index(&a, &b);
            prop_assert!(difference.abs() < 1e-12);
        }

        #[test]
        fn it_is_symmetric_blind_to_names_and_at_most_one(pairs in prop::collection::vec((0usize..4, 0usize..4), 2..60)) {
            let (a, b): (Vec<usize>, Vec<usize>) = pairs.into_iter().unzip();
            let index = adjusted_rand_index(&a, &b);
            prop_assert!(index <= 1.0 + 1e-12);
            prop_assert!((index - adjusted_rand_index(&b, &a)).abs() < 1e-12);
            let renamed: Vec<usize> = a.iter().map(|x| 7 - x).collect();
            prop_assert!((index - adjusted_rand_index(&renamed, &b)).abs() < 1e-12);
        }
    }
}
