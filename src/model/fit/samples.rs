//! Bootstrap samples of the screened rows, shared by all candidates: is a cut found again?

use rayon::prelude::*;

use super::super::error::ModelError;
use super::cut::{Body, Cut, Effort, Wanted, Way, Worktable};
use crate::stats::mixture::mixed_seed;
use crate::stats::resample::{Resampling, Solutions};

/// Starts of k-means on a sample.
const STARTS: usize = 5;

/// Partitions a mixture starts from on a sample, besides the solution of all rows.
const OWN_STARTS: Wanted<'static> = Wanted { readings: &[1, 2], batches: 1, starts: 4 };

/// What is spent on a mixture on a sample.
const EFFORT: Effort = Effort { short: 4, carried: 1, iterations: 8 };

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
        Self { table, resampling: Resampling::new(&table.data, seed), tables: Vec::new(), seed }
    }

    /// Draws up to `pairs` pairs; those drawn before stay.
    pub(super) fn draw(&mut self, pairs: usize) {
        let more: Vec<Worktable> = (self.tables.len()..2 * pairs)
            .into_par_iter()
            .map(|item| self.table.resampled(&self.resampling.counts(item as u64)))
            .collect();
        self.tables.extend(more);
    }

    /// Partitions to start mixtures of `k` classes from, of each sample.
    pub(super) fn partitions(&self, k: usize, pairs: usize) -> Result<Vec<Vec<Vec<usize>>>, ModelError> {
        let own = |at: usize| self.tables[at].partitions(k, &OWN_STARTS, mixed_seed(self.seed, at as u64));
        (0..2 * pairs).into_par_iter().map(own).collect()
    }

    /// `cut` found anew on the first `pairs` pairs of samples and all rows typed by each.
    ///
    /// METHOD: pairs of bootstrap samples as in R flexclust's `bootFlexclust`. A mixture takes the likelier of its own
    /// starts on the sample and of EM from the solution of all rows, so that a sample is not called different because its
    /// search was shorter. Samples are the same for every candidate, so candidates differ by what they are, not by luck.
    pub(super) fn again(
        &self,
        cut: &Cut,
        pairs: usize,
        partitions: &[Vec<Vec<usize>>],
    ) -> Result<Solutions, ModelError> {
        self.resampling.solutions(pairs, |_, item| {
            let table = &self.tables[item as usize];
            let found = match (cut.way, &cut.body) {
                (Way::Mixture(_), Body::Mixture(whole)) => {
                    let size = (whole.n_classes(), whole.n_factors());
                    let own = table.mixture(size, &partitions[item as usize], EFFORT)?;
                    let other = table.mixture_from(whole, EFFORT.short + EFFORT.iterations)?;
                    if own.bic < other.bic { own } else { other }
                }
                (way, _) => table.kmeans(way, cut.segments(), STARTS, mixed_seed(self.seed, item))?,
            };
            Ok(self.table.labels(&found).into_iter().map(Some).collect())
        })
    }
}
