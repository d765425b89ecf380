//! The thorough search: every way to cut with every number of segments, judged by evidence.
//!
//! ```text
//! sample of rows → all candidates, 50 starts and more each
//!                → best mixtures by criterion: splits and merges
//!                → each judged: bootstrap, outcomes, sizes, level      judge
//!                → the declared rule; finalists on more samples        rule
//!                → the chosen one looked for harder, on all rows       settle
//!                → the chosen one on tables with nothing to find       null
//! ```

use rayon::prelude::*;

use super::super::error::ModelError;
use super::super::evidence::evidence::Evidence;
use super::super::evidence::outcome::Separation;
use super::super::report::Candidate;
use super::super::settings::{FitSettings, Method};
use super::Found;
use super::cut::{Body, Cut, Effort, Wanted, Way, Worktable};
use super::judge::Judge;
use super::quick::FINALISTS as IMPROVED;
use super::rule::{self, Choice, Judged};
use super::samples::Samples;
use super::{null, settle};
use crate::stats::mixture::mixed_seed;

/// Starts of k-means.
const STARTS: usize = 50;

/// Starts of mixtures: the k-means of both ways, best of 50 starts each, and of the ratings with gaps left at the mean,
/// centered within the person and not, the best of 7. METHOD: 114 starts; which of them are worth it is found by k-means,
/// cheaply and for every number of factors at once, and EM sees the best four.
const PARTITIONS: Wanted<'static> = Wanted { readings: &[0, 3], batches: 1, starts: 7 };

/// What is spent on a mixture in the table.
const EFFORT: Effort = Effort { short: 4, carried: 2, iterations: 16 };

/// Numbers of factors that are always tried.
const FACTORS: [usize; 4] = [0, 2, 4, 6];

/// Step by which more are tried where Akaike's criterion asks for the most.
const FACTOR_STEP: usize = 2;

/// Pairs of bootstrap samples of candidates that are out, of those that are not, and of those that may be chosen.
const OUT_PAIRS: usize = 2;
/// See [`OUT_PAIRS`].
const PAIRS: usize = 3;
/// See [`OUT_PAIRS`].
const FINAL_PAIRS: usize = 8;

/// Times the rule is asked again after its finalists were looked at more closely.
const ROUNDS: usize = 3;

/// A candidate with the cut behind it.
pub(in crate::model::fit) struct Entry {
    pub(in crate::model::fit) cut: Cut,
    pub(in crate::model::fit) labels: Vec<usize>,
    pub(in crate::model::fit) candidate: Candidate,
    /// How well it tells outcomes apart; `None` without an outcome.
    pub(in crate::model::fit) separation: Option<Separation>,
    /// Improved by splits and merges.
    pub(in crate::model::fit) improved: bool,
}

/// Finds the partition by evidence.
pub(in crate::model::fit) fn search(evidence: &Evidence, settings: &FitSettings) -> Result<Found, ModelError> {
    let screen = evidence.screen();
    let table = Worktable::new(screen.data.clone(), screen.ratings);
    let judge = Judge { screen: &screen, table: &table, evidence, settings };
    let mut entries = entries(&judge)?;
    improve(&mut entries, &judge)?;
    let mut samples = Samples::new(&table, settings.seed);
    samples.draw(PAIRS);
    let (out, left): (Vec<usize>, Vec<usize>) =
        (0..entries.len()).partition(|at| entries[*at].candidate.knocked_out.is_some());
    resample(&mut entries, &out, &samples, OUT_PAIRS)?;
    resample(&mut entries, &left, &samples, PAIRS)?;
    let mut choice = choose(&entries, settings);
    for _ in 0..ROUNDS {
        let fresh: Vec<usize> = choice
            .finalists
            .iter()
            .copied()
            .filter(|at| entries[*at].cut.segments() > 1 && entries[*at].candidate.pairs < FINAL_PAIRS as u64)
            .collect();
        if fresh.is_empty() {
            break;
        }
        samples.draw(FINAL_PAIRS);
        resample(&mut entries, &fresh, &samples, FINAL_PAIRS)?;
        choice = choose(&entries, settings);
    }
    finish(&judge, entries, choice)
}

fn choose(entries: &[Entry], settings: &FitSettings) -> Choice {
    let judged: Vec<Judged<'_>> =
        entries.iter().map(|e| Judged { candidate: &e.candidate, separation: e.separation.as_ref() }).collect();
    rule::choose(&judged, settings)
}

/// All cuts, judged by what needs no resampling, by number of segments, k-means first.
fn entries(judge: &Judge<'_>) -> Result<Vec<Entry>, ModelError> {
    let (settings, table) = (judge.settings, judge.table);
    let most = (table.n_distinct() / 4).max(1);
    let mut counts: Vec<usize> = settings.counts().into_iter().filter(|k| *k <= most).collect();
    // One segment is the continuum every solution is held against, even where it may not be chosen.
    if !counts.contains(&1) {
        counts.insert(0, 1);
    }
    if !matches!(settings.method, Method::Kmeans | Method::KmeansCentred) {
        // Before the work is spread, so that it is made once.
        table.ground();
    }
    let cuts: Result<Vec<Vec<Cut>>, ModelError> = counts.into_par_iter().map(|k| cuts(judge, k)).collect();
    let cuts: Vec<Cut> = cuts?.into_iter().flatten().collect();
    let mut entries: Vec<Entry> = cuts.into_par_iter().map(|cut| judge.entry(cut, false)).collect();
    judge.knock_out(&mut entries);
    Ok(entries)
}

/// Cuts into `k` segments.
fn cuts(judge: &Judge<'_>, k: usize) -> Result<Vec<Cut>, ModelError> {
    let (settings, table) = (judge.settings, judge.table);
    let seed = settings.seed;
    let cut = |way: &Way| table.kmeans(*way, k, STARTS, seed);
    if matches!(settings.method, Method::Kmeans | Method::KmeansCentred) {
        return Ok(vec![cut(&Way::of_kmeans(settings.method))?]);
    }
    let kmeans: &[Way] = if k == 1 { &[] } else { &Way::KMEANS };
    let mut cuts: Vec<Cut> = kmeans.par_iter().map(cut).collect::<Result<_, _>>()?;
    let mut from = table.partitions(k, &PARTITIONS, mixed_seed(seed, 0x57A7))?;
    from.extend(cuts.iter().map(|cut| table.labels(cut)));
    if settings.method == Method::Mixture {
        cuts.clear();
    }
    let most = settings.max_factors.min(judge.screen.data.n_columns() / 2);
    let factors: Vec<usize> = FACTORS.into_iter().filter(|q| *q <= most).collect();
    let mixtures: Result<Vec<Cut>, ModelError> =
        factors.into_par_iter().map(|q| table.mixture((k, q), &from, EFFORT)).collect();
    let mut mixtures = mixtures?;
    while let Some(last) = mixtures.last().and_then(|cut| cut.way.factors()) {
        let asked = best_by(&mixtures, |cut| cut.aic) == Some(mixtures.len() - 1);
        if !asked || last + FACTOR_STEP > most {
            break;
        }
        mixtures.push(table.mixture((k, last + FACTOR_STEP), &from, EFFORT)?);
    }
    cuts.append(&mut mixtures);
    Ok(cuts)
}

/// Place of the smallest of a criterion; `None` where it is not defined for any.
pub(in crate::model::fit) fn best_by<T>(items: &[T], criterion: impl Fn(&T) -> Option<f64>) -> Option<usize> {
    let known = items.iter().enumerate().filter_map(|(at, item)| criterion(item).map(|value| (at, value)));
    known.reduce(|best, next| if next.1 < best.1 { next } else { best }).map(|(at, _)| at)
}

/// Splits and merges of the mixtures with the smallest criteria, until the best of all has been through them.
fn improve(entries: &mut [Entry], judge: &Judge<'_>) -> Result<(), ModelError> {
    for _ in 0..IMPROVED {
        let allowed = |e: &Entry| e.candidate.bic.filter(|_| e.candidate.knocked_out.is_none());
        let Some(at) = best_by(entries, allowed).filter(|at| !entries[*at].improved) else { break };
        let Body::Mixture(model) = &entries[at].cut.body else { break };
        let fitted = settle::improved(judge.table.ground(), judge.settings, model)?;
        let better = Cut::of_mixture(fitted, judge.table.data.total_weight());
        let cut = if better.bic < entries[at].cut.bic { better } else { entries[at].cut.clone() };
        entries[at] = judge.entry(cut, true);
        judge.knock_out(entries);
    }
    Ok(())
}

/// How surely an entry was found again.
struct Again {
    at: usize,
    stability: Option<f64>,
    jaccard: Vec<f64>,
}

/// Stability of the entries at `places` over `pairs` pairs of samples.
fn resample(entries: &mut [Entry], places: &[usize], samples: &Samples<'_>, pairs: usize) -> Result<(), ModelError> {
    let mut counts: Vec<usize> = places.iter().map(|at| entries[*at].cut.segments()).filter(|k| *k > 1).collect();
    counts.dedup();
    let found: Result<Vec<Vec<Again>>, ModelError> = counts
        .into_par_iter()
        .map(|k| {
            let own: Vec<usize> = places.iter().copied().filter(|at| entries[*at].cut.segments() == k).collect();
            let mixtures = own.iter().any(|at| entries[*at].cut.mixture().is_some());
            let asked = |way: &Way| mixtures || own.iter().any(|at| entries[*at].cut.way == *way);
            let ways: Vec<Way> = Way::KMEANS.into_iter().filter(asked).collect();
            let kmeans = samples.kmeans(&ways, k, pairs)?;
            own.into_par_iter()
                .map(|at| {
                    let solutions = samples.again(&entries[at].cut, pairs, &kmeans)?;
                    let labels: Vec<Option<usize>> = entries[at].labels.iter().copied().map(Some).collect();
                    let jaccard = solutions.jaccard(&labels, k).into_iter().map(|j| j.unwrap_or(0.0)).collect();
                    Ok(Again { at, stability: solutions.agreement().mean, jaccard })
                })
                .collect()
        })
        .collect();
    for Again { at, stability, jaccard } in found?.into_iter().flatten() {
        let candidate = &mut entries[at].candidate;
        candidate.stability = stability;
        candidate.jaccard = jaccard;
        candidate.pairs = pairs as u64;
    }
    Ok(())
}

/// The chosen cut on all rows, and on tables with nothing to find.
fn finish(judge: &Judge<'_>, entries: Vec<Entry>, choice: Choice) -> Result<Found, ModelError> {
    let (settings, table, evidence) = (judge.settings, judge.table, judge.evidence);
    let chosen = &entries[choice.at];
    let all_screened = judge.screen.data.n_rows() == evidence.data.n_rows();
    let (given, bic) = match &chosen.cut.body {
        Body::Mixture(model) => {
            let start = settle::searched(table.ground(), settings, model)?;
            let best = settle::on_all_rows(evidence, settings, start.mixture)?;
            (best.mixture.probabilities(&evidence.data), Some(best.bic))
        }
        Body::Centroids(_) if all_screened => (table.probabilities(&chosen.cut), None),
        Body::Centroids(fit) => {
            let whole = table.alike(evidence.data.clone());
            (whole.probabilities(&whole.kmeans_from(chosen.cut.way, fit)?), None)
        }
    };
    let null = if chosen.cut.segments() > 1 { Some(null::compare(judge, &entries, choice.at)?) } else { None };
    let mut candidates: Vec<Candidate> = entries.iter().map(|entry| entry.candidate.clone()).collect();
    let (stability, jaccard) = (candidates[choice.at].stability, candidates[choice.at].jaccard.clone());
    let last = judge.final_candidate(&candidates[choice.at], &given, bic);
    if all_screened {
        candidates[choice.at] = last;
    } else {
        candidates.push(last);
    }
    let (method, factors) = (chosen.cut.way.method(), chosen.cut.way.factors());
    let found = Found::new(method, given, candidates);
    Ok(Found { factors, choice: choice.why, stability, jaccard, null, ..found })
}
