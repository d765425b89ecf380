//! Two groups beside each other: by how much, and how many times? With 95 % intervals.
//!
//! Groups are independent samples unless said otherwise. Weighted figures enter with their effective numbers, as in
//! [`interval`](super::interval).

use super::interval::{Group, Interval, Z95, t95, wilson};

/// A share with the (effective) number of answers behind it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// The share itself, 0–1.
    pub share: f64,
    /// (Effective) number of answers, > 0.
    pub n: f64,
}

impl Share {
    fn valid(self) -> bool {
        (0.0..=1.0).contains(&self.share) && self.n.is_finite() && self.n > 0.0
    }
}

/// Difference of two shares, `one − other`, −1..1; `None` without answers.
///
/// METHOD: the ends are put together from the Wilson intervals of both, so that they keep a width at 0 and 1. Source:
/// Newcombe, Statistics in Medicine 17 (1998), method 10.
///
/// # Examples
/// 56 of 70 against 48 of 80, the first example of Newcombe (1998): 0.0524 to 0.3339 by his method 10.
/// `confint_proportions_2indep(56, 70, 48, 80, method="newcomb")` of statsmodels 0.15.0 gives 0.05243147 to 0.33387265.
///
/// ```
/// use valueseg_stats::comparison::{Share, share_difference};
///
/// let (one, other) = (Share { share: 56.0 / 70.0, n: 70.0 }, Share { share: 48.0 / 80.0, n: 80.0 });
/// let i = share_difference(one, other).unwrap();
/// assert!((i.value - 0.2).abs() < 1e-12);
/// assert!((i.low - 0.052_431_47).abs() < 1e-8 && (i.high - 0.333_872_65).abs() < 1e-8);
/// ```
#[must_use]
pub fn share_difference(one: Share, other: Share) -> Option<Interval> {
    Some(difference(wilson(one.share, one.n)?, wilson(other.share, other.n)?).within(-1.0, 1.0))
}

/// Difference of two independent figures, `one − other`, its ends put together from those of both.
///
/// Source: Zou and Donner, Statistics in Medicine 27 (2008): the general form of Newcombe's method.
///
/// # Examples
/// By hand: 10 (8 to 13) less 4 (3 to 6) is 6; the ends are 6 − √(2² + 2²) = 3.171573 and 6 + √(3² + 1²) = 9.162278.
///
/// ```
/// use valueseg_stats::comparison::difference;
/// use valueseg_stats::interval::Interval;
///
/// let one = Interval { value: 10.0, low: 8.0, high: 13.0 };
/// let i = difference(one, Interval { value: 4.0, low: 3.0, high: 6.0 });
/// assert_eq!(i.value, 6.0);
/// assert!((i.low - 3.171_573).abs() < 1e-6 && (i.high - 9.162_278).abs() < 1e-6);
/// ```
#[must_use]
pub fn difference(one: Interval, other: Interval) -> Interval {
    let value = one.value - other.value;
    let below = (one.value - one.low).hypot(other.high - other.value);
    let above = (one.high - one.value).hypot(other.value - other.low);
    Interval { value, low: value - below, high: value + above }
}

/// How many times the share of one group is that of the other, > 0; `None` without answers, or if the other's share is
/// 0 and so is the one's.
///
/// `ln RR ± z·√((1−p₁)/(n₁p₁) + (1−p₂)/(n₂p₂))`.
///
/// METHOD: on the logarithm, where a multiple is near normal (Katz et al., Biometrics 34, 1978). At a share of 0 or 1
/// in either group half an answer of each kind is added to both groups (Haldane, Annals of Human Genetics 20, 1956),
/// for the interval, and for the value where the other share is 0.
///
/// # Examples
/// `confint_proportions_2indep(56, 70, 48, 80, compare="ratio", method="log")` of statsmodels 0.15.0: 1.07662642 to
/// 1.65124851 around 0.8/0.6 = 1.3333.
///
/// ```
/// use valueseg_stats::comparison::{Share, share_ratio};
///
/// let i = share_ratio(Share { share: 0.8, n: 70.0 }, Share { share: 0.6, n: 80.0 }).unwrap();
/// assert!((i.value - 4.0 / 3.0).abs() < 1e-12);
/// assert!((i.low - 1.076_626_42).abs() < 1e-8 && (i.high - 1.651_248_51).abs() < 1e-8);
/// ```
#[must_use]
pub fn share_ratio(one: Share, other: Share) -> Option<Interval> {
    if !(one.valid() && other.valid()) || (one.share == 0.0 && other.share == 0.0) {
        return None;
    }
    // METHOD: both groups get the half answers or neither does; to one alone they would move the ratio itself.
    let edge = [one, other].iter().any(|s| s.share == 0.0 || s.share == 1.0);
    let half = if edge { 0.5 } else { 0.0 };
    let smooth = |s: Share| ((s.share * s.n + half) / (s.n + 2.0 * half), s.n + 2.0 * half);
    let ((p, n), (q, m)) = (smooth(one), smooth(other));
    let (log, se) = ((p / q).ln(), ((1.0 - p) / (n * p) + (1.0 - q) / (m * q)).sqrt());
    let value = if other.share > 0.0 { one.share / other.share } else { p / q };
    // The value is of the shares as they are, the ends of the smoothed ones: they must not cross it.
    let (low, high) = ((log - Z95 * se).exp().min(value), (log + Z95 * se).exp().max(value));
    high.is_finite().then_some(Interval { value, low, high })
}

/// How many times the mean of one group is that of the other; `None` unless both means are > 0 and both groups have
/// more than one value.
///
/// METHOD: delta method on the logarithm, `se² = s₁²/(n₁m₁²) + s₂²/(n₂m₂²)`, as for shares. `variance` of a [`Group`]
/// is here corrected for the number of values by its maker.
///
/// # Examples
/// By hand: se² = 4/(100·2²) + 1/(100·1²) = 0.02, so the ends are 2·exp(∓1.959964·0.141421) = 1.515835 and 2.638810.
///
/// ```
/// use valueseg_stats::comparison::mean_ratio;
/// use valueseg_stats::interval::Group;
///
/// let (one, other) = (Group { mean: 2.0, variance: 4.0, n: 100.0 }, Group { mean: 1.0, variance: 1.0, n: 100.0 });
/// let i = mean_ratio(one, other).unwrap();
/// assert!((i.value - 2.0).abs() < 1e-12);
/// assert!((i.low - 1.515_835).abs() < 1e-6 && (i.high - 2.638_810).abs() < 1e-6);
/// ```
#[must_use]
pub fn mean_ratio(one: Group, other: Group) -> Option<Interval> {
    let ok = |g: &Group| g.mean > 0.0 && g.mean.is_finite() && g.variance >= 0.0 && g.n > 1.0;
    if !(ok(&one) && ok(&other)) {
        return None;
    }
    let part = |g: Group| g.variance / (g.n * g.mean * g.mean);
    let (value, se) = (one.mean / other.mean, (part(one) + part(other)).sqrt());
    let step = (Z95 * se).exp();
    (value * step).is_finite().then(|| Interval { value, low: value / step, high: value * step })
}

/// Difference of two means, `one − other`; `None` unless both groups have more than one value.
///
/// Source: Welch, Biometrika 34 (1947): variances apart, degrees of freedom after Satterthwaite.
///
/// # Examples
/// `ttest_ind([2, 4, 4, 6], [1, 2, 3, 4, 5], equal_var=False).confidence_interval()` of scipy 1.17.1: −1.59787279 to
/// 3.59787279 around 1, at 6.46 degrees of freedom.
///
/// ```
/// use valueseg_stats::comparison::mean_difference;
/// use valueseg_stats::interval::Group;
///
/// let (one, other) = (Group { mean: 4.0, variance: 8.0 / 3.0, n: 4.0 }, Group { mean: 3.0, variance: 2.5, n: 5.0 });
/// let i = mean_difference(one, other).unwrap();
/// assert_eq!(i.value, 1.0);
/// assert!((i.low + 1.597_872_79).abs() < 1e-6 && (i.high - 3.597_872_79).abs() < 1e-6);
/// ```
#[must_use]
pub fn mean_difference(one: Group, other: Group) -> Option<Interval> {
    let ok = |g: &Group| g.mean.is_finite() && g.variance >= 0.0 && g.n > 1.0;
    if !(ok(&one) && ok(&other)) {
        return None;
    }
    let (a, b) = (one.variance / one.n, other.variance / other.n);
    let value = one.mean - other.mean;
    // Nothing varies in either group, and Satterthwaite's degrees of freedom would be 0/0.
    if a + b == 0.0 {
        return Interval::symmetric(value, 0.0);
    }
    let df = (a + b).powi(2) / (a * a / (one.n - 1.0) + b * b / (other.n - 1.0));
    Interval::symmetric(value, t95(df)? * (a + b).sqrt())
}

/// Ratio of two correlated estimates `a / b` with variances `va`, `vb` and covariance `cov`; `None` if `b` is not
/// clearly apart from 0, when no interval is bounded.
///
/// Source: Fieller, Journal of the Royal Statistical Society B 16 (1954), with the normal quantile.
///
/// # Examples
/// The ends ρ solve (2 − ρ)² = z²·(0.01 + 0.01·ρ²): 1.62588317 and 2.53391371 by `roots` of numpy 2.4.6.
///
/// ```
/// use valueseg_stats::comparison::fieller;
///
/// let i = fieller((2.0, 0.01), (1.0, 0.01), 0.0).unwrap();
/// assert_eq!(i.value, 2.0);
/// assert!((i.low - 1.625_883_17).abs() < 1e-8 && (i.high - 2.533_913_71).abs() < 1e-8);
/// assert_eq!(fieller((2.0, 0.01), (0.1, 0.01), 0.0), None);
/// ```
#[must_use]
pub fn fieller((a, va): (f64, f64), (b, vb): (f64, f64), cov: f64) -> Option<Interval> {
    let z2 = Z95 * Z95;
    // The ends are the roots ρ of (a − ρb)² = z²·(va − 2ρ·cov + ρ²·vb). Only where b² > z²·vb do they enclose an
    // interval; elsewhere they enclose what is excluded.
    let square = b * b - z2 * vb;
    let ok = square > 0.0 && va >= 0.0 && vb >= 0.0 && a.is_finite();
    if !ok {
        return None;
    }
    let middle = a * b - z2 * cov;
    // INVARIANT: the equation holds with ≤ at ρ = a/b, so its roots are real; rounding may take a hair off.
    let root = (middle * middle - square * (a * a - z2 * va)).max(0.0).sqrt();
    let value = a / b;
    Some(Interval { value, low: ((middle - root) / square).min(value), high: ((middle + root) / square).max(value) })
}

/// Correlation `r` (−1..1) of `n` (effective) pairs with its interval, within −1..1; `None` unless `n > 3`.
///
/// Source: Fisher (1921): `artanh r ± z/√(n−3)`. At r = ±1 there is no width; the figure says so.
///
/// # Examples
/// `pearsonr([1, 2, 3, 4, 5, 6], [2, 1, 4, 3, 6, 5]).confidence_interval()` of scipy 1.17.1: 0.05192932 to 0.98068460
/// around 0.82857143.
///
/// ```
/// use valueseg_stats::comparison::correlation_interval;
///
/// let i = correlation_interval(0.828_571_428_571_428_3, 6.0).unwrap();
/// assert!((i.low - 0.051_929_32).abs() < 1e-8 && (i.high - 0.980_684_60).abs() < 1e-8);
/// assert_eq!(correlation_interval(0.5, 3.0), None);
/// ```
#[must_use]
pub fn correlation_interval(r: f64, n: f64) -> Option<Interval> {
    if !((-1.0..=1.0).contains(&r) && n.is_finite() && n > 3.0) {
        return None;
    }
    // At r = ±1 the logarithm is infinite and the way back leads to ±1: both ends meet the figure.
    let half = Z95 / (n - 3.0).sqrt();
    let (low, high) = ((r.atanh() - half).tanh(), (r.atanh() + half).tanh());
    Some(Interval { value: r, low: low.min(r), high: high.max(r) })
}

/// Share of the variance of single values that lies between groups, 0–1; `None` unless at least two groups have values,
/// some group has more than one, and something varies.
///
/// One-way random effects, groups of unequal size: `(MSB − MSW)/(MSB + (n₀ − 1)·MSW)`, `n₀ = (N − Σnᵢ²/N)/(k − 1)`;
/// below 0 it is 0. `n` of a [`Group`] counts values, its `variance` is around its own mean and not corrected for their
/// number.
///
/// Source: the analysis-of-variance estimator, Donner and Koval, Biometrics 36 (1980).
///
/// # Examples
/// By hand, values (1, 3) and (5, 7): MSB = 2·(2² + 2²)/1 = 16, MSW = (2 + 2)/(4 − 2) = 2, n₀ = 2, so the share is (16
/// − 2)/(16 + 2) = 7/9.
///
/// ```
/// use valueseg_stats::comparison::between_share;
/// use valueseg_stats::interval::Group;
///
/// let groups = [Group { mean: 2.0, variance: 1.0, n: 2.0 }, Group { mean: 6.0, variance: 1.0, n: 2.0 }];
/// assert!((between_share(&groups).unwrap() - 7.0 / 9.0).abs() < 1e-12);
/// ```
#[must_use]
pub fn between_share(groups: &[Group]) -> Option<f64> {
    let groups: Vec<&Group> = groups.iter().filter(|g| g.n > 0.0).collect();
    let (k, total) = (groups.len() as f64, groups.iter().map(|g| g.n).sum::<f64>());
    if k < 2.0 || total <= k {
        return None;
    }
    let mean = groups.iter().map(|g| g.n * g.mean).sum::<f64>() / total;
    let between = groups.iter().map(|g| g.n * (g.mean - mean).powi(2)).sum::<f64>() / (k - 1.0);
    let within = groups.iter().map(|g| g.n * g.variance).sum::<f64>() / (total - k);
    // n₀: the size at which equal groups would weigh the two mean squares as these unequal ones do.
    let size = (total - groups.iter().map(|g| g.n * g.n).sum::<f64>() / total) / (k - 1.0);
    let all = between + (size - 1.0) * within;
    (all > 0.0).then(|| ((between - within) / all).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} is not {b}");
    }

    fn share(share: f64, n: f64) -> Share {
        Share { share, n }
    }

    #[test]
    fn the_difference_of_shares_is_that_of_the_paper() {
        // Newcombe (1998), table II, 56/70 and 48/80, method 10: 0.0524 to 0.3339.
        let i = share_difference(share(0.8, 70.0), share(0.6, 80.0)).unwrap();
        near(i.value, 0.2, 1e-12);
        near(i.low, 0.0524, 5e-5);
        near(i.high, 0.3339, 5e-5);
    }

    #[test]
    fn a_multiple_has_the_log_interval_worked_by_hand() {
        // 30/100 against 10/100: ln 3 = 1.098612, se² = 0.7/30 + 0.9/10 = 0.113333, se 0.336650;
        // 1.098612 ∓ 0.659822 → e^0.438790 = 1.550830, e^1.758434 = 5.803342
        let i = share_ratio(share(0.3, 100.0), share(0.1, 100.0)).unwrap();
        near(i.value, 3.0, 1e-12);
        near(i.low, 1.55083, 2e-4);
        near(i.high, 5.80334, 2e-4);
    }

    #[test]
    fn everybody_against_nobody_is_a_finite_multiple_with_a_wide_interval() {
        let i = share_ratio(share(1.0, 20.0), share(0.0, 20.0)).unwrap();
        // 20.5/21 over 0.5/21 = 41
        near(i.value, 41.0, 1e-9);
        assert!(i.low < 5.0 && i.high > 300.0);
        assert_eq!(share_ratio(share(0.0, 20.0), share(0.0, 20.0)), None);
        let all = share_ratio(share(1.0, 20.0), share(1.0, 20.0)).unwrap();
        assert!(all.value == 1.0 && all.low < 1.0 && all.high > 1.0, "all promoters on both sides still leave doubt");
    }

    #[test]
    fn a_ratio_of_means_worked_by_hand() {
        // 150 and 100, variance 2500 each, n 100: se² = 25/22500 + 25/10000 = 0.0036111, se 0.060093; e^0.117779 =
        // 1.124995
        let (one, other) =
            (Group { mean: 150.0, variance: 2500.0, n: 100.0 }, Group { mean: 100.0, variance: 2500.0, n: 100.0 });
        let i = mean_ratio(one, other).unwrap();
        near(i.low, 1.5 / 1.124_995, 1e-5);
        near(i.high, 1.5 * 1.124_995, 1e-5);
        assert_eq!(mean_ratio(one, Group { mean: 0.0, ..other }), None);
        // Welch: se √50 = 7.0711, df 198, t 1.97202 → 13.9443
        let d = mean_difference(one, other).unwrap();
        near(d.high - 50.0, 13.9443, 1e-3);
    }

    #[test]
    fn fieller_without_noise_below_is_the_plain_ratio() {
        let i = fieller((6.0, 1.0), (2.0, 0.0), 0.0).unwrap();
        near(i.value, 3.0, 1e-12);
        near(i.high - 3.0, Z95 / 2.0, 1e-9);
        assert_eq!(fieller((6.0, 1.0), (1.0, 1.0), 0.0), None, "a denominator that may be 0 bounds nothing");
    }

    #[test]
    fn a_correlation_of_a_half_has_fishers_interval() {
        // n 103: artanh 0.5 = 0.549306, ∓ 0.195996: tanh 0.353310 = 0.33931, tanh 0.745302 = 0.63235
        let i = correlation_interval(0.5, 103.0).unwrap();
        near(i.low, 0.33931, 1e-4);
        near(i.high, 0.63235, 1e-4);
        assert_eq!(correlation_interval(0.5, 3.0), None);
    }

    #[test]
    fn the_share_between_groups_worked_by_hand() {
        // {1, 3} and {5, 7}: means 2 and 6, MSB = 2·4 + 2·4 = 16, MSW = 4/2 = 2, n₀ = 2; (16 − 2)/(16 + 2) = 7/9
        let group = |mean| Group { mean, variance: 1.0, n: 2.0 };
        near(between_share(&[group(2.0), group(6.0)]).unwrap(), 7.0 / 9.0, 1e-12);
        assert_eq!(between_share(&[group(2.0), group(2.0)]), Some(0.0), "less than chance is 0");
        assert_eq!(between_share(&[group(2.0)]), None);
    }

    proptest! {
        #[test]
        fn intervals_hold_their_value(p in 0.0..=1.0f64, q in 0.0..=1.0f64, n in 1.0..1e6f64, m in 1.0..1e6f64) {
            let (one, other) = (share(p, n), share(q, m));
            let d = share_difference(one, other).unwrap();
            prop_assert!(-1.0 <= d.low && d.low <= d.value && d.value <= d.high && d.high <= 1.0);
            if let Some(r) = share_ratio(one, other) {
                prop_assert!(0.0 <= r.low && r.low <= r.value && r.value <= r.high);
            }
        }
    }
}
