//! Candidates of a quick search: mixtures alone, down the valley of their criterion.
//!
//! What is tried depends on what was found before, so this is a walk and not a part of the tour; everything it uses to
//! cut, to judge and to keep is the same.

use super::super::error::ModelError;
use super::super::report::Candidate;
use super::effort::Look;
use super::judge::{Entry, Judge};
use super::nest;
use super::rule::Choice;
use super::tour::IMPROVED;
use super::way::{Cut, Way};

/// Numbers of factors tried.
const FACTOR_STEPS: [usize; 6] = [0, 2, 4, 6, 8, 10];

/// Numbers of segments in a row that come off worse before the search in that direction ends.
const PATIENCE: usize = 2;

/// Number of segments at which the number of factors is chosen first.
const REFERENCE_SEGMENTS: usize = 5;

/// Mixtures, and the one of the smallest criterion among those that may be chosen.
///
/// METHOD: the number of segments is that of the screening rows. With ten times the rows the criterion goes on cutting
/// segments in pieces to mend what is not quite normal about ratings (ends of the scale, whole numbers): at 20,000
/// respondents of 6 true segments it asked for 9 or more, at 1,600 for 6.
pub(super) fn walk(judge: &Judge<'_>) -> Result<(Vec<Entry>, Choice), ModelError> {
    let mut walk = Walk { judge, entries: Vec::new() };
    let rows = judge.table.data.n_rows();
    let counts: Vec<usize> = judge.settings.counts().into_iter().filter(|k| *k <= rows / 2).collect();
    let counts = if counts.is_empty() { vec![1] } else { counts };
    let reference = *counts.iter().min_by_key(|k| k.abs_diff(REFERENCE_SEGMENTS)).expect("not empty");
    let way = walk.factors(reference)?;
    walk.on_one_side(way, counts.iter().copied().filter(|k| *k > reference))?;
    walk.on_one_side(way, counts.iter().rev().copied().filter(|k| *k < reference))?;
    // One segment is the continuum every solution is held against, even where it may not be chosen.
    if !counts.contains(&1) {
        walk.first(way, 1)?;
    }
    let at = walk.last_round(way)?;
    let why = "The smallest information criterion of all mixtures.".to_owned();
    Ok((walk.entries, Choice { at, finalists: vec![at], why }))
}

struct Walk<'a> {
    judge: &'a Judge<'a>,
    entries: Vec<Entry>,
}

impl Walk<'_> {
    /// Number of factors at `k` segments: Akaike's choice, as of all candidates.
    fn factors(&mut self, k: usize) -> Result<Way, ModelError> {
        let most = self.judge.most_factors();
        let mut best = (f64::INFINITY, 0);
        for q in FACTOR_STEPS.into_iter().rev().filter(|q| *q <= most) {
            let at = self.first(Way::Mixture(q), k)?;
            let akaike = self.entries[at].cut.aic.unwrap_or(f64::INFINITY);
            if akaike > best.0 {
                // Fewer factors after the first that are missed would be missed all the more.
                break;
            }
            best = (akaike, q);
        }
        Ok(Way::Mixture(best.1))
    }

    /// Tries numbers of segments in turn, until several in a row come off worse than the best so far: the criterion has one
    /// valley, but for the luck of the starts.
    fn on_one_side(&mut self, way: Way, counts: impl Iterator<Item = usize>) -> Result<(), ModelError> {
        let mut worse = 0;
        for k in counts {
            let at = self.first(way, k)?;
            worse = if self.best(way, |_| true) == Some(at) { 0 } else { worse + 1 };
            if worse == PATIENCE {
                break;
            }
        }
        Ok(())
    }

    /// Looks again, with splits and merges, at the best candidates until the best of all has been looked at, and then at
    /// that from the beginning; returns the place of the best.
    fn last_round(&mut self, way: Way) -> Result<usize, ModelError> {
        let look = Look::closer(self.judge.settings);
        self.nest()?;
        let mut seen = Vec::new();
        for _ in 0..IMPROVED {
            let Some(at) = self.best_allowed(way, |c| !seen.contains(&c.segments)) else { break };
            seen.push(self.entries[at].candidate.segments);
            let better = self.entries[at].cut.improved(self.judge.table, look)?;
            self.keep(at, better);
        }
        let at = self.chosen(way);
        let other = way.explore(self.judge.table, self.entries[at].cut.segments(), look)?;
        self.keep(at, other);
        self.nest()?;
        Ok(self.chosen(way))
    }

    /// No larger mixture fits worse than a smaller one.
    fn nest(&mut self) -> Result<(), ModelError> {
        let cuts: Vec<Cut> = self.entries.iter().map(|entry| entry.cut.clone()).collect();
        for better in nest::nested(self.judge.table, &cuts, self.judge.settings.seed)? {
            self.entries[better.at] = self.judge.entry(better.cut);
        }
        Ok(())
    }

    /// A first look at a candidate; returns its place.
    fn first(&mut self, way: Way, k: usize) -> Result<usize, ModelError> {
        let cut = way.explore(self.judge.table, k, Look::first(self.judge.settings))?;
        self.entries.push(self.judge.entry(cut));
        Ok(self.entries.len() - 1)
    }

    /// Keeps a solution that is better than the one at `at`.
    fn keep(&mut self, at: usize, cut: Cut) {
        if cut.bic < self.entries[at].cut.bic {
            self.entries[at] = self.judge.entry(cut);
        }
    }

    /// Place of the smallest criterion among the candidates of `way` that `allow` lets through.
    fn best(&self, way: Way, allow: impl Fn(&Candidate) -> bool) -> Option<usize> {
        let of = |at: &usize| self.entries[*at].cut.bic.unwrap_or(f64::INFINITY);
        let own = |at: &usize| self.entries[*at].cut.way == way && allow(&self.entries[*at].candidate);
        (0..self.entries.len()).filter(own).min_by(|a, b| of(a).total_cmp(&of(b)))
    }

    /// The same among those not knocked out; if all are, among those of the fewest segments.
    fn best_allowed(&self, way: Way, allow: impl Fn(&Candidate) -> bool) -> Option<usize> {
        self.best(way, |c| c.knocked_out.is_none() && allow(c)).or_else(|| {
            let own = self.entries.iter().filter(|e| e.cut.way == way).map(|e| &e.candidate);
            let fewest = own.filter(|c| allow(c)).map(|c| c.segments).min();
            self.best(way, |c| Some(c.segments) == fewest && allow(c))
        })
    }

    fn chosen(&self, way: Way) -> usize {
        self.best_allowed(way, |_| true).expect("at least one candidate with this number of factors was tried")
    }
}
