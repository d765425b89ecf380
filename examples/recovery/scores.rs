//! Published scores of people who were not asked, held against what they would have answered.

use ndarray::Array2;
use valueseg::model::rows::N_RATINGS;

use crate::generate::Base;
use crate::posterior::Known;
use crate::published::Published;

/// Half-width of a 90 % interval in standard errors.
const NINETY: f64 = 1.644_853_626_951;
/// Fewest people on whom an item is judged.
const FEWEST: usize = 200;

/// Variance of hidden ratings explained, over all items that are told of customers: by scores, ridge and exact posterior.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fit {
    pub(crate) scores: f64,
    pub(crate) ridge: f64,
    pub(crate) exact: f64,
}

impl Fit {
    pub(crate) fn of(base: &Base, told: &Published, exact: &[Option<Known>], ridge: &Array2<f64>) -> Self {
        let (mut left, mut total) = ([0.0; 3], 0.0);
        for j in 0..N_RATINGS {
            let people: Vec<(usize, &Known)> = (0..base.people.len())
                .filter(|i| !base.people[*i].surveyed && told.scores[[*i, j]].is_finite())
                .filter_map(|i| Some((i, exact[i].as_ref()?)))
                .collect();
            let mean = people.iter().map(|(i, _)| base.truth(*i, j)).sum::<f64>() / people.len().max(1) as f64;
            for (i, known) in people {
                let truth = base.truth(i, j);
                total += (truth - mean).powi(2);
                let guesses = [told.scores[[i, j]], ridge[[i, j]], known.ratings[j].clamp(0.0, 10.0)];
                left.iter_mut().zip(guesses).for_each(|(left, guess)| *left += (truth - guess).powi(2));
            }
        }
        let [scores, ridge, exact] = left.map(|left| 1.0 - left / total);
        Self { scores, ridge, exact }
    }

    /// Part of the ridge's; `None` where the ridge itself finds next to nothing.
    pub(crate) fn ratio(self) -> Option<f64> {
        (self.ridge > 0.02).then(|| self.scores / self.ridge)
    }
}

/// Share of hidden ratings within their 90 % interval.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Within {
    pub(crate) all: f64,
    /// The item with the lowest share, and the one with the highest.
    pub(crate) worst: f64,
    pub(crate) widest: f64,
}

impl Within {
    pub(crate) fn of(base: &Base, told: &Published) -> Self {
        let (mut hits, mut judged) = (0, 0);
        let (mut worst, mut widest) = (f64::NAN, f64::NAN);
        for j in 0..N_RATINGS {
            let people: Vec<usize> =
                (0..base.people.len()).filter(|i| !base.people[*i].surveyed && told.errors[[*i, j]] > 0.0).collect();
            if people.len() < FEWEST {
                continue;
            }
            let inside =
                |i: &&usize| (base.truth(**i, j) - told.scores[[**i, j]]).abs() <= NINETY * told.errors[[**i, j]];
            let here = people.iter().filter(inside).count();
            hits += here;
            judged += people.len();
            let share = here as f64 / people.len() as f64;
            (worst, widest) = (worst.min(share), widest.max(share));
        }
        Self { all: f64::from(hits as u32) / judged as f64, worst, widest }
    }
}
