//! Answers with a known number of groups, for tests of how many are found.

use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::super::evidence::outcome::Outcomes;
use super::super::evidence::ratings::Evidence;
use valueseg_stats::draw::normal;
use valueseg_stats::observed::Observed;

/// How answers are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// 0 to 10.
    Eleven,
    /// 1 to 5.
    Five,
    /// 0 to 10, most of them 9 or 10.
    Ceiling,
    /// 0 to 10, with people far out.
    HeavyTails,
}

/// Answers to be invented.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planted {
    pub(super) people: usize,
    pub(super) ratings: usize,
    pub(super) groups: usize,
    /// Spread of a group's wishes around everybody's, in spreads of an answer's own part.
    pub(super) apart: f64,
    /// Factors that run through all answers: use of the scale, moods.
    pub(super) factors: usize,
    /// Spread of their loadings.
    pub(super) strength: f64,
    pub(super) scale: Scale,
    /// Share of the ratings that a person gives.
    pub(super) answered: f64,
    pub(super) seed: u64,
}

impl Default for Planted {
    fn default() -> Self {
        Self {
            people: 900,
            ratings: 20,
            groups: 3,
            apart: 0.9,
            factors: 1,
            strength: 0.7,
            scale: Scale::Eleven,
            answered: 0.7,
            seed: 1,
        }
    }
}

impl Planted {
    /// Standardized answers, and the group of each person; the first groups are the larger ones.
    pub(super) fn make(&self) -> (Evidence, Vec<usize>) {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(self.seed);
        let wishes = Array2::from_shape_fn((self.groups, self.ratings), |_| self.apart * normal(&mut rng));
        let loadings = Array2::from_shape_fn((self.factors, self.ratings), |(f, _)| {
            self.strength * if f == 0 { 1.0 } else { normal(&mut rng) }
        });
        let (mut values, mut truth) = (Array2::zeros((self.people, self.ratings)), Vec::new());
        let mut present = Array2::from_elem(values.dim(), true);
        for i in 0..self.people {
            // Sizes fall from 1.5 to 0.5 of even ones.
            let at: f64 = rng.gen_range(0.0..1.0);
            let share = |g: usize| (1.5 - (g as f64 + 0.5) / self.groups as f64) / self.groups as f64;
            let mut left = at;
            let group = (0..self.groups - 1).find(|g| {
                left -= share(*g);
                left < 0.0
            });
            let group = group.unwrap_or(self.groups - 1);
            truth.push(group);
            let moods: Vec<f64> = (0..self.factors).map(|_| normal(&mut rng)).collect();
            for c in 0..self.ratings {
                let common: f64 = moods.iter().enumerate().map(|(f, mood)| mood * loadings[(f, c)]).sum();
                let mut own = normal(&mut rng);
                if self.scale == Scale::HeavyTails {
                    // Student's t with three degrees of freedom.
                    let chi: f64 = (0..3).map(|_| normal(&mut rng).powi(2)).sum();
                    own /= (chi / 3.0).sqrt();
                }
                values[(i, c)] = self.answer(wishes[(group, c)] + common + own);
                present[(i, c)] = rng.gen_range(0.0..1.0) < self.answered;
            }
            // Nobody gives less than the ratings a row needs.
            (0..3).for_each(|c| present[(i, c)] = true);
        }
        let table = Observed::try_new(values, present, ndarray::Array1::ones(self.people)).unwrap();
        let data = table.standardized(&table.column_moments());
        let rows = (0..self.people).collect();
        (Evidence { data, ratings: self.ratings, predicted: 0.0, rows, outcomes: Outcomes::default() }, truth)
    }

    fn answer(&self, x: f64) -> f64 {
        match self.scale {
            Scale::Eleven | Scale::HeavyTails => (5.5 + 1.5 * x).round().clamp(0.0, 10.0),
            Scale::Five => (3.0 + 0.8 * x).round().clamp(1.0, 5.0),
            Scale::Ceiling => (9.0 + 1.5 * x).round().clamp(0.0, 10.0),
        }
    }
}
