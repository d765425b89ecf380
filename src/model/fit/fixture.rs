//! Invented customers with known segments, for tests.

use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::sample::{Sample, SampleCollector};
use crate::rows::{CustomerBlock, N_RATINGS};

/// Hidden segments.
pub(crate) const SEGMENTS: usize = 3;

/// Signals of the embedded catalogue that the invented customers have, each with a say on importance.
pub(crate) const SIGNALS: usize = 12;

/// What to invent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Invented {
    pub(crate) customers: usize,
    /// One in how many was asked; 0 = nobody.
    pub(crate) asked_one_in: usize,
    /// Ask importance as well as fulfillment.
    pub(crate) importance: bool,
    /// How far two traits that have nothing to do with segments move both ratings and signals, in spreads of their noise.
    pub(crate) traits: f64,
    /// Of the last segment only this share of those asked answers.
    pub(crate) last_answers: f64,
    pub(crate) seed: u64,
}

impl Default for Invented {
    fn default() -> Self {
        Self { customers: 3_000, asked_one_in: 5, importance: true, traits: 0.0, last_answers: 1.0, seed: 1 }
    }
}

/// Customers, their true segments, and the ids of their signals.
pub(crate) struct World {
    pub(crate) block: CustomerBlock,
    pub(crate) truth: Vec<usize>,
    pub(crate) signal_ids: Vec<String>,
}

fn noise(rng: &mut Xoshiro256PlusPlus) -> f64 {
    (0..12).map(|_| rng.gen_range(0.0..1.0)).sum::<f64>() - 6.0
}

impl Invented {
    /// Segment `s` wants elements `10s..10s+6` more than others; everybody has a halo and a scale use of their own, and
    /// signals `4s..4s+4` of a segment's members are higher. Two of three questions were answered. Even elements and signals
    /// follow one trait, odd ones the other.
    pub(crate) fn world(&self) -> World {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(self.seed);
        // Of its own, so that a world without traits is the same as ever.
        let mut of_traits = Xoshiro256PlusPlus::seed_from_u64(self.seed ^ 0x7247);
        let n = self.customers;
        let mut ratings = Array2::zeros((n, N_RATINGS));
        let mut signals = Array2::zeros((n, SIGNALS));
        let (mut rated, mut truth) = (vec![0u64; n], Vec::with_capacity(n));
        for i in 0..n {
            let segment = rng.gen_range(0..SEGMENTS);
            truth.push(segment);
            let (scale, halo) = (0.8 * noise(&mut rng), 1.2 * noise(&mut rng));
            let traits = [0, 1].map(|_| self.traits * noise(&mut of_traits));
            for e in 0..30 {
                let follows = traits[e % 2];
                let wanted = if (10 * segment..10 * segment + 6).contains(&e) { 2.5 } else { 0.0 };
                let importance: f64 = 5.5 + wanted + scale + follows + noise(&mut rng);
                let fulfillment: f64 = 6.0 + halo + 0.5 * scale - follows + noise(&mut rng);
                ratings[(i, e)] = importance.clamp(0.0, 10.0).round() as f32;
                ratings[(i, 30 + e)] = fulfillment.clamp(0.0, 10.0).round() as f32;
                if self.asked_one_in > 0 && i % self.asked_one_in == 0 && rng.gen_range(0..3) > 0 {
                    rated[i] |= 1 << (30 + e);
                    rated[i] |= u64::from(self.importance) << e;
                }
            }
            if segment == SEGMENTS - 1 && self.last_answers < 1.0 && of_traits.gen_range(0.0..1.0) >= self.last_answers
            {
                rated[i] = 0;
            }
            for s in 0..SIGNALS {
                let own = if s / 4 == segment { 1.6 } else { 0.0 };
                let x = own + traits[s % 2] + noise(&mut rng);
                signals[(i, s)] = if s % 2 == 0 { x } else { (x + 2.0).max(0.0).round() };
            }
        }
        let catalogue = valueseg_catalogue::Catalogue::embedded();
        let with_say = catalogue.signals().iter().filter(|s| !s.importance().is_empty());
        World {
            block: CustomerBlock {
                ratings,
                rated,
                signals,
                signalled: vec![(1 << SIGNALS) - 1; n],
                ..CustomerBlock::unasked((0..n).map(|i| format!("c{i:06}")).collect())
            },
            truth,
            signal_ids: with_say.take(SIGNALS).map(|s| s.id().to_owned()).collect(),
        }
    }
}

impl World {
    pub(crate) fn sample(&self) -> Sample {
        let mut collector = SampleCollector::new(1, 20_000);
        collector.absorb(&self.block);
        collector.finish()
    }
}
