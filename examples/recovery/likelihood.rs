//! How likely an answer or a signal is, given where it lies.

use statrs::function::erf::erfc;
use statrs::function::gamma::ln_gamma;

use crate::cases::{Case, Traces};
use crate::generate::{count_mean, curve};

/// Nothing is less likely.
const LEAST: f64 = 1e-12;

/// `ln P(code | place, noise)`: the answer is the place with noise, rounded and cut off at the ends.
pub(crate) fn answer(case: &Case, code: u8, place: f64, noise: f64) -> f64 {
    let code = usize::from(code);
    let below = |border: f64| {
        let z = (border * case.step() - place) / noise;
        if case.heavy_tails { student(z) } else { 0.5 * erfc(-z * std::f64::consts::FRAC_1_SQRT_2) }
    };
    let low = if code == 0 { 0.0 } else { below(code as f64 - 0.5) };
    let high = if code + 1 == case.steps { 1.0 } else { below(code as f64 + 0.5) };
    (high - low).max(LEAST).ln()
}

/// `ln p(value | eta)` of a signal, but for a constant.
pub(crate) fn signal(case: &Case, number: usize, value: f64, eta: f64) -> f64 {
    match case.traces {
        // Student's density with three degrees of freedom and spread 1: t = √3·z, ∝ (1 + t²/3)⁻².
        Traces::Plain if case.heavy_tails => -2.0 * (1.0 + (value - eta).powi(2)).ln(),
        Traces::Plain => -0.5 * (value - eta).powi(2),
        Traces::Counts => {
            let mean = count_mean(eta);
            value * mean.ln() - mean - ln_gamma(value + 1.0)
        }
        Traces::Curved => -0.5 * ((value - curve(number, eta)) / 0.8).powi(2),
    }
}

/// Distribution of Student's noise with three degrees of freedom, brought to spread 1.
fn student(z: f64) -> f64 {
    // With t = √3·z: ½ + (t/√3/(1 + t²/3) + atan(t/√3))/π.
    0.5 + (z / (1.0 + z * z) + z.atan()) / std::f64::consts::PI
}
