//! Shares of classes among people whose class nobody knows, from evidence that was calibrated on others.

use ndarray::{Array1, Array2, ArrayView2};

use super::calibration::normalize_logs;
use super::dense::Cholesky;

/// Iterations of either search; both climb at every step and stop earlier when nothing moves.
const ITERATIONS: usize = 200;

/// Largest move of a step at which a search ends.
const STILL: f64 = 1e-6;

/// Relative move of a share at which their search ends.
const STILL_SHARE: f64 = 1e-4;

/// Share of the largest information added to each class, so that a class nobody can be told to be in has a finite error.
const LEAST_INFORMATION: f64 = 1e-6;

/// Shares below this are taken for this, so that their logarithms are finite.
const LEAST_SHARE: f64 = 1e-4;

/// The constants `b` `(K,)`, sum 0, that make class probabilities `p_k ∝ exp(logs_k + b_k)` predict `witness` best.
///
/// `logs` are `(n, K)` log probabilities up to a constant a row, `witness` log densities `(n, K)` of something else that was
/// observed of the same rows, `weights` row weights ≥ 0. Maximizes
/// `Σ_i w_i ln Σ_k p_ik exp(witness_ik) − Σ_k b_k²/(2·spread²)`.
///
/// METHOD: one temperature for all classes cannot mend that some are claimed too often and others too seldom; one constant a
/// class can, and it keeps log odds linear (bias-corrected temperature scaling: Alexandari, Kundaje and Shrikumar 2020, ICML
/// 37). Steps divide the gradient by an upper bound of the curvature, so each climbs.
///
/// # Examples
/// By hand: two classes claimed at one half each, and a witness sure of class 0 in three rows of four. Without a pull
/// (`spread` large) the probability becomes 3/4: `b_0 − b_1 = ln 3`.
///
/// ```
/// use ndarray::{Array2, array};
/// use valueseg_stats::class_shift::class_tilt;
///
/// let witness = array![[0.0, -50.0], [0.0, -50.0], [0.0, -50.0], [-50.0, 0.0]];
/// let tilt = class_tilt(Array2::zeros((4, 2)).view(), witness.view(), &[1.0; 4], 1e3);
/// assert!((tilt[0] - tilt[1] - 3f64.ln()).abs() < 1e-4);
/// ```
#[must_use]
pub fn class_tilt(
    logs: ArrayView2<'_, f64>,
    witness: ArrayView2<'_, f64>,
    weights: &[f64],
    spread: f64,
) -> Array1<f64> {
    let k = logs.ncols();
    let mut tilt = Array1::<f64>::zeros(k);
    let pull = 1.0 / (spread * spread);
    for _ in 0..ITERATIONS {
        let claimed = sums(&(&logs + &tilt), weights);
        let found = sums(&(&logs + &tilt + witness), weights);
        let step = Array1::from_shape_fn(k, |c| (found[c] - claimed[c] - pull * tilt[c]) / (claimed[c] + pull));
        tilt += &step;
        if step.iter().all(|s| s.abs() < STILL) {
            break;
        }
    }
    let middle = tilt.mean().unwrap_or(0.0);
    tilt - middle
}

/// `(K,)`: weighted sums of the class probabilities `∝ exp(logs)`.
fn sums(logs: &Array2<f64>, weights: &[f64]) -> Array1<f64> {
    let mut sums = Array1::zeros(logs.ncols());
    for (row, weight) in logs.rows().into_iter().zip(weights) {
        let mut p = row.to_owned();
        normalize_logs(p.view_mut());
        sums.scaled_add(*weight, &p);
    }
    sums
}

/// Shares of classes and what is known of them.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassShares {
    /// `(K,)`, sum 1, each above 0.
    pub shares: Array1<f64>,
    /// `(K − 1, K − 1)`: Fisher information on the log odds of each class against the last.
    pub information: Array2<f64>,
}

impl ClassShares {
    /// The shares under which rows of class log densities `evidence` `(n, K)` with `weights` are likeliest, sought from
    /// `start` `(K,)`.
    ///
    /// Source: Saerens, Latinne and Decaestecker (2002), Neural Computation 14. The information is the sum of squared scores,
    /// at Kish's effective number of rows.
    ///
    /// # Examples
    /// By hand: three rows can only be class 0 and one only class 1.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::class_shift::ClassShares;
    ///
    /// let evidence = array![[0.0, -50.0], [0.0, -50.0], [0.0, -50.0], [-50.0, 0.0]];
    /// let found = ClassShares::likeliest(evidence.view(), &[1.0; 4], array![0.5, 0.5].view());
    /// assert!((found.shares[0] - 0.75).abs() < 1e-4);
    /// // Scores of the log odds are 1 − 3/4 three times and −3/4 once: 3/16 + 9/16.
    /// assert!((found.information[(0, 0)] - 0.75).abs() < 1e-4);
    /// ```
    #[must_use]
    pub fn likeliest(evidence: ArrayView2<'_, f64>, weights: &[f64], start: ndarray::ArrayView1<'_, f64>) -> Self {
        let mut shares = normalized(&start.to_owned());
        for _ in 0..ITERATIONS {
            let next = normalized(&sums(&(&evidence + &shares.mapv(f64::ln)), weights));
            let still = next.iter().zip(&shares).all(|(a, b)| (a / b).ln().abs() < STILL_SHARE);
            shares = next;
            if still {
                break;
            }
        }
        let information = information(&(&evidence + &shares.mapv(f64::ln)), weights, &shares);
        Self { shares, information }
    }

    /// Shares of others, `other`, as far as they differ from these by more than chance: log odds move by
    /// `max(0, 1 − (K−1)/Q)` of the way, where `Q` is the squared distance in units of both errors.
    ///
    /// METHOD: with `K − 1` expected of `Q` if nothing differs, this is the positive-part rule of James and Stein (1961) in the
    /// form of Efron and Morris (1973, JASA 68). Signals that say little about classes move nothing.
    ///
    /// # Examples
    /// By hand: log odds 1 apart, error variances 1/8 and 1/8: Q = 1/(1/4) = 4, so three quarters of the way.
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::class_shift::ClassShares;
    ///
    /// let here = ClassShares { shares: array![0.5, 0.5], information: array![[8.0]] };
    /// let e = 1f64.exp();
    /// let there = ClassShares { shares: array![e / (1.0 + e), 1.0 / (1.0 + e)], information: array![[8.0]] };
    /// let moved = here.moved_to(&there);
    /// assert!(((moved[0] / moved[1]).ln() - 0.75).abs() < 1e-4);
    /// ```
    #[must_use]
    pub fn moved_to(&self, other: &Self) -> Array1<f64> {
        let k = self.shares.len();
        let (Some(own), Some(others)) = (inverse(&self.information), inverse(&other.information)) else {
            return self.shares.clone();
        };
        let odds = |of: &Self| Array1::from_shape_fn(k.saturating_sub(1), |c| (of.shares[c] / of.shares[k - 1]).ln());
        let apart = odds(other) - odds(self);
        let Some(root) = Cholesky::try_new((own + others).view()) else { return self.shares.clone() };
        let mut solved = apart.to_vec();
        root.solve(&mut solved);
        let squared: f64 = solved.iter().zip(&apart).map(|(a, b)| a * b).sum();
        let way = if squared > 0.0 { (1.0 - (k as f64 - 1.0) / squared).max(0.0) } else { 0.0 };
        let moved = Array1::from_shape_fn(k, |c| self.shares[c].powf(1.0 - way) * other.shares[c].powf(way));
        normalized(&moved)
    }
}

fn normalized(shares: &Array1<f64>) -> Array1<f64> {
    let total = shares.sum().max(f64::MIN_POSITIVE);
    let floored = shares.mapv(|s| (s / total).max(LEAST_SHARE));
    let total = floored.sum();
    floored / total
}

fn information(logs: &Array2<f64>, weights: &[f64], shares: &Array1<f64>) -> Array2<f64> {
    let free = shares.len().saturating_sub(1);
    let mut sum = Array2::<f64>::zeros((free, free));
    let (mut total, mut squares) = (0.0, 0.0);
    for (row, weight) in logs.rows().into_iter().zip(weights) {
        let mut p = row.to_owned();
        normalize_logs(p.view_mut());
        let score = p - shares;
        for a in 0..free {
            for b in 0..free {
                sum[(a, b)] += weight * score[a] * score[b];
            }
        }
        total += weight;
        squares += weight * weight;
    }
    let kish = if squares > 0.0 { total / squares } else { 0.0 };
    sum * kish
}

fn inverse(information: &Array2<f64>) -> Option<Array2<f64>> {
    let n = information.nrows();
    let most = information.diag().iter().copied().fold(0.0, f64::max);
    if most <= 0.0 {
        return None;
    }
    let mut whole = information.clone();
    whole.diag_mut().iter_mut().for_each(|d| *d += LEAST_INFORMATION * most);
    let root = Cholesky::try_new(whole.view())?;
    let mut inverse = Array2::eye(n);
    for mut column in inverse.columns_mut() {
        let mut x = column.to_vec();
        root.solve(&mut x);
        column.assign(&Array1::from(x));
    }
    Some(inverse)
}

#[cfg(test)]
mod tests {
    use ndarray::array;
    use rand::{Rng, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;

    /// Log densities of normal values around 0 and `apart`, `first` of them in class 0.
    fn rows(n: usize, first: usize, apart: f64, seed: u64) -> Array2<f64> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut noise = || (0..12).map(|_| rng.gen_range(0.0..1.0)).sum::<f64>() - 6.0;
        let values: Vec<f64> = (0..n).map(|i| if i < first { 0.0 } else { apart } + noise()).collect();
        Array2::from_shape_fn((n, 2), |(i, k)| -0.5 * (values[i] - apart * k as f64).powi(2))
    }

    #[test]
    fn shares_of_others_are_found_without_knowing_anybodys_class() {
        let (here, there) = (rows(2_000, 1_000, 2.0, 1), rows(4_000, 800, 2.0, 2));
        let of =
            |rows: &Array2<f64>| ClassShares::likeliest(rows.view(), &vec![1.0; rows.nrows()], array![0.5, 0.5].view());
        let moved = of(&here).moved_to(&of(&there));
        assert!((moved[0] - 0.2).abs() < 0.03, "{moved}");
    }

    #[test]
    fn evidence_that_tells_little_moves_nothing() {
        let start = ClassShares { shares: array![0.5, 0.5], information: array![[40.0]] };
        for seed in 0..10 {
            let vague = rows(500, 250, 0.2, seed);
            let found = ClassShares::likeliest(vague.view(), &[1.0; 500], start.shares.view());
            let moved = start.moved_to(&found);
            assert!((moved[0] - 0.5).abs() < 0.2, "{moved}");
        }
        let nothing = ClassShares::likeliest(Array2::zeros((0, 2)).view(), &[], start.shares.view());
        assert_eq!(start.moved_to(&nothing), start.shares);
    }

    #[test]
    fn classes_claimed_too_often_are_claimed_as_often_as_they_are() {
        let truth = rows(3_000, 600, 3.0, 4);
        // Read as if both were as frequent.
        let tilt = class_tilt(Array2::zeros((3_000, 2)).view(), truth.view(), &vec![1.0; 3_000], 10.0);
        assert!((tilt[1] - tilt[0] - 4f64.ln()).abs() < 0.15, "{tilt}");
        assert!(tilt.sum().abs() < 1e-12);
    }
}
