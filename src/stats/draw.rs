//! Random draws.

use rand::Rng;
use rand_xoshiro::Xoshiro256PlusPlus;

/// A standard normal number: Box and Muller (1958), Annals of Mathematical Statistics 29.
pub fn normal(rng: &mut Xoshiro256PlusPlus) -> f64 {
    let radius = (-2.0 * (1.0 - rng.gen_range(0.0..1.0f64)).ln()).sqrt();
    radius * (std::f64::consts::TAU * rng.gen_range(0.0..1.0f64)).cos()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn normal_numbers_have_mean_0_and_variance_1() {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(3);
        let drawn: Vec<f64> = (0..40_000).map(|_| normal(&mut rng)).collect();
        let mean = drawn.iter().sum::<f64>() / 40_000.0;
        let variance = drawn.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 40_000.0;
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
    }
}
