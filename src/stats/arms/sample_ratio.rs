//! Are as many in each arm as were drawn?

use statrs::function::gamma::gamma_ur;

/// The check of one drawing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SampleRatio {
    /// χ², ≥ 0.
    pub chi_squared: f64,
    /// Chance of as much or more where nothing is wrong, 0–1.
    pub p: f64,
}

/// Counts of arms against what the drawing should have given: `χ² = Σ (o − e)²/e` with one degree of freedom less than
/// arms. `None` for fewer than two arms, nobody, or an arm that should have had nobody.
///
/// # Examples
/// 9,120 and 880 where 9,000 and 1,000 were drawn: χ² 16, p 6.334248e-5 by `chisquare` of scipy 1.17.1.
///
/// ```
/// use valueseg_stats::arms::sample_ratio;
///
/// let found = sample_ratio(&[(9_120.0, 9_000.0), (880.0, 1_000.0)]).unwrap();
/// assert!((found.chi_squared - 16.0).abs() < 1e-12 && (found.p - 6.334_248e-5).abs() < 1e-11);
/// ```
#[must_use]
pub fn sample_ratio(arms: &[(f64, f64)]) -> Option<SampleRatio> {
    let possible = arms.len() > 1 && arms.iter().all(|(seen, due)| *seen >= 0.0 && *due > 0.0);
    if !possible || arms.iter().all(|(seen, _)| *seen == 0.0) {
        return None;
    }
    let chi_squared: f64 = arms.iter().map(|(seen, due)| (seen - due).powi(2) / due).sum();
    let p = if chi_squared > 0.0 { gamma_ur((arms.len() - 1) as f64 / 2.0, chi_squared / 2.0) } else { 1.0 };
    (0.0..=1.0).contains(&p).then_some(SampleRatio { chi_squared, p })
}
