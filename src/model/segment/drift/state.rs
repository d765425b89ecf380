//! What the pass leaves behind: integer counts, so that any split of the customers gives the same bits.

use super::bins::SIGNAL_BINS;
use crate::rows::N_RATINGS;

/// Weight 1 in steps.
pub(super) const WEIGHT_ONE: f64 = 65_536.0;

/// Steps of one unit in a sum of values.
pub(super) const SUM_STEPS: f64 = 65_536.0;

/// Bins of the probability of the likeliest segment.
pub(super) const PROBABILITY_BINS: usize = 10;

/// Points of the rating scale, 0–10.
pub(super) const POINTS: usize = 11;

/// Customers, Σw, Σw², Σw·probability; then customers, Σw, Σw² of those whose signals are counted.
const HEAD: usize = 7;

/// Cells of a rating: answers, Σw·value, weight at each point.
const RATING: usize = 2 + POINTS;

/// Cells of a signal: weight of those with a value, Σw·value, weight at or above each edge.
const SIGNAL: usize = 2 + SIGNAL_BINS - 1;

/// Counts of a pass. Weights are in steps of 2⁻¹⁶, sums of values in steps of 2⁻¹⁶ of a weight of one (ratings and
/// probabilities: of a step of weight). A state takes about 18 kB at 30 signals, whatever the number of customers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriftState {
    classes: usize,
    signals: usize,
    cells: Vec<i128>,
}

/// Cells that are counted one by one.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    ProbabilitySum,
    Segment(usize),
    Unassigned,
    Probability(usize),
}

impl DriftState {
    pub(super) fn zero(classes: usize, signals: usize) -> Self {
        let cells = HEAD + classes + 1 + PROBABILITY_BINS + N_RATINGS * RATING + signals * SIGNAL;
        Self { classes, signals, cells: vec![0; cells] }
    }

    fn place(&self, place: Place) -> usize {
        match place {
            Place::ProbabilitySum => 3,
            Place::Segment(segment) => {
                assert!(segment < self.classes, "the segments of the pass and of the model are the same");
                HEAD + segment
            }
            Place::Unassigned => HEAD + self.classes,
            Place::Probability(bin) => HEAD + self.classes + 1 + bin,
        }
    }

    pub(super) fn add(&mut self, place: Place, weight: u64) {
        let at = self.place(place);
        self.cells[at] += i128::from(weight);
    }

    pub(super) fn person(&mut self, weight: u64) {
        self.cells[0] += 1;
        self.cells[1] += i128::from(weight);
        self.cells[2] += i128::from(weight) * i128::from(weight);
    }

    pub(super) fn drawn(&mut self, weight: u64) {
        self.cells[4] += 1;
        self.cells[5] += i128::from(weight);
        self.cells[6] += i128::from(weight) * i128::from(weight);
    }

    fn rating_at(&self, rating: usize) -> usize {
        HEAD + self.classes + 1 + PROBABILITY_BINS + rating * RATING
    }

    /// An answer of 0–10, counted at the nearest whole point.
    pub(super) fn answer(&mut self, rating: usize, value: f32, weight: u64) {
        let at = self.rating_at(rating);
        // Half a step is added so that the cast, which cuts off, rounds.
        let value = f64::from(value).clamp(0.0, 10.0);
        self.cells[at] += 1;
        self.cells[at + 1] += i128::from(weight) * i128::from((value * SUM_STEPS + 0.5) as u64);
        self.cells[at + 2 + ((value + 0.5) as usize).min(POINTS - 1)] += i128::from(weight);
    }

    pub(super) fn signal_mut(&mut self, signal: usize) -> &mut [i128] {
        let at = self.rating_at(N_RATINGS) + signal * SIGNAL;
        &mut self.cells[at..at + SIGNAL]
    }

    /// Customers counted.
    #[must_use]
    pub fn customers(&self) -> u64 {
        u64::try_from(self.cells[0]).unwrap_or(0)
    }

    /// Weight of everybody.
    pub(super) fn weight(&self) -> f64 {
        self.cells[1] as f64 / WEIGHT_ONE
    }

    /// Effective number of customers, `(Σw)²/Σw²` (Kish 1965): weights do not make people.
    pub(super) fn effective(&self) -> f64 {
        kish(self.cells[1], self.cells[2])
    }

    /// Customers whose signals were counted, their weight, their effective number.
    pub(super) fn with_signals(&self) -> (u64, f64, f64) {
        let [n, w, w2] = [self.cells[4], self.cells[5], self.cells[6]];
        (u64::try_from(n).unwrap_or(0), w as f64 / WEIGHT_ONE, kish(w, w2))
    }

    /// Number of segments.
    pub(super) fn classes(&self) -> usize {
        self.classes
    }

    /// Number of signals.
    pub(super) fn signals(&self) -> usize {
        self.signals
    }

    /// Weight in a cell.
    pub(super) fn at(&self, place: Place) -> f64 {
        self.cells[self.place(place)] as f64 / WEIGHT_ONE
    }

    /// Mean probability of the likeliest segment.
    pub(super) fn mean_probability(&self) -> Option<f64> {
        let weight: f64 = (0..PROBABILITY_BINS).map(|bin| self.at(Place::Probability(bin))).sum();
        (weight > 0.0).then(|| self.at(Place::ProbabilitySum) / SUM_STEPS / weight)
    }

    /// Answers, weight at each point, mean of a rating.
    pub(super) fn rating(&self, rating: usize) -> (u64, Vec<f64>, Option<f64>) {
        let cells = &self.cells[self.rating_at(rating)..self.rating_at(rating + 1)];
        let points: Vec<f64> = cells[2..].iter().map(|cell| *cell as f64 / WEIGHT_ONE).collect();
        let weight: f64 = points.iter().sum();
        let mean = (weight > 0.0).then(|| cells[1] as f64 / WEIGHT_ONE / SUM_STEPS / weight);
        (u64::try_from(cells[0]).unwrap_or(0), points, mean)
    }

    /// Weight in each of the first `bins` bins of a signal, weight without a value, mean.
    pub(super) fn signal(&self, signal: usize, bins: usize) -> (Vec<f64>, f64, Option<f64>) {
        let at = self.rating_at(N_RATINGS) + signal * SIGNAL;
        let cells = &self.cells[at..at + SIGNAL];
        // Cells hold what lies at or above an edge, which one comparison an edge counts; bins are the differences.
        let at_least = |bin: usize| match bin {
            0 => cells[0],
            bin if bin < bins => cells[1 + bin],
            _ => 0,
        };
        let weights = (0..bins).map(|bin| (at_least(bin) - at_least(bin + 1)) as f64 / WEIGHT_ONE).collect();
        let known = cells[0] as f64 / WEIGHT_ONE;
        let mean = (known > 0.0).then(|| cells[1] as f64 / SUM_STEPS / known);
        (weights, (self.cells[5] - cells[0]) as f64 / WEIGHT_ONE, mean)
    }

    pub(super) fn absorb(&mut self, other: &Self) {
        assert!(
            self.classes == other.classes && self.signals == other.signals,
            "states of one pass count the same things"
        );
        for (mine, theirs) in self.cells.iter_mut().zip(&other.cells) {
            *mine = mine.wrapping_add(*theirs);
        }
    }
}

/// Effective number of customers from Σw and Σw².
fn kish(w: i128, w2: i128) -> f64 {
    if w2 > 0 { w as f64 * w as f64 / w2 as f64 } else { 0.0 }
}
