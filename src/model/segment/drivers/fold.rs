//! The pass that driver figures are made of: blocks in, whole-number sums out.

use twox_hash::XxHash64;

use valueseg_catalogue::N_ELEMENTS;
use valueseg_stats::drivers::cross::{value_steps, weight_steps};
use valueseg_stats::drivers::jackknife::GROUPS;
use valueseg_stats::drivers::penalty::{PenaltyRow, Sides};

use super::cell::{Cell, column};
use super::outcome::{MIDDLE, Outcome};
use super::settings::DriverSettings;
use crate::customer::relationship::ConnectionRule;
use crate::fit::Model;
use crate::rows::{Aspect, BlockFold, CustomerBlock, PartialState, ScoredBlock};

/// Respondents counted; of more, a draw of half of this or more.
///
/// METHOD: crossing every rating with every other is dear, and with so many the interval of a share is a point wide.
pub const RESPONDENTS_COUNTED: u64 = 65_536;

/// Seed of the draw, another than that of the groups.
const DRAW: u64 = 0x6472_6177;

/// What customers are dealt into groups by, beside their id. Any number would do; it must stay the same.
const DEALT_BY: u64 = 0x6472_6976;

/// Mean and spread of the fulfillment ratings of each element on 0–10, so that one person's ratings of different
/// elements can be averaged.
#[derive(Clone, Debug, PartialEq)]
pub struct RatingScale {
    /// Mean rating by element.
    pub center: [f64; N_ELEMENTS],
    /// Spread by element, > 0.
    pub spread: [f64; N_ELEMENTS],
}

impl RatingScale {
    /// As the model knows them; 5 and 2.5 for what was not asked.
    #[must_use]
    pub fn of(model: &Model) -> Self {
        let m = model.measurement();
        let known = |values: &[f64], e: usize, other: f64| {
            let i = N_ELEMENTS + e;
            if m.asked >> i & 1 == 1 { values[i] } else { other }
        };
        Self {
            center: std::array::from_fn(|e| known(&m.center, e, MIDDLE)),
            spread: std::array::from_fn(|e| known(&m.spread, e, MIDDLE / 2.0)),
        }
    }
}

impl Default for RatingScale {
    /// The middle of the scale and half its half width for every element.
    fn default() -> Self {
        Self { center: [MIDDLE; N_ELEMENTS], spread: [MIDDLE / 2.0; N_ELEMENTS] }
    }
}

/// Collects what derived importance needs, from customers' own fulfillment answers and outcomes.
///
/// METHOD: own answers only. Inferred scores are functions of the model; their correlations would show the model.
#[derive(Clone, Debug)]
pub struct DriverFold {
    segments: usize,
    scale: RatingScale,
    /// One in 2ᵏ respondents is drawn.
    halvings: u32,
    /// Who is fully connected; `None` = not told.
    connection: Option<ConnectionRule>,
    /// Where a rating is low and where high.
    sides: Sides,
}

impl DriverFold {
    /// A pass over customers assigned to `segments` segments, their mean ratings taken on `scale`. Of about `respondents`
    /// who rated something, at most [`RESPONDENTS_COUNTED`] are counted, give or take chance: of more, one in 2, 4, 8, … is
    /// drawn by a hash of the id, the same people on every night.
    #[must_use]
    pub fn new(segments: usize, scale: RatingScale, respondents: u64) -> Self {
        let halvings = respondents.div_ceil(RESPONDENTS_COUNTED).next_power_of_two().trailing_zeros();
        Self { segments, scale, halvings, connection: None, sides: DriverSettings::default().sides() }
    }

    /// The same with the rule that tells who is fully connected.
    #[must_use]
    pub fn with_connection(self, rule: ConnectionRule) -> Self {
        Self { connection: Some(rule), ..self }
    }

    /// The same with other cuts of low and high than the usual ones.
    #[must_use]
    pub fn with_cuts(self, settings: &DriverSettings) -> Self {
        Self { sides: settings.sides(), ..self }
    }

    /// Rows of a block that would be counted if they may be scored: who rated something, has an outcome, and is drawn.
    #[must_use]
    pub fn drawn(&self, customers: &CustomerBlock) -> Vec<usize> {
        (0..customers.len()).filter(|row| self.counts(customers, *row)).collect()
    }

    fn counts(&self, customers: &CustomerBlock, row: usize) -> bool {
        customers.rated[row] & Aspect::Fulfillment.mask() != 0
            && self.is_drawn(&customers.ids[row])
            && self.outcomes(customers, row) != [None; Outcome::COUNT]
    }

    fn outcomes(&self, customers: &CustomerBlock, row: usize) -> [Option<i64>; Outcome::COUNT] {
        Outcome::ALL.map(|outcome| outcome.of(customers, row, self.connection.as_ref()))
    }

    fn is_drawn(&self, id: &str) -> bool {
        self.halvings == 0 || XxHash64::oneshot(DRAW, id.as_bytes()) >> (64 - self.halvings) == 0
    }

    fn add(&self, cell: &mut Cell, customers: &CustomerBlock, at: usize) {
        let weight = weight_steps(customers.weight[at]);
        let rated = customers.rated[at] >> N_ELEMENTS;
        let ratings = customers.ratings.row(at);
        let rating = |e: usize| f64::from(ratings[N_ELEMENTS + e]);
        let elements: Vec<usize> = (0..N_ELEMENTS).filter(|e| rated >> e & 1 == 1).collect();
        let outcomes = self.outcomes(customers, at);

        let mut row: Vec<(usize, i64)> = elements.iter().map(|&e| (e, value_steps(rating(e) - MIDDLE))).collect();
        row.extend(Outcome::ALL.into_iter().zip(outcomes).filter_map(|(outcome, y)| Some((column(outcome), y?))));
        // Middled, so that squares stay small: sums of products must fit their integers.
        cell.cross.add(&row, weight);

        if elements.len() < 2 || outcomes == [None; Outcome::COUNT] {
            return;
        }
        // The mood of a person is the mean of their *other* ratings: with its own in it a rating would explain itself.
        let placed = |e: usize| (rating(e) - self.scale.center[e]) / self.scale.spread[e];
        let total: f64 = elements.iter().map(|&e| placed(e)).sum();
        for &e in &elements {
            let mood = value_steps((total - placed(e)) / (elements.len() - 1) as f64);
            for (o, outcome) in outcomes.iter().enumerate() {
                if let Some(outcome) = *outcome {
                    let row = PenaltyRow { rating: rating(e), mood, outcome, weight };
                    cell.penalties[e * Outcome::COUNT + o].add(row, self.sides);
                }
            }
        }
    }
}

/// What the pass left behind: sums by segment (and for the unassigned) and by group of people.
///
/// A part nobody fell into takes no room; with K segments a full state takes `55·20·(K + 1)` kilobytes, whatever the number
/// of customers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriverState {
    /// `(K + 1)·GROUPS` cells, groups of a segment together.
    cells: Vec<Option<Box<Cell>>>,
}

impl DriverState {
    /// Number of segments.
    #[must_use]
    pub fn segments(&self) -> usize {
        self.cells.len() / GROUPS - 1
    }

    /// Sums of each segment and of the unassigned, and of the same with the people of one `group` left out.
    pub(super) fn by_segment(&self, left_out: Option<usize>) -> Vec<Cell> {
        self.cells
            .chunks(GROUPS)
            .map(|groups| {
                let mut sum = Cell::zero();
                for (group, cell) in groups.iter().enumerate() {
                    if let Some(cell) = cell.as_ref().filter(|_| left_out != Some(group)) {
                        sum.merge(cell);
                    }
                }
                sum
            })
            .collect()
    }
}

impl PartialState for DriverState {
    /// # Panics
    /// If the two states count different numbers of segments: they come from different passes.
    fn merge(&mut self, other: Self) {
        assert_eq!(self.cells.len(), other.cells.len(), "states of one pass have the same segments");
        for (mine, theirs) in self.cells.iter_mut().zip(other.cells) {
            match (mine.as_mut(), theirs) {
                (Some(mine), Some(theirs)) => mine.merge(&theirs),
                (None, theirs) => *mine = theirs,
                (Some(_), None) => {}
            }
        }
    }
}

impl BlockFold for DriverFold {
    type State = DriverState;

    fn zero(&self) -> DriverState {
        DriverState { cells: vec![None; (self.segments + 1) * GROUPS] }
    }

    /// # Panics
    /// If the scored block is not as long as the customer block, or names a segment beyond those of the pass.
    fn fold(&self, state: &mut DriverState, customers: &CustomerBlock, scored: &ScoredBlock) {
        assert_eq!(customers.len(), scored.assignments.len(), "a scored block has the rows of its customers");
        for row in 0..customers.len() {
            if scored.suppressed[row].is_some() || !self.counts(customers, row) {
                continue;
            }
            let segment = scored.assignments[row].segment.map_or(self.segments, usize::from);
            let dealt = XxHash64::oneshot(DEALT_BY, customers.ids[row].as_bytes()) % GROUPS as u64;
            let cell = &mut state.cells[segment * GROUPS + dealt as usize];
            self.add(cell.get_or_insert_with(|| Box::new(Cell::zero())), customers, row);
        }
    }
}
