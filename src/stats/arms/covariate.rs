//! The difference of two arms with what was known before the lot.

use super::contrast::{Contrast, welch};
use super::sums::ArmSums;

/// A difference adjusted for a covariate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adjusted {
    /// The adjusted difference.
    pub contrast: Contrast,
    /// Slope of the outcome on the covariate, over both arms.
    pub slope: f64,
    /// Share of the variance of the plain difference that is gone, below 1; negative where the adjustment added some.
    pub variance_reduction: f64,
}

/// The difference with `x` of both arms brought to the same mean; `x` was measured before the lot. `None` where it does
/// not vary, or as [`welch`].
///
/// `θ = Cov(Y, X)/Var(X)` over both arms together; means `ȳ − θx̄`, variances `s_y² + θ²s_x² − 2θs_xy` in each arm.
///
/// METHOD: one slope for both arms, because sums are enough for it; with one covariate it agrees with Lin's regression to
/// 0.2 % on both test sets (`docs/method.md#did-it-work`). Rare buying is hardly helped: on Hillstrom's e-mail test the
/// standard error of spending falls by 0.02 %. Source: Deng, Xu, Kohavi and Walker, WSDM (2013), as in gbstats 0.8.0.
///
/// # Examples
/// NSW: θ 0.1780465817, difference 1747.13399, standard error 668.9619076 by gbstats 0.8.0.
///
/// ```
/// use valueseg_stats::arms::{ArmSums, cuped};
///
/// let t = ArmSums {
///     n: 185.0, y: 1_174_591.548, yy: 18_846_517_440.5, x: 283_430.2329, xx: 2_341_128_819.22, xy: 2_147_040_930.22,
/// };
/// let c = ArmSums {
///     n: 260.0, y: 1_184_248.291, yy: 13_182_781_881.9, x: 329_396.3438, xx: 2_911_096_137.39, xy: 1_886_286_753.71,
/// };
/// let found = cuped(&t, &c).unwrap();
/// assert!((found.slope - 0.178_046_581_7).abs() < 1e-9);
/// assert!((found.contrast.value - 1_747.133_99).abs() < 1e-4 && (found.contrast.se - 668.961_907_6).abs() < 1e-5);
/// ```
#[must_use]
pub fn cuped(treated: &ArmSums, control: &ArmSums) -> Option<Adjusted> {
    let both = treated.with(control);
    let slope = both.covariance()? / both.beside()?.variance;
    if !slope.is_finite() {
        return None;
    }
    let plain = welch(treated.outcome()?, control.outcome()?)?;
    let contrast = welch(treated.residual(slope)?, control.residual(slope)?)?;
    Some(Adjusted { contrast, slope, variance_reduction: 1.0 - (contrast.se / plain.se).powi(2) })
}
