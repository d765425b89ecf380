//! Bootstrap samples of the screened rows, shared by all candidates: is a cut found again?

use rayon::prelude::*;

use super::super::error::ModelError;
use super::cut::{Body, Cut, Effort, Way, Worktable};
use crate::stats::mixture::mixed_seed;
use crate::stats::resample::{Resampling, Solutions};

/// Starts of k-means on a sample.
const STARTS: usize = 4;

/// What is spent on a mixture on a sample.
const EFFORT: Effort = Effort { short: 4, carried: 1, iterations: 8 };

/// Bootstrap samples.
pub(in crate::model::fit) struct Samples<'a> {
    table: &'a Worktable,
    resampling: Resampling,
    tables: Vec<Worktable>,
    seed: u64,
}

impl<'a> Samples<'a> {
    /// No sample yet of the rows of `table`.
    pub(in crate::model::fit) fn new(table: &'a Worktable, seed: u64) -> Self {
        let seed = mixed_seed(seed, 0xB007);
        // As many draws as the weights sum to, so that a row of weight 2 is the row twice; with weights that sum to less
        // than the rows, as many as rows, or a sample would hold hardly anybody.
        let draws = (table.data.total_weight().round() as usize).max(table.data.n_rows());
        Self { table, resampling: Resampling::new(&table.data, seed).draws(draws), tables: Vec::new(), seed }
    }

    /// Draws up to `pairs` pairs; those drawn before stay.
    pub(in crate::model::fit) fn draw(&mut self, pairs: usize) {
        let more: Vec<Worktable> = (self.tables.len()..2 * pairs)
            .into_par_iter()
            .map(|item| self.table.resampled(&self.resampling.counts(item as u64)))
            .collect();
        self.tables.extend(more);
    }

    /// K-means by `ways` into `k` segments on the first `pairs` pairs of samples.
    pub(in crate::model::fit) fn kmeans(
        &self,
        ways: &[Way],
        k: usize,
        pairs: usize,
    ) -> Result<Vec<Vec<Cut>>, ModelError> {
        let on = |at: usize| {
            let seed = mixed_seed(self.seed, at as u64);
            ways.iter().map(|way| self.tables[at].kmeans(*way, k, STARTS, seed)).collect()
        };
        (0..2 * pairs).into_par_iter().map(on).collect()
    }

    /// `cut` found anew on the first `pairs` pairs of samples, of which `kmeans` holds what [`Samples::kmeans`] found, and
    /// all rows typed by each.
    ///
    /// METHOD: pairs of bootstrap samples as in R flexclust's `bootFlexclust`. A mixture takes the likelier of EM from the
    /// k-means solutions of the sample and of EM from the solution of all rows, so that a sample is not called different
    /// because its search was shorter. Samples are the same for every candidate, so candidates differ by what they are,
    /// not by luck.
    pub(in crate::model::fit) fn again(
        &self,
        cut: &Cut,
        pairs: usize,
        kmeans: &[Vec<Cut>],
    ) -> Result<Solutions, ModelError> {
        self.resampling.solutions(pairs, |_, item| {
            let (table, kmeans) = (&self.tables[item as usize], &kmeans[item as usize]);
            let typed = |cut: &Cut| self.table.labels(cut).into_iter().map(Some).collect();
            let Body::Mixture(whole) = &cut.body else {
                let own = kmeans.iter().find(|own| own.way == cut.way).expect("k-means was run in every way asked for");
                return Ok(typed(own));
            };
            let from: Vec<Vec<usize>> = kmeans.iter().map(|cut| table.labels(cut)).collect();
            let own = table.mixture((whole.n_classes(), whole.n_factors()), &from, EFFORT)?;
            let other = table.mixture_from(whole, EFFORT.short + EFFORT.iterations)?;
            Ok(typed(if own.bic < other.bic { &own } else { &other }))
        })
    }
}
