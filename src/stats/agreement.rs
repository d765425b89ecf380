//! How alike two partitions of the same customers are.

use std::collections::BTreeMap;

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
#[must_use]
pub fn adjusted_rand_index(a: &[usize], b: &[usize]) -> f64 {
    assert_eq!(a.len(), b.len(), "two partitions of the same customers");
    let mut cells: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    let mut rows: BTreeMap<usize, u64> = BTreeMap::new();
    let mut columns: BTreeMap<usize, u64> = BTreeMap::new();
    for (&x, &y) in a.iter().zip(b) {
        *cells.entry((x, y)).or_default() += 1;
        *rows.entry(x).or_default() += 1;
        *columns.entry(y).or_default() += 1;
    }
    let square = |counts: &mut dyn Iterator<Item = u64>| counts.map(|c| (c as f64).powi(2)).sum::<f64>();
    let n = a.len() as f64;
    let both = square(&mut cells.values().copied());
    let in_a = square(&mut rows.values().copied());
    let in_b = square(&mut columns.values().copied());
    let together = both - n;
    let only_b = in_b - both;
    let only_a = in_a - both;
    let apart = n * n - only_a - only_b - both;
    if only_a == 0.0 && only_b == 0.0 {
        return 1.0;
    }
    2.0 * (together * apart - only_a * only_b)
        / ((together + only_a) * (only_a + apart) + (together + only_b) * (only_b + apart))
}

/// The same with row weights: a row of weight 2 counts as two rows.
///
/// # Panics
/// If the three differ in length, which is an error of the caller.
#[must_use]
pub fn weighted_adjusted_rand_index(a: &[usize], b: &[usize], weights: &[f64]) -> f64 {
    assert!(a.len() == b.len() && a.len() == weights.len(), "two partitions of the same customers");
    let mut cells: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    let mut rows: BTreeMap<usize, f64> = BTreeMap::new();
    let mut columns: BTreeMap<usize, f64> = BTreeMap::new();
    for ((&x, &y), w) in a.iter().zip(b).zip(weights) {
        *cells.entry((x, y)).or_default() += w;
        *rows.entry(x).or_default() += w;
        *columns.entry(y).or_default() += w;
    }
    let square = |counts: &mut dyn Iterator<Item = f64>| counts.map(|c| c.powi(2)).sum::<f64>();
    let n: f64 = weights.iter().sum();
    let both = square(&mut cells.values().copied());
    let in_a = square(&mut rows.values().copied());
    let in_b = square(&mut columns.values().copied());
    let together = both - n;
    let only_b = in_b - both;
    let only_a = in_a - both;
    let apart = n * n - only_a - only_b - both;
    if only_a == 0.0 && only_b == 0.0 {
        return 1.0;
    }
    2.0 * (together * apart - only_a * only_b)
        / ((together + only_a) * (only_a + apart) + (together + only_b) * (only_b + apart))
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

    proptest! {
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
