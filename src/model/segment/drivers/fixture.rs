//! Invented customers whose drivers are planted, for tests.

use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::rows::{Assignment, Attitudes, Basis, BlockFold, CustomerBlock, N_RATINGS, Question, ScoredBlock};
use valueseg_catalogue::{Catalogue, N_ELEMENTS};

use super::{DriverContext, DriverFold, DriverSettings, DriverState, Drivers, RatingScale};

/// What to invent.
#[derive(Clone, Debug)]
pub(super) struct Planted {
    /// Respondents of each segment.
    pub(super) sizes: Vec<usize>,
    /// By segment: how strongly the outcome hangs on each element.
    pub(super) effects: Vec<[f64; N_ELEMENTS]>,
    /// Elements each person is asked, drawn by lot.
    pub(super) asked: usize,
    /// Spread of what all of a person's ratings share, and of it in the outcome.
    pub(super) halo: (f64, f64),
    pub(super) seed: u64,
}

/// Effects that fall off as those of real surveys do: an exponential law, dealt out by `seed`.
pub(super) fn effects(seed: u64) -> [f64; N_ELEMENTS] {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    std::array::from_fn(|_| -rng.gen_range(1e-6..1.0f64).ln())
}

pub(super) fn normal(rng: &mut Xoshiro256PlusPlus) -> f64 {
    (0..12).map(|_| rng.gen_range(0.0..1.0)).sum::<f64>() - 6.0
}

impl Planted {
    /// Eight segments of 400 to 3,000 respondents whose effects are those of all, each blurred by `own`.
    pub(super) fn eight(own: f64, seed: u64) -> Self {
        let base = effects(seed);
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed + 1);
        let blurred = |_| std::array::from_fn(|e: usize| base[e] * (own * normal(&mut rng)).exp());
        Self {
            sizes: vec![400, 500, 600, 800, 1_200, 1_600, 2_400, 3_000],
            effects: (0..8).map(blurred).collect(),
            asked: 12,
            halo: (1.0, 1.5),
            seed,
        }
    }

    /// Ratings `6 + 1.5·t + halo·h + noise`, whole numbers 0–10; outcome `6 + 1.5·Σβt/|β| + γ·h + noise`.
    pub(super) fn people(&self) -> (CustomerBlock, ScoredBlock) {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(self.seed);
        let (mut rows, mut segments) = (Vec::new(), Vec::new());
        for (k, (&size, effects)) in self.sizes.iter().zip(&self.effects).enumerate() {
            let length = effects.iter().map(|b| b * b).sum::<f64>().sqrt();
            for _ in 0..size {
                let h = normal(&mut rng);
                let own: [f64; N_ELEMENTS] = std::array::from_fn(|_| normal(&mut rng));
                let told: f64 = own.iter().zip(effects).map(|(t, b)| t * b / length).sum();
                let whole = |x: f64| x.round().clamp(0.0, 10.0) as f32;
                let ratings: [f32; N_ELEMENTS] =
                    own.map(|t| whole(6.0 + 1.5 * t + self.halo.0 * h + 0.5 * normal(&mut rng)));
                let outcome = whole(6.0 + 1.5 * told + self.halo.1 * h + 1.5 * normal(&mut rng));
                rows.push((ratings, outcome, draw(&mut rng, self.asked)));
                segments.push(Some(k as u8));
            }
        }
        blocks(&rows, &segments)
    }
}

/// `asked` of 30 elements, by lot, as bits.
fn draw(rng: &mut Xoshiro256PlusPlus, asked: usize) -> u64 {
    let mut bits = 0u64;
    while (bits.count_ones() as usize) < asked {
        bits |= 1 << rng.gen_range(0..N_ELEMENTS);
    }
    bits
}

/// Customers from (fulfillment ratings, willingness to recommend, which ratings were given).
pub(super) fn blocks(rows: &[([f32; N_ELEMENTS], f32, u64)], segments: &[Option<u8>]) -> (CustomerBlock, ScoredBlock) {
    let n = rows.len();
    let mut attitudes = Attitudes::unasked(n, 0);
    for (i, row) in rows.iter().enumerate() {
        attitudes.answer(i, Question::Recommend, row.1);
    }
    let customers = CustomerBlock {
        ratings: Array2::from_shape_fn((n, N_RATINGS), |(i, j)| {
            j.checked_sub(N_ELEMENTS).map_or(0.0, |e| rows[i].0[e])
        }),
        rated: rows.iter().map(|row| row.2 << N_ELEMENTS).collect(),
        attitudes,
        ..CustomerBlock::unasked((0..n).map(|i| format!("c{i:06}")).collect())
    };
    let assignment = |segment: &Option<u8>| Assignment {
        segment: *segment,
        probability: Some(0.8),
        raw: *segment,
        unassigned: None,
        ..Assignment::undecided(None)
    };
    let scored = ScoredBlock {
        assignments: segments.iter().map(assignment).collect(),
        basis: vec![Basis::Survey; n],
        ..ScoredBlock::unscored(n)
    };
    (customers, scored)
}

/// Folds people into a state of `segments` segments.
pub(super) fn state(segments: usize, (customers, scored): &(CustomerBlock, ScoredBlock)) -> DriverState {
    let fold = DriverFold::new(segments, RatingScale::default(), 0);
    let mut state = fold.zero();
    fold.fold(&mut state, customers, scored);
    state
}

/// The drivers of a state, without profiles.
pub(super) fn drivers(state: &DriverState, settings: DriverSettings) -> Drivers {
    let catalogue = Catalogue::embedded();
    state.finish(&DriverContext { catalogue: &catalogue, profiles: None, settings, settled: &[] })
}

/// Rank correlation of two lists without ties.
pub(super) fn spearman(a: &[f64], b: &[f64]) -> f64 {
    let ranks = |values: &[f64]| -> Vec<f64> {
        values.iter().map(|x| values.iter().filter(|y| *y < x).count() as f64).collect()
    };
    let (a, b) = (ranks(a), ranks(b));
    let n = a.len() as f64;
    1.0 - 6.0 * a.iter().zip(&b).map(|(x, y)| (x - y).powi(2)).sum::<f64>() / (n * (n * n - 1.0))
}
