//! Random draws keyed by (seed, customer, topic), so that customer `n` is the same in any base, on any thread.

use rand::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// What a stream of draws is for. Each topic has its own stream: asking more people does not change anybody's orders.
#[derive(Clone, Copy, Debug)]
pub(super) enum Topic {
    Person = 1,
    Survey = 2,
    Behavior = 3,
    Orders = 4,
    Contacts = 5,
    Feedback = 6,
    Descriptors = 7,
    Nuisance = 8,
    Dirt = 9,
    Attitudes = 10,
    Bond = 11,
    Rhythm = 12,
    Home = 13,
    OrderSites = 14,
    ContactSites = 15,
    Rivals = 16,
    Wishes = 17,
    Treatments = 18,
    Failure = 19,
    RivalMotivators = 20,
    Service = 21,
    Public = 22,
    RivalRatings = 23,
    Ease = 24,
    Trials = 25,
}

/// One stream of draws.
pub(super) struct Dice(Xoshiro256PlusPlus);

impl Dice {
    /// The stream of one topic of one customer.
    pub(super) fn new(seed: u64, customer: u32, topic: Topic) -> Self {
        let key = (u64::from(customer) << 8) | topic as u64;
        // `seed_from_u64` expands through SplitMix64; the multiplication only keeps neighboring seeds apart.
        Self(Xoshiro256PlusPlus::seed_from_u64(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ key))
    }

    /// Uniform in [0, 1).
    pub(super) fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// True with probability `p`; never for `p <= 0`.
    pub(super) fn chance(&mut self, p: f64) -> bool {
        self.uniform() < p
    }

    /// Uniform among `0..n`, n > 0.
    pub(super) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.0.next_u64()) * n as u128) >> 64) as usize
    }

    /// One of `items`, which is not empty.
    pub(super) fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// Standard normal (Box and Muller 1958, the cosine half only: a cached second half would make the stream depend
    /// on the order of calls).
    pub(super) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// Poisson count with this mean >= 0 (Knuth's product of uniforms; the rounded normal above 40, where it is
    /// exact to a few percent and events that frequent are not of interest singly).
    pub(super) fn count(&mut self, mean: f64) -> u32 {
        if mean > 40.0 {
            return (mean + mean.sqrt() * self.normal()).round().max(0.0) as u32;
        }
        let limit = (-mean).exp();
        let (mut n, mut product) = (0, self.uniform());
        while product > limit {
            n += 1;
            product *= self.uniform();
        }
        n
    }

    /// Position drawn in proportion to `weights`, all >= 0 with a positive sum.
    pub(super) fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.uniform() * weights.iter().sum::<f64>();
        for (i, w) in weights.iter().enumerate() {
            left -= w;
            if left < 0.0 {
                return i;
            }
        }
        weights.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_of_two_topics_and_of_two_customers_differ_and_repeat() {
        let draw = |customer, topic| Dice::new(7, customer, topic).uniform().to_bits();
        assert_eq!(draw(3, Topic::Orders), draw(3, Topic::Orders));
        assert_ne!(draw(3, Topic::Orders), draw(4, Topic::Orders));
        assert_ne!(draw(3, Topic::Orders), draw(3, Topic::Survey));
    }

    #[test]
    fn moments_of_normal_and_poisson_draws_are_theirs() {
        let mut dice = Dice::new(1, 1, Topic::Person);
        let n = 40_000;
        let (mut s, mut ss, mut p, mut big) = (0.0, 0.0, 0.0, 0.0);
        for _ in 0..n {
            let x = dice.normal();
            s += x;
            ss += x * x;
            p += f64::from(dice.count(2.5));
            big += f64::from(dice.count(90.0));
        }
        let n = f64::from(n);
        assert!((s / n).abs() < 0.02, "mean {}", s / n);
        assert!((ss / n - 1.0).abs() < 0.03, "variance {}", ss / n);
        assert!((p / n - 2.5).abs() < 0.04, "Poisson mean {}", p / n);
        assert!((big / n - 90.0).abs() < 0.3, "Poisson mean {}", big / n);
    }

    #[test]
    fn weighted_draws_follow_the_weights_and_never_take_a_zero() {
        let mut dice = Dice::new(1, 2, Topic::Person);
        let mut seen = [0u32; 3];
        for _ in 0..10_000 {
            seen[dice.weighted(&[1.0, 0.0, 3.0])] += 1;
        }
        assert_eq!(seen[1], 0);
        assert!((f64::from(seen[2]) / 10_000.0 - 0.75).abs() < 0.02, "{seen:?}");
    }
}
