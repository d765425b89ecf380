//! One segment more: what it gains on the answers, and on tables drawn without it.

use rayon::prelude::*;

use super::super::error::ModelError;
use super::super::null::{Step, is_more_than_a_mend};
use super::effort::{Effort, Look};
use super::judge::{Entry, Judge, best_by};
use super::mixture::{self, Wanted};
use super::null::{Drawn, drawn};
use super::table::Worktable;
use super::way::{Cut, Starts, Way};
use valueseg_stats::draw::mixed_seed;

/// Tables drawn. METHOD: by rank alone a one-sided test at 1/6; steps that are there gain several times what the tables
/// differ by.
const TABLES: usize = 5;

/// Starts of k-means that lead to starts of a mixture.
const STARTS: usize = 6;

/// Partitions besides.
const PARTITIONS: Wanted<'static> = Wanted { readings: &[0, 3], starts: 3 };

/// What is spent on a mixture.
const EFFORT: Effort = Effort { short: 4, carried: 2, iterations: 16 };

/// What mixtures gain by the step from `k` to one segment more; `None` where there are too few different rows for it, or no
/// table can be drawn. Of those tried the ones with the smallest criterion are compared, with whatever number of factors,
/// because one more factor may stand in for a segment; where none was tried, mixtures of the way `asked`.
pub(super) fn onward(judge: &Judge<'_>, entries: &[Entry], asked: Way, k: usize) -> Result<Option<Step>, ModelError> {
    if judge.table.n_distinct() / 4 <= k {
        return Ok(None);
    }
    let seed = mixed_seed(judge.settings.seed, 0x57E9 + k as u64);
    let best = |k: usize, way: Way| {
        let tried = best_by(entries, |e| e.cut.bic.filter(|_| e.cut.segments() == k));
        tried.map_or_else(|| fitted(judge.table, way, k, Vec::new(), seed), |at| Ok(entries[at].cut.clone()))
    };
    let fewer = best(k, asked)?;
    let way = fewer.way;
    let (Some(gain), Some(model)) = (gained(&fewer, &best(k + 1, way)?), fewer.model()) else { return Ok(None) };
    let gains: Result<Vec<Option<f64>>, ModelError> = (0..TABLES)
        .into_par_iter()
        .map(|at| {
            let seed = mixed_seed(seed, at as u64);
            let Drawn { data, classes } = drawn(&judge.screen.data, model, seed);
            let table = judge.table.alike(data);
            // Where the tables come from is known, and no search there is the worse for it.
            let fewer = fitted(&table, way, k, vec![classes], seed)?;
            let more = fitted(&table, way, k + 1, Vec::new(), seed)?;
            Ok(gained(&fewer, &more))
        })
        .collect();
    Ok(Some(Step { gain, drawn: gains?.into_iter().flatten().collect(), before: before(entries, k) }))
}

/// The smallest criterion of all mixtures of `k` segments.
fn smallest(entries: &[Entry], k: usize) -> Option<f64> {
    entries.iter().filter(|e| e.cut.segments() == k).filter_map(|e| e.cut.bic).reduce(f64::min)
}

/// Mean gain of the steps from one segment to `k`; `None` for `k` = 1, and where one or the other was not tried.
fn before(entries: &[Entry], k: usize) -> Option<f64> {
    let all = smallest(entries, 1)? - smallest(entries, k)?;
    (k > 1).then(|| all / (k - 1) as f64)
}

/// The number of segments with the smallest criterion, but for numbers above `k` whose steps from there are mends.
pub(super) fn smallest_number(entries: &[Entry], k: usize) -> Option<usize> {
    let (own, before) = (smallest(entries, k), before(entries, k));
    let is_mend = |e: &Entry| {
        let further = e.cut.segments().saturating_sub(k);
        let gain = own.zip(e.cut.bic).map_or(0.0, |(own, bic)| own - bic);
        further > 0 && !is_more_than_a_mend(gain / further as f64, before)
    };
    best_by(entries, |e| e.cut.bic.filter(|_| !is_mend(e))).map(|at| entries[at].cut.segments())
}

/// Criterion of `fewer` minus that of `more`.
fn gained(fewer: &Cut, more: &Cut) -> Option<f64> {
    Some(fewer.bic? - more.bic?)
}

/// The likeliest mixture of `k` segments from partitions, those in `besides` among them.
fn fitted(table: &Worktable, way: Way, k: usize, besides: Vec<Vec<usize>>, seed: u64) -> Result<Cut, ModelError> {
    let plain: &[Way] = if k == 1 { &[] } else { way.starters() };
    let mut starts = Starts::new(plain, table, k, Look::of_starts(STARTS, seed))?;
    starts.besides = mixture::partitions(table, k, &PARTITIONS, seed)?;
    starts.besides.extend(besides);
    way.fit(table, k, &starts, EFFORT)
}
