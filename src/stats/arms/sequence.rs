//! An interval that may be looked at every night.

use super::contrast::Contrast;
use crate::interval::Interval;

/// Intervals that all hold at once, on every night, with probability `1 − alpha`: an asymptotic confidence sequence,
/// narrowest around one size.
///
/// `ρ = √[(−2 ln α + ln(1 − 2 ln α))/n*]`, `m(n) = √{2(nρ² + 1)·ln(√(nρ² + 1)/α)/(nρ²)}`, interval `Δ ± m(n)·se`.
///
/// METHOD: looking at a fixed interval every night for 60 nights calls 34 % of plays without effect something; this one at
/// most `alpha`, and wider intervals are the price. Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2021), arXiv
/// 2103.06476, equations 9 and 161, as in gbstats 0.8.0.
///
/// # Examples
/// `m(10,000)` at α 0.05 and n* 10,000 is 3.0352089904 by gbstats 0.8.0.
///
/// ```
/// use valueseg_stats::arms::Sequence;
///
/// let sequence = Sequence::new(0.05, 10_000.0).unwrap();
/// assert!((sequence.rho() - 0.028_171_181_377).abs() < 1e-12);
/// assert!((sequence.multiplier(10_000.0).unwrap() - 3.035_208_990_4).abs() < 1e-10);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sequence {
    alpha: f64,
    rho: f64,
}

impl Sequence {
    /// The sequence for an error of `alpha` in all, narrowest at `n` customers of both arms; `None` unless
    /// `0 < alpha < 1` and `n > 0`.
    #[must_use]
    pub fn new(alpha: f64, n: f64) -> Option<Self> {
        let ok = alpha > 0.0 && alpha < 1.0 && n > 0.0 && n.is_finite();
        let log = -2.0 * alpha.ln();
        ok.then(|| Self { alpha, rho: ((log + (1.0 + log).ln()) / n).sqrt() })
    }

    /// ρ, > 0.
    #[must_use]
    pub fn rho(&self) -> f64 {
        self.rho
    }

    /// How many standard errors the interval reaches at `n` customers of both arms; `None` unless `n > 0`.
    #[must_use]
    pub fn multiplier(&self, n: f64) -> Option<f64> {
        let v = n * self.rho * self.rho;
        let m = (2.0 * (v + 1.0) * ((v + 1.0).sqrt() / self.alpha).ln() / v).sqrt();
        (n > 0.0 && m.is_finite()).then_some(m)
    }

    /// The interval at `n` customers.
    #[must_use]
    pub fn interval(&self, contrast: &Contrast, n: f64) -> Option<Interval> {
        Interval::symmetric(contrast.value, self.multiplier(n)? * contrast.se)
    }

    /// Always-valid p-value of no difference, 0–1: `min(1, 1/e)` with
    /// `e = exp(ρ²S²/(2(nρ² + 1)))/√(nρ² + 1)`, `S² = n·Δ²/se²`.
    #[must_use]
    pub fn p(&self, contrast: &Contrast, n: f64) -> Option<f64> {
        let (v, z) = (n * self.rho * self.rho, contrast.value / contrast.se);
        let log = v * z * z / (2.0 * (v + 1.0)) - 0.5 * (v + 1.0).ln();
        (n > 0.0 && log.is_finite()).then(|| (-log).exp().min(1.0))
    }
}
