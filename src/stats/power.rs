//! What a test can see: sample sizes and smallest detectable effects, at power 80 % and two-sided 5 %.

use statrs::distribution::ContinuousCDF;

use super::interval::{Z95, standard_normal};

/// Power, 0–1: the chance of seeing an effect that is there.
pub const POWER: f64 = 0.80;

/// Base rate assumed where a metric has no known value: one response in ten. Our judgment.
pub const DEFAULT_BASE_RATE: f64 = 0.10;

/// `z_{0.975} + z_{0.80}`, squared: 7.8489.
fn z_squared() -> f64 {
    (Z95 + standard_normal().inverse_cdf(POWER)).powi(2)
}

/// Customers needed in the control arm to tell a rate of `base·(1 + relative)` from `base`, with `ratio` treated
/// customers for each control.
///
/// `n = (z_{0.975} + z_{0.80})²·[p₁q₁ + p₂q₂/ratio]/(p₂ − p₁)²`, rounded up. `None` unless `0 < base < 1`, the other
/// rate lies in 0–1 too and differs, and `ratio > 0`. The treated arm needs `ratio` times as many.
///
/// Source: the usual normal approximation without pooling or continuity correction, e.g. Fleiss, Levin and Paik,
/// Statistical Methods for Rates and Proportions (2003).
///
/// # Examples
/// By hand, 3 % against 3.3 %, equal arms: 7.848880·(0.03·0.97 + 0.033·0.967)/0.003² = 53,207.6, rounded up. With nine
/// treated for each control, 5 % against 6 %: 7.848880·(0.05·0.95 + 0.06·0.94/9)/0.01² = 4,220.1.
///
/// ```
/// use valueseg_stats::power::control_needed;
///
/// assert_eq!(control_needed(0.03, 0.10, 1.0), Some(53_208));
/// assert_eq!(control_needed(0.05, 0.20, 9.0), Some(4_221));
/// assert_eq!(control_needed(0.03, 0.0, 1.0), None);
/// ```
#[must_use]
pub fn control_needed(base: f64, relative: f64, ratio: f64) -> Option<u64> {
    let other = base * (1.0 + relative);
    let ok = base > 0.0 && base < 1.0 && (0.0..=1.0).contains(&other) && ratio.is_finite() && ratio > 0.0;
    if !ok {
        return None;
    }
    let spread = base * (1.0 - base) + other * (1.0 - other) / ratio;
    let n = (z_squared() * spread / (other - base).powi(2)).ceil();
    (n.is_finite() && n < 9e15).then_some(n as u64)
}

/// Customers of both arms together needed to tell two means apart that differ by `difference`, where single values spread by
/// `sd` in both and `control_share` of the customers are the control.
///
/// `n = (z_{0.975} + z_{0.80})²·sd²/difference²/(s·(1 − s))`, rounded up. `None` unless `sd > 0`, the difference is not 0 and
/// `0 < control_share < 1`.
///
/// # Examples
/// By hand, half each, a difference of a tenth of the spread: 7.848880·100/0.25 = 3,139.55; one in ten: /0.09 = 8,720.98.
///
/// ```
/// use valueseg_stats::power::customers_needed;
///
/// assert_eq!(customers_needed(1.0, 0.1, 0.5), Some(3_140));
/// assert_eq!(customers_needed(1.0, 0.1, 0.1), Some(8_721));
/// assert_eq!(customers_needed(0.0, 0.1, 0.5), None);
/// ```
#[must_use]
pub fn customers_needed(sd: f64, difference: f64, control_share: f64) -> Option<u64> {
    let ok = sd > 0.0 && difference.abs() > 0.0 && control_share > 0.0 && control_share < 1.0;
    if !ok {
        return None;
    }
    let n = (z_squared() * (sd / difference).powi(2) / (control_share * (1.0 - control_share))).ceil();
    (n.is_finite() && n < 9e15).then_some(n as u64)
}

/// Smallest relative rise of a rate that `treated` against `control` customers can detect: 0.12 = a rise of 12 %.
///
/// The root `e > 0` of `(base·e)² = (z_{0.975} + z_{0.80})²·[p₁q₁/control + p₂q₂/treated]` with `p₁ = base`,
/// `p₂ = base·(1 + e)`, found by bisection to 1e-9. `None` when an arm is empty, `base` is not between 0 and 1, or not
/// even a rise to a rate of 1 would be seen.
///
/// # Examples
/// The root of the equation above for a base rate of 10 % and 9,000 against 1,000 customers by `optimize.brentq` of
/// scipy 1.17.1: 0.28354348.
///
/// ```
/// use valueseg_stats::power::smallest_detectable_rise;
///
/// assert!((smallest_detectable_rise(0.10, 9_000, 1_000).unwrap() - 0.283_543_48).abs() < 1e-7);
/// assert_eq!(smallest_detectable_rise(0.10, 9_000, 0), None);
/// ```
#[must_use]
pub fn smallest_detectable_rise(base: f64, treated: u64, control: u64) -> Option<f64> {
    let ok = base > 0.0 && base < 1.0 && treated > 0 && control > 0;
    if !ok {
        return None;
    }
    let z2 = z_squared();
    let seen = |e: f64| {
        let other = base * (1.0 + e);
        (base * e).powi(2)
            >= z2 * (base * (1.0 - base) / control as f64 + (other * (1.0 - other)).max(0.0) / treated as f64)
    };
    let (mut low, mut high) = (0.0, 1.0 / base - 1.0);
    if !seen(high) {
        return None;
    }
    // The left side is convex in e and the right side concave, with right > left at 0: one crossing.
    while high - low > 1e-9 {
        let middle = f64::midpoint(low, high);
        if seen(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}

/// Smallest difference of two means that `treated` against `control` customers can detect:
/// `(z_{0.975} + z_{0.80})·sd·√(1/treated + 1/control)`, in the unit of `sd`.
///
/// `None` when an arm is empty or `sd` is not a positive number.
///
/// # Examples
/// By hand: 2.801585·1·√(1/100 + 1/100) = 0.396204. `NormalIndPower().solve_power(nobs1=100, alpha=0.05, power=0.8)` of
/// statsmodels 0.15.0, which also counts the other tail, gives 0.3962036.
///
/// ```
/// use valueseg_stats::power::smallest_detectable_difference;
///
/// assert!((smallest_detectable_difference(1.0, 100, 100).unwrap() - 0.396_204).abs() < 1e-6);
/// assert_eq!(smallest_detectable_difference(1.0, 100, 0), None);
/// ```
#[must_use]
pub fn smallest_detectable_difference(sd: f64, treated: u64, control: u64) -> Option<f64> {
    let ok = sd.is_finite() && sd > 0.0 && treated > 0 && control > 0;
    ok.then(|| z_squared().sqrt() * sd * (1.0 / treated as f64 + 1.0 / control as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn equal_arms_need_the_numbers_of_the_domain_page() {
        // `docs/domain.md#test-sizes`; 3 % and +10 % is 53,209 in an outside calculator that rounds z.
        let table = [
            (0.01, [637_008, 163_092, 42_691, 19_824]),
            (0.03, [207_936, 53_208, 13_911, 6_452]),
            (0.05, [122_121, 31_231, 8_155, 3_778]),
            (0.10, [57_760, 14_749, 3_839, 1_772]),
            (0.20, [25_580, 6_507, 1_680, 769]),
            (0.40, [9_490, 2_387, 601, 267]),
        ];
        for (base, row) in table {
            for (relative, n) in [0.05, 0.10, 0.20, 0.30].into_iter().zip(row) {
                let got = control_needed(base, relative, 1.0).unwrap();
                assert!(got.abs_diff(n) <= 1, "{base} +{relative}: {got}, not {n}");
            }
        }
        assert_eq!(control_needed(0.03, 0.10, 1.0), Some(53_208));
    }

    #[test]
    fn a_ninety_ten_split_needs_the_controls_of_the_domain_page() {
        assert_eq!(control_needed(0.05, 0.20, 9.0), Some(4_221));
        assert_eq!(control_needed(0.10, 0.10, 9.0), Some(7_918));
    }

    #[test]
    fn the_smallest_rise_is_the_inverse_of_the_sample_size() {
        let e = smallest_detectable_rise(0.10, 71_262, 7_918).unwrap();
        assert!((e - 0.10).abs() < 1e-4, "{e}");
        let e = smallest_detectable_rise(0.03, 53_208, 53_208).unwrap();
        assert!((e - 0.10).abs() < 1e-5, "{e}");
    }

    #[test]
    fn spend_with_a_cv_of_two_needs_the_arms_of_the_domain_page() {
        // 6,280 per arm for +10 % (`docs/domain.md#test-sizes`)
        let d = smallest_detectable_difference(2.0, 6_280, 6_280).unwrap();
        assert!((d - 0.10).abs() < 1e-4, "{d}");
    }

    #[test]
    fn an_empty_arm_detects_nothing() {
        assert_eq!(smallest_detectable_rise(0.1, 0, 100), None);
        assert_eq!(smallest_detectable_rise(0.1, 100, 0), None);
        // Even from 50 % to 100 %, one against one shows nothing: 0.25 < 7.85·0.25.
        assert_eq!(smallest_detectable_rise(0.5, 1, 1), None);
        assert_eq!(smallest_detectable_rise(f64::NAN, 200, 200), None);
        assert_eq!(smallest_detectable_difference(0.0, 200, 200), None);
        assert_eq!(control_needed(0.1, 0.0, 1.0), None);
    }

    proptest! {
        #[test]
        fn more_customers_see_smaller_effects(base in 0.01..0.6f64, n in 200u64..1_000_000) {
            if let Some(few) = smallest_detectable_rise(base, n, n / 9 + 1) {
                let many = smallest_detectable_rise(base, 2 * n, 2 * (n / 9 + 1)).unwrap();
                prop_assert!(many < few);
            }
        }
    }
}
