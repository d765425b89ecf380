//! From log densities to probabilities, a tile of rows at once.

use ndarray::{Array1, Array2};

use super::tile::TILE;

/// Turns log densities `(K, TILE)` into probabilities and adds the log of their sum to `log_likelihood`.
///
/// # Examples
/// By hand: densities 1 and 3 are probabilities 1/4 and 3/4, and their sum is 4.
///
/// ```
/// use ndarray::{Array1, Array2};
/// use valueseg_stats::mixture::{TILE, normalize};
///
/// let scores = Array2::from_shape_fn((2, TILE), |(k, _)| [1f32.ln(), 3f32.ln()][k]);
/// let (mut classes, mut log_likelihood) = (Array2::zeros((2, TILE)), Array1::zeros(TILE));
/// normalize(&scores, &mut classes, &mut log_likelihood);
/// assert!((classes[(0, 9)] - 0.25).abs() < 1e-6 && (log_likelihood[9] - 4f32.ln()).abs() < 1e-6);
/// ```
pub fn normalize(scores: &Array2<f32>, classes: &mut Array2<f32>, log_likelihood: &mut Array1<f32>) {
    // The largest is taken out before the exponential: none overflows, and the sum is at least 1.
    let mut top = [f32::NEG_INFINITY; TILE];
    for row in scores.rows() {
        for (t, s) in top.iter_mut().zip(row) {
            *t = t.max(*s);
        }
    }
    let mut sum = [0.0f32; TILE];
    for (scores, mut classes) in scores.rows().into_iter().zip(classes.rows_mut()) {
        for (((p, s), t), sum) in classes.iter_mut().zip(scores).zip(&top).zip(&mut sum) {
            *p = exp_of_negative(s - t);
            *sum += *p;
        }
    }
    for mut row in classes.rows_mut() {
        for (p, sum) in row.iter_mut().zip(&sum) {
            *p /= sum;
        }
    }
    for ((l, t), sum) in log_likelihood.iter_mut().zip(&top).zip(&sum) {
        *l += t + sum.ln();
    }
}

/// `eˣ` for `x <= 0`, relative error below 3e-7, 0 beyond -87; in operations that the compiler can do for several
/// numbers at once, and the same bits on every machine.
///
/// `eˣ = 2ⁱ·2ᶠ` with `i` the nearest whole number of `x·log₂e`; `2ᶠ` by its Taylor series to the sixth power.
///
/// # Examples
/// `exp(-1)` of numpy 2.4.6 in single precision is 0.36787942.
///
/// ```
/// use valueseg_stats::mixture::exp_of_negative;
///
/// assert!((exp_of_negative(-1.0) / 0.367_879_42 - 1.0).abs() < 3e-7);
/// assert_eq!(exp_of_negative(-100.0), 0.0);
/// ```
#[inline]
#[must_use]
pub fn exp_of_negative(x: f32) -> f32 {
    const ROUNDER: f32 = 12_582_912.0;
    let t = x.max(-87.0) * std::f32::consts::LOG2_E;
    let shifted = t + ROUNDER;
    let whole = shifted - ROUNDER;
    let y = (t - whole) * std::f32::consts::LN_2;
    let series = 1.0 + y * (1.0 + y * (0.5 + y * (1.0 / 6.0 + y * (1.0 / 24.0 + y * (1.0 / 120.0 + y / 720.0)))));
    let exponent = shifted.to_bits().wrapping_sub(ROUNDER.to_bits()).wrapping_add(127) << 23;
    let result = series * f32::from_bits(exponent);
    if x < -87.0 { 0.0 } else { result }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_agrees_with_the_library() {
        for i in 0..=8_600 {
            let x = -i as f32 / 100.0;
            let (ours, theirs) = (f64::from(exp_of_negative(x)), f64::from(x).exp());
            // Rounding the argument to single precision alone costs half an ulp of x: 6e-8·|x| relative.
            assert!((ours / theirs - 1.0).abs() < 2e-6 + 6e-8 * f64::from(-x), "{x}: {ours} {theirs}");
        }
        assert_eq!(exp_of_negative(0.0), 1.0);
        assert_eq!(exp_of_negative(-1e30), 0.0);
    }
}
