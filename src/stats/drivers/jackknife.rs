//! How sure is a figure that has no formula? The same with one group of people left out at a time.

use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::interval::{Interval, t95};

/// Number of groups that people are dealt into.
///
/// METHOD: a delete-a-group jackknife. The figures (weights net of halo, drawn toward a target, shares of a sum) have
/// no usable formula for their errors; a bootstrap would need the rows again. With sums kept by group, leaving one out
/// is a subtraction. 20 groups leave the error itself uncertain by a sixth, which the t quantile with 19 degrees of
/// freedom pays for. Source: Kott, Journal of Official Statistics 17 (2001) 521–526; Wolter, Introduction to Variance
/// Estimation (2007), chapter 4.
pub const GROUPS: usize = 20;

/// Standard error of a figure from its values with each group left out: `√((G−1)/G · Σ (θ_g − mean θ)²)`.
///
/// `None` for fewer than two values or one that is not finite.
///
/// # Examples
/// The jackknife of a mean is its standard error: `sem([1, 2, 3, 4, 5])` of scipy 1.17.1 is 0.70710678.
///
/// ```
/// use valueseg_stats::drivers::jackknife::standard_error;
///
/// let without = [1.0, 2.0, 3.0, 4.0, 5.0].map(|x| (15.0 - x) / 4.0);
/// assert!((standard_error(&without).unwrap() - 0.707_106_78).abs() < 1e-8);
/// assert_eq!(standard_error(&[1.0]), None);
/// ```
#[must_use]
pub fn standard_error(without: &[f64]) -> Option<f64> {
    let g = without.len() as f64;
    let mean = without.iter().sum::<f64>() / g;
    let squares: f64 = without.iter().map(|value| (value - mean).powi(2)).sum();
    Some(((g - 1.0) / g * squares).sqrt()).filter(|error| g > 1.5 && error.is_finite())
}

/// 95 % interval `value ± t·error`, t with `GROUPS − 1` degrees of freedom; `None` unless both are finite.
///
/// # Examples
/// `t.ppf(0.975, 19)` of scipy 1.17.1 is 2.09302405.
///
/// ```
/// use valueseg_stats::drivers::jackknife::interval;
///
/// let i = interval(1.0, 0.5).unwrap();
/// assert!((i.high - (1.0 + 0.5 * 2.093_024_05)).abs() < 1e-6);
/// ```
#[must_use]
pub fn interval(value: f64, error: f64) -> Option<Interval> {
    Interval::symmetric(value, t95(GROUPS as f64 - 1.0)? * error)
}

/// Two-sided p-value of `value/error` being 0, Student's t with `GROUPS − 1` degrees of freedom; `None` without error.
///
/// # Examples
/// `2 * t.sf(2, 19)` of scipy 1.17.1 is 0.06000204.
///
/// ```
/// use valueseg_stats::drivers::jackknife::p_value;
///
/// assert!((p_value(1.0, 0.5).unwrap() - 0.060_002_04).abs() < 1e-7);
/// assert_eq!(p_value(1.0, 0.0), None);
/// ```
#[must_use]
pub fn p_value(value: f64, error: f64) -> Option<f64> {
    let ok = value.is_finite() && error.is_finite() && error > 0.0;
    let t = StudentsT::new(0.0, 1.0, GROUPS as f64 - 1.0).ok().filter(|_| ok)?;
    Some((2.0 * t.cdf(-(value / error).abs())).clamp(0.0, 1.0))
}

/// How much each figure of a part keeps of its own value against that of the whole, 0 (takes the whole's) to 1 (keeps
/// its own).
///
/// `v_j = τ_j²/(τ_j² + se_j²)` for `differences` d from the whole with standard `errors` se, where true differences are
/// taken to have spread `τ_j = c·scale_j`, `c² = max(0, Σ (d_j² − se_j²))/Σ scale_j²`.
///
/// METHOD: empirical Bayes. If the differences are no larger than their errors let expect, c is 0: nothing says that
/// the part differs, and it takes the whole's figures. `scales` say which figures may differ by much: a large share
/// can, a small one hardly. Source: James and Stein (1961); Efron and Morris, Journal of the American Statistical
/// Association 70 (1975), for unequal variances; the scales are our judgment.
///
/// # Examples
/// By hand: c² = (3² + 4² − 1² − 2²)/2 = 10, so the voices are 10/(10 + 1) and 10/(10 + 4).
///
/// ```
/// use valueseg_stats::drivers::jackknife::own_voices;
///
/// let voices = own_voices(&[3.0, 4.0], &[1.0, 2.0], &[1.0, 1.0]);
/// assert!((voices[0] - 10.0 / 11.0).abs() < 1e-12 && (voices[1] - 10.0 / 14.0).abs() < 1e-12);
/// assert_eq!(own_voices(&[0.1, 0.1], &[0.2, 0.2], &[1.0, 1.0]), [0.0, 0.0]);
/// ```
#[must_use]
pub fn own_voices(differences: &[f64], errors: &[f64], scales: &[f64]) -> Vec<f64> {
    let squares = |values: &[f64]| values.iter().map(|x| x * x).sum::<f64>();
    // E d² = τ² + se²: what the squares exceed the errors by is due to true differences.
    let (beyond, scale) = (squares(differences) - squares(errors), squares(scales));
    let c = if beyond > 0.0 && scale > 0.0 { (beyond / scale).sqrt() } else { 0.0 };
    let voice = |(error, scale): (&f64, &f64)| {
        let own = (c * scale).powi(2);
        if own > 0.0 { own / (own + error * error) } else { 0.0 }
    };
    errors.iter().zip(scales).map(voice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_jackknife_of_a_mean_is_its_standard_error() {
        // Values 1..20 left out one at a time: the error is √(s²/n) = √(35/20) = 1.322876.
        let values: Vec<f64> = (1..=20).map(f64::from).collect();
        let sum: f64 = values.iter().sum();
        let without: Vec<f64> = values.iter().map(|value| (sum - value) / 19.0).collect();
        assert!((standard_error(&without).unwrap() - 1.75f64.sqrt()).abs() < 1e-12);
        assert_eq!(standard_error(&[1.0]), None);
        assert_eq!(standard_error(&[1.0, f64::NAN]), None);
    }

    #[test]
    fn the_interval_uses_the_t_quantile_of_19_degrees_of_freedom() {
        // Tables: 2.093.
        let i = interval(1.0, 1.0).unwrap();
        assert!((i.high - 3.093).abs() < 5e-4);
        assert!((p_value(2.093_024, 1.0).unwrap() - 0.05).abs() < 1e-6);
        assert_eq!(p_value(1.0, 0.0), None);
        assert_eq!(interval(f64::NAN, 1.0), None);
    }

    #[test]
    fn a_part_speaks_for_itself_as_far_as_it_is_more_than_noise() {
        // d² 0.25, se² 0.09, scales 1: c² = 0.16/2 = 0.08; voices 0.08/(0.08 + 0.09) and 1.
        let voices = own_voices(&[0.3, -0.4], &[0.3, 0.0], &[1.0, 1.0]);
        assert!((voices[0] - 0.08 / 0.17).abs() < 1e-12 && (voices[1] - 1.0).abs() < 1e-12, "{voices:?}");
        assert_eq!(own_voices(&[0.1, 0.1], &[0.2, 0.2], &[1.0, 1.0]), [0.0, 0.0]);
        assert!(own_voices(&[], &[], &[]).is_empty());
    }
}
