//! Sums over the customers of one segment and one group of people.

use valueseg_catalogue::N_ELEMENTS;
use valueseg_stats::drivers::cross::CrossSums;
use valueseg_stats::drivers::penalty::PenaltySums;

use super::outcome::Outcome;

/// Columns of the cross sums: fulfillment of the elements, then the outcomes.
pub(super) const COLUMNS: usize = N_ELEMENTS + Outcome::COUNT;

/// Everything driver figures are made of, for some customers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    /// Elements and outcomes against each other.
    pub(super) cross: CrossSums,
    /// By element, then outcome.
    pub(super) penalties: Vec<PenaltySums>,
}

/// Column of an outcome.
pub(super) fn column(outcome: Outcome) -> usize {
    N_ELEMENTS + outcome as usize
}

impl Cell {
    pub(super) fn zero() -> Self {
        Self { cross: CrossSums::new(COLUMNS), penalties: vec![PenaltySums::default(); N_ELEMENTS * Outcome::COUNT] }
    }

    /// Sums of an element against an outcome.
    pub(super) fn penalty(&self, element: usize, outcome: Outcome) -> &PenaltySums {
        &self.penalties[element * Outcome::COUNT + outcome as usize]
    }

    /// All sums in the order they have in bytes.
    pub(super) fn cells(&self) -> impl Iterator<Item = i64> {
        self.cross.cells().iter().chain(self.penalties.iter().flat_map(|p| p.cells())).copied()
    }

    pub(super) fn cells_mut(&mut self) -> impl Iterator<Item = &mut i64> {
        self.cross.cells_mut().iter_mut().chain(self.penalties.iter_mut().flat_map(|p| p.cells_mut()))
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.cells_mut().zip(other.cells()).for_each(|(mine, theirs)| *mine = mine.wrapping_add(theirs));
    }
}

/// Everybody (segments and unassigned together), then the segments.
pub(super) fn everybody(mut by_segment: Vec<Cell>) -> Vec<Cell> {
    let mut all = Cell::zero();
    by_segment.iter().for_each(|cell| all.merge(cell));
    by_segment.pop();
    by_segment.insert(0, all);
    by_segment
}
