//! Whether probabilities come true (reliability tables, calibration error), and the temperature that makes them.

use ndarray::{Array2, ArrayView2};

/// Bins of a reliability table.
pub const RELIABILITY_BINS: usize = 10;

/// Range temperatures are looked for in. Our judgment: a temperature beyond it means that
/// the evidence is wrong, not that it is too sure of itself.
const TEMPERATURES: (f64, f64) = (0.5, 8.0);

/// Points of the first, coarse search; evenly spaced in the logarithm.
const COARSE: usize = 25;

/// Steps of the golden-section search that follows: the bracket shrinks by 0.618 each time, to a ten-thousandth.
const GOLDEN_STEPS: usize = 16;

/// One bin of a [`Reliability`] table: predictions whose claimed probabilities are alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReliabilityBin {
    /// Lower end of what was claimed, 0–1.
    pub from: f64,
    /// Upper end of what was claimed, 0–1.
    pub to: f64,
    /// Sum of the weights of the bin's predictions, > 0.
    pub weight: f64,
    /// Weighted mean of the probabilities claimed, 0–1.
    pub claimed: f64,
    /// Weighted share of the predictions that came true, 0–1.
    pub found: f64,
}

/// Probabilities beside how often they came true, in [`RELIABILITY_BINS`] bins of equal width.
#[derive(Clone, Debug, PartialEq)]
pub struct Reliability {
    /// Bins that hold a prediction, by rising claim; empty bins are left out.
    pub bins: Vec<ReliabilityBin>,
}

impl Reliability {
    /// Sorts predictions into bins of equal width by the probability they claim.
    ///
    /// Of prediction `i` the probability `claimed[i]` (0–1) was printed; `found[i]` is 1 if it came true, 0 if not, or
    /// the probability that it did where that is all that can be known. `weights` are ≥ 0; predictions of weight 0 and
    /// numbers that are not finite are left out.
    ///
    /// # Examples
    /// By hand: 0.62 and 0.68 share the bin 0.6–0.7; their mean is 0.65, and one of the two came true.
    ///
    /// ```
    /// use valueseg_stats::calibration::Reliability;
    ///
    /// let table = Reliability::of(&[0.62, 0.68, 0.95], &[0.0, 1.0, 1.0], &[1.0, 1.0, 2.0]);
    /// assert_eq!(table.bins.len(), 2);
    /// assert!((table.bins[0].claimed - 0.65).abs() < 1e-12);
    /// assert_eq!((table.bins[0].found, table.bins[0].weight), (0.5, 2.0));
    /// ```
    #[must_use]
    pub fn of(claimed: &[f64], found: &[f64], weights: &[f64]) -> Self {
        let mut sums = [[0.0; 3]; RELIABILITY_BINS];
        for ((claimed, found), weight) in claimed.iter().zip(found).zip(weights) {
            let good = *weight > 0.0 && weight.is_finite() && (0.0..=1.0).contains(claimed) && found.is_finite();
            if good {
                // A claim of exactly 1 belongs to the last bin.
                let bin = ((claimed * RELIABILITY_BINS as f64) as usize).min(RELIABILITY_BINS - 1);
                sums[bin][0] += weight;
                sums[bin][1] += weight * claimed;
                sums[bin][2] += weight * found;
            }
        }
        let bin = |(at, [weight, claimed, found]): (usize, &[f64; 3])| ReliabilityBin {
            from: at as f64 / RELIABILITY_BINS as f64,
            to: (at + 1) as f64 / RELIABILITY_BINS as f64,
            weight: *weight,
            claimed: claimed / weight,
            found: found / weight,
        };
        Self { bins: sums.iter().enumerate().filter(|(_, sums)| sums[0] > 0.0).map(bin).collect() }
    }

    /// Expected calibration error: `Σ_b w_b·|claimed_b − found_b| / Σ_b w_b`, 0 = every probability is what it says;
    /// `None` without predictions.
    ///
    /// Source: Naeini, Cooper and Hauskrecht (2015), AAAI 29.
    ///
    /// # Examples
    /// By hand: (2·|0.65 − 0.5| + 2·|0.95 − 1|)/4 = (0.30 + 0.10)/4 = 0.10.
    ///
    /// ```
    /// use valueseg_stats::calibration::Reliability;
    ///
    /// let table = Reliability::of(&[0.62, 0.68, 0.95], &[0.0, 1.0, 1.0], &[1.0, 1.0, 2.0]);
    /// assert!((table.error().unwrap() - 0.10).abs() < 1e-12);
    /// assert_eq!(Reliability::of(&[], &[], &[]).error(), None);
    /// ```
    #[must_use]
    pub fn error(&self) -> Option<f64> {
        let total: f64 = self.bins.iter().map(|bin| bin.weight).sum();
        let off: f64 = self.bins.iter().map(|bin| bin.weight * (bin.claimed - bin.found).abs()).sum();
        (total > 0.0).then(|| off / total)
    }
}

/// What is known of the classes of some rows; all tables are `(n, K)`, all entries finite logarithms, and a constant
/// may be added to any row of any of them.
#[derive(Clone, Copy, Debug)]
pub struct ClassEvidence<'a> {
    /// `(n, K)` log probabilities before the evidence.
    pub prior: ArrayView2<'a, f64>,
    /// `(n, K)` log densities of the evidence whose weight is in question.
    pub evidence: ArrayView2<'a, f64>,
}

impl ClassEvidence<'_> {
    /// Class probabilities `(n, K)` with the evidence at temperature `T > 0`: `p_k ∝ exp(prior_k + evidence_k / T)`.
    ///
    /// # Examples
    /// `softmax([3/4, 1/4])` of scipy 1.17.1 `special` is (0.622459331, 0.377540669).
    ///
    /// ```
    /// use ndarray::array;
    /// use valueseg_stats::calibration::ClassEvidence;
    ///
    /// let (prior, evidence) = (array![[0.0, 0.0]], array![[3.0, 1.0]]);
    /// let p = ClassEvidence { prior: prior.view(), evidence: evidence.view() }.at(4.0);
    /// assert!((p[(0, 0)] - 0.622_459_331).abs() < 1e-9);
    /// ```
    #[must_use]
    pub fn at(&self, temperature: f64) -> Array2<f64> {
        let mut out = self.prior.to_owned();
        out.zip_mut_with(&self.evidence, |p, e| *p += e / temperature);
        out.rows_mut().into_iter().for_each(normalize_logs);
        out
    }

    /// The temperature at which the evidence predicts `witness` best, from 0.5 (evidence counts double) to 8 (one
    /// eighth); 1 without rows.
    ///
    /// `witness` are log densities `(n, K)` of something else that was observed of the same rows and on which neither
    /// the prior nor the evidence has been learned; `weights` are row weights. Maximizes
    /// `Σ_i w_i · ln Σ_k p_ik(T)·exp(witness_ik)`.
    ///
    /// METHOD: temperature scaling after Guo, Pleiss, Sun and Weinberger (2017), ICML 34, but nobody knows the true
    /// classes. So the log loss is that of the witness under the mixture, a proper score in which a doubtful witness
    /// counts for little, instead of that of labels taken for true.
    ///
    /// # Examples
    /// By hand: the evidence gives class 0 log odds of 4 in all four rows, and the witness says class 0 in three of
    /// them. The loss is least where the claimed probability is 3/4: 4/T = ln 3, T = 4/ln 3 = 3.641.
    ///
    /// ```
    /// use ndarray::{Array2, array};
    /// use valueseg_stats::calibration::ClassEvidence;
    ///
    /// let prior = Array2::zeros((4, 2));
    /// let evidence = array![[4.0, 0.0], [4.0, 0.0], [4.0, 0.0], [4.0, 0.0]];
    /// let witness = array![[0.0, -50.0], [0.0, -50.0], [0.0, -50.0], [-50.0, 0.0]];
    /// let rows = ClassEvidence { prior: prior.view(), evidence: evidence.view() };
    /// let best = rows.best_temperature(witness.view(), &[1.0; 4]);
    /// assert!((best - 4.0 / 3f64.ln()).abs() < 2e-3);
    /// ```
    #[must_use]
    pub fn best_temperature(&self, witness: ArrayView2<'_, f64>, weights: &[f64]) -> f64 {
        if self.prior.nrows() == 0 {
            return 1.0;
        }
        // METHOD: the search runs on ln T, where half and double are equally far from 1. The gain may have several tops
        // over the whole range, of which golden section would follow any; so a grid finds the highest and the search
        // refines that one.
        let gain = |log: f64| self.predicted(log.exp(), witness, weights);
        let (low, high) = (TEMPERATURES.0.ln(), TEMPERATURES.1.ln());
        let step = (high - low) / (COARSE - 1) as f64;
        let coarse: Vec<f64> = (0..COARSE).map(|i| gain(low + step * i as f64)).collect();
        let best = (1..COARSE).fold(0, |best, i| if coarse[i] > coarse[best] { i } else { best });
        let around = low + step * best as f64;
        golden_section(gain, (around - step).max(low), (around + step).min(high)).exp()
    }

    /// `Σ_i w_i · ln Σ_k p_ik(T)·exp(witness_ik)`.
    fn predicted(&self, temperature: f64, witness: ArrayView2<'_, f64>, weights: &[f64]) -> f64 {
        let mut sum = 0.0;
        for (((prior, evidence), witness), weight) in
            self.prior.rows().into_iter().zip(self.evidence.rows()).zip(witness.rows()).zip(weights)
        {
            let log = |k: usize| prior[k] + evidence[k] / temperature;
            let k = prior.len();
            sum += weight * (log_sum((0..k).map(|c| log(c) + witness[c])) - log_sum((0..k).map(log)));
        }
        sum
    }
}

/// Turns a row of log weights, in place, into probabilities of sum 1. The logarithms are finite or −∞, at least one
/// finite; a constant added to all of them changes nothing.
///
/// # Examples
/// By hand: weights 1 and 3 are probabilities 1/4 and 3/4.
///
/// ```
/// use ndarray::array;
/// use valueseg_stats::calibration::normalize_logs;
///
/// let mut row = array![1f64.ln(), 3f64.ln()];
/// normalize_logs(row.view_mut());
/// assert!((row[0] - 0.25).abs() < 1e-12 && (row[1] - 0.75).abs() < 1e-12);
/// ```
pub fn normalize_logs(mut row: ndarray::ArrayViewMut1<'_, f64>) {
    // The largest is taken out before the exponential: none overflows, and the sum is at least 1.
    let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    row.mapv_inplace(|x| (x - top).exp());
    let sum = row.sum();
    row /= sum;
}

/// `ln Σ exp(x)`.
fn log_sum(logs: impl Iterator<Item = f64> + Clone) -> f64 {
    let top = logs.clone().fold(f64::NEG_INFINITY, f64::max);
    top + logs.map(|x| (x - top).exp()).sum::<f64>().ln()
}

/// The argument at which `f`, rising and then falling between `low` and `high`, is largest.
fn golden_section(f: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    const RATIO: f64 = 0.618_033_988_749_894_9;
    // The inner point that stays inside the bracket serves the next step too: one new value a step.
    let (mut a, mut b) = (high - RATIO * (high - low), low + RATIO * (high - low));
    let (mut fa, mut fb) = (f(a), f(b));
    for _ in 0..GOLDEN_STEPS {
        if fa >= fb {
            (high, b, fb) = (b, a, fa);
            a = high - RATIO * (high - low);
            fa = f(a);
        } else {
            (low, a, fa) = (a, b, fb);
            b = low + RATIO * (high - low);
            fb = f(b);
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use ndarray::array;
    use proptest::prelude::*;
    use rand::{Rng, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;

    use super::*;

    #[test]
    fn the_calibration_error_is_the_weighted_distance_of_claim_and_truth() {
        // Bin 0.6–0.7: weight 3, claimed 0.65, found 2/3; bin 0.9–1: weight 1, claimed 0.95, found 0.5.
        let table = Reliability::of(&[0.62, 0.665, 0.95, 2.0], &[0.0, 1.0, 0.5, 1.0], &[1.0, 2.0, 1.0, 5.0]);
        assert_eq!(table.bins.len(), 2);
        assert!((table.bins[0].claimed - 0.65).abs() < 1e-12);
        assert_eq!((table.bins[1].from, table.bins[1].to), (0.9, 1.0));
        let expected = (3.0 * (2.0 / 3.0 - 0.65) + 0.45) / 4.0;
        assert!((table.error().unwrap() - expected).abs() < 1e-12);
        assert_eq!(Reliability::of(&[], &[], &[]).error(), None);
        assert_eq!(Reliability::of(&[1.0], &[1.0], &[1.0]).error(), Some(0.0));
    }

    #[test]
    fn the_best_temperature_is_that_of_scipy() {
        let (n, k) = (40, 3);
        let evidence = Array2::from_shape_fn((n, k), |(i, c)| ((7 * i + 5 * c * i + 3 * c) % 11) as f64 - 5.0);
        let prior = Array2::from_shape_fn((n, k), |(_, c)| [0.5f64, 0.3, 0.2][c].ln());
        let witness = Array2::from_shape_fn((n, k), |(i, c)| {
            0.5 * (((3 * i + 4 * c * c + 2 * c * i) % 7) as f64 - 3.0) + 0.25 * evidence[(i, c)]
        });
        let weights: Vec<f64> = (0..n).map(|i| 1.0 + (i % 3) as f64).collect();
        let rows = ClassEvidence { prior: prior.view(), evidence: evidence.view() };
        let best = rows.best_temperature(witness.view(), &weights);
        // scipy 1.17.1, optimize.minimize_scalar(method="bounded", xatol=1e-10) on the same sum.
        assert!((best - 1.239_347).abs() < 1e-3, "{best}");
    }

    #[test]
    fn evidence_that_counts_everything_twice_is_half_believed() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
        let n = 4_000;
        let (mut evidence, mut witness) = (Array2::zeros((n, 2)), Array2::zeros((n, 2)));
        for i in 0..n {
            let class = i % 2;
            let mut noise = || (0..12).map(|_| rng.gen_range(0.0..1.0)).sum::<f64>() - 6.0;
            let (x, y) = (class as f64 + noise(), 2.0 * class as f64 + noise());
            for k in 0..2 {
                evidence[(i, k)] = 2.0 * (-0.5 * (x - k as f64).powi(2));
                witness[(i, k)] = -0.5 * (y - 2.0 * k as f64).powi(2);
            }
        }
        let prior = Array2::zeros((n, 2));
        let rows = ClassEvidence { prior: prior.view(), evidence: evidence.view() };
        let best = rows.best_temperature(witness.view(), &vec![1.0; n]);
        assert!((best - 2.0).abs() < 0.15, "{best}");
        assert_eq!(
            rows.best_temperature(witness.view(), &vec![2.0; n]).to_bits(),
            best.to_bits(),
            "weights of all rows"
        );
    }

    #[test]
    fn without_rows_nothing_is_tempered() {
        let none = Array2::zeros((0, 3));
        let rows = ClassEvidence { prior: none.view(), evidence: none.view() };
        assert_eq!(rows.best_temperature(none.view(), &[]), 1.0);
    }

    #[test]
    fn log_odds_are_divided_by_the_temperature() {
        let (prior, evidence) = (array![[0.0, 0.0]], array![[3.0, 1.0]]);
        let p = ClassEvidence { prior: prior.view(), evidence: evidence.view() }.at(4.0);
        assert!(((p[(0, 0)] / p[(0, 1)]).ln() - 0.5).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn the_error_lies_between_nothing_and_one(
            cells in prop::collection::vec((0.0..=1.0f64, 0.0..=1.0f64, 0.0..5.0f64), 1..60)
        ) {
            let part = |at: fn(&(f64, f64, f64)) -> f64| cells.iter().map(at).collect::<Vec<f64>>();
            let table = Reliability::of(&part(|c| c.0), &part(|c| c.1), &part(|c| c.2));
            prop_assert!(table.error().is_none_or(|e| (0.0..=1.0).contains(&e)));
            let weight: f64 = table.bins.iter().map(|b| b.weight).sum();
            prop_assert!((weight - cells.iter().map(|c| c.2).sum::<f64>()).abs() < 1e-9);
            prop_assert!(table.bins.iter().all(|b| b.from - 1e-12 <= b.claimed && b.claimed <= b.to + 1e-12));
        }
    }
}
