//! Penalty and reward: what a low and what a high rating goes with, against a middling one.

use ndarray::{Array2, array};

use super::cross::{VALUE_ONE, WEIGHT_ONE};
use crate::dense::Cholesky;
use crate::interval::effective_n;

/// Where a rating is low and where high; in between it is middling.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sides {
    /// Ratings up to this, on 0–10, count as low.
    pub low_to: f64,
    /// Ratings from this on count as high; above `low_to`.
    pub high_from: f64,
}

/// Rows, rows low, rows high, Σw, Σw², and weighted sums of products of (low, high, mood, outcome).
const CELLS: usize = 16;

/// Sums over the people who rated an element, rated others, and have an outcome.
///
/// INVARIANT: whole numbers, as in [`super::cross`]: merging is exact in any order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PenaltySums {
    cells: [i64; CELLS],
}

/// One person's part in [`PenaltySums`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PenaltyRow {
    /// Rating of the element, 0–10.
    pub rating: f64,
    /// Mean of the person's other ratings, in steps of [`VALUE_ONE`].
    pub mood: i64,
    /// Outcome, in steps of [`VALUE_ONE`].
    pub outcome: i64,
    /// Row weight in steps of 1/[`WEIGHT_ONE`], ≥ 1.
    pub weight: i64,
}

/// What a low and what a high rating goes with, against a middling one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Asymmetry {
    /// Outcome of middling minus low raters, at the same mood, in spreads of the outcome; > 0 where low goes with less.
    pub penalty: f64,
    /// Outcome of high minus middling raters, likewise; > 0 where high goes with more.
    pub reward: f64,
    /// Effective number of rows, > 0.
    pub n: f64,
}

impl Default for PenaltySums {
    fn default() -> Self {
        Self { cells: [0; CELLS] }
    }
}

impl PenaltySums {
    /// Adds a person. Sums belong together only where all were added with the same `sides`.
    ///
    /// # Examples
    /// By hand: one person of weight 1 is one row, low and not high.
    ///
    /// ```
    /// use valueseg_stats::drivers::penalty::{PenaltyRow, PenaltySums, Sides};
    ///
    /// let mut sums = PenaltySums::default();
    /// let row = PenaltyRow { rating: 2.0, mood: 500, outcome: 300, weight: 4_096 };
    /// sums.add(row, Sides { low_to: 4.0, high_from: 9.0 });
    /// assert_eq!(sums.cells()[..3], [1, 1, 0]);
    /// ```
    pub fn add(&mut self, row: PenaltyRow, sides: Sides) {
        let (low, high) = (i64::from(row.rating <= sides.low_to), i64::from(row.rating >= sides.high_from));
        let PenaltyRow { mood, outcome, weight: w, .. } = row;
        let (wm, wy) = (w * mood, w * outcome);
        let terms = [
            1,
            low,
            high,
            w,
            w * w,
            w * low,
            w * high,
            wm,
            wy,
            wm * low,
            wm * high,
            wm * mood,
            wy * low,
            wy * high,
            wy * mood,
            wy * outcome,
        ];
        self.cells.iter_mut().zip(terms).for_each(|(sum, term)| *sum = sum.wrapping_add(term));
    }

    /// The same sums as [`PenaltySums::cells`], to be merged into or written over by stored ones.
    pub fn cells_mut(&mut self) -> &mut [i64] {
        &mut self.cells
    }

    /// All sums: rows, rows low, rows high, Σw, Σw², then weighted sums of products of low, high, mood and outcome.
    #[must_use]
    pub fn cells(&self) -> &[i64] {
        &self.cells
    }

    /// Penalty and reward: `y = a − p·[low] + r·[high] + c·mood`, least squares, `p` and `r` divided by the spread of
    /// y.
    ///
    /// `None` with fewer than `least_rows` low, middling or high rows, or where outcome or mood does not vary.
    ///
    /// METHOD: one element at a time, since in a design of 12 of 30 nobody rated all; the person's mean over the
    /// *other* elements stands for the halo, without which every element would seem to carry a penalty and a reward.
    /// Source: penalty–reward contrast analysis, Brandt (1987); Mikulić and Prebežac, Managing Service Quality 21
    /// (2011) 44–66.
    ///
    /// # Examples
    /// Outcome = mood − 2 for low and + 1 for high ratings: by hand the outcome has variance 2 (mood) + 14/9, spread
    /// 1.885618, so penalty 2/1.885618 and reward 1/1.885618. `linalg.lstsq` of numpy 2.4.6: 1.06066017 and 0.53033009.
    ///
    /// ```
    /// use valueseg_stats::drivers::penalty::{PenaltyRow, PenaltySums, Sides};
    ///
    /// let mut sums = PenaltySums::default();
    /// for (rating, effect) in [(2.0, -200), (6.0, 0), (10.0, 100)] {
    ///     for mood in [0, 100, 200, 300, 400] {
    ///         let row = PenaltyRow { rating, mood, outcome: mood + effect, weight: 4_096 };
    ///         sums.add(row, Sides { low_to: 4.0, high_from: 9.0 });
    ///     }
    /// }
    /// let found = sums.asymmetry(5).unwrap();
    /// assert!((found.penalty - 1.060_660_17).abs() < 1e-8 && (found.reward - 0.530_330_09).abs() < 1e-8);
    /// ```
    #[must_use]
    pub fn asymmetry(&self, least_rows: u32) -> Option<Asymmetry> {
        let ([n, n_low, n_high, ..], least) = (self.cells, i64::from(least_rows));
        let enough = n_low >= least && n_high >= least && n - n_low - n_high >= least;
        let s = |i: usize| self.cells[i] as f64 / WEIGHT_ONE;
        let w = s(3);
        let ok = enough && w > 0.0;
        if !ok {
            return None;
        }
        // Cells as `add` writes them: 5 low, 6 high, 7 mood, 8 outcome, then their products.
        let mean = |i: usize, per_unit: f64| s(i) / w / per_unit;
        let (low, high) = (mean(5, 1.0), mean(6, 1.0));
        let (mood, y) = (mean(7, VALUE_ONE), mean(8, VALUE_ONE));
        let square = VALUE_ONE * VALUE_ONE;
        let with_mood = [mean(9, VALUE_ONE) - low * mood, mean(10, VALUE_ONE) - high * mood];
        // Covariances of low, high and mood. Nobody is low and high at once: the mean of that product is 0.
        let among: Array2<f64> = array![
            [low - low * low, -low * high, with_mood[0]],
            [-low * high, high - high * high, with_mood[1]],
            [with_mood[0], with_mood[1], mean(11, square) - mood * mood],
        ];
        let mut coefficients =
            [mean(12, VALUE_ONE) - low * y, mean(13, VALUE_ONE) - high * y, mean(14, square) - mood * y];
        let spread = (mean(15, square) - y * y).max(0.0).sqrt();
        Cholesky::try_new(among.view()).filter(|_| spread > 0.0)?.solve(&mut coefficients);
        let [penalty, reward] = [-coefficients[0] / spread, coefficients[1] / spread];
        let n = effective_n(self.cells[3] as f64, self.cells[4] as f64)?;
        (penalty.is_finite() && reward.is_finite()).then_some(Asymmetry { penalty, reward, n })
    }
}

#[cfg(test)]
mod tests {
    use super::super::cross::{value_steps, weight_steps};
    use super::*;

    const SIDES: Sides = Sides { low_to: 4.0, high_from: 9.0 };

    /// 25 people for each rating and mood; outcome = mood + `effect(rating)`.
    fn people(effect: impl Fn(f64) -> f64, weight: f64) -> PenaltySums {
        let mut sums = PenaltySums::default();
        for rating in [2.0, 6.0, 10.0] {
            for i in 0..25 {
                // People of better mood rate higher: without mood in the regression there would be a reward.
                let mood = f64::from(i % 5) + rating / 5.0;
                let outcome = value_steps(mood + effect(rating));
                sums.add(PenaltyRow { rating, mood: value_steps(mood), outcome, weight: weight_steps(weight) }, SIDES);
            }
        }
        sums
    }

    #[test]
    fn a_pure_penalty_is_told_from_a_better_mood() {
        let sums = people(|rating| if rating <= SIDES.low_to { -2.0 } else { 0.0 }, 1.0);
        let got = sums.asymmetry(20).unwrap();
        // Spread of the outcome: mean over ratings of (mood + effect), variance 2 + variance of (−1.6, 1.2, 2.0).
        let spread = (2.0 + (1.6f64.powi(2) + 1.2f64.powi(2) + 4.0) / 3.0 - (1.6f64 / 3.0).powi(2)).sqrt();
        assert!((got.penalty - 2.0 / spread).abs() < 1e-9, "{got:?}");
        assert!(got.reward.abs() < 1e-9, "{got:?}");
        assert!((got.n - 75.0).abs() < 1e-9);
    }

    #[test]
    fn equal_weights_change_nothing() {
        let effect = |rating: f64| if rating >= SIDES.high_from { 1.0 } else { 0.0 };
        let (one, three) = (people(effect, 1.0).asymmetry(20).unwrap(), people(effect, 3.0).asymmetry(20).unwrap());
        assert!((one.reward - three.reward).abs() < 1e-12 && (one.n - three.n).abs() < 1e-9);
    }

    #[test]
    fn too_few_low_ratings_say_nothing() {
        let mut sums = PenaltySums::default();
        for i in 0..100 {
            let rating = if i < 19 {
                1.0
            } else if i < 60 {
                6.0
            } else {
                10.0
            };
            sums.add(PenaltyRow { rating, mood: i % 7, outcome: i % 11, weight: 4_096 }, SIDES);
        }
        assert_eq!(sums.asymmetry(20), None);
        assert_eq!(PenaltySums::default().asymmetry(20), None);
    }
}
