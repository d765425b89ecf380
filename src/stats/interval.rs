//! How sure is a figure? 95 % intervals for shares, means, the Net Promoter Score and standardized differences.
//!
//! Weighted figures enter with their effective number of observations ([`effective_n`]): a point estimate treats a row
//! of weight 2 as the row twice, but a weight is not a second witness, so intervals do not.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// Two-sided 95 % quantile of the standard normal distribution, z with P(|Z| ≤ z) = 0.95.
pub const Z95: f64 = 1.959_963_984_540_054;

/// An estimate with its 95 % interval: `low ≤ value ≤ high`, all finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The estimate itself.
    pub value: f64,
    /// Lower end, in the unit of the estimate.
    pub low: f64,
    /// Upper end, in the unit of the estimate.
    pub high: f64,
}

impl Interval {
    /// `value ± half_width`; `None` unless both are finite and the half-width is not negative.
    ///
    /// # Examples
    /// By hand: 3 ± 0.5.
    ///
    /// ```
    /// use valueseg_stats::interval::Interval;
    ///
    /// let i = Interval::symmetric(3.0, 0.5).unwrap();
    /// assert_eq!((i.low, i.value, i.high), (2.5, 3.0, 3.5));
    /// assert_eq!(Interval::symmetric(3.0, f64::NAN), None);
    /// ```
    #[must_use]
    pub fn symmetric(value: f64, half_width: f64) -> Option<Self> {
        Self::checked(value, value - half_width, value + half_width)
    }

    /// The interval with its ends drawn in to `[low, high]`; the value is assumed to lie there already.
    ///
    /// # Examples
    /// By hand: 0.9 ± 0.2 is 0.7 to 1.1; a share ends at 1.
    ///
    /// ```
    /// use valueseg_stats::interval::Interval;
    ///
    /// let i = Interval::symmetric(0.9, 0.2).unwrap().within(0.0, 1.0);
    /// assert!((i.low - 0.7).abs() < 1e-12);
    /// assert_eq!((i.value, i.high), (0.9, 1.0));
    /// ```
    #[must_use]
    pub fn within(self, low: f64, high: f64) -> Self {
        Self { value: self.value, low: self.low.max(low).min(self.value), high: self.high.min(high).max(self.value) }
    }

    fn checked(value: f64, low: f64, high: f64) -> Option<Self> {
        let ok = value.is_finite() && low.is_finite() && high.is_finite() && low <= value && value <= high;
        ok.then_some(Self { value, low, high })
    }
}

/// Effective number of observations behind a weighted sum: `(Σw)² / Σw²`.
///
/// `None` without weight. Equal weights give the number of rows. Source: Kish, Survey Sampling (1965).
///
/// # Examples
/// By hand, weights 1, 1 and 2: (1 + 1 + 2)²/(1 + 1 + 4) = 16/6.
///
/// ```
/// use valueseg_stats::interval::effective_n;
///
/// assert!((effective_n(4.0, 6.0).unwrap() - 16.0 / 6.0).abs() < 1e-12);
/// assert_eq!(effective_n(0.0, 0.0), None);
/// ```
#[must_use]
pub fn effective_n(sum_w: f64, sum_w2: f64) -> Option<f64> {
    let ok = sum_w.is_finite() && sum_w2.is_finite() && sum_w > 0.0 && sum_w2 > 0.0;
    ok.then(|| sum_w * sum_w / sum_w2)
}

/// Two-sided 95 % quantile of Student's t with `df` degrees of freedom; `None` unless `df > 0`.
///
/// # Examples
/// `t.ppf(0.975, 10)` of scipy 1.17.1: 2.22813885.
///
/// ```
/// use valueseg_stats::interval::t95;
///
/// assert!((t95(10.0).unwrap() - 2.228_138_85).abs() < 1e-6);
/// assert_eq!(t95(0.0), None);
/// ```
#[must_use]
pub fn t95(df: f64) -> Option<f64> {
    /// Beyond this the quantile differs from the normal one by less than 1e-5.
    const NORMAL_FROM: f64 = 250_000.0;
    if df >= NORMAL_FROM {
        return Some(Z95);
    }
    let ok = df.is_finite() && df > 0.0;
    ok.then(|| StudentsT::new(0.0, 1.0, df).ok()).flatten().map(|t| t.inverse_cdf(0.975)).filter(|q| q.is_finite())
}

/// Two-sided p-value, 0–1, of a standard normal statistic `z`; `None` for NaN.
///
/// # Examples
/// `2 * norm.sf(1.96)` of scipy 1.17.1: 0.04999579.
///
/// ```
/// use valueseg_stats::interval::two_sided_p;
///
/// assert!((two_sided_p(1.96).unwrap() - 0.049_995_79).abs() < 1e-8);
/// assert_eq!(two_sided_p(f64::NAN), None);
/// ```
#[must_use]
pub fn two_sided_p(z: f64) -> Option<f64> {
    let p = 2.0 * standard_normal().cdf(-z.abs());
    (0.0..=1.0).contains(&p).then_some(p)
}

pub(super) fn standard_normal() -> Normal {
    Normal::new(0.0, 1.0).expect("the standard normal has a valid spread")
}

/// Wilson score interval of a share.
///
/// `share` in 0–1, `n` the (effective) number of answers, > 0; otherwise `None`. With z the normal quantile:
/// `(share + z²/2n ± z·√(share(1−share)/n + z²/4n²)) / (1 + z²/n)`, within 0–1.
///
/// METHOD: Wilson rather than share ± z·se, because segments are small and shares near 0 or 1 are common, where the
/// simple interval has zero width. Source: Wilson (1927); Brown, Cai and `DasGupta`, Statistical Science 16 (2001).
///
/// # Examples
/// `proportion_confint(8, 10, method="wilson")` of statsmodels 0.15.0: 0.49016247 to 0.94331785.
///
/// ```
/// use valueseg_stats::interval::wilson;
///
/// let i = wilson(0.8, 10.0).unwrap();
/// assert!((i.low - 0.490_162_47).abs() < 1e-8 && (i.high - 0.943_317_85).abs() < 1e-8);
/// assert_eq!(wilson(0.8, 0.0), None);
/// ```
#[must_use]
pub fn wilson(share: f64, n: f64) -> Option<Interval> {
    let ok = (0.0..=1.0).contains(&share) && n.is_finite() && n > 0.0;
    if !ok {
        return None;
    }
    let z2 = Z95 * Z95;
    let center = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z95 * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt() / (1.0 + z2 / n);
    // At a share of 0 or 1 the ends meet the share exactly on paper; rounding must not put them beyond it.
    let (low, high) = ((center - half).clamp(0.0, share), (center + half).clamp(share, 1.0));
    Interval::checked(share, low, high)
}

/// Interval of a mean from the variance of single values and the (effective) number of values: Student's t with
/// `n − 1` degrees of freedom.
///
/// `None` unless the variance is finite and not negative and `n > 1`: one value says nothing about its own error.
///
/// # Examples
/// Values 4 to 8: `t.interval(0.95, 4, loc=6, scale=sem([4, 5, 6, 7, 8]))` of scipy 1.17.1 is 4.03675684 to 7.96324316.
///
/// ```
/// use valueseg_stats::interval::mean_interval;
///
/// let i = mean_interval(6.0, 2.5, 5.0).unwrap();
/// assert!((i.low - 4.036_756_84).abs() < 1e-6 && (i.high - 7.963_243_16).abs() < 1e-6);
/// assert_eq!(mean_interval(6.0, 2.5, 1.0), None);
/// ```
#[must_use]
pub fn mean_interval(mean: f64, variance: f64, n: f64) -> Option<Interval> {
    let ok = variance.is_finite() && variance >= 0.0 && n > 1.0;
    if !ok {
        return None;
    }
    Interval::symmetric(mean, t95(n - 1.0)? * (variance / n).sqrt())
}

/// Net Promoter Score, −100..100, with its interval.
///
/// `promoters` and `detractors` are shares in 0–1 with a sum of at most 1, `n` the (effective) number of answers, > 0;
/// otherwise `None`. `NPS = 100·(promoters − detractors)`.
///
/// METHOD: the interval is a normal one around the score after adding half a promoter, half a detractor and one
/// passive, so that it keeps a width when everybody agrees; it always contains the plain score. Source: Agresti and
/// Min, Statistics in Medicine 24 (2005), for the difference of two shares of one multinomial sample.
///
/// # Examples
/// By hand, 50 promoters and 20 detractors of 100: (50.5 − 20.5)/102 = 0.294118, and 1.959964·√((71/102 −
/// 0.294118²)/102) = 0.151517, so 14.2601 to 44.5635 around 30.
///
/// ```
/// use valueseg_stats::interval::nps;
///
/// let i = nps(0.5, 0.2, 100.0).unwrap();
/// assert!((i.value - 30.0).abs() < 1e-12);
/// assert!((i.low - 14.2601).abs() < 1e-4 && (i.high - 44.5635).abs() < 1e-4);
/// ```
#[must_use]
pub fn nps(promoters: f64, detractors: f64, n: f64) -> Option<Interval> {
    let ok = promoters >= 0.0 && detractors >= 0.0 && promoters + detractors <= 1.0 + 1e-9 && n.is_finite() && n > 0.0;
    if !ok {
        return None;
    }
    // The variance of a difference of two shares of one sample is p + d − (p − d)², over the number of answers.
    let (p, d, m) = (promoters * n + 0.5, detractors * n + 0.5, n + 2.0);
    let difference = (p - d) / m;
    let half = Z95 * (((p + d) / m - difference * difference).max(0.0) / m).sqrt();
    let value = 100.0 * (promoters - detractors);
    let (low, high) = (100.0 * (difference - half), 100.0 * (difference + half));
    Interval::checked(value, low.clamp(-100.0, value), high.clamp(value, 100.0))
}

/// One of two groups whose means are compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Group {
    /// Mean of the group's values.
    pub mean: f64,
    /// Variance of single values, ≥ 0, in squared units of the mean.
    pub variance: f64,
    /// (Effective) number of values, > 0.
    pub n: f64,
}

/// Standardized difference of two means (Cohen's d) with its interval.
///
/// `d = (m₁ − m₂)/s`, `s² = ((n₁−1)s₁² + (n₂−1)s₂²)/(n₁+n₂−2)`, `Var(d) = (n₁+n₂)/(n₁n₂) + d²/(2(n₁+n₂))`. Where fewer
/// than three values stand behind the two groups together, `s²` is the plain mean of the variances. `None` if a group
/// is empty or nothing varies.
///
/// Source: Cohen (1988); the variance from Hedges and Olkin, Statistical Methods for Meta-Analysis (1985).
///
/// # Examples
/// By hand: d = (6 − 5)/2 = 0.5, Var(d) = 100/2500 + 0.25/200 = 0.04125, so 0.5 ± 1.959964·0.203101 = 0.101929 to
/// 0.898071.
///
/// ```
/// use valueseg_stats::interval::{Group, standardized_difference};
///
/// let (one, rest) = (Group { mean: 6.0, variance: 4.0, n: 50.0 }, Group { mean: 5.0, variance: 4.0, n: 50.0 });
/// let i = standardized_difference(one, rest).unwrap();
/// assert_eq!(i.value, 0.5);
/// assert!((i.low - 0.101_929).abs() < 1e-6 && (i.high - 0.898_071).abs() < 1e-6);
/// ```
#[must_use]
pub fn standardized_difference(one: Group, rest: Group) -> Option<Interval> {
    let ok = one.n > 0.0 && rest.n > 0.0 && one.variance >= 0.0 && rest.variance >= 0.0;
    if !ok {
        return None;
    }
    // An effective number may lie below 1: such a group has no say in the pooled variance.
    let (a, b) = ((one.n - 1.0).max(0.0), (rest.n - 1.0).max(0.0));
    let pooled = if a + b > 0.0 {
        (a * one.variance + b * rest.variance) / (a + b)
    } else {
        f64::midpoint(one.variance, rest.variance)
    };
    if !(pooled > 0.0 && pooled.is_finite()) {
        return None;
    }
    let d = (one.mean - rest.mean) / pooled.sqrt();
    Interval::symmetric(d, Z95 * standardized_difference_se(d, one.n, rest.n))
}

/// Standard error of a standardized difference `d` between groups of `n₁` and `n₂` values, both > 0.
///
/// # Examples
/// By hand: √(100/2500 + 0.5²/200) = √0.04125 = 0.203101.
///
/// ```
/// use valueseg_stats::interval::standardized_difference_se;
///
/// assert!((standardized_difference_se(0.5, 50.0, 50.0) - 0.203_101).abs() < 1e-6);
/// ```
#[must_use]
pub fn standardized_difference_se(d: f64, n1: f64, n2: f64) -> f64 {
    ((n1 + n2) / (n1 * n2) + d * d / (2.0 * (n1 + n2))).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} is not {b}");
    }

    #[test]
    fn wilson_reproduces_the_published_example_of_20_in_100() {
        // R 4.3: prop.test(20, 100, correct = FALSE)$conf.int = 0.1333669 0.2888292
        let i = wilson(0.2, 100.0).unwrap();
        near(i.low, 0.133_366_9, 5e-8);
        near(i.high, 0.288_829_2, 5e-8);
    }

    #[test]
    fn wilson_at_zero_keeps_a_width_and_starts_at_zero() {
        // z²/(n + z²) for no success: 3.841459/(10 + 3.841459) = 0.277533
        let i = wilson(0.0, 10.0).unwrap();
        near(i.low, 0.0, 0.0);
        near(i.high, 0.277_533, 1e-6);
    }

    #[test]
    fn a_share_is_surely_above_one_half_at_the_sizes_of_the_domain_page() {
        // Observed share → smallest n whose Wilson lower bound exceeds one half (`docs/domain.md#high-elements`).
        for (share, n) in [(0.55, 385.0), (0.60, 97.0), (0.65, 43.0), (0.70, 25.0)] {
            assert!(wilson(share, n).unwrap().low > 0.5, "{share} with {n}");
            assert!(wilson(share, n - 3.0).unwrap().low < 0.5, "{share} with three fewer than {n}");
        }
    }

    #[test]
    fn the_t_quantile_is_that_of_the_tables() {
        // NIST/SEMATECH e-Handbook table 1.3.6.7.2: 12.706 (1), 2.262 (9), 1.984 (100)
        near(t95(1.0).unwrap(), 12.706, 5e-4);
        near(t95(9.0).unwrap(), 2.262, 5e-4);
        near(t95(100.0).unwrap(), 1.984, 5e-4);
        near(t95(249_999.0).unwrap(), Z95, 1e-5);
        assert_eq!(t95(0.0), None);
        assert_eq!(t95(f64::NAN), None);
    }

    #[test]
    fn a_mean_of_ten_has_the_t_interval() {
        // variance 4, n 10: 2.262157 · 2/√10 = 1.430714
        let i = mean_interval(5.0, 4.0, 10.0).unwrap();
        near(i.high - 5.0, 1.430_714, 1e-5);
        assert_eq!(mean_interval(5.0, 4.0, 1.0), None);
        assert_eq!(mean_interval(5.0, f64::NAN, 10.0), None);
    }

    #[test]
    fn nps_has_the_half_widths_of_the_domain_page() {
        // 45 % promoters, 20 % detractors: 15 points at n = 100, 7.5 at n = 400 (`docs/domain.md#sample-sizes`).
        let (a, b) = (nps(0.45, 0.20, 100.0).unwrap(), nps(0.45, 0.20, 400.0).unwrap());
        near(a.value, 25.0, 1e-12);
        near((a.high - a.low) / 2.0, 15.0, 0.3);
        near((b.high - b.low) / 2.0, 7.5, 0.1);
    }

    #[test]
    fn unanimous_promoters_still_leave_doubt() {
        let i = nps(1.0, 0.0, 20.0).unwrap();
        assert_eq!((i.value, i.high), (100.0, 100.0));
        assert!(i.low > 60.0 && i.low < 90.0);
    }

    #[test]
    fn a_difference_of_one_pooled_spread_is_a_d_of_one() {
        // n 20 and 30, both variance 4, means 2 apart: d 1, Var 50/600 + 1/100 = 0.0933333, se 0.305505
        let i = standardized_difference(
            Group { mean: 7.0, variance: 4.0, n: 20.0 },
            Group { mean: 5.0, variance: 4.0, n: 30.0 },
        )
        .unwrap();
        near(i.value, 1.0, 1e-12);
        near(i.high - i.value, Z95 * 0.305_505, 1e-6);
    }

    #[test]
    fn nothing_that_varies_has_no_standardized_difference() {
        let g = Group { mean: 7.0, variance: 0.0, n: 20.0 };
        assert_eq!(standardized_difference(g, g), None);
        assert_eq!(standardized_difference(g, Group { n: 0.0, ..g }), None);
    }

    #[test]
    fn equal_weights_leave_n_as_it_is() {
        near(effective_n(2.0 * 50.0, 4.0 * 50.0).unwrap(), 50.0, 1e-12);
        assert_eq!(effective_n(0.0, 0.0), None);
    }

    #[test]
    fn the_two_sided_p_of_the_95_quantile_is_one_twentieth() {
        near(two_sided_p(Z95).unwrap(), 0.05, 1e-10);
        near(two_sided_p(0.0).unwrap(), 1.0, 1e-12);
        assert_eq!(two_sided_p(f64::NAN), None);
    }

    proptest! {
        #[test]
        fn every_interval_contains_its_estimate(x in 0.0..=1.0f64, y in 0.0..=1.0f64, n in 0.5..1e7f64) {
            let w = wilson(x, n).unwrap();
            prop_assert!(0.0 <= w.low && w.low <= x && x <= w.high && w.high <= 1.0);
            let s = nps(x, y * (1.0 - x), n).unwrap();
            prop_assert!(-100.0 <= s.low && s.low <= s.value && s.value <= s.high && s.high <= 100.0);
        }
    }
}
