//! What a play did to those whom it reached.

use super::contrast::{Contrast, of_parts};
use super::sums::ArmSums;

/// Smallest difference in the share reached, in its standard errors, from which the effect on those reached is told: below,
/// it is a ratio to a number that may be 0. Source: the rule of thumb F > 10 of Staiger and Stock, Econometrica 65 (1997).
const FIRM_REACH: f64 = 3.2;

/// Effect on those who were reached because they were treated; `x` of the sums is 1 for whoever was reached, else 0.
///
/// `Δ/π` with `π` the share reached of the treated minus that of the control; its standard error is that of
/// `e = Y − (Δ/π)·D` over `π`. `None` unless `π` lies 3.2 standard errors above 0.
///
/// METHOD: never a comparison of those reached with others, who are other people: the lot is divided by what it did to
/// reach. Source: Wald's ratio; Imbens and Angrist, Econometrica 62 (1994).
///
/// # Examples
/// 5,580 of 9,000 reached, of whom 330 bought; 138 of the others; 48 of 1,000 controls: 0.0064516129, standard error
/// 0.0115426218 by numpy 2.4.6.
///
/// ```
/// use valueseg_stats::arms::{ArmSums, reached_only};
///
/// let t = ArmSums { n: 9_000.0, y: 468.0, yy: 468.0, x: 5_580.0, xx: 5_580.0, xy: 330.0 };
/// let c = ArmSums { n: 1_000.0, y: 48.0, yy: 48.0, ..ArmSums::default() };
/// let found = reached_only(&t, &c).unwrap();
/// assert!((found.value - 0.006_451_612_9).abs() < 1e-10 && (found.se - 0.011_542_621_8).abs() < 1e-10);
/// ```
#[must_use]
pub fn reached_only(treated: &ArmSums, control: &ArmSums) -> Option<Contrast> {
    let (dt, dc) = (treated.beside()?, control.beside()?);
    let reach = dt.mean - dc.mean;
    let doubt = (dt.variance / dt.n + dc.variance / dc.n).sqrt();
    if !(reach > FIRM_REACH * doubt && reach > 0.0) {
        return None;
    }
    let value = (treated.outcome()?.mean - control.outcome()?.mean) / reach;
    let part = |arm: &ArmSums| Some((arm.residual(value)?.variance / arm.n / (reach * reach), arm.n));
    of_parts(value, [part(treated)?, part(control)?])
}
