//! Bootstrap samples of the screened rows, shared by all candidates: is a cut found again?

use rayon::prelude::*;

use super::super::error::ModelError;
use super::effort::{Effort, Look};
use super::table::Worktable;
use super::way::{Cut, Starts, Way};
use valueseg_stats::agreement::weighted_adjusted_rand_index;
use valueseg_stats::draw::mixed_seed;
use valueseg_stats::resample::{Resampling, Solutions};

/// Starts of k-means on a sample.
const STARTS: usize = 4;

/// What is spent on a mixture on a sample.
const EFFORT: Effort = Effort { short: 4, carried: 2, iterations: 12 };

/// Bootstrap samples.
pub(super) struct Samples<'a> {
    table: &'a Worktable,
    resampling: Resampling,
    tables: Vec<Worktable>,
    seed: u64,
}

impl<'a> Samples<'a> {
    /// No sample yet of the rows of `table`.
    pub(super) fn new(table: &'a Worktable, seed: u64) -> Self {
        let seed = mixed_seed(seed, 0xB007);
        // As many draws as the weights sum to, so that a row of weight 2 is the row twice; with weights that sum to less
        // than the rows, as many as rows, or a sample would hold hardly anybody.
        let draws = (table.data.total_weight().round() as usize).max(table.data.n_rows());
        Self { table, resampling: Resampling::new(&table.data, seed).draws(draws), tables: Vec::new(), seed }
    }

    /// Draws up to `pairs` pairs; those drawn before stay.
    pub(super) fn draw(&mut self, pairs: usize) {
        let more: Vec<Worktable> = (self.tables.len()..2 * pairs)
            .into_par_iter()
            .map(|item| self.table.resampled(&self.resampling.counts(item as u64)))
            .collect();
        self.tables.extend(more);
    }

    /// How often each row of the table was drawn in sample number `item`.
    pub(super) fn counts(&self, item: usize) -> Vec<f64> {
        self.resampling.counts(item as u64)
    }

    /// What ways start from when they cut into `k` segments, on the first `pairs` pairs of samples.
    pub(super) fn starts(&self, ways: &[Way], k: usize, pairs: usize) -> Result<Vec<Starts>, ModelError> {
        let on = |at: usize| {
            let look = Look::of_starts(STARTS, mixed_seed(self.seed, at as u64));
            Starts::new(ways, &self.tables[at], k, look)
        };
        (0..2 * pairs).into_par_iter().map(on).collect()
    }

    /// `cut` found anew on the first `pairs` pairs of samples, whose starts are `starts`, and all rows typed by each.
    ///
    /// METHOD: pairs of bootstrap samples as in R flexclust's `bootFlexclust`. Samples are the same for every candidate, so
    /// candidates differ by what they are, not by luck.
    pub(super) fn again(&self, cut: &Cut, pairs: usize, starts: &[Starts]) -> Result<Solutions, ModelError> {
        self.resampling.solutions(pairs, |_, item| {
            let own = cut.again(&self.tables[item as usize], &starts[item as usize], EFFORT)?;
            Ok(own.labels(self.table).into_iter().map(Some).collect())
        })
    }
}

/// Agreement on all rows of what `cut` is in the even and in the odd rows; plain ways have `starts` starts.
pub(super) fn agreement_of_halves(table: &Worktable, cut: &Cut, starts: usize, seed: u64) -> Result<f64, ModelError> {
    let labels = |half: usize| -> Result<Vec<usize>, ModelError> {
        let own = |(i, w): (usize, &f64)| if i % 2 == half { *w } else { 0.0 };
        let weights: Vec<f64> = table.data.weights().iter().enumerate().map(own).collect();
        Ok(cut.of_half(&table.part(&weights), starts, seed)?.labels(table))
    };
    Ok(weighted_adjusted_rand_index(&labels(0)?, &labels(1)?, &table.data.weights().to_vec()))
}
