//! The pass drift is measured in: blocks in, integer counts out, while customers are scored.

use twox_hash::XxHash64;

use super::bins::{DriftBins, SIGNAL_BINS};
use super::state::{DriftState, PROBABILITY_BINS, Place, SUM_STEPS, WEIGHT_ONE};
use crate::rows::{Assignment, BlockFold, CustomerBlock, N_RATINGS, PartialState, ScoredBlock};

/// Rows counted together, in the nearest cache.
const TILE: usize = 32;

/// Customers whose signals are counted; of more, a draw of half of this or more.
///
/// METHOD: counting signals is the dear part, and with so many chance alone gives a distance of 0.0001, a fiftieth of what
/// matters; more customers would not find more.
pub const SIGNALS_COUNTED: u64 = 65_536;

/// Seed of the draw: with it, the draw is the same on every night.
const DRAW: u64 = 0x76_73_64_72;

/// Comparisons side by side.
const LANES: usize = 8;

/// Edges of a signal, with room for all bins; what is not used is never reached.
type Edges = [f32; SIGNAL_BINS - 1];

/// Collects histograms of all indicators and of what the model made of them.
#[derive(Clone, Debug)]
pub struct DriftFold {
    classes: usize,
    /// One in 2ᵏ customers is drawn for the signals.
    halvings: u32,
    /// For each signal its column in the rows and its edges; `None` = not there tonight.
    signals: Vec<Option<(usize, Edges)>>,
}

impl DriftFold {
    /// A pass over about `customers` customers assigned to `classes` segments, with bins as learned at the fit; `columns`
    /// are the signals of the rows. Signals that are not among them count as missing for everybody.
    ///
    /// Segments, probabilities and ratings are counted for everybody, signals for at most [`SIGNALS_COUNTED`] customers,
    /// give or take chance: of more, one in 2, 4, 8, … is drawn by a hash of the id, so that it is the same people on
    /// every night and, as the base grows, a part of them.
    #[must_use]
    pub fn new(bins: &DriftBins, classes: usize, columns: &[String], customers: u64) -> Self {
        let signals = bins.signals.iter().zip(&bins.edges).map(|(id, edges)| {
            let column = columns.iter().position(|other| other == id)?;
            let mut table = [f32::NAN; SIGNAL_BINS - 1];
            table.iter_mut().zip(edges).for_each(|(to, from)| *to = *from);
            Some((column, table))
        });
        let halvings = customers.div_ceil(SIGNALS_COUNTED).next_power_of_two().trailing_zeros();
        Self { classes, halvings, signals: signals.collect() }
    }
}

impl DriftFold {
    fn is_drawn(&self, id: &str) -> bool {
        self.halvings == 0 || XxHash64::oneshot(DRAW, id.as_bytes()) >> (64 - self.halvings) == 0
    }
}

/// Segment and probability of a customer.
fn count_person(assignment: &Assignment, weight: u64, state: &mut DriftState) {
    state.person(weight);
    match assignment.raw.filter(|_| assignment.unassigned.is_none()) {
        Some(segment) => state.add(Place::Segment(usize::from(segment)), weight),
        None => state.add(Place::Unassigned, weight),
    }
    if let Some(probability) = assignment.probability {
        let bin = ((probability * PROBABILITY_BINS as f32) as usize).min(PROBABILITY_BINS - 1);
        state.add(Place::Probability(bin), weight);
        state.add(Place::ProbabilitySum, weight * (f64::from(probability) * SUM_STEPS + 0.5) as u64);
    }
}

/// Answers by whole point of the scale. Only bits that are set are visited: most rows have none.
fn count_ratings(block: &CustomerBlock, row: usize, weight: u64, state: &mut DriftState) {
    let mut left = block.rated[row] & ((1 << N_RATINGS) - 1);
    while left != 0 {
        let rating = left.trailing_zeros() as usize;
        left &= left - 1;
        state.answer(rating, block.ratings[(row, rating)], weight);
    }
}

/// Rows of a tile with their weights in steps.
struct Tile<'a> {
    block: &'a CustomerBlock,
    rows: &'a [usize],
    weights: &'a [u32],
    /// The weight of every row, where they all have one.
    one_weight: Option<u32>,
}

impl BlockFold for DriftFold {
    type State = DriftState;

    fn zero(&self) -> DriftState {
        DriftState::zero(self.classes, self.signals.len())
    }

    /// # Panics
    /// If the scored block is not as long as the customer block, or names a segment beyond those of the pass.
    fn fold(&self, state: &mut DriftState, customers: &CustomerBlock, scored: &ScoredBlock) {
        assert_eq!(customers.len(), scored.assignments.len(), "a scored block has the rows of its customers");
        let rows: Vec<usize> = (0..customers.len()).filter(|row| scored.suppressed[*row].is_none()).collect();
        for row in &rows {
            let weight = u64::from(weight_steps(customers.weight[*row]));
            count_person(&scored.assignments[*row], weight, state);
            count_ratings(customers, *row, weight, state);
        }
        let drawn: Vec<usize> = rows.into_iter().filter(|row| self.is_drawn(&customers.ids[*row])).collect();
        for rows in drawn.chunks(TILE) {
            let weights: Vec<u32> = rows.iter().map(|row| weight_steps(customers.weight[*row])).collect();
            let one_weight = weights.first().copied().filter(|first| weights.iter().all(|weight| weight == first));
            weights.iter().for_each(|weight| state.drawn(u64::from(*weight)));
            let tile = Tile { block: customers, rows, weights: &weights, one_weight };
            for (signal, at) in self.signals.iter().enumerate() {
                if let Some((column, edges)) = at {
                    tile.count_signal(*column, edges, state.signal_mut(signal));
                }
            }
        }
    }
}

impl Tile<'_> {
    /// One signal: how many have a value, the sum, and for each edge how many are at or above it.
    ///
    /// Counting "at or above" needs no write to a place that depends on the value, so it is plain vector code; bins are
    /// differences of such counts.
    fn count_signal(&self, column: usize, edges: &Edges, cells: &mut [i128]) {
        let (raw, held) = (self.block.signals.as_slice(), self.block.signals.ncols());
        let raw = raw.expect("rows of a block are contiguous");
        // What is not known is at or above nothing.
        let mut values = [f32::NAN; TILE];
        let (mut known, mut sum) = (0u64, 0.0);
        let (mut known_weight, mut weighted) = (0u64, 0.0);
        for (i, row) in self.rows.iter().enumerate() {
            let value = raw[row * held + column];
            if (self.block.signalled[*row] >> column & 1 == 1) & value.is_finite() {
                values[i] = value as f32;
                known += 1;
                sum += value;
                if self.one_weight.is_none() {
                    known_weight += u64::from(self.weights[i]);
                    weighted += value * f64::from(self.weights[i]);
                }
            }
        }
        let (known_weight, weighted) = match self.one_weight {
            Some(weight) => (known * u64::from(weight), sum * f64::from(weight)),
            None => (known_weight, weighted),
        };
        cells[0] += i128::from(known_weight);
        cells[1] = cells[1].wrapping_add((weighted * (SUM_STEPS / WEIGHT_ONE)).round() as i128);
        for (edge, cell) in edges.iter().zip(&mut cells[2..]) {
            *cell += i128::from(match self.one_weight {
                Some(weight) => u64::from(at_or_above(&values, *edge)) * u64::from(weight),
                None => {
                    let above = values.iter().zip(self.weights).filter(|(value, _)| **value >= *edge);
                    above.map(|(_, weight)| u64::from(*weight)).sum()
                }
            });
        }
    }
}

/// How many of the values are at or above the edge; nothing is at or above NaN.
fn at_or_above(values: &[f32; TILE], edge: f32) -> u32 {
    let mut counts = [0u32; LANES];
    for part in values.chunks_exact(LANES) {
        for (count, value) in counts.iter_mut().zip(part) {
            *count += u32::from(*value >= edge);
        }
    }
    counts.iter().sum()
}

/// A row weight as an integer, at least 1 and below 2³².
fn weight_steps(weight: f64) -> u32 {
    // `as` saturates and turns NaN to 0, so no weight can break the pass.
    ((weight * WEIGHT_ONE).round() as u32).max(1)
}

impl PartialState for DriftState {
    /// # Panics
    /// If the two states count different segments or signals: they come from different passes.
    fn merge(&mut self, other: Self) {
        self.absorb(&other);
    }
}
