//! By how much do two arms differ? Difference of means with Welch's variance, and the same relative to the control.

use statrs::function::beta::beta_reg;

use crate::interval::{Group, Interval, standard_normal};
use statrs::distribution::{ContinuousCDF, StudentsT};

/// Below so many degrees of freedom the quantile starts from the exact inverse, above from the normal one.
const SMALL_DF: f64 = 50.0;

/// Control means closer to 0 than so many standard errors have no relative lift: the ratio would have no bounds.
const FIRM_MEAN: f64 = 2.0;

/// A difference with its standard error and degrees of freedom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Contrast {
    /// Treated minus control, in the unit of the outcome.
    pub value: f64,
    /// Its standard error, > 0.
    pub se: f64,
    /// Degrees of freedom of its t distribution, > 0.
    pub df: f64,
}

impl Contrast {
    /// `value ± t·se` at level `1 − alpha`; `None` unless `0 < alpha < 1`.
    #[must_use]
    pub fn interval(&self, alpha: f64) -> Option<Interval> {
        Interval::symmetric(self.value, student_quantile(alpha, self.df)? * self.se)
    }

    /// Two-sided p-value of no difference, 0–1.
    #[must_use]
    pub fn p(&self) -> Option<f64> {
        two_sided_t(self.value / self.se, self.df)
    }
}

/// A difference relative to the control mean, with what its interval is made of.
pub type RelativeLift = Contrast;

/// Difference of means `treated − control`; `None` unless both arms have more than one customer and something varies.
///
/// `Δ = ȳ_t − ȳ_c`, `V = s_t²/n_t + s_c²/n_c`, `df = V²/[(s_t²/n_t)²/(n_t − 1) + (s_c²/n_c)²/(n_c − 1)]`.
///
/// METHOD: variances apart, because a play changes spread as well as mean, and arms are seldom of one size. It is the
/// HC2 variance of the regression on an indicator, to the bit. Source: Welch, Biometrika 34 (1947).
///
/// # Examples
/// NSW (`LaLonde` 1986) from `causaldata` 0.1.5, earnings of 185 trained and 260 others: 1794.342382, standard error
/// 670.9965445, p 0.0078929783 by statsmodels 0.15.0 (`OLS` with HC2).
///
/// ```
/// use valueseg_stats::arms::{ArmSums, welch};
///
/// let t = ArmSums { n: 185.0, y: 1_174_591.548, yy: 18_846_517_440.5, ..ArmSums::default() };
/// let c = ArmSums { n: 260.0, y: 1_184_248.291, yy: 13_182_781_881.9, ..ArmSums::default() };
/// let found = welch(t.outcome().unwrap(), c.outcome().unwrap()).unwrap();
/// assert!((found.value - 1_794.342_382).abs() < 1e-5 && (found.se - 670.996_544_5).abs() < 1e-5);
/// assert!((found.p().unwrap() - 0.007_892_978_3).abs() < 1e-9);
/// ```
#[must_use]
pub fn welch(treated: Group, control: Group) -> Option<Contrast> {
    of_parts(treated.mean - control.mean, [treated, control].map(|arm| (arm.variance / arm.n, arm.n)))
}

/// The difference relative to the control mean, `Δ/|ȳ_c|`; `None` where that mean lies within two of its standard
/// errors of 0.
///
/// `Var = (s_t²/n_t)/ȳ_c² + (s_c²/n_c)·ȳ_t²/ȳ_c⁴`, degrees of freedom as of the plain difference.
///
/// Source: delta method, as in gbstats 0.8.0 (`variance_of_ratios`).
///
/// # Examples
/// The fixture of `GrowthBook` 8f1db445 (`packages/stats/tests/frequentist/test_tests.py`): 0.70732, interval −0.03526
/// to 1.44989.
///
/// ```
/// use valueseg_stats::arms::{ArmSums, relative_lift};
///
/// let b = ArmSums { n: 3461.0, y: 2422.7, yy: 134_698.29, ..ArmSums::default() }.outcome().unwrap();
/// let a = ArmSums { n: 3407.0, y: 1396.87, yy: 52_377.976_7, ..ArmSums::default() }.outcome().unwrap();
/// let lift = relative_lift(b, a).unwrap();
/// let i = lift.interval(0.05).unwrap();
/// assert!((lift.value - 0.70732).abs() < 1e-5 && (i.low + 0.03526).abs() < 1e-5 && (i.high - 1.44989).abs() < 1e-5);
/// ```
#[must_use]
pub fn relative_lift(treated: Group, control: Group) -> Option<RelativeLift> {
    let base = control.mean.abs();
    let plain = welch(treated, control)?;
    if base <= FIRM_MEAN * (control.variance / control.n).sqrt() {
        return None;
    }
    let (t, c) = (treated.variance / treated.n, control.variance / control.n);
    let variance = t / base.powi(2) + c * treated.mean.powi(2) / base.powi(4);
    Some(Contrast { value: plain.value / base, se: variance.sqrt(), df: plain.df })
}

/// One difference from those of several strata, weighted: `Δ = Σ wₕΔₕ`, `V = Σ wₕ²Vₕ`, weights brought to a sum of 1.
///
/// `None` without strata. Degrees of freedom after Satterthwaite. One stratum comes back as it is.
///
/// METHOD: customers assigned while other shares were drawn are a stratum of their own: pooled, a play that began at one
/// half and went on at one tenth would be compared across seasons. Source: post-stratification, Miratrix, Sekhon and
/// Yu, JRSS B 75 (2013).
///
/// # Examples
/// By hand, 1 ± 0.3 of three in four and 2 ± 0.4 of the rest: 1.25, √(0.75²·0.09 + 0.25²·0.16) = 0.246221.
///
/// ```
/// use valueseg_stats::arms::{Contrast, post_stratified};
///
/// let one = Contrast { value: 1.0, se: 0.3, df: 100.0 };
/// let all = post_stratified(&[(3.0, one), (1.0, Contrast { value: 2.0, se: 0.4, df: 100.0 })]).unwrap();
/// assert!((all.value - 1.25).abs() < 1e-12 && (all.se - 0.246_221).abs() < 1e-6);
/// assert_eq!(post_stratified(&[(5.0, one)]), Some(one));
/// ```
#[must_use]
pub fn post_stratified(strata: &[(f64, Contrast)]) -> Option<Contrast> {
    if let [(_, only)] = strata {
        return Some(*only);
    }
    let total: f64 = strata.iter().map(|(weight, _)| weight).sum();
    let share = |weight: f64| weight / total;
    let value = strata.iter().map(|(w, c)| share(*w) * c.value).sum();
    let parts: Vec<f64> = strata.iter().map(|(w, c)| (share(*w) * c.se).powi(2)).collect();
    let variance: f64 = parts.iter().sum();
    let below: f64 = parts.iter().zip(strata).map(|(part, (_, c))| part * part / c.df).sum();
    checked(value, variance, variance * variance / below)
}

/// A difference whose variance is the sum of the arms' parts, each with the number of customers behind it.
pub(super) fn of_parts(value: f64, parts: [(f64, f64); 2]) -> Option<Contrast> {
    if parts.iter().any(|(part, n)| !(*part >= 0.0 && *n > 1.0)) {
        return None;
    }
    let variance = parts[0].0 + parts[1].0;
    let below: f64 = parts.iter().map(|(part, n)| part * part / (n - 1.0)).sum();
    checked(value, variance, variance * variance / below)
}

fn checked(value: f64, variance: f64, df: f64) -> Option<Contrast> {
    let ok = value.is_finite() && variance > 0.0 && variance.is_finite() && df > 0.0 && df.is_finite();
    ok.then(|| Contrast { value, se: variance.sqrt(), df })
}

/// `P(|T| ≥ |t|)` with `df` degrees of freedom: `I(df/2, 1/2; df/(df + t²))`.
fn two_sided_t(t: f64, df: f64) -> Option<f64> {
    let at = df / (df + t * t);
    let ok = df > 0.0 && (0.0..=1.0).contains(&at);
    ok.then(|| beta_reg(df / 2.0, 0.5, at)).filter(|p| (0.0..=1.0).contains(p))
}

/// `q > 0` with `P(|T| > q) = alpha`: Newton steps from a near start, so that large `df` lose no digits.
fn student_quantile(alpha: f64, df: f64) -> Option<f64> {
    if !(alpha > 0.0 && alpha < 1.0 && df > 0.0 && df.is_finite()) {
        return None;
    }
    let t = StudentsT::new(0.0, 1.0, df).ok()?;
    let z = standard_normal().inverse_cdf(1.0 - alpha / 2.0);
    let mut q = if df < SMALL_DF { t.inverse_cdf(1.0 - alpha / 2.0) } else { z + (z.powi(3) + z) / (4.0 * df) };
    for _ in 0..4 {
        use statrs::distribution::Continuous as _;
        let slope = 2.0 * t.pdf(q);
        q += (two_sided_t(q, df)? - alpha) / slope;
    }
    (q.is_finite() && q > 0.0).then_some(q)
}
