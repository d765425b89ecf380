//! Which partition: one search, and what it comes back with.
//!
//! ```text
//! profile                       how much is spent: thorough or quick                      effort
//! sample of rows → candidates   every way with every number of segments, or mixtures
//!                               down the valley of their criterion                        tour, valley
//!                → none larger fits worse than a smaller one                                nest
//!                → found again  in bootstrap samples or in halves, by the declared rule   trial, samples, rule
//!                → held against tables with nothing to find, and chosen anew if it fails  gate, null, step
//!                → described    in people the segments were not found on                  held
//!                → settled      the chosen one looked for harder, on all rows             way
//! beside it      → k-means on raw ratings                                                 dual
//! ```
//!
//! Where only a few different patterns of answers were given, they are the segments and nothing is searched: `patterns`.
//!
//! Ways to cut are the arms of `way`, done by `kmeans` and `mixture` on a `table`; `judge` says what a cut is worth.

pub(in crate::fit) mod dual;
mod effort;
mod gate;
pub(in crate::fit) mod held;
mod judge;
mod kmeans;
mod mixture;
mod nest;
mod null;
pub(in crate::fit) mod patterns;
mod rule;
mod samples;
mod step;
mod table;
#[cfg(test)]
mod tests;
mod tour;
mod trial;
mod valley;
mod way;
#[cfg(test)]
mod worlds;

use ndarray::{Array2, Axis};

use super::error::ModelError;
use super::evidence::ratings::Evidence;
use super::null::NullComparison;
use super::report::Candidate;
use super::settings::FitSettings;
use effort::{Look, Profile};
use gate::Standing;
use held::HeldRating;
use judge::{Entry, Judge};
use rule::Choice;
use table::Worktable;
pub use way::Method;
use way::{Settled, Way};

/// The partition used.
#[derive(Clone, Debug)]
pub(in crate::fit) struct Found {
    pub(in crate::fit) way: Way,
    /// `(rows, K)` probabilities of the evidence's rows.
    pub(in crate::fit) given: Array2<f64>,
    pub(in crate::fit) candidates: Vec<Candidate>,
    /// Why this one.
    pub(in crate::fit) choice: String,
    pub(in crate::fit) stability: Option<f64>,
    /// Of each segment; empty = not tested.
    pub(in crate::fit) jaccard: Vec<f64>,
    pub(in crate::fit) null: Option<NullComparison>,
    /// Segments × ratings: what sets them apart in people they were not found on; empty = not measured.
    pub(in crate::fit) held: Vec<Vec<Option<HeldRating>>>,
    /// Different patterns of answers, where these were counted instead of searched.
    pub(in crate::fit) patterns: Option<u64>,
}

impl Found {
    /// The same with its segments in the order `order`.
    pub(in crate::fit) fn reordered(mut self, order: &[usize]) -> Self {
        self.given = self.given.select(Axis(1), order);
        if !self.jaccard.is_empty() {
            self.jaccard = order.iter().map(|at| self.jaccard[*at]).collect();
        }
        if !self.held.is_empty() {
            self.held = order.iter().map(|at| self.held[*at].clone()).collect();
        }
        self
    }
}

/// Finds the partition.
pub(in crate::fit) fn search(evidence: &Evidence, settings: &FitSettings) -> Result<Found, ModelError> {
    let screen = evidence.screen();
    let table = Worktable::new(screen.data.clone(), screen.ratings);
    let profile = Profile::of(settings.search);
    let judge = Judge { screen: &screen, table: &table, evidence, settings, profile };
    if !profile.everything && judge.asked().mixtures {
        let (entries, choice) = valley::walk(&judge)?;
        let (found, settled) = settle(&judge, &entries, &choice)?;
        // Plain ways are tried with the number of segments of the best mixture alone.
        return trial::against_plain(&judge, found, &settled);
    }
    let mut entries = tour::everything(&judge)?;
    tour::improve(&mut entries, &judge)?;
    if let Some(pairs) = profile.pairs {
        let Standing { choice, null, held } = gate::standing(&judge, &mut entries, pairs)?;
        let (found, _) = settle(&judge, &entries, &choice)?;
        return Ok(Found { null, held, ..found });
    }
    match trial::in_halves(&judge, &mut entries)? {
        Some(choice) => Ok(settle(&judge, &entries, &choice)?.0),
        None => Ok(one_group(&judge, entries)),
    }
}

/// The chosen cut on all rows.
fn settle(judge: &Judge<'_>, entries: &[Entry], choice: &Choice) -> Result<(Found, Settled), ModelError> {
    let cut = &entries[choice.at].cut;
    let settled = if judge.profile.settled {
        judge.settled(&cut.searched(judge.table, Look::closer(judge.settings))?)?
    } else {
        judge.settled(cut)?
    };
    let mut candidates: Vec<Candidate> = entries.iter().map(|entry| entry.candidate.clone()).collect();
    let last = judge.final_candidate(&candidates[choice.at], &settled);
    let (stability, jaccard) = (last.stability, last.jaccard.clone());
    // Figures of other rows stand beside those of the screened ones, not in their place.
    if last.rows == candidates[choice.at].rows {
        candidates[choice.at] = last;
        // What holds the chosen one as a special case is no worse than it came out here.
        let mut cuts: Vec<way::Cut> = entries.iter().map(|entry| entry.cut.clone()).collect();
        cuts[choice.at] = settled.cut.clone();
        let replaced = nest::nested(judge.table, &cuts, judge.settings.seed)?;
        replaced.into_iter().filter(|r| r.at != choice.at).for_each(|r| candidates[r.at].bic = r.cut.bic);
    } else {
        candidates.push(last);
    }
    let (given, why) = (settled.given.clone(), choice.why.clone());
    let (null, held, patterns) = (None, Vec::new(), None);
    let found = Found { way: cut.way, given, candidates, choice: why, stability, jaccard, null, held, patterns };
    Ok((found, settled))
}

/// Everybody in one segment, where no candidate may be chosen.
fn one_group(judge: &Judge<'_>, entries: Vec<Entry>) -> Found {
    Found {
        way: judge.asked().plain[0],
        given: Array2::ones((judge.evidence.data.n_rows(), 1)),
        candidates: entries.into_iter().map(|entry| entry.candidate).collect(),
        choice: rule::MOST_AGREED.to_owned(),
        stability: None,
        jaccard: Vec::new(),
        null: None,
        held: Vec::new(),
        patterns: None,
    }
}
