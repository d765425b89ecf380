//! The rows of a block, sorted by what is known of them and typed a tile at a time.

use super::Scorer;
use super::tiles::{Known, Work, answers_place};
use crate::rows::{CustomerBlock, suppression};
use valueseg_stats::mixture::TILE;

/// Rows of which the same is known; their class probabilities stand in the [`Work`] beside them.
#[derive(Clone, Copy, Debug)]
pub(super) struct TypedTile<'a> {
    /// Rows of the block, at most [`TILE`].
    pub(super) rows: &'a [usize],
    pub(super) known: Known,
    /// Whose answers are not believed; they come again, with signals alone.
    aside: [bool; TILE],
}

impl TypedTile<'_> {
    /// Place in the tile and row of the block, of all that are believed.
    pub(super) fn believed(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.rows.iter().enumerate().filter(|(r, _)| !self.aside[*r]).map(|(r, row)| (r, *row))
    }

    /// Whether a row of the block is read with own answers, or has none that the model knows.
    pub(super) fn is_at_their_word(&self, asked: u64, rated: u64) -> bool {
        self.known.own() || rated & asked == 0
    }
}

/// Rows that wait for their tile, for each [`Known`] in its order.
type Queues = [Vec<usize>; 3];

impl Scorer {
    /// Types every row of `block` that may be profiled and shows each tile to `done`.
    pub(super) fn each_tile(&self, block: &CustomerBlock, mut done: impl FnMut(&mut Work, TypedTile<'_>)) {
        let mut work = Work::new(&self.tables);
        let mut queues: Queues = Known::ALL.map(|_| Vec::with_capacity(TILE));
        for row in (0..block.len()).filter(|row| suppression(&block.flags[*row]).is_none()) {
            let known = self.tables.known(block, row, &self.columns);
            self.queue(block, known, row, &mut queues, &mut work, &mut done);
        }
        // Signals last: whoever is not believed waits there.
        for known in [Known::Both, Known::Answers, Known::Signals] {
            self.type_tile(block, known, &mut queues, &mut work, &mut done);
        }
    }

    fn queue(
        &self,
        block: &CustomerBlock,
        known: Known,
        row: usize,
        queues: &mut Queues,
        work: &mut Work,
        done: &mut impl FnMut(&mut Work, TypedTile<'_>),
    ) {
        queues[known as usize].push(row);
        if queues[known as usize].len() == TILE {
            self.type_tile(block, known, queues, work, done);
        }
    }

    fn type_tile(
        &self,
        block: &CustomerBlock,
        known: Known,
        queues: &mut Queues,
        work: &mut Work,
        done: &mut impl FnMut(&mut Work, TypedTile<'_>),
    ) {
        let rows = std::mem::replace(&mut queues[known as usize], Vec::with_capacity(TILE));
        if rows.is_empty() {
            return;
        }
        work.fill(&self.tables, &self.columns, block, &rows, known);
        work.type_rows(&self.tables, known);
        let aside = match (answers_place(known), &self.tables.suspicion) {
            (Some(at), Some(suspicion)) => suspicion.rows(&self.tables.answers[at], work, block, &rows, at),
            _ => [false; TILE],
        };
        done(work, TypedTile { rows: &rows, known, aside });
        for (_, row) in rows.iter().enumerate().filter(|(r, _)| aside[*r]) {
            self.queue(block, Known::Signals, *row, queues, work, done);
        }
    }
}
