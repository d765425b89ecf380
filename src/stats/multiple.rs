//! Many tests at once: the adjustments of Benjamini and Hochberg, and of Holm.

/// Benjamini–Hochberg adjusted p-values: `q_(i) = min over j ≥ i of m·p_(j)/j`, at most 1, in the order given.
///
/// Entries are p-values in 0–1 or `None`; a `None`, or a number that is no p-value, is not a test: it is not counted in
/// `m` and stays `None`. Calling "different" whatever has `q ≤ 0.05` keeps the expected share of false calls at 5 %.
///
/// METHOD: false discovery rate rather than familywise error: 30 elements × a dozen segments are looked at to choose
/// where to act, and a few false leads among many are affordable. At the sizes of a customer base nearly everything is
/// significant, so callers ask for a minimum effect as well. Source: Benjamini and Hochberg, JRSS B 57 (1995).
///
/// # Examples
/// `false_discovery_control([0.01, 0.04, 0.03, 0.5])` of scipy 1.17.1: 0.04, 0.05333333, 0.05333333 and 0.5.
///
/// ```
/// use valueseg_stats::multiple::benjamini_hochberg;
///
/// let q = benjamini_hochberg(&[Some(0.01), Some(0.04), None, Some(0.03), Some(0.5)]);
/// assert!((q[0].unwrap() - 0.04).abs() < 1e-12 && (q[1].unwrap() - 0.16 / 3.0).abs() < 1e-12);
/// assert_eq!((q[2], q[4]), (None, Some(0.5)));
/// ```
#[must_use]
pub fn benjamini_hochberg(p: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut tests: Vec<(usize, f64)> =
        p.iter().enumerate().filter_map(|(i, p)| p.filter(|p| (0.0..=1.0).contains(p)).map(|p| (i, p))).collect();
    tests.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    let m = tests.len() as f64;
    let mut adjusted = vec![None; p.len()];
    let mut smallest = 1.0f64;
    // From the largest p down: `smallest` is the minimum over this rank and all above it.
    for (rank, &(i, p)) in tests.iter().enumerate().rev() {
        // The factor is at least 1; rounding of the product must not say otherwise.
        smallest = smallest.min((p * (m / (rank + 1) as f64)).max(p));
        adjusted[i] = Some(smallest);
    }
    adjusted
}

/// Holm adjusted p-values: `q_(i) = max over j ≤ i of (m − j + 1)·p_(j)`, at most 1, in the order given; `None` stays
/// `None`, as in [`benjamini_hochberg`].
///
/// METHOD: for guardrails, where one false alarm stops a play: the chance of any stays at the level, whatever hangs
/// together. Source: Holm, Scandinavian Journal of Statistics 6 (1979).
///
/// # Examples
/// `multipletests([0.01, 0.04, 0.03, 0.5], method="holm")` of statsmodels 0.15.0: 0.04, 0.09, 0.09 and 0.5.
///
/// ```
/// use valueseg_stats::multiple::holm;
///
/// let q = holm(&[Some(0.01), Some(0.04), None, Some(0.03), Some(0.5)]);
/// assert!((q[0].unwrap() - 0.04).abs() < 1e-12 && (q[1].unwrap() - 0.09).abs() < 1e-12);
/// assert_eq!((q[2], q[4]), (None, Some(0.5)));
/// ```
#[must_use]
pub fn holm(p: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut tests: Vec<(usize, f64)> =
        p.iter().enumerate().filter_map(|(i, p)| p.filter(|p| (0.0..=1.0).contains(p)).map(|p| (i, p))).collect();
    tests.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    let mut adjusted = vec![None; p.len()];
    let mut largest = 0.0f64;
    for (rank, &(i, p)) in tests.iter().enumerate() {
        largest = largest.max((p * (tests.len() - rank) as f64).min(1.0));
        adjusted[i] = Some(largest);
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_adjustment_is_that_of_r() {
        // R 4.3: p.adjust(c(0.01, 0.04, 0.03, 0.005), "BH") = 0.02 0.04 0.04 0.02
        let q = benjamini_hochberg(&[Some(0.01), Some(0.04), Some(0.03), Some(0.005)]);
        for (q, r) in q.iter().zip([0.02, 0.04, 0.04, 0.02]) {
            assert!((q.unwrap() - r).abs() < 1e-12);
        }
    }

    #[test]
    fn what_is_no_test_stays_absent_and_is_not_counted() {
        let q = benjamini_hochberg(&[None, Some(0.02), Some(f64::NAN), Some(0.5)]);
        assert_eq!(q, vec![None, Some(0.04), None, Some(0.5)]);
        assert!(benjamini_hochberg(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn an_adjusted_p_is_never_below_the_plain_one_and_keeps_the_order(
            p in proptest::collection::vec(0.0..=1.0f64, 1..40),
        ) {
            let given: Vec<Option<f64>> = p.iter().copied().map(Some).collect();
            let q = benjamini_hochberg(&given);
            for i in 0..p.len() {
                prop_assert!(q[i].unwrap() >= p[i] && q[i].unwrap() <= 1.0);
                for j in 0..p.len() {
                    prop_assert!(p[i] > p[j] || q[i].unwrap() <= q[j].unwrap());
                }
            }
        }
    }
}
