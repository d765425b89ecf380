//! Candidates: every way to cut with every number of segments.

use rayon::prelude::*;

use super::super::error::ModelError;
use super::effort::{Effort, Look};
use super::judge::{Entry, Judge, best_by};
use super::mixture::{self, Wanted};
use super::nest;
use super::way::{Cut, Starts, Way};
use valueseg_stats::draw::mixed_seed;

/// Starts of mixtures: the k-means of both ways, best of 50 starts each, and of the ratings with gaps left at the mean,
/// centered within the person and not, the best of 7. METHOD: 114 starts; which of them are worth it is found by k-means,
/// cheaply and for every number of factors at once, and EM sees the best four.
const PARTITIONS: Wanted<'static> = Wanted { readings: &[0, 3], starts: 7 };

/// What is spent on a mixture in the table.
const EFFORT: Effort = Effort { short: 4, carried: 2, iterations: 16 };

/// Numbers of factors that are always tried.
const FACTORS: [usize; 4] = [0, 2, 4, 6];

/// Step by which more are tried where Akaike's criterion asks for the most.
const FACTOR_STEP: usize = 2;

/// Candidates that are looked at again with splits and merges before one is chosen.
pub(super) const IMPROVED: usize = 3;

/// All cuts, by number of segments, plain ways first.
pub(super) fn everything(judge: &Judge<'_>) -> Result<Vec<Entry>, ModelError> {
    let table = judge.table;
    let most = (table.n_distinct() / 4).max(1);
    let mut counts: Vec<usize> = judge.settings.counts().into_iter().filter(|k| *k <= most).collect();
    // One segment is the continuum every solution is held against, even where it may not be chosen. A quick search holds
    // plain ways against nothing.
    if judge.profile.everything && !counts.contains(&1) {
        counts.insert(0, 1);
    }
    if judge.asked().mixtures {
        // Before the work is spread, so that it is made once.
        table.ground();
    }
    let cuts: Result<Vec<Vec<Cut>>, ModelError> = counts.into_par_iter().map(|k| cuts(judge, k)).collect();
    let mut cuts: Vec<Cut> = cuts?.into_iter().flatten().collect();
    nest::nested(table, &cuts, judge.settings.seed)?.into_iter().for_each(|better| cuts[better.at] = better.cut);
    let mut entries: Vec<Entry> = cuts.into_par_iter().map(|cut| judge.entry(cut)).collect();
    judge.knock_out(&mut entries);
    Ok(entries)
}

/// Cuts into `k` segments.
fn cuts(judge: &Judge<'_>, k: usize) -> Result<Vec<Cut>, ModelError> {
    let (table, seed, asked) = (judge.table, judge.settings.seed, judge.asked());
    let look = Look::of_starts(judge.profile.starts, seed);
    if !asked.mixtures {
        return Ok(Starts::new(asked.plain, table, k, look)?.cuts);
    }
    // Mixtures start from plain cuts, so these are made even where they are no candidates. One segment is the same cut in
    // every way, and only a mixture can say how good it is.
    let plain: &[Way] = if k == 1 { &[] } else { &Way::PLAIN };
    let mut starts = Starts::new(plain, table, k, look)?;
    starts.besides = mixture::partitions(table, k, &PARTITIONS, mixed_seed(seed, 0x57A7))?;
    let most = judge.most_factors();
    let factors: Vec<usize> = FACTORS.into_iter().filter(|q| *q <= most).collect();
    let fit = |q: usize| Way::Mixture(q).fit(table, k, &starts, EFFORT);
    let mut mixtures: Vec<Cut> = factors.into_par_iter().map(fit).collect::<Result<_, _>>()?;
    while let Some(last) = mixtures.last().and_then(|cut| cut.way.factors()) {
        let asked = best_by(&mixtures, |cut| cut.aic) == Some(mixtures.len() - 1);
        if !asked || last + FACTOR_STEP > most {
            break;
        }
        mixtures.push(fit(last + FACTOR_STEP)?);
    }
    let mut cuts: Vec<Cut> = starts.cuts.into_iter().filter(|cut| asked.plain.contains(&cut.way)).collect();
    cuts.append(&mut mixtures);
    Ok(cuts)
}

/// Splits and merges of the cuts with the smallest criteria, until the best of all has been through them.
pub(super) fn improve(entries: &mut [Entry], judge: &Judge<'_>) -> Result<(), ModelError> {
    for _ in 0..IMPROVED {
        let allowed = |e: &Entry| e.candidate.bic.filter(|_| e.candidate.knocked_out.is_none());
        let Some(at) = best_by(entries, allowed).filter(|at| !entries[*at].improved) else { break };
        let better = entries[at].cut.improved(judge.table, Look::closer(judge.settings))?;
        let cut = if better.bic < entries[at].cut.bic { better } else { entries[at].cut.clone() };
        entries[at] = Entry { improved: true, ..judge.entry(cut) };
        // A better criterion may ask for another number of factors, which is held against the others.
        judge.knock_out(entries);
    }
    let cuts: Vec<Cut> = entries.iter().map(|entry| entry.cut.clone()).collect();
    for better in nest::nested(judge.table, &cuts, judge.settings.seed)? {
        entries[better.at] = Entry { improved: entries[better.at].improved, ..judge.entry(better.cut) };
    }
    judge.knock_out(entries);
    Ok(())
}
