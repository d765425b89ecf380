//! Kappa and Spearman.

/// Cohen's kappa of pairs of labels below `labels`: `(p_o − p_e) / (1 − p_e)`; `None` without pairs, or with one label alone.
pub(crate) fn kappa(pairs: &[(usize, usize)], labels: usize) -> Option<f64> {
    let n = pairs.len() as f64;
    let (mut left, mut right) = (vec![0.0; labels], vec![0.0; labels]);
    for &(a, b) in pairs {
        left[a] += 1.0 / n;
        right[b] += 1.0 / n;
    }
    let expected: f64 = left.iter().zip(&right).map(|(a, b)| a * b).sum();
    (expected < 1.0 && n > 0.0).then(|| (agreement(pairs) - expected) / (1.0 - expected))
}

/// Share of pairs that are equal; NaN without pairs.
pub(crate) fn agreement(pairs: &[(usize, usize)]) -> f64 {
    pairs.iter().filter(|(a, b)| a == b).count() as f64 / pairs.len() as f64
}

/// Spearman's rank correlation, ties at their mean rank; `None` for fewer than three pairs or where nothing varies.
pub(crate) fn spearman(pairs: &[(f64, f64)]) -> Option<f64> {
    let (a, b) = (ranks(pairs.iter().map(|p| p.0).collect()), ranks(pairs.iter().map(|p| p.1).collect()));
    let middle = (pairs.len() as f64 - 1.0) / 2.0;
    let product = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| (x - middle) * (y - middle)).sum::<f64>();
    let size = (product(&a, &a) * product(&b, &b)).sqrt();
    (pairs.len() > 2 && size > 0.0).then(|| product(&a, &b) / size)
}

/// Ranks from 0, ties at their mean.
fn ranks(values: Vec<f64>) -> Vec<f64> {
    let rank = |x: &f64| {
        let below = values.iter().filter(|y| *y < x).count() as f64;
        let equal = values.iter().filter(|y| *y == x).count() as f64;
        below + (equal - 1.0) / 2.0
    };
    values.iter().map(rank).collect()
}
